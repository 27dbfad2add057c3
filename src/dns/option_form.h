/*
 * How the octets of an option are shown and read, for each code. dns/option_text.c puts the name in
 * front. Pure; any thread; part of the codec, not of its users' face.
 */
#pragma once

#include "base/byte_reader.h"
#include "base/text.h"
#include "dns/option.h"

struct dns_option_form {
    uint16_t code;
    const char *name; /* NULL: it has none */
    /* Appends octets, some and right ones. False where there is no room; then the caller goes back.
     */
    bool (*format)(struct bytes octets, struct text *text);
    /* Reads a value, which is not empty, and writes its octets: DNS_OK, DNS_NO_ROOM, or what is
     * wrong, with the cursor near it. It need not read all: the caller looks at what is left. */
    enum dns_status (*parse)(struct byte_reader *value, struct byte_writer *out);
};

/* Octets in hexadecimal, for what has no other form. */
extern const struct dns_option_form dns_option_form_opaque;

/* The form of a code. */
struct dns_option_form dns_option_form_of(uint16_t code);

/* The form of what is called so, in any case, or OPT= and a number; false, and *ret_form untouched,
 * for another name. */
bool dns_option_form_find(struct bytes name, struct dns_option_form *ret_form);
