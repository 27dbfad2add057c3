#!/usr/bin/env bash
# System calls of cupel-oci fail, as root and as a user: no run hangs, crashes or leaves anything
# behind, and one that fails says why; what is asked about a container is never answered wrongly for
# that. Of the calls of a run, which are more than 250, each seventh fails, or each that
# $CUPEL_FAULT_STEP says.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"

# A name of its own, so that what others leave is not taken for its own.
name=faulty
inventory() {
    cut -d ' ' -f 3- /proc/self/mountinfo
    ls -d /sys/fs/cgroup/cupel-"$name" /sys/fs/cgroup/*/cupel-"$name" state-*/* 2>/dev/null || true
}

fail_syscall=$CUPEL_BIN/../vm/fail-syscall
[ -x "$fail_syscall" ] || needs fail-syscall 'none: it is a target of the build'
"$fail_syscall" 0:EIO true 2>/dev/null || {
    echo "skipped: no seccomp filter with a listener can be had here"
    exit 77
}

# faulty CALLER CALL:ERRNO COMMAND…: with the caller's rights and the fault, which is root's. Sets
# $status, $failed to the call that failed or to nothing, and $said to what was said after that.
faulty() {
    local caller=$1 fault=$2
    shift 2
    become "$caller"
    status=0
    timeout -s KILL 30 "$fail_syscall" "$fault" --report report --only "$CUPEL_BIN/cupel-oci" \
        "${becoming[@]}" "$@" >out 2>err </dev/null || status=$?
    failed=$(sed -n 's/^failed //p' report)
    said=$(sed -n 's/^said //p' report)
}

# Whether the C library, or the loader, could not begin: the program has done nothing so far.
is_before_main() {
    grep -qE 'cannot set %fs base address|error while loading shared libraries' err
}

# each STEP CALLER ERRNO CHECK COMMAND…: CHECK after each run of COMMAND, in which one call after
# the other fails, or each STEP-th, until there are no more.
each() {
    local step=$1 caller=$2 errno=$3 check=$4 call
    shift 4
    for ((call = 1; call < 2000; call += step)); do
        faulty "$caller" "$call:$errno" "$@"
        [ -n "$failed" ] || break
        # What the sanitizer cannot have for itself ends the program before it can say or remove
        # anything.
        if grep -q 'Sanitizer failed to allocate' err; then
            as "$caller" cupel-oci --root "$(cat known)" delete --force "$name" 2>/dev/null || true
            continue
        fi
        [ "$status" -lt 126 ] || is_before_main ||
            fail "$errno at call $failed: status $status: $(cat err)"
        [ "$status" -eq 0 ] || [ -n "$said" ] || is_before_main ||
            fail "$errno at call $failed: it fails in silence"
        "$check"
    done
    [ "$status" -eq 0 ] || fail "without a fault: status $status: $(cat err)"
    [ "$call" -gt 20 ] || fail "there are no more than $call calls"
}

# What is left of a run is told, where it is the removal that failed; and it can be deleted. A
# sanitizer that gets no memory for itself ends the program there and then, as SIGKILL would.
leaves_nothing_untold() {
    inventory >after.inventory
    cmp -s before.inventory after.inventory && return
    case $said$(grep -o 'Sanitizer: .*unable to mmap' err || true) in
        *remove\ * | *"unable to mmap") ;;
        *) fail "left after call $failed ('$said'): $(diff before.inventory after.inventory)" ;;
    esac
    as "$caller" cupel-oci --root "$(state_root "$caller")" delete --force "$name"
    inventory >after.inventory
    cmp -s before.inventory after.inventory ||
        fail "delete leaves: $(diff before.inventory after.inventory)"
}

a_call_that_fails_leaves_nothing_behind() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(shell 'exit 0')"
        state_root "$caller" >known
        inventory >before.inventory
        each "${CUPEL_FAULT_STEP:-7}" "$caller" EIO leaves_nothing_untold \
            cupel-oci --root "$(cat known)" run --bundle bundle "$name"
    done
}

still_runs() {
    kill -0 "$runtime" || fail "call $failed ended the container"
    [ "$status" -ne 0 ] || grep -q '"status": "running"' out ||
        fail "call $failed made it: $(cat out)"
}

is_refused() {
    [ "$status" -ne 0 ] || fail "call $failed: it was deleted"
    still_runs
}

a_container_that_runs_is_not_taken_for_one_that_has_ended() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(shell 'echo up; exec sleep 100')"
        state_root "$caller" >known
        become "$caller"
        : >up
        "${becoming[@]}" cupel-oci --root "$(cat known)" run --bundle bundle "$name" >up 2>run.log &
        runtime=$!
        wait_until grep -q up up
        each 1 "$caller" ENOMEM still_runs cupel-oci --root "$(cat known)" state "$name"
        for ((call = 1; call < 100; call++)); do
            faulty "$caller" "$call:ENOMEM" cupel-oci --root "$(cat known)" delete "$name"
            is_refused
            [ -n "$failed" ] || break
        done
        as "$caller" cupel-oci --root "$(cat known)" kill "$name" KILL
        wait "$runtime" || true
    done
}

# limits: the two of the container, whichever version of cgroups they are of.
limits() {
    cat /sys/fs/cgroup{,/pids,/memory}/cupel-"$name"/{pids.max,memory.max,memory.limit_in_bytes} \
        2>/dev/null | tr '\n' ' ' || true
}

# make_named: the container in a cgroup that is named, so that it can be changed and frozen.
make_named() {
    bundle root "$(shell 'echo up; exec sleep 100')" "linux['cgroupsPath'] = '/cupel-$name'" \
        'linux["resources"] = {"pids": {"limit": 9}, "memory": {"limit": 67108864}}'
    state_root root >known
    cupel-oci --root "$(cat known)" run --detach --bundle bundle "$name" >up 2>err </dev/null ||
        fail "$(cat err)"
    wait_until grep -q up up
}

# Whether it is of use: a sanitizer makes calls of its own, and does not stand their failure.
can_be_counted() {
    [ "$(id -u)" -eq 0 ] && ! grep -q __asan_init "$CUPEL_BIN/cupel-oci"
}

is_changed_wholly_or_not_at_all() {
    local now expected=$old
    now=$(limits)
    [ "$status" -ne 0 ] || expected=$new
    [ "$now" = "$expected" ] || fail "call $failed, status $status ($said): $now"
    cupel-oci --root "$(cat known)" update --pids-limit 9 --memory 64m "$name"
}

an_update_sets_all_limits_or_none_whichever_call_fails() {
    can_be_counted || return 0
    make_named
    old=$(limits)
    cupel-oci --root "$(cat known)" update --pids-limit 7 --memory 32m "$name"
    new=$(limits)
    cupel-oci --root "$(cat known)" update --pids-limit 9 --memory 64m "$name"
    [ "$old" != "$new" ] || fail "no limits: $old"
    each "${CUPEL_FAULT_STEP:-3}" root ENOMEM is_changed_wholly_or_not_at_all \
        cupel-oci --root "$(cat known)" update --pids-limit 7 --memory 32m "$name"
    cupel-oci --root "$(cat known)" delete --force "$name"
}

is_paused_or_runs() {
    local expected=running
    [ "$status" -ne 0 ] || expected=paused
    cupel-oci --root "$(cat known)" state "$name" | grep -q "\"status\": \"$expected\"" ||
        fail "call $failed, status $status ($said): it is not $expected"
    [ "$status" -ne 0 ] || cupel-oci --root "$(cat known)" resume "$name"
}

is_known_as_paused() {
    [ "$status" -ne 0 ] || grep -q '"status": "paused"' out ||
        fail "call $failed made it: $(cat out)"
}

what_is_paused_is_known_as_such_whichever_call_fails() {
    can_be_counted || return 0
    make_named
    each "${CUPEL_FAULT_STEP:-3}" root ENOMEM is_paused_or_runs \
        cupel-oci --root "$(cat known)" pause "$name"
    each "${CUPEL_FAULT_STEP:-3}" root ENOMEM is_known_as_paused \
        cupel-oci --root "$(cat known)" state "$name"
    cupel-oci --root "$(cat known)" delete --force "$name"
}

run_tests a_call_that_fails_leaves_nothing_behind \
    a_container_that_runs_is_not_taken_for_one_that_has_ended \
    an_update_sets_all_limits_or_none_whichever_call_fails \
    what_is_paused_is_known_as_such_whichever_call_fails
