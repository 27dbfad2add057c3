/*
 * JSON texts, one after another, with limits on depth and number of values, since what parses them
 * goes a step down the stack for each level and takes memory for each value.
 */
#pragma once

#include "base/byte_reader.h"
#include "base/err.h"

#include <jansson.h>

#define WIRE_JSON_DEPTH_MAX 16
#define WIRE_JSON_VALUES_MAX 1048576 /* of one text; a message of 65,535 octets has 200,000 */

/* Reads the object at the cursor, without repeated members, and moves behind it; white space, and
 * the separators of RFC 7464, may stand in front. 1 (the caller owns *ret_document: json_decref), 0
 * at the end of the text, or -errno with a sentence that names line and column. */
int wire_json_read_document(struct byte_reader *text, json_t **ret_document, struct err *err);

/* Forgets the document in the variable. Fits CLEANUP. */
void wire_json_release(json_t **document);
