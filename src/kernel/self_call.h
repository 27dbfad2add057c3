/*
 * System calls of x86-64 without the C library, for what runs before it: kernel/self_map.c and the
 * entry of cupel-oci. They return -errno.
 */
#pragma once

#if defined(__x86_64__)

#define KERNEL_CALL_WORDS 5
#define KERNEL_CALL(number, ...) kernel_call(number, (const long[KERNEL_CALL_WORDS]){ __VA_ARGS__ })

/* NUMBER is one of <sys/syscall.h>; pointers are among the words as numbers. */
static inline long kernel_call(long number, const long words[KERNEL_CALL_WORDS])
{
    register long r10 __asm__("r10") = words[3];
    register long r8 __asm__("r8") = words[4];
    long ret = number;

    __asm__ volatile("syscall"
                     : "+a"(ret)
                     : "D"(words[0]), "S"(words[1]), "d"(words[2]), "r"(r10), "r"(r8)
                     : "rcx", "r11", "memory");
    return ret;
}

#endif
