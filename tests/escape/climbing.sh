#!/usr/bin/env bash
# What chroot(2) says of itself: a process that may call it goes up from a working directory above
# its root. A container in the mount namespace of others has no pivot_root(2), and runtimes that
# give it its root by chroot leave it that way out.
# shellcheck source=tests/escape/escape.bash
source "$(dirname "$0")/escape.bash"
needs_root

attack=(/bin/probe climb /below "$PWD/secret")

a_root_by_chroot_is_left_by_going_up() {
    echo 'the secret' >secret
    evil_bundle root
    naive -- "${attack[@]}" || fail "$(cat err)"
    works 'the secret'
}

cupel_oci_gives_a_root_that_nothing_is_above() {
    local pid owner place
    echo 'the secret' >secret
    unshare --mount --fork --kill-child sh -c 'echo up; exec sleep 100' >joined 2>&1 </dev/null &
    owner=$!
    wait_until grep -q up joined
    pid=$(pgrep -P "$owner")
    for place in '' "{'type': 'mount', 'path': '/proc/$pid/ns/mnt'}"; do
        evil_bundle root "process['args'] = '${attack[*]}'.split()" \
            'for caps in process["capabilities"].values(): caps.append("CAP_SYS_CHROOT")' \
            "linux['namespaces'][:] = [$place] + [n for n in linux['namespaces']
                if n['type'] != 'mount']"
        run root || fail "$(cat err)"
        fails nothing
        # Nor has another program in it, which begins at the root of that namespace.
        change "process['args'] = ['sleep', '100']"
        oci root run --detach --bundle bundle case >out 2>err </dev/null || fail "$(cat err)"
        oci root exec case "${attack[@]}" >out 2>err </dev/null || fail "$(cat err)"
        oci root delete --force case
        fails nothing
    done
    kill -KILL "$pid"
    wait "$owner" 2>/dev/null || true
}

run_tests \
    a_root_by_chroot_is_left_by_going_up \
    cupel_oci_gives_a_root_that_nothing_is_above
