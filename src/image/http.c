/* libcurl with everything turned off that a registry does not need. */
#include "image/http.h"

#include "base/cleanup.h"
#include "base/require.h"

#include <curl/curl.h>
#include <errno.h>
#include <strings.h>

#define CONNECT_SECONDS_MAX 20L
/* A transfer that is slower than this for so long is given up. */
#define SLOW_BYTES_PER_SECOND 64L
#define SLOW_SECONDS_MAX 30L
/* What a redirect or a refusal may have to say. */
#define OTHER_BODY_BYTES_MAX ((uint64_t)1 << 20)

/* One transfer, as libcurl's callbacks see it. */
struct transfer {
    CURL *curl;
    const struct image_http_request *request;
    uint64_t bytes_done;
    uint64_t bytes_passed_over; /* of a body that nobody asked for */
    struct err err;             /* why we stopped it; number 0: we did not */
};

int image_http_open(struct image_http *http, bool trusts_anyone, struct err *err)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return err_set(err, -ENOSYS, "libcurl cannot be used");
    *http = (struct image_http){ .curl = curl_easy_init(), .trusts_anyone = trusts_anyone };
    if (http->curl == NULL) {
        curl_global_cleanup();
        return err_system(err, ENOMEM, "begin an HTTP transfer");
    }
    return 0;
}

void image_http_close(struct image_http *http)
{
    if (http->curl == NULL)
        return;
    curl_easy_cleanup(http->curl);
    curl_global_cleanup();
    http->curl = NULL;
}

/* The body of an answer that is none: it is not needed, but it must end. */
static size_t pass_over(struct transfer *transfer, size_t size)
{
    if (size > OTHER_BODY_BYTES_MAX - transfer->bytes_passed_over) {
        (void)err_set(&transfer->err, -EFBIG, "it sends more than the %llu bytes that it may",
                      (unsigned long long)OTHER_BODY_BYTES_MAX);
        return 0;
    }
    transfer->bytes_passed_over += size;
    return size;
}

/* libcurl's write callback: any other result than `size` ends the transfer. */
static size_t take_body(char *block, size_t one, size_t size, void *owner)
{
    struct transfer *transfer = owner;
    const struct image_http_request *request = transfer->request;
    long status = 0;

    REQUIRE(one == 1);
    (void)curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200)
        return pass_over(transfer, size);
    if (size > request->bytes_max - transfer->bytes_done) {
        (void)err_set(&transfer->err, -EFBIG, "it sends more than the %llu bytes that are expected",
                      (unsigned long long)request->bytes_max);
        return 0;
    }
    transfer->bytes_done += size;
    if (request->take(request->owner, bytes_of(block, size), &transfer->err) < 0)
        return 0;
    return size;
}

static int tell_progress(void *owner, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                         curl_off_t up)
{
    struct transfer *transfer = owner;
    const struct image_watch *watch = &transfer->request->watch;

    (void)down_total;
    (void)down;
    (void)up_total;
    (void)up;
    if (watch->tell == NULL || watch->tell(watch->caller, transfer->bytes_done))
        return 0;
    (void)err_set(&transfer->err, -ECANCELED, "interrupted");
    return 1;
}

/* Why libcurl gave up. */
static int explain(const struct transfer *transfer, CURLcode code, const char *message,
                   struct err *err)
{
    static const struct {
        CURLcode code;
        int number;
    } rows[] = {
        { CURLE_SSL_CONNECT_ERROR, -EPROTO },          { CURLE_COULDNT_CONNECT, -ECONNREFUSED },
        { CURLE_COULDNT_RESOLVE_HOST, -EHOSTUNREACH }, { CURLE_OPERATION_TIMEDOUT, -ETIMEDOUT },
        { CURLE_PEER_FAILED_VERIFICATION, -EACCES },   { CURLE_OUT_OF_MEMORY, -ENOMEM },
        { CURLE_SSL_CACERT_BADFILE, -EPROTO }, /* no ca-certificates: TLS cannot be spoken here */
    };
    int number = -EIO;

    if (transfer->err.number < 0) {
        *err = transfer->err;
        return err->number;
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].code == code)
            number = rows[i].number;
    }
    return err_set(err, number, "%s", message[0] == '\0' ? curl_easy_strerror(code) : message);
}

/* A header's value, or "" where there is none or it does not fit. */
static void copy_header(CURL *curl, const char *name, size_t index, struct text *ret_value)
{
    struct curl_header *header;

    text_clear(ret_value);
    if (curl_easy_header(curl, name, index, CURLH_HEADER, -1, &header) == CURLHE_OK)
        (void)text_append(ret_value, header->value);
}

/* Of several challenges, the one that can be met without a user's name. */
static void copy_challenge(CURL *curl, struct text *ret_value)
{
    struct curl_header *header;
    size_t chosen = 0;

    for (size_t i = 0;
         curl_easy_header(curl, "WWW-Authenticate", i, CURLH_HEADER, -1, &header) == CURLHE_OK;
         i++) {
        if (strncasecmp(header->value, "Bearer ", 7) == 0) {
            chosen = i;
            break;
        }
    }
    copy_header(curl, "WWW-Authenticate", chosen, ret_value);
}

static void copy_headers(CURL *curl, struct image_http_response *response)
{
    struct text type = text_init(response->content_type, sizeof(response->content_type));
    struct text location = text_init(response->location, sizeof(response->location));
    struct text challenge = text_init(response->challenge, sizeof(response->challenge));
    struct text digest = text_init(response->digest, sizeof(response->digest));

    copy_header(curl, "Content-Type", 0, &type);
    copy_header(curl, "Location", 0, &location);
    copy_challenge(curl, &challenge);
    copy_header(curl, "Docker-Content-Digest", 0, &digest);
}

static void list_done(struct curl_slist **list)
{
    curl_slist_free_all(*list);
    *list = NULL;
}

/* One more header line; false without memory. The list is unchanged on failure. */
static bool add_line(struct curl_slist **list, const char *name, const char *value)
{
    CLEANUP(free_pointer) char *line = NULL;
    struct curl_slist *longer;

    if (value == NULL)
        return true;
    if (asprintf(&line, "%s%s", name, value) < 0) {
        line = NULL;
        return false;
    }
    longer = curl_slist_append(*list, line);
    if (longer == NULL)
        return false;
    *list = longer;
    return true;
}

static void set_options(CURL *curl, const struct image_http *http, struct transfer *transfer)
{
    long verify = http->trusts_anyone ? 0 : 1;

    curl_easy_reset(curl);
    (void)curl_easy_setopt(curl, CURLOPT_URL, transfer->request->url);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, verify);
    (void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, verify == 1 ? 2L : 0L);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS_MAX);
    (void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES_PER_SECOND);
    (void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, SLOW_SECONDS_MAX);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "cupel/" CUPEL_VERSION);
    (void)curl_easy_setopt(curl, CURLOPT_NOPROXY, "localhost,127.0.0.0/8,::1");
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    (void)curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, tell_progress);
    (void)curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
    (void)curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

int image_http_get(struct image_http *http, const struct image_http_request *request,
                   struct image_http_response *ret_response, struct err *err)
{
    CLEANUP(list_done) struct curl_slist *lines = NULL;
    struct transfer transfer = { .curl = http->curl, .request = request };
    struct image_http_response response = { 0 };
    char message[CURL_ERROR_SIZE] = "";
    CURLcode code;

    REQUIRE(http->curl != NULL);
    if (!add_line(&lines, "Accept: ", request->accept) ||
        !add_line(&lines, "Authorization: Bearer ", request->token))
        return err_system(err, ENOMEM, "begin an HTTP transfer");
    set_options(http->curl, http, &transfer);
    (void)curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, lines);
    (void)curl_easy_setopt(http->curl, CURLOPT_ERRORBUFFER, message);
    code = curl_easy_perform(http->curl);
    (void)curl_easy_setopt(http->curl, CURLOPT_ERRORBUFFER, NULL);
    if (code != CURLE_OK)
        return explain(&transfer, code, message, err);
    (void)curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &response.status);
    copy_headers(http->curl, &response);
    *ret_response = response;
    return 0;
}
