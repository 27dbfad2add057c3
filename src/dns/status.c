/* The sentences of status.def. */
#include "dns/status.h"

#include "base/require.h"

const char *dns_status_text(enum dns_status status)
{
    static const char *const texts[] = {
        [DNS_OK] = "nothing is wrong",
#define STATUS(name, sentence) [DNS_##name] = (sentence),
#include "dns/status.def"
#undef STATUS
    };

    REQUIRE(status < sizeof(texts) / sizeof(texts[0]));
    return texts[status];
}

const char *dns_status_name(enum dns_status status)
{
    static const char *const names[] = {
        [DNS_OK] = "OK",
#define STATUS(name, sentence) [DNS_##name] = #name,
#include "dns/status.def"
#undef STATUS
    };

    REQUIRE(status < sizeof(names) / sizeof(names[0]));
    return names[status];
}
