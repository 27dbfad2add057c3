/*
 * The first steps of a static program on x86-64, before its C library has begun: nothing here may
 * need what the library sets up (relocated addresses, thread-local storage, a stack protector),
 * which is why this file has compiler options of its own.
 *
 * A page that is touched first costs a fault, and where the machine is itself a guest that is as
 * dear as ten system calls or more. So the program executes itself anew here, before the pages that
 * the library touches have been; and what it is going to touch is mapped by a few calls at once.
 */
#include "kernel/self_entry.h"

#include "kernel/self.h"

#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#if defined(__x86_64__)

#define PAGE ((uintptr_t)4096)
#define STACK_BYTES ((size_t)98304)
#define HEAP_BYTES ((size_t)73728)
#define SELF "/proc/self/exe"
#define CALL_WORDS 5
#define CALL(number, ...) call(number, (const long[CALL_WORDS]){ __VA_ARGS__ })

/* By the linker: where the file is mapped. */
extern const Elf64_Ehdr program_header __asm__("__ehdr_start")
    __attribute__((visibility("hidden")));

static long call(long number, const long words[CALL_WORDS])
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

static bool is_word(const char *word, const char *wanted)
{
    while (*word != '\0' && *word == *wanted) {
        word++;
        wanted++;
    }
    return *word == *wanted;
}

/* Whether a word may be a command that starts a program in a container. One that is not (a
 * container's name) costs an execution, no more. */
static bool starts_container(char *const *argv)
{
    static const char commands[][8] = { "run", "create", "exec" };

    for (; *argv != NULL; argv++) {
        for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
            if (is_word(*argv, commands[i]))
                return true;
        }
    }
    return false;
}

/* As kernel_self_protect() sees it, but for a sealed copy, which is not what is made here. */
static bool is_writable(void)
{
    struct statfs mount;
    long fd = CALL(SYS_openat, AT_FDCWD, (long)SELF, O_PATH | O_CLOEXEC);
    bool ret = fd >= 0 && CALL(SYS_fstatfs, fd, (long)&mount) == 0 &&
               (mount.f_flags & ST_RDONLY) == 0 &&
               CALL(SYS_faccessat2, AT_FDCWD, (long)SELF, W_OK, AT_EACCESS) == 0;

    if (fd >= 0)
        (void)CALL(SYS_close, fd);
    return ret;
}

/* Returns where that cannot be done: kernel_self_protect() does it otherwise then. */
static void execute_anew(char *const *argv, char *const *environment)
{
    struct mount_attr read_only = { .attr_set = MOUNT_ATTR_RDONLY };
    long fd = CALL(SYS_open_tree, AT_FDCWD, (long)SELF, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

    if (fd < 0)
        return;
    if (CALL(SYS_mount_setattr, fd, (long)"", AT_EMPTY_PATH, (long)&read_only, sizeof(read_only)) ==
        0)
        (void)CALL(SYS_execveat, fd, (long)"", (long)argv, (long)environment, AT_EMPTY_PATH);
    (void)CALL(SYS_close, fd);
}

static void map_in(uintptr_t begin, uintptr_t end, int advice)
{
    begin -= begin % PAGE;
    (void)CALL(SYS_madvise, (long)begin, (long)(end - begin), advice);
}

void kernel_self_map_in(bool with_data)
{
    uintptr_t base = (uintptr_t)&program_header;
    const Elf64_Phdr *segment = (const Elf64_Phdr *)(base + program_header.e_phoff);

    for (int i = 0; i < program_header.e_phnum; i++, segment++) {
        bool is_data = (segment->p_flags & PF_W) != 0;

        if (segment->p_type == PT_LOAD && (with_data || !is_data))
            map_in(base + segment->p_vaddr, base + segment->p_vaddr + segment->p_memsz,
                   is_data ? MADV_POPULATE_WRITE : MADV_POPULATE_READ);
    }
}

void kernel_self_map_in_heap(void)
{
    char *front = malloc(1);

    if (front != NULL)
        map_in((uintptr_t)front, (uintptr_t)front + HEAP_BYTES, MADV_POPULATE_WRITE);
    free(front);
}

/* STACK is what the kernel has put there: the number of arguments, they, NULL, the environment. */
__attribute__((used, visibility("hidden"))) void kernel_self_begin(const long *stack);

void kernel_self_begin(const long *stack)
{
    char *const *argv = (char *const *)(stack + 1);

    if (starts_container(argv) && is_writable())
        execute_anew(argv, argv + stack[0] + 1);
    kernel_self_map_in(true);
    map_in((uintptr_t)stack - STACK_BYTES, (uintptr_t)stack, MADV_POPULATE_WRITE);
}

/* _start, of the C library, finds stack and registers as the kernel has set them. */
__attribute__((naked, used)) void kernel_self_entry(void)
{
    __asm__("movq %rsp, %rdi\n\t"
            "movq %rdx, %rbx\n\t"
            "call kernel_self_begin\n\t"
            "movq %rbx, %rdx\n\t"
            "jmp _start");
}

#else

void kernel_self_map_in(bool with_data)
{
    (void)with_data;
}

void kernel_self_map_in_heap(void)
{
}

#endif
