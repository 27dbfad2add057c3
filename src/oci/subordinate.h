/*
 * Subordinate ids: the ranges of ids that an administrator has given to a user (/etc/subuid,
 * /etc/subgid), which newuidmap and newgidmap map for the user. Source: subuid(5), subgid(5),
 * passwd(5).
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

#include <sys/types.h>

#define OCI_PID_ROOM 16

/* A program that maps ids for a user, and its words, of which the second is for a process id. */
struct oci_step_id_map {
    const char *path;
    char **argv; /* ends with NULL */
    char *pid;   /* argv[1], which has OCI_PID_ROOM octets */
};

#define OCI_ID_RANGES_MAX 64 /* of one user; those that follow are passed over */

struct oci_id_range {
    uint32_t first;
    uint32_t size; /* at least 1; first + size does not lead past the largest id */
};

struct oci_id_ranges {
    size_t count;
    const struct oci_id_range *at;
};

/* Who a range may be for. */
struct oci_id_owner {
    struct bytes name; /* empty: none is known */
    uid_t uid;
};

/* The name of a user, of the text of /etc/passwd; empty where there is none. It is a part of the
 * text. Pure. */
struct bytes oci_subordinate_name(struct bytes passwd, uid_t uid);

/* The directory of a user, likewise. Pure. */
struct bytes oci_subordinate_home(struct bytes passwd, uid_t uid);

/* The name of the calling user, or "#" and its id where /etc/passwd has none; in the arena. */
int oci_subordinate_caller(struct arena *arena, const char **ret_name, struct err *err);

/* The ranges of an owner, of the text of /etc/subuid or /etc/subgid, in at most OCI_ID_RANGES_MAX
 * places; how many. Lines of another form are passed over, as newuidmap does. Pure. */
size_t oci_subordinate_parse(struct bytes text, const struct oci_id_owner *owner,
                             struct oci_id_range *ret_ranges);

/* Whether all ids from `first` on lie in one of the ranges. Pure. */
bool oci_subordinate_has(const struct oci_id_ranges *ranges, uint32_t first, uint32_t size);

/* Reads what the calling user has; none where there are no such files. The lists live in the
 * arena. */
int oci_subordinate_read(struct arena *arena, uid_t uid, struct oci_id_ranges *ret_uids,
                         struct oci_id_ranges *ret_gids, struct err *err);

/* Lets the program map the ids of the process that /proc shows as `pid`. */
int oci_subordinate_map(const struct oci_step_id_map *program, pid_t pid, struct err *err);
