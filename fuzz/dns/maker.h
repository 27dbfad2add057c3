/*
 * The parts that messages are made of: names, fields and records, well formed or wrong in a chosen
 * way. dns/generator.c makes whole messages of them, dns/mutator.c puts them into a message that is
 * there.
 *
 * A maker writes into a block of the caller's. Where something does not fit, `is_full` becomes true
 * and what is written since the last mark is worth nothing: dns_maker_rollback(). Pure; one thread.
 */
#pragma once

#include "base/byte_writer.h"
#include "dns/name.h"
#include "dns/rrtype.h"
#include "fuzz/dns/generator.h"

#define DNS_PLACES_MAX 64

/* A name or the rest of one that stands in the message, and that others may point to. */
struct dns_place {
    uint16_t at;
    uint8_t size;  /* octets uncompressed, with the root's */
    uint8_t hops;  /* pointers from here on */
    uint8_t steps; /* labels and pointers from here on */
};

struct dns_maker {
    struct dns_random random;
    struct byte_writer out;
    bool is_full;
    bool is_wild;       /* each part may be wrong */
    bool rdata_ends;    /* the field that was made last ends RDATA: no other may follow */
    size_t rdata_start; /* where RDATA begins, since fields depend on those before them */
    size_t rdlength_at; /* of some record; 0: there is none */
    size_t steps;       /* that following all pointers takes, at most */
    unsigned int places_count;
    struct dns_place places[DNS_PLACES_MAX];
};

/* How a name is written. */
enum dns_name_rule {
    DNS_NAME_ANYHOW, /* it may end with a pointer */
    DNS_NAME_WHOLE,  /* no pointer is allowed */
};

/* What is wrong with a name; 0: nothing. Those from DNS_WRONG_CUT on end RDATA, and are for names
 * in RDATA alone. */
enum dns_name_wrong {
    DNS_NAME_RIGHT,
    DNS_WRONG_LABEL_01,
    DNS_WRONG_LABEL_10,
    DNS_WRONG_SIZE,
    DNS_WRONG_LABELS,
    DNS_WRONG_POINTER, /* where none is allowed; elsewhere to itself */
    DNS_WRONG_FORWARD,
    DNS_WRONG_HEADER,
    DNS_WRONG_CUT,
    DNS_WRONG_NAMES, /* how many there are */
};

/* A maker that writes into the `capacity` octets at `block`. */
struct dns_maker dns_maker_init(uint64_t seed, uint8_t *block, size_t capacity);

/* Forgets what was written from `position` on. */
void dns_maker_rollback(struct dns_maker *maker, size_t position);

/* Each writes a number or octets, or sets is_full. */
void dns_put_u8(struct dns_maker *maker, unsigned int value);
void dns_put_u16(struct dns_maker *maker, unsigned int value);
void dns_put_u32(struct dns_maker *maker, uint32_t value);
void dns_put_bytes(struct dns_maker *maker, struct bytes octets);

/* Writes `count` octets of no meaning, of one value, or that are printable. */
void dns_put_octets(struct dns_maker *maker, size_t count);

/* A size from `min` to `max`, and to what there is room for: often one of the edges or next to one,
 * else small. */
size_t dns_pick_size(struct dns_maker *maker, size_t min, size_t max);

/* A number of `bits` bits: often one of the edges. */
uint32_t dns_pick_number(struct dns_maker *maker, unsigned int bits);

/* A type: most often one of the table, each as often as any other, else an unknown one. */
uint16_t dns_pick_type(struct dns_maker *maker);

/* Writes a name of some shape, and remembers it as a place. */
void dns_make_name(struct dns_maker *maker, enum dns_name_rule rule, enum dns_name_wrong wrong);

/* Writes this name (uncompressed), by a pointer to an equal one where `rule` allows it and there is
 * one, and remembers it. */
void dns_put_name(struct dns_maker *maker, enum dns_name_rule rule, const struct dns_name *name);

/* Writes a pointer to a pointer to a pointer …, `hops` of them, the first to the place, and
 * remembers the last. */
void dns_put_ladder(struct dns_maker *maker, struct dns_place place, unsigned int hops);

/* In how many ways a field of this kind can be wrong. */
unsigned int dns_field_wrongs(enum dns_field_kind kind);

/* Writes a field; `wrong`: 0 for a right one, or in which way it is wrong. It may change octets of
 * RDATA before it that say what it is. */
void dns_make_field(struct dns_maker *maker, enum dns_field_kind kind, unsigned int wrong);

/* What of the next record is wrong: field number `field` of its row, in this way. `field` as great
 * as the row's count of fields: an octet behind them. */
struct dns_field_fault {
    unsigned int field;
    unsigned int wrong; /* 0: nothing */
};

/* Writes RDLENGTH and RDATA of this type and class. */
void dns_make_rdata(struct dns_maker *maker, uint16_t type, uint16_t class,
                    struct dns_field_fault fault);

/* Writes a record of this type: an owner, a class (`fault`: only IN, so that no class excuses it),
 * a TTL and RDATA. OPT has the root for its owner. */
void dns_make_record(struct dns_maker *maker, uint16_t type, struct dns_field_fault fault);

/* Writes a question. */
void dns_make_question(struct dns_maker *maker, enum dns_name_wrong wrong);

/* In how many ways a message of stateful operations can be wrong. */
#define DNS_DSO_WRONGS 7

/* Writes a whole message of stateful operations; `wrong`: 0 for a right one, or in which way it is
 * wrong. */
void dns_make_dso(struct dns_maker *maker, unsigned int wrong);
