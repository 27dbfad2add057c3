/*
 * The stack that a call of the codec takes: at most 2 KiB (docs/library.md), whatever it is given.
 *
 * Each call runs on a stack of its own, which was painted before; how far the paint is gone
 * afterwards is what it took. It is made with every file of the corpus, with room for its text and
 * without, and with names and lines as long as they can be. What belongs to the caller (messages,
 * names, builders, blocks) lies elsewhere and does not count.
 *
 * A build that is instrumented or not optimised has larger frames, and another limit.
 *
 * The tree is $CUPEL_SOURCE, or the working directory.
 */
#include "unit.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "dns/message_partial.h"
#include "dns/message_text.h"
#include "dns/response.h"
#include "dns/text.h"
#include "dns/zone_text.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define IS_INSTRUMENTED 1
#endif
#endif
#if defined(IS_INSTRUMENTED) || defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
#define STACK_LIMIT ((size_t)16384)
#else
#define STACK_LIMIT ((size_t)2048)
#endif

#define STACK_SIZE ((size_t)32768)
#define PAINT 0xA5
#define FILE_BYTES_MAX ((size_t)1 << 20)
#define BLOCK_SIZE ((size_t)65536)
#define SMALL_TEXT 900 /* less than the longest name takes */

/* What a caller of the codec has. */
struct caller {
    struct bytes input;
    bool is_small; /* the texts that it gives have little room */
    struct dns_message message;
    struct dns_message_partial partial;
    struct dns_name name, other_name;
    struct dns_question question;
    struct dns_edns edns;
    struct dns_rr rr, rr_before;
    struct dns_rdata fields;
    struct dns_value value;
    struct dns_builder builder;
    struct dns_builder_mark mark;
    struct dns_zone_text zone;
    struct dns_message_text messages;
    struct dns_rr_text record;
    struct dns_verdict verdict;
    struct text text;
    struct byte_writer out;
    bool told;
    int order;
    uint8_t block[BLOCK_SIZE];
    uint8_t scratch[DNS_MESSAGE_TEXT_SCRATCH];
    char shown[DNS_PART_TEXT_MAX];
};

/* The stack that calls run on, and what runs on it. */
struct stack {
    _Alignas(64) uint8_t octets[STACK_SIZE];
    ucontext_t outside, inside;
    void (*call)(struct caller *caller);
    struct caller caller;
};

/* A context takes no pointer but in halves. */
static void run_inside(unsigned int high, unsigned int low)
{
    uintptr_t both = (uintptr_t)((uint64_t)high << 32 | low);
    struct stack *stack = (struct stack *)both;

    stack->call(&stack->caller);
}

static void run(struct stack *stack)
{
    uint64_t both = (uintptr_t)stack;

    assert_int_equal(getcontext(&stack->inside), 0);
    stack->inside.uc_stack.ss_sp = stack->octets;
    stack->inside.uc_stack.ss_size = sizeof(stack->octets);
    stack->inside.uc_link = &stack->outside;
    makecontext(&stack->inside, (void (*)(void))run_inside, 2, (unsigned int)(both >> 32),
                (unsigned int)both);
    assert_int_equal(swapcontext(&stack->outside, &stack->inside), 0);
}

/* The octets of stack that a call takes. The first time, the linker may take some to find the
 * functions of the C library; what counts is the second. */
static size_t depth_of(struct stack *stack, void (*call)(struct caller *caller))
{
    static const uint8_t paint[] = { PAINT, PAINT, PAINT, PAINT, PAINT, PAINT, PAINT, PAINT };
    size_t at = 0;

    stack->call = call;
    run(stack);
    memset(stack->octets, PAINT, sizeof(stack->octets));
    run(stack);
    while (at < sizeof(stack->octets) && memcmp(stack->octets + at, paint, sizeof(paint)) == 0)
        at += sizeof(paint);
    return sizeof(stack->octets) - at;
}

static struct text *text_of(struct caller *my)
{
    my->text = text_init(my->shown, my->is_small ? SMALL_TEXT : sizeof(my->shown));
    return &my->text;
}

static struct byte_writer *writer_of(struct caller *my)
{
    my->out = byte_writer_init(my->block, sizeof(my->block));
    return &my->out;
}

static void call_nothing(struct caller *my)
{
    my->told = false;
}

static void call_read(struct caller *my)
{
    my->verdict = dns_message_read(my->input, &my->message);
}

/* The last of these calls gives the message that all later ones look at. */
static void call_read_partial(struct caller *my)
{
    dns_message_read_partial(my->input, &my->partial);
    my->message = my->partial.message;
}

static void call_check(struct caller *my)
{
    my->verdict = dns_message_check_rdata(&my->message);
}

static void call_header(struct caller *my)
{
    my->told = dns_header_format(&my->message, text_of(my));
}

static void call_questions(struct caller *my)
{
    struct byte_reader in = dns_message_questions(&my->message);

    while (dns_question_read(&in, &my->question).status == DNS_OK)
        my->told = dns_question_format(&my->question, text_of(my)) &&
                   dns_question_equal(&my->question, &my->question);
}

/* A call for each record of the message. */
static void each_record(struct caller *my, void (*call)(struct caller *my))
{
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++) {
        struct dns_walk walk = dns_message_section(&my->message, (enum dns_section)i);

        while (dns_walk_next(&walk, &my->rr)) {
            call(my);
            my->rr_before = my->rr;
        }
    }
}

static void print_record(struct caller *my)
{
    my->told = dns_rr_format(&my->rr, text_of(my));
}

static void call_print(struct caller *my)
{
    each_record(my, print_record);
}

static void walk_fields(struct caller *my)
{
    my->fields = dns_rdata_of(&my->rr);
    while (dns_rdata_next(&my->fields, &my->value))
        (void)dns_value_octets(&my->value, true, &my->name);
}

static void call_fields(struct caller *my)
{
    each_record(my, walk_fields);
}

static void write_canonical(struct caller *my)
{
    my->verdict = dns_rdata_write(&my->rr, true, writer_of(my));
}

static void call_canonical(struct caller *my)
{
    each_record(my, write_canonical);
}

/* Only RDATA that was checked may be compared. */
static void compare_records(struct caller *my)
{
    my->other_name = dns_rr_owner(&my->rr);
    if (dns_rdata_check(&my->rr).status != DNS_OK)
        return;
    my->order = dns_rdata_compare(&my->rr, &my->rr);
    if (my->rr_before.type == my->rr.type && my->rr_before.class == my->rr.class &&
        my->rr_before.rdata.base == my->rr.rdata.base &&
        dns_rdata_check(&my->rr_before).status == DNS_OK)
        my->order = dns_rdata_compare(&my->rr_before, &my->rr);
}

static void call_compare(struct caller *my)
{
    each_record(my, compare_records);
}

static void add_record(struct caller *my)
{
    my->verdict = dns_builder_add_rr(&my->builder, DNS_ANSWER, &my->rr);
}

static void call_build(struct caller *my)
{
    dns_builder_init(&my->builder, my->block, sizeof(my->block), &my->message.header);
    my->mark = dns_builder_mark(&my->builder);
    if (dns_message_question(&my->message, &my->question))
        my->verdict = dns_builder_add_question(&my->builder, &my->question);
    each_record(my, add_record);
    if (dns_message_edns(&my->message, &my->edns))
        my->verdict = dns_builder_add_edns(&my->builder, &my->edns);
    (void)dns_builder_finish(&my->builder);
    dns_builder_rollback(&my->builder, &my->mark);
}

static void call_respond(struct caller *my)
{
    static const struct dns_edns edns = { .udp_size = 1232 };
    static const struct dns_response response = { DNS_RCODE_BADVERS, DNS_FLAG_RA, &edns };

    my->told = dns_response_write(my->input, &response, writer_of(my));
}

/* Only a message that was accepted may be cut. */
static void call_cut(struct caller *my)
{
    if (my->partial.framing.status != DNS_OK)
        return;
    my->out = byte_writer_init(my->block, my->is_small ? 512 : sizeof(my->block));
    my->verdict = dns_response_truncate(&my->message, DNS_CUT_RRSET, &my->builder, &my->out);
    my->out = byte_writer_init(my->block, my->is_small ? 512 : sizeof(my->block));
    my->verdict = dns_response_truncate(&my->message, DNS_CUT_RR, &my->builder, &my->out);
}

static void call_edns(struct caller *my)
{
    if (!dns_message_edns(&my->message, &my->edns))
        return;
    my->told = dns_edns_format(&my->edns, text_of(my));
    my->verdict = dns_edns_parse(text_bytes(&my->text), writer_of(my), &my->edns);
}

static void call_options(struct caller *my)
{
    my->verdict = dns_edns_parse(my->input, writer_of(my), &my->edns);
}

static void call_zone(struct caller *my)
{
    dns_zone_text_init(&my->zone, my->input, &my->other_name);
    while (dns_zone_text_next(&my->zone, writer_of(my), &my->record)) {
        my->rr = dns_rr_of_text(&my->record);
        my->told = dns_rr_format(&my->rr, text_of(my));
    }
}

static void call_messages(struct caller *my)
{
    struct bytes wire;

    dns_message_text_init(&my->messages, my->input,
                          byte_writer_init(my->scratch, sizeof(my->scratch)));
    while (dns_message_text_next(&my->messages, writer_of(my), &wire))
        my->told = true;
}

static void call_lines(struct caller *my)
{
    struct dns_scan scan = dns_scan_init(my->input);
    struct dns_rr_defaults defaults = { .origin = &my->other_name, .class = DNS_CLASS_IN };

    while (dns_rr_parse(&scan, &defaults, writer_of(my), &my->record).status == DNS_OK)
        my->told = true;
}

/* The first line as the RDATA of each kind of type. */
static void call_rdata(struct caller *my)
{
    struct dns_rdata_form form = { .class = DNS_CLASS_IN, .origin = &my->other_name };

    for (unsigned int type = 1; type < 300; type++) {
        struct dns_scan scan = dns_scan_init(my->input);

        form.type = (uint16_t)type;
        my->verdict = dns_rdata_parse(&scan, &form, writer_of(my));
    }
}

/* The whole input as the RDATA of each type. */
static void call_types(struct caller *my)
{
    my->rr = (struct dns_rr){ .class = DNS_CLASS_IN, .rdata = byte_reader_init(my->input) };
    for (unsigned int type = 1; type < 300; type++) {
        my->rr.type = (uint16_t)type;
        my->told = dns_rdata_format(&my->rr, text_of(my));
        my->verdict = dns_rdata_write(&my->rr, true, writer_of(my));
    }
}

static void call_names(struct caller *my)
{
    struct byte_reader in = byte_reader_init(my->input);

    my->verdict = dns_name_read(&in, &my->name);
    my->verdict = dns_name_parse(my->input, &my->name);
    my->verdict = dns_name_parse_relative(my->input, &my->other_name, &my->name);
    my->told = dns_name_format(&my->name, text_of(my));
    dns_name_lower(&my->name);
    my->order = dns_name_compare(&my->name, &my->other_name);
    my->told = dns_name_equal(&my->name, &my->other_name);
}

/* The calls, and the folders of the corpus that they are made with; in this order. */
static const struct row {
    const char *label;
    void (*call)(struct caller *my);
    const char *folders;
} rows[] = {
    { "dns_message_read", call_read, "message message_partial response" },
    { "dns_message_read_partial", call_read_partial, "message message_partial response" },
    { "dns_message_check_rdata", call_check, "message message_partial" },
    { "dns_header_format", call_header, "message message_partial" },
    { "dns_question_format", call_questions, "message message_partial" },
    { "dns_rr_format", call_print, "message message_partial" },
    { "dns_rdata_next", call_fields, "message message_partial" },
    { "dns_rdata_write", call_canonical, "message message_partial" },
    { "dns_rdata_compare", call_compare, "message message_partial" },
    { "dns_builder_add_rr", call_build, "message message_partial" },
    { "dns_response_write", call_respond, "message message_partial response" },
    { "dns_response_truncate", call_cut, "message response" },
    { "dns_edns_format and dns_edns_parse", call_edns, "message message_partial" },
    { "dns_edns_parse of other text", call_options, "text" },
    { "dns_zone_text_next", call_zone, "text zone_text" },
    { "dns_message_text_next", call_messages, "message_text" },
    { "dns_rr_parse", call_lines, "text zone_text" },
    { "dns_rdata_parse", call_rdata, "text" },
    { "dns_rdata_format", call_types, "rdata" },
    { "dns_name_parse and dns_name_format", call_names, "name text rdata" },
};

/* The most that each call took, and what it was given then. */
struct most {
    size_t depth;
    char input[300];
};

struct measuring {
    struct stack stack;
    struct most most[ROWS(rows)];
};

/* Whether a call is made with the files of a folder. */
static bool takes(const struct row *row, const char *folder)
{
    size_t size = strlen(folder);

    for (const char *at = row->folders; at != NULL; at = strchr(at, ' ')) {
        at += *at == ' ';
        if (strncmp(at, folder, size) == 0 && (at[size] == ' ' || at[size] == '\0'))
            return true;
    }
    return false;
}

static void measure(struct measuring *all, const char *folder, const char *name, struct bytes input)
{
    struct caller *caller = &all->stack.caller;

    caller->input = input;
    memset(&caller->rr_before, 0, sizeof(caller->rr_before));
    for (size_t i = 0; i < ROWS(rows); i++) {
        if (!takes(&rows[i], folder))
            continue;
        for (unsigned int small = 0; small < 2; small++) {
            struct most *most = &all->most[i];
            size_t depth;

            caller->is_small = small == 1;
            depth = depth_of(&all->stack, rows[i].call);
            if (depth <= most->depth)
                continue;
            most->depth = depth;
            (void)snprintf(most->input, sizeof(most->input), "%s/%s", folder, name);
        }
    }
}

static void measure_file(struct measuring *all, const char *folder, const char *name)
{
    CLEANUP(arena_done) struct arena arena = arena_init(FILE_BYTES_MAX + 64);
    const char *top = getenv("CUPEL_SOURCE");
    char path[1024];
    struct bytes content;
    struct err err = { 0 };

    (void)snprintf(path, sizeof(path), "%s/corpus/dns/%s/%s", top != NULL ? top : ".", folder,
                   name);
    if (file_read((struct file_place){ AT_FDCWD, path }, FILE_BYTES_MAX, &arena, &content, &err) <
        0)
        fail_msg("%s", err.sentence);
    /* Responses have the room that there is for them in front. */
    if (strcmp(folder, "response") == 0 && content.size >= 2)
        content = bytes_of(content.at + 2, content.size - 2);
    measure(all, folder, name, content);
}

static void measure_folder(struct measuring *all, const char *folder)
{
    const char *top = getenv("CUPEL_SOURCE");
    char path[1024];
    DIR *directory;
    size_t files = 0;

    (void)snprintf(path, sizeof(path), "%s/corpus/dns/%s", top != NULL ? top : ".", folder);
    directory = opendir(path);
    assert_non_null(directory);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (entry->d_name[0] == '.')
            continue;
        measure_file(all, folder, entry->d_name);
        files++;
    }
    (void)closedir(directory);
    assert_row(folder, files > 0);
}

/* Text that no file has: the longest name, all of it escaped, alone and where names stand. */
static void measure_long_names(struct measuring *all)
{
    static const struct {
        const char *label, *before, *between, *behind;
    } lines[] = {
        { "a name", "", NULL, "" },
        { "an owner", "", NULL, " A 192.0.2.1\n" },
        { "three names", "", " SOA ", " 1 1 1 1 1\n" },
        { "a target", "a SVCB 1 ", NULL, " alpn=h2\n" },
        { "a server", "a HIP 2 00 AA== ", NULL, "\n" },
        { "an origin", "$ORIGIN ", NULL, "\na MX 1 b\n" },
    };
    char name[DNS_NAME_TEXT_MAX];
    struct text text = text_init(name, sizeof(name));

    for (unsigned int i = 0; i < 250; i++)
        assert_true(text_append(&text, i > 0 && i % 63 == 0 ? ".\\255" : "\\000"));
    assert_true(text_append_char(&text, '.'));
    assert_int_equal(dns_name_parse(text_bytes(&text), &all->stack.caller.name).status, DNS_OK);
    for (size_t i = 0; i < ROWS(lines); i++) {
        char line[4 * DNS_NAME_TEXT_MAX];
        char message[4 * DNS_NAME_TEXT_MAX + 128];
        bool is_soa = lines[i].between != NULL;

        (void)snprintf(line, sizeof(line), "%s%s%s%s%s%s%s", lines[i].before, name,
                       is_soa ? lines[i].between : "", is_soa ? name : "", is_soa ? " " : "",
                       is_soa ? name : "", lines[i].behind);
        measure(all, "text", lines[i].label, bytes_of_text(line));
        (void)snprintf(message, sizeof(message),
                       ";; ->>HEADER<<- id: 1\n;; flags: qr\n;; ANSWER SECTION:\n%s", line);
        measure(all, "message_text", lines[i].label, bytes_of_text(message));
    }
}

static void a_call_takes_at_most_two_kib_of_stack(void **state)
{
    static const char *const folders[] = {
        "message", "message_partial", "message_text", "name",
        "rdata",   "response",        "text",         "zone_text"
    };
    CLEANUP(free_pointer) struct measuring *all = aligned_alloc(64, sizeof(*all));
    size_t base;

    (void)state;
    if (all == NULL) {
        fail_msg("no memory");
        return;
    }
    memset(all, 0, sizeof(*all));
    base = depth_of(&all->stack, call_nothing);
    all->stack.caller.other_name = dns_name_root();
    for (size_t i = 0; i < ROWS(folders); i++)
        measure_folder(all, folders[i]);
    measure_long_names(all);
    for (size_t i = 0; i < ROWS(rows); i++) {
        size_t depth = all->most[i].depth - base;

        print_message("%s: %zu octets (%s)\n", rows[i].label, depth, all->most[i].input);
        if (all->most[i].depth < base || depth > STACK_LIMIT)
            fail_msg("%s takes %zu octets of stack with %s", rows[i].label, depth,
                     all->most[i].input);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_call_takes_at_most_two_kib_of_stack),
};

RUN_TESTS(tests)
