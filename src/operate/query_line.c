/* The answer itself says what was asked: its question is that of the query, in the same letters. */
#include "operate/query_line.h"

#include "base/require.h"
#include "base/text_format.h"
#include "dns/code.h"
#include "dns/message.h"
#include "dns/rrtype.h"
#include "forwarder/io/endpoint.h"

#include <inttypes.h>

/* What is told of an answer. */
struct told {
    bool has_question;
    struct dns_question question;
    unsigned int rcode;
};

/* Answers of others have no response code over 15 here but where the client sent EDNS; only ours
 * are read as a whole, which are small. */
static struct told read_answer(const struct forwarder_datagram *answer)
{
    struct byte_reader in = byte_reader_init(answer->payload);
    struct dns_message message;
    struct dns_header header;
    struct told told = { 0 };

    if (dns_header_read(&in, &header).status != DNS_OK)
        return told;
    told.rcode = dns_header_rcode(&header);
    if (answer->source == FORWARDER_FROM_HERE &&
        dns_message_read(answer->payload, &message).status == DNS_OK)
        told.rcode = dns_message_rcode(&message);
    told.has_question =
        header.counts[DNS_QUESTION] == 1 && dns_question_read(&in, &told.question).status == DNS_OK;
    return told;
}

bool operate_query_line_is_failure(const struct forwarder_datagram *answer)
{
    unsigned int rcode = read_answer(answer).rcode;

    return rcode != DNS_RCODE_NOERROR && rcode != DNS_RCODE_NXDOMAIN;
}

static const char *source_of(const struct forwarder_datagram *answer)
{
    static const char *const names[FORWARDER_SOURCES] = {
        [FORWARDER_FROM_HERE] = "here",
        [FORWARDER_FROM_CACHE] = "cache",
        [FORWARDER_FROM_UPSTREAM] = "upstream",
    };

    return names[answer->source];
}

static const char *transport_of(const struct forwarder_datagram *answer)
{
    return answer->path.stream != 0 ? "tcp" : "udp";
}

/* Appends text that is printable ASCII, for JSON where that is asked for. */
static void put(struct text *line, const char *part, bool is_json)
{
    for (; *part != '\0'; part++) {
        if (is_json && (*part == '"' || *part == '\\'))
            REQUIRE(text_append_char(line, '\\'));
        REQUIRE(text_append_char(line, *part));
    }
}

/* The question's parts as text: name, class and type. */
struct words {
    char name[DNS_NAME_TEXT_MAX];
    char class[16];
    char type[16];
    char rcode[16];
};

static void write_words(const struct told *told, struct words *words)
{
    struct text name = text_init(words->name, sizeof(words->name));
    struct text class = text_init(words->class, sizeof(words->class));
    struct text type = text_init(words->type, sizeof(words->type));
    struct text rcode = text_init(words->rcode, sizeof(words->rcode));

    REQUIRE(dns_rcode_format(told->rcode, &rcode));
    if (!told->has_question) {
        REQUIRE(text_append_char(&name, '-') && text_append_char(&class, '-') &&
                text_append_char(&type, '-'));
        return;
    }
    REQUIRE(dns_name_format(&told->question.name, &name));
    REQUIRE(dns_class_format(told->question.class, &class));
    REQUIRE(dns_type_format(told->question.type, &type));
}

void operate_query_line_write(const struct operate_query_line *event, struct text *line)
{
    const struct forwarder_datagram *answer = event->answer;
    struct told told = read_answer(answer);
    char client[FORWARDER_ENDPOINT_TEXT_MAX];
    uint64_t waited_us = event->waited_ns / 1000;
    struct words words;

    write_words(&told, &words);
    forwarder_endpoint_format(&answer->path.peer, client);
    if (!event->is_json) {
        REQUIRE(text_format(line, "%s %s %s %s %s %s %s %s %zu %" PRIu64 "us\n", event->time,
                            client, transport_of(answer), words.name, words.class, words.type,
                            words.rcode, source_of(answer), answer->payload.size, waited_us));
        return;
    }
    REQUIRE(text_format(line, "{\"time\":\"%s\",\"client\":\"%s\",\"transport\":\"%s\",\"name\":",
                        event->time, client, transport_of(answer)));
    if (told.has_question) {
        put(line, "\"", false);
        put(line, words.name, true);
        REQUIRE(text_format(line, "\",\"class\":\"%s\",\"type\":\"%s\"", words.class, words.type));
    } else {
        put(line, "null,\"class\":null,\"type\":null", false);
    }
    REQUIRE(text_format(
        line, ",\"rcode\":\"%s\",\"source\":\"%s\",\"size\":%zu,\"waited_us\":%" PRIu64 "}\n",
        words.rcode, source_of(answer), answer->payload.size, waited_us));
}
