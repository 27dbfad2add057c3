/*
 * A property of a unit as one word: "NAME=SIGNATURE:VALUE", where the signature is that of D-Bus:
 *     MemoryMax=t:1048576             numbers: t, x, u, i, q, n, y, d
 *     Delegate=b:true                 b: true or false
 *     Slice=s:machine.slice           s
 *     After=as:a.service⏎b.service    as: words, each with a newline behind it; the last has one
 *                                     where it is empty
 *     AllowedCPUs=ay:03               ay: octets in hexadecimal
 *     DeviceAllow=a(ss):/dev/null rw  a(ss): as `as`, the two words of each with a blank between
 *                                     them
 * Errors are 0 or -errno with a sentence. Source: D-Bus specification, "Type System".
 */
#pragma once

#include "base/err.h"

#include <systemd/sd-bus.h>

/* Appends the property to a message as a struct of its name and a variant: "(sv)". -EINVAL: the
 * word is none of these; the message is then of no use. */
int units_property_append(sd_bus_message *message, const char *word, struct err *err);
