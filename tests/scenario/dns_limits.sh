#!/usr/bin/env bash
# Who may ask cupel-dns, how often, and how much of it one client may have. 127.0.0.1 to 127.0.3.1
# are clients of different networks here.
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/dns.bash"
needs dig bind9-dnsutils

# ask FROM OPTION…: what dig says that an answer says, asked from that address.
ask() {
    local from=$1
    shift
    dig +nocookie +time=1 +tries=1 -b "$from" @127.0.0.1 -p 8053 "$@"
}

# says SENTENCE OPTION…: cupel-dns ends with this sentence.
says() {
    local sentence=$1
    shift
    ! timeout 10 cupel-dns "$@" >out.txt 2>err.txt || fail "cupel-dns $* goes on"
    [ "$(cat err.txt)" = "cupel-dns: $sentence" ] || fail "says: $(cat err.txt)"
}

who_is_not_of_an_allowed_network_is_refused() {
    start_forwarder --upstream 127.0.0.1:5330 --allow 127.0.0.0/16 --allow 127.0.2.0/24 \
        --deny 127.0.0.64/26
    ask 127.0.0.1 name.example.test | grep -q '192\.0\.2\.1$'
    ask 127.0.0.63 name.example.test | grep -q '192\.0\.2\.1$'
    ask 127.0.0.65 name.example.test >dig.txt
    grep -q 'status: REFUSED' dig.txt
    grep -q 'EDE: 18 (Prohibited)' dig.txt
    ask 127.1.0.1 name.example.test | grep -q 'status: REFUSED'
    ! dig +time=1 +tries=1 @::1 -p 8053 name.example.test | grep -q '192\.0\.2\.1$' ||
        fail "::1 is answered"
    ask 127.0.0.1 +tcp name.example.test | grep -q '192\.0\.2\.1$'
    ! ask 127.0.0.65 +tcp name.example.test >dig.txt || fail "is answered over TCP"
    [ "$(counter queries_prohibited)" = 3 ]
    [ "$(counter tcp_prohibited)" -ge 1 ]
    stop_forwarder
}

so_much_may_wait_on_a_socket_as_the_system_gives() {
    local sentence='^cupel-dns: --receive-buffer: 1073741823 octets are more than the system gives'

    start_forwarder --upstream 127.0.0.1:5330 --receive-buffer 65536
    [ "$(counter receive_buffer)" = 65536 ]
    stop_forwarder
    start_forwarder --upstream 127.0.0.1:5330
    [ "$(counter receive_buffer)" -ge 65536 ]
    stop_forwarder
    setpriv --bounding-set -net_admin --inh-caps=-net_admin true 2>/dev/null || {
        echo "# no capability can be given up here"
        return
    }
    rm -f forwarder.log
    setpriv --bounding-set -net_admin --inh-caps=-net_admin cupel-dns --upstream 127.0.0.1:5330 \
        --receive-buffer 1073741823 >forwarder.log 2>&1 &
    forwarder=$!
    wait_until grep -q ready forwarder.log
    grep -q "$sentence, which are [0-9]* (net.core.rmem_max)$" forwarder.log ||
        fail "says: $(cat forwarder.log)"
    stop_forwarder
}

who_may_not_ask_can_be_left_without_an_answer() {
    start_forwarder --upstream 127.0.0.1:5330 --deny 127.0.0.64/26 --refuse-silently
    ask 127.0.0.1 name.example.test | grep -q '192\.0\.2\.1$'
    ! ask 127.0.0.65 name.example.test >dig.txt || fail "is answered"
    [ "$(counter ignored_prohibited)" = 1 ]
    stop_forwarder
}

without_a_word_only_this_machine_may_ask() {
    ip link add cupel0 type dummy 2>/dev/null || {
        echo "# no network device can be made here"
        return
    }
    ip address add 192.0.2.200/32 dev cupel0
    ip link set cupel0 up
    start_forwarder --upstream 127.0.0.1:5330 --listen 0.0.0.0:8053
    ask 127.0.0.1 name.example.test | grep -q '192\.0\.2\.1$'
    dig +time=1 +tries=1 -b 192.0.2.200 @192.0.2.200 -p 8053 name.example.test |
        grep -q 'status: REFUSED'
    stop_forwarder
    ip link delete cupel0
}

# Whether one more query is sent to TCP.
is_over_the_rate() {
    ask 127.0.0.1 +ignore name.example.test | grep -q 'flags: qr tc'
}

# Whether one more query is dropped.
is_dropped() {
    ! ask 127.0.0.1 name.example.test >dig.txt
}

a_network_over_its_rate_goes_on_over_tcp() {
    start_forwarder --upstream 127.0.0.1:5330 --rate-limit 1 --rate-window 60 --rate-slip 1
    wait_until is_over_the_rate
    ask 127.0.0.7 name.example.test | grep -q '192\.0\.2\.1$' # over TCP
    ask 127.0.1.1 name.example.test | grep -q '192\.0\.2\.1$' # of another network
    [ "$(counter queries_slipped)" -ge 1 ]
    stop_forwarder
    start_forwarder --upstream 127.0.0.1:5330 --rate-limit 1 --rate-slip 0
    wait_until is_dropped
    [ "$(counter ignored_limited)" -ge 1 ]
    stop_forwarder
}

one_client_has_its_share_of_what_waits() {
    start_forwarder --upstream 127.0.0.1:5334 --client-queries-max 2
    dig +time=5 +tries=1 -b 127.0.0.5 @127.0.0.1 -p 8053 +noall a.example.test >dig1.txt &
    dig +time=5 +tries=1 -b 127.0.0.5 @127.0.0.1 -p 8053 +noall b.example.test >dig2.txt &
    wait_until waits clients_waiting 2
    ask 127.0.0.5 c.example.test | grep -q 'status: SERVFAIL'
    dig +time=5 +tries=1 -b 127.0.0.6 @127.0.0.1 -p 8053 +noall c.example.test >dig3.txt &
    wait_until waits clients_waiting 3
    [ "$(counter queries_greedy)" = 1 ]
    stop_forwarder
}

# waits COUNTER NUMBER: whether it has come to that.
waits() {
    [ "$(counter "$1")" = "$2" ]
}

an_upstream_has_no_more_queries_than_it_may() {
    start_forwarder --upstream 127.0.0.1:5334 --upstream-queries-max 1
    dig +time=5 +tries=1 @127.0.0.1 -p 8053 +noall a.example.test >dig1.txt &
    wait_until waits queries_waiting 1
    ask 127.0.0.1 b.example.test | grep -q 'status: SERVFAIL'
    [ "$(counter queries_busy)" = 1 ]
    stop_forwarder
}

a_network_that_is_none_is_named() {
    says "--allow: 'lan' is not an IPv4 or IPv6 network" --allow lan
    says "--allow: '10.0.0.0/33': the prefix is not a number from 0 to 32" --allow 10.0.0.0/33
    says "--deny: '10.0.0.1/8' has bits behind its prefix" --deny 10.0.0.1/8
    says "--deny: '10.0.0.0/8' is allowed, too" --allow 10.0.0.0/8 --deny 10.0.0.0/8
}

"$here/dns_upstream.py" 5330 honest >honest.txt 2>honest.log &
wait_until grep -q ready honest.txt
"$here/dns_upstream.py" 5334 silent >silent.txt 2>silent.log &
wait_until grep -q ready silent.txt
run_tests \
    who_is_not_of_an_allowed_network_is_refused \
    who_may_not_ask_can_be_left_without_an_answer \
    so_much_may_wait_on_a_socket_as_the_system_gives \
    without_a_word_only_this_machine_may_ask \
    a_network_over_its_rate_goes_on_over_tcp \
    one_client_has_its_share_of_what_waits \
    an_upstream_has_no_more_queries_than_it_may \
    a_network_that_is_none_is_named
