/*
 * struct scenario: a story about the forwarder, read from a file and played over its core without
 * a network, on a clock that stands where the story puts it. For the files that share it:
 * scenario.c (files, lines, and what was refused), scenario_words.c (words of a line),
 * scenario_options.c (what the forwarder is configured to), scenario_asked.c (queries),
 * scenario_said.c (answers and replies), scenario_core.c
 * (the forwarder), scenario_steps.c (what clients and upstreams do).
 *
 * tests/sim/scenarios/README.md says what a file may say.
 */
#pragma once

#include "dns/builder.h"
#include "dns/code.h"
#include "dns/message.h"
#include "dns/option.h"
#include "dns/rr_text.h"
#include "dns/rrtype.h"
#include "forwarder/core/forwarder.h"
#include "forwarder/local/build.h"
#include "tests/sim/network.h"

#define SCENARIO_WORDS_MAX 24
#define SCENARIO_CLIENTS_MAX 1000
#define SCENARIO_ASKS_MAX 16     /* of one client that are remembered */
#define SCENARIO_SEEN_MAX 4096   /* messages that the forwarder sent */
#define SCENARIO_RECORDS_MAX 128 /* of one answer */
#define SCENARIO_RDATA_MAX 65536
#define SCENARIO_TEXT_MAX 262144
#define SCENARIO_LANES 4
#define SCENARIO_CLIENT_PORT 1024 /* and a client's number */
#define SCENARIO_SERVER_COOKIE 8

/* The words of a line; the line stays where it is. */
struct words {
    struct bytes line;
    size_t count;
    size_t next;
    struct bytes at[SCENARIO_WORDS_MAX];
};

/* What a query says. */
struct asked {
    struct dns_question question;
    unsigned int opcode;
    unsigned int flags;
    bool has_edns;
    bool dnssec_ok;
    uint16_t udp_size;
    uint8_t version;
    bool has_cookie;
    bool is_stream;
};

/* What a client asked. */
struct ask {
    struct asked asked;
    uint16_t id;
    bool is_whole; /* it has a question */
    size_t question_size;
    uint8_t question[DNS_NAME_SIZE_MAX + 4];
};

struct client {
    uint32_t asks_count; /* all that there were */
    struct ask asks[SCENARIO_ASKS_MAX];
    struct forwarder_cookie cookie; /* what it got last */
};

/* A message that the forwarder sent. */
struct seen {
    bool is_taken; /* a step spoke of it */
    struct forwarder_path path;
    size_t size;
    uint8_t *octets;
};

/* A record of an answer. */
struct said_record {
    enum dns_section section;
    struct dns_rr_text text;
};

/* What an answer says. */
struct said {
    uint16_t rcode;
    unsigned int flags; /* AA, TC, AD */
    bool has_error;
    uint16_t error;
    bool has_cookie;
    bool is_plain; /* without EDNS, though the query had it, */
    bool has_edns; /* or with it, though it had none */
    bool is_reassembled;
    bool is_nothing;
    struct bytes wrong; /* what is wrong with a reply; empty: nothing */
    uint32_t ttl_s;
    uint32_t times;
    size_t count;
    struct said_record records[SCENARIO_RECORDS_MAX];
    struct byte_writer rdata;
};

struct scenario {
    const char *path;
    struct bytes left; /* of the file, from the next line on */
    unsigned long line;
    unsigned long lines_taken; /* records below the step */
    bool has_begun;
    struct forwarder_config config;
    struct forwarder_local_options local_options;
    struct forwarder_build build;
    struct forwarder_built *built;
    struct forwarder *forwarder;
    struct forwarder_batch *batch;
    void *slab;
    struct chance entropy;
    uint64_t now_ns;
    size_t seen_count;
    struct seen *seen;
    struct client *clients; /* SCENARIO_CLIENTS_MAX */
    uint16_t ids;
    struct said said;
    uint8_t *rdata; /* of `said`: SCENARIO_RDATA_MAX */
    uint8_t *wire;  /* of a message that is built: DNS_MESSAGE_SIZE_MAX */
    struct text was;
    struct text wanted;
    struct text why;
};

/* Says why a line is refused: a sentence, and the word that it is about, if any; false. */
bool scenario_refuse(struct scenario *scenario, const char *sentence, struct bytes about);

/* The next line of records below a step; false where there is none. */
bool scenario_next_record(struct scenario *scenario, struct bytes *ret_line);

/* Splits a line at its blanks; false where it has more words than any line may have. */
bool words_split(struct bytes line, struct words *ret_words);

/* The next word; an empty one at the end. */
struct bytes words_take(struct words *words);

/* Takes the next word if it is this one. */
bool words_take_if(struct words *words, const char *word);

/* What is left of the line from the next word on, which then has no other. */
struct bytes words_rest(struct words *words);

/* Whether a word is this one. */
bool word_is(struct bytes word, const char *text);

/* The value of a word such as ttl=300 with the name `ttl`. */
bool word_value(struct bytes word, const char *name, struct bytes *ret_value);

/* A decimal number of at most `most`. */
bool word_number(struct bytes word, uint64_t most, uint64_t *ret_number);

/* A time: a number and ms, s, m, h or d. */
bool word_time(struct bytes word, uint64_t *ret_ns);

/* An IPv4 address. */
bool word_address(struct bytes word, struct forwarder_address *ret_address);

/* Puts a number in place of each % of a word or line, in a block; false where it has no room. */
bool word_fill(struct bytes word, uint64_t number, struct text *text);

/* Reads a line that begins with `with`, behind that. */
bool scenario_option(struct scenario *scenario, struct words *words);

/* Puts the configuration at what cupel-dns has without options. */
void scenario_defaults(struct scenario *scenario);

/* Begins the forwarder, once all options are there; false where they make no sense together. */
bool scenario_begin(struct scenario *scenario);

/* Reads what is asked: NAME [CLASS] TYPE; `number` stands for %. */
bool asked_parse(struct scenario *scenario, struct words *words, uint64_t number,
                 struct asked *ret_asked);

/* Reads the words behind that, to the end of the line. */
bool asked_parse_words(struct scenario *scenario, struct words *words, struct asked *asked);

/* What a query that was sent asks. */
bool asked_read(const struct seen *seen, struct asked *ret_asked);

/* Appends it as text; the same text is the same query. */
void asked_format(const struct asked *asked, struct text *text);

/* Reads what is said: RCODE and words, and the records below. `question`: of the query that it
 * answers. */
bool said_parse(struct scenario *scenario, struct words *words,
                const struct dns_question *question);

/* Appends a message as text; the same text says the same. */
void said_format(struct bytes wire, struct text *text);

/* Writes what is said as the answer to a query: with EDNS if that had it, and the cookie. */
struct bytes said_write(struct scenario *scenario, const struct dns_message *query,
                        const struct forwarder_cookie *cookie);

/* Does what a line says, behind `client` or `upstream`. */
bool scenario_who(struct scenario *scenario, struct words *words, bool is_client);

/* Gives the forwarder a datagram or a message. */
void scenario_receive(struct scenario *scenario, const struct forwarder_datagram *datagram);

/* Lets time pass: all that is due is done in its time. */
void scenario_pass_time(struct scenario *scenario, uint64_t ns);

/* Tells the forwarder that a way fails. */
void scenario_fail(struct scenario *scenario, const struct forwarder_failure *failure);

/* Says that a message was sent of which no step spoke; true where there is none. */
bool scenario_check_silence(struct scenario *scenario);
