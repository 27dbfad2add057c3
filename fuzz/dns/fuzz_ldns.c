/*
 * Property: this codec and ldns say the same of every message, or they differ in a way that the
 * table tests/diff/dns_ldns_explained.tsv has a row for: both accept or both refuse it, and what
 * both accept has the same records, which print the same. It is the comparison of diff.dns.ldns,
 * over whatever the engines come up with.
 *
 * Covers: src/dns/message_read.c src/dns/rdata_text.c 60%
 *
 * Mutator: dns
 * Peer: ldns
 */
#include "diff/dns_ldns.h"
#include "dns/header.h"
#include "fuzz/target.h"

#ifndef DIFF_EXPLAINED /* the build gives the whole path */
#define DIFF_EXPLAINED "tests/diff/dns_ldns_explained.tsv"
#endif

/* ldns loses memory where it refuses: that is no finding of ours, and to look for it at each input
 * takes longer than the comparison. The leak sanitizer asks this, where there is one. */
int __lsan_is_turned_off(void); /* NOLINT(bugprone-reserved-identifier) */
int __lsan_is_turned_off(void)  /* NOLINT(bugprone-reserved-identifier) */
{
    return 1;
}

/* What lasts from input to input, since a campaign would spend its time on making it: half a
 * megabyte for two lines, and the table, which is read when there is first something to explain.
 * Members are reached through a parameter: clang 14 and 19 take a read of fuzz_lasting->has_table
 * for one of a constant. */
struct lasting {
    struct diff_result result;
    struct diff_table table;
    bool has_table;
};

static struct lasting *const fuzz_lasting = &(struct lasting){ 0 };

static bool is_explained(struct lasting *lasting)
{
    struct err err = { 0 };

    if (!lasting->has_table)
        fuzz_require(diff_table_read(DIFF_EXPLAINED, &lasting->table, &err) == 0);
    lasting->has_table = true;
    return diff_table_find(&lasting->table, &lasting->result.difference) >= 0;
}

static void compare(struct bytes wire, struct lasting *lasting)
{
    struct diff_result *result = &lasting->result;
    const struct difference *difference = &result->difference;
    bool is_known;

    diff_compare(wire, result);
    is_known = difference->kind == NULL || is_explained(lasting);
    if (!is_known)
        (void)fprintf(stderr, "%s\ncupel %s: %s\nldns  %s: %s\n", difference->kind,
                      difference->ours, result->ours_line, difference->theirs, result->theirs_line);
    fuzz_require(is_known);
}

FUZZ_TARGET(input)
{
    /* More octets are no message, whatever they hold (RFC 1035 4.2.2); ldns is given none such. */
    if (input.size <= DNS_MESSAGE_SIZE_MAX)
        compare(input, fuzz_lasting);
}
