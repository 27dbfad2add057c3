/*
 * What a program is going to touch, mapped in at once.
 *
 * A page that is touched first costs a fault, and where the machine is itself a guest that is as
 * dear as ten system calls or more; pages that are populated together cost a tenth of one each.
 * None of it can fail: where the kernel does not populate (before Linux 5.14), or on another
 * processor than x86-64, all is as it would be without.
 *
 * Sources: elf(5), madvise(2) (MADV_POPULATE_READ, MADV_POPULATE_WRITE).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The pages from BEGIN up to END; ADVICE is one of the two of madvise(2). */
void kernel_self_map(uintptr_t begin, uintptr_t end, int advice);

/* The program's code, and its data if asked for: a process that has just been cloned has that. */
void kernel_self_map_in(bool with_data);

/* The memory that malloc(3) will give out first: as much as the making of a container takes. */
void kernel_self_map_in_heap(void);
