/*
 * unbound as a peer: parse_packet() and what follows it for an answer that a resolver receives;
 * sldns_wire2str_rdata_scan(); and reply_info_encode() of what was read. A record that sldns could
 * show only as octets, though it knows its type, is a refusal of that message: its RDATA cannot be
 * read. RDATA as octets is not said, since it is held inside of what is encoded.
 */
#include "diff/dns_helper.h"

#include "base/byte_reader.h"
#include "base/cleanup.h"
#include "base/require.h"
#include "diff/dns_unbound.h"
#include "diff/dns_view.h"
#include "dns/code.h"
#include "dns/rrtype.h"

#include <string.h>

#define PRINT_MAX ((size_t)1 << 20)
#define NAME_MAX_SIZE 255
#define WRITTEN_MAX 16384

/* A message that is read once from its beginning. */
struct reading {
    struct bytes wire;
    struct sldns_buffer buffer;
    uint8_t *octets; /* of the message, to be written to by none */
    char *printed;   /* PRINT_MAX octets */
    int loops;       /* how long sldns will follow pointers, in its own measure */
    struct text *text;
};

/* What unbound makes of a message. */
struct parsed {
    void *region;
    struct sldns_buffer buffer;
    struct unbound_block message;
    struct unbound_block edns;
    struct unbound_block query;
    void *reply;
};

struct record {
    uint16_t type;
    uint16_t class;
    uint32_t ttl_s;
    uint16_t size;
    size_t rdata_at;
    size_t owner_size;
    uint8_t owner[NAME_MAX_SIZE];
};

static void free_region(void **region)
{
    regional_destroy(*region);
}

/* Whether a cursor has the form that dns_unbound.h says. */
static bool unbound_buffer_is_ours(const struct sldns_buffer *buffer, struct bytes wire)
{
    return buffer->position == 0 && buffer->limit == wire.size && buffer->capacity == wire.size &&
           buffer->octets == wire.at;
}

static struct sldns_buffer buffer_of(struct bytes wire)
{
    struct unbound_block block = { 0 };
    struct sldns_buffer buffer;

    _Static_assert(sizeof(buffer) <= sizeof(block), "room for a cursor");
    /* The buffer of a message is not written to. */
    sldns_buffer_init_frm_data((void *)&block, (void *)(uintptr_t)wire.at, wire.size);
    memcpy(&buffer, &block, sizeof(buffer));
    REQUIRE(unbound_buffer_is_ours(&buffer, wire));
    return buffer;
}

/* Reads the message as an answer; NULL: accepted; else why not. What is read lies in the region. */
static const char *parse(struct parsed *parsed)
{
    if (parse_packet(&parsed->buffer, &parsed->message, parsed->region) != 0)
        return "FORMERR";
    if (parse_extract_edns_from_response_msg(&parsed->message, &parsed->edns, parsed->region) != 0)
        return "EDNS";
    if (parse_create_msg(&parsed->buffer, &parsed->message, NULL, &parsed->query, &parsed->reply,
                         parsed->region) == 0)
        return "SERVFAIL";
    return NULL;
}

static bool take_number(struct reading *reading, unsigned int size, uint32_t *ret_number)
{
    struct sldns_buffer *buffer = &reading->buffer;
    uint32_t number = 0;

    if (buffer->limit - buffer->position < size)
        return false;
    for (unsigned int i = 0; i < size; i++)
        number = number << 8 | reading->octets[buffer->position++];
    *ret_number = number;
    return true;
}

/* The owner, the type and the class, which all entries have. */
static bool take_front(struct reading *reading, struct record *record)
{
    struct sldns_buffer *buffer = &reading->buffer;
    uint8_t *start = reading->octets + buffer->position;
    uint32_t type = 0;
    uint32_t class = 0;

    record->owner_size = pkt_dname_len(buffer);
    if (record->owner_size == 0 || record->owner_size > sizeof(record->owner))
        return false;
    dname_pkt_copy(buffer, record->owner, start);
    if (!take_number(reading, 2, &type) || !take_number(reading, 2, &class))
        return false;
    record->type = (uint16_t)type;
    record->class = (uint16_t)class;
    return true;
}

static bool take_record(struct reading *reading, struct record *record)
{
    struct sldns_buffer *buffer = &reading->buffer;
    uint32_t size = 0;

    if (!take_front(reading, record) || !take_number(reading, 4, &record->ttl_s) ||
        !take_number(reading, 2, &size) || buffer->limit - buffer->position < size)
        return false;
    record->size = (uint16_t)size;
    record->rdata_at = buffer->position;
    buffer->position += size;
    return true;
}

static void append_front(struct text *text, unsigned int section, const struct record *record)
{
    (void)text_format(text, "entry\t%u\t", section);
    helper_append_octets(text, bytes_of(record->owner, record->owner_size));
    (void)text_format(text, "\t%u\t%u\t", record->type, record->class);
}

/* Whether the fields of a type have a form of their own: those of NULL have not. */
static bool is_known(uint16_t type)
{
    const void *descriptor = sldns_rr_descript(type);
    const void *opaque = sldns_rr_descript(DNS_TYPE_NULL);

    return descriptor != NULL && sldns_rr_descriptor_field_type(descriptor, 0) !=
                                     sldns_rr_descriptor_field_type(opaque, 0);
}

/* Prints RDATA. False where it is shown as octets though its type is known; but what an update
 * leaves out is not. */
static bool print_rdata(struct reading *reading, const struct record *record)
{
    uint8_t *at = reading->octets + record->rdata_at;
    size_t left = record->size;
    struct unbound_text out = { reading->printed, PRINT_MAX };

    reading->printed[0] = '\0';
    (void)sldns_wire2str_rdata_scan(&at, &left, &out.at, &out.left, record->type, reading->octets,
                                    reading->wire.size, &reading->loops);
    /* A name that is cut is printed without an end. */
    if (out.at != NULL)
        out.at[0] = '\0';
    return strncmp(reading->printed, "\\#", 2) != 0 || !is_known(record->type) ||
           (record->size == 0 &&
            (record->class == DNS_CLASS_NONE || record->class == DNS_CLASS_ANY));
}

/* The place of a type: OPT and TSIG stand behind the others. */
static unsigned int place_of(uint16_t type)
{
    return type == DNS_TYPE_OPT ? 1 : type == DNS_TYPE_TSIG ? 2 : 0;
}

/* Tabs, which are printed as they are, are no blanks between fields here. */
static void append_print(const struct reading *reading)
{
    const char *rest = reading->printed;
    const char *tab;

    if (rest[0] == '\0')
        (void)text_append_char(reading->text, '-');
    while ((tab = strchr(rest, '\t')) != NULL) {
        (void)text_append_bytes(reading->text, bytes_of(rest, (size_t)(tab - rest)));
        (void)text_append(reading->text, "\\009");
        rest = tab + 1;
    }
    (void)text_append(reading->text, rest);
}

/* Appends all entries whose place this is; false where RDATA cannot be read. */
static bool append_entries(struct reading *reading, unsigned int place)
{
    uint32_t counts[4] = { 0 };
    struct record record;

    reading->buffer = buffer_of(reading->wire);
    reading->buffer.position = 4;
    for (unsigned int i = 0; i < 4; i++)
        (void)take_number(reading, 2, &counts[i]);
    for (uint32_t i = 0; i < counts[0] && take_front(reading, &record); i++) {
        if (place == 0) {
            append_front(reading->text, 0, &record);
            (void)text_append(reading->text, "-\t-\t-\n");
        }
    }
    for (unsigned int section = 1; section < 4; section++) {
        for (uint32_t i = 0; i < counts[section] && take_record(reading, &record); i++) {
            if (place_of(record.type) != place)
                continue;
            if (!print_rdata(reading, &record))
                return false;
            append_front(reading->text, section, &record);
            (void)text_format(reading->text, "%u\t?\t", record.ttl_s);
            append_print(reading);
            (void)text_append_char(reading->text, '\n');
        }
    }
    return true;
}

/* What is written of the message, with the same header. What does not fit into a message would be
 * left out, and not always would the header say so: great ones are not written. */
static void append_wire(struct text *text, struct bytes wire, struct parsed *parsed)
{
    CLEANUP(free_pointer) uint8_t *block = malloc(DIFF_MESSAGE_MAX);
    uint16_t flags = (uint16_t)(wire.at[2] << 8 | wire.at[3]);
    struct sldns_buffer out;
    uint16_t id;

    REQUIRE(block != NULL);
    out = buffer_of(bytes_of(block, DIFF_MESSAGE_MAX));
    memcpy(&id, wire.at, sizeof(id));
    if (wire.size > WRITTEN_MAX ||
        reply_info_encode(&parsed->query, parsed->reply, id, flags, &out, 0, parsed->region,
                          DIFF_MESSAGE_MAX, 1, 0) == 0)
        return;
    (void)text_append(text, "set\t");
    helper_append_octets(text, bytes_of(block, out.limit));
    (void)text_append_char(text, '\n');
}

static const char *append_all(struct reading *reading)
{
    struct bytes wire = reading->wire;

    (void)text_format(reading->text, "accept\nheader\t%u %04x\n", wire.at[0] << 8 | wire.at[1],
                      (unsigned int)(wire.at[2] << 8 | wire.at[3]) & ~(unsigned int)0x40);
    for (unsigned int place = 0; place < 3; place++) {
        if (!append_entries(reading, place))
            return "RDATA";
    }
    return NULL;
}

void helper_view(struct bytes wire, struct text *text)
{
    CLEANUP(free_pointer) char *printed = malloc(PRINT_MAX);
    CLEANUP(free_region) void *region = regional_create();
    struct parsed parsed = { .region = region, .buffer = buffer_of(wire) };
    struct reading reading = {
        .wire = wire,
        .octets = (uint8_t *)(uintptr_t)wire.at,
        .printed = printed,
        .text = text,
    };
    const char *reason;

    REQUIRE(region != NULL);
    REQUIRE(printed != NULL);
    /* No TTL is made smaller than it was sent. */
    MAX_NEG_TTL = UINT32_MAX;
    SERVE_ORIGINAL_TTL = 1;
    RRSET_ROUNDROBIN = 0;
    reason = parse(&parsed);
    if (reason == NULL)
        reason = append_all(&reading);
    if (reason == NULL) {
        append_wire(text, wire, &parsed);
        return;
    }
    text_clear(text);
    (void)text_format(text, "refuse\t%s\n", reason);
}
