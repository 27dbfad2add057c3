/*
 * What each subject of a benchmark over messages is: an operation on one message, in a program
 * <operation>_<subject> of its own. loop.c calls it in a loop and prints what one call takes.
 */
#pragma once

#include "base/bytes.h"

/* What is made ready before the loop and is not measured: something to work on, in *ret_state,
 * which is never freed. False where the subject refuses the message. */
bool subject_open(struct bytes wire, void **ret_state);

/* The operation, once. False where it does not succeed. To parse is to read the message whole:
 * bounds, every name followed, and the RDATA of known types looked into, as far as the subject does
 * that. To print is to make text of all records but OPT, one a line. To build is to write the
 * message again from a list of its records. */
bool subject_run(struct bytes wire, void *state);

/* Defined by subjects whose result has a size that matters: its octets. */
size_t subject_octets(const void *state) __attribute__((weak));
