/* getrandom(2), whose generator is the kernel's own. */
#include "forwarder/io/entropy.h"

#include "base/require.h"

#include <sys/random.h>
#include <sys/types.h>

uint64_t forwarder_entropy_next(void *source)
{
    struct forwarder_entropy *entropy = source;

    if (entropy->left == 0) {
        /* With no flags and at most 256 octets it waits for the kernel's first seed, and then can
         * neither fail nor fall short. */
        REQUIRE(getrandom(entropy->numbers, sizeof(entropy->numbers), 0) ==
                (ssize_t)sizeof(entropy->numbers));
        entropy->left = FORWARDER_ENTROPY_NUMBERS;
    }
    entropy->left -= 1;
    return entropy->numbers[entropy->left];
}
