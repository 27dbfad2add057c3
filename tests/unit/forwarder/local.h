/*
 * Local data for tests: short ways to build it, and to ask a forwarder that has it. Includes
 * fixture.h.
 */
#pragma once

#include "fixture.h"

#include "dns/option.h"
#include "dns/text.h"
#include "forwarder/local/build.h"
#include "forwarder/local/special.h"

/* A build under a key that is the same in each run. */
static inline void local_begin(struct forwarder_build *build)
{
    static const struct forwarder_hash_key key = { { 1, 2 } };

    forwarder_build_init(build, &key);
}

static inline struct dns_name local_name(const char *text)
{
    struct dns_name name = { 0 };

    assert_int_equal(dns_name_parse(bytes_of_text(text), &name).status, DNS_OK);
    dns_name_lower(&name);
    return name;
}

/* Adds a line of a zone file. */
static inline enum forwarder_build_status local_record(struct forwarder_build *build,
                                                       const char *line)
{
    struct dns_scan scan = dns_scan_init(bytes_of_text(line));
    struct dns_rr_defaults defaults = { .ttl_s = 300, .class = DNS_CLASS_IN };
    uint8_t block[512];
    struct byte_writer out = byte_writer_init(block, sizeof(block));
    struct dns_rr_text record;

    assert_int_equal(dns_rr_parse(&scan, &defaults, &out, &record).status, DNS_OK);
    return forwarder_build_record(build, &record);
}

/* Adds the names that are special. */
static inline void local_special(struct forwarder_build *build)
{
    struct forwarder_special special = { 0 };

    assert_int_equal(forwarder_build_special(build, &special), FORWARDER_BUILD_OK);
}

/* Adds a rule. */
static inline void local_rule(struct forwarder_build *build, const char *text, unsigned int flags)
{
    struct dns_name name = local_name(text);

    assert_int_equal(forwarder_build_rule(build, &name, flags), FORWARDER_BUILD_OK);
}

static inline struct forwarder_built *local_finish(struct forwarder_build *build,
                                                   const struct forwarder_local_options *options)
{
    struct forwarder_built *built = NULL;

    assert_int_equal(forwarder_build_finish(build, options, NULL, &built), FORWARDER_BUILD_OK);
    return built;
}

/* What client 100 asks. */
struct local_question {
    const char *name;
    uint16_t type;
    uint16_t class; /* 0: IN */
    bool has_edns;
};

/* The question goes in; what comes out is all that is in the batch. */
static inline void local_send(struct fixture *fixture, struct local_question asked)
{
    struct dns_header header = { .id = 77, .flags = DNS_FLAG_RD };
    struct dns_question question = {
        .type = asked.type,
        .class = asked.class == 0 ? DNS_CLASS_IN : asked.class,
    };
    struct dns_edns edns = { .udp_size = 1232 };
    struct forwarder_path path = fixture_client(100);
    struct dns_builder builder;

    dns_builder_init(&builder, fixture->wire, sizeof(fixture->wire), &header);
    assert_int_equal(dns_name_parse(bytes_of_text(asked.name), &question.name).status, DNS_OK);
    assert_int_equal(dns_builder_add_question(&builder, &question).status, DNS_OK);
    if (asked.has_edns)
        assert_int_equal(dns_builder_add_edns(&builder, &edns).status, DNS_OK);
    fixture_receive(fixture, &path, dns_builder_finish(&builder));
}

/* Appends the records of a section as text, one a line, with single spaces. */
static inline void local_print(const struct dns_message *message, enum dns_section section,
                               struct text *text)
{
    struct dns_walk walk = dns_message_section(message, section);
    struct dns_rr rr;

    while (dns_walk_next(&walk, &rr)) {
        size_t start = text->size;

        if (rr.type == DNS_TYPE_OPT)
            continue;
        assert_true(dns_rr_format(&rr, text));
        for (size_t i = start; i < text->size; i++)
            if (text->at[i] == '\t')
                text->at[i] = ' ';
        assert_true(text_append(text, "\n"));
    }
}

#define LOCAL_TEXT_MAX 4096

/* What a question is answered with: RCODE, " aa" if it is authoritative, the records of answer and
 * authority; or "forwarded". */
static inline const char *local_answer(struct fixture *fixture, struct local_question asked,
                                       char block[LOCAL_TEXT_MAX])
{
    struct text text = text_init(block, LOCAL_TEXT_MAX);
    struct dns_message answer;

    local_send(fixture, asked);
    assert_int_equal(fixture->batch->count, 1);
    if (fixture->batch->at[0].path.side == FORWARDER_UPSTREAMS)
        return "forwarded";
    answer = fixture_answer(fixture, 100);
    assert_int_equal(answer.header.id, 77);
    assert_true(dns_header_has(&answer.header, DNS_FLAG_RD));
    assert_true(dns_header_has(&answer.header, DNS_FLAG_RA));
    assert_false(dns_header_has(&answer.header, DNS_FLAG_AD));
    assert_int_equal(answer.opt_at != 0, asked.has_edns);
    assert_true(dns_rcode_format(dns_message_rcode(&answer), &text));
    assert_true(text_append(&text, dns_header_has(&answer.header, DNS_FLAG_AA) ? " aa\n" : "\n"));
    local_print(&answer, DNS_ANSWER, &text);
    local_print(&answer, DNS_AUTHORITY, &text);
    return text.at;
}
