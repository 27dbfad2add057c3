/* Names of the protocol's small numbers, from code.def. */
#include "dns/code.h"

struct code {
    unsigned int number;
    const char *name;
};

static const struct code opcodes[] = {
#define OPCODE(name, number, text) { (number), (text) },
#include "dns/code.def"
#undef OPCODE
};

static const struct code rcodes[] = {
#define RCODE(name, number, text) { (number), (text) },
#include "dns/code.def"
#undef RCODE
};

static const struct code classes[] = {
#define CLASS(name, number, text) { (number), (text) },
#include "dns/code.def"
#undef CLASS
};

static const struct code errors[] = {
#define EDE(name, number, text) { (number), (text) },
#include "dns/code.def"
#undef EDE
};

/* The codes of one kind. */
struct code_list {
    const char *kind; /* what stands before a number without a name */
    const struct code *codes;
    size_t count;
};

static bool code_format(struct code_list list, unsigned int number, struct text *text)
{
    size_t before = text->size;

    for (size_t i = 0; i < list.count; i++) {
        if (list.codes[i].number == number)
            return text_append(text, list.codes[i].name);
    }
    if (text_append(text, list.kind) && text_append_decimal(text, number, 0))
        return true;
    text_rollback(text, before);
    return false;
}

#define LIST(kind, codes) ((struct code_list){ kind, codes, sizeof(codes) / sizeof((codes)[0]) })

bool dns_opcode_format(unsigned int opcode, struct text *text)
{
    return code_format(LIST("OPCODE", opcodes), opcode, text);
}

bool dns_rcode_format(unsigned int rcode, struct text *text)
{
    return code_format(LIST("RCODE", rcodes), rcode, text);
}

bool dns_class_format(uint16_t class, struct text *text)
{
    return code_format(LIST("CLASS", classes), class, text);
}

static uint8_t capital_of(uint8_t octet)
{
    return octet >= 'a' && octet <= 'z' ? (uint8_t)(octet - ('a' - 'A')) : octet;
}

/* Whether `text` begins with `word` but for the case of letters. */
static bool has_prefix(struct bytes text, const char *word)
{
    size_t size = strlen(word);

    if (text.size < size)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (capital_of(text.at[i]) != capital_of((uint8_t)word[i]))
            return false;
    }
    return true;
}

bool dns_word_equal(struct bytes text, const char *word)
{
    return text.size == strlen(word) && has_prefix(text, word);
}

static bool parse_number(struct bytes digits, uint16_t *ret_number)
{
    unsigned int number = 0;

    if (digits.size == 0 || digits.size > 5)
        return false;
    for (size_t i = 0; i < digits.size; i++) {
        if (digits.at[i] < '0' || digits.at[i] > '9')
            return false;
        number = number * 10 + (unsigned int)(digits.at[i] - '0');
    }
    if (number > UINT16_MAX)
        return false;
    *ret_number = (uint16_t)number;
    return true;
}

bool dns_number_parse(struct bytes text, const char *word, uint16_t *ret_number)
{
    size_t size = strlen(word);

    return has_prefix(text, word) &&
           parse_number(bytes_of(text.at + size, text.size - size), ret_number);
}

/* The number of a name in the list, or of its kind with a number up to `max`. */
static bool code_parse(struct code_list list, struct bytes text, uint16_t max, uint16_t *ret_number)
{
    uint16_t number;

    for (size_t i = 0; i < list.count; i++) {
        if (dns_word_equal(text, list.codes[i].name)) {
            *ret_number = (uint16_t)list.codes[i].number;
            return true;
        }
    }
    if (!dns_number_parse(text, list.kind, &number) || number > max)
        return false;
    *ret_number = number;
    return true;
}

bool dns_opcode_parse(struct bytes text, uint16_t *ret_opcode)
{
    return code_parse(LIST("OPCODE", opcodes), text, 15, ret_opcode);
}

bool dns_rcode_parse(struct bytes text, uint16_t *ret_rcode)
{
    return code_parse(LIST("RCODE", rcodes), text, 4095, ret_rcode);
}

bool dns_class_parse(struct bytes text, uint16_t *ret_class)
{
    return code_parse(LIST("CLASS", classes), text, UINT16_MAX, ret_class);
}

const char *dns_ede_name(uint16_t code)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (errors[i].number == code)
            return errors[i].name;
    }
    return NULL;
}
