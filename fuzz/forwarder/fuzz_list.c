/*
 * Property: whatever a hosts file or a block list holds, and wherever it is cut, the same names
 * come out of it; each of them stands in it, is one of a host, and is found again, with records or
 * rules as its kind of file makes them; and no line counts twice.
 *
 * The input: an octet that chooses the kind (its lowest bit) and the size of the parts in which the
 * rest, the file, is read once more.
 *
 * Covers: src/forwarder/local/list.c 90%, src/forwarder/local/lines.c 90%,
 * src/forwarder/local/hosts.c 90%, src/forwarder/local/block.c 90%,
 * src/forwarder/local/word.c 90%, src/forwarder/local/build.c 60%
 */
#include "forwarder/local/list.h"
#include "fuzz/target.h"

#define RULES                                                                                      \
    (FORWARDER_NAME_BLOCKED | FORWARDER_NAME_BLOCKED_BELOW | FORWARDER_NAME_ALLOWED |              \
     FORWARDER_NAME_ALLOWED_BELOW)

/* What a file became. */
struct reading {
    struct forwarder_list list;
    struct forwarder_built *built;
};

/* Reads a file in parts of so many octets. */
static void read_file(struct reading *reading, enum forwarder_list_kind kind, struct bytes file,
                      size_t part)
{
    static const struct forwarder_hash_key key = { { 5, 6 } };
    struct forwarder_local_options options = { 0 };
    struct forwarder_build build;

    forwarder_build_init(&build, &key);
    forwarder_list_init(&reading->list, kind, &build);
    for (size_t at = 0; at < file.size; at += part) {
        size_t size = part < file.size - at ? part : file.size - at;

        fuzz_require(forwarder_list_feed(&reading->list, bytes_of(file.at + at, size)));
    }
    fuzz_require(forwarder_list_end(&reading->list));
    fuzz_require(forwarder_build_finish(&build, &options, NULL, &reading->built) ==
                 FORWARDER_BUILD_OK);
}

static uint8_t lower(uint8_t octet)
{
    return (uint8_t)(octet + (octet >= 'A' && octet <= 'Z' ? 'a' - 'A' : 0));
}

/* Whether a text stands in a file, in letters of any case. */
static bool stands_in(struct bytes file, struct bytes text)
{
    for (size_t at = 0; at + text.size <= file.size; at++) {
        size_t same = 0;

        while (same < text.size && lower(file.at[at + same]) == text.at[same])
            same += 1;
        if (same == text.size)
            return true;
    }
    return false;
}

static bool is_host_character(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') ||
           character == '-' || character == '_' || character == '.';
}

/* Whether a name is of the tree of addresses, which hosts files do not spell out. */
static bool is_reverse(const struct dns_name *name)
{
    static const uint8_t arpa[] = "\4arpa";

    return name->size >= sizeof(arpa) &&
           memcmp(name->octets + name->size - sizeof(arpa), arpa, sizeof(arpa)) == 0;
}

/* A name that came out of the file. */
static void check_name(const struct reading *reading, struct bytes file, uint32_t entry)
{
    const struct forwarder_names *names = &reading->built->local.names;
    struct bytes octets = forwarder_names_name(names, entry);
    struct dns_name name = { .size = (uint8_t)octets.size };
    char block[DNS_NAME_TEXT_MAX];
    struct text text = text_init(block, sizeof(block));
    bool is_hosts = reading->list.kind == FORWARDER_LIST_HOSTS;

    fuzz_require(octets.size > 1 && octets.size <= DNS_NAME_SIZE_MAX);
    memcpy(name.octets, octets.at, octets.size);
    fuzz_require(forwarder_names_find(names, octets) == entry);
    fuzz_require(((names->entries[entry] & FORWARDER_NAME_LOCAL) != 0) == is_hosts);
    fuzz_require(((names->entries[entry] & RULES) != 0) == !is_hosts);
    fuzz_require(dns_name_format(&name, &text));
    for (size_t i = 0; i < text.size; i++)
        fuzz_require(is_host_character(text.at[i]));
    fuzz_require((is_hosts && is_reverse(&name)) ||
                 stands_in(file, bytes_of(text.at, text.size - 1)));
}

FUZZ_TARGET(input)
{
    uint8_t choice = input.size == 0 ? 0 : input.at[0];
    struct bytes file = input.size == 0 ? input : bytes_of(input.at + 1, input.size - 1);
    enum forwarder_list_kind kind = choice % 2 == 0 ? FORWARDER_LIST_BLOCK : FORWARDER_LIST_HOSTS;
    struct reading whole;
    struct reading parts;
    uint32_t found = 0;

    if (file.size > 16384)
        return;
    read_file(&whole, kind, file, file.size + 1);
    read_file(&parts, kind, file, 1 + choice / 2U);
    fuzz_require(whole.list.lines.number == parts.list.lines.number);
    fuzz_require(whole.list.lines_used == parts.list.lines_used);
    fuzz_require(whole.list.lines_wrong == parts.list.lines_wrong);
    fuzz_require(whole.list.first_wrong == parts.list.first_wrong);
    fuzz_require(whole.list.lines_used + whole.list.lines_wrong <= whole.list.lines.number);
    fuzz_require(whole.built->local.names_count == parts.built->local.names_count);
    for (uint32_t slot = 0; slot < whole.built->local.names.slots_count; slot++) {
        uint32_t entry = whole.built->local.names.slots[slot].entry;

        if (entry == 0)
            continue;
        check_name(&whole, file, entry);
        fuzz_require(forwarder_names_find(&parts.built->local.names,
                                          forwarder_names_name(&whole.built->local.names, entry)) !=
                     0);
        found += 1;
    }
    fuzz_require(found == whole.built->local.names_count);
    forwarder_built_free(whole.built);
    forwarder_built_free(parts.built);
}
