/*
 * What comes after the making of a container: its start and its removal, with the hooks that go
 * with them. `root` is where containers are known (oci/state.h). Errors are 0 or -errno with a
 * sentence.
 */
#pragma once

#include "oci/hooks.h"

/* Starts a container that was created, and runs its hooks. Where one of the start fails, the
 * container is removed. */
int oci_start_created(const struct oci_listener *listener, const char *root, const char *id,
                      struct err *err);

/* The config that was kept of a container; one that asks for nothing where there is none. */
int oci_read_kept(const char *root, const char *id, struct arena *arena,
                  struct oci_config *ret_config, struct err *err);

/* Removes a container wholly (oci_state_destroy()), and runs its hooks of poststop. A config that
 * cannot be read gives a warning. */
int oci_remove(const struct oci_listener *listener, const char *root, const struct oci_state *state,
               struct err *err);
