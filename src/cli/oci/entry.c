/*
 * Where the kernel enters the program if it is static and for x86-64 (the linker's option -e),
 * before the C library has begun: nothing here may need what that sets up (relocated addresses,
 * thread-local storage, a stack protector), which is why this file has compiler options of its own.
 *
 * What kernel_self_protect() does is done here where it can be, since the program executes itself
 * anew and all that it has touched before is lost; and it is mapped in (kernel/self_map.h).
 *
 * Sources: those of kernel/self.h; the System V ABI for x86-64, "Process Initialization".
 */
#include "kernel/self_call.h"
#include "kernel/self_map.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#if defined(__x86_64__)

#define STACK_BYTES ((size_t)98304)
#define SELF "/proc/self/exe"
#define WORD_BYTES 26

/* The commands that start a program in a container (a word that is no command costs an execution,
 * no more); and the option whose helper is first looked for beside the program. */
static const char words_anew[][WORD_BYTES] = { "run", "create", "exec", "" };
static const char words_later[][WORD_BYTES] = { "--systemd-cgroup", "systemd",
                                                "--cgroup-manager=systemd", "" };

static bool is_word(const char *word, const char *wanted)
{
    while (*word != '\0' && *word == *wanted) {
        word++;
        wanted++;
    }
    return *word == *wanted;
}

/* Whether one of the arguments is one of the words. */
static bool has_word(char *const *argv, const char (*words)[WORD_BYTES])
{
    for (; *argv != NULL; argv++) {
        for (size_t i = 0; words[i][0] != '\0'; i++) {
            if (is_word(*argv, words[i]))
                return true;
        }
    }
    return false;
}

/* As kernel_self_protect() sees it, but for a sealed copy, which is not what is made here. */
static bool is_writable(void)
{
    struct statfs mount;
    long fd = KERNEL_CALL(SYS_openat, AT_FDCWD, (long)SELF, O_PATH | O_CLOEXEC);
    bool ret = fd >= 0 && KERNEL_CALL(SYS_fstatfs, fd, (long)&mount) == 0 &&
               (mount.f_flags & ST_RDONLY) == 0 &&
               KERNEL_CALL(SYS_faccessat2, AT_FDCWD, (long)SELF, W_OK, AT_EACCESS) == 0;

    if (fd >= 0)
        (void)KERNEL_CALL(SYS_close, fd);
    return ret;
}

/* Returns where that cannot be done: kernel_self_protect() does it otherwise then. */
static void execute_anew(char *const *argv, char *const *environment)
{
    struct mount_attr read_only = { .attr_set = MOUNT_ATTR_RDONLY };
    long fd = KERNEL_CALL(SYS_open_tree, AT_FDCWD, (long)SELF, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

    if (fd < 0)
        return;
    if (KERNEL_CALL(SYS_mount_setattr, fd, (long)"", AT_EMPTY_PATH, (long)&read_only,
                    sizeof(read_only)) == 0)
        (void)KERNEL_CALL(SYS_execveat, fd, (long)"", (long)argv, (long)environment, AT_EMPTY_PATH);
    (void)KERNEL_CALL(SYS_close, fd);
}

/* STACK is what the kernel has put there: the number of arguments, they, NULL, the environment. */
__attribute__((used, visibility("hidden"))) void oci_entry_begin(const long *stack);

void oci_entry_begin(const long *stack)
{
    char *const *argv = (char *const *)(stack + 1);

    if (has_word(argv, words_anew) && !has_word(argv, words_later) && is_writable())
        execute_anew(argv, argv + stack[0] + 1);
    kernel_self_map_in(true);
    kernel_self_map((uintptr_t)stack - STACK_BYTES, (uintptr_t)stack, MADV_POPULATE_WRITE);
}

/* For the linker; nobody calls it. */
void oci_entry(void);

/* _start, of the C library, finds stack and registers as the kernel has set them. */
__attribute__((naked, used)) void oci_entry(void)
{
    __asm__("movq %rsp, %rdi\n\t"
            "movq %rdx, %rbx\n\t"
            "call oci_entry_begin\n\t"
            "movq %rbx, %rdx\n\t"
            "jmp _start");
}

#endif
