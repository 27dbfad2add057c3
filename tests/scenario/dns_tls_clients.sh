#!/usr/bin/env bash
# Clients of cupel-dns over TLS, of all manners.
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/dns.bash"
# shellcheck source=tests/scenario/dns_tls.bash
source "$here/dns_tls.bash"
needs kdig knot-dnsutils
needs openssl openssl

# ask NAME [WORD…]: one query that wants the right certificate.
ask() {
    kdig +timeout=40 +retry=0 @127.0.0.1 -p 853 +tls-ca="$PWD/ca.pem" \
        +tls-hostname=dns.example.test "$@" >kdig.txt 2>&1
}

# session WORD…: what openssl says of a connection.
session() {
    openssl s_client -connect 127.0.0.1:853 -CAfile ca.pem "$@" </dev/null 2>&1
}

it_answers_who_trusts_its_certificate() {
    ask one.example.test
    grep -q '192\.0\.2\.1$' kdig.txt
    grep -q 'TLS session (TLS1.3)' kdig.txt
    ! kdig +retry=0 @127.0.0.1 -p 853 +tls-ca="$PWD/ca.pem" +tls-hostname=other.example.test \
        one.example.test >kdig.txt 2>&1 || fail "it was taken under another name"
    ! kdig +retry=0 @127.0.0.1 -p 853 +tcp +timeout=5 one.example.test >kdig.txt 2>&1 ||
        fail "it answers without TLS"
}

an_answer_is_padded_where_the_query_was() {
    ask one.example.test +padding
    grep -q 'PADDING' kdig.txt || fail "no padding"
    grep -q 'Received 468 B' kdig.txt || fail "another size: $(grep Received kdig.txt)"
    ask one.example.test +nopadding +edns
    ! grep -q 'PADDING' kdig.txt || fail "padding"
    kdig +retry=0 @127.0.0.1 -p 8053 +tcp +padding=128 one.example.test >kdig.txt
    ! grep -q 'PADDING' kdig.txt || fail "padding without TLS"
}

sessions_are_resumed() {
    session -sess_out session.txt -tls1_2 >first.txt
    session -sess_in session.txt -tls1_2 >second.txt
    grep -q '^Reused, TLSv1.2' second.txt || fail "not resumed"
    sleep 1 | openssl s_client -connect 127.0.0.1:853 -CAfile ca.pem -tls1_3 \
        -sess_out session.txt >first.txt 2>&1
    [ "$(grep -c 'New Session Ticket arrived' first.txt)" = 1 ] || fail "another number of tickets"
    session -sess_in session.txt -tls1_3 >second.txt
    grep -q '^Reused, TLSv1.3' second.txt || fail "not resumed"
}

what_is_old_is_refused() {
    session -alpn dot >dot.txt
    grep -q 'ALPN protocol: dot' dot.txt
    ! session -alpn h2 >session.txt || fail "another protocol"
    ! session -tls1_1 -cipher ALL:@SECLEVEL=0 >session.txt || fail "TLS 1.1"
    ! session -tls1_2 -cipher 'AES128-GCM-SHA256:@SECLEVEL=0' >session.txt || fail "no secrecy"
}

queries_are_taken_as_over_tcp() {
    local case
    for case in cut pipelined garbage idle slow crowd shake; do
        "$here/dns_tcp.py" "$case" ca.pem
    done
    [ "$(counter tcp_clients_now)" = 0 ] || wait_until [ "$(counter tcp_clients_now)" = 0 ]
    [ "$(counter tls_failed)" -ge 3 ]
    [ "$(counter tcp_displaced)" -ge 1 ]
    [ "$(counter tcp_idle)" -ge 3 ]
}

a_new_certificate_is_taken_on_sighup() {
    certificate server ca DNS:new.example.test -days 5 >openssl.txt 2>&1
    kill -HUP "$forwarder"
    wait_until kdig +retry=0 @127.0.0.1 -p 853 +tls-ca="$PWD/ca.pem" \
        +tls-hostname=new.example.test one.example.test
    echo none >server.pem
    kill -HUP "$forwarder"
    wait_until grep -qa "goes on as before: --tls-cert: 'server.pem'" forwarder.log
    kdig +retry=0 @127.0.0.1 -p 853 +tls-ca="$PWD/ca.pem" +tls-hostname=new.example.test \
        one.example.test >kdig.txt
    grep -q '192\.0\.2\.1$' kdig.txt
    stop_forwarder
}

{
    authority ca
    certificate server ca DNS:dns.example.test -days 5
} >openssl.txt 2>&1
"$here/dns_upstream.py" 5330 honest >honest.txt 2>honest.log &
wait_until grep -q ready honest.txt
start_forwarder --upstream 127.0.0.1:5330 --listen-tls 127.0.0.1 --tls-cert server.pem \
    --tls-key server.key --listen 127.0.0.1:8053 --tcp-clients-max 64 --tcp-idle-ms 600
run_tests \
    it_answers_who_trusts_its_certificate \
    an_answer_is_padded_where_the_query_was \
    sessions_are_resumed \
    what_is_old_is_refused \
    queries_are_taken_as_over_tcp \
    a_new_certificate_is_taken_on_sighup
