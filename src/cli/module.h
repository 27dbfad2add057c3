/*
 * Modules: parts of a program, with the libraries that they need, that are loaded where an option
 * asks for them, so that who does not use them has none of their costs. They are kept beside the
 * program, in lib/cupel.
 */
#pragma once

#include "base/err.h"

/* Loads a module for as long as the program runs, and gives the functions in it. -ENOENT, with a
 * sentence, where it is not there; -EINVAL where it is of another version. */
int cli_module_load(const char *name, const void **ret_functions, struct err *err);
