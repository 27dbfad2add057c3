/*
 * Property: what a shard says is refused and nothing has changed; or it is a word of one of the
 * kinds that there are, with an error and a digest where its kind has one and nowhere else, whose
 * sentence has an end and nothing that a terminal would obey, and which reads back the same.
 *
 * Covers: src/cli/dns/shards/word.c
 */
#include "cli/dns/shards/message.h"
#include "fuzz/target.h"

#include <string.h>

FUZZ_TARGET(input)
{
    struct dns_word word;
    struct dns_word before;
    struct dns_word again;
    size_t length;

    memset(&word, 0x5a, sizeof(word));
    before = word;
    if (!dns_word_read(input, &word)) {
        fuzz_require(memcmp(&word, &before, sizeof(word)) == 0);
        return;
    }
    fuzz_require(word.kind >= DNS_WORD_READY && word.kind < DNS_WORDS);
    fuzz_require((word.err.number < 0) ==
                 (word.kind == DNS_WORD_FAILED || word.kind == DNS_WORD_REFUSES));
    fuzz_require(word.digest == 0 || word.kind == DNS_WORD_AGREES);
    length = strnlen(word.err.sentence, sizeof(word.err.sentence));
    fuzz_require(length < sizeof(word.err.sentence));
    for (size_t i = 0; i < length; i++)
        fuzz_require((unsigned char)word.err.sentence[i] >= 0x20 && word.err.sentence[i] != 0x7f);
    fuzz_require(dns_word_read(bytes_of(&word, sizeof(word)), &again));
    fuzz_require(memcmp(&word, &again, sizeof(word)) == 0);
}
