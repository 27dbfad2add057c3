#!/usr/bin/env bash
# cupel-dns writes a line for each answer, and never waits for who reads them.
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/dns.bash"
needs dig bind9-dnsutils

socket=$PWD/control.socket

ctl() {
    cupel-dns-ctl --control "$socket" "$@"
}

start() {
    start_forwarder --upstream 127.0.0.1:5312 --control "$socket" --query-log "$@"
}

ask() {
    dig +noedns +time=40 +tries=1 @127.0.0.1 -p 8053 "$@" >dig.txt
}

# lines FILE: how many it has.
lines() {
    wc -l <"$1"
}

# has FILE COUNT: whether it has so many lines.
has() {
    [ "$(lines "$1")" = "$2" ]
}

each_answer_is_a_line() {
    start text.txt
    ask one.test
    ask one.test
    dig +tcp +nocookie +time=40 @127.0.0.1 -p 8053 'a\"\007\\b.test' >dig.txt
    wait_until has text.txt 3
    sed -i 's/:[0-9]* / /; s/[0-9]*us$/us/' text.txt
    cut -d ' ' -f 2- text.txt >told.txt
    diff - told.txt <<'LINES' || fail "other lines"
127.0.0.1 udp one.test. IN A NOERROR upstream 42 us
127.0.0.1 udp one.test. IN A NOERROR cache 42 us
127.0.0.1 tcp a\"\007\\b.test. IN A NOERROR upstream 55 us
LINES
    stop_forwarder
}

as_json_it_is_read_back() {
    start json.txt --query-log-format json
    ask one.test
    ask 'a\"\007\\b.test'
    stop_forwarder # what is in memory is written
    python3 - <<'PYTHON'
import json

one, two = map(json.loads, open("json.txt", encoding="ascii"))
assert one["name"] == "one.test." and one["source"] == "upstream" and one["rcode"] == "NOERROR"
assert two["name"] == 'a\\"\\007\\\\b.test.', two
assert one["waited_us"] > 0 and one["transport"] == "udp"
PYTHON
}

a_level_is_set_while_it_runs() {
    start level.txt --query-log-level failures
    ask one.test
    dig +time=40 +tries=1 @127.0.0.1 -p 8053 +opcode=NOTIFY one.test >dig.txt
    wait_until has level.txt 1
    grep -q ' NOTIMP here ' level.txt
    ctl log all
    ask one.test
    wait_until has level.txt 2
    ctl log off
    ask one.test
    ! ctl log loud 2>err.txt || fail "there is no such level"
    [ "$(cat err.txt)" = "cupel-dns-ctl: the level is off, failures or all" ]
    stop_forwarder
    has level.txt 2
}

a_file_that_was_renamed_is_opened_anew() {
    start rotate.txt
    ask one.test
    wait_until has rotate.txt 1
    mv rotate.txt rotate.1
    kill -USR2 "$forwarder"
    wait_until test -e rotate.txt
    ask one.test
    wait_until has rotate.txt 1
    mv rotate.txt rotate.2
    ctl reopen
    wait_until test -e rotate.txt
    ask one.test
    wait_until has rotate.txt 1
    has rotate.1 1
    has rotate.2 1
    stop_forwarder
}

who_does_not_read_it_makes_nobody_wait() {
    mkfifo pipe
    exec 4<>pipe
    start pipe
    python3 - <<'PYTHON'
import socket, struct, time

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    client.settimeout(20)
    client.connect(("127.0.0.1", 8053))
    query = struct.pack(">6H", 1, 0x100, 1, 0, 0, 0) + b"\x3f" + b"\1" * 63 + b"\4test\0\0\1\0\1"
    client.send(query)
    client.recv(4096)
    longest = 0
    for _ in range(80):
        start = time.monotonic()
        for _ in range(100):
            client.send(query)
        for _ in range(100):
            client.recv(4096)
        longest = max(longest, time.monotonic() - start)
    assert longest < 2, longest
PYTHON
    [ "$(ctl stats | awk '$2 == "log_lines_lost" { print $1 }')" -ge 1000 ]
    cat <&4 >/dev/null &
    local reader=$!
    stop_forwarder
    kill "$reader"
    exec 4>&-
}

mistakes_are_one_sentence() {
    local status=0
    cupel-dns --upstream 127.0.0.1:5312 --query-log nowhere/log >out.txt 2>&1 || status=$?
    [ "$status" = 1 ]
    [ "$(cat out.txt)" = "cupel-dns: --query-log: 'nowhere/log': No such file or directory" ]
    start_forwarder --upstream 127.0.0.1:5312 --control "$socket"
    ! ctl reopen 2>err.txt || fail "there is no log"
    [ "$(cat err.txt)" = "cupel-dns-ctl: there is no file to be opened anew \
(--query-log, --dnstap)" ]
    stop_forwarder
}

"$here/dns_upstream.py" 5312 honest >honest.txt 2>honest.log &
wait_until grep -q ready honest.txt
run_tests \
    each_answer_is_a_line \
    as_json_it_is_read_back \
    a_level_is_set_while_it_runs \
    a_file_that_was_renamed_is_opened_anew \
    who_does_not_read_it_makes_nobody_wait \
    mistakes_are_one_sentence
