/*
 * oci-bomb: what takes all that it gets, up to a bound, so that no machine is hurt; static, for any
 * root file system.
 *
 *     oci-bomb processes N   every process makes others, until there are N, or all that may be; and
 *                            then prints how many there have been at once. Where N may not be, they
 *                            go on trying until a moment has brought no more
 *     oci-bomb memory N      writes to N MiB, and prints that it has
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PROCESSES_MAX 200
#define MEMORY_MAX_MIB 256
#define MOMENT_MS 300 /* an emulated processor is slow to begin a process */
#define SECONDS_MAX 20

/* What all processes see. */
struct count {
    atomic_uint wanted; /* processes that are there, or are being made */
    atomic_uint running;
    atomic_uint refused;
};

static void pass_ms(long ms)
{
    (void)nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 },
                    NULL);
}

/* Each process that this makes does the same; none comes back. */
static _Noreturn void spread(struct count *count, unsigned int most)
{
    (void)alarm(SECONDS_MAX);
    for (;;) {
        pid_t pid;

        if (atomic_fetch_add(&count->wanted, 1) >= most) {
            (void)atomic_fetch_sub(&count->wanted, 1);
            pass_ms(1000);
            continue;
        }
        pid = fork();
        if (pid == 0)
            (void)atomic_fetch_add(&count->running, 1);
        if (pid >= 0)
            continue;
        (void)atomic_fetch_sub(&count->wanted, 1);
        (void)atomic_fetch_add(&count->refused, 1);
        pass_ms(1);
    }
}

static int be_many(unsigned int most)
{
    struct count *count =
        mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    unsigned int before;
    pid_t pid;

    if (count == MAP_FAILED || most < 2 || most > PROCESSES_MAX)
        return 2;
    atomic_store(&count->wanted, 2);
    atomic_store(&count->running, 2);
    (void)alarm(SECONDS_MAX);
    pid = fork();
    if (pid == 0)
        spread(count, most);
    if (pid < 0)
        return 1;
    while (atomic_load(&count->running) < most && atomic_load(&count->refused) == 0)
        pass_ms(10);
    do {
        before = atomic_load(&count->running);
        pass_ms(MOMENT_MS);
    } while (atomic_load(&count->running) != before);
    (void)printf("%u processes\n", before);
    return 0;
}

static int be_large(size_t most)
{
    const size_t mib = (size_t)1 << 20;

    if (most == 0 || most > MEMORY_MAX_MIB)
        return 2;
    for (size_t i = 0; i < most; i++) {
        char *block = malloc(mib);

        if (block == NULL)
            return 1;
        memset(block, 1, mib);
        __asm__ volatile("" : : "r"(block) : "memory"); /* it is written to, though nobody reads */
    }
    (void)printf("%zu MiB\n", most);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "processes") == 0)
        return be_many((unsigned int)strtoul(argv[2], NULL, 10));
    if (argc == 3 && strcmp(argv[1], "memory") == 0)
        return be_large(strtoul(argv[2], NULL, 10));
    return 2;
}
