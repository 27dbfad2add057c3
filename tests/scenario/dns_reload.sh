#!/usr/bin/env bash
# SIGHUP: cupel-dns reads its configuration anew, and nobody who waits for an answer notices.
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/dns.bash"
needs dig bind9-dnsutils

# start_upstream PORT MODE: an upstream of dns_upstream.py.
start_upstream() {
    "$here/dns_upstream.py" "$1" "$2" >"$2.txt" 2>"$2.log" &
    wait_until grep -q ready "$2.txt"
}

# ask PORT NAME: one query, patiently.
ask() {
    dig +noedns +time=20 +tries=1 @127.0.0.1 -p "$1" "$2" >dig.txt
}

# reload: the configuration is read anew; what is said is in forwarder.log alone.
reload() {
    : >forwarder.log
    kill -HUP "$forwarder"
    wait_until grep -qE "ready|as before" forwarder.log
}

says() {
    grep -qxF "cupel-dns: $1" forwarder.log || fail "says: $(cat forwarder.log)"
}

# files: how many descriptors the forwarder has; the sandbox lets nobody count them but root.
files() {
    find "$(proc_of "$forwarder")/fd" -type l 2>/dev/null | wc -l
}

has_files() {
    [ "$(files)" -eq "$1" ]
}

# no_query_is_lost COUNT: while dns.yaml becomes one.yaml, other.yaml, and so on, with an upstream
# each; so many sockets stay that were listened on, since clients of theirs might still wait.
no_query_is_lost() {
    cp one.yaml dns.yaml
    start_forwarder --config dns.yaml
    opened=$(files)
    [ "$(id -u)" -ne 0 ] || [ ! -r "$(proc_of "$forwarder")/fd" ] || [ "$opened" -gt 32 ]
    "$here/dns_reload.py" "$forwarder" dns.yaml other.yaml one.yaml >load.txt 2>load.log ||
        fail "$(cat load.log)"
    sed 's/^/# /' load.txt
    [ "$(counter answers_timed_out)" = 0 ]
    [ "$(counter queries_waiting)" = 0 ]
    # Of the upstream that was left none is open.
    wait_until has_files $((opened == 0 ? 0 : opened + $1))
    stop_forwarder
}

no_query_is_lost_when_upstreams_change_under_load() {
    printf 'listen: [127.0.0.1:8053, "127.0.0.1:8054"]\nupstream: 127.0.0.1:5342\n' >other.yaml
    printf 'listen: 127.0.0.1:8053\nupstream: [127.0.0.1:5341]\npolicy: race\n' >one.yaml
    no_query_is_lost 1
}

# Also not when more streams to each upstream go with it.
no_query_is_lost_when_sizes_change_under_load() {
    printf 'listen: 127.0.0.1:8053\nupstream: 127.0.0.1:5342\n' >other.yaml
    printf 'queries-max: 70000\ncache-bytes: 4194304\n' >>other.yaml
    printf 'listen: 127.0.0.1:8053\nupstream: 127.0.0.1:5341\n' >one.yaml
    printf 'queries-max: 200\ncache-bytes: 65536\n' >>one.yaml
    no_query_is_lost 0
}

# kept: how many answers the cache holds, once all are where they belong.
kept() {
    cupel-dns-ctl --control control dump | grep -c '^;.*good for' || true
}

holds() {
    [ "$(kept)" = "$1" ]
}

answers_stay_when_the_size_of_the_cache_changes() {
    printf 'listen: 127.0.0.1:8053\nupstream: 127.0.0.1:5312\ncache-bytes: 65536\n' >dns.yaml
    start_forwarder --config dns.yaml --control control
    for number in $(seq 100); do
        echo "n$number.example.org"
    done >names
    dig +noedns +time=20 +tries=1 @127.0.0.1 -p 8053 -f names >dig.txt
    [ "$(kept)" = 100 ]
    for bytes in 1048576 16777216 65536; do
        sed -i "s/cache-bytes: .*/cache-bytes: $bytes/" dns.yaml
        reload
        says "ready on 127.0.0.1:8053, forwarding to 127.0.0.1:5312"
        wait_until holds 100
    done
    asked=$(counter queries_forwarded)
    dig +noedns +time=20 +tries=1 @127.0.0.1 -p 8053 -f names >dig.txt
    [ "$(grep -c 'status: NOERROR' dig.txt)" = 100 ]
    [ "$(counter queries_forwarded)" = "$asked" ] || fail "the upstream was asked again"
    sed -i 's/cache-bytes: .*/cache-bytes: 0/' dns.yaml
    reload
    [ "$(kept)" = 0 ]
    stop_forwarder
}

without_memory_for_a_larger_cache_all_is_as_before() {
    printf 'listen: 127.0.0.1:8053\nupstream: 127.0.0.1:5312\ncache-bytes: 65536\n' >dns.yaml
    start_forwarder --config dns.yaml
    local size
    size=$(awk '/^VmSize/ { print $2 }' "$(proc_of "$forwarder")/status")
    ask 8053 kept.example.org
    prlimit --pid "$forwarder" --as=$((size * 1024 + 67108864))
    sed -i 's/cache-bytes: .*/cache-bytes: 1073741824/' dns.yaml
    reload
    says "goes on as before: no memory for 4096 queries and 1073741824 octets of cache"
    ask 8053 kept.example.org
    grep -q 'status: NOERROR' dig.txt
    stop_forwarder
}

# resident: how much memory the forwarder has, in KiB.
resident() {
    awk '/^VmRSS/ { print $2 }' "$(proc_of "$forwarder")/status"
}

memory_goes_back_when_the_size_changes() {
    printf 'listen: 127.0.0.1:8053\nupstream: 127.0.0.1:5312\ncache-bytes: 65536\n' >dns.yaml
    start_forwarder --config dns.yaml
    local bytes before after
    before=$(resident)
    for bytes in 8000000 4000000 8000000 4000000 8000000 4000000; do
        sed -i "s/cache-bytes: .*/cache-bytes: $bytes/" dns.yaml
        reload
    done
    after=$(resident)
    # Nothing is kept, so hardly a page of all that is written to.
    [ $((after - before)) -lt 3000 ] || fail "$before KiB, then $after"
    stop_forwarder
}

addresses_come_and_go() {
    start_upstream 5312 honest
    printf 'listen: 127.0.0.1:8053\nupstream: 127.0.0.1:5312\n' >dns.yaml
    start_forwarder --config dns.yaml --timeout-ms 500
    printf 'listen: 127.0.0.1:8054\nupstream: 127.0.0.1:5312\n' >dns.yaml
    reload
    says "ready on 127.0.0.1:8054, forwarding to 127.0.0.1:5312"
    ask 8054 one.example.org
    grep -q 'status: NOERROR' dig.txt
    dig +tcp +time=2 +tries=1 @127.0.0.1 -p 8053 two.example.org >dig.txt && fail "8053 is open"
    printf 'listen: [127.0.0.1:8053, "127.0.0.1:8054"]\nupstream: 127.0.0.1:5312\n' >dns.yaml
    reload
    ask 8053 three.example.org
    grep -q 'status: NOERROR' dig.txt
    stop_forwarder
}

a_wrong_file_is_refused_and_nothing_changes() {
    printf 'listen: 127.0.0.1:8053\nupstream: 127.0.0.1:5312\n' >dns.yaml
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
    rm dns.yaml
    reload
    says "goes on as before: --config: open 'dns.yaml': No such file or directory"
    ask 8053 still.example.org
    grep -q 'status: NOERROR' dig.txt
    stop_forwarder
}

what_cannot_change_is_said() {
    printf 'listen: 127.0.0.1:8053\nupstream: 127.0.0.1:5312\nquery-log: log\n' >dns.yaml
    printf 'tcp-clients-max: 9\n' >>dns.yaml
    start_forwarder --config dns.yaml
    ask 8053 kept.example.org
    printf 'listen: 127.0.0.1:8053\nupstream: 127.0.0.1:5399\nquery-log: other\n' >dns.yaml
    printf 'rate-limit: 7\ntcp-clients-max: 8\nqueries-max: 5\n' >>dns.yaml
    reload
    wait_until grep -q ready forwarder.log
    says "changes when it is started anew: query-log"
    sed -i 's/tcp-clients-max: 8/tcp-clients-max: 0/' dns.yaml
    reload
    wait_until grep -q ready forwarder.log
    says "changes when it is started anew: tcp-clients-max, query-log"
    ask 8053 kept.example.org # the cache is kept: its upstream is not asked
    grep -q 'status: NOERROR' dig.txt
    stop_forwarder
}

# Connections that were taken or refused, in all.
connections() {
    echo "$(($(counter tcp_accepted) + $(counter tcp_per_client)))"
}

have_come() {
    [ "$(connections)" = "$1" ]
}

# connect_twice COUNT: two connections from one address, which has a quarter of all; so many had to
# make room then, in all.
connect_twice() {
    local before
    before=$(connections)
    exec 5<>/dev/tcp/127.0.0.1/8053 6<>/dev/tcp/127.0.0.1/8053
    wait_until have_come "$((before + 2))"
    [ "$(counter tcp_displaced)" = "$1" ] || fail "$(counter tcp_displaced) made room"
    exec 5>&- 6>&-
}

# Several queries at once are more than one a second.
is_over_its_rate() {
    dig +noedns +time=20 +tries=1 @127.0.0.1 -p 8053 a.test b.test c.test d.test >dig.txt
    [ "$(counter queries_slipped)" -gt 0 ]
}

limits_change() {
    printf 'listen: 127.0.0.1:8053\nupstream: 127.0.0.1:5312\ntcp-clients-max: 4\n' >dns.yaml
    start_forwarder --config dns.yaml --rate-slip 1
    connect_twice 1
    [ "$(counter receive_buffer)" != 40000 ]
    ! is_over_its_rate || fail "a limit that nobody gave"
    printf 'listen: 127.0.0.1:8053\nupstream: 127.0.0.1:5312\ntcp-clients-max: 8\n' >dns.yaml
    printf 'rate-limit: 1\nreceive-buffer: 40000\n' >>dns.yaml
    reload
    wait_until grep -q ready forwarder.log
    [ "$(counter receive_buffer)" = 40000 ] || fail "the buffer stays"
    wait_until is_over_its_rate
    connect_twice 1
    sed -i /rate-limit/d dns.yaml
    reload
    local slipped
    slipped=$(counter queries_slipped)
    is_over_its_rate
    [ "$(counter queries_slipped)" = "$slipped" ] || fail "the limit stays"
    stop_forwarder
}

what_is_local_changes() {
    printf 'listen: 127.0.0.1:8053\nupstream: 127.0.0.1:5312\n' >dns.yaml
    printf "local-record: 'nas.home.arpa. A 192.0.2.5'\n" >>dns.yaml
    start_forwarder --config dns.yaml
    ask 8053 nas.home.arpa
    grep -q '192\.0\.2\.5$' dig.txt
    sed -i 's/192.0.2.5/192.0.2.6/' dns.yaml
    reload
    ask 8053 nas.home.arpa
    grep -q '192\.0\.2\.6$' dig.txt
    stop_forwarder
}

queries_are_answered_while_a_list_of_any_length_is_read() {
    "$here/dns_reload_list.py" cupel-dns --listen 127.0.0.1:8053 --upstream 127.0.0.1:5312 \
        --block "$PWD/list" >list.txt 2>list.log || fail "$(cat list.log)"
}

a_list_that_says_nothing_leaves_the_one_before() {
    echo ads.example.org >list
    start_forwarder --upstream 127.0.0.1:5312 --block list
    echo '<html>' >list
    reload
    says "goes on as before: --block: 'list': no line says anything about a name; \
the first, 1, is '<html>'"
    ask 8053 ads.example.org
    grep -q 'status: NXDOMAIN' dig.txt
    stop_forwarder
}

zones_have_upstreams_of_their_own() {
    start_upstream 5310 silent
    printf 'listen: 127.0.0.1:8053\nupstream: 127.0.0.1:5310\n' >dns.yaml
    printf 'zone-upstream: [corp.example.org=127.0.0.1:5312, home.arpa=127.0.0.1:5312]\n' >>dns.yaml
    start_forwarder --config dns.yaml --timeout-ms 300
    for name in corp.example.org www.CORP.example.org nas.home.arpa; do
        ask 8053 $name
        grep -q 'status: NOERROR' dig.txt || fail "$name: $(cat dig.txt)"
    done
    ask 8053 www.example.org
    grep -q 'status: SERVFAIL' dig.txt
    sed -i 's/corp.example.org/org/' dns.yaml
    reload
    ask 8053 other.example.org
    grep -q 'status: NOERROR' dig.txt
    stop_forwarder
}

run_tests \
    no_query_is_lost_when_upstreams_change_under_load \
    no_query_is_lost_when_sizes_change_under_load \
    addresses_come_and_go \
    a_wrong_file_is_refused_and_nothing_changes \
    what_cannot_change_is_said \
    answers_stay_when_the_size_of_the_cache_changes \
    without_memory_for_a_larger_cache_all_is_as_before \
    memory_goes_back_when_the_size_changes \
    limits_change \
    what_is_local_changes \
    queries_are_answered_while_a_list_of_any_length_is_read \
    a_list_that_says_nothing_leaves_the_one_before \
    zones_have_upstreams_of_their_own
