/* `cupel-wire types`: the table of record types. */
#include "cli/document.h"
#include "cli/wire/wire.h"
#include "dns/code.h"
#include "dns/rrtype.h"

int wire_types_run(const void *globals, const void *options, struct cli_operands operands)
{
    (void)globals;
    (void)options;
    (void)operands;
    for (unsigned int type = 0; type <= UINT16_MAX; type++) {
        const struct dns_rrtype *row = dns_rrtype_of((uint16_t)type, DNS_CLASS_IN);

        if (row->mnemonic == NULL || row->is_meta)
            continue;
        printf("%-10s %5u  %-40s", row->mnemonic, type, row->source);
        for (unsigned int i = 0; i < row->fields_count; i++)
            printf(" %s", row->fields[i].name);
        printf("\n");
    }
    return cli_printed(stdout);
}
