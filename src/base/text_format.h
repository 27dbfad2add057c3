/*
 * Text as printf makes it. Apart from base/text.h since it needs stdio, which pure layers, and a
 * process between clone and exec, do not use. Any thread.
 */
#pragma once

#include "base/text.h"

/* Appends as printf does; false, and nothing appended, where it does not fit. */
bool text_format(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
