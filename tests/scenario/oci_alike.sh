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

a_container_is_created_without_a_program_and_cannot_be_started() {
    local caller
    for caller in $(callers); do
        bundle "$caller" 'del config["process"]'
        expect_status 1 run "$caller"
        expect_error "bundle 'bundle': config.json: process: is missing"
        oci "$caller" create --bundle bundle case >out 2>err </dev/null || fail "$(cat err)"
        oci "$caller" state case | grep -q '"status": "created"' || fail "it is not created"
        echo '{"user": {"uid": 0}, "args": ["/bin/echo", "other"], "cwd": "/"}' >other.json
        oci "$caller" exec --process other.json case >out 2>err </dev/null || fail "$(cat err)"
        expect_out other
        expect_status 1 oci "$caller" start case 2>err
        expect_error "process: there is no program to execute"
        wait_until has_status "$caller" stopped
        oci "$caller" delete case
    done
}

# has_status CALLER STATUS: of the container "case".
has_status() {
    oci "$1" state case | grep -q "\"status\": \"$2\""
}

# A plain user cannot have a container without a user namespace, and ids that are not mapped.
a_user_namespace_is_found_where_the_config_leaves_it_open() {
    local caller id group
    for caller in $(callers); do
        id=$(as "$caller" id -u) group=$(as "$caller" id -g)
        bundle "$caller" "$(shell 'cat /proc/self/uid_map /proc/self/gid_map')" \
            'linux["namespaces"] = [n for n in linux["namespaces"] if n["type"] != "user"]' \
            'linux.pop("uidMappings", None)' 'linux.pop("gidMappings", None)' \
            '[m["options"].append("gid=5") for m in mounts if m["type"] == "devpts"
                and "gid=5" not in m["options"]]'
        run "$caller" || fail "$(cat err)"
        tr -s ' ' <out | sed 's/^ //' >maps
        if [ "$id" -eq 0 ]; then
            cat /proc/self/uid_map /proc/self/gid_map | tr -s ' ' | sed 's/^ //' >wanted
            [ ! -s err ] || fail "$(cat err)"
        else
            printf '%s\n' "0 $id 1" "0 $group 1" >wanted
            grep -q "linux.namespaces: one of type 'user' is added" err || fail "$(cat err)"
        fi
        cmp maps wanted || fail "$(cat maps)"
        change 'linux["namespaces"].append({"type": "user"})'
        run "$caller" || fail "$(cat err)"
        [ "$(tr -s ' ' <out | sed 's/^ //')" = "$(printf '%s\n' "0 $id 1" "0 $group 1")" ] ||
            fail "$(cat out)"
        # What is executed later is joined to that.
        change 'linux["namespaces"].pop()' "$(shell 'echo up; sleep 60')"
        oci "$caller" run --detach --bundle bundle case >out 2>err </dev/null || fail "$(cat err)"
        oci "$caller" exec case sh -c 'readlink /proc/self/ns/user; readlink /proc/1/ns/user' \
            >out 2>err </dev/null || fail "$(cat err)"
        [ "$(sort -u out | wc -l)" -eq 1 ] || fail "$(cat out)"
        oci "$caller" delete --force case
    done
}

run_tests \
    a_container_is_created_without_a_program_and_cannot_be_started \
    a_user_namespace_is_found_where_the_config_leaves_it_open \
    a_working_directory_that_is_missing_is_made \
    capabilities_that_the_caller_lacks_are_left_out \
    a_hook_without_an_environment_has_the_callers \
    who_hears_of_a_container_can_start_it \
    nobody_makes_a_cgroup_where_that_is_wanted
