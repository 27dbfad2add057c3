#!/usr/bin/env bash
# System calls of cupel-oci fail, as root and as a user: no run hangs, crashes or leaves anything
# behind, and one that fails says why; what is asked about a container is never answered wrongly for
# that. Of the calls of a run, which are more than 250, each seventh fails, or each that
# $CUPEL_FAULT_STEP says.
# shellcheck source=tests/scenario/faults.bash
source "$(dirname "$0")/faults.bash"

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
        bundle "$caller" "$(shell 'echo up; exec sleep 1000')"
        state_root "$caller" >known
        become "$caller"
        : >up
        "${becoming[@]}" cupel-oci --root "$(cat known)" run --bundle bundle "$name" >up 2>run.log &
        runtime=$!
        wait_until grep -q up up
        each "${CUPEL_FAULT_STEP:-1}" "$caller" ENOMEM still_runs \
            cupel-oci --root "$(cat known)" state "$name"
        for ((call = 1; call < 100; call++)); do
            faulty "$caller" "$call:ENOMEM" cupel-oci --root "$(cat known)" delete "$name"
            is_sanitizers_own || is_refused # it ends with 0 where it has not begun
            [ -n "$failed" ] || is_sanitizers_own || break
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
    bundle root "$(shell 'echo up; exec sleep 1000')" "linux['cgroupsPath'] = '/cupel-$name'" \
        'linux["resources"] = {"pids": {"limit": 9}, "memory": {"limit": 67108864}}'
    state_root root >known
    cupel-oci --root "$(cat known)" run --detach --bundle bundle "$name" >up 2>err </dev/null ||
        fail "$(cat err)"
    wait_until grep -q up up
}

# Whether it is of use: a sanitizer makes calls of its own, and does not stand their failure.
can_be_counted() {
    [ "$(id -u)" -eq 0 ] && [ -z "$is_sanitized" ]
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
