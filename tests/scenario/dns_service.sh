#!/usr/bin/env bash
# cupel-dns under a service manager: sockets that are passed, states that are told, and the units.
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/dns.bash"
needs dig bind9-dnsutils

# ask WORD…: one query, patiently.
ask() {
    dig +noedns +time=20 +tries=1 @127.0.0.1 -p 8053 "$@" >dig.txt
    grep -q 'status: NOERROR' dig.txt || fail "$(cat dig.txt)"
}

states_count() {
    [ "$(wc -l <states.txt)" = "$1" ]
}

states_are() {
    [ "$(cat states.txt)" = "$(printf '%s\n' "$@")" ] || fail "states: $(cat states.txt)"
}

sockets_that_are_passed_are_answered_on_and_states_are_told() {
    "$here/dns_upstream.py" 5350 honest >upstream.txt 2>upstream.log &
    wait_until grep -q ready upstream.txt
    "$here/dns_service.py" states.txt cupel-dns --upstream 127.0.0.1:5350 --timeout-ms 30000 \
        >service.txt 2>service.log &
    forwarder=$!
    wait_until grep -q "early answer 77 0" service.txt
    grep -qx "cupel-dns: ready on 127.0.0.1:8053, forwarding to 127.0.0.1:5350" service.txt
    ask one.example.org
    ask +tcp two.example.org
    states_are READY
    kill -HUP "$forwarder"
    wait_until states_count 3
    states_are READY "RELOADING MONOTONIC_USEC" READY
    ask three.example.org
    ask +tcp four.example.org
    stop_forwarder
    wait_until states_count 4
    states_are READY "RELOADING MONOTONIC_USEC" READY STOPPING
}

# says SENTENCE LISTEN_FDS: a cupel-dns with this number of descriptors ends so.
says() {
    local status=0
    # shellcheck disable=SC2016 # $$ is that of the shell which becomes cupel-dns
    LISTEN_FDS=$2 timeout 10 sh -c 'LISTEN_PID=$$ exec cupel-dns --upstream 127.0.0.1:5350' \
        2>err.txt || status=$?
    [ "$status" = 1 ] || fail "status $status"
    [ "$(cat err.txt)" = "cupel-dns: $1" ] || fail "says: $(cat err.txt)"
}

what_is_passed_and_is_no_socket_is_one_sentence() {
    says "descriptor 3, which was passed, is no socket with a port" 1 3</dev/null
    says "more than 128 sockets were passed" 129
}

sockets_for_another_process_are_left_alone() {
    LISTEN_FDS=1 LISTEN_PID=1 start_forwarder --upstream 127.0.0.1:5350 --listen 127.0.0.1:8054
    [ "$ready" = "cupel-dns: ready on 127.0.0.1:8054, forwarding to 127.0.0.1:5350" ] ||
        fail "$ready"
    stop_forwarder
}

the_units_are_what_systemd_takes() {
    command -v systemd-analyze >/dev/null || {
        echo "# there is no systemd-analyze"
        return
    }
    mkdir -p units
    sed "s|%BINDIR%|$CUPEL_BIN|" "$CUPEL_SOURCE/src/cli/dns/systemd/cupel-dns.service.in" \
        >units/cupel-dns.service
    cp "$CUPEL_SOURCE/src/cli/dns/systemd/cupel-dns.socket" units/
    systemd-analyze verify --man=no units/cupel-dns.service units/cupel-dns.socket >verify.txt 2>&1
    ! grep -F cupel-dns verify.txt || fail "systemd-analyze: $(cat verify.txt)"
    # The overall exposure, of 10: the network is what it is for.
    systemd-analyze security --offline=true --threshold=25 units/cupel-dns.service >security.txt ||
        fail "$(tail -n 1 security.txt)"
}

run_tests \
    sockets_that_are_passed_are_answered_on_and_states_are_told \
    what_is_passed_and_is_no_socket_is_one_sentence \
    sockets_for_another_process_are_left_alone \
    the_units_are_what_systemd_takes
