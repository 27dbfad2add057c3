/*
 * The beginning of a program that is started for each container, made quick.
 *
 * Sources: elf(5), madvise(2) (MADV_POPULATE_READ and _WRITE, from Linux 5.14 on; without them all
 * is as it would be without this).
 */
#pragma once

#include <stdbool.h>

/* Where the kernel enters a static program on x86-64, by the linker's option -e: what is done by
 * kernel_self_protect() is done here where it can be, before anything else, for a program that is
 * called with a word `run`, `create` or `exec`; and the program is mapped in. Nobody calls it. */
void kernel_self_entry(void);

/* Maps the program's code, and its data if asked for, in at once, instead of by a page fault for
 * each part that is touched: for a process that has just been cloned, which has the data already.
 */
void kernel_self_map_in(bool with_data);

/* The same for the memory that malloc(3) will give out first: as much as the making of a container
 * takes. */
void kernel_self_map_in_heap(void);
