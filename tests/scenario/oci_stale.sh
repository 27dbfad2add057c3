#!/usr/bin/env bash
# What is known of a container that has ended says nothing about who has its cgroup by now.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"

if [ "$(id -u)" -ne 0 ]; then
    echo "skipped: needs root"
    exit 77
fi

# oci STATES WORD…: cupel-oci, for the containers that are known in that directory.
oci() {
    local states=$1
    shift
    cupel-oci --root "$PWD/$states" "$@"
}

# detach STATES: the container "case" of ./bundle, on its own.
detach() {
    mkdir -m 700 "$1"
    oci "$1" run --detach --bundle bundle case >out 2>err </dev/null || fail "$(cat err)"
}

is_stopped() {
    oci "$1" state case | grep -q '"status": "stopped"'
}

# kill_unseen STATES: the container ends, and what is known of it stays.
kill_unseen() {
    kill -KILL "$(oci "$1" state case | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')"
    wait_until is_stopped "$1"
}

# survives_the_deletion_of STATES: the container of state-root does.
survives_the_deletion_of() {
    oci "$1" delete case 2>err || fail "$(cat err)"
    oci state-root state case | grep -q '"status": "running"' || fail "it was ended"
    oci state-root delete --force case
    [ -z "$(find /sys/fs/cgroup -type d -name '*cupel-case*')" ] || fail "its cgroup is left"
    rm -rf state-old state-root
}

limited='linux["resources"]["pids"] = {"limit": 9}'

a_cgroup_of_the_same_name_is_anothers() {
    local named
    for named in '' 'linux["cgroupsPath"] = "/cupel-case"'; do
        bundle root "$limited" "$named" "$(shell 'sleep 1000 & exec sleep 1000')"
        detach state-old
        kill_unseen state-old
        find /sys/fs/cgroup -depth -type d -name cupel-case -exec rmdir {} +
        detach state-root
        survives_the_deletion_of state-old
    done
}

a_cgroup_that_was_left_empty_is_the_next_ones() {
    local named
    for named in '' 'linux["cgroupsPath"] = "/cupel-case"'; do
        bundle root "$limited" "$named" "$(shell 'exec sleep 1000')"
        detach state-old
        kill_unseen state-old
        detach state-root
        survives_the_deletion_of state-old
    done
}

what_a_container_made_below_its_cgroup_goes_with_it() {
    local force hierarchy=/sys/fs/cgroup/pids
    [ -d "$hierarchy" ] || hierarchy=/sys/fs/cgroup
    for force in '' --force; do
        bundle root 'linux["cgroupsPath"] = "/cupel-case"' \
            "$(shell 'sleep 1000 & sleep 1000 & exec sleep 1000')" \
            'linux["namespaces"] = [n for n in linux["namespaces"] if n["type"] != "pid"]' \
            'config["mounts"] = [m for m in mounts if m["type"] != "proc"]' \
            'linux["maskedPaths"] = linux["readonlyPaths"] = []'
        detach state-root
        mkdir -p "$hierarchy"/cupel-case/{a/b/c,d}
        wait_until test "$(wc -l <"$hierarchy/cupel-case/cgroup.procs")" -eq 3
        tail -n 1 "$hierarchy/cupel-case/cgroup.procs" >"$hierarchy/cupel-case/a/b/cgroup.procs"
        inside=$(cat "$hierarchy/cupel-case/a/b/cgroup.procs")
        [ -n "$force" ] || kill_unseen state-root
        oci state-root delete ${force:+"$force"} case 2>err || fail "$(cat err)"
        [ -z "$(find /sys/fs/cgroup -type d -name cupel-case)" ] || fail "some are left"
        ! grep -q '^State:.[^ZX]' "/proc/$inside/status" 2>/dev/null || fail "$inside lives on"
        rm -rf state-root
    done
}

a_cgroup_that_was_there_before_is_left() {
    local hierarchy=/sys/fs/cgroup/pids other
    [ -d "$hierarchy" ] || hierarchy=/sys/fs/cgroup
    mkdir "$hierarchy/cupel-case"
    sleep 1000 &
    other=$!
    echo "$other" >"$hierarchy/cupel-case/cgroup.procs"
    bundle root 'linux["cgroupsPath"] = "/cupel-case"' "$(shell 'exec sleep 1000')"
    detach state-root
    oci state-root delete --force case
    kill "$other" || fail "the deletion ended a process that was there before"
    wait "$other" || true
    rmdir "$hierarchy/cupel-case" || fail "the cgroup that was there before has gone"
    [ -z "$(find /sys/fs/cgroup -type d -name cupel-case)" ] || fail "its own is left"
}

run_tests \
    a_cgroup_of_the_same_name_is_anothers \
    a_cgroup_that_was_left_empty_is_the_next_ones \
    what_a_container_made_below_its_cgroup_goes_with_it \
    a_cgroup_that_was_there_before_is_left
