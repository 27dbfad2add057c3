#!/usr/bin/env bash
# Each system call of create, start, exec, kill and delete fails in turn, as root and as a user:
# what is said is true of the container then, and all of it can be removed. $CUPEL_FAULT_STEP: each
# so many-th call fails (default: 1, all).
# shellcheck source=tests/scenario/faults.bash
source "$(dirname "$0")/faults.bash"
step=${CUPEL_FAULT_STEP:-1}

# known CALLER WORDS…: cupel-oci without a fault.
known() {
    local caller=$1
    shift
    as "$caller" cupel-oci --root "$PWD/state-$caller" "$@"
}

# status_of: "created", "running", "stopped", or nothing where there is no such container.
status_of() {
    { known "$caller" state "$name" 2>/dev/null || true; } | sed -n 's/.*"status": "\(.*\)".*/\1/p'
}

# is_in STATUS…: the container is in one of them.
is_in() {
    local now
    now=$(status_of)
    [[ " $* " == *" ${now:-nothing} "* ]] ||
        fail "call $failed, status $status ($said): it is ${now:-nothing}, and none of: $*"
}

# exec ends with 126 where its program cannot be executed.
could_not_execute() {
    [[ $status -eq 126 && $failed == *" execve "* ]]
}

make() {
    known "$caller" create --bundle bundle "$name" >out 2>err </dev/null || fail "$(cat err)"
}

# walk ERRNO BEFORE CHECK WORDS…: a container for each call of the command, which fails; BEFORE
# makes it what the command wants, and CHECK looks at what has become of it.
walk() {
    local errno=$1 before=$2 check=$3 call
    shift 3
    inventory >before.inventory
    for ((call = 1; call < 2000; call += step)); do
        "$before"
        faulty "$caller" "$call:$errno" cupel-oci --root "$PWD/state-$caller" "$@"
        if ! is_sanitizers_own; then
            [ "$status" -lt 126 ] || is_before_main || could_not_execute ||
                fail "$1, $errno at call $failed: status $status: $(cat err)"
            [ "$status" -eq 0 ] || [ -n "$said" ] || is_before_main ||
                fail "$1, $errno at call ${failed:-$call}: status $status in silence: $(cat err)"
            "$check"
        fi
        known "$caller" delete --force "$name" 2>/dev/null || [ -z "$(status_of)" ] ||
            fail "$1, $errno at call $failed: it cannot be deleted"
        inventory >after.inventory
        cmp -s before.inventory after.inventory ||
            fail "$1, $errno at call $failed: left: $(diff before.inventory after.inventory)"
        [ -n "$failed" ] || is_sanitizers_own || break
    done
    [ "$status" -eq 0 ] || fail "$1 without a fault: status $status: $(cat err)"
    [ "$call" -gt 20 ] || fail "$1: there are no more than $call calls"
}

# walk_all BEFORE CHECK WORDS…: as each caller, with an errno each.
walk_all() {
    local caller
    local -A errnos=([root]=EIO [user]=ENOMEM)
    for caller in $(callers); do
        bundle "$caller" "$(shell 'exec sleep 1000')"
        state_root "$caller" >/dev/null
        walk "${errnos[$caller]}" "$@"
    done
}

nothing_yet() { :; }

# The process that has been made waits by accept4; where that fails, create was over before.
is_made_or_not() {
    if [[ $failed == *" accept4 "* ]]; then
        is_in created stopped
        return
    fi
    [ "$status" -ne 0 ] || is_in created
    [ "$status" -eq 0 ] || is_in nothing stopped created
}

create_makes_a_container_or_none() {
    walk_all nothing_yet is_made_or_not create --bundle bundle "$name"
}

is_started_or_not() {
    [ "$status" -ne 0 ] || is_in running
    [ "$status" -eq 0 ] || is_in nothing created running stopped
}

start_starts_it_or_says_why_not() {
    walk_all make is_started_or_not start "$name"
}

make_and_start() {
    make
    known "$caller" start "$name"
}

runs_on() {
    is_in running
    [ "$status" -ne 0 ] || [ "$(cat out)" = hello ] || fail "call $failed: $(cat out err)"
}

exec_leaves_the_container_as_it_is() {
    walk_all make_and_start runs_on exec "$name" /bin/sh -c 'echo hello'
}

has_ended() {
    [ "$(status_of)" = stopped ]
}

ends_or_not() {
    [ "$status" -ne 0 ] || wait_until has_ended
}

kill_kills_it_or_says_why_not() {
    walk_all make ends_or_not kill "$name" KILL
}

make_and_end() {
    make
    known "$caller" kill "$name" KILL
    wait_until has_ended
}

is_gone_or_not() {
    [ "$status" -ne 0 ] || is_in nothing
}

delete_takes_it_away_or_leaves_it_to_another_delete() {
    walk_all make_and_end is_gone_or_not delete "$name"
}

run_tests \
    create_makes_a_container_or_none \
    start_starts_it_or_says_why_not \
    exec_leaves_the_container_as_it_is \
    kill_kills_it_or_says_why_not \
    delete_takes_it_away_or_leaves_it_to_another_delete
