/* Each call goes to the module that made what it is about. */
#include "forwarder/io/tls.h"

#include "base/byte_writer.h"
#include "dns/field_text.h"

struct forwarder_tls_context *forwarder_tls_context_share(struct forwarder_tls_context *context)
{
    if (context != NULL)
        context->owners += 1;
    return context;
}

void forwarder_tls_context_free(struct forwarder_tls_context *context)
{
    if (context == NULL)
        return;
    context->owners -= 1;
    if (context->owners == 0)
        context->functions->context_free(context);
}

struct forwarder_tls *forwarder_tls_connect(struct forwarder_tls_context *context, int fd,
                                            const struct forwarder_tls_peer *peer,
                                            struct forwarder_tls_session **session)
{
    return context->functions->connect(context, fd, peer, session);
}

struct forwarder_tls *forwarder_tls_accept(struct forwarder_tls_context *context, int fd)
{
    return context->functions->accept(context, fd);
}

void forwarder_tls_session_free(struct forwarder_tls_session *session)
{
    if (session != NULL)
        session->functions->session_free(session);
}

enum forwarder_tls_state forwarder_tls_shake(struct forwarder_tls *tls)
{
    return tls->functions->shake(tls);
}

bool forwarder_tls_wants_write(const struct forwarder_tls *tls)
{
    return tls->wants_write;
}

bool forwarder_tls_is_resumed(const struct forwarder_tls *tls)
{
    return tls->functions->is_resumed(tls);
}

ssize_t forwarder_tls_read(struct forwarder_tls *tls, uint8_t *at, size_t room)
{
    return tls->functions->read(tls, at, room);
}

bool forwarder_tls_has_more(const struct forwarder_tls *tls)
{
    return tls->has_more;
}

ssize_t forwarder_tls_write(struct forwarder_tls *tls, struct bytes octets)
{
    return tls->functions->write(tls, octets);
}

const char *forwarder_tls_reason(const struct forwarder_tls *tls)
{
    return tls->reason;
}

void forwarder_tls_close(struct forwarder_tls *tls)
{
    if (tls != NULL)
        tls->functions->close(tls);
}

bool forwarder_tls_pin_parse(const char *text, uint8_t ret_pin[FORWARDER_TLS_PIN_OCTETS])
{
    uint8_t octets[FORWARDER_TLS_PIN_OCTETS];
    struct byte_writer out = byte_writer_init(octets, sizeof(octets));

    if (dns_base64_parse(bytes_of_text(text), &out) != DNS_OK || out.position != sizeof(octets))
        return false;
    memcpy(ret_pin, octets, FORWARDER_TLS_PIN_OCTETS);
    return true;
}
