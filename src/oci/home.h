/*
 * The variable HOME of a program whose config does not say it.
 */
#pragma once

#include "oci/step.h"

/* "HOME=", and the longest directory that is taken. */
#define OCI_HOME_ROOM ((size_t)1024)

/* Looks the user up in /etc/passwd of the root that the calling process is in, as far as its first
 * 64 KiB, and puts its directory into step->variable, which stays "HOME=/" where there is none.
 * Allocates nothing; may be called between clone and exec. */
void oci_home_find(const struct oci_step_home *step);
