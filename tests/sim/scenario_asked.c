/* Queries: what a line says that is asked, and what was asked. */
#include "tests/sim/scenario.h"

#include "base/require.h"

/* A word of a query, for clients to say and for upstreams to hear. */
struct asked_row {
    const char *word;
    void (*set)(struct asked *asked);
};

static void set_do(struct asked *asked)
{
    asked->has_edns = true;
    asked->dnssec_ok = true;
}

static void set_cd(struct asked *asked)
{
    asked->flags |= DNS_FLAG_CD;
}

static void set_ad(struct asked *asked)
{
    asked->flags |= DNS_FLAG_AD;
}

static void set_no_rd(struct asked *asked)
{
    asked->flags &= ~(unsigned int)DNS_FLAG_RD;
}

static void set_qr(struct asked *asked)
{
    asked->flags |= DNS_FLAG_QR;
}

static void set_edns(struct asked *asked)
{
    asked->has_edns = true;
}

static void set_plain(struct asked *asked)
{
    asked->has_edns = false;
}

static void set_cookie(struct asked *asked)
{
    asked->has_edns = true;
    asked->has_cookie = true;
}

static void set_tcp(struct asked *asked)
{
    asked->is_stream = true;
}

static const struct asked_row asked_rows[] = {
    { "+do", set_do },      { "+cd", set_cd },  { "+ad", set_ad },
    { "-rd", set_no_rd },   { "+qr", set_qr },  { "+edns", set_edns },
    { "plain", set_plain }, { "tcp", set_tcp }, { "+cookie", set_cookie },
};

/* A word that is in the table, or has a value. */
static bool read_word(struct bytes word, struct asked *asked)
{
    struct bytes value;
    uint64_t number;
    uint16_t opcode;

    for (size_t i = 0; i < sizeof(asked_rows) / sizeof(asked_rows[0]); i++) {
        if (!word_is(word, asked_rows[i].word))
            continue;
        asked_rows[i].set(asked);
        return true;
    }
    if (word_value(word, "+bufsize", &value) && word_number(value, UINT16_MAX, &number)) {
        asked->has_edns = true;
        asked->udp_size = (uint16_t)number;
        return true;
    }
    if (word_value(word, "+version", &value) && word_number(value, UINT8_MAX, &number)) {
        asked->has_edns = true;
        asked->version = (uint8_t)number;
        return true;
    }
    if (!word_value(word, "opcode", &value) || !dns_opcode_parse(value, &opcode))
        return false;
    asked->opcode = opcode;
    return true;
}

bool asked_parse(struct scenario *scenario, struct words *words, uint64_t number,
                 struct asked *ret_asked)
{
    struct asked asked = {
        .question.class = DNS_CLASS_IN,
        .flags = DNS_FLAG_RD,
        .udp_size = 1232,
    };
    struct bytes name = words_take(words);
    struct bytes type;
    char block[DNS_NAME_TEXT_MAX];
    struct text text = text_init(block, sizeof(block));

    if (!word_fill(name, number, &text) ||
        dns_name_parse(text_bytes(&text), &asked.question.name).status != DNS_OK)
        return scenario_refuse(scenario, "this is no name", name);
    type = words_take(words);
    /* ANY is both; it is a class where a type follows. */
    if (words->next < words->count &&
        dns_type_parse(words->at[words->next], &asked.question.type) &&
        dns_class_parse(type, &asked.question.class))
        type = words_take(words);
    if (!dns_type_parse(type, &asked.question.type))
        return scenario_refuse(scenario, "this is no type", type);
    *ret_asked = asked;
    return true;
}

bool asked_parse_words(struct scenario *scenario, struct words *words, struct asked *asked)
{
    while (words->next < words->count) {
        struct bytes word = words_take(words);

        if (!read_word(word, asked))
            return scenario_refuse(scenario, "a query cannot have this word", word);
    }
    return true;
}

bool asked_read(const struct seen *seen, struct asked *ret_asked)
{
    struct asked asked = { .is_stream = seen->path.stream != 0 };
    struct forwarder_cookie cookie;
    struct dns_message message;
    struct dns_edns edns;

    if (dns_message_read(bytes_of(seen->octets, seen->size), &message).status != DNS_OK ||
        !dns_message_question(&message, &asked.question))
        return false;
    asked.flags = message.header.flags & (DNS_FLAG_RD | DNS_FLAG_CD | DNS_FLAG_AD);
    asked.has_edns = dns_message_edns(&message, &edns);
    asked.dnssec_ok = asked.has_edns && (edns.flags & DNS_EDNS_DO) != 0;
    asked.udp_size = asked.has_edns ? edns.udp_size : 1232;
    forwarder_cookie_find(&message, &cookie);
    asked.has_cookie = cookie.size > 0;
    *ret_asked = asked;
    return true;
}

static void append(struct text *text, bool is_said, const char *word)
{
    if (is_said)
        REQUIRE(text_append(text, word));
}

void asked_format(const struct asked *asked, struct text *text)
{
    struct dns_name name = asked->question.name;

    dns_name_lower(&name);
    REQUIRE(dns_name_format(&name, text));
    REQUIRE(text_append(text, " "));
    if (asked->question.class != DNS_CLASS_IN) {
        REQUIRE(dns_class_format(asked->question.class, text));
        REQUIRE(text_append(text, " "));
    }
    REQUIRE(dns_type_format(asked->question.type, text));
    append(text, (asked->flags & DNS_FLAG_RD) == 0, " -rd");
    append(text, asked->dnssec_ok, " +do");
    append(text, (asked->flags & DNS_FLAG_CD) != 0, " +cd");
    append(text, (asked->flags & DNS_FLAG_AD) != 0, " +ad");
    append(text, !asked->has_edns, " plain");
    append(text, asked->has_cookie, " +cookie");
    append(text, asked->is_stream, " tcp");
    if (asked->has_edns && asked->udp_size != 1232) {
        REQUIRE(text_append(text, " +bufsize="));
        REQUIRE(text_append_decimal(text, asked->udp_size, 0));
    }
}
