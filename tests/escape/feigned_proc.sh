#!/usr/bin/env bash
# CVE-2019-16884, CVE-2019-19921, CVE-2023-28642, CVE-2025-52881: what the runtime takes for /proc
# is a directory, a link or a mount of the image's, so that nothing is hidden and what is written
# goes elsewhere.
# shellcheck source=tests/escape/escape.bash
source "$(dirname "$0")/escape.bash"
needs_root

# The image's /proc is a link to what an attacker can reach by another name.
link_proc() {
    rm -rf bundle/rootfs/proc
    as "$1" mkdir -p bundle/rootfs/tmp/real bundle/rootfs/data
    as "$1" ln -s tmp/real bundle/rootfs/proc
}

a_runtime_that_follows_the_link_mounts_proc_elsewhere() {
    evil_bundle root
    link_proc root
    naive proc -- /bin/sh -c '[ ! -d /tmp/real/1 ] || echo elsewhere' ||
        fail "$(cat err)"
    works elsewhere
}

cupel_oci_follows_no_link() {
    local caller
    for caller in $(callers); do
        evil_bundle "$caller" "$(shell true)"
        link_proc "$caller"
        expect_status 1 run "$caller"
        expect_error "mounts[0]: '/proc' leads over a symbolic link, which may not be here"
    done
}

# What is written to a setting goes to a file of outside.
redirect_settings() {
    echo 'as it was' >outside.file
    rm -rf bundle/rootfs/proc
    mkdir -p bundle/rootfs/proc/sys/net/ipv4
    ln -s "$PWD/outside.file" bundle/rootfs/proc/sys/net/ipv4/ip_forward
}

a_runtime_that_writes_by_path_is_redirected() {
    evil_bundle root
    redirect_settings
    naive write:/proc/sys/net/ipv4/ip_forward:1 -- /bin/true || fail "$(cat err)"
    grep -qx '1s it was' outside.file || fail "the attack itself is wrong: $(cat outside.file)"
}

cupel_oci_writes_to_the_kernel_and_nowhere_else() {
    local caller
    for caller in $(callers); do
        evil_bundle "$caller" "linux['sysctl'] = {'net.ipv4.ip_forward': '1'}" \
            'process["oomScoreAdj"] = 500' \
            "$(shell 'cat /proc/sys/net/ipv4/ip_forward /proc/self/oom_score_adj')"
        redirect_settings
        chmod -R a+rwX bundle/rootfs/proc
        chmod a+rw outside.file
        run "$caller" || fail "$(cat err)"
        fails '1
500'
        [ "$(cat outside.file)" = 'as it was' ] || fail "outside was written to"
    done
}

cupel_oci_mounts_nothing_over_proc() {
    local caller place
    for caller in $(callers); do
        for place in /proc /proc/self/attr /proc/sys /proc/1 /proc/../proc/self /./proc//sys/; do
            evil_bundle "$caller" "$(shell true)" \
                "mounts.append({'destination': '$place', 'type': 'tmpfs', 'source': 'x'})"
            expect_status 1 run "$caller"
            grep -qE "mounts\[[0-9]+\].destination: '/proc" err || fail "$place: $(cat err)"
        done
    done
}

# A link in the image leads a mount to /proc: what is at such a place is seen by nobody who trusts
# it, since the mount lies over a file of the kernel in this container alone, and before that the
# runtime has written all that it writes.
what_is_hidden_is_hidden_though_links_lead_to_it() {
    local caller
    for caller in $(callers); do
        evil_bundle "$caller" "linux['maskedPaths'] = ['/hidden']" \
            "$(shell 'cat /proc/version; cat /hidden; echo end')"
        as "$caller" ln -s /proc/version bundle/rootfs/hidden
        run "$caller" || fail "$(cat err)"
        fails end
    done
}

run_tests \
    a_runtime_that_follows_the_link_mounts_proc_elsewhere \
    cupel_oci_follows_no_link \
    a_runtime_that_writes_by_path_is_redirected \
    cupel_oci_writes_to_the_kernel_and_nowhere_else \
    cupel_oci_mounts_nothing_over_proc \
    what_is_hidden_is_hidden_though_links_lead_to_it
