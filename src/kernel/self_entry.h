/*
 * Where the kernel enters a static program on x86-64 (the linker's option -e): what
 * kernel_self_protect() does is done here where it can be, before anything else, and the program is
 * mapped in (kernel/self_map.h).
 *
 * Sources: those of kernel/self.h; the System V ABI for x86-64, "Process Initialization".
 */
#pragma once

#define KERNEL_SELF_WORD_BYTES 20

/* The program's own, each ended by an empty word: it executes itself anew if it is called with one
 * of the first words (which costs an execution where such a word is no command, no more), unless
 * it has to look at its file's name before, as one of the others says. */
extern const char kernel_self_words_anew[][KERNEL_SELF_WORD_BYTES]
    __attribute__((visibility("hidden")));
extern const char kernel_self_words_later[][KERNEL_SELF_WORD_BYTES]
    __attribute__((visibility("hidden")));

/* Called by nobody. */
void kernel_self_entry(void);
