/*
 * Property: whatever is asked, a response of our own is either not given, or is a response that can
 * be read, with the id, opcode and first question of the query, within the room that there was; and
 * a message that is cut is within its room, can be read, and holds the first records of each
 * section that the whole one has. The first two octets of the input are the room (and where it is
 * replayed, each smaller room is tried too), the rest is the message.
 *
 * Covers: src/dns/response.c 95% src/dns/builder.c
 */
#include "dns/rdata.h"
#include "dns/response.h"
#include "dns/rrtype.h"
#include "fuzz/dns/room.h"
#include "fuzz/target.h"

static void check_same_question(const struct dns_message *answer, struct bytes query)
{
    struct byte_reader in = byte_reader_init(query);
    struct dns_header header;
    struct dns_question asked;
    struct dns_question answered;

    fuzz_require(dns_header_read(&in, &header).status == DNS_OK);
    fuzz_require(answer->header.id == header.id);
    fuzz_require(dns_header_opcode(&answer->header) == dns_header_opcode(&header));
    if (!dns_message_question(answer, &answered))
        return;
    fuzz_require(answer->header.counts[DNS_QUESTION] == 1);
    fuzz_require(dns_question_read(&in, &asked).status == DNS_OK);
    fuzz_require(dns_question_equal(&asked, &answered));
}

static void check_written(struct bytes query, size_t room, const struct dns_response *response)
{
    uint8_t *block = fuzz_block(room);
    struct byte_writer out = byte_writer_init(block, room);
    struct dns_message answer;

    if (dns_response_write(query, response, &out)) {
        struct bytes wire = byte_writer_written(&out);

        fuzz_require(dns_message_read(wire, &answer).status == DNS_OK);
        fuzz_require(dns_header_has(&answer.header, DNS_FLAG_QR));
        fuzz_require(dns_message_rcode(&answer) == response->rcode);
        check_same_question(&answer, query);
    } else {
        fuzz_require(out.position == 0);
    }
    free(block);
}

/* An option that is cut is not given to anybody. */
static void check_refused(struct bytes query, size_t room, const struct dns_response *response)
{
    uint8_t *block = fuzz_block(room);
    struct byte_writer out = byte_writer_init(block, room);

    fuzz_require(!dns_response_write(query, response, &out) && out.position == 0);
    free(block);
}

/* Whether the records of `part` are the first of `whole`, in the same section, OPT and TSIG aside.
 */
static void check_prefix(const struct dns_message *part, const struct dns_message *whole,
                         enum dns_section section)
{
    struct dns_walk walk_part = dns_message_section(part, section);
    struct dns_walk walk_whole = dns_message_section(whole, section);
    struct dns_rr rr_part;
    struct dns_rr rr_whole;

    while (dns_walk_next(&walk_part, &rr_part)) {
        struct dns_name owner_part = dns_rr_owner(&rr_part);
        struct dns_name owner_whole;

        if (rr_part.type == DNS_TYPE_OPT)
            continue;
        do
            fuzz_require(dns_walk_next(&walk_whole, &rr_whole));
        while (rr_whole.type == DNS_TYPE_OPT || rr_whole.type == DNS_TYPE_TSIG);
        owner_whole = dns_rr_owner(&rr_whole);
        fuzz_require(dns_name_equal(&owner_part, &owner_whole));
        fuzz_require(rr_part.type == rr_whole.type && rr_part.class == rr_whole.class);
        fuzz_require(dns_rdata_compare(&rr_part, &rr_whole) == 0);
    }
}

static void check_cut(const struct dns_message *message, size_t room, enum dns_cut at)
{
    uint8_t *block = fuzz_block(room);
    struct byte_writer out = byte_writer_init(block, room);
    struct dns_builder builder;
    struct dns_verdict verdict = dns_response_truncate(message, at, &builder, &out);
    struct dns_message cut;

    fuzz_require((verdict.status == DNS_OK) == (out.position != 0));
    if (verdict.status == DNS_OK) {
        fuzz_require(dns_message_read(byte_writer_written(&out), &cut).status == DNS_OK);
        fuzz_require(dns_message_check_rdata(&cut).status == DNS_OK);
        fuzz_require(cut.header.id == message->header.id);
        fuzz_require((cut.opt_at != 0) == (message->opt_at != 0));
        for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++)
            check_prefix(&cut, message, (enum dns_section)i);
    }
    free(block);
}

FUZZ_TARGET(input)
{
    struct byte_reader in = byte_reader_init(input);
    struct dns_edns edns = { .udp_size = 1232, .flags = DNS_EDNS_DO };
    struct dns_response plain = { .rcode = DNS_RCODE_FORMERR };
    struct dns_response extended = { DNS_RCODE_BADVERS, DNS_FLAG_RA, &edns };
    struct dns_edns broken = { .options = bytes_of("\0\3", 2) };
    struct dns_response refused = { DNS_RCODE_BADVERS, DNS_FLAG_RA, &broken };
    struct dns_message message;
    struct bytes wire;
    uint16_t room;
    size_t least;

    if (!read_u16_be(&in, &room))
        return;
    wire = byte_reader_rest(&in);
    least = fuzz_is_thorough(room) ? 0 : room;
    for (size_t size = least; size <= room; size++) {
        check_written(wire, size, &plain);
        check_written(wire, size, &extended);
        check_refused(wire, size, &refused);
    }
    if (dns_message_read(wire, &message).status != DNS_OK)
        return;
    for (size_t size = least; size <= room; size++) {
        check_cut(&message, size, DNS_CUT_RRSET);
        check_cut(&message, size, DNS_CUT_RR);
    }
}
