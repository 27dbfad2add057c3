/* URLs, redirects and tokens around image/http.c. */
#include "image/registry.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/require.h"
#include "base/text_format.h"
#include "image/challenge.h"
#include "image/json.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>

#define REDIRECTS_MAX 5
#define TOKEN_ANSWER_BYTES_MAX ((size_t)65536)

/* Hosts whose registry answers under another name. */
static const struct {
    const char *host, *connects_to;
} aliases[] = {
    { "docker.io", "registry-1.docker.io" },
};

/* What is asked of the registry, below /v2/<repository>/. */
struct question {
    const char *folder; /* "manifests" or "blobs" */
    const char *name;   /* a tag or a digest */
    const char *accept;
    uint64_t bytes_max;
    image_http_take *take;
    void *owner;
};

/* A URL that libcurl has taken apart. */
static void url_done(CURLU **url)
{
    curl_url_cleanup(*url);
    *url = NULL;
}

static void part_done(char **part)
{
    curl_free(*part);
    *part = NULL;
}

/* A URL, or one that is relative to it. No user's name or password in it is ever sent. */
static bool url_set(CURLU *url, const char *text)
{
    return curl_url_set(url, CURLUPART_URL, text, CURLU_DISALLOW_USER) == CURLUE_OK;
}

/* A part of a URL, or NULL. The caller frees it with part_done(). */
static char *url_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;

    unsigned int flags = part == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0;

    if (curl_url_get(url, part, &text, flags) != CURLUE_OK)
        return NULL;
    return text;
}

static bool is_loopback(const char *host)
{
    struct in_addr v4;

    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 || strcmp(host, "[::1]") == 0;
}

/* The host of "HOST:PORT". */
static bool is_loopback_with_port(const char *host)
{
    char block[IMAGE_HOST_MAX + 1];
    struct text name = text_init(block, sizeof(block));
    const char *colon = strrchr(host, ':');
    size_t size =
        colon == NULL || host[strlen(host) - 1] == ']' ? strlen(host) : (size_t)(colon - host);

    return text_append_bytes(&name, bytes_of(host, size)) && is_loopback(name.at);
}

int image_registry_open(struct image_registry *registry, const struct image_reference *reference,
                        bool trusts_anyone, const struct image_watch *watch, struct err *err)
{
    struct text host = text_init(registry->host, sizeof(registry->host));
    struct text repository = text_init(registry->repository, sizeof(registry->repository));
    const char *connects_to = reference->host;

    for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
        if (strcmp(aliases[i].host, reference->host) == 0)
            connects_to = aliases[i].connects_to;
    }
    REQUIRE(text_append(&host, connects_to));
    REQUIRE(text_append(&repository, reference->repository));
    registry->may_be_plain = trusts_anyone || is_loopback_with_port(registry->host);
    registry->is_plain = false;
    registry->has_answered = false;
    registry->token[0] = '\0';
    registry->watch = *watch;
    return image_http_open(&registry->http, trusts_anyone, err);
}

void image_registry_close(struct image_registry *registry)
{
    image_http_close(&registry->http);
}

/* Whether a URL may be asked at all: HTTPS always, plain HTTP only where that was agreed to, and
 * for a loopback registry only on loopback. */
static int check_url(const struct image_registry *registry, CURLU *url, struct err *err)
{
    CLEANUP(part_done) char *scheme = url_part(url, CURLUPART_SCHEME);
    CLEANUP(part_done) char *host = url_part(url, CURLUPART_HOST);

    if (scheme == NULL || (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0))
        return err_set(err, -EINVAL, "it names a URL that is neither https nor http");
    if (host == NULL)
        return err_set(err, -EINVAL, "it names a URL without a host");
    if (strcmp(scheme, "https") == 0)
        return 0;
    if (registry->http.trusts_anyone || (registry->may_be_plain && is_loopback(host)))
        return 0;
    return err_set(err, -EINVAL, "it leads to plain HTTP at '%s'", host);
}

static bool is_same_part(CURLU *a, CURLU *b, CURLUPart part)
{
    CLEANUP(part_done) char *left = url_part(a, part);
    CLEANUP(part_done) char *right = url_part(b, part);

    return left != NULL && right != NULL && strcmp(left, right) == 0;
}

/* Whether both URLs are of the same scheme, host and port, so that what is meant for the one may
 * be shown to the other. */
static bool is_same_origin(CURLU *a, CURLU *b)
{
    return is_same_part(a, b, CURLUPART_SCHEME) && is_same_part(a, b, CURLUPART_HOST) &&
           is_same_part(a, b, CURLUPART_PORT);
}

static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Gets a URL and goes where it leads. The token is shown to the first URL's origin alone. */
static int get_with_redirects(struct image_registry *registry,
                              const struct image_http_request *first,
                              struct image_http_response *ret_response, struct err *err)
{
    CLEANUP(url_done) CURLU *origin = curl_url();
    CLEANUP(url_done) CURLU *url = curl_url();

    if (origin == NULL || url == NULL)
        return err_system(err, ENOMEM, "read a URL");
    if (!url_set(origin, first->url) || !url_set(url, first->url))
        return err_set(err, -EINVAL, "'%s' is no URL", first->url);
    for (int redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
        CLEANUP(part_done) char *text = url_part(url, CURLUPART_URL);
        struct image_http_request request = *first;
        int number = check_url(registry, url, err);

        if (number < 0)
            return number;
        request.url = text;
        request.token = is_same_origin(origin, url) ? first->token : NULL;
        number = image_http_get(&registry->http, &request, ret_response, err);
        if (number < 0 || !is_redirect(ret_response->status))
            return number;
        /* A relative location starts from the URL that gave it. */
        if (ret_response->location[0] == '\0' || !url_set(url, ret_response->location))
            return err_set(err, -EINVAL, "it redirects to '%s', which is no URL",
                           ret_response->location);
    }
    return err_set(err, -ELOOP, "it redirects more than %d times", REDIRECTS_MAX);
}

/* The answer of a token service, as it arrives. */
struct token_answer {
    char text[TOKEN_ANSWER_BYTES_MAX];
    size_t size;
};

static int take_token(void *owner, struct bytes part, struct err *err)
{
    struct token_answer *answer = owner;

    if (part.size > sizeof(answer->text) - answer->size)
        return err_set(err, -EFBIG, "its answer is too long");
    memcpy(answer->text + answer->size, part.at, part.size);
    answer->size += part.size;
    return 0;
}

/* A token goes into a header line: it may hold nothing that would end the line. */
static int read_token(const struct token_answer *answer, struct image_registry *registry,
                      struct err *err)
{
    CLEANUP(image_json_done) json_t *document = NULL;
    struct text token = text_init(registry->token, sizeof(registry->token));
    const char *text;

    if (image_json_read(bytes_of(answer->text, answer->size), &document, err) < 0)
        return err->number;
    text = image_json_text(document, "token");
    if (text == NULL)
        text = image_json_text(document, "access_token");
    if (text == NULL || text[0] == '\0')
        return err_set(err, -EINVAL, "token: is missing");
    for (const char *at = text; *at != '\0'; at++) {
        if (*at <= ' ' || *at >= 0x7f)
            return err_set(err, -EINVAL, "token: holds a character that no token has");
    }
    if (!text_append(&token, text))
        return err_set(err, -EINVAL, "token: is longer than %d", IMAGE_TOKEN_MAX);
    return 0;
}

/* One more "name=value" of a query, with whatever the value holds encoded. */
static bool add_query(CURLU *url, const char *name, const char *value)
{
    CLEANUP(free_pointer) char *pair = NULL;

    if (asprintf(&pair, "%s=%s", name, value) < 0) {
        pair = NULL;
        return false;
    }
    return curl_url_set(url, CURLUPART_QUERY, pair, CURLU_APPENDQUERY | CURLU_URLENCODE) ==
           CURLUE_OK;
}

/* The URL at which a token for pulling from our repository is to be had. */
static int token_url(const struct image_registry *registry, const struct image_challenge *challenge,
                     char **ret_url, struct err *err)
{
    CLEANUP(url_done) CURLU *url = curl_url();
    char block[IMAGE_REPOSITORY_MAX + 32];
    struct text scope = text_init(block, sizeof(block));

    REQUIRE(text_format(&scope, "repository:%s:pull", registry->repository));
    if (url == NULL || !url_set(url, challenge->realm))
        return err_set(err, -EINVAL, "its token realm '%s' is no URL", challenge->realm);
    if ((challenge->service[0] != '\0' && !add_query(url, "service", challenge->service)) ||
        !add_query(url, "scope", scope.at))
        return err_system(err, ENOMEM, "build the URL of its token service");
    *ret_url = url_part(url, CURLUPART_URL);
    return *ret_url == NULL ? err_system(err, ENOMEM, "build the URL of its token service") : 0;
}

static int ask_for_token(struct image_registry *registry, const struct image_challenge *challenge,
                         struct err *err)
{
    CLEANUP(part_done) char *url = NULL;
    CLEANUP(free_pointer) struct token_answer *answer = calloc(1, sizeof(*answer));
    CLEANUP(free_pointer) struct image_http_response *response = calloc(1, sizeof(*response));
    struct image_http_request request = { .bytes_max = TOKEN_ANSWER_BYTES_MAX,
                                          .take = take_token,
                                          .owner = answer,
                                          .watch = registry->watch };
    int number;

    if (answer == NULL || response == NULL)
        return err_system(err, ENOMEM, "ask for a token");
    number = token_url(registry, challenge, &url, err);
    if (number < 0)
        return number;
    request.url = url;
    number = get_with_redirects(registry, &request, response, err);
    if (number == 0 && response->status != 200)
        number = err_set(err, -EACCES, "HTTP status %ld", response->status);
    if (number == 0)
        number = read_token(answer, registry, err);
    return number < 0 ? err_prefix(err, "its token service") : 0;
}

/* What to do about a 401: get a token, once. */
static int meet_challenge(struct image_registry *registry, const char *header, struct err *err)
{
    struct image_challenge challenge;

    if (registry->token[0] != '\0')
        return err_set(err, -EACCES, "it gives nobody access to '%s' without a user's name",
                       registry->repository);
    switch (image_challenge_parse(bytes_of_text(header), &challenge)) {
    case IMAGE_CHALLENGE_OK:
        return ask_for_token(registry, &challenge, err);
    case IMAGE_CHALLENGE_OTHER_SCHEME:
        return err_set(err, -EACCES, "it wants a user's name and password for '%s'",
                       registry->repository);
    case IMAGE_CHALLENGE_MALFORMED:
        return err_set(err, -EACCES, "it asks for a login in a way that cannot be understood");
    }
    UNREACHABLE();
}

/* The answer to a question, over the scheme that the registry speaks; TLS is tried first. */
static int ask_once(struct image_registry *registry, const struct question *question,
                    struct image_http_response *ret_response, struct err *err)
{
    char block[IMAGE_URL_MAX];
    struct image_http_request request = {
        .url = block,
        .accept = question->accept,
        .token = registry->token[0] == '\0' ? NULL : registry->token,
        .bytes_max = question->bytes_max,
        .take = question->take,
        .owner = question->owner,
        .watch = registry->watch,
    };

    for (;;) {
        struct text url = text_init(block, sizeof(block));
        int number;

        REQUIRE(text_format(&url, "%s://%s/v2/%s/%s/%s", registry->is_plain ? "http" : "https",
                            registry->host, registry->repository, question->folder,
                            question->name));
        number = get_with_redirects(registry, &request, ret_response, err);
        if (number == -EPROTO && registry->may_be_plain && !registry->is_plain &&
            !registry->has_answered) {
            registry->is_plain = true;
            continue;
        }
        registry->has_answered = registry->has_answered || number == 0;
        return number;
    }
}

/* What a status other than 200 means. */
static int explain_status(const struct image_registry *registry, const struct question *question,
                          long status, struct err *err)
{
    bool is_digest = strchr(question->name, ':') != NULL;

    if (status == 404)
        return err_set(err, -ENOENT, "it has no '%s%s%s'", registry->repository,
                       is_digest ? "@" : ":", question->name);
    if (status == 401 || status == 403)
        return err_set(err, -EACCES, "it denies access to '%s'", registry->repository);
    if (status == 429)
        return err_set(err, -EAGAIN, "it has had too many requests from here");
    return err_set(err, -EIO, "it answers with HTTP status %ld", status);
}

/* Asks, and once more with a token where that is what the registry wants. */
static int ask(struct image_registry *registry, const struct question *question,
               struct image_http_response *ret_response, struct err *err)
{
    int number = ask_once(registry, question, ret_response, err);

    if (number == 0 && ret_response->status == 401) {
        number = meet_challenge(registry, ret_response->challenge, err);
        if (number == 0)
            number = ask_once(registry, question, ret_response, err);
    }
    if (number == 0 && ret_response->status != 200)
        number = explain_status(registry, question, ret_response->status, err);
    return number < 0 ? err_prefix(err, "registry %s", registry->host) : 0;
}

/* A document as it arrives. */
struct incoming {
    uint8_t *block; /* of IMAGE_JSON_BYTES_MAX */
    size_t size;
};

static int take_document(void *owner, struct bytes part, struct err *err)
{
    struct incoming *incoming = owner;

    if (part.size > IMAGE_JSON_BYTES_MAX - incoming->size)
        return err_set(err, -EFBIG, "the document is too long");
    memcpy(incoming->block + incoming->size, part.at, part.size);
    incoming->size += part.size;
    return 0;
}

/* The document's media type and digest, which must be what they are said to be. */
static int identify(struct bytes json, const char *name, const struct image_http_response *response,
                    struct image_document *ret_document, struct err *err)
{
    struct image_document document = { .json = json };
    struct image_digest announced;
    int number = image_digest_of(json, &document.digest, err);

    if (number < 0)
        return number;
    if (image_digest_parse(bytes_of_text(name), &announced) &&
        !image_digest_equal(&announced, &document.digest))
        return err_set(err, -EINVAL, "the manifest's digest is %s, not %s",
                       image_digest_text(&document.digest).at, name);
    if (image_digest_parse(bytes_of_text(response->digest), &announced) &&
        !image_digest_equal(&announced, &document.digest))
        return err_set(err, -EINVAL, "the manifest's digest is %s, the registry announced %s",
                       image_digest_text(&document.digest).at, response->digest);
    if (!image_media_parse(bytes_of_text(response->content_type), &document.media))
        return err_set(err, -EINVAL, "its manifest is of the type '%s', which is not known",
                       response->content_type);
    if (image_media_role(document.media) != IMAGE_ROLE_INDEX &&
        image_media_role(document.media) != IMAGE_ROLE_MANIFEST)
        return err_set(err, -EINVAL, "'%s' is the type of no manifest", response->content_type);
    *ret_document = document;
    return 0;
}

int image_registry_get_manifest(struct image_registry *registry, const char *name,
                                struct arena *arena, struct image_document *ret_document,
                                struct err *err)
{
    CLEANUP(free_pointer) uint8_t *block = malloc(IMAGE_JSON_BYTES_MAX);
    CLEANUP(free_pointer) struct image_http_response *response = calloc(1, sizeof(*response));
    struct incoming incoming = { .block = block };
    char accept_block[1024];
    struct text accept = text_init(accept_block, sizeof(accept_block));
    const struct question question = { .folder = "manifests",
                                       .name = name,
                                       .accept = accept.at,
                                       .bytes_max = IMAGE_JSON_BYTES_MAX,
                                       .take = take_document,
                                       .owner = &incoming };
    const char *copy;
    int number;

    if (block == NULL || response == NULL)
        return err_system(err, ENOMEM, "fetch a manifest");
    REQUIRE(text_format(&accept, "%s, %s, %s, %s", image_media_text(IMAGE_MEDIA_OCI_INDEX),
                        image_media_text(IMAGE_MEDIA_OCI_MANIFEST),
                        image_media_text(IMAGE_MEDIA_DOCKER_INDEX),
                        image_media_text(IMAGE_MEDIA_DOCKER_MANIFEST)));
    number = ask(registry, &question, response, err);
    if (number < 0)
        return number;
    copy = arena_copy_bytes(arena, bytes_of(block, incoming.size));
    if (copy == NULL)
        return err_system(err, ENOMEM, "fetch a manifest");
    number = identify(bytes_of(copy, incoming.size), name, response, ret_document, err);
    return number < 0 ? err_prefix(err, "registry %s", registry->host) : 0;
}

/* A blob as it arrives. */
struct incoming_blob {
    int fd;
    uint64_t size;
    struct image_hash hash;
};

static void incoming_blob_done(struct incoming_blob *blob)
{
    image_hash_done(&blob->hash);
}

static int take_blob(void *owner, struct bytes part, struct err *err)
{
    struct incoming_blob *blob = owner;
    int number = fd_write_all(blob->fd, part);

    if (number < 0)
        return err_system(err, -number, "write what it sends");
    image_hash_update(&blob->hash, part);
    blob->size += part.size;
    return 0;
}

static int check_blob(struct incoming_blob *blob, const struct image_descriptor *descriptor,
                      struct err *err)
{
    struct image_digest digest = image_hash_finish(&blob->hash);

    if (blob->size != descriptor->size)
        return err_set(err, -EINVAL, "the blob has %llu bytes, the manifest says %llu",
                       (unsigned long long)blob->size, (unsigned long long)descriptor->size);
    if (!image_digest_equal(&digest, &descriptor->digest))
        return err_set(err, -EINVAL, "the blob's digest is %s", image_digest_text(&digest).at);
    return 0;
}

int image_registry_get_blob(struct image_registry *registry,
                            const struct image_descriptor *descriptor, int fd, struct err *err)
{
    CLEANUP(incoming_blob_done) struct incoming_blob blob = { .fd = fd };
    CLEANUP(free_pointer) struct image_http_response *response = calloc(1, sizeof(*response));
    struct image_digest_text name = image_digest_text(&descriptor->digest);
    const struct question question = { .folder = "blobs",
                                       .name = name.at,
                                       .bytes_max = descriptor->size,
                                       .take = take_blob,
                                       .owner = &blob };
    int number = image_hash_init(&blob.hash, err);

    if (number < 0)
        return number;
    if (response == NULL)
        return err_system(err, ENOMEM, "fetch a blob");
    number = ask(registry, &question, response, err);
    if (number < 0)
        return number;
    number = check_blob(&blob, descriptor, err);
    return number < 0 ? err_prefix(err, "registry %s: blob %s", registry->host, name.at) : 0;
}
