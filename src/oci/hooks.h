/*
 * Hooks: programs of others that are run at certain times of a container's life, with its state on
 * their standard input. When, by whom and in which namespaces (config.md#posix-platform-hooks):
 *
 *     prestart, createRuntime  the runtime, when the mounts are made and before the new root
 *     createContainer          the container's process, then
 *     startContainer           the container's process, when it is started, before its program
 *     poststart                whoever starts it, when the program runs
 *     poststop                 whoever removes it, afterwards
 *
 * A hook that does not say its environment (config.json has no "env") has that of the runtime's
 * caller, but for startContainer, a program of the container, which has that of the container's
 * program; one that says an empty list has none.
 *
 * The first four are steps of the plan; where one fails, so does the container, and it is removed.
 * Errors are 0 or -errno with a sentence.
 */
#pragma once

#include "oci/listener.h"
#include "oci/plan.h"
#include "oci/state.h"

/* The text of a state (runtime.md#state) up to the number of its "pid", which oci_hook_run() adds;
 * in the arena. Of the state, id, bundle and status are looked at. NULL, with a sentence, without
 * memory. */
const char *oci_hook_state(const struct oci_state *state, const struct oci_pairs *annotations,
                           struct arena *arena, struct err *err);

/* Makes a hook ready to run, with that text; in the arena. Fails only without memory. */
int oci_hook_prepare(const struct oci_hook *hook, const char *state, struct arena *arena,
                     struct oci_step_hook *ret_hook, struct err *err);

/* The process that the state speaks of, and where the hook begins and what it runs under
 * (kernel/spawn.h). */
struct oci_hook_place {
    pid_t pid;
    int directory_fd;
    bool (*is_against)(void);
    const struct kernel_seccomp_program *filter; /* of hooks that are filtered */
};

/* Runs a hook to its end, which must be a success: kernel_spawn_run(). Nothing allocates; it may be
 * called between clone and exec. */
int oci_hook_run(const struct oci_step_hook *hook, const struct oci_hook_place *place,
                 struct err *err);

/* Runs the hooks of POSTSTART, up to one that fails. */
int oci_hooks_poststart(const struct oci_config *config, const struct oci_state *state,
                        struct err *err);

/* Runs all hooks of POSTSTOP; for each that fails the listener is told why. */
void oci_hooks_poststop(const struct oci_config *config, const struct oci_state *state,
                        const struct oci_listener *listener);

/* "prestart", "createRuntime" and so on. Pure. */
const char *oci_hook_name(enum oci_hook_kind kind);
