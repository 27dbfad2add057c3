/* Answers and replies: what a line says that is said, and what was said. */
#include "tests/sim/scenario.h"

#include "base/require.h"
#include "dns/rdata.h"

static const struct {
    const char *word;
    enum dns_flag flag;
} flag_rows[] = {
    { "aa", DNS_FLAG_AA },
    { "tc", DNS_FLAG_TC },
    { "ad", DNS_FLAG_AD },
};

#define FLAG_ROWS (sizeof(flag_rows) / sizeof(flag_rows[0]))

static const struct {
    const char *word;
    enum dns_section section;
} section_rows[] = {
    { "answer", DNS_ANSWER },
    { "authority", DNS_AUTHORITY },
    { "additional", DNS_ADDITIONAL },
};

#define SECTION_ROWS (sizeof(section_rows) / sizeof(section_rows[0]))

/* Reads a line of a zone file as a record of a section. */
static bool add_record(struct scenario *scenario, enum dns_section section, struct bytes line)
{
    struct said *said = &scenario->said;
    struct dns_scan scan = dns_scan_init(line);
    struct dns_rr_defaults defaults = { .ttl_s = said->ttl_s, .class = DNS_CLASS_IN };
    struct dns_verdict verdict;

    if (said->count == SCENARIO_RECORDS_MAX)
        return scenario_refuse(scenario, "an answer has fewer records", line);
    verdict = dns_rr_parse(&scan, &defaults, &said->rdata, &said->records[said->count].text);
    if (verdict.status != DNS_OK || !byte_reader_is_done(&scan.in))
        return scenario_refuse(scenario, "this is no record", line);
    said->records[said->count].section = section;
    said->count += 1;
    return true;
}

/* TYPE RDATA: records of the name that was asked for. */
static bool add_short(struct scenario *scenario, struct bytes rest,
                      const struct dns_question *question)
{
    char block[2 * DNS_NAME_TEXT_MAX];
    bool is_good = true;

    for (uint64_t i = 1; is_good && i <= scenario->said.times; i++) {
        struct text text = text_init(block, sizeof(block));

        if (!dns_name_format(&question->name, &text) || !text_append_char(&text, ' ') ||
            !word_fill(rest, i, &text))
            return scenario_refuse(scenario, "the record is too long", rest);
        is_good = add_record(scenario, DNS_ANSWER, text_bytes(&text));
    }
    return is_good;
}

/* [SECTION] and a line of a zone file. */
static bool add_line(struct scenario *scenario, struct bytes line)
{
    enum dns_section section = DNS_ANSWER;
    struct words words;

    if (!words_split(line, &words))
        return scenario_refuse(scenario, "the line has too many words", bytes_of("", 0));
    for (size_t i = 0; i < SECTION_ROWS; i++)
        if (words_take_if(&words, section_rows[i].word))
            section = section_rows[i].section;
    return add_record(scenario, section, words_rest(&words));
}

/* A word with a value; false where it is none. */
static bool read_value(struct said *said, struct bytes word)
{
    struct bytes value;
    uint64_t number;

    if (word_value(word, "wrong", &said->wrong))
        return true;
    if (word_value(word, "ede", &value) && word_number(value, UINT16_MAX, &number)) {
        said->has_error = true;
        said->error = (uint16_t)number;
        return true;
    }
    if (word_value(word, "ttl", &value) && word_number(value, UINT32_MAX, &number)) {
        said->ttl_s = (uint32_t)number;
        return true;
    }
    if (word_value(word, "times", &value) && word_number(value, SCENARIO_RECORDS_MAX, &number)) {
        said->times = (uint32_t)number;
        return true;
    }
    return false;
}

static bool read_word(struct said *said, struct bytes word)
{
    for (size_t i = 0; i < FLAG_ROWS; i++) {
        if (!word_is(word, flag_rows[i].word))
            continue;
        said->flags |= (unsigned int)flag_rows[i].flag;
        return true;
    }
    if (word_is(word, "+cookie")) {
        said->has_cookie = true;
        return true;
    }
    if (word_is(word, "in-fragments")) {
        said->is_reassembled = true;
        return true;
    }
    if (word_is(word, "plain")) {
        said->is_plain = true;
        return true;
    }
    if (word_is(word, "+edns")) {
        said->has_edns = true;
        return true;
    }
    return read_value(said, word);
}

bool said_parse(struct scenario *scenario, struct words *words, const struct dns_question *question)
{
    struct said *said = &scenario->said;
    struct bytes word = words_take(words);
    struct bytes line;
    uint16_t type;

    *said = (struct said){ .ttl_s = 300, .times = 1 };
    said->rdata = byte_writer_init(scenario->rdata, SCENARIO_RDATA_MAX);
    if (!dns_rcode_parse(word, &said->rcode))
        return scenario_refuse(scenario, "this is no response code", word);
    while (words->next < words->count) {
        word = words->at[words->next];
        if (dns_type_parse(word, &type)) {
            if (!add_short(scenario, words_rest(words), question))
                return false;
        } else if (!read_word(said, word)) {
            return scenario_refuse(scenario, "an answer cannot have this word", word);
        } else {
            (void)words_take(words);
        }
    }
    while (scenario_next_record(scenario, &line))
        if (!add_line(scenario, line))
            return false;
    return true;
}

/* EDNS of an answer: an extended error and a cookie. */
static struct dns_edns edns_of(const struct said *said, const struct forwarder_cookie *cookie,
                               struct byte_writer *out)
{
    struct dns_extended_error error = { .code = said->error };
    struct dns_edns_option option = { DNS_OPTION_COOKIE, bytes_of(cookie->octets, cookie->size) };

    if (said->has_error)
        REQUIRE(dns_extended_error_write(&error, out));
    if (said->has_cookie && cookie->size > 0)
        REQUIRE(dns_option_write(&option, out));
    return (struct dns_edns){
        .udp_size = 1232,
        .rcode_high = (uint8_t)(said->rcode >> 4),
        .options = byte_writer_written(out),
    };
}

struct bytes said_write(struct scenario *scenario, const struct dns_message *query,
                        const struct forwarder_cookie *cookie)
{
    const struct said *said = &scenario->said;
    uint8_t block[64];
    struct byte_writer options = byte_writer_init(block, sizeof(block));
    struct dns_edns edns = edns_of(said, cookie, &options);
    unsigned int kept = query->header.flags & (DNS_FLAG_RD | DNS_FLAG_CD);
    struct dns_header header = {
        .id = query->header.id,
        .flags = dns_flags_of(DNS_FLAG_QR | DNS_FLAG_RA | kept | said->flags,
                              dns_header_opcode(&query->header), said->rcode & 15U),
    };
    struct dns_builder builder;
    struct dns_question question;

    dns_builder_init(&builder, scenario->wire, DNS_MESSAGE_SIZE_MAX, &header);
    if (dns_message_question(query, &question))
        REQUIRE(dns_builder_add_question(&builder, &question).status == DNS_OK);
    for (enum dns_section section = DNS_ANSWER; section <= DNS_ADDITIONAL; section++) {
        for (size_t i = 0; i < said->count; i++) {
            struct dns_rr rr = dns_rr_of_text(&said->records[i].text);

            if (said->records[i].section == section)
                REQUIRE(dns_builder_add_rr(&builder, section, &rr).status == DNS_OK);
        }
    }
    if ((query->opt_at != 0 && !said->is_plain) || said->has_edns)
        REQUIRE(dns_builder_add_edns(&builder, &edns).status == DNS_OK);
    return dns_builder_finish(&builder);
}

static void format_record(const char *section, const struct dns_rr *rr, struct text *text)
{
    struct dns_name owner = dns_rr_owner(rr);

    dns_name_lower(&owner);
    REQUIRE(text_append(text, "\n    "));
    REQUIRE(text_append(text, section));
    REQUIRE(dns_name_format(&owner, text));
    REQUIRE(text_append(text, " "));
    REQUIRE(text_append_decimal(text, rr->ttl_s, 0));
    REQUIRE(text_append(text, " "));
    if (rr->class != DNS_CLASS_IN) {
        REQUIRE(dns_class_format(rr->class, text));
        REQUIRE(text_append(text, " "));
    }
    REQUIRE(dns_type_format(rr->type, text));
    REQUIRE(text_append(text, " "));
    REQUIRE(dns_rdata_format(rr, text));
}

/* What EDNS says that is worth telling. */
static void format_edns(const struct dns_message *message, struct text *text)
{
    struct forwarder_cookie cookie;
    struct dns_edns edns;
    struct dns_edns_option option;
    struct dns_extended_error error;

    if (!dns_message_edns(message, &edns))
        return;
    if (dns_edns_find_option(&edns, DNS_OPTION_EDE, &option) &&
        dns_extended_error_read(&option, &error) == DNS_OK) {
        REQUIRE(text_append(text, " ede="));
        REQUIRE(text_append_decimal(text, error.code, 0));
    }
    forwarder_cookie_find(message, &cookie);
    if (cookie.size > 0)
        REQUIRE(text_append(text, " +cookie"));
}

void said_format(struct bytes wire, struct text *text)
{
    struct dns_message message;

    if (dns_message_read(wire, &message).status != DNS_OK) {
        REQUIRE(text_append(text, "what is no message"));
        return;
    }
    REQUIRE(dns_rcode_format(dns_message_rcode(&message), text));
    for (size_t i = 0; i < FLAG_ROWS; i++) {
        if (!dns_header_has(&message.header, flag_rows[i].flag))
            continue;
        REQUIRE(text_append(text, " "));
        REQUIRE(text_append(text, flag_rows[i].word));
    }
    format_edns(&message, text);
    for (enum dns_section section = DNS_ANSWER; section <= DNS_ADDITIONAL; section++) {
        static const char *const names[] = { "", "", "authority ", "additional " };
        struct dns_walk walk = dns_message_section(&message, section);
        struct dns_rr rr;

        while (dns_walk_next(&walk, &rr))
            if (rr.type != DNS_TYPE_OPT)
                format_record(names[section], &rr, text);
    }
}
