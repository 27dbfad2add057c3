/* Names are read in one pass, since lists have a million of them. */
#include "forwarder/local/word.h"

#include "dns/code.h"

#include <arpa/inet.h>

static bool is_blank(uint8_t octet)
{
    return octet == ' ' || octet == '\t' || octet == '\r' || octet == '\f' || octet == '\v';
}

struct bytes forwarder_word_trim(struct bytes line)
{
    while (line.size > 0 && is_blank(line.at[0]))
        line = bytes_of(line.at + 1, line.size - 1);
    while (line.size > 0 && is_blank(line.at[line.size - 1]))
        line.size -= 1;
    return line;
}

bool forwarder_word_next(struct bytes *line, struct bytes *ret_word)
{
    size_t start = 0;
    size_t end;

    while (start < line->size && is_blank(line->at[start]))
        start += 1;
    end = start;
    while (end < line->size && !is_blank(line->at[end]))
        end += 1;
    if (start == end || line->at[start] == '#' || line->at[start] == ';') {
        line->size = 0;
        return false;
    }
    *ret_word = bytes_of(line->at + start, end - start);
    *line = bytes_of(line->at + end, line->size - end);
    return true;
}

/* The small letter, digit, hyphen or underscore that a character is; 0 for any other. */
static uint8_t host_octet(uint8_t octet)
{
    if (octet - (unsigned int)'A' < 26)
        return (uint8_t)(octet + ('a' - 'A'));
    if (octet - (unsigned int)'a' < 26 || octet - (unsigned int)'0' < 10 || octet == '-' ||
        octet == '_')
        return octet;
    return 0;
}

/* A name that is being read. */
struct reading {
    struct dns_name *name;
    size_t size;    /* of what was written */
    size_t label;   /* where the length of the label goes */
    bool is_number; /* the label is all digits */
};

/* Ends a label, and begins the next. */
static bool end_label(struct reading *reading)
{
    size_t size = reading->size - reading->label - 1;

    if (size == 0 || size > DNS_LABEL_SIZE_MAX || reading->size >= DNS_NAME_SIZE_MAX)
        return false;
    reading->name->octets[reading->label] = (uint8_t)size;
    reading->label = reading->size;
    reading->size += 1;
    return true;
}

bool forwarder_word_name(struct bytes word, struct dns_name *ret_name)
{
    struct dns_name name;
    struct reading reading = { .name = &name, .size = 1, .is_number = true };
    size_t size = word.size;

    if (size > 0 && word.at[size - 1] == '.')
        size -= 1;
    if (size == 0 || size > DNS_NAME_SIZE_MAX - 2)
        return false;
    for (size_t i = 0; i < size; i++) {
        uint8_t octet = host_octet(word.at[i]);

        if (word.at[i] == '.') {
            if (!end_label(&reading))
                return false;
            reading.is_number = true;
            continue;
        }
        if (octet == 0)
            return false;
        reading.is_number = reading.is_number && octet - (unsigned int)'0' < 10;
        name.octets[reading.size] = octet;
        reading.size += 1;
    }
    if (reading.is_number || !end_label(&reading))
        return false;
    name.octets[reading.label] = 0;
    name.size = (uint8_t)reading.size;
    *ret_name = name;
    return true;
}

bool forwarder_word_address(struct bytes word, struct forwarder_word_address *ret_address)
{
    struct forwarder_word_address address = { .size = 4 };
    char text[INET6_ADDRSTRLEN];
    bool is_ipv6 = word.size > 0 && memchr(word.at, ':', word.size) != NULL;

    if (word.size == 0 || word.size >= sizeof(text) || memchr(word.at, '\0', word.size) != NULL)
        return false;
    memcpy(text, word.at, word.size);
    text[word.size] = '\0';
    address.size = is_ipv6 ? 16 : 4;
    if (inet_pton(is_ipv6 ? AF_INET6 : AF_INET, text, address.octets) != 1)
        return false;
    *ret_address = address;
    return true;
}

bool forwarder_word_is_usual(struct bytes word)
{
    static const char *const usual[] = {
        "localhost",     "localhost.localdomain", "local",        "broadcasthost",
        "ip6-localhost", "ip6-loopback",          "ip6-localnet", "ip6-mcastprefix",
        "ip6-allnodes",  "ip6-allrouters",        "ip6-allhosts", "0.0.0.0",
    };

    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
        if (dns_word_equal(word, usual[i]))
            return true;
    return false;
}
