/* Lines of fields with colons between them. */
#include "oci/subordinate.h"

#include <string.h>

/* Fields of /etc/passwd; the others have three. */
enum { NAME, UID = 2, HOME = 5, FIELDS_MAX };

/* Takes the next line off the text. False at its end. */
static bool take_line(struct bytes *text, struct bytes *ret_line)
{
    const uint8_t *end = text->size == 0 ? NULL : memchr(text->at, '\n', text->size);
    size_t size = end == NULL ? text->size : (size_t)(end - text->at);
    size_t taken = end == NULL ? size : size + 1;

    if (text->size == 0)
        return false;
    *ret_line = bytes_of(text->at, size);
    *text = bytes_of(text->at + taken, text->size - taken);
    return true;
}

/* The first fields of a line, the last of which ends at a colon or at the end of the line; how many
 * there are, and at most FIELDS_MAX. */
static size_t split(struct bytes line, struct bytes ret_fields[FIELDS_MAX])
{
    size_t count = 0;

    while (count < FIELDS_MAX) {
        const uint8_t *colon = line.size == 0 ? NULL : memchr(line.at, ':', line.size);
        size_t size = colon == NULL ? line.size : (size_t)(colon - line.at);

        ret_fields[count++] = bytes_of(line.at, size);
        if (colon == NULL)
            break;
        line = bytes_of(line.at + size + 1, line.size - size - 1);
    }
    return count;
}

/* A decimal number of 32 bits, and nothing else. */
static bool read_number(struct bytes text, uint32_t *ret_number)
{
    uint64_t number = 0;

    if (text.size == 0 || text.size > 10)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(text.at[i] - '0');
    }
    if (number > UINT32_MAX)
        return false;
    *ret_number = (uint32_t)number;
    return true;
}

/* The field at `index` of the line of /etc/passwd that has the uid. */
static struct bytes find_field(struct bytes passwd, uid_t uid, size_t index)
{
    struct bytes line;

    while (take_line(&passwd, &line)) {
        struct bytes fields[FIELDS_MAX];
        uint32_t number;

        size_t count = split(line, fields);

        if (count > UID && count > index && read_number(fields[UID], &number) && number == uid)
            return fields[index];
    }
    return bytes_of(NULL, 0);
}

struct bytes oci_subordinate_name(struct bytes passwd, uid_t uid)
{
    return find_field(passwd, uid, NAME);
}

struct bytes oci_subordinate_home(struct bytes passwd, uid_t uid)
{
    return find_field(passwd, uid, HOME);
}

static bool is_owner(struct bytes field, const struct oci_id_owner *owner)
{
    uint32_t number;

    if (field.size > 0 && bytes_equal(field, owner->name))
        return true;
    return read_number(field, &number) && number == owner->uid;
}

size_t oci_subordinate_parse(struct bytes text, const struct oci_id_owner *owner,
                             struct oci_id_range *ret_ranges)
{
    struct bytes line;
    size_t count = 0;

    while (count < OCI_ID_RANGES_MAX && take_line(&text, &line)) {
        struct bytes fields[FIELDS_MAX];
        struct oci_id_range range;

        if (split(line, fields) <= UID || !is_owner(fields[0], owner) ||
            !read_number(fields[1], &range.first) || !read_number(fields[2], &range.size) ||
            range.size == 0 || range.first > UINT32_MAX - range.size)
            continue;
        ret_ranges[count++] = range;
    }
    return count;
}

bool oci_subordinate_has(const struct oci_id_ranges *ranges, uint32_t first, uint32_t size)
{
    for (size_t i = 0; i < ranges->count; i++) {
        const struct oci_id_range *range = &ranges->at[i];

        if (first >= range->first && first - range->first < range->size &&
            size <= range->size - (first - range->first))
            return true;
    }
    return false;
}
