/* What a shard says is looked at apart from all else: it may be anybody who says it. */
#include "cli/dns/shards/message.h"

#include <string.h>

bool dns_word_read(struct bytes octets, struct dns_word *ret_word)
{
    struct dns_word word;

    if (octets.size != sizeof(word))
        return false;
    memcpy(&word, octets.at, sizeof(word));
    if (word.kind < DNS_WORD_READY || word.kind >= DNS_WORDS)
        return false;
    if (memchr(word.err.sentence, '\0', sizeof(word.err.sentence)) == NULL)
        return false;
    if ((word.kind == DNS_WORD_FAILED || word.kind == DNS_WORD_REFUSES) != (word.err.number < 0))
        return false;
    if (word.kind != DNS_WORD_AGREES && word.digest != 0)
        return false;
    for (char *at = word.err.sentence; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = '?';
    *ret_word = word;
    return true;
}
