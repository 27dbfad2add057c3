/*
 * A line of /proc/<pid>/mountinfo: which mount it is, and where.
 *
 * Pure; any thread; allocates nothing; fit for the time between clone and exec. Source:
 * proc_pid_mountinfo(5), fields 1 and 5; seq_file's escapes (a backslash and three octal digits).
 */
#pragma once

#include "base/bytes.h"
#include "base/text.h"

/* Reads the mount's ID, and its mount point as an absolute path without escapes, which is put in
 * the place of what `path` held. False, with *ret_id untouched and `path` empty, where the line has
 * no five fields, or the path does not fit or is not absolute. */
bool kernel_mountinfo_read(struct bytes line, uint64_t *ret_id, struct text *path);
