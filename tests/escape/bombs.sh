#!/usr/bin/env bash
# A container that takes whatever it gets: processes that make processes, and memory. Bounded here,
# so that without a limit it does no harm; with one it has what the limit says, and is gone after.
# shellcheck source=tests/escape/escape.bash
source "$(dirname "$0")/escape.bash"
needs_limits
bomb=$CUPEL_BIN/../vm/oci-bomb

# bomb_bundle WHAT NUMBER [CHANGE…]
bomb_bundle() {
    evil_bundle root "process['args'] = ['/bin/bomb', '$1', '$2']" "${@:3}"
    cp "$bomb" bundle/rootfs/bin/bomb
}

without_a_limit_there_are_as_many_processes_as_it_likes() {
    bomb_bundle processes 60
    run root || fail "$(cat err)"
    works '60 processes'
}

processes_that_make_processes_are_no_more_than_the_limit() {
    local limit
    for limit in 10 20; do
        bomb_bundle processes 60 "linux['resources']['pids'] = {'limit': $limit}"
        leaves_nothing run root || fail "$(cat err)"
        fails "$limit processes"
    done
}

# Its other programs are in the same cgroup.
those_of_exec_count_as_well() {
    detach root 'root["readonly"] = False' "linux['resources']['pids'] = {'limit': 10}"
    cp "$bomb" bundle/rootfs/bin/bomb
    oci root exec case /bin/bomb processes 60 >out 2>err || fail "$(cat err)"
    fails '9 processes'
    # It is full while that lasts, and works again after.
    oci root exec case /bin/bomb processes 60 >out 2>err &
    local one=$!
    sleep 0.1
    oci root exec case /bin/true 2>err || true
    wait "$one" || true
    oci root exec case /bin/true 2>err || fail "$(cat err)"
    oci root delete --force case
}

without_a_limit_there_is_as_much_memory_as_it_likes() {
    bomb_bundle memory 64
    run root || fail "$(cat err)"
    works '64 MiB'
}

memory_is_no_more_than_the_limit() {
    bomb_bundle memory 64 "linux['resources']['memory'] = {'limit': 16777216}"
    leaves_nothing expect_status 137 run root
    fails ''
    bomb_bundle memory 8 "linux['resources']['memory'] = {'limit': 16777216}"
    run root || fail "$(cat err)"
    works '8 MiB'
}

# Whoever watches hears why it has ended.
who_watches_is_told_of_it() {
    local container events status=0
    bomb_bundle memory 64 "linux['resources']['memory'] = {'limit': 16777216}" \
        "linux['cgroupsPath'] = '/cupel-case'" \
        "$(shell 'until [ -e /go ]; do sleep 0.05; done; exec /bin/bomb memory 64')"
    inventory >before.inventory
    cupel-oci --root "$(state_root root)" run --bundle bundle case >out 2>err </dev/null &
    container=$!
    wait_until is_running
    oci root events --interval 1h case >told &
    events=$!
    sleep 0.2
    touch bundle/rootfs/go
    wait "$container" || status=$?
    [ "$status" -eq 137 ] || fail "exit status $status: $(cat err)"
    wait "$events" || fail "events: $(cat told)"
    grep -qxF '{"type":"oom","id":"case"}' told || fail "it was told: $(cat told)"
    rm bundle/rootfs/go
    inventory >after.inventory
    cmp -s before.inventory after.inventory ||
        fail "left behind: $(diff before.inventory after.inventory)"
}
is_running() {
    oci root state case 2>/dev/null | grep -q '"running"'
}

run_tests \
    without_a_limit_there_are_as_many_processes_as_it_likes \
    processes_that_make_processes_are_no_more_than_the_limit \
    those_of_exec_count_as_well \
    without_a_limit_there_is_as_much_memory_as_it_likes \
    memory_is_no_more_than_the_limit \
    who_watches_is_told_of_it
