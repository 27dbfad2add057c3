/* With the type of glibc's for setrlimit(2), whose first parameter is a number in musl. */
#pragma once

#include_next <sys/resource.h>

#define __rlimit_resource_t int
