/* What happens in a scenario: a row for each verb of clients and of upstreams. */
#include "tests/sim/scenario.h"

#include "base/require.h"

#include <stdlib.h>

/* Who does what. */
struct doing {
    uint64_t number;
    struct words words; /* behind the verb */
};

struct verb_row {
    const char *verb;
    bool is_doing; /* something happens: all that was sent before has been spoken of */
    bool (*run)(struct scenario *scenario, struct doing *doing);
};

static bool is_to_client(const struct seen *seen, uint64_t number)
{
    return seen->path.side == FORWARDER_CLIENTS &&
           seen->path.peer.port == SCENARIO_CLIENT_PORT + number;
}

static bool is_to_upstream(const struct seen *seen, uint64_t number)
{
    return seen->path.side == FORWARDER_UPSTREAMS &&
           seen->path.socket / SCENARIO_LANES == number - 1;
}

static struct forwarder_path client_path(uint64_t number, bool is_stream)
{
    return (struct forwarder_path){
        .side = FORWARDER_CLIENTS,
        .stream = is_stream ? (uint32_t)number : 0,
        .peer = { .octets = { 10, 0, (uint8_t)(number / 200), (uint8_t)(number % 200 + 1) },
                  .port = (uint16_t)(SCENARIO_CLIENT_PORT + number),
                  .size = 4 },
    };
}

/* The cookie that a client shows: what it got last, or its own alone. */
static struct forwarder_cookie client_cookie(const struct scenario *scenario, uint64_t number)
{
    struct forwarder_cookie cookie = scenario->clients[number].cookie;

    if (cookie.size > 0)
        return cookie;
    cookie.size = FORWARDER_COOKIE_CLIENT;
    memset(cookie.octets, 'c', FORWARDER_COOKIE_CLIENT);
    return cookie;
}

/* Remembers what a client asks, under another id each time. */
static struct ask *remember(struct scenario *scenario, uint64_t number, const struct asked *asked)
{
    struct client *client = &scenario->clients[number];
    struct ask *ask = &client->asks[client->asks_count % SCENARIO_ASKS_MAX];

    client->asks_count += 1;
    scenario->ids = (uint16_t)(scenario->ids * 25173U + 13849U);
    *ask = (struct ask){ .asked = *asked, .id = scenario->ids };
    return ask;
}

/* Writes a client's query; the question is remembered as it stands there. */
static struct bytes write_query(struct scenario *scenario, struct ask *ask,
                                const struct forwarder_cookie *cookie)
{
    const struct asked *asked = &ask->asked;
    struct dns_header header = { .id = ask->id,
                                 .flags = dns_flags_of(asked->flags, asked->opcode, 0) };
    struct dns_edns_option option = { DNS_OPTION_COOKIE, bytes_of(cookie->octets, cookie->size) };
    uint8_t block[64];
    struct byte_writer options = byte_writer_init(block, sizeof(block));
    struct dns_edns edns = {
        .udp_size = asked->udp_size,
        .version = asked->version,
        .flags = asked->dnssec_ok ? DNS_EDNS_DO : 0,
    };
    struct dns_builder builder;

    if (asked->has_cookie)
        REQUIRE(dns_option_write(&option, &options));
    edns.options = byte_writer_written(&options);
    dns_builder_init(&builder, scenario->wire, DNS_MESSAGE_SIZE_MAX, &header);
    REQUIRE(dns_builder_add_question(&builder, &asked->question).status == DNS_OK);
    ask->is_whole = true;
    ask->question_size = asked->question.name.size + (size_t)4;
    memcpy(ask->question, scenario->wire + DNS_HEADER_SIZE, ask->question_size);
    if (asked->has_edns)
        REQUIRE(dns_builder_add_edns(&builder, &edns).status == DNS_OK);
    return dns_builder_finish(&builder);
}

static bool client_asks(struct scenario *scenario, struct doing *doing)
{
    struct forwarder_address from = { 0 };
    struct forwarder_cookie cookie = client_cookie(scenario, doing->number);
    struct bytes value;
    struct asked asked;
    struct forwarder_datagram datagram = { 0 };

    if (!asked_parse(scenario, &doing->words, doing->number, &asked))
        return false;
    if (doing->words.count > doing->words.next &&
        word_value(doing->words.at[doing->words.count - 1], "from", &value)) {
        if (!word_address(value, &from))
            return scenario_refuse(scenario, "this is no address", value);
        doing->words.count -= 1;
    }
    if (words_take_if(&doing->words, "forged-cookie")) {
        cookie.size = FORWARDER_COOKIE_CLIENT + FORWARDER_COOKIE_SERVER;
        memset(cookie.octets, 'f', cookie.size);
        asked.has_edns = true;
        asked.has_cookie = true;
    }
    if (!asked_parse_words(scenario, &doing->words, &asked))
        return false;
    datagram.path = client_path(doing->number, asked.is_stream);
    if (from.size > 0)
        memcpy(datagram.path.peer.octets, from.octets, sizeof(from.octets));
    datagram.payload = write_query(scenario, remember(scenario, doing->number, &asked), &cookie);
    scenario_receive(scenario, &datagram);
    return true;
}

static int digit_of(uint8_t octet)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = octet == 0 ? NULL : strchr(digits, octet);

    return found == NULL ? -1 : (int)(found - digits);
}

/* Octets as they are. */
static bool client_sends(struct scenario *scenario, struct doing *doing)
{
    struct asked asked = { 0 };
    struct forwarder_datagram datagram = { .path = client_path(doing->number, false) };
    struct ask *ask = remember(scenario, doing->number, &asked);
    size_t size = 0;

    while (doing->words.next < doing->words.count) {
        struct bytes word = words_take(&doing->words);

        for (size_t i = 0; i < word.size; i += 2) {
            int high = digit_of(word.at[i]);
            int low = i + 1 < word.size ? digit_of(word.at[i + 1]) : -1;

            if (high < 0 || low < 0 || size == FORWARDER_DATAGRAM_BYTES_MAX)
                return scenario_refuse(scenario, "these are no octets in hexadecimal", word);
            scenario->wire[size] = (uint8_t)(high * 16 + low);
            size += 1;
        }
    }
    if (size >= 2)
        ask->id = (uint16_t)(scenario->wire[0] * 256 + scenario->wire[1]);
    datagram.payload = bytes_of(scenario->wire, size);
    scenario_receive(scenario, &datagram);
    return true;
}

static bool asks_question(const struct seen *seen, const struct dns_question *question)
{
    struct dns_message message;
    struct dns_question other;

    return dns_message_read(bytes_of(seen->octets, seen->size), &message).status == DNS_OK &&
           dns_message_question(&message, &other) && dns_question_equal(question, &other);
}

typedef bool (*is_wanted)(const struct seen *seen, uint64_t number);

/* The first message to somebody that no step spoke of, with this question if there is one. */
static struct seen *find_untaken(struct scenario *scenario, is_wanted is_to, uint64_t number,
                                 const struct dns_question *question)
{
    for (size_t i = 0; i < scenario->seen_count; i++) {
        struct seen *seen = &scenario->seen[i];

        if (!seen->is_taken && is_to(seen, number) &&
            (question == NULL || asks_question(seen, question)))
            return seen;
    }
    return NULL;
}

/* `N queries` or `N answers`; *ret_is_done: the line is done. */
static bool get_many(struct scenario *scenario, struct doing *doing, is_wanted is_to,
                     bool *ret_is_done)
{
    struct words *words = &doing->words;
    uint64_t count = 0;

    *ret_is_done = true;
    if (words->count - words->next == 1 && words_take_if(words, "nothing"))
        return find_untaken(scenario, is_to, doing->number, NULL) == NULL ||
               scenario_check_silence(scenario);
    *ret_is_done = words->count - words->next == 2 &&
                   (word_is(words->at[words->next + 1], "queries") ||
                    word_is(words->at[words->next + 1], "answers")) &&
                   word_number(words->at[words->next], SCENARIO_SEEN_MAX, &count);
    for (uint64_t i = 0; *ret_is_done && i < count; i++) {
        struct seen *seen = find_untaken(scenario, is_to, doing->number, NULL);

        if (seen == NULL) {
            REQUIRE(text_append(&scenario->why, "it got "));
            REQUIRE(text_append_decimal(&scenario->why, i, 0));
            return false;
        }
        seen->is_taken = true;
    }
    return true;
}

/* `was` is not what was wanted. */
static bool differ(struct scenario *scenario)
{
    text_clear(&scenario->why);
    REQUIRE(text_append(&scenario->why, "it got\n    "));
    REQUIRE(text_append(&scenario->why, scenario->was.at));
    REQUIRE(text_append(&scenario->why, "\nand not\n    "));
    REQUIRE(text_append(&scenario->why, scenario->wanted.at));
    return false;
}

/* Whether what a client got has the form that it must have, whatever it says. */
static const char *find_fault(const struct scenario *scenario, const struct seen *seen,
                              uint64_t number, const struct dns_message *answer)
{
    const struct client *client = &scenario->clients[number];
    struct bytes wire = answer->wire;

    for (size_t i = 0; i < SCENARIO_ASKS_MAX && i < client->asks_count; i++) {
        const struct ask *ask = &client->asks[i];
        size_t most = ask->asked.has_edns ? ask->asked.udp_size : 512;
        struct bytes question = { 0 };

        if (ask->id != answer->header.id)
            continue;
        if (seen->path.stream == 0 && wire.size > (most < 512 ? 512 : most))
            return "the answer is larger than the client takes";
        if (!dns_header_has(&answer->header, DNS_FLAG_QR))
            return "the answer is no response";
        if (!ask->is_whole)
            return NULL;
        if ((answer->opt_at != 0) != ask->asked.has_edns)
            return "the answer has EDNS and the query not, or the other way round";
        if (!bytes_part(wire, DNS_HEADER_SIZE, ask->question_size, &question) ||
            !bytes_equal(question, bytes_of(ask->question, ask->question_size)))
            return "the question is not what the client asked, letter by letter";
        return NULL;
    }
    return "the answer has an id with which the client did not ask";
}

/* Looks at an answer, and at what the step wants it to be. */
static bool compare_answer(struct scenario *scenario, struct doing *doing, struct seen *seen)
{
    struct client *client = &scenario->clients[doing->number];
    struct dns_question question = { .name = dns_name_root() };
    struct forwarder_cookie cookie;
    struct dns_message answer;
    const char *fault;
    struct bytes wanted;

    seen->is_taken = true;
    if (dns_message_read(bytes_of(seen->octets, seen->size), &answer).status != DNS_OK)
        return scenario_refuse(scenario, "the answer is malformed", bytes_of("", 0));
    fault = find_fault(scenario, seen, doing->number, &answer);
    if (fault != NULL)
        return scenario_refuse(scenario, fault, bytes_of("", 0));
    (void)dns_message_question(&answer, &question);
    if (!said_parse(scenario, &doing->words, &question))
        return false;
    forwarder_cookie_find(&answer, &cookie);
    if (cookie.size > 0)
        client->cookie = cookie;
    else
        memset(cookie.octets, 0, cookie.size = 16);
    wanted = said_write(scenario, &answer, &cookie);
    text_clear(&scenario->was);
    text_clear(&scenario->wanted);
    said_format(bytes_of(seen->octets, seen->size), &scenario->was);
    said_format(wanted, &scenario->wanted);
    return strcmp(scenario->was.at, scenario->wanted.at) == 0 || differ(scenario);
}

/* NAME [CLASS] TYPE, where the next word is no response code. */
static bool read_question(struct scenario *scenario, struct doing *doing,
                          struct dns_question *ret_question, bool *ret_is_there)
{
    struct asked asked;
    uint16_t rcode;

    *ret_is_there = doing->words.next < doing->words.count &&
                    !dns_rcode_parse(doing->words.at[doing->words.next], &rcode);
    if (!*ret_is_there)
        return true;
    if (!asked_parse(scenario, &doing->words, doing->number, &asked))
        return false;
    *ret_question = asked.question;
    return true;
}

static bool client_gets(struct scenario *scenario, struct doing *doing)
{
    struct dns_question question;
    bool has_question;
    bool is_done;
    struct seen *seen;
    struct bytes line;

    if (!get_many(scenario, doing, is_to_client, &is_done) || is_done)
        return is_done && scenario->why.size == 0;
    if (!read_question(scenario, doing, &question, &has_question))
        return false;
    seen = find_untaken(scenario, is_to_client, doing->number, has_question ? &question : NULL);
    if (seen != NULL)
        return compare_answer(scenario, doing, seen);
    while (scenario_next_record(scenario, &line))
        continue;
    return scenario_refuse(scenario, "it got nothing", bytes_of("", 0));
}

static bool upstream_gets(struct scenario *scenario, struct doing *doing)
{
    struct asked wanted;
    struct asked was;
    struct seen *seen;
    bool is_done;

    if (!get_many(scenario, doing, is_to_upstream, &is_done) || is_done)
        return is_done && scenario->why.size == 0;
    if (!asked_parse(scenario, &doing->words, doing->number, &wanted))
        return false;
    wanted.has_edns = true;
    if (!asked_parse_words(scenario, &doing->words, &wanted))
        return false;
    seen = find_untaken(scenario, is_to_upstream, doing->number, &wanted.question);
    if (seen == NULL)
        seen = find_untaken(scenario, is_to_upstream, doing->number, NULL);
    if (seen == NULL)
        return scenario_refuse(scenario, "it got nothing", bytes_of("", 0));
    seen->is_taken = true;
    if (!asked_read(seen, &was))
        return scenario_refuse(scenario, "it got what is no query", bytes_of("", 0));
    text_clear(&scenario->was);
    text_clear(&scenario->wanted);
    asked_format(&was, &scenario->was);
    asked_format(&wanted, &scenario->wanted);
    return strcmp(scenario->was.at, scenario->wanted.at) == 0 || differ(scenario);
}

/* The last query that an upstream got and a step spoke of. */
static const struct seen *find_query(const struct scenario *scenario, uint64_t number,
                                     const struct dns_question *question)
{
    for (size_t i = scenario->seen_count; i > 0; i--) {
        const struct seen *seen = &scenario->seen[i - 1];

        if (seen->is_taken && is_to_upstream(seen, number) &&
            (question == NULL || asks_question(seen, question)))
            return seen;
    }
    return NULL;
}

/* Makes a reply wrong in one way; false where there is no such way. */
static bool spoil(struct bytes wrong, struct forwarder_path *path, uint8_t *wire, size_t *size)
{
    unsigned int upstream = path->socket / SCENARIO_LANES;

    if (word_is(wrong, "id"))
        wire[1] ^= 1;
    else if (word_is(wrong, "qr"))
        wire[2] &= 0x7F;
    else if (word_is(wrong, "case"))
        wire[DNS_HEADER_SIZE + 1] ^= 0x20;
    else if (word_is(wrong, "name"))
        wire[DNS_HEADER_SIZE + 1] = wire[DNS_HEADER_SIZE + 1] == 'q' ? 'r' : 'q';
    else if (word_is(wrong, "end"))
        *size -= 1;
    else if (word_is(wrong, "more"))
        wire[(*size)++] = 0;
    else if (word_is(wrong, "port"))
        path->peer.port += 1;
    else if (word_is(wrong, "address"))
        path->peer.octets[3] ^= 0x80;
    else if (word_is(wrong, "socket"))
        path->socket = (uint16_t)(upstream * SCENARIO_LANES + (path->socket + 1U) % SCENARIO_LANES);
    else
        return wrong.size == 0 || word_is(wrong, "cookie");
    return true;
}

/* The cookie of an upstream's reply. */
static struct forwarder_cookie reply_cookie(const struct dns_message *query, struct bytes wrong)
{
    struct forwarder_cookie cookie;

    forwarder_cookie_find(query, &cookie);
    if (cookie.size == 0)
        return cookie;
    cookie.size = FORWARDER_COOKIE_CLIENT + SCENARIO_SERVER_COOKIE;
    memset(cookie.octets + FORWARDER_COOKIE_CLIENT, 's', SCENARIO_SERVER_COOKIE);
    cookie.octets[0] ^= word_is(wrong, "cookie");
    return cookie;
}

static bool upstream_answers(struct scenario *scenario, struct doing *doing)
{
    struct dns_question question = { .name = dns_name_root() };
    struct forwarder_cookie cookie;
    struct dns_message query;
    const struct seen *seen;
    struct forwarder_datagram datagram = { 0 };
    bool has_question;
    size_t size;

    if (!read_question(scenario, doing, &question, &has_question))
        return false;
    seen = find_query(scenario, doing->number, has_question ? &question : NULL);
    if (seen == NULL)
        return scenario_refuse(scenario, "it got no such query", bytes_of("", 0));
    REQUIRE(dns_message_read(bytes_of(seen->octets, seen->size), &query).status == DNS_OK);
    (void)dns_message_question(&query, &question);
    if (!said_parse(scenario, &doing->words, &question))
        return false;
    cookie = reply_cookie(&query, scenario->said.wrong);
    size = said_write(scenario, &query, &cookie).size;
    datagram.path = seen->path;
    datagram.is_reassembled = scenario->said.is_reassembled;
    if (!spoil(scenario->said.wrong, &datagram.path, scenario->wire, &size))
        return scenario_refuse(scenario, "nothing of a reply is called so", scenario->said.wrong);
    datagram.payload = bytes_of(scenario->wire, size);
    scenario_receive(scenario, &datagram);
    return true;
}

/* The way on which an upstream got its last query fails. */
static bool fail(struct scenario *scenario, uint64_t number, bool was_up)
{
    const struct seen *seen = find_query(scenario, number, NULL);
    struct forwarder_failure failure = { .was_up = was_up };

    if (seen == NULL || (was_up && seen->path.stream == 0))
        return scenario_refuse(scenario, "it got no query on such a way", bytes_of("", 0));
    failure.socket = seen->path.socket;
    failure.is_stream = seen->path.stream != 0;
    scenario_fail(scenario, &failure);
    return true;
}

static bool upstream_refuses(struct scenario *scenario, struct doing *doing)
{
    return fail(scenario, doing->number, false);
}

static bool upstream_closes(struct scenario *scenario, struct doing *doing)
{
    return fail(scenario, doing->number, true);
}

static const struct verb_row client_verbs[] = {
    { "asks", true, client_asks },  { "ask", true, client_asks },   { "sends", true, client_sends },
    { "send", true, client_sends }, { "gets", false, client_gets }, { "get", false, client_gets },
};

static const struct verb_row upstream_verbs[] = {
    { "gets", false, upstream_gets },      { "get", false, upstream_gets },
    { "answers", true, upstream_answers }, { "answer", true, upstream_answers },
    { "refuses", true, upstream_refuses }, { "closes", true, upstream_closes },
};

/* Lets one after another do what the line says; the records below it are there for each. */
static bool run_all(struct scenario *scenario, const struct verb_row *row,
                    const struct words *words, uint64_t first, uint64_t last)
{
    struct bytes left = scenario->left;
    bool is_good = true;

    if (row->is_doing && !scenario_check_silence(scenario))
        return false;
    for (uint64_t number = first; is_good && number <= last; number++) {
        struct doing doing = { .number = number, .words = *words };

        scenario->left = left;
        scenario->lines_taken = 0;
        is_good = row->run(scenario, &doing);
    }
    return is_good;
}

/* N, or N to M. */
static bool read_numbers(struct words *words, uint64_t most, uint64_t *ret_first,
                         uint64_t *ret_last)
{
    if (!word_number(words_take(words), most, ret_first) || *ret_first == 0)
        return false;
    *ret_last = *ret_first;
    return !words_take_if(words, "to") ||
           (word_number(words_take(words), most, ret_last) && *ret_last >= *ret_first);
}

bool scenario_who(struct scenario *scenario, struct words *words, bool is_client)
{
    const struct verb_row *rows = is_client ? client_verbs : upstream_verbs;
    uint64_t most = is_client ? SCENARIO_CLIENTS_MAX - 1 : FORWARDER_UPSTREAMS_MAX;
    uint64_t first;
    uint64_t last;
    struct bytes verb;

    if (!read_numbers(words, most, &first, &last))
        return scenario_refuse(scenario, "here stands a number, or two with `to` between",
                               bytes_of("", 0));
    verb = words_take(words);
    for (size_t i = 0; i < sizeof(client_verbs) / sizeof(client_verbs[0]); i++)
        if (word_is(verb, rows[i].verb))
            return run_all(scenario, &rows[i], words, first, last);
    return scenario_refuse(scenario, "nobody can do this", verb);
}
