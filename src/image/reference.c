/* A reference is cut from its ends: the digest off the back, then the host off the front, then the
 * tag; what is left is the name. Each part is checked against its own grammar. */
#include "image/reference.h"

#include "base/require.h"

static const char default_host[] = "docker.io";
static const char default_folder[] = "library/";
static const char default_tag[] = "latest";

static bool is_lower(uint8_t octet)
{
    return octet >= 'a' && octet <= 'z';
}

static bool is_upper(uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z';
}

static bool is_digit(uint8_t octet)
{
    return octet >= '0' && octet <= '9';
}

static bool is_letter_or_digit(uint8_t octet)
{
    return is_lower(octet) || is_upper(octet) || is_digit(octet);
}

/* Cuts `*text` at the first (or last) `mark`: the part before it stays, *ret_after is what follows
 * it. False, and nothing changed, where there is no mark. */
static bool cut_at(struct bytes *text, uint8_t mark, bool last, struct bytes *ret_after)
{
    const uint8_t *at = NULL;

    if (text->size == 0)
        return false;
    at = last ? memrchr(text->at, mark, text->size) : memchr(text->at, mark, text->size);
    if (at == NULL)
        return false;
    *ret_after = bytes_of(at + 1, text->size - (size_t)(at - text->at) - 1);
    *text = bytes_of(text->at, (size_t)(at - text->at));
    return true;
}

/* One label of a host name: letters, digits, and hyphens inside. */
static bool is_host_label(struct bytes label)
{
    if (label.size == 0 || label.at[0] == '-' || label.at[label.size - 1] == '-')
        return false;
    for (size_t i = 0; i < label.size; i++) {
        if (!is_letter_or_digit(label.at[i]) && label.at[i] != '-')
            return false;
    }
    return true;
}

static bool is_host_name(struct bytes host)
{
    struct bytes rest;

    while (cut_at(&host, '.', false, &rest)) {
        if (!is_host_label(host))
            return false;
        host = rest;
    }
    return is_host_label(host);
}

/* "[" IPv6 address "]"; which hexadecimal groups make an address is left to the resolver. */
static bool is_host_in_brackets(struct bytes host)
{
    if (host.size < 4 || host.at[0] != '[' || host.at[host.size - 1] != ']')
        return false;
    for (size_t i = 1; i < host.size - 1; i++) {
        uint8_t octet = host.at[i];
        bool hex =
            is_digit(octet) || (octet >= 'a' && octet <= 'f') || (octet >= 'A' && octet <= 'F');

        if (!hex && octet != ':')
            return false;
    }
    return true;
}

static bool is_port(struct bytes port)
{
    unsigned int number = 0;

    if (port.size == 0 || port.size > 5)
        return false;
    for (size_t i = 0; i < port.size; i++) {
        if (!is_digit(port.at[i]))
            return false;
        number = number * 10 + (unsigned int)(port.at[i] - '0');
    }
    return number >= 1 && number <= 65535;
}

static enum image_reference_status check_host(struct bytes host)
{
    bool brackets = host.size > 0 && host.at[0] == '[';
    struct bytes port;

    if (host.size > IMAGE_HOST_MAX)
        return IMAGE_REFERENCE_TOO_LONG;
    if ((!brackets || host.at[host.size - 1] != ']') && cut_at(&host, ':', true, &port) &&
        !is_port(port))
        return IMAGE_REFERENCE_BAD_PORT;
    if (brackets ? !is_host_in_brackets(host) : !is_host_name(host))
        return IMAGE_REFERENCE_BAD_HOST;
    return IMAGE_REFERENCE_OK;
}

/* How long the separator at the start of `rest` is: ".", "_", "__" or any number of hyphens. */
static size_t separator_size(struct bytes rest)
{
    size_t size = 0;

    if (rest.at[0] == '.')
        return 1;
    if (rest.at[0] == '_')
        return rest.size > 1 && rest.at[1] == '_' ? 2 : 1;
    while (size < rest.size && rest.at[size] == '-')
        size++;
    return size;
}

/* One part of a name: lower-case letters and digits, with single separators between them. */
static bool is_name_part(struct bytes part)
{
    size_t at = 0;
    bool wants_letter = true;

    while (at < part.size) {
        if (is_lower(part.at[at]) || is_digit(part.at[at])) {
            wants_letter = false;
            at++;
            continue;
        }
        if (wants_letter)
            return false;
        wants_letter = true;
        size_t size = separator_size(bytes_of(part.at + at, part.size - at));

        if (size == 0)
            return false;
        at += size;
    }
    return !wants_letter;
}

static bool is_name(struct bytes name)
{
    struct bytes rest;

    while (cut_at(&name, '/', false, &rest)) {
        if (!is_name_part(name))
            return false;
        name = rest;
    }
    return is_name_part(name);
}

static bool is_tag(struct bytes tag)
{
    if (tag.size == 0 || tag.size > IMAGE_TAG_MAX || tag.at[0] == '.' || tag.at[0] == '-')
        return false;
    for (size_t i = 0; i < tag.size; i++) {
        if (!is_letter_or_digit(tag.at[i]) && tag.at[i] != '_' && tag.at[i] != '.' &&
            tag.at[i] != '-')
            return false;
    }
    return true;
}

/* Whether what stands before the first slash is a host and not the first part of a name. */
static bool looks_like_host(struct bytes part)
{
    if (bytes_equal(part, bytes_of_text("localhost")))
        return true;
    for (size_t i = 0; i < part.size; i++) {
        if (part.at[i] == '.' || part.at[i] == ':' || part.at[i] == '[' || is_upper(part.at[i]))
            return true;
    }
    return false;
}

static void copy_part(char *block, size_t capacity, struct bytes part)
{
    struct text text = text_init(block, capacity);

    REQUIRE(text_append_bytes(&text, part));
}

/* Takes the host off the front of *name, or the default where it has none. */
static enum image_reference_status take_host(struct bytes *name, struct image_reference *reference)
{
    struct bytes host = *name;
    struct bytes rest;
    enum image_reference_status status;

    if (!cut_at(&host, '/', false, &rest) || !looks_like_host(host)) {
        copy_part(reference->host, sizeof(reference->host), bytes_of_text(default_host));
        return IMAGE_REFERENCE_OK;
    }
    status = check_host(host);
    if (status != IMAGE_REFERENCE_OK)
        return status;
    copy_part(reference->host, sizeof(reference->host), host);
    *name = rest;
    return IMAGE_REFERENCE_OK;
}

static enum image_reference_status take_name(struct bytes name, struct image_reference *reference)
{
    struct text repository = text_init(reference->repository, sizeof(reference->repository));
    bool below_library = strcmp(reference->host, default_host) == 0 && name.size > 0 &&
                         memchr(name.at, '/', name.size) == NULL;

    if (!is_name(name))
        return name.size == 0 ? IMAGE_REFERENCE_EMPTY : IMAGE_REFERENCE_BAD_NAME;
    if (below_library && !text_append(&repository, default_folder))
        return IMAGE_REFERENCE_TOO_LONG;
    if (!text_append_bytes(&repository, name))
        return IMAGE_REFERENCE_TOO_LONG;
    return IMAGE_REFERENCE_OK;
}

enum image_reference_status image_reference_parse(struct bytes text,
                                                  struct image_reference *ret_reference)
{
    struct image_reference reference = { 0 };
    struct bytes name = text;
    struct bytes digest;
    struct bytes tag = { 0 };
    enum image_reference_status status;

    if (text.size >= IMAGE_REFERENCE_TEXT_MAX)
        return IMAGE_REFERENCE_TOO_LONG;
    reference.has_digest = cut_at(&name, '@', false, &digest);
    if (reference.has_digest && !image_digest_parse(digest, &reference.digest))
        return IMAGE_REFERENCE_BAD_DIGEST;
    status = take_host(&name, &reference);
    if (status != IMAGE_REFERENCE_OK)
        return status;
    if (cut_at(&name, ':', false, &tag)) {
        if (!is_tag(tag))
            return IMAGE_REFERENCE_BAD_TAG;
    } else if (!reference.has_digest) {
        tag = bytes_of_text(default_tag);
    }
    copy_part(reference.tag, sizeof(reference.tag), tag);
    status = take_name(name, &reference);
    if (status == IMAGE_REFERENCE_OK)
        *ret_reference = reference;
    return status;
}

const char *image_reference_explain(enum image_reference_status status)
{
    static const char *const sentences[] = {
        [IMAGE_REFERENCE_OK] = "is valid",
        [IMAGE_REFERENCE_EMPTY] = "has no name",
        [IMAGE_REFERENCE_TOO_LONG] = "is too long",
        [IMAGE_REFERENCE_BAD_HOST] = "has a host that is neither a host name nor an address",
        [IMAGE_REFERENCE_BAD_PORT] = "has a port that is not a number from 1 to 65535",
        [IMAGE_REFERENCE_BAD_NAME] = "has a name with other than a-z, 0-9 and single separators",
        [IMAGE_REFERENCE_BAD_TAG] = "has a tag with other than letters, digits, '_', '.' and '-'",
        [IMAGE_REFERENCE_BAD_DIGEST] = "has a digest that is not sha256: and 64 digits of 0-9, a-f",
    };

    REQUIRE((size_t)status < sizeof(sentences) / sizeof(sentences[0]));
    return sentences[status];
}

bool image_reference_format(const struct image_reference *reference, struct text *ret_text)
{
    size_t before = ret_text->size;
    bool ok = text_append(ret_text, reference->host) && text_append_char(ret_text, '/') &&
              text_append(ret_text, reference->repository);

    if (ok && reference->tag[0] != '\0')
        ok = text_append_char(ret_text, ':') && text_append(ret_text, reference->tag);
    if (ok && reference->has_digest)
        ok = text_append_char(ret_text, '@') &&
             text_append(ret_text, image_digest_text(&reference->digest).at);
    if (!ok)
        text_rollback(ret_text, before);
    return ok;
}
