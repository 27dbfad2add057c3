/* Names of the protocol's small numbers, from code.def. */
#include "dns/code.h"

struct code {
    unsigned int number;
    const char *name;
};

static const struct code opcodes[] = {
#define OPCODE(name, number, text) { (number), (text) },
#include "dns/code.def"
#undef OPCODE
};

static const struct code rcodes[] = {
#define RCODE(name, number, text) { (number), (text) },
#include "dns/code.def"
#undef RCODE
};

static const struct code classes[] = {
#define CLASS(name, number, text) { (number), (text) },
#include "dns/code.def"
#undef CLASS
};

/* The codes of one kind. */
struct code_list {
    const char *kind; /* what stands before a number without a name */
    const struct code *codes;
    size_t count;
};

static bool code_format(struct code_list list, unsigned int number, struct text *text)
{
    size_t before = text->size;

    for (size_t i = 0; i < list.count; i++) {
        if (list.codes[i].number == number)
            return text_append(text, list.codes[i].name);
    }
    if (text_append(text, list.kind) && text_append_decimal(text, number, 0))
        return true;
    text_rollback(text, before);
    return false;
}

#define LIST(kind, codes) ((struct code_list){ kind, codes, sizeof(codes) / sizeof((codes)[0]) })

bool dns_opcode_format(unsigned int opcode, struct text *text)
{
    return code_format(LIST("OPCODE", opcodes), opcode, text);
}

bool dns_rcode_format(unsigned int rcode, struct text *text)
{
    return code_format(LIST("RCODE", rcodes), rcode, text);
}

bool dns_class_format(uint16_t class, struct text *text)
{
    return code_format(LIST("CLASS", classes), class, text);
}
