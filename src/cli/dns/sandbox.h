/*
 * What cupel-dns gives up before it answers the first query, so that whoever takes it over by one
 * has little in his hands:
 *
 *     dns_user_read(options->user, &user, &err)     before anything is opened
 *     … open sockets …
 *     dns_sandbox_enter(options, &user, DNS_SANDBOX_ALONE, &err)   and then serve
 *
 * In this order: user and group (--user), all capabilities, what exec could give back
 * (no_new_privs), being looked into (not dumpable), the file system but for a few directories
 * (Landlock, where the kernel has it), and all system calls but those of a table (seccomp).
 *
 * What you may have to extend, when the program learns something new:
 * - a system call: allowed_calls[] in sandbox.c, in the row of what it is for; with arguments that
 *   must be looked at, a row of checked_calls[]. What is missing gives EPERM, and where the
 *   kernel's actions_logged has "errno" a line in its log; strace(1) tells which it was. A call
 * that only an attacker makes is in fatal_calls[], and ends the process.
 * - a file that is opened after the start (at a reload, say): the option's row in places[] in
 *   sandbox.c, READ or CHANGE: the directory that it is in becomes usable.
 * - a file of the system: fixed_places[].
 */
#pragma once

#include "base/err.h"
#include "cli/dns/options.h"

#include <sys/types.h>

/* Who the process becomes. */
struct dns_user {
    bool is_given;
    uid_t uid;
    gid_t gid;
};

/* Reads "USER[:GROUP]", names or numbers; without a group it is the user's. NULL: is_given is
 * false. -1 with a sentence. */
int dns_user_read(const char *text, struct dns_user *ret_user, struct err *err);

/* What the process is. */
enum dns_sandbox_role {
    DNS_SANDBOX_ALONE,      /* it answers, and nobody else does */
    DNS_SANDBOX_SUPERVISOR, /* it starts shards and ends them, and keeps what they give up in turn
                             */
    DNS_SANDBOX_SHARD,      /* its supervisor has given up what is its own already */
};

/* Gives all up. With --no-sandbox the user alone changes; what this machine cannot do is an error
 * with --sandbox, and else one sentence on stderr. A shard's user is that of its supervisor. */
int dns_sandbox_enter(const struct dns_options *options, const struct dns_user *user,
                      enum dns_sandbox_role role, struct err *err);

/* Says behind the sentence of a file that could not be opened anew that the sandbox may be why. */
void dns_sandbox_explain(const struct dns_options *options, struct err *err);
