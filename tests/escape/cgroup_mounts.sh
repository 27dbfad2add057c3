#!/usr/bin/env bash
# CVE-2023-25809: /sys of outside, bound where the container cannot have its own, is read-only, and
# what is mounted below it is not: the cgroups of the caller can be written to.
# shellcheck source=tests/escape/escape.bash
source "$(dirname "$0")/escape.bash"
needs_root

# shellcheck disable=SC2016
writable='sed -n "s,^\([^ ]* \)\{4\}\(/sys[^ ]*\) rw\,.*,\2,p" /proc/self/mountinfo |
    grep -c cgroup'
without_network="linux['namespaces'][:] = [n for n in linux['namespaces']
    if n['type'] != 'network']"
without_cgroups="mounts[:] = [m for m in mounts if m['type'] != 'cgroup']"

what_is_mounted_below_a_bind_mount_does_not_become_read_only() {
    evil_bundle root "$without_network" "$without_cgroups" \
        "for m in mounts: m.update({'type': 'none', 'source': '/sys',
            'options': ['rbind', 'ro']}) if m['destination'] == '/sys' else None" \
        "$(shell "$writable")"
    run root || fail "$(cat err)"
    [ "$(cat out)" -gt 0 ] || fail "the attack itself is wrong: $(cat out err)"
}

cupel_oci_shows_a_user_no_cgroup_that_can_be_written_to() {
    evil_bundle user "$without_network" \
        "$(shell "grep -c ' /sys/fs/cgroup ' /proc/self/mountinfo; $writable || true")"
    run user || fail "$(cat err)"
    fails '1
0'
}

run_tests \
    what_is_mounted_below_a_bind_mount_does_not_become_read_only \
    cupel_oci_shows_a_user_no_cgroup_that_can_be_written_to
