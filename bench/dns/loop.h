/*
 * What each subject of the parse benchmark is: one function. loop.c calls it in a loop and prints
 * what one call takes.
 */
#pragma once

#include "base/bytes.h"

/* Reads the message whole: bounds, every name followed, and the RDATA of known types looked into,
 * as far as the subject does that. Whether it accepts the message. */
bool subject_parse(struct bytes wire);
