/*
 * A network namespace that is being made while the caller does something else: to make one takes
 * the kernel longer than all other namespaces together, and another processor can do it.
 *
 *     struct kernel_net_early early = KERNEL_NET_EARLY_NONE;
 *
 *     kernel_net_early_begin(&early);
 *     read_the_configuration();
 *     fd = kernel_net_early_take(&early);
 *     if (fd >= 0)
 *         number = kernel_namespace_enter(fd, CLONE_NEWNET, &err);
 *
 * It belongs to the caller's user namespace, as one that the caller itself makes, and its loopback
 * device is up. Nothing here fails: where something cannot be had, there is no early namespace, and
 * whoever makes another one hears why. For a process with one thread; on x86-64, elsewhere there is
 * never one. Sources: clone(2), unshare(2), futex(2).
 */
#pragma once

#include <stdint.h>

/* The thread calls nothing but the kernel. */
#define KERNEL_NET_EARLY_STACK 4096
#define KERNEL_NET_EARLY_NONE ((struct kernel_net_early){ .fd = -1 })

enum kernel_net_early_state {
    KERNEL_NET_EARLY_AWAITED, /* the thread does not run yet, if there is one */
    KERNEL_NET_EARLY_BEGUN,
    KERNEL_NET_EARLY_OVER, /* it is made, or could not be */
    KERNEL_NET_EARLY_UNWANTED,
};

/* Must stay where it is from begin to done. */
struct kernel_net_early {
    uint32_t thread; /* 0: there is none, or it has ended */
    uint32_t state;  /* enum kernel_net_early_state */
    int fd;          /* the namespace, once it is made; -1: there is none */
    _Alignas(16) unsigned char stack[KERNEL_NET_EARLY_STACK];
};

/* Begins to make it. */
void kernel_net_early_begin(struct kernel_net_early *early);

/* Waits until it is made, where a processor is at it; else it will not be made. Gives a descriptor
 * of it, which is the caller's and closed when a program is executed, or -1. */
int kernel_net_early_take(struct kernel_net_early *early);

/* Waits, and lets go of it. For CLEANUP(). */
void kernel_net_early_done(struct kernel_net_early *early);
