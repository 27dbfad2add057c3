/* Zone text: directives, and what one line carries to the next. */
#include "dns/zone_text.h"

#include "dns/code.h"
#include "dns/field_text.h"
#include "dns/rrtype.h"

#define TTL_MAX_S 0x7FFFFFFFU /* RFC 2181 section 8 */

void dns_zone_text_init(struct dns_zone_text *zone, struct bytes text,
                        const struct dns_name *origin)
{
    *zone = (struct dns_zone_text){ .scan = dns_scan_init(text), .class = DNS_CLASS_IN };
    zone->origin = origin != NULL ? *origin : dns_name_root();
}

static struct dns_verdict refuse_word(enum dns_status status, const struct dns_scan *scan)
{
    return dns_refuse(status, scan->word.position);
}

/* The next word of a directive's line. */
static struct dns_verdict next_word(struct dns_scan *scan)
{
    enum dns_status status = dns_scan_next(scan);

    return dns_refuse(status, scan->in.position);
}

static struct dns_verdict read_origin(struct dns_zone_text *zone, struct dns_scan *scan)
{
    struct dns_name before = zone->origin;
    struct dns_verdict verdict = next_word(scan);

    if (verdict.status != DNS_OK)
        return verdict;
    verdict = dns_name_parse_relative(byte_reader_rest(&scan->word), &before, &zone->origin);
    verdict.offset += scan->word.position;
    return verdict;
}

static struct dns_verdict read_ttl(struct dns_zone_text *zone, struct dns_scan *scan)
{
    struct dns_verdict verdict = next_word(scan);
    uint32_t ttl_s;

    if (verdict.status != DNS_OK)
        return verdict;
    if (!dns_period_parse(byte_reader_rest(&scan->word), &ttl_s) || ttl_s > TTL_MAX_S)
        return refuse_word(DNS_TEXT_NUMBER, scan);
    zone->ttl_s = ttl_s;
    zone->has_ttl = true;
    zone->has_ttl_directive = true;
    return dns_accept();
}

static struct dns_verdict read_include(struct dns_zone_text *zone, struct dns_scan *scan)
{
    (void)zone;
    return refuse_word(DNS_TEXT_INCLUDE, scan);
}

/* A line that begins with a dollar sign. */
static struct dns_verdict read_directive(struct dns_zone_text *zone)
{
    static const struct {
        const char *word;
        struct dns_verdict (*read)(struct dns_zone_text *zone, struct dns_scan *scan);
    } directives[] = {
        { "$ORIGIN", read_origin },
        { "$TTL", read_ttl },
        { "$INCLUDE", read_include },
    };
    struct dns_scan scan = zone->scan;
    struct dns_verdict verdict = next_word(&scan);
    struct bytes word = byte_reader_rest(&scan.word);
    enum dns_status end;

    if (verdict.status != DNS_OK)
        return verdict;
    for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++) {
        if (!dns_word_equal(word, directives[i].word))
            continue;
        verdict = directives[i].read(zone, &scan);
        if (verdict.status != DNS_OK)
            return verdict;
        end = dns_scan_end(&scan);
        if (end != DNS_OK)
            return dns_refuse(end, scan.in.position);
        zone->scan = scan;
        return dns_accept();
    }
    return refuse_word(DNS_TEXT_DIRECTIVE, &scan);
}

/* The minimum of a SOA: its last four octets. */
static uint32_t soa_minimum(const struct dns_rr_text *record)
{
    struct byte_reader in = byte_reader_init(record->rdata);
    uint32_t minimum = 0;

    in.position = in.end - sizeof(minimum);
    (void)read_u32_be(&in, &minimum);
    return minimum;
}

/* The TTL of a record, and what those after it have. */
static enum dns_status settle_ttl(struct dns_zone_text *zone, struct dns_rr_text *record)
{
    if (!record->has_ttl && !zone->has_ttl) {
        /* In a class of another shape, or in an update, a SOA may be of nothing. */
        if (record->type != DNS_TYPE_SOA || record->rdata.size < sizeof(uint32_t))
            return DNS_TEXT_TTL;
        record->ttl_s = soa_minimum(record);
    }
    if (!zone->has_ttl_directive)
        zone->ttl_s = record->ttl_s;
    zone->has_ttl = true;
    return DNS_OK;
}

static struct dns_verdict read_record(struct dns_zone_text *zone, struct byte_writer *out,
                                      struct dns_rr_text *ret_record)
{
    struct dns_rr_defaults defaults = { .origin = &zone->origin,
                                        .owner = zone->has_owner ? &zone->last.owner : NULL,
                                        .ttl_s = zone->ttl_s,
                                        .class = zone->class };
    size_t before = out->position;
    size_t line = zone->scan.in.position;
    struct dns_verdict verdict = dns_rr_parse(&zone->scan, &defaults, out, &zone->last);
    enum dns_status status;

    if (verdict.status != DNS_OK)
        return verdict;
    status = settle_ttl(zone, &zone->last);
    if (status != DNS_OK) {
        byte_writer_rollback(out, before);
        return dns_refuse(status, line);
    }
    zone->has_owner = true;
    zone->class = zone->last.class;
    *ret_record = zone->last;
    return dns_accept();
}

bool dns_zone_text_next(struct dns_zone_text *zone, struct byte_writer *out,
                        struct dns_rr_text *ret_record)
{
    struct dns_scan *scan = &zone->scan;

    while (zone->verdict.status == DNS_OK && !byte_reader_is_done(&scan->in)) {
        if (dns_scan_is_done(scan)) {
            (void)dns_scan_end(scan);
        } else if (scan->in.base[scan->in.position] == '$') {
            zone->verdict = read_directive(zone);
        } else {
            zone->verdict = read_record(zone, out, ret_record);
            return zone->verdict.status == DNS_OK;
        }
    }
    return false;
}
