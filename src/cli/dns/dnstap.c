/* A word before the colon says what the rest is; without one it is a file. */
#include "cli/dns/dnstap.h"

#include "forwarder/io/endpoint.h"

#include <stdio.h>
#include <sys/un.h>
#include <unistd.h>

#define TCP_PORT 6000

static int read_unix(const char *path, struct dnstap_config *config, struct err *err)
{
    struct sockaddr_un socket = { .sun_family = AF_UNIX };
    size_t size = strlen(path);

    if (size == 0 || size >= sizeof(socket.sun_path))
        return err_set(err, -1, "--dnstap: 'unix:%s': a path has 1 to %zu octets", path,
                       sizeof(socket.sun_path) - 1);
    memcpy(socket.sun_path, path, size);
    memcpy(&config->socket, &socket, sizeof(socket));
    config->size = (socklen_t)sizeof(socket);
    return 0;
}

static int read_place(const char *text, struct dnstap_config *config, struct err *err)
{
    struct forwarder_address address;

    if (strncmp(text, "unix:", 5) == 0)
        return read_unix(text + 5, config, err);
    if (strncmp(text, "tcp:", 4) == 0) {
        if (forwarder_endpoint_parse(text + 4, TCP_PORT, &address, err) < 0)
            return err_prefix(err, "--dnstap");
        config->size = forwarder_endpoint_to_socket(&address, &config->socket);
        return 0;
    }
    if (text[0] == '\0')
        return err_set(err, -1, "--dnstap: '' is neither a file nor unix:PATH nor tcp:ADDR:PORT");
    config->file = text;
    return 0;
}

static int check_text(const char *option, const char *text, struct err *err)
{
    if (strlen(text) <= DNSTAP_TEXT_MAX)
        return 0;
    return err_set(err, -1, "--%s: more than %d octets", option, DNSTAP_TEXT_MAX);
}

const char *dns_dnstap_file(const struct dns_options *options)
{
    const char *where = options->dnstap;

    if (where == NULL || strncmp(where, "unix:", 5) == 0 || strncmp(where, "tcp:", 4) == 0)
        return NULL;
    return where;
}

int dns_dnstap_read(const struct dns_options *options, char host[static DNS_HOST_NAME_MAX],
                    struct dnstap_config *ret_config, struct err *err)
{
    struct dnstap_config config = { .handover = -1, .version = options->dnstap_version };

    if (options->dnstap == NULL)
        return 0;
    host[0] = '\0';
    (void)gethostname(host, DNS_HOST_NAME_MAX);
    host[DNS_HOST_NAME_MAX - 1] = '\0';
    config.identity = options->dnstap_identity != NULL ? options->dnstap_identity : host;
    if (read_place(options->dnstap, &config, err) < 0 ||
        check_text("dnstap-identity", config.identity, err) < 0 ||
        check_text("dnstap-version", config.version, err) < 0)
        return -1;
    *ret_config = config;
    return 0;
}
