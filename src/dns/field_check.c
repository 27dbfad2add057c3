/*
 * The check of each kind of field that has a shape of its own: one function a kind, in the order of
 * dns/field.def. Each moves the cursor over the field, or leaves it where something is wrong.
 */
#include "dns/field_check.h"

#include "dns/field_param.h"
#include "dns/option.h"

/* A field that ends with RDATA, whatever it holds. */
static enum dns_status check_rest(struct byte_reader *in, size_t start)
{
    (void)start;
    in->position = in->end;
    return DNS_OK;
}

/* Likewise, with one octet at least. */
static enum dns_status check_some(struct byte_reader *in, size_t start)
{
    if (byte_reader_is_done(in))
        return DNS_OCTETS_EMPTY;
    return check_rest(in, start);
}

/* Moves over `size` octets. */
static enum dns_status skip(struct byte_reader *in, size_t size, enum dns_status refusal)
{
    if (byte_reader_left(in) < size)
        return refusal;
    in->position += size;
    return DNS_OK;
}

static enum dns_status check_string(struct byte_reader *in, size_t start)
{
    (void)start;
    if (byte_reader_is_done(in))
        return DNS_STRINGS_EMPTY;
    return skip(in, 1U + in->base[in->position], DNS_STRING_TRUNCATED);
}

static enum dns_status check_string_optional(struct byte_reader *in, size_t start)
{
    return byte_reader_is_done(in) ? DNS_OK : check_string(in, start);
}

static enum dns_status check_strings(struct byte_reader *in, size_t start)
{
    const uint8_t *base = in->base;
    size_t at = in->position;
    size_t end = in->end;

    (void)start;
    if (at == end)
        return DNS_STRINGS_EMPTY;
    while (at < end) {
        size_t size = 1U + base[at];

        if (size > end - at) {
            in->position = at;
            return DNS_STRING_TRUNCATED;
        }
        at += size;
    }
    in->position = at;
    return DNS_OK;
}

static bool is_digit(uint8_t octet)
{
    return octet >= '0' && octet <= '9';
}

static bool is_letter(uint8_t octet)
{
    return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
}

/* A character-string; *ret_octets: what it holds. On refusal the cursor is as it was. */
static enum dns_status read_string(struct byte_reader *in, struct bytes *ret_octets)
{
    size_t at = in->position;
    enum dns_status status = check_string(in, at);

    if (status == DNS_OK)
        *ret_octets = bytes_of(in->base + at + 1, in->position - at - 1);
    return status;
}

static enum dns_status check_digits(struct byte_reader *in, size_t start)
{
    size_t at = in->position;
    struct bytes octets = { 0 };
    enum dns_status status = read_string(in, &octets);
    bool all = octets.size >= 4;

    (void)start;
    for (size_t i = 0; i < octets.size; i++)
        all = all && is_digit(octets.at[i]);
    if (status != DNS_OK || all)
        return status;
    in->position = at;
    return DNS_DIGITS;
}

static enum dns_status check_tag(struct byte_reader *in, size_t start)
{
    size_t at = in->position;
    struct bytes octets = { 0 };
    enum dns_status status = read_string(in, &octets);
    bool all = octets.size > 0;

    (void)start;
    for (size_t i = 0; i < octets.size; i++)
        all = all && (is_digit(octets.at[i]) || is_letter(octets.at[i]));
    if (status != DNS_OK || all)
        return status;
    in->position = at;
    return DNS_TAG;
}

/* Three delimiters that no backslash leads, and then flags, of which there is one (RFC 3402 section
 * 3.2). Nothing at all is no substitution. */
static bool is_substitution(struct bytes octets)
{
    uint8_t delimiter = octets.size == 0 ? 0 : octets.at[0];
    unsigned int delimiters = 1;

    if (octets.size == 0)
        return true;
    if (delimiter == '\\' || delimiter == 'i' || delimiter == '\0' || is_digit(delimiter))
        return false;
    for (size_t i = 1; i < octets.size; i++) {
        if (delimiters == 3 && octets.at[i] != 'i')
            return false;
        if (octets.at[i] == delimiter)
            delimiters++;
        else if (octets.at[i] == '\\')
            i++;
    }
    return delimiters == 3;
}

static enum dns_status check_regexp(struct byte_reader *in, size_t start)
{
    size_t at = in->position;
    struct bytes octets = { 0 };
    enum dns_status status = read_string(in, &octets);

    (void)start;
    if (status != DNS_OK || is_substitution(octets))
        return status;
    in->position = at;
    return DNS_REGEXP;
}

static enum dns_status check_octets(struct byte_reader *in, size_t start)
{
    uint16_t size;

    (void)start;
    if (!read_u16_be(in, &size))
        return DNS_RDATA_TRUNCATED;
    if (byte_reader_left(in) >= size) {
        in->position += size;
        return DNS_OK;
    }
    in->position -= sizeof(size);
    return DNS_OCTETS_TRUNCATED;
}

static enum dns_status check_salt(struct byte_reader *in, size_t start)
{
    (void)start;
    if (byte_reader_is_done(in))
        return DNS_RDATA_TRUNCATED;
    return skip(in, 1U + in->base[in->position], DNS_OCTETS_TRUNCATED);
}

#define NSEC3_ALGORITHM_AT 0 /* from the start of RDATA (RFC 5155 section 3.2) */
#define NSEC3_SHA1 1
#define SHA1_SIZE 20
#define SHA256_SIZE 32
#define SHA384_SIZE 48
#define SHA512_SIZE 64

static enum dns_status check_hash(struct byte_reader *in, size_t start)
{
    size_t at = in->position;
    enum dns_status status = check_salt(in, start);
    size_t size = in->position - at;

    if (status != DNS_OK)
        return status;
    if (size > 1 && (in->base[start + NSEC3_ALGORITHM_AT] != NSEC3_SHA1 || size == 1 + SHA1_SIZE))
        return DNS_OK;
    in->position = at;
    return DNS_DIGEST_SIZE;
}

/* A digest that ends with RDATA, by a table of the sizes of algorithms; 0: of any size from
 * `size_min` on. */
static enum dns_status check_sized(struct byte_reader *in, size_t size, size_t size_min)
{
    size_t left = byte_reader_left(in);

    if (size == 0 ? left < size_min : left != size)
        return DNS_DIGEST_SIZE;
    in->position = in->end;
    return DNS_OK;
}

/* RFC 4034, 4509, 6605: a digest that has a size of its own. */
static enum dns_status check_digest(struct byte_reader *in, size_t start)
{
    static const uint8_t sizes[] = { [1] = SHA1_SIZE, [2] = SHA256_SIZE, [4] = SHA384_SIZE };
    uint8_t type = in->base[start + 3];

    return check_sized(in, type < sizeof(sizes) ? sizes[type] : 0, 1);
}

static enum dns_status check_fingerprint(struct byte_reader *in, size_t start)
{
    static const uint8_t sizes[] = { [1] = SHA1_SIZE, [2] = SHA256_SIZE };
    uint8_t type = in->base[start + 1];

    return check_sized(in, type < sizeof(sizes) ? sizes[type] : 0, 1);
}

/* Algorithms have their sizes in the scheme SIMPLE; others are free (RFC 8976 appendix A.3 has a
 * private scheme with SHA-384 and 20 octets). */
static enum dns_status check_zone_digest(struct byte_reader *in, size_t start)
{
    static const uint8_t sizes[] = { [1] = SHA384_SIZE, [2] = SHA512_SIZE };
    bool is_simple = in->base[start + 4] == 1;
    uint8_t algorithm = in->base[start + 5];

    return check_sized(in, is_simple && algorithm < sizeof(sizes) ? sizes[algorithm] : 0, 12);
}

#define PRIVATE_NAME                                                                               \
    253 /* algorithms that are named in front of a key (RFC 4034 appendix A.1.1)                   \
         */
#define PRIVATE_IDENTIFIER 254

static enum dns_status check_public_key(struct byte_reader *in, size_t start)
{
    bool has_no_key = (in->base[start] & 0xC0U) == 0xC0U;
    unsigned int algorithm = in->base[start + 3];
    struct byte_reader named = *in;

    if (byte_reader_is_done(in))
        return has_no_key ? DNS_OK : DNS_OCTETS_EMPTY;
    if ((algorithm == PRIVATE_NAME &&
         dns_field_check_name(DNS_FIELD_NAME_PLAIN, &named) != DNS_OK) ||
        (algorithm == PRIVATE_IDENTIFIER && check_salt(&named, start) != DNS_OK))
        return DNS_PRIVATE_ALGORITHM;
    return check_rest(in, start);
}

#define WINDOW_SIZE_MAX 32

static enum dns_status check_types_any(struct byte_reader *in, size_t start)
{
    const uint8_t *base = in->base;
    unsigned int window_min = 0; /* the least number that the next window may have */

    (void)start;
    while (!byte_reader_is_done(in)) {
        const uint8_t *window = base + in->position;
        size_t left = byte_reader_left(in);

        if (left < 2 || left - 2 < window[1])
            return DNS_BITMAP_TRUNCATED;
        if (window[0] < window_min)
            return DNS_BITMAP_ORDER;
        if (window[1] == 0 || window[1] > WINDOW_SIZE_MAX)
            return DNS_BITMAP_SIZE;
        if (window[1 + window[1]] == 0)
            return DNS_BITMAP_ZERO;
        window_min = window[0] + 1U;
        in->position += 2U + window[1];
    }
    return DNS_OK;
}

static enum dns_status check_types(struct byte_reader *in, size_t start)
{
    return byte_reader_is_done(in) ? DNS_BITMAP_SIZE : check_types_any(in, start);
}

/* A bitmap up to the end of RDATA, that does not end with zeroes. */
static enum dns_status check_bitmap(struct byte_reader *in, size_t size_max)
{
    if (byte_reader_left(in) > size_max)
        return DNS_BITMAP_SIZE;
    if (!byte_reader_is_done(in) && in->base[in->end - 1] == 0)
        return DNS_BITMAP_ZERO;
    in->position = in->end;
    return DNS_OK;
}

static enum dns_status check_types_old(struct byte_reader *in, size_t start)
{
    (void)start;
    if (!byte_reader_is_done(in) && (in->base[in->position] & 0x80U) != 0)
        return DNS_BITMAP_TYPE_0;
    return check_bitmap(in, 128 / 8);
}

static enum dns_status check_ports(struct byte_reader *in, size_t start)
{
    (void)start;
    return check_bitmap(in, 65536 / 8);
}

/* Two decimal digits, the second the power of ten of the first; 0 is written without power. */
static bool is_loc_size(uint8_t octet)
{
    return octet == 0 || (octet >> 4 >= 1 && octet >> 4 <= 9 && (octet & 15U) <= 9);
}

#define LOC_SIZE 16
#define LOC_ZERO 0x80000000U /* of a coordinate: the equator, or the meridian of Greenwich */
#define LOC_DEGREE (60 * 60 * 1000U) /* in thousandths of a second of arc */

static bool is_loc_coordinate(struct byte_reader in, unsigned int degrees_max)
{
    uint32_t value = 0;

    (void)read_u32_be(&in, &value);
    return value >= LOC_ZERO - degrees_max * LOC_DEGREE &&
           value <= LOC_ZERO + degrees_max * LOC_DEGREE;
}

static enum dns_status check_location(struct byte_reader *in, size_t start)
{
    const uint8_t *octets = in->base + in->position;
    struct byte_reader latitude = *in;
    struct byte_reader longitude = *in;

    /* Of another version nothing else is known (RFC 1876 section 2). */
    if (!byte_reader_is_done(in) && octets[0] != 0)
        return check_rest(in, start);
    if (byte_reader_left(in) < LOC_SIZE)
        return DNS_RDATA_TRUNCATED;
    latitude.position += 4;
    longitude.position += 8;
    if (!is_loc_size(octets[1]) || !is_loc_size(octets[2]) || !is_loc_size(octets[3]) ||
        !is_loc_coordinate(latitude, 90) || !is_loc_coordinate(longitude, 180))
        return DNS_LOC_RANGE;
    in->position += LOC_SIZE;
    return DNS_OK;
}

#define ATM_E164 1 /* the format of an address that is a row of digits */

static enum dns_status check_atm(struct byte_reader *in, size_t start)
{
    size_t at = in->position;

    (void)start;
    if (byte_reader_left(in) < 2)
        return DNS_RDATA_TRUNCATED;
    for (size_t i = at + 1; in->base[at] == ATM_E164 && i < in->end; i++) {
        if (!is_digit(in->base[i])) {
            in->position = i;
            return DNS_DIGITS;
        }
    }
    in->position = in->end;
    return DNS_OK;
}

/* One item of an address prefix list: family, prefix length, the bit that negates and the size of
 * what follows. Those of an unknown family are only delimited. */
static enum dns_status check_prefix(const uint8_t *item, size_t left)
{
    static const uint8_t bits_max[] = { [1] = 32, [2] = 128 };
    unsigned int family = (unsigned int)item[0] << 8 | item[1];
    size_t size = item[3] & 0x7FU;

    if (left - 4 < size)
        return DNS_RDATA_TRUNCATED;
    if (size > 0 && item[3 + size] == 0)
        return DNS_PREFIX_ZERO;
    if ((family == 1 || family == 2) && (item[2] > bits_max[family] || size * 8 > bits_max[family]))
        return DNS_PREFIX_SIZE;
    return DNS_OK;
}

static enum dns_status check_prefixes(struct byte_reader *in, size_t start)
{
    (void)start;
    while (!byte_reader_is_done(in)) {
        size_t left = byte_reader_left(in);
        const uint8_t *item = in->base + in->position;
        enum dns_status status = left < 4 ? DNS_RDATA_TRUNCATED : check_prefix(item, left);

        if (status != DNS_OK)
            return status;
        in->position += 4U + (item[3] & 0x7FU);
    }
    return DNS_OK;
}

static enum dns_status check_suffix(struct byte_reader *in, size_t start)
{
    unsigned int prefix_bits = in->base[start];
    size_t size = prefix_bits <= 128 ? (128 - prefix_bits + 7) / 8 : 0;

    if (prefix_bits > 128)
        return DNS_PREFIX_SIZE;
    if (byte_reader_left(in) < size)
        return DNS_RDATA_TRUNCATED;
    if (prefix_bits % 8 != 0 && in->base[in->position] >> (8 - prefix_bits % 8) != 0)
        return DNS_PREFIX_BITS;
    in->position += size;
    return DNS_OK;
}

static enum dns_status check_prefix_name(struct byte_reader *in, size_t start)
{
    return in->base[start] == 0 ? DNS_OK : dns_field_check_name(DNS_FIELD_NAME_LOWER, in);
}

/* An address or a name, of which there are three types; 0 is nothing. */
static enum dns_status check_gateway_of(struct byte_reader *in, unsigned int type)
{
    switch (type) {
    case 0:
        return DNS_OK;
    case 1:
        return skip(in, 4, DNS_RDATA_TRUNCATED);
    case 2:
        return skip(in, 16, DNS_RDATA_TRUNCATED);
    case 3:
        return dns_field_check_name(DNS_FIELD_NAME_PLAIN, in);
    default:
        return DNS_GATEWAY_TYPE;
    }
}

static enum dns_status check_gateway(struct byte_reader *in, size_t start)
{
    return check_gateway_of(in, in->base[start + 1]);
}

/* Of a type that is not known, all that follows is the relay's address (RFC 8777 section 4.2.3). */
static enum dns_status check_relay_address(struct byte_reader *in, size_t start)
{
    unsigned int type = in->base[start + 1] & 0x7FU;

    return type <= 3 ? check_gateway_of(in, type) : check_rest(in, start);
}

static enum dns_status check_host_identity(struct byte_reader *in, size_t start)
{
    const uint8_t *lengths = in->base + in->position;
    size_t key_size;

    (void)start;
    if (byte_reader_left(in) < 4)
        return DNS_RDATA_TRUNCATED;
    key_size = (size_t)lengths[2] << 8 | lengths[3];
    if (lengths[0] == 0 || key_size == 0)
        return DNS_HOST_IDENTITY;
    return skip(in, 4 + lengths[0] + key_size, DNS_RDATA_TRUNCATED);
}

static enum dns_status check_names(struct byte_reader *in, size_t start)
{
    enum dns_status status = DNS_OK;

    (void)start;
    while (status == DNS_OK && !byte_reader_is_done(in))
        status = dns_field_check_name(DNS_FIELD_NAME_PLAIN, in);
    return status;
}

/* RDATA begins with the priority. */
static enum dns_status check_params(struct byte_reader *in, size_t start)
{
    unsigned int priority = (unsigned int)in->base[start] << 8 | in->base[start + 1];

    return dns_params_check((uint16_t)priority, in);
}

static enum dns_status check_options(struct byte_reader *in, size_t start)
{
    (void)start;
    return dns_options_check(in);
}

#define NAME(kind, text)
#define SHAPED(kind, check, text)
#define FIXED(kind, octets, text) [DNS_FIELD_##kind] = (octets),
const uint8_t dns_field_octets[DNS_FIELD_KINDS] = {
#include "dns/field.def"
};
#undef FIXED
#undef SHAPED

#define FIXED(kind, octets, text)
#define SHAPED(kind, check, text) [DNS_FIELD_##kind] = check_##check,
const dns_field_checker dns_field_checkers[DNS_FIELD_KINDS] = {
#include "dns/field.def"
};
#undef FIXED
#undef NAME
#undef SHAPED
