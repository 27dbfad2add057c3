/* First fewer exchanges, then one kind of trouble less, and again; then fewer exchanges. */
#include "tests/sim/shrink.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A try that needs longer hangs, which is a failure, too. */
#define TRY_S 60

/* What goes wrong in a world, each a number that says how often, or for whom. */
static const struct {
    const char *name;
    size_t offset;
} troubles[] = {
    { "loss", offsetof(struct simulation, network.loss_per_mille) },
    { "twice", offsetof(struct simulation, network.twice_per_mille) },
    { "silence", offsetof(struct simulation, silent_per_mille) },
    { "forgers", offsetof(struct simulation, forger_per_mille) },
    { "meddlers", offsetof(struct simulation, meddler_per_mille) },
    { "damage", offsetof(struct simulation, damage_per_mille) },
    { "leaps", offsetof(struct simulation, leap_per_mille) },
    { "failures", offsetof(struct simulation, failing_per_mille) },
    { "cuts", offsetof(struct simulation, cut_per_mille) },
    { "breaks", offsetof(struct simulation, broken_per_mille) },
    { "plain", offsetof(struct simulation, plain_upstreams) },
    { "reloads", offsetof(struct simulation, reload_per_mille) },
    { "averse", offsetof(struct simulation, averse_upstreams) },
    { "strict", offsetof(struct simulation, strict_upstreams) },
    { "secrets", offsetof(struct simulation, rotate_per_mille) },
};

#define TROUBLES (sizeof(troubles) / sizeof(troubles[0]))

size_t shrink_troubles(void)
{
    return TROUBLES;
}

void shrink_world(struct simulation *sim, uint64_t without)
{
    static const unsigned int none = 0;

    for (size_t i = 0; i < TROUBLES; i++)
        if ((without >> i & 1) != 0)
            memcpy((unsigned char *)sim + troubles[i].offset, &none, sizeof(none));
}

/* The kind whose name these octets are, or TROUBLES. */
static size_t find_trouble(struct bytes name)
{
    size_t place = 0;

    while (place < TROUBLES && !bytes_equal(bytes_of_text(troubles[place].name), name))
        place += 1;
    return place;
}

bool shrink_parse(const char *names, uint64_t *ret_without)
{
    uint64_t without = 0;

    for (;;) {
        size_t size = strcspn(names, ",");
        size_t place = find_trouble(bytes_of(names, size));

        if (place == TROUBLES)
            return false;
        without |= UINT64_C(1) << place;
        if (names[size] == '\0')
            break;
        names += size + 1;
    }
    *ret_without = without;
    return true;
}

void shrink_format(uint64_t without, struct text *out)
{
    for (size_t i = 0; i < TROUBLES; i++) {
        if ((without >> i & 1) == 0)
            continue;
        if (out->size > 0)
            (void)text_append_char(out, ',');
        (void)text_append(out, troubles[i].name);
    }
}

/* Nobody reads what a try says. */
static void be_quiet(void)
{
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

    for (int stream = STDOUT_FILENO; fd >= 0 && stream <= STDERR_FILENO; stream++)
        (void)dup2(fd, stream);
}

static bool fails(const struct plan *plan, shrink_run run)
{
    int status = 0;
    pid_t child = fork();

    fuzz_require(child >= 0);
    if (child == 0) {
        be_quiet();
        (void)alarm(TRY_S);
        run(plan);
        _exit(0);
    }
    fuzz_require(waitpid(child, &status, 0) == child);
    return status != 0;
}

/* A run with fewer exchanges is the beginning of one with more. */
static void shrink_exchanges(struct plan *plan, shrink_run run)
{
    uint64_t least = 1;

    while (least < plan->exchanges) {
        struct plan smaller = *plan;

        smaller.exchanges = least + (plan->exchanges - least) / 2;
        if (fails(&smaller, run))
            plan->exchanges = smaller.exchanges;
        else
            least = smaller.exchanges + 1;
    }
}

void shrink(struct plan *plan, shrink_run run)
{
    shrink_exchanges(plan, run);
    for (size_t i = 0; i < TROUBLES; i++) {
        struct plan smaller = *plan;

        smaller.without |= UINT64_C(1) << i;
        if (fails(&smaller, run))
            *plan = smaller;
    }
    shrink_exchanges(plan, run);
}
