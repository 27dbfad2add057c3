/*
 * Texts that jansson has made. They belong to its allocator, which the program that uses this layer
 * may have replaced (json_set_alloc_funcs()).
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

/* Gives back what json_dumps() has returned, and sets the variable to NULL. `text` is the
 * variable's address. For CLEANUP(oci_json_text_free) char *text = …; */
static inline void oci_json_text_free(char **text)
{
    json_malloc_t take;
    json_free_t give_back;

    json_get_alloc_funcs(&take, &give_back);
    if (*text != NULL)
        give_back(*text);
    *text = NULL;
}
