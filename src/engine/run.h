/*
 * Running containers: from an image of the store, a directory, or an OCI bundle.
 *
 * An image's container has a place in the store (engine/container.h) and a root file system of its
 * own (engine/root.h). A directory is used as the root file system itself, and what the container
 * writes is written there. A bundle's config.json says everything; what the request says comes on
 * top of it. The program inherits standard input, output and error.
 *
 * The calling process has one thread, and is there for this run: its mount and, for a plain user,
 * its user namespace may be others afterwards. Whatever happens, no mount, process, network or
 * cgroup of the container is left at the end.
 */
#pragma once

#include "image/store.h"
#include "oci/config.h"

enum engine_network {
    ENGINE_NETWORK_NONE, /* a network namespace with nothing in it */
    ENGINE_NETWORK_HOST, /* the network of whoever calls */
    ENGINE_NETWORK_SLIRP4NETNS,
};

/* What a container is made of. */
enum engine_origin {
    ENGINE_IMAGE,
    ENGINE_ROOTFS,
    ENGINE_BUNDLE,
};

/* What is asked for; what is NULL, empty or not set is as the image, the bundle or the default
 * config has it. Texts belong to the caller. */
struct engine_run {
    struct image_store *store;
    enum engine_origin origin;
    const char *what;             /* a reference with its defaults written out, or a path */
    const char *name;             /* of the container; NULL: one is made up */
    bool removes;                 /* the container's place does not outlive it */
    struct oci_texts command;     /* the image's entry point goes before it */
    const char *entrypoint;       /* in place of the image's; "": none */
    struct oci_texts volumes;     /* HOST:CONTAINER[:ro|rw] */
    struct oci_texts environment; /* NAME=value, or NAME for the caller's own value */
    const char *working_directory;
    const char *hostname;
    const char *user; /* engine/user.h */
    struct oci_number pids_limit;
    struct oci_number memory_limit; /* octets */
    enum engine_network network;
    bool has_network; /* whether `network` was asked for: a bundle says itself */
};

/* Finds out what a word of the command line names: a bundle (a directory with a config.json), a
 * root file system (another directory), or an image. A path begins with '/' or '.'; any other word
 * is an image where the store has one of that name, else a directory where there is one. For an
 * image, *ret_reference is its name with the defaults written out, in the arena. -ENOENT where it
 * is nothing of these. */
int engine_find(const struct image_store *store, const char *word, struct arena *arena,
                struct engine_run *ret_run, struct err *err);

/* Runs the container to its end. On success *ret_status is the program's exit status, or 128 + n
 * where signal n ended it. On failure it is 127 where the program does not exist, 126 where it
 * cannot be executed, and 125 for all else, with a sentence. */
int engine_run(const struct engine_run *request, int *ret_status, struct err *err);
