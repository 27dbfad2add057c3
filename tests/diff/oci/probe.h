/*
 * probe: says what the process that runs it can see, a line each: a key, a tab, and a value. It is
 * the program of the containers that tests/diff/oci compares, and is linked statically. Numbers
 * that are another's in each run (inodes, process ids, ids of mounts) are left out.
 */
#pragma once

/* A line of the report; tabs and ends of lines in the value become ' ' and '|'. */
void say(const char *key, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same with the key "<key> <name>". */
void say_named(const char *key, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What is in the file, or why it can't be read. */
void say_file(const char *key, const char *name, const char *path);

/* "ok", or the name of the errno. */
const char *outcome(int number);

/* Mounts, open files, /dev, the root directory, the cgroup, settings of the kernel. */
void probe_files(void);

/* Ids, rights, limits, scheduling and the like, and the namespaces: an argument of the program has
 * those of outside in it, as readlink(1) prints them. */
void probe_process(const char *namespaces);

/* What the process may do: devices, mounts, names. */
void probe_rights(void);

/* What each system call answers to arguments that mean nothing. */
void probe_calls(void);
