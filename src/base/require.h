/*
 * REQUIRE(condition): a statement about our own code, checked in release builds too. It is never
 * about input: bad input is an error value, a false REQUIRE is a bug and ends the process.
 * One condition each, so that the message says which one was false.
 */
#pragma once

#define REQUIRE(condition)                                                                         \
    ((condition) ? (void)0 : require_failed(__FILE__, __LINE__, __func__, #condition))

/* A place that our own code never reaches, such as past a switch over every value of an enum. */
#define UNREACHABLE() require_failed(__FILE__, __LINE__, __func__, "this is never reached")

/* Writes "file:line: function: REQUIRE(condition) is false" to stderr and aborts. Uses no heap and
 * no stdio, so it may be called between clone and exec and in a signal handler. Does not return. */
_Noreturn void require_failed(const char *file, int line, const char *function,
                              const char *condition);
