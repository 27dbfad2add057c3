#!/usr/bin/env bash
# A cupel-dns that runs is asked and told by cupel-dns-ctl.
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/dns.bash"
needs dig bind9-dnsutils

socket=$PWD/control.socket

ctl() {
    cupel-dns-ctl --control "$socket" "$@"
}

# ask NAME [TYPE]: one query.
ask() {
    dig +noedns +time=40 +tries=1 @127.0.0.1 -p 8053 "$@" >dig.txt
}

# A forwarder that can be operated, to an upstream that is honest.
start() {
    start_forwarder --upstream 127.0.0.1:5312 --control "$socket"
}

# A statistic by name, of ctl stats.
stat_of() {
    ctl stats | awk -v name="$1" '$2 == name { print $1 }'
}

# refused STATUS SENTENCE WORD…: ctl ends with the status and says the sentence alone.
refused() {
    local status=$1 sentence=$2 actual=0
    shift 2
    ctl "$@" >out.txt 2>err.txt || actual=$?
    [ "$actual" = "$status" ] || fail "exit status $actual instead of $status: $*"
    [ "$(cat err.txt)" = "cupel-dns-ctl: $sentence" ] || fail "says: $(cat err.txt)"
    [ ! -s out.txt ] || fail "prints: $(cat out.txt)"
}

it_tells_who_it_is_what_it_counted_and_how_upstreams_do() {
    start
    [ "$(stat -c %a "$socket")" = 600 ]
    ctl ping >out.txt
    [ ! -s out.txt ]
    ask one.test
    ask one.test
    ctl status >status.txt
    grep -q "^pid  *$forwarder$" status.txt
    grep -q '^cache_entries  *1$' status.txt
    [ "$(stat_of queries_cached)" = 1 ]
    [ "$(ctl stats | wc -l)" = "$(ctl stats --json | grep -c :)" ]
    diff <(ctl stats | awk '{ print $2 }') <(ctl stats --json | cut -s -d '"' -f 2)
    ctl upstreams >upstreams.txt
    grep -qE '^127\.0\.0\.1:5312 +up +[0-9.]+ +1 +1 +0$' upstreams.txt
    ctl upstreams --json | python3 -c '
import json, sys
(row,) = json.load(sys.stdin)
assert row["state"] == "up" and row["rtt_ms"] > 0 and row["edns"], row'
}

a_cache_is_saved_and_loaded_into_another() {
    start
    ask one.test
    ask two.test +dnssec
    ask 'strange\032\007name.test'
    ctl save saved.cache
    ctl save saved.cache # in place of the one before
    [ "$(stat -c %a saved.cache)" = 600 ]
    ctl dump | grep -v '^; [^e]' | awk '{ $2 = ""; print }' >before.txt
    ctl flush --all
    [ "$(ctl load saved.cache)" = "3 answers, 0 left out" ]
    ctl dump | grep -v '^; [^e]' | awk '{ $2 = ""; print }' >after.txt
    diff <(sort before.txt) <(sort after.txt)
    ask one.test
    [ "$(stat_of queries_cached)" = 1 ]
    [ "$(ctl load saved.cache)" = "3 answers, 0 left out" ] # once more changes nothing
    [ "$(stat_of cache_entries)" = 3 ]
}

a_file_that_is_no_cache_is_refused() {
    head -c -1 saved.cache >short.cache
    refused 1 "'short.cache': not whole" load short.cache
    echo 'not at all, but long enough' >other.cache
    refused 1 "'other.cache': not a file of cupel-dns's cache" load other.cache
    : >empty.cache
    refused 1 "'empty.cache': not a file of cupel-dns's cache" load empty.cache
    { head -c 100 saved.cache && printf x && tail -c +102 saved.cache; } >changed.cache
    refused 1 "'changed.cache': not whole" load changed.cache
    truncate -s 80M large.cache
    refused 1 "'large.cache': larger than 67174400 octets" load large.cache
    rm large.cache
    refused 1 "open 'nowhere': No such file or directory" load nowhere
    refused 1 "'.': not a regular file" load .
    [ "$(stat_of cache_entries)" = 3 ]
    stop_forwarder
}

a_dump_that_is_not_whole_leaves_no_file() {
    python3 -c '
import socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
print("ready", flush=True)
client, _ = server.accept()
client.recv(4096)
client.sendall(b"{\"ok\":true}\n; the first half\n")' "$socket" >half.txt &
    wait_until grep -q ready half.txt
    refused 1 'the dump is not whole: cupel-dns went away, or let us wait' dump half.zone
    [ ! -e half.zone ] || fail "half a dump is left"
    rm "$socket"
}

a_name_a_tree_and_all_are_flushed() {
    local name
    for name in a.test b.a.test c.b.a.test other.test; do
        ask "$name"
    done
    [ "$(ctl flush A.test)" = 1 ]
    [ "$(ctl flush a.test)" = 0 ]
    [ "$(ctl flush --tree a.test)" = 2 ]
    [ "$(ctl flush --tree a.test)" = 0 ]
    [ "$(ctl flush --all)" = 2 ] # one.test and other.test
    [ "$(stat_of cache_entries)" = 0 ]
    [ "$(stat_of cache_bytes_used)" = 0 ]
}

the_cache_is_dumped_as_a_zone_file() {
    ask one.test
    dig +time=40 @127.0.0.1 -p 8053 +dnssec 'strange\032\007name.test' >dig.txt
    ctl dump >dump.txt
    grep -qE '^one\.test\.\s+(300|29[0-9])\s+IN\s+A\s+192\.0\.2\.1$' dump.txt
    grep -qE '^strange\\032\\007name\.test\.\s' dump.txt
    grep -qE '^; one\.test\.\s+IN\s+A: NOERROR, [0-9]+ s old, good for .*with AD$' dump.txt
    grep -qE 'more, with DO$' dump.txt
    [ "$(tail -n 1 dump.txt)" = "; end: 2 answers" ]
    cupel-wire zone dump.txt >zone.txt || fail "it is no zone file"
    ctl dump dumped.txt
    [ "$(tail -n 1 dumped.txt)" = "; end: 2 answers" ]
    refused 1 "'dumped.txt': File exists" dump dumped.txt
}

mistakes_are_one_sentence() {
    refused 1 "that is not a domain name" flush a..b
    refused 2 "flush: NAME or --all is missing" flush
    refused 2 "flush: --all stands alone" flush --all a.test
    refused 2 "there is no command 'halt' (see 'cupel-dns-ctl --help')" halt
    cp /dev/null "$PWD/file"
    socket=$PWD/nowhere refused 1 "cannot reach '$PWD/nowhere': No such file or directory" ping
    socket=$PWD/file refused 1 "cannot reach '$PWD/file': Connection refused" ping
}

a_live_socket_is_refused_a_stale_one_is_replaced_and_at_the_end_it_is_gone() {
    local status=0
    cupel-dns --listen 127.0.0.1:8054 --upstream 127.0.0.1:5312 --control "$socket" \
        >second.txt 2>&1 || status=$?
    [ "$status" = 1 ]
    [ "$(cat second.txt)" = "cupel-dns: --control: '$socket': somebody listens there" ]
    kill -KILL "$forwarder"
    wait "$forwarder" || true
    [ -S "$socket" ]
    refused 1 "cannot reach '$socket': Connection refused" ping
    start
    ctl ping
    stop_forwarder
    [ ! -e "$socket" ]
}

another_user_is_not_served() {
    start
    chmod 777 "$socket" "$PWD"
    if ! setpriv --reuid 65534 --clear-groups true 2>/dev/null; then
        echo "# there is no other user here"
        return
    fi
    ! setpriv --reuid 65534 --clear-groups -- "$(command -v cupel-dns-ctl)" -c "$socket" ping \
        2>err.txt || fail "it was served"
    grep -q "cupel-dns gave no answer" err.txt || fail "$(cat err.txt)"
    ctl ping
}

hostile_clients_do_not_stop_it() {
    ctl flush --all
    "$here/dns_control.py" "$socket" 8053
    ctl ping
    stop_forwarder
}

"$here/dns_upstream.py" 5312 honest >honest.txt 2>honest.log &
wait_until grep -q ready honest.txt
run_tests \
    a_cache_is_saved_and_loaded_into_another \
    a_file_that_is_no_cache_is_refused \
    a_dump_that_is_not_whole_leaves_no_file \
    it_tells_who_it_is_what_it_counted_and_how_upstreams_do \
    a_name_a_tree_and_all_are_flushed \
    the_cache_is_dumped_as_a_zone_file \
    mistakes_are_one_sentence \
    a_live_socket_is_refused_a_stale_one_is_replaced_and_at_the_end_it_is_gone \
    another_user_is_not_served \
    hostile_clients_do_not_stop_it
