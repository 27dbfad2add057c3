/* Whole messages: header, questions, records in three sections; and what may be wrong with these.
 */
#include "fuzz/dns/generator.h"

#include "dns/code.h"
#include "dns/header.h"
#include "fuzz/dns/maker.h"

#define COUNT_AT(section) (4 + 2 * (size_t)(section))
#define RECORD_SIZE_MIN 11

/* What is wrong with a message; but for the first three, with its framing. */
enum fault {
    FAULT_NONE,
    FAULT_FIELD, /* in the RDATA of the first record */
    FAULT_NAME,  /* of the question, or of the owner of a record */
    FAULT_HEADER_CUT,
    FAULT_CUT,
    FAULT_SIZE,
    FAULT_TRAILING,
    FAULT_TWO_QUESTIONS,
    FAULT_COUNT_MORE,
    FAULT_COUNT_LESS,
    FAULT_COUNT_MAX,
    FAULT_RDLENGTH_MORE,
    FAULT_RDLENGTH_LESS,
    FAULT_RDLENGTH_MAX,
    FAULT_OPT_TWICE,
    FAULT_OPT_SECTION,
    FAULT_OPT_OWNER,
    FAULT_TSIG_PLACE,
    FAULT_HOPS,
    FAULT_STEPS,
    FAULT_OVERLAP,
    FAULT_SIZE_BY_POINTER,
    FAULT_LABEL_BEHIND_POINTER,
    FAULTS, /* how many there are */
};

/* A message that is being made. */
struct plan {
    struct dns_maker maker;
    enum fault fault;
    unsigned int opcode;
    uint16_t type;                /* of the first record, where its field is at fault */
    struct dns_field_fault field; /* of the first record */
    unsigned int names_left;      /* right names in front of the wrong one */
    unsigned int counts[DNS_SECTIONS];
    unsigned int records;
};

/* A type of the table and a field of it that can be wrong. */
static void pick_field_fault(struct plan *plan)
{
    struct dns_random *random = &plan->maker.random;
    unsigned int wrongs = 0;

    while (wrongs == 0) {
        uint16_t type = dns_pick_type(&plan->maker);
        const struct dns_rrtype *row = dns_rrtype_of(type, DNS_CLASS_IN);
        unsigned int at = (unsigned int)dns_random_below(random, row->fields_count + 1U);
        bool has_end = row->fields[row->fields_count - 1U].kind <= DNS_FIELD_NAME_PLAIN;

        if (at < row->fields_count)
            wrongs = dns_field_wrongs(row->fields[at].kind);
        else
            wrongs = has_end;
        plan->type = type;
        plan->field.field = at;
        plan->field.wrong = wrongs == 0 ? 0 : 1 + (unsigned int)dns_random_below(random, wrongs);
    }
}

static enum fault pick_fault(struct dns_random *random)
{
    switch (dns_random_below(random, 3)) {
    case 0:
        return FAULT_FIELD;
    case 1:
        return dns_random_one_in(random, 3) ? FAULT_NAME : FAULT_FIELD;
    default:
        return (enum fault)(FAULT_HEADER_CUT + dns_random_below(random, FAULTS - FAULT_HEADER_CUT));
    }
}

static unsigned int pick_opcode(struct plan *plan)
{
    static const unsigned int opcodes[] = { DNS_OPCODE_IQUERY,
                                            DNS_OPCODE_STATUS,
                                            DNS_OPCODE_NOTIFY,
                                            DNS_OPCODE_UPDATE,
                                            DNS_OPCODE_UPDATE,
                                            3,
                                            7,
                                            15 };

    if (plan->fault == FAULT_TWO_QUESTIONS || !dns_random_one_in(&plan->maker.random, 4))
        return DNS_OPCODE_QUERY;
    return DNS_RANDOM_OF(&plan->maker.random, opcodes);
}

/* Most messages are small, as most are that an engine or a peer gets through quickly. */
static struct plan make_plan(uint64_t seed, enum dns_generate_kind kind, struct byte_writer out)
{
    static const size_t sizes[] = {
        512, 512, 512, 512, 512, 512, 512, 512, 1232, 1232, 4096, 65535
    };
    struct plan plan = { .maker = dns_maker_init(seed * DNS_GENERATE_KINDS + kind, out.base, 0) };
    struct dns_random *random = &plan.maker.random;
    size_t room = DNS_RANDOM_OF(random, sizes);

    plan.maker.out.capacity = room < out.capacity ? room : out.capacity;
    plan.maker.is_wild = kind == DNS_GENERATE_WILD;
    if (kind == DNS_GENERATE_FAULT || (kind == DNS_GENERATE_WILD && dns_random_one_in(random, 2)))
        plan.fault = pick_fault(random);
    if (plan.fault == FAULT_FIELD)
        pick_field_fault(&plan);
    if (plan.fault == FAULT_STEPS)
        plan.maker.out.capacity = out.capacity;
    plan.names_left = (unsigned int)dns_random_below(random, 4);
    plan.opcode = pick_opcode(&plan);
    return plan;
}

static void put_header(struct plan *plan)
{
    uint32_t bits = (uint32_t)dns_random_next(&plan->maker.random);

    dns_put_u16(&plan->maker, bits >> 16);
    dns_put_u16(&plan->maker, dns_flags_of(bits, plan->opcode, dns_pick_number(&plan->maker, 4)));
    dns_put_u32(&plan->maker, 0);
    dns_put_u32(&plan->maker, 0);
}

/* What is wrong with the next name in the framing. */
static enum dns_name_wrong next_name(struct plan *plan)
{
    if (plan->fault != FAULT_NAME || plan->names_left-- > 0)
        return DNS_NAME_RIGHT;
    plan->fault = FAULT_NONE;
    return (enum dns_name_wrong)(1 + dns_random_below(&plan->maker.random, DNS_WRONG_CUT - 1));
}

static void put_questions(struct plan *plan)
{
    size_t count = dns_random_one_in(&plan->maker.random, 12) ? 0 : 1;

    if (plan->fault == FAULT_TWO_QUESTIONS ||
        (plan->maker.is_wild && dns_random_one_in(&plan->maker.random, 16)))
        count = 2 + dns_random_below(&plan->maker.random, 3);
    else if (plan->opcode != DNS_OPCODE_QUERY)
        count = dns_random_below(&plan->maker.random, 3);
    for (size_t i = 0; i < count; i++) {
        size_t before = plan->maker.out.position;

        dns_make_question(&plan->maker, next_name(plan));
        if (plan->maker.is_full) {
            dns_maker_rollback(&plan->maker, before);
            return;
        }
        plan->counts[DNS_QUESTION]++;
    }
    if (plan->fault == FAULT_TWO_QUESTIONS && plan->counts[DNS_QUESTION] > 1)
        plan->fault = FAULT_NONE;
}

/* Keeps the record that was written from `before` on, unless it does not fit. */
static bool keep(struct plan *plan, enum dns_section section, size_t before)
{
    if (plan->maker.is_full) {
        dns_maker_rollback(&plan->maker, before);
        return false;
    }
    plan->counts[section]++;
    plan->records++;
    return true;
}

static bool put_record(struct plan *plan, enum dns_section section, uint16_t type)
{
    static const struct dns_field_fault nothing = { 0 };
    size_t before = plan->maker.out.position;

    dns_make_record(&plan->maker, type, nothing);
    return keep(plan, section, before);
}

/* A record that is wrong by where it stands is right otherwise. */
static void put_placed(struct plan *plan, enum dns_section section, uint16_t type)
{
    if (put_record(plan, section, type))
        plan->fault = FAULT_NONE;
}

/* A record of an unknown type with these octets as RDATA, and an owner behind it that is a pointer
 * to the octet `at` of them (after `prefix`, labels). */
static void put_trap(struct plan *plan, struct bytes trap, size_t at, const char *prefix)
{
    struct dns_maker *maker = &plan->maker;
    size_t before = maker->out.position;
    size_t start;

    dns_put_u8(maker, 0);
    dns_put_u32(maker, 0xFF000001U);
    dns_put_u32(maker, 0);
    dns_put_u16(maker, (unsigned int)trap.size);
    start = maker->out.position;
    dns_put_bytes(maker, trap);
    if (!keep(plan, DNS_ANSWER, before))
        return;
    before = maker->out.position;
    dns_put_bytes(maker, bytes_of_text(prefix));
    dns_put_u16(maker, 0xC000U | (unsigned int)((start + at) & 0x3FFFU));
    dns_put_u32(maker, 0xFF000001U);
    dns_put_u32(maker, 0);
    dns_put_u16(maker, 0);
    if (keep(plan, DNS_ANSWER, before))
        plan->fault = FAULT_NONE;
}

#define LADDER_HOPS 128

static void put_hops(struct plan *plan)
{
    size_t start = plan->maker.out.position + RECORD_SIZE_MIN;
    uint8_t octets[1 + 2 * LADDER_HOPS] = { 0 };
    struct byte_writer out = byte_writer_init(octets + 1, 2 * (size_t)LADDER_HOPS);

    for (unsigned int i = 0; i < LADDER_HOPS; i++) {
        size_t target = i == 0 ? start : start + 1 + 2 * (size_t)(i - 1);

        (void)write_u16_be(&out, (uint16_t)(0xC000U | (target & 0x3FFFU)));
    }
    put_trap(plan, bytes_of(octets, sizeof(octets)), sizeof(octets) - 2, "");
}

#define RUNS 126
#define RUN_OCTETS 64

/* Owners of up to 126 labels, each label a run of its own. The runs are 64 octets apart, and each
 * owner begins below the one before: what a small memory keeps is never met again. */
static void put_steps(struct plan *plan)
{
    struct dns_maker *maker = &plan->maker;
    size_t before = maker->out.position;
    size_t start = before + RECORD_SIZE_MIN;

    dns_put_u8(maker, 0);
    dns_put_u32(maker, 0xFF000001U);
    dns_put_u32(maker, 0);
    dns_put_u16(maker, RUNS * RUN_OCTETS);
    for (size_t i = 0; i < RUNS; i++) {
        dns_put_u16(maker, 0x0161);
        dns_put_u16(maker, i == 0 ? 0 : (unsigned int)(0xC000U | (start + RUN_OCTETS * (i - 1))));
        for (unsigned int filled = 4; filled < RUN_OCTETS; filled++)
            dns_put_u8(maker, 0);
    }
    if (!keep(plan, DNS_ANSWER, before))
        return;
    for (size_t i = 0; i < 300; i++) {
        before = maker->out.position;
        dns_put_u16(maker, (unsigned int)(0xC000U | (start + RUN_OCTETS * (RUNS - 1 - i % 30))));
        dns_put_u32(maker, 0xFF000001U);
        dns_put_u32(maker, 0);
        dns_put_u16(maker, 0);
        if (!keep(plan, DNS_ANSWER, before))
            return;
    }
    plan->fault = FAULT_NONE;
}

/* A name of 253 octets, which no label fits in front of but one of a single octet. */
static void put_size_by_pointer(struct plan *plan)
{
    uint8_t octets[253] = { 0 };

    for (size_t at = 0; at < sizeof(octets) - 1; at += 63) {
        memset(octets + at, 'x', 63);
        octets[at] = 62;
    }
    put_trap(plan, bytes_of(octets, sizeof(octets)), 0, "\2ab");
}

static void put_traps(struct plan *plan)
{
    switch ((unsigned int)plan->fault) {
    case FAULT_HOPS:
        put_hops(plan);
        break;
    case FAULT_STEPS:
        put_steps(plan);
        break;
    case FAULT_OVERLAP:
        put_trap(plan, bytes_of("\2", 1), 0, "");
        break;
    case FAULT_SIZE_BY_POINTER:
        put_size_by_pointer(plan);
        break;
    case FAULT_LABEL_BEHIND_POINTER:
        put_trap(plan, bytes_of("\1a\x80\0", 4), 0, "");
        break;
    default:
        break;
    }
}

/* A type that may stand anywhere; in a wild message, any. */
static uint16_t pick_type(struct plan *plan)
{
    uint16_t type = dns_pick_type(&plan->maker);

    while (!plan->maker.is_wild && (type == DNS_TYPE_OPT || type == DNS_TYPE_TSIG))
        type = dns_pick_type(&plan->maker);
    return type;
}

/* The record that has a field at fault; OPT and TSIG have one place. */
static void put_faulty(struct plan *plan, enum dns_section section)
{
    bool is_placed = plan->type == DNS_TYPE_OPT || plan->type == DNS_TYPE_TSIG;
    size_t before = plan->maker.out.position;

    if (is_placed && section != DNS_ADDITIONAL)
        return;
    dns_make_record(&plan->maker, plan->type, plan->field);
    if (keep(plan, section, before))
        plan->fault = FAULT_NONE;
}

static size_t pick_count(struct plan *plan)
{
    struct dns_random *random = &plan->maker.random;

    return dns_random_below(random, dns_random_one_in(random, 12) ? 40 : 4);
}

static void put_section(struct plan *plan, enum dns_section section)
{
    size_t count = pick_count(plan);

    if (section == DNS_ANSWER)
        put_traps(plan);
    if (plan->fault == FAULT_FIELD)
        put_faulty(plan, section);
    if (plan->fault == FAULT_OPT_SECTION && section != DNS_ADDITIONAL)
        put_placed(plan, section, DNS_TYPE_OPT);
    if (plan->fault == FAULT_TSIG_PLACE)
        put_placed(plan, section, DNS_TYPE_TSIG);
    for (size_t i = 0; i < count; i++) {
        enum dns_name_wrong wrong = next_name(plan);
        size_t before = plan->maker.out.position;

        if (wrong != DNS_NAME_RIGHT) {
            dns_make_name(&plan->maker, DNS_NAME_ANYHOW, wrong);
            dns_put_u32(&plan->maker, 0x00010001U);
            dns_put_u32(&plan->maker, 0);
            dns_put_u16(&plan->maker, 4);
            dns_put_octets(&plan->maker, 4);
            if (!keep(plan, section, before))
                return;
        } else if (!put_record(plan, section, pick_type(plan))) {
            return;
        }
    }
}

/* OPT anywhere in the additional section, TSIG at its end. */
static void put_additional(struct plan *plan, bool has_opt)
{
    size_t before;

    if (plan->fault == FAULT_TSIG_PLACE) {
        put_placed(plan, DNS_ADDITIONAL, DNS_TYPE_TSIG);
        (void)put_record(plan, DNS_ADDITIONAL, DNS_TYPE_A);
    }
    if (plan->fault == FAULT_OPT_OWNER) {
        before = plan->maker.out.position;
        dns_put_u16(&plan->maker, 0x0161);
        dns_make_record(&plan->maker, DNS_TYPE_OPT, (struct dns_field_fault){ 0 });
        if (keep(plan, DNS_ADDITIONAL, before))
            plan->fault = FAULT_NONE;
    } else if (has_opt) {
        (void)put_record(plan, DNS_ADDITIONAL, DNS_TYPE_OPT);
    }
    if (plan->fault == FAULT_OPT_TWICE)
        put_placed(plan, DNS_ADDITIONAL, DNS_TYPE_OPT);
    put_section(plan, DNS_ADDITIONAL);
}

static void put_records(struct plan *plan)
{
    struct dns_random *random = &plan->maker.random;
    bool is_of_opt = plan->fault == FAULT_FIELD && plan->type == DNS_TYPE_OPT;
    bool is_of_tsig = plan->fault == FAULT_FIELD && plan->type == DNS_TYPE_TSIG;
    bool has_opt = plan->fault == FAULT_OPT_TWICE ||
                   (dns_random_one_in(random, 3) && !is_of_opt && plan->fault != FAULT_OPT_SECTION);

    put_section(plan, DNS_ANSWER);
    put_section(plan, DNS_AUTHORITY);
    if (is_of_tsig) {
        put_faulty(plan, DNS_ADDITIONAL);
        return;
    }
    put_additional(plan, has_opt);
    if (dns_random_one_in(random, 8) && plan->counts[DNS_ADDITIONAL] < 65535)
        (void)put_record(plan, DNS_ADDITIONAL, DNS_TYPE_TSIG);
}

static void put_counts(struct plan *plan)
{
    struct dns_random *random = &plan->maker.random;
    unsigned int section = (unsigned int)dns_random_below(random, DNS_SECTIONS);

    /* A question more takes a record for a question, and the other way round: so that it is
     * refused, the last count is the one that lies. */
    if (plan->fault == FAULT_COUNT_MORE || plan->fault == FAULT_COUNT_MAX)
        plan->counts[DNS_ADDITIONAL] =
            plan->fault == FAULT_COUNT_MAX ? 65535 : plan->counts[DNS_ADDITIONAL] + 1;
    for (unsigned int i = 0; i < DNS_SECTIONS && plan->fault == FAULT_COUNT_LESS; i++) {
        unsigned int at = (section + i) % DNS_SECTIONS;

        if (plan->counts[at] > 0) {
            plan->counts[at]--;
            plan->fault = FAULT_NONE;
        }
    }
    if (plan->fault == FAULT_COUNT_MORE || plan->fault == FAULT_COUNT_MAX)
        plan->fault = FAULT_NONE;
    for (unsigned int i = 0; i < DNS_SECTIONS; i++)
        byte_writer_patch_u16_be(&plan->maker.out, COUNT_AT(i), (uint16_t)plan->counts[i]);
}

static void change_rdlength(struct plan *plan)
{
    uint8_t *length = plan->maker.out.base + plan->maker.rdlength_at;
    unsigned int value = (unsigned int)length[0] << 8 | length[1];
    size_t step = 1 + dns_random_below(&plan->maker.random, 4);

    if (plan->maker.rdlength_at == 0 || (plan->fault == FAULT_RDLENGTH_LESS && value == 0))
        return;
    if (plan->fault == FAULT_RDLENGTH_MORE)
        value += (unsigned int)step;
    else if (plan->fault == FAULT_RDLENGTH_LESS)
        value -= (unsigned int)(step < value ? step : value);
    else
        value = 65535;
    byte_writer_patch_u16_be(&plan->maker.out, plan->maker.rdlength_at, (uint16_t)value);
    plan->fault = FAULT_NONE;
}

/* Octets behind the last record: up to one more than a message may have. */
static void put_trailing(struct plan *plan, size_t capacity)
{
    size_t size = 1 + dns_random_below(&plan->maker.random, 16);

    if (plan->fault == FAULT_SIZE && capacity > DNS_MESSAGE_SIZE_MAX)
        size = DNS_MESSAGE_SIZE_MAX + 1 - plan->maker.out.position;
    plan->maker.out.capacity = capacity;
    if (size > byte_writer_left(&plan->maker.out))
        size = byte_writer_left(&plan->maker.out);
    dns_put_octets(&plan->maker, size);
}

static void cut(struct plan *plan)
{
    struct dns_maker *maker = &plan->maker;
    size_t size = maker->out.position;
    bool in_header = plan->fault == FAULT_HEADER_CUT || size == DNS_HEADER_SIZE;
    size_t kept = in_header
                      ? dns_random_below(&maker->random, DNS_HEADER_SIZE)
                      : DNS_HEADER_SIZE + dns_random_below(&maker->random, size - DNS_HEADER_SIZE);

    maker->out.position = kept;
    plan->fault = FAULT_NONE;
}

static void write_over(struct dns_maker *maker)
{
    size_t count = dns_random_one_in(&maker->random, 3) ? dns_random_below(&maker->random, 4) : 0;

    for (; count > 0 && maker->out.position > 0; count--)
        maker->out.base[dns_random_below(&maker->random, maker->out.position)] =
            (uint8_t)dns_pick_number(maker, 8);
}

/* One message of so many has TLVs instead of sections. */
#define DSO_ONE_IN 64

static size_t generate_dso(uint64_t seed, enum dns_generate_kind kind, struct byte_writer out)
{
    struct dns_maker maker =
        dns_maker_init(seed * DNS_GENERATE_KINDS + kind, out.base, out.capacity);
    bool is_wrong = kind == DNS_GENERATE_FAULT ||
                    (kind == DNS_GENERATE_WILD && dns_random_one_in(&maker.random, 2));
    size_t wrong = is_wrong ? 1 + dns_random_below(&maker.random, DNS_DSO_WRONGS) : 0;

    dns_make_dso(&maker, (unsigned int)wrong);
    if (kind == DNS_GENERATE_WILD)
        write_over(&maker);
    return maker.out.position;
}

size_t dns_generate(uint64_t seed, enum dns_generate_kind kind, uint8_t *block, size_t capacity)
{
    struct plan plan;

    if (capacity < DNS_HEADER_SIZE)
        return 0;
    if (seed % DSO_ONE_IN == DSO_ONE_IN - 1)
        return generate_dso(seed, kind, byte_writer_init(block, capacity));
    plan = make_plan(seed, kind, byte_writer_init(block, capacity));
    put_header(&plan);
    put_questions(&plan);
    put_records(&plan);
    put_counts(&plan);
    if (plan.fault >= FAULT_RDLENGTH_MORE && plan.fault <= FAULT_RDLENGTH_MAX)
        change_rdlength(&plan);
    if (plan.fault == FAULT_CUT || plan.fault == FAULT_HEADER_CUT)
        cut(&plan);
    /* What found no place is made up for: octets behind the last record are always a fault. */
    if (plan.fault != FAULT_NONE)
        put_trailing(&plan, capacity);
    if (kind == DNS_GENERATE_WILD)
        write_over(&plan.maker);
    return plan.maker.out.position;
}
