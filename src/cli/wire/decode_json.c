/*
 * What `cupel-wire decode --json` prints: a message (json/writer.h), what is refused of it, and
 * where it was captured.
 */
#include "cli/wire/json/document.h"
#include "cli/wire/json/writer.h"
#include "cli/wire/wire.h"

#include <ctype.h>
#include <errno.h>

#define NS_PER_S 1000000000U

/* Each of the following adds a member, and gives false where there is no memory. */
static bool add_number(json_t *object, const char *name, json_int_t number)
{
    return json_object_set_new(object, name, json_integer(number)) == 0;
}

static bool add_text(json_t *object, const char *name, const char *text)
{
    return json_object_set_new(object, name, json_string(text)) == 0;
}

/* What one is told of a message that is refused, beside RFC 8427. */
static bool add_refusal(json_t *object, const struct dns_message_partial *partial)
{
    struct dns_verdict rdata = dns_message_check_rdata(&partial->message);
    bool is_framing = partial->framing.status != DNS_OK;
    struct dns_verdict verdict = is_framing ? partial->framing : rdata;
    json_t *refused;

    if (verdict.status == DNS_OK)
        return true;
    refused = json_object();
    return json_object_set_new(object, "refused", refused) == 0 &&
           add_text(refused, "which", is_framing ? "framing" : "rdata") &&
           add_text(refused, "status", dns_status_name(verdict.status)) &&
           add_text(refused, "reason", dns_status_text(verdict.status)) &&
           add_number(refused, "offset", (json_int_t)verdict.offset);
}

static bool add_left(json_t *object, struct bytes left)
{
    size_t capacity = 2 * left.size + 1;
    CLEANUP(free_pointer) char *block = malloc(capacity);
    struct text hex;

    if (block == NULL)
        return false;
    hex = text_init(block, capacity);
    if (!text_append_hex(&hex, left))
        return false;
    for (char *at = block; *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
    return add_text(object, "leftOctetsHEX", block);
}

static bool add_end(json_t *object, const char *member, unsigned int version,
                    const struct capture_end *place)
{
    char block[64];
    struct text text = text_init(block, sizeof(block));
    json_t *entry = json_object();

    wire_format_address(version, place, &text);
    return json_object_set_new(object, member, entry) == 0 && add_text(entry, "address", block) &&
           add_number(entry, "port", place->port);
}

/* Where the message was captured: RFC 8427 section 2.5 for the time, and names of our own. */
static bool add_packet(json_t *object, const struct wire_item *item)
{
    const struct capture_message *packet = item->packet;
    char block[64];
    struct text text = text_init(block, sizeof(block));

    if (item->number > 0 && !add_number(object, "number", (json_int_t)item->number))
        return false;
    if (packet == NULL)
        return true;
    wire_format_time(packet->time_ns, &text);
    return add_text(object, "dateString", block) &&
           json_object_set_new(object, "dateSeconds",
                               json_real((double)packet->time_ns / NS_PER_S)) == 0 &&
           add_text(object, "protocol",
                    packet->flow.protocol == CAPTURE_PROTOCOL_TCP ? "TCP" : "UDP") &&
           add_end(object, "source", packet->flow.version, &packet->flow.source) &&
           add_end(object, "destination", packet->flow.version, &packet->flow.destination);
}

int wire_print_json(FILE *out, const struct wire_view *view, struct err *err)
{
    CLEANUP(wire_json_release) json_t *object = json_object();
    const struct dns_message_partial *partial = view->partial;
    struct wire_json_view shown = { partial, view->with_octets };
    /* One message is for people too; of several, each is on a line of its own. */
    size_t form = view->item->number == 0 ? JSON_INDENT(2) : JSON_COMPACT;
    bool ok = add_packet(object, view->item) && wire_json_write(object, &shown);

    ok = ok && (!view->shows_refusal || add_refusal(object, partial));
    ok = ok && (partial->left.size == 0 || add_left(object, partial->left));
    if (!ok)
        return err_set(err, -ENOMEM, "no memory");
    if (json_dumpf(object, out, form) < 0 || fputc('\n', out) == EOF)
        return err_set(err, -EIO, "the output cannot be written");
    return 0;
}
