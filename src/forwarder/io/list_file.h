/*
 * A hosts file or a block list, read from a file a part at a time, so that it takes no more memory
 * than what comes out of it. One thread.
 */
#pragma once

#include "base/err.h"
#include "forwarder/local/list.h"

/* Reads a file (regular, a pipe or a device) into a list that has just begun, to its end. -errno
 * with a sentence that names the file, where it cannot be read, is larger than
 * FORWARDER_LIST_BYTES_MAX, or there is no room for what it says. */
int forwarder_list_file_read(const char *path, struct forwarder_list *list, struct err *err);
