#!/usr/bin/env bash
# Limits of processes and memory, by whichever cgroups this machine has, and what cannot be limited.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"

needs_limits

processes_are_limited() {
    bundle root 'linux["resources"]["pids"] = {"limit": 3}' "$(shell '
        sleep 0.1 & sleep 0.1 & wait
        echo three ran
        sleep 0.1 & sleep 0.1 & sleep 0.1 & wait
        echo four ran')"
    leaves_nothing expect_status 2 run root
    expect_out 'three ran'
    grep -q "can't fork" err || fail "$(cat err)"
}

memory_is_limited() {
    bundle root 'linux["resources"]["memory"] = {"limit": 16777216}' "$(shell '
        head -c 4000000 /dev/zero | tail -c 4000000 | wc -c
        exec tail -c 64000000 /dev/zero')"
    leaves_nothing expect_status 137 run root
    expect_out 4000000
}

a_limit_without_limit_is_none() {
    bundle root 'linux["resources"]["pids"] = {"limit": -1}' \
        'linux["resources"]["memory"] = {"limit": -1}' "$(shell 'sleep 0.1 & wait; echo ran')"
    leaves_nothing run root || fail "$(cat err)"
    expect_out ran
}

the_cgroup_is_where_the_config_wants_it() {
    local hierarchy=/sys/fs/cgroup/pids
    ! is_unified || hierarchy=/sys/fs/cgroup
    bundle root 'linux["cgroupsPath"] = "/cupel-case/a/b"' \
        'linux["resources"] = {"pids": {"limit": 7}}' \
        'mounts.append({"destination": "/tmp", "type": "bind", "source": "'$hierarchy'"})' \
        "$(shell 'cat /tmp/cupel-case/a/b/pids.max; cat /tmp/cupel-case/a/b/cgroup.procs | wc -l')"
    leaves_nothing run root || fail "$(cat err)"
    # The shell, and the cat whose output is counted.
    [ "$(head -n 1 out)" = 7 ] || fail "$(cat out err)"
    [ "$(tail -n 1 out)" -ge 2 ] || fail "$(cat out err)"
}

the_container_sees_its_own_cgroup_alone() {
    local depth=2 # of v1 there is a directory for each hierarchy
    [ ! -e /sys/fs/cgroup/cgroup.procs ] || depth=1
    bundle root 'linux["resources"]["pids"] = {"limit": 9}' \
        'linux["namespaces"] = [n for n in linux["namespaces"] if n["type"] != "cgroup"]' \
        'linux["namespaces"].append({"type": "cgroup"})' \
        "$(shell "cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max 2>/dev/null
                  find /sys/fs/cgroup -mindepth $depth -type d | wc -l
                  cut -d : -f 3 /proc/self/cgroup | sort -u")"
    run root || fail "$(cat err)"
    [ "$(head -n 1 out)" = 9 ] || fail "$(cat out err)"
    [ "$(sed -n 2p out)" -eq 0 ] || fail "$(cat out err)"
    [ "$(tail -n 1 out)" = / ] || fail "$(cat out err)"
}

devices_that_no_rule_allows_cannot_be_opened() {
    bundle root "$(shell 'cat /tmp/kmsg 2>&1 | head -c 200; echo x >/dev/null && echo null')" \
        'mounts.append({"destination": "/tmp/kmsg", "type": "bind", "source": "/dev/mem"})'
    : >bundle/rootfs/tmp/kmsg
    [ -c /dev/mem ] || change 'mounts[-1]["source"] = "/dev/kmsg"'
    leaves_nothing run root || fail "$(cat err)"
    expect_out "cat: can't open '/tmp/kmsg': Operation not permitted
null"
}

processes_that_outlive_the_program_are_ended() {
    bundle root "$(shell 'sleep 1000 & echo $!')" 'linux["resources"]["pids"] = {"limit": 9}' \
        'linux["namespaces"] = [n for n in linux["namespaces"] if n["type"] != "pid"]' \
        'config["mounts"] = [m for m in mounts if m["type"] != "proc"]' \
        'linux["maskedPaths"] = linux["readonlyPaths"] = []'
    leaves_nothing run root || fail "$(cat err)"
}

# limit FILE-OF-V1 FILE-OF-V2: the words of a shell that print a limit as the container sees it.
limit() {
    if is_unified; then
        echo "cat /sys/fs/cgroup/$2"
    else
        echo "cat /sys/fs/cgroup/$1"
    fi
}

# what V1 V2: what is expected of them.
what() {
    if is_unified; then
        echo "$2"
    else
        echo "$1"
    fi
}

processors_are_divided() {
    bundle root 'linux["resources"] = {"cpu": {"shares": 512, "quota": 50000, "period": 200000,
            "cpus": "0", "mems": "0", "idle": 0}}' \
        "$(shell "$(limit cpu/cpu.shares cpu.weight); $(limit cpu/cpu.cfs_quota_us cpu.max)
                  $(limit cpuset/cpuset.cpus cpuset.cpus)
                  grep Cpus_allowed_list /proc/self/status | cut -f 2")"
    leaves_nothing run root || fail "$(cat err)"
    expect_out "$(what 512 59)
$(what 50000 '50000 200000')
0
0"
}

memory_has_other_limits_too() {
    is_unified || [ -e /sys/fs/cgroup/memory/memory.soft_limit_in_bytes ] || return 0
    bundle root 'linux["resources"] = {"memory": {"limit": 67108864, "reservation": 33554432,
            "useHierarchy": True, "disableOOMKiller": False, "checkBeforeUpdate": True}}' \
        "$(shell "$(limit memory/memory.limit_in_bytes memory.max)
                  $(limit memory/memory.soft_limit_in_bytes memory.low)")"
    leaves_nothing run root || fail "$(cat err)"
    expect_out '67108864
33554432'
}

a_named_cgroup_is_in_every_hierarchy() {
    ! is_unified || return 0
    bundle root 'linux["cgroupsPath"] = "/cupel-case"' 'linux["resources"] = {}' \
        "$(shell 'ls /sys/fs/cgroup | tr "\n" " "; cat /sys/fs/cgroup/cpuset/cpuset.cpus')"
    leaves_nothing run root || fail "$(cat err)"
    for controller in pids memory cpu cpuset freezer devices; do
        [ "$controller" = devices ] || [ ! -d "/sys/fs/cgroup/$controller" ] ||
            grep -qw "$controller" out || fail "no $controller: $(cat out)"
    done
    [ "$(sed -n 2p out)" = "" ] || fail "$(cat out)"
    grep -q "$(cat /sys/fs/cgroup/cpuset/cpuset.cpus)\$" out || fail "$(cat out)"
}

what_this_machine_cannot_limit_is_named() {
    bundle root 'linux["resources"] = {"rdma": {"mlx5_1": {"hcaHandles": 1}}}'
    if is_unified; then
        ! grep -qw rdma /sys/fs/cgroup/cgroup.controllers || return 0
    else
        ! grep -qw rdma /proc/self/cgroup /sys/fs/cgroup/unified/cgroup.controllers || return 0
    fi
    leaves_nothing expect_status 1 run root
    grep -q 'config.json: linux.resources.rdma.mlx5_1: .*rdma' err || fail "$(cat err)"
    is_unified || [ -e /sys/fs/cgroup/blkio/blkio.leaf_weight ] || {
        bundle root 'linux["resources"] = {"blockIO": {"leafWeight": 10}}'
        leaves_nothing expect_status 1 run root
        expect_error "linux.resources.blockIO.leafWeight: this kernel's cgroups have no file \
'blkio.leaf_weight'"
    }
}

a_limit_that_cannot_be_set_is_refused_and_leaves_nothing() {
    bundle user 'linux["resources"] = {"pids": {"limit": 9}}'
    leaves_nothing expect_status 1 run user
    grep -q "linux.cgroupsPath: make the cgroup '.*/cupel-case': Permission denied" err ||
        fail "$(cat err)"
    bundle root 'linux["resources"] = {"memory": {"limit": 1}}'
    leaves_nothing expect_status 1 run root
    [ "$(wc -l <err)" -eq 1 ] || fail "$(cat err)"
}

run_tests \
    processes_are_limited \
    memory_is_limited \
    a_limit_without_limit_is_none \
    the_cgroup_is_where_the_config_wants_it \
    the_container_sees_its_own_cgroup_alone \
    devices_that_no_rule_allows_cannot_be_opened \
    processes_that_outlive_the_program_are_ended \
    processors_are_divided \
    memory_has_other_limits_too \
    a_named_cgroup_is_in_every_hierarchy \
    what_this_machine_cannot_limit_is_named \
    a_limit_that_cannot_be_set_is_refused_and_leaves_nothing
