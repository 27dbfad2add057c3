#!/usr/bin/env bash
# A container's processes as a whole: they are paused and go on, get a signal together, are listed.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"

if [ "$(id -u)" -ne 0 ]; then
    echo "skipped: needs root"
    exit 77
fi
if [ ! -d /sys/fs/cgroup/freezer ] && [ ! -e /sys/fs/cgroup/cgroup.controllers ]; then
    echo "skipped: needs the freezer of cgroup v1, or v2"
    exit 77
fi

# status: what `state` says, and `list`.
status() {
    local listed
    listed=$(oci root list --format json | /usr/bin/python3 -c '
import json, sys
print(next(entry["status"] for entry in json.load(sys.stdin) if entry["id"] == "case"))')
    oci root state case | grep -q "\"status\": \"$listed\"" ||
        fail "list: $listed, $(oci root state case)"
    echo "$listed"
}

# grows: whether the program goes on writing.
grows() {
    local before
    before=$(wc -l <out)
    sleep 0.3
    [ "$(wc -l <out)" -gt "$before" ]
}

is_stopped() {
    [ "$(status)" = stopped ]
}

are_three() {
    [ "$(oci root ps --format json case | tr ',' '\n' | wc -l)" = 3 ]
}

pid_of_case() {
    oci root state case | sed -n 's/.*"pid": \([0-9]*\).*/\1/p'
}

counting='while true; do echo; sleep 0.02; done'

what_is_paused_stands_still_until_it_is_resumed() {
    start_limited "$counting"
    [ "$(status)" = running ] || fail "$(status)"
    grows || fail "it does not run"
    oci root pause case
    [ "$(status)" = paused ] || fail "$(status)"
    ! grows || fail "it runs on"
    expect_status 1 oci root pause case 2>err
    expect_error "the container 'case' is paused, and not running"
    oci root resume case
    [ "$(status)" = running ] || fail "$(status)"
    grows || fail "it does not go on"
    expect_status 1 oci root resume case 2>err
    expect_error "the container 'case' is running, and not paused"
    leaves_none delete --force
}

# Else it would never begin, nor end.
what_comes_into_a_frozen_cgroup_is_refused() {
    local cgroup=/sys/fs/cgroup/freezer/cupel-case file=freezer.state word=FROZEN
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        cgroup=/sys/fs/cgroup/cupel-case file=cgroup.freeze word=1
    fi
    bundle root "$(shell true)" 'linux["cgroupsPath"] = "/cupel-case"'
    mkdir "$cgroup"
    echo $word >"$cgroup/$file"
    expect_status 1 run root
    expect_error "linux.cgroupsPath: the container's cgroup unexpectedly frozen: '$cgroup'"
    rmdir "$cgroup" || fail "something is in it"
    [ -z "$(find /sys/fs/cgroup -type d -name '*cupel-case*')" ] || fail "cgroups are left"
}

# leaves_none COMMAND…: of cupel-oci, after which nothing is left of the container.
leaves_none() {
    oci root "$@" case || fail "$*"
    [ -z "$(find /sys/fs/cgroup -type d -name '*cupel-case*')" ] || fail "cgroups are left"
    [ -z "$(ls "state-root")" ] || fail "its state is left"
}

what_is_paused_can_be_removed() {
    start_limited "$counting"
    oci root pause case
    expect_status 1 oci root delete case 2>err
    expect_error "the container 'case' is paused; --force kills it"
    leaves_none delete --force
}

what_is_paused_can_be_killed() {
    start_limited "$counting"
    oci root pause case
    oci root kill case KILL
    wait_until is_stopped
    leaves_none delete
}

a_signal_to_all_reaches_each_process() {
    start_limited 'trap "echo first" USR1
        sh -c "trap \"echo second\" USR1; echo two; '"$counting"'" &
           while true; do sleep 0.05; done'
    wait_until grep -q two out
    oci root kill --all case USR1
    wait_until grep -q first out
    wait_until grep -q second out
    oci root kill -a case KILL
    wait_until is_stopped
    oci root kill --all case KILL
    leaves_none delete
}

without_pids='linux["namespaces"] = [n for n in linux["namespaces"] if n["type"] != "pid"]'

# of_no_one PID…: none of these processes lives.
of_no_one() {
    local pid
    for pid in "$@"; do
        ! kill -0 "$pid" 2>&- || return 1
    done
}

without_a_pid_namespace_kill_ends_all_processes() {
    local first pids
    for first in lives has-gone; do
        start_limited 'sleep 1000 & sleep 1001 & wait' "$without_pids"
        wait_until are_three
        mapfile -t pids < <(oci root ps --format json case | tr -d '[]' | tr ',' '\n')
        oci root kill case 0
        [ "$first" = lives ] || kill -KILL "$(pid_of_case)"
        [ "$first" = lives ] || wait_until is_stopped
        oci root kill case KILL
        wait_until of_no_one "${pids[@]}"
        is_stopped || fail "$(status)"
        expect_status 1 oci root kill case KILL 2>err
        expect_error "container not running: 'case'"
        leaves_none delete
    done
}

# Whose cgroup it is that two containers share, none of them knows.
what_shares_a_cgroup_is_left_alone_by_kill() {
    local cgroup=/sys/fs/cgroup/pids/cupel-case other
    ! is_unified || cgroup=/sys/fs/cgroup/cupel-case
    mkdir "$cgroup"
    sleep 1000 &
    other=$!
    echo "$other" >"$cgroup/cgroup.procs"
    start_limited 'sleep 1001' "$without_pids"
    oci root kill case KILL
    wait_until is_stopped
    kill -0 "$other" || fail "it is gone"
    kill "$other"
    wait "$other" || true
    oci root delete case
    rmdir "$cgroup" 2>&- || true
}

processes_are_listed() {
    start_limited 'sleep 1000 & sleep 1001 & wait'
    wait_until are_three
    oci root ps --format json case | grep -qE '^\[[0-9]+(,[0-9]+){2}\]$' ||
        fail "$(oci root ps -f json case)"
    oci root ps case >table
    [ "$(wc -l <table)" -eq 4 ] || fail "$(cat table)"
    grep -q 'sleep 1001' table || fail "$(cat table)"
    oci root ps case -eo pid,comm | grep -qE '^ *[0-9]+ sleep$' ||
        fail "$(oci root ps case -eo pid,comm)"
    expect_status 1 oci root ps case -eo comm 2>err
    expect_error "ps prints no column PID"
    leaves_none delete --force
}

nothing_has_to_be_asked_for_to_have_a_cgroup() {
    local name
    bundle root "$(shell 'echo up; sleep 1000 & sleep 1001')" 'linux["resources"] = {}'
    oci root run --detach --bundle bundle case >out 2>err </dev/null || fail "$(cat err)"
    wait_until grep -q up out
    [ "$(oci root ps case | wc -l)" -eq 3 ] || fail "$(oci root ps case)"
    oci root pause case
    [ "$(status)" = paused ] || fail "$(status)"
    oci root resume case
    for name in memory cpuacct pids; do
        [ -d "/sys/fs/cgroup/$name/cupel-case" ] || [ -d /sys/fs/cgroup/cupel-case ] ||
            fail "there is none for $name"
    done
    leaves_none delete --force
}

without_a_cgroup_there_is_a_sentence() {
    bundle root "$(shell 'echo up; sleep 1000')"
    oci root --cgroup-manager disabled run --detach --bundle bundle case >out 2>err </dev/null ||
        fail "$(cat err)"
    wait_until grep -q up out
    local hint="who made it could make none, or was told not to"
    expect_status 1 oci root pause case 2>err
    expect_error "the container 'case' has no cgroup of its own that can be frozen; $hint"
    local known="by which its processes are known"
    expect_status 1 oci root kill --all case 2>err
    expect_error "the container 'case' has no cgroup of its own, $known; $hint"
    expect_status 1 oci root ps case 2>err
    expect_error "the container 'case' has no cgroup of its own, $known; $hint"
    leaves_none delete --force
}

run_tests \
    what_is_paused_stands_still_until_it_is_resumed \
    what_comes_into_a_frozen_cgroup_is_refused \
    what_is_paused_can_be_removed \
    what_is_paused_can_be_killed \
    a_signal_to_all_reaches_each_process \
    without_a_pid_namespace_kill_ends_all_processes \
    what_shares_a_cgroup_is_left_alone_by_kill \
    processes_are_listed \
    nothing_has_to_be_asked_for_to_have_a_cgroup \
    without_a_cgroup_there_is_a_sentence
