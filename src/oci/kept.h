/*
 * The config that a container was made of, kept beside its state (<root>/<id>/config.json) for what
 * comes later in its life: whatever becomes of the bundle, it does not change any more (runtime.md,
 * step 2 of the lifecycle).
 *
 * A `directory_fd` is of oci_state_open(). Errors are 0 or -errno with a sentence.
 */
#pragma once

#include "oci/config.h"

/* Keeps the text of a config.json; a reader sees all of it or none, also after a power cut. */
int oci_kept_write(int directory_fd, struct bytes json, struct err *err);

/* Reads it. -ENOENT: none was kept, or the container is not made so far. */
int oci_kept_read(int directory_fd, struct arena *arena, struct oci_config *ret_config,
                  struct err *err);

/* Reads its text alone. */
int oci_kept_load(int directory_fd, struct arena *arena, struct bytes *ret_json, struct err *err);

/* Removes it; one that is not there is no error. */
int oci_kept_remove(int directory_fd, struct err *err);
