/*
 * The properties of a scope of systemd, as words of units/property.h: limits, device rules, and
 * what annotations ask for. Pure; any thread. Sources: systemd.resource-control(5),
 * org.freedesktop.systemd1(5); for annotations runc's docs/systemd.md.
 */
#pragma once

#include "oci/resources.h"
#include "oci/scope.h"

#define OCI_PROPERTIES_MAX 400

/* Words in the making. */
struct oci_properties {
    struct arena *arena;
    size_t count;
    char *at[OCI_PROPERTIES_MAX + 1];
};

/* Appends a word, made as by printf. -E2BIG: there are too many. */
int oci_properties_add(struct oci_properties *properties, struct err *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A copy of the list, which ends with NULL, in the arena. */
char *const *oci_properties_list(const struct oci_properties *properties, struct err *err);

/* Those of limits; what systemd has no property for is passed over. */
int oci_properties_add_limits(struct oci_properties *properties,
                              const struct oci_cgroup_writes *writes, struct err *err);

/* Those of device rules, if they say what may be used and all else may not, since systemd knows no
 * others; else none. */
int oci_properties_add_devices(struct oci_properties *properties,
                               const struct kernel_device_rules *rules, struct err *err);

/* Those of the annotations "org.systemd.property.…". -EINVAL with a sentence that begins with the
 * annotation. */
int oci_properties_add_annotations(struct oci_properties *properties,
                                   const struct oci_pairs *annotations, struct err *err);
