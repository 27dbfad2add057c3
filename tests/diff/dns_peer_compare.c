/*
 * Two views of a message, and what differs between them. A difference in print is a `text` where
 * our reader makes the same octets of what the peer printed, and else a `misprint`. What is
 * levelled in print where it is read back, since it says the same: capitals (of hexadecimal
 * digits), backslashes before what needs none, and several blanks. Where both accept, each codec's
 * own writing of the message is read by the other: `wire` is theirs, read by us, and `rebuilt`
 * ours, read by them.
 */
#include "diff/dns_comparison.h"

#include "dns/code.h"
#include "dns/rr_text.h"
#include "dns/rrtype.h"
#include "dns/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

struct diff_finding *diff_add(struct diff_comparison *comparison, const char *kind,
                              const char *ours, const char *theirs)
{
    struct diff_findings *findings = comparison->findings;
    struct diff_finding made = { 0 };

    (void)snprintf(made.kind, sizeof(made.kind), "%s", kind);
    (void)snprintf(made.ours, sizeof(made.ours), "%s", ours);
    (void)snprintf(made.theirs, sizeof(made.theirs), "%s", theirs);
    for (unsigned int i = 0; i < findings->count; i++) {
        const struct diff_finding *other = &findings->items[i];

        if (strcmp(other->kind, made.kind) == 0 && strcmp(other->ours, made.ours) == 0 &&
            strcmp(other->theirs, made.theirs) == 0)
            return NULL;
    }
    if (findings->count == DIFF_FINDINGS_MAX)
        return NULL;
    findings->items[findings->count] = made;
    return &findings->items[findings->count++];
}

void diff_print_entry(char *line, const struct diff_entry *entry)
{
    if (entry == NULL)
        (void)snprintf(line, DIFF_SHOWN_MAX, "nothing");
    else
        (void)snprintf(line, DIFF_SHOWN_MAX, "%s: %.60s %s %s %s %.120s | %.120s", entry->section,
                       entry->owner, entry->type, entry->class, entry->ttl, entry->rdata,
                       entry->text);
}

uint16_t diff_number_of(const char *column)
{
    return (uint16_t)strtoul(column, NULL, 10);
}

struct diff_word diff_type_word(uint16_t type)
{
    struct diff_word word;
    struct text text = text_init(word.at, sizeof(word.at));

    (void)dns_type_format(type, &text);
    return word;
}

/* Whether records of a class may lack RDATA. */
static bool is_of_update(uint16_t class)
{
    return class == DNS_CLASS_NONE || class == DNS_CLASS_ANY;
}

struct diff_word diff_reading_of(const struct diff_entry *entry)
{
    struct diff_word word;
    struct text text = text_init(word.at, sizeof(word.at));
    const struct dns_rrtype *row;

    if (entry == NULL)
        return (struct diff_word){ "none" };
    if (is_of_update(diff_number_of(entry->class)) && strcmp(entry->rdata, "-") == 0)
        return (struct diff_word){ "EMPTY" };
    row = dns_rrtype_of(diff_number_of(entry->type), diff_number_of(entry->class));
    (void)text_append(&text, row->mnemonic == NULL || row->is_meta ? "OPAQUE" : row->mnemonic);
    return word;
}

static void differ(struct diff_comparison *comparison, const char *kind,
                   const struct diff_entry *ours, const struct diff_entry *theirs)
{
    const struct diff_entry *either = ours == NULL ? theirs : ours;
    struct diff_word word = diff_type_word(diff_number_of(either->type));
    struct diff_finding *finding;

    if (theirs == NULL)
        word = (struct diff_word){ "none" };
    else if (strcmp(kind, "case") == 0 && comparison->kind != NULL)
        word = (struct diff_word){ "case" };
    else if (strcmp(kind, "ttl") == 0 && comparison->kind != NULL)
        word = (struct diff_word){ "ttl" };
    else if (strncmp(theirs->text, "\\#", 2) == 0 &&
             (strcmp(kind, "text") == 0 || strcmp(kind, "misprint") == 0))
        word = (struct diff_word){ "unknown" };
    finding = diff_add(comparison, comparison->kind == NULL ? kind : comparison->kind,
                       diff_reading_of(ours).at, word.at);
    if (finding != NULL) {
        diff_print_entry(finding->ours_line, ours);
        diff_print_entry(finding->theirs_line, theirs);
    }
}

/* Makes two ways to print the same octets one, in place. */
static void level(char *text)
{
    char *to = text;

    for (const char *from = text; *from != '\0'; from++) {
        bool drops = from[0] == '\\' && from[1] != '\0' && strchr("\"@$();#", from[1]) != NULL &&
                     (from != text || from[1] != '#');
        bool is_blank = from[0] == ' ' && (from[1] == ' ' || from[1] == '\0');

        if (drops || is_blank)
            continue;
        *to++ = *from;
        /* What follows a backslash is no backslash of its own. */
        if (from[0] == '\\' && from[1] != '\0')
            *to++ = *++from;
    }
    *to = '\0';
}

/* Whether our reader makes of a text the octets that are said beside it. */
static bool reads_back(const struct diff_entry *entry, const char *rdata)
{
    uint8_t block[DIFF_MESSAGE_MAX];
    uint8_t wanted[DIFF_MESSAGE_MAX];
    struct byte_writer out = byte_writer_init(block, sizeof(block));
    struct byte_writer said = byte_writer_init(wanted, sizeof(wanted));
    struct dns_scan scan = dns_scan_init(bytes_of_text(entry->text));
    struct dns_rdata_form form = { diff_number_of(entry->type), diff_number_of(entry->class),
                                   NULL };

    if (strcmp(rdata, "-") != 0 && !diff_octets_parse(rdata, &said))
        return false;
    return dns_rdata_parse(&scan, &form, &out).status == DNS_OK &&
           bytes_equal(byte_writer_written(&out), byte_writer_written(&said));
}

/* Whether hexadecimal digits show the same octets but for the case of letters. */
static bool same_but_for_case(const char *ours, const char *theirs)
{
    uint8_t blocks[2][DIFF_MESSAGE_MAX];
    struct byte_writer a = byte_writer_init(blocks[0], sizeof(blocks[0]));
    struct byte_writer b = byte_writer_init(blocks[1], sizeof(blocks[1]));
    bool same = diff_octets_parse(ours, &a) && diff_octets_parse(theirs, &b);

    same = same && a.position == b.position;
    for (size_t i = 0; same && i < a.position; i++)
        same = tolower(a.base[i]) == tolower(b.base[i]);
    return same;
}

static bool same_column(const char *ours, const char *theirs)
{
    return strcmp(theirs, "-") == 0 || strcmp(ours, theirs) == 0;
}

/* Compares what is printed; RDATA without octets has no text. */
static void compare_text(struct diff_comparison *comparison, struct diff_entry *ours,
                         struct diff_entry *theirs)
{
    bool is_read_back;

    if (strcmp(theirs->text, "-") == 0 || strcmp(ours->rdata, "-") == 0 ||
        strcmp(ours->text, theirs->text) == 0 || diff_number_of(ours->type) == DNS_TYPE_OPT)
        return;
    is_read_back = reads_back(theirs, ours->rdata);
    if (is_read_back) {
        level(ours->text);
        level(theirs->text);
        if (strcasecmp(ours->text, theirs->text) == 0)
            return;
    }
    differ(comparison, is_read_back ? "text" : "misprint", ours, theirs);
}

static void compare_entry(struct diff_comparison *comparison, struct diff_entry *ours,
                          struct diff_entry *theirs)
{
    bool same_owner = same_column(ours->owner, theirs->owner);
    bool same_rdata = strcmp(theirs->rdata, "?") == 0 || strcmp(ours->rdata, theirs->rdata) == 0;

    if (!same_column(ours->ttl, theirs->ttl))
        differ(comparison, "ttl", ours, theirs);
    if (strcmp(ours->section, theirs->section) != 0 || strcmp(ours->type, theirs->type) != 0 ||
        strcmp(ours->class, theirs->class) != 0)
        differ(comparison, ours->section[0] == '0' ? "question" : "fields", ours, theirs);
    else if (!same_owner && !same_but_for_case(ours->owner, theirs->owner))
        differ(comparison, "owner", ours, theirs);
    else if (!same_rdata && !same_but_for_case(ours->rdata, theirs->rdata))
        differ(comparison, "record", ours, theirs);
    else if (!same_owner || !same_rdata)
        differ(comparison, "case", ours, theirs);
    else if (comparison->kind == NULL)
        compare_text(comparison, ours, theirs);
}

static void compare_header(struct diff_comparison *comparison, const struct diff_view *ours,
                           const struct diff_view *theirs)
{
    if (ours->header != NULL && theirs->header != NULL &&
        strcmp(ours->header, theirs->header) != 0) {
        struct diff_finding *finding = diff_add(comparison, "header", "*", "*");

        if (finding != NULL) {
            (void)snprintf(finding->ours_line, DIFF_SHOWN_MAX, "%s", ours->header);
            (void)snprintf(finding->theirs_line, DIFF_SHOWN_MAX, "%s", theirs->header);
        }
    }
}

static void compare_entries(struct diff_comparison *comparison, struct diff_view *ours,
                            struct diff_view *theirs)
{
    unsigned int count = ours->count < theirs->count ? ours->count : theirs->count;

    compare_header(comparison, ours, theirs);
    for (unsigned int i = 0; i < count; i++)
        compare_entry(comparison, &ours->entries[i], &theirs->entries[i]);
    if (ours->count != theirs->count)
        differ(comparison, "count", count < ours->count ? &ours->entries[count] : NULL,
               count < theirs->count ? &theirs->entries[count] : NULL);
}

/* The order of entries in a set. */
static int order_of(const void *a, const void *b)
{
    const struct diff_entry *x = *(struct diff_entry *const *)a;
    const struct diff_entry *y = *(struct diff_entry *const *)b;
    const char *columns[][2] = {
        { x->section, y->section }, { x->type, y->type },   { x->class, y->class },
        { x->owner, y->owner },     { x->rdata, y->rdata }, { x->ttl, y->ttl },
    };
    int order = 0;

    for (size_t i = 0; order == 0 && i < sizeof(columns) / sizeof(columns[0]); i++)
        order = strcmp(columns[i][0], columns[i][1]);
    return order;
}

/* All entries but OPT; gives how many. */
static unsigned int sort_entries(struct diff_view *view, struct diff_entry **sorted)
{
    unsigned int count = 0;

    for (unsigned int i = 0; i < view->count; i++) {
        if (diff_number_of(view->entries[i].type) != DNS_TYPE_OPT ||
            view->entries[i].section[0] == '0')
            sorted[count++] = &view->entries[i];
    }
    qsort(sorted, count, sizeof(sorted[0]), order_of);
    return count;
}

/* Leaves those entries in either list that the other has not. */
static void keep_single(struct diff_entry **ours, unsigned int *ours_count,
                        struct diff_entry **theirs, unsigned int *theirs_count)
{
    unsigned int kept[2] = { 0, 0 };

    for (unsigned int i = 0, j = 0; i < *ours_count || j < *theirs_count;) {
        int order = i == *ours_count ? 1 : j == *theirs_count ? -1 : order_of(&ours[i], &theirs[j]);

        if (order < 0)
            ours[kept[0]++] = ours[i++];
        else if (order > 0)
            theirs[kept[1]++] = theirs[j++];
        i += order == 0;
        j += order == 0;
    }
    *ours_count = kept[0];
    *theirs_count = kept[1];
}

/* Compares entries in any order; what is not the same in both, with the next of its type. */
static void compare_sets(struct diff_comparison *comparison, struct diff_view *ours,
                         struct diff_view *theirs)
{
    struct diff_entry **left = comparison->bench->sorted[0];
    struct diff_entry **right = comparison->bench->sorted[1];
    unsigned int counts[2] = { sort_entries(ours, left), sort_entries(theirs, right) };

    compare_header(comparison, ours, theirs);
    keep_single(left, &counts[0], right, &counts[1]);
    for (unsigned int i = 0; i < counts[0]; i++) {
        unsigned int j = 0;

        while (j < counts[1] &&
               (right[j] == NULL || strcmp(left[i]->section, right[j]->section) ||
                strcmp(left[i]->type, right[j]->type) || strcmp(left[i]->class, right[j]->class)))
            j++;
        if (j < counts[1])
            compare_entry(comparison, left[i], right[j]);
        else
            differ(comparison, "count", left[i], NULL);
        if (j < counts[1])
            right[j] = NULL;
    }
    for (unsigned int j = 0; j < counts[1]; j++) {
        if (right[j] != NULL)
            differ(comparison, "count", NULL, right[j]);
    }
}

/* Our view; true where it fits and is one. */
static bool view_ours(struct diff_bench *bench, struct bytes wire, int place)
{
    struct text text = text_init(bench->blocks[place], DIFF_BLOCK_MAX);

    return diff_view_write(wire, &text) && diff_view_parse(text.at, bench->views[place]);
}

bool diff_view_theirs(struct diff_comparison *comparison, struct bytes wire, int place)
{
    static const char *const kinds[] = {
        [DIFF_CRASHED] = "crash",
        [DIFF_HUNG] = "hang",
        [DIFF_GARBLED] = "garbled",
    };
    struct diff_bench *bench = comparison->bench;
    int signal;
    enum diff_answer answer = diff_peer_ask(bench->peer, wire, bench->blocks[place], &signal);
    struct diff_word word;

    if (answer == DIFF_ANSWERED && !diff_view_parse(bench->blocks[place], bench->views[place]))
        answer = DIFF_GARBLED;
    if (answer == DIFF_ANSWERED)
        return true;
    (void)snprintf(word.at, sizeof(word.at), "%d", signal);
    (void)diff_add(comparison, kinds[answer], dns_status_name(diff_judge(wire).verdict.status),
                   word.at);
    return false;
}

/* We accept, and they refuse: for which record, or else for what? */
static void add_refusal(struct diff_comparison *comparison, const struct diff_view *ours,
                        struct bytes wire, const char *reason)
{
    struct diff_finding *finding;

    if (diff_find_refused(comparison, ours, (struct diff_refusal){ "refused", reason, wire }))
        return;
    finding = diff_add(comparison, "framing", diff_find_cause(comparison, wire), reason);
    if (finding != NULL)
        (void)snprintf(finding->theirs_line, DIFF_SHOWN_MAX, "refuses: %s", reason);
}

/* Whether they print all records of a type as unknown. */
static bool is_unknown(const struct diff_view *theirs, uint16_t type)
{
    for (unsigned int i = 0; i < theirs->count; i++) {
        const struct diff_entry *entry = &theirs->entries[i];

        if (entry->section[0] != '0' && diff_number_of(entry->type) == type)
            return strncmp(entry->text, "\\#", 2) == 0;
    }
    return false;
}

/* We refuse, and they accept. */
static void add_verdict(struct diff_comparison *comparison, const struct diff_verdict *ours,
                        const struct diff_view *theirs)
{
    struct diff_word word = { "accepts" };
    struct diff_finding *finding;

    if (ours->of_rdata && is_unknown(theirs, ours->type))
        word = (struct diff_word){ "unknown" };
    else if (ours->of_rdata)
        word = diff_type_word(ours->type);
    finding =
        diff_add(comparison, ours->of_rdata ? "rdata" : "framing",
                 ours->of_rdata && ours->is_empty ? "EMPTY" : dns_status_name(ours->verdict.status),
                 word.at);
    if (finding != NULL)
        (void)snprintf(finding->ours_line, DIFF_SHOWN_MAX, "%s, at octet %zu",
                       dns_status_text(ours->verdict.status), ours->verdict.offset);
}

/* What they write of the message, read by us; `kind` says of which message. */
static void compare_wire(struct diff_comparison *comparison, struct diff_view *ours,
                         const struct diff_view *theirs, const char *kind)
{
    struct diff_bench *bench = comparison->bench;
    const char *digits = theirs->wire;
    struct byte_writer out = byte_writer_init(bench->wire, sizeof(bench->wire));
    struct diff_view *seen = bench->views[DIFF_OTHER];
    struct diff_finding *finding;
    struct diff_verdict verdict;

    if (!diff_octets_parse(digits, &out) ||
        !view_ours(bench, byte_writer_written(&out), DIFF_OTHER)) {
        (void)diff_add(comparison, "garbled", "*", "*");
        return;
    }
    if (seen->accepted) {
        comparison->kind = kind;
        (theirs->is_set ? compare_sets : compare_entries)(comparison, ours, seen);
        comparison->kind = NULL;
        return;
    }
    verdict = diff_judge(byte_writer_written(&out));
    finding = diff_add(comparison, kind, dns_status_name(verdict.verdict.status),
                       verdict.of_rdata ? diff_type_word(verdict.type).at : "refused");
    if (finding != NULL)
        (void)snprintf(finding->theirs_line, DIFF_SHOWN_MAX, "%.390s", digits);
}

/* What we write of the message, read by them. */
static void compare_rebuilt(struct diff_comparison *comparison, struct diff_view *ours,
                            struct bytes wire)
{
    struct diff_bench *bench = comparison->bench;
    struct bytes rebuilt = diff_rebuild(wire, bench->wire);
    struct diff_view *seen = bench->views[DIFF_THEIRS];
    struct diff_finding *finding;

    if (rebuilt.size == 0 || !diff_view_theirs(comparison, rebuilt, DIFF_THEIRS))
        return;
    if (seen->accepted) {
        comparison->kind = "rebuilt";
        compare_entries(comparison, ours, seen);
        comparison->kind = NULL;
        if (seen->wire != NULL && seen->is_set)
            compare_wire(comparison, ours, seen, "rebuilt");
        return;
    }
    if (diff_find_refused(comparison, ours,
                          (struct diff_refusal){ "rebuilt", seen->reason, rebuilt }))
        return;
    finding = diff_add(comparison, "rebuilt", "OK", seen->reason);
    if (finding != NULL)
        (void)snprintf(finding->theirs_line, DIFF_SHOWN_MAX, "%s", seen->reason);
}

void diff_bench_compare(struct diff_bench *bench, struct bytes wire,
                        struct diff_findings *ret_findings)
{
    struct diff_comparison comparison = { bench, ret_findings, NULL };
    struct diff_verdict verdict = diff_judge(wire);
    struct diff_view *ours = bench->views[DIFF_OURS];
    struct diff_view *theirs = bench->views[DIFF_THEIRS];

    ret_findings->count = 0;
    ret_findings->both_accept = ret_findings->both_refuse = false;
    bench->peer->fields_only = false;
    if (!diff_view_theirs(&comparison, wire, DIFF_THEIRS))
        return;
    /* From here on, nothing that is printed is looked at. */
    bench->peer->fields_only = true;
    if (!view_ours(bench, wire, DIFF_OURS)) {
        (void)diff_add(&comparison, "garbled", "*", "*");
        return;
    }
    ret_findings->both_accept = ours->accepted && theirs->accepted;
    ret_findings->both_refuse = !ours->accepted && !theirs->accepted;
    if (ours->accepted && !theirs->accepted) {
        add_refusal(&comparison, ours, wire, theirs->reason);
    } else if (!ours->accepted && theirs->accepted) {
        add_verdict(&comparison, &verdict, theirs);
    } else if (ours->accepted) {
        compare_entries(&comparison, ours, theirs);
        if (theirs->wire != NULL)
            compare_wire(&comparison, ours, theirs, "wire");
        compare_rebuilt(&comparison, ours, wire);
    }
}

int diff_bench_init(struct diff_bench *bench, struct diff_peer *peer, struct err *err)
{
    *bench = (struct diff_bench){ .peer = peer };
    for (int i = 0; i < 3; i++) {
        bench->blocks[i] = malloc(DIFF_BLOCK_MAX);
        bench->views[i] = malloc(sizeof(*bench->views[i]));
        if (bench->blocks[i] == NULL || bench->views[i] == NULL)
            return err_set(err, -ENOMEM, "no memory");
    }
    return 0;
}

void diff_bench_done(struct diff_bench *bench)
{
    for (int i = 0; i < 3; i++) {
        free(bench->blocks[i]);
        free(bench->views[i]);
    }
    *bench = (struct diff_bench){ 0 };
}
