/*
 * Members of a JSON object by name and type. Each function gives 1 where the member is there, 0
 * where it is absent or null (the output is untouched then), or -EINVAL with a sentence that begins
 * with the member's name. What is given lives as long as the object. One thread.
 */
#pragma once

#include "base/byte_writer.h"
#include "base/err.h"
#include "dns/name.h"

#include <jansson.h>

/* A whole number from 0 to `max`; where `max` is 1, true and false are numbers too. */
int wire_json_number(const json_t *object, const char *name, uint32_t max, uint32_t *ret_number,
                     struct err *err);

/* A text. */
int wire_json_text(const json_t *object, const char *name, struct bytes *ret_text, struct err *err);

/* A domain name. */
int wire_json_name(const json_t *object, const char *name, struct dns_name *ret_name,
                   struct err *err);

/* Octets in hexadecimal (RFC 4648 section 8, and small letters), appended to `out`. */
int wire_json_hex(const json_t *object, const char *name, struct byte_writer *out,
                  struct bytes *ret_octets, struct err *err);

/* A list or an object, as `type` says. */
int wire_json_part(const json_t *object, const char *name, json_type type, const json_t **ret_part,
                   struct err *err);

/* A code that has a number in `name`, and a text in <name>name; where both are there, they must say
 * the same. */
int wire_json_code(const json_t *object, const char *name,
                   bool (*parse)(struct bytes text, uint16_t *ret_code), uint16_t *ret_code,
                   struct err *err);
