#!/usr/bin/env bash
# Many containers: all started at once, and all beside each other. $CUPEL_MANY says how many they
# are, where that is to be more than the time of an ordinary test allows for.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"
at_once=${CUPEL_MANY:-40}
many=0
beside=${CUPEL_MANY:-8}

# Whatever a test that failed has left: a user would miss its keys in all other containers.
take_down_all() {
    local caller
    for caller in root user; do
        [ ! -d "state-$caller" ] || each "$caller" delete --force || true
    done
}
trap 'on_exit; take_down_all; take_down' EXIT

# choose CALLER NUMBER: sets $many. A user has at most 200 keys (kernel.keys.maxkeys), of which each
# container has one for its session.
choose() {
    many=$2
    [ "$1" = root ] || [ "$many" -le 10 ] || many=$((many < 400 ? many / 4 : 100))
}

# each CALLER WORDS…: the command for each of the containers, all at once; an exit status that
# is not 0 is its own.
each() {
    local caller=$1 i status=0
    local -a pids=()
    shift
    become "$caller"
    for ((i = 1; i <= many; i++)); do
        "${becoming[@]}" cupel-oci --root "$PWD/state-$caller" "$@" "case-$i" \
            >"out.$i" 2>"err.$i" </dev/null &
        pids+=($!)
    done
    for i in "${pids[@]}"; do
        wait "$i" || status=$?
    done
    return "$status"
}

# Deletes all, and sees that nothing is left of them.
delete_all() {
    each "$1" delete --force || fail "delete: $(cat err.*)"
    inventory | grep -v '^\./\(out\|err\)\.' >after.inventory
    cmp -s before.inventory after.inventory ||
        fail "left behind: $(diff before.inventory after.inventory)"
}

many_start_at_once() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(shell 'exec sleep 1000')"
        state_root "$caller" >/dev/null
        inventory >before.inventory
        choose "$caller" "$at_once"
        each "$caller" run --detach --bundle bundle || fail "$(cat err.*)"
        oci "$caller" list >listed
        [ "$(grep -c ' running ' listed)" -eq "$many" ] || fail "as $caller: $(cat listed)"
        delete_all "$caller"
    done
}

# lookups CALLER WORDS…: prints how many files the command itself looks up, and how often it reads
# what is in a directory.
lookups() {
    local caller=$1
    shift
    become "$caller"
    strace -qq -o calls -e trace=%file,getdents64 "${becoming[@]}" cupel-oci \
        --root "$PWD/state-$caller" "$@" >out 2>err </dev/null || fail "$*: $(cat out err)"
    grep -c '' calls
}

# life CALLER: prints, for each step of one life, its look-ups.
life() {
    local step
    for step in 'create --bundle bundle' 'state' 'start' 'kill' 'delete --force'; do
        # shellcheck disable=SC2086 # words
        echo "$step $(lookups "$1" $step case)"
    done
}

what_others_there_are_costs_nothing() {
    local caller
    needs strace strace
    for caller in $(callers); do
        bundle "$caller" "$(shell 'exec sleep 1000')"
        state_root "$caller" >/dev/null
        life "$caller" >warm # a filter is compiled once
        life "$caller" >alone
        inventory >before.inventory
        choose "$caller" "$beside"
        each "$caller" create --bundle bundle || fail "$(cat err.*)"
        life "$caller" >beside
        cmp -s alone beside || fail "as $caller, beside $many: $(diff alone beside)"
        delete_all "$caller"
    done
}

run_tests \
    many_start_at_once \
    what_others_there_are_costs_nothing
