#!/usr/bin/env bash
# What a program has of its own: its clocks, its place in the queues of processors and disks, its
# memory, the machine that it takes this one for; and what is refused where the kernel has it not.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"

clocks='linux["namespaces"].append({"type": "time"})'
monotonic=$(python3 -c 'import time; print(int(time.clock_gettime(time.CLOCK_MONOTONIC)))')

# read_clocks: the change that makes the container print its uptime, which is of its boottime.
read_clocks() {
    shell 'cut -d . -f 1 /proc/uptime; tr -s " " </proc/self/timens_offsets'
}

clocks_are_set() {
    local caller shown
    [ -e /proc/self/ns/time ] || return 0
    for caller in $(callers); do
        bundle "$caller" "$clocks" "$(read_clocks)" \
            'linux["timeOffsets"] = {"monotonic": {"secs": 172800, "nanosecs": 7},
                                     "boottime": {"secs": 1000000}}'
        leaves_nothing expect_status 0 run "$caller"
        [ "$(tail -n +2 out)" = 'monotonic 172800 7
boottime 1000000 0' ] || fail "$(cat out)"
        shown=$(head -n 1 out)
        [ "$shown" -ge $((1000000 + monotonic)) ] || fail "it is up for $shown s"
    done
}

# Its process is not root's any more, whose the file of the offsets is.
clocks_are_set_where_ids_are_mapped() {
    [ -e /proc/self/ns/time ] && [ "$(id -u)" -eq 0 ] || return 0
    bundle root "$clocks" "$(shell 'tr -s " " </proc/self/timens_offsets')" \
        'linux["namespaces"].append({"type": "user"})' \
        'linux["uidMappings"] = [{"containerID": 0, "hostID": 100000, "size": 10}]' \
        'linux["gidMappings"] = [{"containerID": 0, "hostID": 100000, "size": 10}]' \
        'linux["timeOffsets"] = {"boottime": {"secs": 5}}'
    chown -R 100000:100000 bundle/rootfs
    run root || fail "$(cat err)"
    expect_out 'monotonic 0 0
boottime 5 0'
}

a_clock_that_cannot_be_is_told_and_leaves_nothing() {
    local caller
    [ -e /proc/self/ns/time ] || return 0
    for caller in $(callers); do
        bundle "$caller" "$clocks" 'linux["timeOffsets"] = {"boottime": {"secs": -100000000}}'
        leaves_nothing expect_status 1 run "$caller"
        grep -q "^cupel-oci: linux.timeOffsets: write .*Numerical result out of range$" err ||
            fail "$(cat err)"
    done
}

a_time_namespace_is_joined_by_path() {
    [ "$(id -u)" -eq 0 ] && [ -e /proc/self/ns/time ] || return 0
    unshare --time --fork --boottime 5000000 --kill-child sleep 100 &
    owner=$!
    wait_until pgrep -P "$owner" sleep >/dev/null
    bundle root "linux['namespaces'].append({'type': 'time',
                                             'path': '/proc/$(pgrep -P "$owner" sleep)/ns/time'})" \
        "$(read_clocks)"
    run root || fail "$(cat err)"
    kill -KILL "$owner"
    grep -qx 'boottime 5000000 0' out || fail "$(cat out)"
}

scheduling_is_as_it_says() {
    local caller
    for caller in $(callers); do
        bundle "$caller" \
            'process["scheduler"] = {"policy": "SCHED_BATCH", "nice": 7}' \
            'process["ioPriority"] = {"class": "IOPRIO_CLASS_BE", "priority": 6}' \
            "$(shell 'cut -d " " -f 19,41 /proc/self/stat; ionice -p $$')"
        leaves_nothing expect_status 0 run "$caller"
        expect_out '7 3
best-effort: prio 6'
    done
}

real_time_is_roots() {
    [ "$(id -u)" -eq 0 ] || return 0
    bundle root 'process["scheduler"] = {"policy": "SCHED_RR", "priority": 3}' \
        "$(shell 'cut -d " " -f 40,41 /proc/self/stat')"
    expect_status 0 run root
    expect_out '3 2'
    bundle user 'process["scheduler"] = {"policy": "SCHED_RR", "priority": 3}'
    leaves_nothing expect_status 1 run user
    expect_error 'process.scheduler: set the scheduling policy: Operation not permitted'
}

a_machine_is_taken_for_another() {
    local caller
    [ "$(uname -m)" = x86_64 ] || return 0
    for caller in $(callers); do
        bundle "$caller" 'linux["personality"] = {"domain": "LINUX32"}' "$(shell 'uname -m')"
        expect_status 0 run "$caller"
        expect_out i686
    done
}

memory_is_of_the_nodes_that_are_said() {
    local caller
    [ -e /proc/self/numa_maps ] || return 0
    for caller in $(callers); do
        bundle "$caller" 'linux["memoryPolicy"] = {"mode": "MPOL_BIND", "nodes": "0",
                                                   "flags": ["MPOL_F_STATIC_NODES"]}' \
            "$(shell 'cut -d " " -f 2 /proc/self/numa_maps | sort -u')"
        expect_status 0 run "$caller"
        expect_out 'bind=static:0'
        change 'linux["memoryPolicy"]["nodes"] = "1000"'
        leaves_nothing expect_status 1 run "$caller"
        expect_error 'linux.memoryPolicy: set the memory policy: Invalid argument'
    done
}

labels_of_modules_that_are_not_there_are_refused() {
    grep -q selinuxfs /proc/filesystems && return
    bundle user 'process["selinuxLabel"] = "a:b:c"'
    leaves_nothing expect_status 1 run user
    expect_error "bundle 'bundle': config.json: process.selinuxLabel: SELinux is not enabled here"
}

run_tests \
    clocks_are_set \
    clocks_are_set_where_ids_are_mapped \
    a_clock_that_cannot_be_is_told_and_leaves_nothing \
    a_time_namespace_is_joined_by_path \
    scheduling_is_as_it_says \
    real_time_is_roots \
    a_machine_is_taken_for_another \
    memory_is_of_the_nodes_that_are_said \
    labels_of_modules_that_are_not_there_are_refused
