/*
 * Opcodes, response codes and classes: numbers and names, from the table code.def. Any other number
 * of the right width may stand in a message too. Pure; any thread.
 */
#pragma once

#include "base/text.h"

enum dns_opcode {
#define OPCODE(name, number, text) DNS_OPCODE_##name = (number),
#include "dns/code.def"
#undef OPCODE
};

/* Response codes: 0 to 15 fit into the header; greater ones need EDNS (RFC 6891 section 6.1.3). */
enum dns_rcode {
#define RCODE(name, number, text) DNS_RCODE_##name = (number),
#include "dns/code.def"
#undef RCODE
};

enum dns_class {
#define CLASS(name, number, text) DNS_CLASS_##name = (number),
#include "dns/code.def"
#undef CLASS
};

/* Information codes of extended errors. RFC 8914 section 4, and the registry of later ones. */
enum dns_ede {
#define EDE(name, number, text) DNS_EDE_##name = (number),
#include "dns/code.def"
#undef EDE
};

/* Each appends the name of a number, or for a number without one OPCODE, RCODE or CLASS and the
 * number; false, and nothing appended, where there is no room. */
bool dns_opcode_format(unsigned int opcode, struct text *text);

/* As dns_opcode_format(), for a response code of up to 12 bits. */
bool dns_rcode_format(unsigned int rcode, struct text *text);

/* As dns_opcode_format(), for a class (RFC 3597 section 5). */
bool dns_class_format(uint16_t class, struct text *text);

/* The name of an information code of an extended error; NULL where it has none. Static text. */
const char *dns_ede_name(uint16_t code);

/* The number of an opcode by its name (of any case), or of OPCODE and a number up to 15; false, and
 * *ret_opcode untouched, for another text. */
bool dns_opcode_parse(struct bytes text, uint16_t *ret_opcode);

/* As dns_opcode_parse(), for a response code of up to 12 bits, or RCODE and a number. */
bool dns_rcode_parse(struct bytes text, uint16_t *ret_rcode);

/* The number of a class by its name (of any case), or of CLASS and a number; false, and *ret_class
 * untouched, for another text. */
bool dns_class_parse(struct bytes text, uint16_t *ret_class);

/* Whether a text is `word`, but for the case of letters. */
bool dns_word_equal(struct bytes text, const char *word);

/* The number behind a word, of any case, such as TYPE or CLASS: up to five digits, and
 * at most 65535. False, and *ret_number untouched, for another text. */
bool dns_number_parse(struct bytes text, const char *word, uint16_t *ret_number);
