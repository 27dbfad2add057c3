/*
 * A thread of the kernel alone: the C library does not know of it. So it makes its system calls
 * itself, touches nothing but its own structure, and has all signals blocked. It says itself when
 * the namespace is made; that it has ended, and needs its stack no more, the kernel says, which
 * clears `thread`.
 *
 * A network namespace is held by a descriptor, so it outlives the thread that was in it.
 */
#include "kernel/net_early.h"

#include "kernel/self_call.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)

#define PAUSE_NS 20000000
#define MASK_WORDS 128 /* of 8192 processors */
#define WORD_BITS (8 * sizeof(unsigned long))
#define ALL_SIGNALS (~UINT64_C(0))
#define AS_THREAD                                                                                  \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |            \
     CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

/* As kernel_net_loopback_set_up(), which whoever enters the namespace may do again. */
static void set_loopback_up(void)
{
    struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
    long fd = KERNEL_CALL(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return;
    (void)KERNEL_CALL(SYS_ioctl, fd, SIOCSIFFLAGS, (long)&request);
    (void)KERNEL_CALL(SYS_close, fd);
}

/* Whether the state was `before`, and is `after` now. */
static bool pass(struct kernel_net_early *early, uint32_t before, uint32_t after)
{
    return __atomic_compare_exchange_n(&early->state, &before, after, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

static _Noreturn void live(struct kernel_net_early *early)
{
    if (pass(early, KERNEL_NET_EARLY_AWAITED, KERNEL_NET_EARLY_BEGUN) &&
        KERNEL_CALL(SYS_unshare, CLONE_NEWNET) == 0) {
        set_loopback_up();
        early->fd = (int)KERNEL_CALL(SYS_openat, AT_FDCWD, (long)"/proc/thread-self/ns/net",
                                     O_RDONLY | O_CLOEXEC);
    }
    if (pass(early, KERNEL_NET_EARLY_BEGUN, KERNEL_NET_EARLY_OVER))
        (void)KERNEL_CALL(SYS_futex, (long)&early->state, FUTEX_WAKE, 1);
    for (;;)
        (void)KERNEL_CALL(SYS_exit, 0);
}

/* The new thread begins with the registers of this function and a stack of its own. */
static long begin(struct kernel_net_early *early)
{
    register uint32_t *cleared __asm__("r10") = &early->thread;
    register long no_place __asm__("r8") = 0;
    long ret = SYS_clone;

    __asm__ volatile("syscall\n\t"
                     "testq %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "movq %[early], %%rdi\n\t"
                     "callq *%[live]\n\t"
                     "ud2\n"
                     "1:"
                     : "+a"(ret)
                     : "D"((long)AS_THREAD), "S"(early->stack + sizeof(early->stack)),
                       "d"(&early->thread), "r"(cleared),
                       "r"(no_place), [early] "r"(early), [live] "r"(live)
                     : "rcx", "r11", "memory", "cc");
    return ret;
}

/* The scheduler mostly leaves a new thread where its maker is, until that has to wait: asks for any
 * other processor that the maker may have. */
static void move_away(long thread)
{
    unsigned long mask[MASK_WORDS] = { 0 };
    unsigned long bit;
    uint32_t here = 0;
    long size = KERNEL_CALL(SYS_sched_getaffinity, 0, sizeof(mask), (long)mask);

    if (size <= 0 || KERNEL_CALL(SYS_getcpu, (long)&here, 0, 0) < 0 || here >= 8 * sizeof(mask))
        return;
    bit = 1UL << here % WORD_BITS;
    mask[here / WORD_BITS] &= ~bit;
    /* Where it has but one, that is refused. It is to move, and not to stay there. */
    if (KERNEL_CALL(SYS_sched_setaffinity, thread, size, (long)mask) < 0)
        return;
    mask[here / WORD_BITS] |= bit;
    (void)KERNEL_CALL(SYS_sched_setaffinity, thread, size, (long)mask);
}

void kernel_net_early_begin(struct kernel_net_early *early)
{
    uint64_t blocked = ALL_SIGNALS;
    uint64_t before;
    long thread;

    if (KERNEL_CALL(SYS_rt_sigprocmask, SIG_SETMASK, (long)&blocked, (long)&before,
                    sizeof(before)) < 0)
        return;
    thread = begin(early);
    if (thread > 0)
        move_away(thread);
    (void)KERNEL_CALL(SYS_rt_sigprocmask, SIG_SETMASK, (long)&before, 0, sizeof(before));
}

/* Waits as long as the word has this value, and looks now and then, should nobody wake it. */
static void wait_while(uint32_t *word, uint32_t value)
{
    const struct timespec pause = { .tv_nsec = PAUSE_NS };

    while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == value)
        (void)KERNEL_CALL(SYS_futex, (long)word, FUTEX_WAIT, value, (long)&pause);
}

int kernel_net_early_take(struct kernel_net_early *early)
{
    int fd;

    /* Where all processors are busy it would be waited for in vain. */
    if (pass(early, KERNEL_NET_EARLY_AWAITED, KERNEL_NET_EARLY_UNWANTED))
        return -1;
    wait_while(&early->state, KERNEL_NET_EARLY_BEGUN);
    fd = early->fd;
    early->fd = -1;
    return fd < 0 ? -1 : fd;
}

void kernel_net_early_done(struct kernel_net_early *early)
{
    int fd = kernel_net_early_take(early);
    uint32_t thread = __atomic_load_n(&early->thread, __ATOMIC_ACQUIRE);

    if (fd >= 0)
        (void)close(fd);
    if (thread != 0)
        wait_while(&early->thread, thread);
}

#else

void kernel_net_early_begin(struct kernel_net_early *early)
{
    (void)early;
}

int kernel_net_early_take(struct kernel_net_early *early)
{
    (void)early;
    return -1;
}

void kernel_net_early_done(struct kernel_net_early *early)
{
    (void)early;
}

#endif
