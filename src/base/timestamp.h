/*
 * A time as RFC 3339 writes it, in UTC. The C library's gmtime_r() reads /etc/localtime when it is
 * first called and takes a lock each time; a start of a container and a line of a log do without.
 */
#pragma once

#include "base/text.h"

/* Appends the date and the time of day, "2026-11-28T13:05:09", of the seconds since 1970 (all of
 * them, before it too, up to the year 9999); false, and nothing appended, where there is no room or
 * the year has another number of digits. Pure. */
bool text_append_time(struct text *text, int64_t seconds);
