#!/usr/bin/env bash
# --shards: several processes answer beside each other, and one that dies is no more than that.
# What /proc says is of the process namespace that the test runs in.
scenario_unshare=(--mount-proc)
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/dns.bash"
needs dig bind9-dnsutils
needs curl curl
needs dnstap-read bind9-dnsutils
needs ip iproute2

# A crash is the kernel's to tell, not a sanitizer's.
export ASAN_OPTIONS=$ASAN_OPTIONS:handle_segv=0

start_upstream() {
    "$here/dns_upstream.py" 5312 honest >upstream.txt 2>upstream.log &
    wait_until grep -q ready upstream.txt
}

# shards: their processes.
shards() {
    pgrep -P "$forwarder" -x cupel-dns
}

# start_shards COUNT OPTION…
start_shards() {
    start_forwarder --upstream 127.0.0.1:5312 --listen 127.0.0.1:8053 --shards "$@"
    [ "$(shards | wc -l)" = "$1" ] || fail "$(shards | wc -l) shards"
}

# nothing_is_left: neither the forwarder nor a shard.
nothing_is_left() {
    ! pgrep cupel-dns
}

ask() {
    dig +noedns +time=20 +tries=1 @127.0.0.1 -p "$1" "$2" >dig.txt
    grep -q 'status: NOERROR' dig.txt || fail "$(cat dig.txt)"
}

says() {
    grep -qxF "cupel-dns: $1" forwarder.log || fail "says: $(cat forwarder.log)"
}

reload() {
    : >forwarder.log
    kill -HUP "$forwarder"
    wait_until grep -qE "ready|as before" forwarder.log
}

all_answers_are_right_and_every_shard_has_clients() {
    local shard
    start_shards 4
    [ "$ready" = "cupel-dns: ready on 127.0.0.1:8053, forwarding to 127.0.0.1:5312" ] ||
        fail "$ready"
    [ "$(wc -l <forwarder.log)" = 1 ] || fail "$(cat forwarder.log)"
    "$here/dns_shards.py" all 2>load.log || fail "$(cat load.log)"
    for shard in $(shards); do
        [ "$("$here/dns_shards.py" clients "$shard")" -gt 0 ] || fail "$shard has no clients"
    done
    stop_forwarder
    nothing_is_left
}

one_is_started_anew() {
    [ "$(shards | wc -l)" = 4 ] && grep -q "and is started anew" forwarder.log
}

a_shard_that_crashes_under_load_takes_nobody_with_it() {
    local victim
    start_shards 4 --no-sandbox
    victim=$(shards | sed -n 2p)
    "$here/dns_shards.py" death "$victim" >load.txt 2>load.log || fail "$(cat load.log)"
    sed 's/^/# /' load.txt
    wait_until one_is_started_anew
    says "shard 2 (process $victim) was ended by signal 11 (Segmentation fault), \
and is started anew"
    shards | grep -qx "$victim" && fail "it is still there"
    "$here/dns_shards.py" all 2>load.log || fail "$(cat load.log)"
    stop_forwarder
    nothing_is_left
}

has_ended_it() {
    grep -qxF "cupel-dns: shard 2 (process $1) did not answer for 5 seconds and was ended, \
and is started anew" forwarder.log
}

# A shard that stands still is like one that goes round in a circle: it does not end by itself.
a_shard_that_hangs_is_ended_and_started_anew() {
    local victim start
    start_shards 3
    victim=$(shards | sed -n 2p)
    kill -STOP "$victim"
    start=$SECONDS
    wait_until has_ended_it "$victim"
    [ $((SECONDS - start)) -ge 4 ] || fail "it had no time to answer"
    "$here/dns_shards.py" all 2>load.log || fail "$(cat load.log)"
    [ "$(shards | wc -l)" = 3 ]
    shards | grep -qx "$victim" && fail "it is still there"
    # One that only took its time stays, and nobody is ended when all of them stood still.
    victim=$(shards | sed -n 2p)
    kill -STOP "$victim"
    sleep 2
    kill -CONT "$victim"
    # shellcheck disable=SC2046 # several processes
    kill -STOP "$forwarder" $(shards)
    sleep 7
    # shellcheck disable=SC2046
    kill -CONT $(shards) "$forwarder"
    "$here/dns_shards.py" all 2>load.log || fail "$(cat load.log)"
    shards | grep -qx "$victim" || fail "one was ended that was there"
    [ "$(grep -c "is started anew" forwarder.log)" = 1 ] || fail "$(cat forwarder.log)"
    stop_forwarder
    nothing_is_left
}

# Also where that is what each of its shards does, as soon as it is there.
a_shard_that_cannot_start_is_tried_five_times() {
    local status=0
    ip address add 192.0.2.2/24 dev lo
    start_forwarder --upstream 192.0.2.1 --listen 127.0.0.1:8053 --shards 2
    ip address delete 192.0.2.2/24 dev lo # no way leads to the upstream any more
    kill -KILL "$(shards | head -n 1)"
    wait "$forwarder" || status=$?
    [ "$status" = 1 ] || fail "status $status"
    [ "$(grep -c 'and is started anew' forwarder.log)" = 5 ] || fail "$(cat forwarder.log)"
    tail -n 1 forwarder.log >last.txt
    grep -q "^cupel-dns: shard 1 (process [0-9]*) could not go on: \
cannot reach upstream 192.0.2.1:53: Network is unreachable, \
as 5 in a row did before they answered: the service ends$" last.txt ||
        fail "$(cat forwarder.log)"
    nothing_is_left
}

what_no_shard_can_have_is_one_sentence() {
    local status=0
    timeout 10 cupel-dns --shards 3 --listen 127.0.0.1:8053 --upstream 8.8.8.8 2>err.txt ||
        status=$?
    [ "$status" = 1 ] || fail "status $status"
    [ "$(cat err.txt)" = "cupel-dns: cannot reach upstream 8.8.8.8:53: Network is unreachable" ] ||
        fail "says: $(cat err.txt)"
    nothing_is_left
    start_shards 2
    status=0
    timeout 10 cupel-dns --shards 2 --listen 127.0.0.1:8053 --upstream 127.0.0.1:5312 2>err.txt ||
        status=$?
    [ "$status" = 1 ] || fail "status $status"
    [ "$(cat err.txt)" = "cupel-dns: cannot listen on 127.0.0.1:8053: Address already in use" ] ||
        fail "says: $(cat err.txt)"
    stop_forwarder
}

a_supervisor_that_is_killed_takes_all_with_it() {
    start_shards 4
    kill -KILL "$forwarder"
    wait "$forwarder" || true
    wait_until nothing_is_left
}

signals_for_all_processes_end_it_in_order() {
    local signal
    for signal in INT TERM; do
        start_shards 3
        # shellcheck disable=SC2046 # several processes
        kill -"$signal" $(shards)
        ask 8053 still-there.example.org
        [ "$(shards | wc -l)" = 3 ] || fail "a shard ended by itself"
        # shellcheck disable=SC2046
        kill -"$signal" $(shards) "$forwarder"
        wait "$forwarder"
        nothing_is_left
    done
}

no_query_is_lost_when_all_take_another_configuration() {
    printf 'listen: [127.0.0.1:8053, "127.0.0.1:8054"]\nupstream: 127.0.0.1:5342\n' >other.yaml
    printf 'queries-max: 70000\ncache-bytes: 4194304\n' >>other.yaml
    printf 'listen: 127.0.0.1:8053\nupstream: [127.0.0.1:5341]\npolicy: race\n' >one.yaml
    cp one.yaml dns.yaml
    start_forwarder --config dns.yaml --shards 3
    "$here/dns_reload.py" "$forwarder" dns.yaml other.yaml one.yaml >load.txt 2>load.log ||
        fail "$(cat load.log)"
    sed 's/^/# /' load.txt
    grep -qv ready forwarder.log && fail "$(cat forwarder.log)"
    stop_forwarder
}

a_wrong_configuration_is_refused_by_all() {
    printf 'listen: 127.0.0.1:8053\nupstream: 127.0.0.1:5312\nshards: 2\n' >dns.yaml
    start_forwarder --config dns.yaml
    printf 'listen: 127.0.0.1:8053\nupsteam: 127.0.0.1:5313\n' >dns.yaml
    reload
    says "goes on as before: dns.yaml:2: upsteam: there is no such key"
    printf 'listen: [127.0.0.1:8053, 192.0.2.1:53]\nupstream: 127.0.0.1:5313\n' >dns.yaml
    reload
    says "goes on as before: cannot listen on 192.0.2.1:53: Cannot assign requested address"
    printf 'listen: [127.0.0.1:8055, 127.0.0.1:8053]\nupstream: [127.0.0.1, 8.8.8.8]\n' >dns.yaml
    reload
    says "goes on as before: cannot reach upstream 8.8.8.8:53: Network is unreachable"
    printf 'listen: 127.0.0.1:8053\nupstream: 127.0.0.1:5313\nqueries-max: 1\nshards: 2\n' >dns.yaml
    reload
    says "goes on as before: dns.yaml:3: queries-max: 1 is less than 1 for each of 2 shards \
(--shards)"
    ask 8053 still.example.org
    printf 'listen: [127.0.0.1:8053, 127.0.0.1:8055]\nupstream: 127.0.0.1:5312\nshards: 4\n' \
        >dns.yaml
    reload
    says "changes when it is started anew: shards"
    [ "$(shards | wc -l)" = 2 ]
    ask 8055 new.example.org
    stop_forwarder
    nothing_is_left
}

# identities: what 16 clients, of all shards, are told to be speaking with.
identities() {
    local i
    for i in $(seq 16); do
        dig +time=20 +tries=1 +short @127.0.0.1 -p 8053 id.server TXT CH
    done | sort | uniq
}

# One reads the file, and what it names, before it changes, the other after that.
all_shards_have_one_text_of_a_file_that_is_edited() {
    local victim
    echo '0.0.0.0 one.block' >blocked
    printf 'listen: 127.0.0.1:8053\nupstream: 127.0.0.1:5312\nblock: blocked\n' >dns.yaml
    start_forwarder --config dns.yaml --shards 2
    victim=$(shards | head -n 1)
    kill -STOP "$victim"
    echo 'identity-text: before' >>dns.yaml
    : >forwarder.log
    kill -HUP "$forwarder"
    sleep 1
    sed -i 's/before/after!/' dns.yaml
    kill -CONT "$victim"
    wait_until grep -q ready forwarder.log
    [ "$(identities)" = '"after!"' ] || fail "$(identities)"
    kill -STOP "$victim"
    : >forwarder.log
    kill -HUP "$forwarder"
    sleep 1
    echo '0.0.0.0 two.block' >blocked
    kill -CONT "$victim"
    wait_until grep -q ready forwarder.log
    for victim in $(seq 16); do
        dig +time=20 +tries=1 @127.0.0.1 -p 8053 two.block >dig.txt
        grep -q 'status: NXDOMAIN' dig.txt || fail "$(cat dig.txt)"
    done
    stop_forwarder
}

addresses_come_and_go_and_a_new_shard_has_those_that_there_are() {
    local shard
    printf 'listen: 127.0.0.1:8053\nupstream: 127.0.0.1:5312\n' >dns.yaml
    start_forwarder --config dns.yaml --shards 2 --timeout-ms 500
    printf 'listen: 127.0.0.1:8054\nupstream: 127.0.0.1:5312\n' >dns.yaml
    reload
    says "ready on 127.0.0.1:8054, forwarding to 127.0.0.1:5312"
    ask 8054 one.example.org
    dig +tcp +time=2 +tries=1 @127.0.0.1 -p 8053 two.example.org >dig.txt && fail "8053 is open"
    # At once: what was left a moment ago is listened on again.
    printf 'listen: [127.0.0.1:8053, "127.0.0.1:8054"]\nupstream: 127.0.0.1:5312\n' >dns.yaml
    reload
    "$here/dns_shards.py" all 2>load.log || fail "$(cat load.log)"
    for shard in $(shards); do
        kill -KILL "$shard"
    done
    "$here/dns_shards.py" all 2>load.log || fail "$(cat load.log)"
    ask 8054 three.example.org
    [ "$(shards | wc -l)" = 2 ]
    stop_forwarder
}

ctl() {
    cupel-dns-ctl --control control "$@"
}

# of NAME: what all shards have counted; of each, behind it.
of() {
    ctl stats --shards | awk -v name="$1" '$1 == name { $1 = ""; print substr($0, 2) }'
}

# sum NAME: what all have.
sum() {
    of "$1" | cut -d ' ' -f 1
}

sum_is() {
    [ "$(sum "$1")" = "$2" ]
}

metric() {
    curl -s http://127.0.0.1:9153/metrics | awk -v name="$1" '$1 == name { print $2 }'
}

# ask_names: ten names, from a port each.
ask_names() {
    local i
    for i in $(seq 10); do
        ask 8053 "n$i.example.org"
    done
}

what_is_counted_is_all_shards_and_stays_when_one_dies() {
    local victim before
    start_shards 3 --control control --metrics 127.0.0.1:9153
    "$here/dns_shards.py" all 2>load.log || fail "$(cat load.log)"
    wait_until sum_is queries_forwarded 1040
    of queries_forwarded | awk '{ exit !(NF == 4 && $1 == $2 + $3 + $4 && $2 && $3 && $4) }' ||
        fail "parts: $(of queries_forwarded)"
    [ "$(metric cupel_dns_queries_forwarded_total)" = 1040 ]
    [ "$(metric 'cupel_dns_upstream_queries_total{upstream="127.0.0.1:5312",number="0"}')" = 1040 ]
    [ "$(curl -s http://127.0.0.1:9153/health)" = ok ]
    before=$(of queries_forwarded)
    victim=$(shards | head -n 1)
    kill -KILL "$victim"
    wait_until grep -q "and is started anew" forwarder.log
    [ "$(of queries_forwarded)" = "$before" ] || fail "$before, then $(of queries_forwarded)"
    [ "$(metric cupel_dns_queries_forwarded_total)" = 1040 ]
    [ "$(metric 'cupel_dns_shard_restarts_total{shard="1"}')" = 1 ]
    [ "$(metric 'cupel_dns_shard_up{shard="2"}')" = 1 ]
    [ "$(ctl status | awk '$1 == "restarts" { print $2 }')" = 1 ]
    [ "$(ctl upstreams | awk 'NR == 2 { print $1, $2, $4, $5 }')" = "127.0.0.1:5312 up 1040 1040" ]
    [ "$(counter queries_forwarded)" = 1040 ]
    stop_forwarder
    [ ! -e control ]
}

what_is_flushed_dumped_and_loaded_is_all_shards() {
    local kept
    start_shards 3 --control control
    ask_names
    ctl dump >dump.txt
    [ "$(tail -n 1 dump.txt)" = "; end: 10 answers" ] || fail "$(cat dump.txt)"
    [ "$(grep -c '^; shard [123]$' dump.txt)" = 3 ]
    [ "$(grep -c '^n[0-9]*.example.org' dump.txt)" = 10 ]
    ctl save saved
    [ "$(ctl flush n3.example.org)" = 1 ]
    [ "$(ctl flush --tree example.org)" = 9 ]
    sum_is cache_entries 0
    [ "$(ctl load saved)" = "10 answers, 0 left out" ]
    wait_until sum_is cache_entries 30
    kept=$(of cache_entries)
    [ "$kept" = "30 10 10 10" ] || fail "$kept"
    ctl save again # what several have is there once for each, and replaces itself
    [ "$(ctl flush --all)" = 30 ]
    [ "$(ctl load again)" = "30 answers, 0 left out" ]
    wait_until sum_is cache_entries 30
    head -c 100 saved >saved.part
    ctl load saved.part 2>err.txt && fail "a part of a file is loaded"
    grep -q "not whole" err.txt || fail "$(cat err.txt)"
    [ "$(sum cache_entries)" = 30 ]
    ctl log off 2>err.txt && fail "there is a log"
    grep -q "there is no query log" err.txt || fail "$(cat err.txt)"
    stop_forwarder
}

the_cache_is_one_file_for_all_and_for_any_number() {
    local count
    rm -f cache
    start_shards 3 --cache-file cache --control control
    ask_names
    stop_forwarder
    [ "$(stat -c %a cache)" = 600 ]
    for count in 2 1 4; do
        start_forwarder --upstream 127.0.0.1:5312 --listen 127.0.0.1:8053 --shards $count \
            --control control --cache-file cache
        grep "answers read" forwarder.log >read.txt
        [ "$(cat read.txt)" = "cupel-dns: 10 answers read from the cache's file, 0 left out" ] ||
            fail "$(cat forwarder.log)"
        ask_names
        [ "$(ctl stats | awk '$2 == "queries_forwarded" { print $1 }')" = 0 ]
        # One that is started anew does not bring back what was forgotten.
        [ "$(ctl flush --all)" -gt 0 ]
        [ $count = 1 ] || kill -KILL "$(shards | head -n 1)"
        [ $count = 1 ] || wait_until grep -q "and is started anew" forwarder.log
        ask_names
        stop_forwarder
    done
}

# has_lines COUNT: of all that was logged, also by those who write later.
has_lines() {
    [ "$(cat queries queries.old | grep -vc 'late[0-9]*[.]example')" = "$1" ]
}

# What shards have gathered goes to the new file.
a_late_line_is_in_it() {
    ask 8053 "late$RANDOM.example.org"
    grep -q 'late[0-9]*[.]example' queries
}

lines_of_all_shards_are_whole_in_one_log() {
    start_shards 4 --query-log queries --control control
    "$here/dns_shards.py" all 2>load.log || fail "$(cat load.log)"
    mv queries queries.old
    ctl reopen
    wait_until a_late_line_is_in_it
    wait_until has_lines 1040
    local line='20[0-9T:.-]*Z 127\.0\.0\.1:[0-9]+ (udp|tcp) [^ ]+ IN A NOERROR upstream'
    line+=' [0-9]+ [0-9]+us'
    grep -vxhE "$line" queries queries.old >broken.txt && fail "not whole: $(cat broken.txt)"
    ctl log off
    kill -KILL "$(shards | head -n 1)"
    wait_until grep -q "and is started anew" forwarder.log
    "$here/dns_shards.py" all 2>load.log || fail "$(cat load.log)"
    stop_forwarder
    has_lines 1040 || fail "$(cat queries queries.old | wc -l) lines"
    # Through a pipe as well, which keeps apart what is written at once.
    mkfifo pipe
    exec 4<>pipe # a pipe that nobody reads so far cannot be opened
    cat pipe >piped.txt 4>&- &
    reader=$!
    start_shards 4 --query-log pipe --query-log-format json 4>&-
    exec 4>&-
    "$here/dns_shards.py" all 2>load.log || fail "$(cat load.log)"
    stop_forwarder
    wait "$reader"
    [ "$(wc -l <piped.txt)" = 1040 ] || fail "$(wc -l <piped.txt) lines"
    python3 -c 'import json, sys; [json.loads(line)["waited_us"] for line in sys.stdin]' <piped.txt
}

# are_whole FILE: each of its lines is one.
are_whole() {
    local line='20[0-9T:.-]*Z 127\.0\.0\.1:[0-9]+ (udp|tcp) [^ ]+ IN A [A-Z]+'
    line+=' (upstream|cache|here) [0-9]+ [0-9]+us'
    [ "$(tail -c 1 "$1" | od -An -c | tr -d ' ')" = '\n' ] || fail "its last line has no end"
    grep -vxE "$line" "$1" >broken.txt && fail "not whole: $(cat broken.txt)"
    return 0
}

# rush: many queries, without regard to what becomes of them.
rush() {
    python3 - <<'PYTHON'
import socket
import struct
import time

clients = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(16)]
for client in clients:
    client.connect(("127.0.0.1", 8053))
query = struct.pack(">6H", 1, 0x100, 1, 0, 0, 0) + b"\3one\7example\3org\0\0\1\0\1"
end = time.monotonic() + 3
while time.monotonic() < end:
    for client in clients:
        for _ in range(8):
            client.send(query)
    time.sleep(0.002)
PYTHON
}

writer() {
    pgrep -P "$forwarder" -x "$1"
}

is_written_anew() {
    [ "$(writer cupel-dns-lines)" != "$1" ] && grep -q "it is started anew" forwarder.log
}

a_line_is_whole_whoever_is_killed() {
    local shard before load
    rm -f queries
    start_shards 2 --query-log queries
    rush &
    load=$!
    sleep 0.3
    for _ in 1 2 3; do
        for shard in $(shards); do
            kill -KILL "$shard"
        done
        sleep 0.4
    done
    before=$(writer cupel-dns-lines)
    kill -KILL "$before"
    wait "$load"
    wait_until is_written_anew "$before"
    ask 8053 last.example.org
    stop_forwarder
    nothing_is_left
    are_whole queries
    grep -q last queries || fail "who took over writes nothing"
    [ "$(wc -l <queries)" -gt 1000 ] || fail "$(wc -l <queries) lines"
}

# told FILE…: how many messages of each kind they tell of together.
told() {
    local file
    for file in "$@"; do
        dnstap-read "$file"
    done | cut -d ' ' -f 3 | sort | uniq -c | awk '{ printf "%s%s %s", sep, $2, $1; sep = ", " }'
}

one_file_tells_of_the_messages_of_all_shards() {
    local before forwarded
    start_shards 3 --dnstap tap.fstrm --control control --sandbox
    "$here/dns_shards.py" all 2>load.log || fail "$(cat load.log)"
    wait_until sum_is queries_forwarded 1040
    sleep 0.2
    kill -KILL "$(shards | head -n 1)"
    wait_until grep -q "and is started anew" forwarder.log
    before=$(writer cupel-dns-tap)
    kill -KILL "$before"
    wait_until grep -q "it is started anew" forwarder.log
    "$here/dns_shards.py" all 2>load.log || fail "$(cat load.log)"
    ctl reopen # it was not renamed: it goes on
    sleep 0.2
    mv tap.fstrm tap.old
    ctl reopen
    wait_until test -e tap.fstrm
    ask 8053 renamed.example.org
    sum_is dnstap_lost 0 || fail "$(sum dnstap_lost) were lost"
    forwarded=$(sum queries_forwarded)
    stop_forwarder
    nothing_is_left
    # What shards have gathered when the file is opened anew goes to the new one.
    [ "$(told tap.old tap.fstrm)" = "CQ 2081, CR 2081, FQ $forwarded, FR $forwarded" ] ||
        fail "$(told tap.old tap.fstrm)"
    dnstap-read tap.fstrm | grep -i "renamed.example.org" >renamed.txt || fail "$(told tap.fstrm)"
    dnstap-read tap.old | grep -i "c[0-9]*-[0-9]*-20.example.org" >old.txt || fail "$(told tap.old)"
}

what_cannot_be_written_is_counted() {
    (
        ulimit -f 8 # of 1024 octets
        trap '' XFSZ
        exec cupel-dns --timeout-ms 30000 --upstream 127.0.0.1:5312 \
            --listen 127.0.0.1:8053 --shards 2 --control control \
            --query-log queries.small --dnstap small.fstrm
    ) >forwarder.log 2>&1 &
    forwarder=$!
    wait_until grep -q ready forwarder.log
    "$here/dns_shards.py" all 2>load.log || fail "$(cat load.log)"
    wait_until sum_is queries_forwarded 1040
    sleep 0.3
    [ "$(sum log_lines_lost)" = $((1040 - $(wc -l <queries.small))) ] ||
        fail "$(sum log_lines_lost) lines lost, $(wc -l <queries.small) written"
    are_whole queries.small
    [ "$(sum dnstap_lost)" -gt 4000 ] || fail "$(sum dnstap_lost) messages lost"
    stop_forwarder
}

# status PROCESS FIELD: what the kernel says of it.
status() {
    awk -v field="$2:" '$1 == field { print $2; exit }' "/proc/$1/status"
}

supervisor_and_shards_are_in_their_sandboxes() {
    local process set
    start_shards 2 --user 65534:65534 --sandbox
    kill -KILL "$(shards | head -n 1)"
    wait_until grep -q "and is started anew" forwarder.log
    ask 8053 sandbox.example.org
    for process in "$forwarder" $(shards); do
        [ "$(status "$process" NoNewPrivs)" = 1 ] || fail "new privileges"
        [ "$(status "$process" Seccomp)" = 2 ] || fail "no filter"
        for set in CapEff CapPrm CapInh CapAmb; do
            [ "$(status "$process" $set)" = 0000000000000000 ] || fail "$set"
        done
        [ "$(status "$process" Uid)" = 65534 ] || fail "user $(status "$process" Uid)"
        [ "$(stat -c %u "/proc/$process/status")" = 0 ] || fail "others can look into it"
    done
    for process in $(shards); do
        [ "$(status "$process" Seccomp_filters)" = 2 ] || fail "a shard has no filter of its own"
    done
    stop_forwarder
}

cookies_of_one_shard_are_good_for_all() {
    local cookie i
    start_shards 4 --require-cookies
    dig +time=5 +tries=1 +cookie=0123456789abcdef +nobadcookie @127.0.0.1 -p 8053 \
        a.example.org >dig.txt || true
    cookie=$(awk '$2 == "COOKIE:" { print $3 }' dig.txt)
    [ "${#cookie}" = 48 ] || fail "no cookie: $(cat dig.txt)"
    for i in $(seq 16); do # each from another port
        dig +time=5 +tries=1 "+cookie=$cookie" +nobadcookie @127.0.0.1 -p 8053 \
            "c$i.example.org" >dig.txt
        grep -q 'status: NOERROR' dig.txt || fail "$(cat dig.txt)"
    done
    stop_forwarder
}

states_count() {
    [ "$(wc -l <states.txt)" = "$1" ]
}

sockets_that_are_passed_are_for_all_shards() {
    "$here/dns_service.py" states.txt cupel-dns --upstream 127.0.0.1:5312 --timeout-ms 30000 \
        --shards 3 >service.txt 2>forwarder.log &
    forwarder=$!
    wait_until grep -q "early answer 77 0" service.txt
    "$here/dns_shards.py" all 2>load.log || fail "$(cat load.log)"
    [ "$(cat states.txt)" = READY ] || fail "states: $(cat states.txt)"
    kill -HUP "$forwarder"
    wait_until states_count 3
    [ "$(tail -n 1 states.txt)" = READY ] || fail "states: $(cat states.txt)"
    "$here/dns_shards.py" all 2>load.log || fail "$(cat load.log)"
    stop_forwarder
    nothing_is_left
}

start_upstream
run_tests \
    all_answers_are_right_and_every_shard_has_clients \
    a_shard_that_crashes_under_load_takes_nobody_with_it \
    a_shard_that_hangs_is_ended_and_started_anew \
    a_shard_that_cannot_start_is_tried_five_times \
    what_no_shard_can_have_is_one_sentence \
    a_supervisor_that_is_killed_takes_all_with_it \
    signals_for_all_processes_end_it_in_order \
    no_query_is_lost_when_all_take_another_configuration \
    a_wrong_configuration_is_refused_by_all \
    all_shards_have_one_text_of_a_file_that_is_edited \
    addresses_come_and_go_and_a_new_shard_has_those_that_there_are \
    what_is_counted_is_all_shards_and_stays_when_one_dies \
    what_is_flushed_dumped_and_loaded_is_all_shards \
    the_cache_is_one_file_for_all_and_for_any_number \
    lines_of_all_shards_are_whole_in_one_log \
    a_line_is_whole_whoever_is_killed \
    one_file_tells_of_the_messages_of_all_shards \
    what_cannot_be_written_is_counted \
    supervisor_and_shards_are_in_their_sandboxes \
    cookies_of_one_shard_are_good_for_all \
    sockets_that_are_passed_are_for_all_shards
