/* OpenSSL behind calls that are like those for a socket. */
#include "tls/tls.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "base/text_format.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

/* What is used of TLS 1.2; TLS 1.3 has nothing else. */
#define CIPHERS_1_2 "ECDHE+AESGCM:ECDHE+CHACHA20"

/* What a client gets for the next connections, where this one is not resumed. */
#define TICKETS 1

/* The name of the protocol as ALPN has it, its length in front (RFC 7858 section 7, IANA). */
static const uint8_t protocols[] = { 3, 'd', 'o', 't' };

/* What is ours begins with what everybody knows of it. */
struct tls_context {
    struct forwarder_tls_context base;
    SSL_CTX *context;
};

struct tls_session {
    struct forwarder_tls_session base;
    SSL_SESSION *session;
};

struct tls {
    struct forwarder_tls base;
    SSL *ssl;
    const struct forwarder_tls_peer *peer; /* NULL: a client's */
    struct forwarder_tls_session **session;
    bool has_failed;
};

static struct tls_context *context_of(struct forwarder_tls_context *context)
{
    return (struct tls_context *)context;
}

static struct tls *tls_of(struct forwarder_tls *tls)
{
    return (struct tls *)tls;
}

/* Why OpenSSL failed last, in its words. */
static const char *library_reason(void)
{
    unsigned long number = ERR_peek_error();
    const char *reason = ERR_reason_error_string(number);

    if (ERR_SYSTEM_ERROR(number))
        return strerror(ERR_GET_REASON(number));
    return reason == NULL ? "no reason is known" : reason;
}

static int refuse(struct err *err, int number, const char *file)
{
    (void)err_set(err, number, "'%s': %s", file, library_reason());

    ERR_clear_error();
    return number;
}

/* A server takes clients that name our protocol, or none. */
static int choose_protocol(SSL *ssl, const unsigned char **ret_chosen, unsigned char *ret_size,
                           const unsigned char *offered, unsigned int offered_size, void *arg)
{
    unsigned char *chosen = NULL;

    (void)ssl;
    (void)arg;
    if (SSL_select_next_proto(&chosen, ret_size, protocols, sizeof(protocols), offered,
                              offered_size) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *ret_chosen = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static void session_free(struct forwarder_tls_session *session)
{
    if (session != NULL)
        SSL_SESSION_free(((struct tls_session *)session)->session);
    free(session);
}

/* An upstream gave a ticket: it is kept for the next connection. */
static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    struct tls *tls = SSL_get_app_data(ssl);
    struct tls_session *kept = calloc(1, sizeof(*kept));

    if (kept == NULL)
        return 0;
    *kept = (struct tls_session){ { &tls_functions }, session };
    session_free(*tls->session);
    *tls->session = &kept->base;
    return 1;
}

/* A key file may want a password; there is nobody to ask. */
static int no_password(char *block, int size, int is_for_writing, void *owner)
{
    (void)block;
    (void)size;
    (void)is_for_writing;
    (void)owner;
    return -1;
}

static struct tls_context *context_new(const SSL_METHOD *method)
{
    struct tls_context *context = calloc(1, sizeof(*context));
    SSL_CTX *made = SSL_CTX_new(method);

    if (context == NULL || made == NULL ||
        SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(made, CIPHERS_1_2) != 1) {
        SSL_CTX_free(made);
        free(context);
        return NULL;
    }
    (void)SSL_CTX_set_options(made, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                        SSL_OP_IGNORE_UNEXPECTED_EOF);
    (void)SSL_CTX_set_mode(made, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                     SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                     SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(made, 1);
    *context = (struct tls_context){ { &tls_functions, 1 }, made };
    return context;
}

static void context_free(struct forwarder_tls_context *context)
{
    if (context != NULL)
        SSL_CTX_free(context_of(context)->context);
    free(context);
}

static void context_free_pointer(struct tls_context **context)
{
    if (*context != NULL)
        context_free(&(*context)->base);
}

/* Reads all authorities of the system at once, from the first of the usual places. */
static bool trust_system(SSL_CTX *context)
{
    const char *chosen = getenv(X509_get_default_cert_file_env());
    const char *const places[] = { chosen == NULL ? "" : chosen, X509_get_default_cert_file(),
                                   "/etc/ssl/certs/ca-certificates.crt",
                                   "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem" };

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (places[i][0] != '\0' && SSL_CTX_load_verify_file(context, places[i]) == 1)
            return true;
    return false;
}

static int open_upstreams(const char *ca_file, struct forwarder_tls_context **ret_context,
                          struct err *err)
{
    CLEANUP(context_free_pointer) struct tls_context *context = context_new(TLS_client_method());

    ERR_clear_error();
    if (context == NULL)
        return err_set(err, -ENOMEM, "no memory for TLS");
    if (ca_file != NULL && SSL_CTX_load_verify_file(context->context, ca_file) != 1)
        return refuse(err, -EINVAL, ca_file);
    if (ca_file == NULL && !trust_system(context->context))
        return err_set(err, -EINVAL, "no certificates of authorities are found on this system");
    ERR_clear_error();
    SSL_CTX_set_verify(context->context, SSL_VERIFY_PEER, NULL);
    (void)SSL_CTX_set_session_cache_mode(context->context,
                                         SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context->context, keep_session);
    if (SSL_CTX_set_alpn_protos(context->context, protocols, sizeof(protocols)) != 0)
        return err_set(err, -ENOMEM, "no memory for TLS");
    *ret_context = &context->base;
    context = NULL;
    return 0;
}

static int open_clients(const char *certificate_file, const char *key_file,
                        struct forwarder_tls_context **ret_context, struct err *err)
{
    CLEANUP(context_free_pointer) struct tls_context *context = context_new(TLS_server_method());

    ERR_clear_error();
    if (context == NULL)
        return err_set(err, -ENOMEM, "no memory for TLS");
    SSL_CTX_set_default_passwd_cb(context->context, no_password);
    if (SSL_CTX_use_certificate_chain_file(context->context, certificate_file) != 1)
        return refuse(err, -EINVAL, certificate_file);
    if (SSL_CTX_use_PrivateKey_file(context->context, key_file, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context->context) != 1)
        return refuse(err, -EKEYREJECTED, key_file);
    (void)SSL_CTX_set_session_cache_mode(context->context, SSL_SESS_CACHE_OFF);
    /* A client has one connection (RFC 7858 section 3.4), so it has use for one ticket; and each
     * connection gives it another. */
    if (SSL_CTX_set_num_tickets(context->context, TICKETS) != 1)
        return err_set(err, -ENOMEM, "no memory for TLS");
    SSL_CTX_set_alpn_select_cb(context->context, choose_protocol, NULL);
    *ret_context = &context->base;
    context = NULL;
    return 0;
}

static struct tls *tls_new(struct forwarder_tls_context *context, int fd)
{
    struct tls *tls = calloc(1, sizeof(*tls));

    if (tls == NULL)
        return NULL;
    tls->base.functions = &tls_functions;
    tls->ssl = SSL_new(context_of(context)->context);
    if (tls->ssl != NULL && SSL_set_fd(tls->ssl, fd) == 1 && SSL_set_app_data(tls->ssl, tls) == 1)
        return tls;
    SSL_free(tls->ssl);
    free(tls);
    return NULL;
}

/* Says whom the certificate has to be for. Names are those of its extension alone, with at most a
 * whole label as *. */
static bool set_expected(SSL *ssl, const struct forwarder_tls_peer *peer)
{
    X509_VERIFY_PARAM *parameters = SSL_get0_param(ssl);
    void *name = (void *)(uintptr_t)peer->name; /* nothing writes there */

    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
                                                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (peer->name[0] != '\0')
        return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name) == 1 &&
               SSL_set1_host(ssl, peer->name) == 1;
    if (peer->has_pin)
        SSL_set_verify(ssl, SSL_VERIFY_NONE, NULL); /* the key is all that counts */
    return peer->has_pin ||
           X509_VERIFY_PARAM_set1_ip(parameters, peer->address.octets, peer->address.size) == 1;
}

static void close_tls(struct forwarder_tls *base)
{
    struct tls *tls = tls_of(base);

    ERR_clear_error();
    if (!tls->has_failed && SSL_is_init_finished(tls->ssl))
        (void)SSL_shutdown(tls->ssl);
    /* What was said to be shut down keeps its session good for the next connection. */
    if (!tls->has_failed)
        SSL_set_shutdown(tls->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(tls->ssl);
    ERR_clear_error();
    free(tls);
}

static struct forwarder_tls *connect_tls(struct forwarder_tls_context *context, int fd,
                                         const struct forwarder_tls_peer *peer,
                                         struct forwarder_tls_session **session)
{
    struct tls *tls = tls_new(context, fd);

    if (tls == NULL)
        return NULL;
    tls->peer = peer;
    tls->session = session;
    if (!set_expected(tls->ssl, peer)) {
        close_tls(&tls->base);
        return NULL;
    }
    if (*session != NULL)
        (void)SSL_set_session(tls->ssl, ((struct tls_session *)*session)->session);
    session_free(*session); /* a ticket is used once (RFC 8446 appendix C.4) */
    *session = NULL;
    SSL_set_connect_state(tls->ssl);
    return &tls->base;
}

static struct forwarder_tls *accept_tls(struct forwarder_tls_context *context, int fd)
{
    struct tls *tls = tls_new(context, fd);

    if (tls == NULL)
        return NULL;
    SSL_set_accept_state(tls->ssl);
    return &tls->base;
}

static void set_reason(struct tls *tls, const char *front, const char *reason)
{
    struct text text = text_init(tls->base.reason, sizeof(tls->base.reason));

    tls->has_failed = true;
    if (!text_append(&text, front) || !text_append(&text, reason))
        text_clear(&text);
}

/* What a call that did not succeed means: later, or never. */
static enum forwarder_tls_state fail(struct tls *tls, int result)
{
    int system = errno;
    int number = SSL_get_error(tls->ssl, result);

    if (number == SSL_ERROR_WANT_READ || number == SSL_ERROR_WANT_WRITE) {
        tls->base.wants_write = number == SSL_ERROR_WANT_WRITE;
        return FORWARDER_TLS_LATER;
    }
    if (number == SSL_ERROR_SSL && SSL_get_verify_result(tls->ssl) != X509_V_OK)
        set_reason(tls, "its certificate is refused: ",
                   X509_verify_cert_error_string(SSL_get_verify_result(tls->ssl)));
    else if (number == SSL_ERROR_SSL)
        set_reason(tls, "TLS: ", library_reason());
    else if (number == SSL_ERROR_SYSCALL && system != 0)
        set_reason(tls, "", strerror(system));
    else
        set_reason(tls, "", "it closed the connection");
    ERR_clear_error();
    return FORWARDER_TLS_FAILED;
}

/* Whether the other end's key is the one that it has to be. */
static bool has_pinned_key(struct tls *tls)
{
    X509 *certificate = SSL_get0_peer_certificate(tls->ssl);
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned char *key = NULL;
    unsigned int size = 0;
    int key_size;
    bool is_same;

    if (certificate == NULL)
        return false;
    key_size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &key);
    if (key_size <= 0)
        return false;
    is_same = EVP_Digest(key, (size_t)key_size, digest, &size, EVP_sha256(), NULL) == 1 &&
              size == FORWARDER_TLS_PIN_OCTETS && memcmp(digest, tls->peer->pin, size) == 0;
    OPENSSL_free(key);
    return is_same;
}

static enum forwarder_tls_state shake(struct forwarder_tls *base)
{
    struct tls *tls = tls_of(base);
    int result;

    ERR_clear_error();
    errno = 0;
    result = SSL_do_handshake(tls->ssl);
    if (result != 1)
        return fail(tls, result);
    tls->base.wants_write = false;
    if (tls->peer == NULL || !tls->peer->has_pin || has_pinned_key(tls))
        return FORWARDER_TLS_DONE;
    set_reason(tls, "", "its key is not the one that it has to have");
    return FORWARDER_TLS_FAILED;
}

static bool is_resumed(const struct forwarder_tls *tls)
{
    return SSL_session_reused(((const struct tls *)tls)->ssl) == 1;
}

static ssize_t read_tls(struct forwarder_tls *base, uint8_t *at, size_t room)
{
    struct tls *tls = tls_of(base);
    size_t count = 0;
    int result;

    ERR_clear_error();
    errno = 0;
    result = SSL_read_ex(tls->ssl, at, room, &count);
    tls->base.has_more = SSL_has_pending(tls->ssl) == 1;
    if (result == 1)
        return (ssize_t)count;
    if (SSL_get_error(tls->ssl, result) == SSL_ERROR_ZERO_RETURN)
        return 0;
    return fail(tls, result) == FORWARDER_TLS_LATER ? -EAGAIN : -EPROTO;
}

static ssize_t write_tls(struct forwarder_tls *base, struct bytes octets)
{
    struct tls *tls = tls_of(base);
    size_t count = 0;
    int result;

    ERR_clear_error();
    errno = 0;
    result = SSL_write_ex(tls->ssl, octets.at, octets.size, &count);
    if (result == 1)
        return (ssize_t)count;
    return fail(tls, result) == FORWARDER_TLS_LATER ? -EAGAIN : -EPROTO;
}

const struct forwarder_tls_functions tls_functions = {
    .open_upstreams = open_upstreams,
    .open_clients = open_clients,
    .context_free = context_free,
    .connect = connect_tls,
    .accept = accept_tls,
    .session_free = session_free,
    .shake = shake,
    .is_resumed = is_resumed,
    .read = read_tls,
    .write = write_tls,
    .close = close_tls,
};
