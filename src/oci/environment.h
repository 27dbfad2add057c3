/* The variables of a program. Errors are 0 or -errno with a sentence. */
#pragma once

#include "oci/config.h"

/* Puts "NAME=value" words into an environment, each in the place of what had its name; in the
 * arena. */
int oci_environment_add(struct arena *arena, const struct oci_texts *words, struct oci_texts *env,
                        struct err *err);

/* Tells the first process of a container of `count` sockets, from descriptor 3 on, as
 * sd_listen_fds(3) wants it; `names` may be NULL. In the arena. */
int oci_environment_add_listening(struct arena *arena, unsigned int count, const char *names,
                                  struct oci_texts *env, struct err *err);
