#!/usr/bin/env bash
# What programs and callers are used to from other runtimes, where the specification is silent.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"

a_working_directory_that_is_missing_is_made() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(shell pwd)" 'process["cwd"] = "/some/where"' 'root["readonly"] = True'
        run "$caller" || fail "$(cat err)"
        expect_out /some/where
        # Never outside of the root.
        mkdir bundle/rootfs/cupel-case-outside
        [ "$caller" = root ] || [ "$(id -u)" -ne 0 ] ||
            chown $nobody bundle/rootfs/cupel-case-outside
        ln -s /tmp/../../cupel-case-outside bundle/rootfs/link
        change 'process["cwd"] = "/link/x"'
        run "$caller" || fail "$(cat err)"
        [ -d bundle/rootfs/cupel-case-outside/x ] || fail "it is not in the root"
        [ ! -e /cupel-case-outside ] || fail "it is outside"
        # What keeps it from being made is told.
        change 'process["cwd"] = "/var/none"' \
            'mounts.append({"destination": "/var", "type": "tmpfs", "options": ["ro"]})'
        expect_status 1 run "$caller"
        expect_error "process.cwd: enter the working directory '/var/none': No such file or \
directory; make the directory '/var/none' in the root: Read-only file system"
    done
}

capabilities_that_the_caller_lacks_are_left_out() {
    [ "$(id -u)" -eq 0 ] || return 0
    bundle root "$(shell 'grep CapEff /proc/self/status')" \
        'for s in process["capabilities"].values(): s[:] = ["CAP_KILL", "CAP_SYS_TIME"]'
    setpriv --bounding-set -sys_time --inh-caps=-sys_time \
        cupel-oci --root "$(state_root root)" run --bundle bundle case >out 2>err </dev/null ||
        fail "$(cat err)"
    expect_out "CapEff:	0000000000000020"
}

a_hook_without_an_environment_has_the_callers() {
    local caller
    for caller in $(callers); do
        # shellcheck disable=SC2016
        bundle "$caller" "$(shell true)" \
            'config["hooks"] = {"createRuntime": [{"path": "/bin/sh", "args": ["sh", "-c",
            "test \"$CUPEL_WORD\" = heard"]}]}'
        CUPEL_WORD=heard run "$caller" || fail "$(cat err)"
        change 'config["hooks"]["createRuntime"][0]["env"] = ["PATH=/bin"]'
        ! CUPEL_WORD=heard run "$caller" || fail "one that has its own gets that of the caller"
    done
}

who_hears_of_a_container_can_start_it() {
    local caller creator
    for caller in $(callers); do
        bundle "$caller" "$(shell 'echo up')"
        oci "$caller" create --bundle bundle case >out 2>err </dev/null &
        creator=$!
        wait_until oci "$caller" state case >/dev/null 2>&1
        [ "$(oci "$caller" state case | grep -c '"status": "created"')" -eq 1 ] ||
            fail "it is not created"
        oci "$caller" start case || fail "it cannot be started"
        wait "$creator"
        wait_until grep -q up out
        oci "$caller" delete --force case
    done
}

nobody_makes_a_cgroup_where_that_is_wanted() {
    [ "$(id -u)" -eq 0 ] || return 0
    bundle root "$(shell 'cat /proc/self/cgroup')" 'linux["cgroupsPath"] = "/cupel-case"' \
        'linux["resources"] = {"pids": {"limit": 7}}' \
        'linux["namespaces"] = [n for n in linux["namespaces"] if n["type"] != "cgroup"]'
    leaves_nothing oci root --cgroup-manager disabled run --bundle bundle case >out 2>err \
        </dev/null || fail "$(cat err)"
    ! grep -q cupel-case out || fail "it has one: $(cat out)"
}

run_tests \
    a_working_directory_that_is_missing_is_made \
    capabilities_that_the_caller_lacks_are_left_out \
    a_hook_without_an_environment_has_the_callers \
    who_hears_of_a_container_can_start_it \
    nobody_makes_a_cgroup_where_that_is_wanted
