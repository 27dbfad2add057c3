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
    bundle root "$limited" "$(shell 'exec sleep 1000')"
    detach state-old
    kill_unseen state-old
    detach state-root
    survives_the_deletion_of state-old
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
    a_cgroup_that_was_there_before_is_left
