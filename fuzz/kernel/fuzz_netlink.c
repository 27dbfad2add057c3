/*
 * Property: what is found of a netlink attribute lies inside of the attributes, behind a header
 * that says its type and its length; and what is not found is not touched.
 *
 * Covers: src/kernel/netlink.c
 */
#include "fuzz/target.h"
#include "kernel/netlink.h"

#define TYPES 8

FUZZ_TARGET(input)
{
    for (uint16_t type = 0; type < TYPES; type++) {
        struct bytes value = { .size = SIZE_MAX };
        struct nlattr header;

        if (!kernel_netlink_find(input, type, &value)) {
            fuzz_require(value.at == NULL && value.size == SIZE_MAX);
            continue;
        }
        fuzz_require(value.at >= input.at + sizeof(struct nlattr));
        fuzz_require(value.size <= input.size - (size_t)(value.at - input.at));
        memcpy(&header, value.at - sizeof(struct nlattr), sizeof(header));
        fuzz_require((header.nla_type & NLA_TYPE_MASK) == type);
        fuzz_require(header.nla_len == value.size + sizeof(struct nlattr));
    }
}
