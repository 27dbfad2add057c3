/*
 * Scoped ownership: a variable declared with CLEANUP(fn) is given to fn(&variable) when its scope
 * ends, on every path. The variable must be initialised where it is declared.
 *
 *     CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
 *
 * To let ownership leave the scope, use a `*_take` function of its type.
 */
#pragma once

#include <stdlib.h>

#define CLEANUP(fn) __attribute__((cleanup(fn)))

/* Frees the heap block that a pointer variable holds and sets the variable to NULL. `pointer` is
 * the variable's address. For CLEANUP(free_pointer) char *text = …; any thread; cannot fail. */
static inline void free_pointer(void *pointer)
{
    void **held = pointer;

    free(*held);
    *held = NULL;
}
