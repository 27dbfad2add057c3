#!/usr/bin/env bash
# What clients of cupel-dns get when upstreams are dead, silent, slow or lie.
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/dns.bash"
needs dig bind9-dnsutils

# start_upstream PORT MODE: an upstream of dns_upstream.py.
start_upstream() {
    "$here/dns_upstream.py" "$1" "$2" >"$2.txt" 2>"$2.log" &
    wait_until grep -q ready "$2.txt"
}

# ask DIG-WORDS…: one query, patiently.
ask() {
    dig +noedns +time=40 +tries=1 @127.0.0.1 -p 8053 "$@" >dig.txt
}

a_dead_upstream_gives_servfail() {
    start_forwarder --upstream 127.0.0.1:5309 --timeout-ms 300
    ask example.test
    grep -q 'status: SERVFAIL' dig.txt
    grep -q '^;example.test.' dig.txt
    [ "$(counter answers_timed_out)" = 1 ]
    stop_forwarder
}

a_silent_upstream_gives_servfail_after_three_attempts() {
    start_upstream 5310 silent
    start_forwarder --upstream 127.0.0.1:5310 --timeout-ms 300
    ask example.test
    grep -q 'status: SERVFAIL' dig.txt
    [ "$(counter retries)" = 2 ]
    [ "$(counter queries_waiting)" = 0 ]
    stop_forwarder
}

# What dig calls two seconds, and a socket's time, is a little more.
is_told() {
    python3 - <<'PYTHON' >told.txt 2>&1
import random
import socket
import struct
import time

start = time.monotonic()
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    client.settimeout(3)
    client.connect(("127.0.0.1", 8053))
    name = b"\x07name%03d\7example\4test\0" % random.randrange(1000)
    client.send(struct.pack(">6H", 7, 0x100, 1, 0, 0, 1) + name + b"\0\1\0\1" +
                b"\0\0\x29\4\xd0" + bytes(6))
    answer = client.recv(4096)
    assert time.monotonic() - start < 2
    assert answer[3] & 15 == 2, answer
    assert answer.endswith(b"\0\x0f\0\2\0\x16"), answer
PYTHON
}

# With all options as they are when nobody gives them. A machine may be late, but not always.
who_waits_two_seconds_is_told_that_nobody_answers() {
    local port upstreams=()
    start_upstream 5351 silent
    start_upstream 5353 silent
    for port in 5310 5351 5353; do
        upstreams+=(--upstream "127.0.0.1:$port")
        rm -f forwarder.log
        cupel-dns --not-local test "${upstreams[@]}" >forwarder.log 2>&1 &
        forwarder=$!
        wait_until grep -q ready forwarder.log
        is_told || is_told || is_told || is_told || fail "$(cat told.txt)"
        stop_forwarder
    done
}

five_names_that_the_first_upstream_never_answers_get_their_answer_from_the_second() {
    start_upstream 5312 honest
    start_forwarder --upstream 127.0.0.1:5310 --upstream 127.0.0.1:5312 --timeout-ms 9000
    local i asking=()
    for i in 1 2 3 4 5; do
        dig +noedns +time=40 +tries=1 @127.0.0.1 -p 8053 "name$i.example.test" >"dig$i.txt" &
        asking+=($!)
    done
    wait "${asking[@]}"
    for i in 1 2 3 4 5; do
        grep -q 'status: NOERROR' "dig$i.txt"
    done
    [ "$(counter retries)" -ge 5 ]
    stop_forwarder
}

# upstream_counts PORT: how many queries the upstream was sent, and how many attempts were in vain.
upstream_counts() {
    cupel-dns-ctl --control control upstreams | awk -v at="127.0.0.1:$1" '$1 == at { print $4, $6 }'
}

# Who waits does so for an attempt that is in vain. The one that died has three, and one more each
# time that it was left out; only where the other is late itself it is asked besides.
no_client_waits_long_when_one_of_two_upstreams_dies() {
    "$here/dns_upstream.py" 5332 honest >dying.txt 2>dying.log &
    local dying=$! i sent_before sent late_before late down
    wait_until grep -q ready dying.txt
    start_forwarder --upstream 127.0.0.1:5332 --upstream 127.0.0.1:5312 --timeout-ms 9000 \
        --control control
    for i in $(seq 1 60); do
        if [ "$i" = 20 ]; then
            kill -STOP "$dying"
            read -r sent_before _ <<<"$(upstream_counts 5332)"
            read -r _ late_before <<<"$(upstream_counts 5312)"
            down=$(counter upstreams_down)
        fi
        ask "$i.dying.test"
        grep -q 'status: NOERROR' dig.txt
    done
    kill -KILL "$dying"
    down=$(($(counter upstreams_down) - down))
    read -r sent _ <<<"$(upstream_counts 5332)"
    read -r _ late <<<"$(upstream_counts 5312)"
    [ "$down" -ge 1 ]
    [ $((sent - sent_before)) -le $((2 + down + late - late_before)) ] ||
        fail "it was sent $((sent - sent_before)), and left out $down times; the other is late" \
            "$((late - late_before)) times"
    stop_forwarder
}

a_lost_query_is_sent_again() {
    start_upstream 5314 deaf
    start_forwarder --upstream 127.0.0.1:5314 --timeout-ms 3000
    ask example.test
    grep -q '192\.0\.2\.1$' dig.txt
    [ "$(counter retries)" -ge 1 ]
    stop_forwarder
}

lies_are_ignored_and_the_right_answer_is_waited_for() {
    start_upstream 5316 liar
    start_forwarder --upstream 127.0.0.1:5316
    ask example.test
    grep -q '192\.0\.2\.1$' dig.txt || fail "no right answer"
    ! grep -q '192\.0\.2\.66' dig.txt || fail "a lie was believed"
    [ "$(counter replies_malformed)" -ge 3 ]
    [ "$(counter replies_wrong_question)" -ge 3 ]
    [ "$(counter replies_accepted)" = 1 ]
    stop_forwarder
}

one_query_more_than_may_wait_gets_servfail_at_once() {
    start_forwarder --upstream 127.0.0.1:5310 --timeout-ms 30000 --queries-max 1 \
        --client-queries-max 4
    dig +tries=1 +time=1 @127.0.0.1 -p 8053 first.example.test >first.txt || true
    ask second.example.test
    grep -q 'status: SERVFAIL' dig.txt
    [ "$(counter queries_full)" = 1 ]
    [ "$(counter queries_waiting)" = 1 ]
    stop_forwarder
}

it_ends_with_status_0_on_each_signal_that_ends_it() {
    for signal in TERM INT; do
        start_forwarder --upstream 127.0.0.1:5310
        kill -"$signal" "$forwarder"
        wait "$forwarder" || fail "status $? on SIG$signal"
    done
}

it_goes_on_when_nobody_reads_what_it_prints() {
    cupel-dns --not-local test --upstream 127.0.0.1:5312 > >(head -n 1 >ready.txt) 2>forwarder.log &
    forwarder=$!
    wait_until grep -q ready ready.txt
    for _ in 1 2 3; do
        kill -USR1 "$forwarder"
        ask example.test
        grep -q 'status: NOERROR' dig.txt
    done
    stop_forwarder
}

run_tests \
    a_dead_upstream_gives_servfail \
    a_silent_upstream_gives_servfail_after_three_attempts \
    who_waits_two_seconds_is_told_that_nobody_answers \
    five_names_that_the_first_upstream_never_answers_get_their_answer_from_the_second \
    no_client_waits_long_when_one_of_two_upstreams_dies \
    a_lost_query_is_sent_again \
    lies_are_ignored_and_the_right_answer_is_waited_for \
    one_query_more_than_may_wait_gets_servfail_at_once \
    it_ends_with_status_0_on_each_signal_that_ends_it \
    it_goes_on_when_nobody_reads_what_it_prints
