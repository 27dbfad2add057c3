/* A program's segments are in its own headers, which the linker gives a name. */
#include "kernel/self_map.h"

#include "kernel/self_call.h"

#include <elf.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#if defined(__x86_64__)

#define PAGE ((uintptr_t)4096)
#define HEAP_BYTES ((size_t)73728)

/* By the linker: where the file is mapped. */
extern const Elf64_Ehdr program_header __asm__("__ehdr_start")
    __attribute__((visibility("hidden")));

void kernel_self_map(uintptr_t begin, uintptr_t end, int advice)
{
    begin -= begin % PAGE;
    (void)KERNEL_CALL(SYS_madvise, (long)begin, (long)(end - begin), advice);
}

void kernel_self_map_in(bool with_data)
{
    uintptr_t base = (uintptr_t)&program_header;
    const Elf64_Phdr *segment = (const Elf64_Phdr *)(base + program_header.e_phoff);

    for (int i = 0; i < program_header.e_phnum; i++, segment++) {
        bool is_data = (segment->p_flags & PF_W) != 0;

        if (segment->p_type == PT_LOAD && (with_data || !is_data))
            kernel_self_map(base + segment->p_vaddr, base + segment->p_vaddr + segment->p_memsz,
                            is_data ? MADV_POPULATE_WRITE : MADV_POPULATE_READ);
    }
}

void kernel_self_map_in_heap(void)
{
    char *front = malloc(1);

    if (front != NULL)
        kernel_self_map((uintptr_t)front, (uintptr_t)front + HEAP_BYTES, MADV_POPULATE_WRITE);
    free(front);
}

#else

void kernel_self_map(uintptr_t begin, uintptr_t end, int advice)
{
    (void)begin;
    (void)end;
    (void)advice;
}

void kernel_self_map_in(bool with_data)
{
    (void)with_data;
}

void kernel_self_map_in_heap(void)
{
}

#endif
