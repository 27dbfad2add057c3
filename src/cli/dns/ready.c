/* One line for people and for programs that wait for it. */
#include "cli/dns/ready.h"

#include "cli/dns/options.h"
#include "forwarder/io/endpoint.h"
#include "operate/statistics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdio_ext.h>

static void finish(void)
{
    (void)fflush(stdout);
    __fpurge(stdout);
    clearerr(stdout);
}

void dns_ready_print(const struct forwarder_loop_config *config, const bool *is_listening)
{
    char name[FORWARDER_ENDPOINT_TEXT_MAX];
    char server[FORWARDER_SERVER_TEXT_MAX];
    const char *before = DNS_PROGRAM ": ready on ";

    for (size_t i = 0; i < config->listen_count; i++) {
        if (!is_listening[i])
            continue;
        printf("%s%s%s", before, config->listen[i].has_tls ? "tls://" : "",
               forwarder_endpoint_format(&config->listen[i].address, name));
        before = ", ";
    }
    before = ", forwarding to ";
    for (size_t i = 0; i < config->core.general_count; i++) {
        printf("%s%s", before, forwarder_server_format(&config->servers[i], server));
        before = ", ";
    }
    putchar('\n');
    finish();
}

void dns_statistics_print(const struct operate_server *server)
{
    struct operate_view view;

    operate_server_view(server, &view);
    printf(DNS_PROGRAM ": statistics\n");
    for (size_t i = 0; i < OPERATE_STATISTICS; i++) {
        struct operate_statistic statistic = operate_statistic_at(i);

        printf("%12" PRIu64 "  %-24s%s\n", view.report.statistics[i], statistic.name,
               statistic.text);
    }
    finish();
}
