#!/usr/bin/env bash
# cupel-oci, or the process that it makes, is killed at each system call of create, run, start,
# exec, kill and delete, as root and as a user: delete --force takes all of it away, and a container
# of the same name can be made after. $CUPEL_FAULT_STEP: at each so many-th call (default: 3).
# shellcheck source=tests/scenario/faults.bash
source "$(dirname "$0")/faults.bash"
step=${CUPEL_FAULT_STEP:-3}

# known CALLER WORDS…: cupel-oci without a fault.
known() {
    local caller=$1
    shift
    as "$caller" cupel-oci --root "$PWD/state-$caller" "$@"
}

# processes: those of ours that there still are.
processes() {
    pgrep -f -- "--root $PWD/state-" || true
    pgrep -x -f "sleep $mark" || true
}
no_process_is_left() {
    [ -z "$(processes)" ]
}
mark=$((100000 + $$))

# walk BEFORE WORDS…: a container for each call of the command, at which somebody is killed; BEFORE
# makes it what the command wants.
walk() {
    local before=$1 call
    shift
    inventory >before.inventory
    for ((call = 1; call < 2000; call += step)); do
        "$before"
        faulty "$caller" "$call:KILL" cupel-oci --root "$PWD/state-$caller" "$@"
        known "$caller" delete --force "$name" 2>deleted ||
            fail "$1, killed at call $failed: it cannot be deleted: $(cat deleted)"
        inventory >after.inventory
        cmp -s before.inventory after.inventory ||
            fail "$1, killed at call $failed: left: $(diff before.inventory after.inventory)"
        wait_until no_process_is_left ||
            fail "$1, killed at call $failed: there are still $(processes | xargs ps -o args)"
        [ -n "$failed" ] || break
    done
    [ "$call" -gt 20 ] || fail "$1: there are no more than $call calls"
    make_and_start
    known "$caller" delete --force "$name"
    wait_until no_process_is_left
}

# walk_all BEFORE WORDS…: as each caller.
walk_all() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "process['args'] = ['sleep', '$mark']"
        state_root "$caller" >/dev/null
        walk "$@"
    done
}

nothing_yet() { :; }
make() {
    known "$caller" create --bundle bundle "$name" >out 2>err </dev/null || fail "$(cat err)"
}
make_and_start() {
    make
    known "$caller" start "$name"
}
make_and_end() {
    make
    known "$caller" kill "$name" KILL
}

a_create_that_is_killed_can_be_deleted() {
    walk_all nothing_yet create --bundle bundle "$name"
}
a_run_that_is_killed_can_be_deleted() {
    walk_all nothing_yet run --detach --bundle bundle "$name"
}
# The program of the last one, at which nobody is killed, runs until faulty() is tired of it.
a_run_to_the_programs_end_that_is_killed_can_be_deleted() {
    walk_all nothing_yet run --bundle bundle "$name"
}
a_start_that_is_killed_can_be_deleted() {
    walk_all make start "$name"
}
an_exec_that_is_killed_can_be_deleted() {
    walk_all make_and_start exec "$name" /bin/true
}
a_kill_that_is_killed_can_be_deleted() {
    walk_all make kill "$name" KILL
}
a_delete_that_is_killed_can_be_done_again() {
    walk_all make_and_end delete "$name"
}

[ -z "$is_sanitized" ] || {
    echo "skipped: what a sanitizer does counts as well, and takes too long"
    exit 77
}
run_tests \
    a_create_that_is_killed_can_be_deleted \
    a_run_that_is_killed_can_be_deleted \
    a_run_to_the_programs_end_that_is_killed_can_be_deleted \
    a_start_that_is_killed_can_be_deleted \
    an_exec_that_is_killed_can_be_deleted \
    a_kill_that_is_killed_can_be_deleted \
    a_delete_that_is_killed_can_be_done_again
