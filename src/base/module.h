/*
 * struct module: what a shared object shows that a program loads when it is asked for what is in
 * it, under the one name that it exports. Program and module are of one version: they are built
 * together, and nothing else is promised.
 */
#pragma once

#define MODULE_SYMBOL "cupel_module"

struct module {
    const char *version;   /* CUPEL_VERSION */
    const void *functions; /* a struct that the module's header describes */
};
