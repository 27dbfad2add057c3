#!/usr/bin/env bash
# cupel-dns tells of each message as dnstap, and never waits for who reads it.
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/dns.bash"
# shellcheck source=tests/scenario/dns_tls.bash
source "$here/dns_tls.bash"
needs dig bind9-dnsutils
needs dnstap-read bind9-dnsutils
needs fstrm_capture fstrm-bin
needs nsd nsd
needs readelf binutils
needs kdig knot-dnsutils

socket=$PWD/control.socket

ctl() {
    cupel-dns-ctl --control "$socket" "$@"
}

# capture FILE OPTION…: a reader of Frame Streams, $reader, that writes to the file.
capture() {
    fstrm_capture -d -t protobuf:dnstap.Dnstap -w "$@" 2>capture.log &
    reader=$!
    wait_until grep -q "opened output file" capture.log
}

# Ends the reader, which has the whole file written.
end_capture() {
    kill "$reader"
    wait "$reader"
}

start() {
    start_forwarder --upstream 127.0.0.1:5312 --control "$socket" --dnstap "$@"
}

# ask NAME OPTION…: a name of ours.
ask() {
    dig +nocookie +time=40 +tries=1 @127.0.0.1 -p 8053 "$@" >dig.txt
}

# has_lost COUNT: whether so many messages were not told.
has_lost() {
    [ "$(lost)" = "$1" ]
}

# is_larger FILE OCTETS
is_larger() {
    [ "$(stat -c %s "$1")" -gt "$2" ]
}

lost() {
    ctl stats | awk '$2 == "dnstap_lost" { print $1 }'
}

# short FILE: what it tells, without times and the ports that are drawn, and names in small letters.
short() {
    dnstap-read "$1" | cut -d ' ' -f 3- | tr '[:upper:]' '[:lower:]' |
        sed -E 's/127.0.0.1:[0-9]{5}/127.0.0.1:any/'
}

a_reader_on_a_socket_gets_all_kinds_of_messages() {
    authority root 2>openssl.log
    certificate server root DNS:dns.test 2>openssl.log
    capture tap.fstrm -u "$PWD/tap.socket"
    start "unix:$PWD/tap.socket" --dnstap-identity here --dnstap-version "the first" \
        --listen 127.0.0.1 --listen-tls 127.0.0.1:8853 --tls-cert server.pem --tls-key server.key
    ask one.test
    ask one.test +tcp
    kdig +nocookie +tls @127.0.0.1 -p 8853 one.test >kdig.txt
    stop_forwarder
    end_capture
    short tap.fstrm >told.txt
    diff - told.txt <<'TOLD' || fail "other messages"
cq 127.0.0.1:any -> 127.0.0.1:8053 udp 37b one.test/in/a
fq 127.0.0.1:any -> 127.0.0.1:5312 udp 49b one.test/in/a
fr 127.0.0.1:any <- 127.0.0.1:5312 udp 42b one.test/in/a
cr 127.0.0.1:any <- 127.0.0.1:8053 udp 53b one.test/in/a
cq 127.0.0.1:any -> 127.0.0.1:8053 tcp 37b one.test/in/a
cr 127.0.0.1:any <- 127.0.0.1:8053 tcp 53b one.test/in/a
cq 127.0.0.1:any -> 127.0.0.1:8853 udp 128b one.test/in/a
cr 127.0.0.1:any <- 127.0.0.1:8853 udp 468b one.test/in/a
TOLD
    # This reader knows TCP, and takes all else for UDP; DOT is the number 3.
    python3 - <<'PYTHON'
with open("tap.fstrm", "rb") as file:
    frames = file.read()
assert frames.count(b"\x10\x01\x18\x03") == 2, "IPv4, DOT"
PYTHON
    dnstap-read -y tap.fstrm >told.yaml
    [ "$(grep -c '^identity: here$' told.yaml)" = 8 ]
    [ "$(grep -c '^version: the first$' told.yaml)" = 8 ]
    [ "$(grep -c "'one.test. [0-9]* IN A 192.0.2.1'" told.yaml)" -ge 3 ]
    local day
    day=$(date -u +%Y-%m-%d)
    [ "$(grep -c "query_time: !!timestamp $day" told.yaml)" = 4 ]
    [ "$(grep -c "response_time: !!timestamp $day" told.yaml)" = 4 ]
}

an_upstream_that_is_asked_over_tcp_is_told_as_that() {
    write_zone
    start_nsd 5315
    start_forwarder --dnstap tcp.fstrm --upstream tcp://127.0.0.1:5315
    ask www.example.test
    stop_forwarder
    short tcp.fstrm >told.txt
    grep -q '^fq 127.0.0.1:any -> 127.0.0.1:5315 tcp' told.txt || fail "$(cat told.txt)"
}

a_file_is_made_anew_when_it_was_renamed() {
    start "$PWD/file.fstrm"
    ask one.test
    kill -USR2 "$forwarder" # it was not renamed: nothing is lost
    ask one.test
    mv file.fstrm before.fstrm
    ctl reopen
    wait_until test -e file.fstrm
    ask one.test
    stop_forwarder
    [ "$(short before.fstrm | wc -l)" = 6 ]
    [ "$(short file.fstrm | wc -l)" = 2 ]
}

each_message_is_told_or_counted_as_lost() {
    start "unix:$PWD/later.socket" --listen 127.0.0.1
    ask one.test
    wait_until has_lost 4 # nobody is there
    capture later.fstrm -u "$PWD/later.socket"
    sleep 1.2
    flood 2000 # which somebody reads
    wait_until is_larger later.fstrm 262144
    has_lost 4 || fail "$(lost) were lost"
    kill -STOP "$reader"
    flood 30000
    kill -CONT "$reader"
    sleep 0.2
    local lost told
    lost=$(lost)
    [ "$lost" -gt 4 ] || fail "nothing was lost"
    stop_forwarder
    end_capture
    told=$(sed -n 's/.*later.fstrm (wrote \([0-9]*\) frames.*/\1/p' capture.log)
    # 32,001 queries and answers, and two queries to the upstream and its replies; the file has two
    # frames more.
    [ "$((told + lost))" -ge 64006 ] || fail "$told messages, and $lost lost"
    [ "$((told + lost))" -le 64100 ] || fail "$told messages, and $lost lost"
}

# flood COUNT: as many queries, none of which waits longer than a second for its answer.
flood() {
    python3 - "$1" <<'PYTHON'
import socket
import struct
import sys
import time

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    client.settimeout(20)
    client.connect(("127.0.0.1", 8053))
    query = struct.pack(">6H", 1, 0x100, 1, 0, 0, 0) + b"\3one\4test\0\0\1\0\1"
    longest = 0
    for _ in range(int(sys.argv[1]) // 100):
        start = time.monotonic()
        for _ in range(100):
            client.send(query)
        for _ in range(100):
            client.recv(4096)
        longest = max(longest, time.monotonic() - start)
    assert longest < 2, longest
PYTHON
}

a_reader_that_is_stuck_does_not_keep_it_from_ending() {
    mkfifo pipe
    exec 4<>pipe
    start pipe
    flood 4000
    local before
    before=$(date +%s)
    stop_forwarder
    [ "$(($(date +%s) - before))" -le 3 ] || fail "it took its time"
    exec 4>&-
}

it_works_from_within_the_sandbox() {
    capture sandbox.fstrm -u "$PWD/sandbox.socket"
    start "unix:$PWD/sandbox.socket" --sandbox
    ask one.test
    stop_forwarder
    end_capture
    [ "$(short sandbox.fstrm | wc -l)" = 4 ]
}

modules_are_looked_for_in_no_working_directory() {
    local places
    places=$(readelf -d "$(command -v cupel-dns)" | sed -n 's/.*RUNPATH.*\[\(.*\)\]/\1/p')
    case ":$places:" in
    *:\$ORIGIN/*) ;;
    *) fail "looks in '$places'" ;;
    esac
    case ":$places:" in
    *::*) fail "looks in the working directory: '$places'" ;;
    esac
}

mistakes_are_one_sentence() {
    local status=0
    cupel-dns --upstream 127.0.0.1:5312 --dnstap nowhere/file >out.txt 2>&1 || status=$?
    [ "$status" = 1 ]
    [ "$(cat out.txt)" = "cupel-dns: --dnstap: 'nowhere/file': No such file or directory" ]
    status=0
    cupel-dns --dnstap tcp:somewhere --check-config >out.txt 2>&1 || status=$?
    [ "$status" = 2 ]
    grep -q "^cupel-dns: --dnstap: 'somewhere'" out.txt || fail "$(cat out.txt)"
    ! cupel-dns --dnstap unix: --check-config 2>out.txt || fail "no path"
    [ "$(cat out.txt)" = "cupel-dns: --dnstap: 'unix:': a path has 1 to 107 octets" ]
}

"$here/dns_upstream.py" 5312 honest >honest.txt 2>honest.log &
wait_until grep -q ready honest.txt
run_tests \
    a_reader_on_a_socket_gets_all_kinds_of_messages \
    an_upstream_that_is_asked_over_tcp_is_told_as_that \
    a_file_is_made_anew_when_it_was_renamed \
    each_message_is_told_or_counted_as_lost \
    a_reader_that_is_stuck_does_not_keep_it_from_ending \
    it_works_from_within_the_sandbox \
    modules_are_looked_for_in_no_working_directory \
    mistakes_are_one_sentence
