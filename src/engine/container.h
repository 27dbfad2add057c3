/*
 * struct engine_container: a container's place in the store, <store>/containers/<name>/.
 *
 *     lock                what the process that runs the container holds locked
 *     container.json      struct engine_record
 *     cgroups             while it runs, its cgroups, a path a line
 *     hosts, resolv.conf  what the container sees as /etc/hosts and /etc/resolv.conf
 *     root/               its root file system, or the writable part of it (engine/root.h)
 *
 * Order of calls: engine_container_create(), engine_container_write_record(), and at the end
 * engine_container_remove() or, to keep it, engine_container_close(). Functions that fail give
 * -errno and a sentence with the container's name. One thread; many processes may use a store.
 */
#pragma once

#include "image/store.h"
#include "oci/config.h"

#define ENGINE_NAME_MAX 128

struct engine_container {
    char name[ENGINE_NAME_MAX + 1];
    int fd;      /* its directory; -1: closed */
    int lock_fd; /* -1: not locked by us */
};

/* What is remembered of a container. Texts belong to whoever fills it in, or to an arena. */
struct engine_record {
    const char *name;
    const char *image;            /* the reference that it was made of */
    struct image_digest manifest; /* the image's digest */
    const char *command;          /* for people */
    int64_t created_s;            /* since 1970 */
    bool has_ended;
    int status; /* where it has ended */
};

/* Makes a place for a container of that name, or of a new one where `name` is NULL, and locks it.
 * -EINVAL for what cannot be a name, -EEXIST where there is such a container. The store must have
 * been created. */
int engine_container_create(const struct image_store *store, const char *name,
                            struct engine_container *ret_container, struct err *err);

/* Writes container.json. */
int engine_container_write_record(const struct engine_container *container,
                                  const struct engine_record *record, struct err *err);

/* Writes the paths of the cgroups that are about to be made, for whoever removes a container whose
 * runner was killed; with none of them, forgets those. */
int engine_container_write_cgroups(const struct engine_container *container,
                                   const struct oci_texts *paths, struct err *err);

/* Lets go of the place, which stays. Safe twice. Fits CLEANUP. */
void engine_container_close(struct engine_container *container);

/* Removes the place with all that is in it, and what is left of its cgroups, and lets go of it. */
int engine_container_remove(const struct image_store *store, struct engine_container *container,
                            struct err *err);

/* A container and whether it runs now. */
struct engine_listed {
    struct engine_record record;
    bool is_running;
    struct engine_listed *next;
};

/* All containers of the store, in the arena, in no order. A place without a record (its maker was
 * killed early) is listed with its name alone. */
int engine_container_list(const struct image_store *store, struct arena *arena,
                          struct engine_listed **ret_listed, struct err *err);

/* Removes a container by name. -ENOENT where there is none, -EBUSY while it runs. */
int engine_container_remove_named(const struct image_store *store, const char *name,
                                  struct err *err);
