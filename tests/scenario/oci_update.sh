#!/usr/bin/env bash
# Other limits for a container that is there: all that are named, or none.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"

if [ "$(id -u)" -ne 0 ] || [ ! -d /sys/fs/cgroup/cpu ] || [ ! -d /sys/fs/cgroup/memory ] ||
    [ ! -d /sys/fs/cgroup/cpuset ]; then
    echo "skipped: needs root and cgroup v1 with cpu, cpuset and memory"
    exit 77
fi

# made CHANGE…: the container "case", in cgroups of its own, waits to be started.
made() {
    bundle root "$(shell true)" 'linux["cgroupsPath"] = "/cupel-case"' "$@"
    oci root create --bundle bundle case >out 2>err </dev/null || fail "$(cat err)"
}

# has HIERARCHY/FILE VALUE
has() {
    local file=/sys/fs/cgroup/${1%/*}/cupel-case/${1##*/}
    [ "$(cat "$file")" = "$2" ] || fail "$1 is $(cat "$file"), not $2"
}

is_stopped() {
    oci root state case | grep -q stopped
}

gone() {
    oci root delete --force case
    [ -z "$(find /sys/fs/cgroup -type d -name '*cupel-case*')" ] || fail "cgroups are left"
}

each_option_is_a_limit() {
    made
    oci root update --memory 64m --memory-reservation 32m --cpu-share 512 --cpu-period 50000 \
        --cpu-quota 20000 --cpuset-cpus 0 --cpuset-mems 0 --pids-limit 7 case 2>err ||
        fail "$(cat err)"
    has memory/memory.limit_in_bytes 67108864
    has memory/memory.soft_limit_in_bytes 33554432
    has cpu/cpu.shares 512
    has cpu/cpu.cfs_period_us 50000
    has cpu/cpu.cfs_quota_us 20000
    has cpuset/cpuset.cpus 0
    has pids/pids.max 7
    oci root update --cpu-shares 1024 --pids-limit -1 case
    has cpu/cpu.shares 1024
    has pids/pids.max max
    has cpu/cpu.cfs_quota_us 20000
    gone
}

a_document_has_all_limits() {
    made
    echo '{"pids": {"limit": 9}, "cpu": {"shares": 300}, "devices": [{"allow": false}]}' |
        oci root update --resources - case 2>err || fail "$(cat err)"
    has pids/pids.max 9
    has cpu/cpu.shares 300
    echo '{"pids": {"limit": 10}}' >document
    oci root update -r document case
    has pids/pids.max 10
    expect_status 1 oci root update -r document --memory 64m case 2>err
    expect_error "option '--resources' has all limits, and goes with no other option"
    echo '{"cpu": {"shares": true}}' >document
    expect_status 1 oci root update -r document case 2>err
    expect_error "option '--resources': document: cpu.shares: is a truth value, must be a number"
    gone
}

memory_is_raised_and_lowered_with_its_swap() {
    [ -e /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes ] || return 0
    made 'linux["resources"] = {"memory": {"limit": 67108864, "swap": 67108864}}'
    oci root update --memory 128m --memory-swap 128m case 2>err || fail "$(cat err)"
    has memory/memory.limit_in_bytes 134217728
    has memory/memory.memsw.limit_in_bytes 134217728
    oci root update --memory 32m --memory-swap 64m case 2>err || fail "$(cat err)"
    has memory/memory.limit_in_bytes 33554432
    has memory/memory.memsw.limit_in_bytes 67108864
    oci root update --memory -1 case 2>err || fail "$(cat err)"
    [ "$(cat /sys/fs/cgroup/memory/cupel-case/memory.memsw.limit_in_bytes)" -gt 134217728 ] ||
        fail "the swap is limited still"
    gone
}

an_update_that_fails_leaves_the_old_values() {
    made 'linux["resources"] = {"pids": {"limit": 5}, "cpu": {"shares": 512}}'
    expect_status 1 oci root update --pids-limit 6 --cpu-share 1024 --cpuset-cpus 4095 case 2>err
    grep -q '^cupel-oci: linux.resources.cpu.cpus: .*/cupel-case/cpuset.cpus' err ||
        fail "$(cat err)"
    has pids/pids.max 5
    has cpu/cpu.shares 512
    expect_status 1 oci root update --pids-limit 6 --cpu-share 1 case 2>err
    expect_error "linux.resources.cpu.shares: is 1, must be between 2 and 262144"
    has pids/pids.max 5
    expect_status 1 oci root update --memory 64q case 2>err
    expect_error \
        "option '--memory': '64q' is no number of octets, such as 64m, and not -1 either"
    gone
}

a_limit_below_what_is_used_is_refused_when_that_is_asked_for() {
    bundle root "$(shell 'echo up; sleep 1000')" 'linux["cgroupsPath"] = "/cupel-case"'
    oci root run --detach --bundle bundle case >out 2>err </dev/null || fail "$(cat err)"
    wait_until grep -q up out
    echo '{"memory": {"limit": 8192, "checkBeforeUpdate": true}}' >document
    expect_status 1 oci root update -r document case 2>err
    grep -qE '^cupel-oci: linux.resources.memory.limit: is 8192, and [0-9]+ are in use$' err ||
        fail "$(cat err)"
    gone
}

what_has_no_cgroup_for_it_cannot_be_limited() {
    bundle root "$(shell 'echo up; sleep 1000')"
    oci root --cgroup-manager disabled run --detach --bundle bundle case >out 2>err </dev/null ||
        fail "$(cat err)"
    expect_status 1 oci root update --pids-limit 7 case 2>err
    expect_error "linux.resources.pids.limit: the container 'case' has no cgroup of the controller \
'pids'"
    oci root kill case KILL
    wait_until is_stopped
    expect_status 1 oci root update --pids-limit 6 case 2>err
    expect_error "the container 'case' is stopped"
    gone
}

run_tests \
    each_option_is_a_limit \
    a_document_has_all_limits \
    memory_is_raised_and_lowered_with_its_swap \
    an_update_that_fails_leaves_the_old_values \
    a_limit_below_what_is_used_is_refused_when_that_is_asked_for \
    what_has_no_cgroup_for_it_cannot_be_limited
