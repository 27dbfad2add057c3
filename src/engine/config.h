/*
 * The config of a container: what the image says, and over it what was asked for. All texts and
 * lists live in the arena or where the request has them. Any thread.
 */
#pragma once

#include "engine/run.h"
#include "engine/user.h"
#include "image/manifest.h"

/* What the container is made of, as far as its config needs to know. */
struct engine_setting {
    const struct engine_run *request;
    const struct image_config *image; /* NULL: no image */
    const char *root;                 /* the root directory */
    const char *hostname;             /* where the request names none */
    const char *hosts;                /* a file for /etc/hosts, or NULL */
    const char *resolv_conf;          /* a file for /etc/resolv.conf, or NULL */
    struct engine_accounts accounts;
};

/* Makes the config of a container from an image or a root directory. -EINVAL with a sentence for
 * what cannot be: no command, a volume that is not of the form, a user that is nowhere. */
int engine_config_make(const struct engine_setting *setting, struct arena *arena,
                       struct oci_config *ret_config, struct err *err);

/* Puts what was asked for on top of a bundle's config. */
int engine_config_change(const struct engine_run *request, struct arena *arena,
                         struct oci_config *config, struct err *err);
