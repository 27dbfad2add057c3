/*
 * Who the ids of a container are outside, where its config leaves that open, as crun has it.
 *
 * A caller that is not root cannot make a container without a user namespace: where the config has
 * none, one is added. And a new one without mappings has the caller's own id as that of the
 * program, and the ids that were given to the caller (/etc/subuid, /etc/subgid) before and behind
 * it; that of root has root's alone. Terminals are then of no group that has no id (devpts, gid=5).
 */
#pragma once

#include "oci/plan.h"

/* Settles that in the config; *ret_is_changed: something was added. The lists live in the arena. */
int oci_users_settle(const struct oci_host *host, struct arena *arena, struct oci_config *config,
                     bool *ret_is_changed, struct err *err);

/* The text of a config.json with the user namespace and the mappings that `config` has; in the
 * arena. */
int oci_users_amend(struct bytes json, const struct oci_config *config, struct arena *arena,
                    struct bytes *ret_json, struct err *err);
