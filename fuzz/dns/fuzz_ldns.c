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
#include "fuzz/target.h"

#ifndef DIFF_EXPLAINED /* the build gives the whole path */
#define DIFF_EXPLAINED "tests/diff/dns_ldns_explained.tsv"
#endif

/* ldns loses memory where it refuses: that is no finding of ours. The sanitizer's words, which are
 * there when it is. */
void __lsan_disable(void) __attribute__((weak)); /* NOLINT(bugprone-reserved-identifier) */
void __lsan_enable(void) __attribute__((weak));  /* NOLINT(bugprone-reserved-identifier) */

static void compare(struct bytes wire, struct diff_result *result)
{
    if (__lsan_disable != NULL)
        __lsan_disable();
    diff_compare(wire, result);
    if (__lsan_enable != NULL)
        __lsan_enable();
}

/* The table is read where there is something to explain. */
static bool is_explained(const struct difference *difference)
{
    struct diff_table table = { 0 };
    struct err err = { 0 };
    bool has_row;

    fuzz_require(diff_table_read(DIFF_EXPLAINED, &table, &err) == 0);
    has_row = diff_table_find(&table, difference) >= 0;
    diff_table_done(&table);
    return has_row;
}

FUZZ_TARGET(input)
{
    struct diff_result *result = fuzz_block(sizeof(*result));
    const struct difference *difference;
    bool is_known;

    compare(input, result);
    difference = &result->difference;
    is_known = difference->kind == NULL || is_explained(difference);
    if (!is_known)
        (void)fprintf(stderr, "%s\ncupel %s: %s\nldns  %s: %s\n", difference->kind,
                      difference->ours, result->ours_line, difference->theirs, result->theirs_line);
    fuzz_require(is_known);
    free(result);
}
