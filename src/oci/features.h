/*
 * What this runtime does, for those who choose one: OCI runtime-spec 1.2, features.md and
 * features-linux.md. Every list comes from the table that the runtime itself looks things up in.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* The features as the text of a JSON object, in the arena. Fails only without memory. */
int oci_features_format(struct arena *arena, struct bytes *ret_json, struct err *err);

/* The options of mounts that mean something to the runtime itself, from the first (0) on; NULL past
 * the last. Pure. */
const char *oci_mount_option(size_t index);
