/*
 * Labels and profiles of the security modules SELinux and AppArmor.
 *
 * Errors are 0 or -errno with a sentence. Nothing allocates; kernel_label_set_exec() may be called
 * between clone and exec. Sources: AppArmor's and SELinux's documentation of /proc/<pid>/attr.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>

enum kernel_label_kind { KERNEL_LABEL_APPARMOR, KERNEL_LABEL_SELINUX };

/* Whether the kernel has this module and it is enabled. False where that cannot be seen. */
bool kernel_label_is_enabled(enum kernel_label_kind kind);

/* What the calling thread executes next is under this profile, or has this label. /proc must be the
 * machine's own: the file is written through it only if it is a procfs, and no link but
 * thread-self and no other mount is on the way (what else is written to is another's file, and the
 * process without its label). */
int kernel_label_set_exec(enum kernel_label_kind kind, const char *label, struct err *err);
