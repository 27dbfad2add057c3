/*
 * What clang-tidy cannot know, since it reads one file at a time: the functions that refuse give a
 * negative number. With this its analyzer knows which outputs are set. `ci/checks/tidy` includes it
 * ahead of every file; nothing else does.
 */
#pragma once

#include "base/err.h"
#include "base/require.h"

static inline int analyzer_negative(int number)
{
    REQUIRE(number < 0);
    return number;
}

#define err_set(...) analyzer_negative(err_set(__VA_ARGS__))
#define err_system(...) analyzer_negative(err_system(__VA_ARGS__))
#define err_prefix(...) analyzer_negative(err_prefix(__VA_ARGS__))
