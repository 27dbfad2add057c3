/*
 * Who a container's program runs as: "name", "uid", "name:group" or "uid:gid" in the words of the
 * image's own /etc/passwd and /etc/group. Pure but for memory; any thread. Source: OCI image-spec
 * config.md ("User"), passwd(5), group(5).
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "oci/config.h"

/* The texts of the two files; empty where the image has none. */
struct engine_accounts {
    struct bytes passwd;
    struct bytes group;
};

struct engine_user {
    struct oci_user user; /* its further groups live in the arena */
    const char *home;     /* in the arena; "/" where nothing says */
};

/* Finds the user. A number needs no line in passwd; then its group is 0. Where no group is named,
 * the user is also in the groups that /etc/group has it in. -ENOENT for a name that is nowhere,
 * -EINVAL for a number beyond 32 bits. Lines that are not of the form are passed over. */
int engine_user_find(const char *text, const struct engine_accounts *accounts, struct arena *arena,
                     struct engine_user *ret_user, struct err *err);
