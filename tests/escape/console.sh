#!/usr/bin/env bash
# CVE-2025-52565: the terminal is bound to /dev/console by a path that the image has a link at, so
# that a file of the kernel's is there instead, which nothing hides any more.
# shellcheck source=tests/escape/escape.bash
source "$(dirname "$0")/escape.bash"
needs_root
setting=/proc/sys/kernel/core_pattern
show_console='sed -n "s,.* /dev/console .* - \([a-z]*\) .*,\1,p" /proc/self/mountinfo'

# on_terminal CALLER: the container, on a terminal.
on_terminal() {
    local known
    known=$(state_root "$1")
    become "$1"
    printf '' | "${becoming[@]}" /usr/bin/python3 "$here/../scenario/oci_terminal.py" on 24 80 \
        "$CUPEL_BIN/cupel-oci" --root "$known" run --bundle bundle case >out 2>err
}

# console_bundle CALLER COMMANDS: /dev is the image's own; the setting is hidden.
console_bundle() {
    evil_bundle "$1" "$(shell "$2")" 'process["terminal"] = True' \
        "linux['maskedPaths'] = ['$setting']" \
        'mounts[:] = [each for each in mounts if each["destination"] in ("/proc", "/dev/pts")]'
    as "$1" mkdir -p bundle/rootfs/dev/pts
    as "$1" touch bundle/rootfs/dev/console
}

a_runtime_that_binds_by_path_shows_what_it_hides() {
    console_bundle root true
    mknod bundle/rootfs/dev/null c 1 3
    ln -s "../../$setting" bundle/rootfs/dev/pts/0
    naive proc "mask:$setting" -- /bin/cat "$setting" /dev/console || fail "$(cat err)"
    works ''
    naive proc console "mask:$setting" -- /bin/cat "$setting" /dev/console || fail "$(cat err)"
    works "$(cat "$setting")"
}

cupel_oci_binds_the_terminal_that_it_has_made() {
    local caller
    for caller in $(callers); do
        console_bundle "$caller" "$show_console; cat $setting"
        as "$caller" ln -s "../../$setting" bundle/rootfs/dev/pts/0
        on_terminal "$caller" || fail "as $caller: $(cat out err)"
        fails devpts
    done
}

cupel_oci_follows_no_link_at_dev_console() {
    local caller
    for caller in $(callers); do
        console_bundle "$caller" "$show_console"
        as "$caller" ln -sf "..$setting" bundle/rootfs/dev/console
        expect_status 1 on_terminal "$caller"
        grep -q "process.terminal: open '/dev/console': Too many levels of symbolic links" out ||
            fail "as $caller: $(cat out err)"
    done
}

# The name is a file and a link in turn, all the time.
cupel_oci_is_not_raced_to_follow_one() {
    local swap i
    console_bundle root "$show_console; cat $setting"
    ln -s "..$setting" bundle/rootfs/dev/link
    "$attacks/probe" swap bundle/rootfs/dev/console bundle/rootfs/dev/link "$PWD/stop" &
    swap=$!
    for ((i = 0; i < 5; i++)); do
        on_terminal root || grep -q "process.terminal: open '/dev/console'" out ||
            fail "$(cat out err)"
        ! grep -q '^proc$' out || fail "the attack brought out: $(cat out err)"
    done
    touch stop
    wait "$swap"
}

run_tests \
    a_runtime_that_binds_by_path_shows_what_it_hides \
    cupel_oci_binds_the_terminal_that_it_has_made \
    cupel_oci_follows_no_link_at_dev_console \
    cupel_oci_is_not_raced_to_follow_one
