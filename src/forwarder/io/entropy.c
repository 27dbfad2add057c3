/* getrandom(2), whose generator is the kernel's own. */
#include "forwarder/io/entropy.h"

#include "base/require.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/types.h>

/* Waits for the kernel's first seed; then it cannot fail, but stop short for a signal. */
static void draw(struct forwarder_entropy *entropy)
{
    uint8_t *at = (uint8_t *)entropy->numbers;
    size_t left = sizeof(entropy->numbers);

    while (left > 0) {
        ssize_t count = getrandom(at, left, 0);

        REQUIRE(count > 0 || errno == EINTR);
        at += count > 0 ? count : 0;
        left -= count > 0 ? (size_t)count : 0;
    }
    entropy->left = FORWARDER_ENTROPY_NUMBERS;
}

uint64_t forwarder_entropy_next(void *source)
{
    struct forwarder_entropy *entropy = source;

    if (entropy->left == 0)
        draw(entropy);
    entropy->left -= 1;
    return entropy->numbers[entropy->left];
}
