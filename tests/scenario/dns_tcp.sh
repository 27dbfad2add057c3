#!/usr/bin/env bash
# cupel-dns over TCP: with clients of all manners, and with an upstream whose answers are large.
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/dns.bash"
needs dig bind9-dnsutils
needs nsd nsd

# One that waits long for names at quiet.example.test, where nobody listens.
start_patient() {
    start_forwarder --upstream 127.0.0.1:5330 --tcp-clients-max 64 --tcp-idle-ms 600 \
        --zone-upstream quiet.example.test=127.0.0.1:5331
}

# client CASE: one of dns_tcp.py, and afterwards nothing waits.
client() {
    "$here/dns_tcp.py" "$1"
}

a_query_may_come_octet_by_octet() {
    client cut
}

queries_may_come_all_at_once() {
    client pipelined
}

what_is_no_query_ends_the_connection() {
    client garbage
    [ "$(counter tcp_broken)" = 4 ]
}

an_idle_connection_is_closed() {
    client idle
    client slow
    [ "$(counter tcp_idle)" -ge 2 ]
}

one_address_has_a_share_of_the_connections() {
    client crowd
    [ "$(counter tcp_displaced)" -ge 1 ]
    client busy
    [ "$(counter tcp_per_client)" -ge 1 ]
}

# So it is for all who ask from this machine, where one of them keeps what it does not need.
connections_for_nothing_harm_no_one() {
    local places
    for places in 64 256; do
        stop_forwarder
        start_forwarder --upstream 127.0.0.1:5330 --tcp-clients-max "$places"
        client many >dig.txt
        grep -q '192\.0\.2\.1$' dig.txt || fail "$(cat dig.txt)"
    done
    stop_forwarder
    start_patient
}

a_client_may_end_its_side() {
    client half
}

who_reads_no_answers_harms_nobody() {
    client unread
}

without_descriptors_it_does_not_spin_and_goes_on_later() {
    stop_forwarder
    start_forwarder --upstream 127.0.0.1:5330 --tcp-idle-ms 600
    prlimit --pid "$forwarder" --nofile=20:
    exec 9<>/dev/tcp/127.0.0.1/8053
    sleep 1.5
    local paused
    paused=$(counter tcp_paused)
    [[ $paused =~ ^[1-4]$ ]] || fail "paused $paused times"
    prlimit --pid "$forwarder" --nofile=4096:
    exec 9>&-
    dig +tcp +time=40 +tries=1 @127.0.0.1 -p 8053 name.example.test >dig.txt
    grep -q '192\.0\.2\.1$' dig.txt
}

a_large_answer_is_fetched_over_tcp_and_kept() {
    stop_forwarder
    start_forwarder --upstream 127.0.0.1:5335
    dig +time=40 +tries=1 +ignore @127.0.0.1 -p 8053 huge.example.test TXT >dig.txt
    grep -q 'flags:[^;]* tc' dig.txt
    dig +tcp +time=40 +tries=1 @127.0.0.1 -p 8053 huge.example.test TXT >dig.txt
    ! grep -q 'flags:[^;]* tc' dig.txt || fail "cut over TCP"
    grep -q 'MSG SIZE  rcvd: [12][0-9][0-9][0-9]$' dig.txt || fail "not whole"
    dig +tcp +time=40 +tries=1 @::1 -p 8053 huge.example.test TXT | grep -q 'ANSWER: 1,'
    [ "$(counter replies_truncated)" = 1 ]
    [ "$(counter tcp_upstreams)" = 1 ]
    [ "$(counter queries_cached)" = 2 ]
}

with_no_connections_allowed_there_is_no_tcp() {
    stop_forwarder
    start_forwarder --upstream 127.0.0.1:5330 --tcp-clients-max 0
    dig +time=40 +tries=1 @127.0.0.1 -p 8053 name.example.test | grep -q '192\.0\.2\.1$'
    ! dig +tcp +time=5 +tries=1 @127.0.0.1 -p 8053 name.example.test >dig.txt || fail "answered"
    stop_forwarder
}

write_zone
start_nsd 5335
"$here/dns_upstream.py" 5330 honest >honest.txt 2>honest.log &
wait_until grep -q ready honest.txt
start_patient
run_tests \
    a_query_may_come_octet_by_octet \
    queries_may_come_all_at_once \
    what_is_no_query_ends_the_connection \
    an_idle_connection_is_closed \
    one_address_has_a_share_of_the_connections \
    connections_for_nothing_harm_no_one \
    a_client_may_end_its_side \
    who_reads_no_answers_harms_nobody \
    without_descriptors_it_does_not_spin_and_goes_on_later \
    a_large_answer_is_fetched_over_tcp_and_kept \
    with_no_connections_allowed_there_is_no_tcp
