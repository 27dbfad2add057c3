#!/usr/bin/env bash
# cupel-dns over TLS: with upstreams that are who they have to be or not, answer in whatever order,
# and close when they like; and with clients.
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/dns.bash"
# shellcheck source=tests/scenario/dns_tls.bash
source "$here/dns_tls.bash"
needs dig bind9-dnsutils
needs kdig knot-dnsutils
needs openssl openssl
needs unbound unbound

# pin NAME: of the key of a certificate.
pin() {
    openssl x509 -in "$1.pem" -noout -pubkey | openssl pkey -pubin -outform der |
        openssl dgst -sha256 -binary | base64
}

start_unbound() {
    cat >unbound.conf <<CONF
server:
  interface: 127.0.0.1@$1
  port: $1
  tls-port: $1
  tls-service-key: "$PWD/good.key"
  tls-service-pem: "$PWD/good.pem"
  username: ""
  chroot: ""
  pidfile: "$PWD/unbound.pid"
  directory: "$PWD"
  use-syslog: no
  do-daemonize: no
  module-config: iterator
  access-control: 127.0.0.0/8 allow
  local-zone: "example.test." redirect
  local-data: "example.test. 300 A 192.0.2.1"
  local-data: 'example.test. 300 TXT "$(printf "%0250d" 1)" "$(printf "%0250d" 2)"'
remote-control:
  control-enable: no
CONF
    unbound -c unbound.conf >unbound.log 2>&1 &
    wait_until kdig +tls +time=1 +retry=0 @127.0.0.1 -p "$1" example.test
}

# Who listens where, and what it has to show.
upstreams=(
    8853 honest good
    8854 reverse good
    8856 once good
    8857 cut good
    8858 deaf good
    8859 plain good
    8860 honest named
    8861 honest other
    8862 honest expired
    8863 honest stranger
)

# over_tls PORT[#NAME] [WORD…]: a forwarder that asks this one.
over_tls() {
    start_forwarder --upstream "tls://127.0.0.1:$1" --tls-ca ca.pem "${@:2}"
}

# ask NAME: one query, patiently.
ask() {
    dig +time=40 +tries=1 @127.0.0.1 -p 8053 "$@" >dig.txt
}

# gets_the_answer NAME
gets_the_answer() {
    ask "$1.example.test"
    grep -q '192\.0\.2\.1$' dig.txt || fail "no answer for $1"
}

# counts NAME NUMBER [NAME NUMBER]…: what cupel-dns has counted.
counts() {
    counter sends_lost >counted.txt
    while [ $# -gt 0 ]; do
        grep -qaE " $2  $1 " forwarder.log || fail "not $2: $(grep -a " $1 " forwarder.log)"
        shift 2
    done
}

an_upstream_with_the_right_name_address_or_key_answers() {
    local name
    for name in '8853#dns.example.test' '8853#DNS.Example.Test.' 8853 "8853#sha256=$(pin good)" \
        "8853#dns.example.test#sha256=$(pin good)" "8862#sha256=$(pin expired)"; do
        over_tls "$name"
        gets_the_answer right
        counts tls_upstreams 1
        stop_forwarder
    done
    grep -q '8853 query 128' upstreams.txt || fail "not padded"
}

who_is_not_who_it_has_to_be_gets_no_query() {
    start_forwarder --tls-ca ca.pem --timeout-ms 1500 \
        --upstream 'tls://127.0.0.1:8860' \
        --upstream 'tls://127.0.0.1:8861#dns.example.test' \
        --upstream 'tls://127.0.0.1:8862#dns.example.test' \
        --upstream 'tls://127.0.0.1:8863#dns.example.test' \
        --upstream "tls://127.0.0.1:8860#dns.example.test#sha256=$(pin stranger)" \
        --upstream "tls://127.0.0.1:8863#sha256=$(pin good)" \
        --upstream 'tls://127.0.0.1:8859#dns.example.test'
    : >upstreams.txt
    dig +time=40 +tries=1 @127.0.0.1 -p 8053 other.example.test >other.txt &
    local other=$! reason
    ask wrong.example.test
    grep -q 'status: SERVFAIL' dig.txt
    grep -q 'EDE: 23' dig.txt || fail "no extended error"
    wait "$other"
    while read -r reason; do
        [ "$(grep -cF "cupel-dns: upstream tls://127.0.0.1:$reason" forwarder.log)" = 1 ] ||
            fail "not said once: $reason: $(cat forwarder.log)"
    done <<'REASONS'
8860: its certificate is refused: IP address mismatch
8861#dns.example.test: its certificate is refused: hostname mismatch
8862#dns.example.test: its certificate is refused: certificate has expired
8863#dns.example.test: its certificate is refused: unable to get local issuer certificate
8860#dns.example.test: its key is not the one that it has to have
8863: its key is not the one that it has to have
8859#dns.example.test: TLS: wrong version number
REASONS
    counts tls_upstreams 0
    [ "$(counter upstreams_down)" -ge 7 ]
    ! grep -E 'query|datagram' upstreams.txt || fail "it was asked"
    stop_forwarder
}

# Whether there is no connection to the port.
is_closed() {
    ! grep -q ":$(printf %04X "$1") 01 " /proc/net/tcp
}

a_session_is_resumed() {
    over_tls '8853#dns.example.test' --tcp-idle-ms 100
    local i
    for i in 1 2 3; do
        gets_the_answer "resumed$i"
        wait_until is_closed 8853
    done
    counts tls_upstreams 3 tls_upstreams_resumed 2
    stop_forwarder
}

# ask_all NAME…: all at once, and all get their answer.
ask_all() {
    local name asking=()
    for name in "$@"; do
        dig +time=40 +tries=1 @127.0.0.1 -p 8053 "$name.example.test" >"dig-$name.txt" &
        asking+=($!)
    done
    wait "${asking[@]}"
    for name in "$@"; do
        grep -q "^$name.*192\.0\.2\.1$" "dig-$name.txt" || fail "no answer for $name"
    done
}

queries_share_a_connection_and_answers_come_in_any_order() {
    over_tls '8854#dns.example.test'
    ask_all a1 a2 a3 a4 a5 a6
    counts tls_upstreams 1 retries 0
    stop_forwarder
}

queries_on_a_connection_that_is_closed_are_asked_at_once_on_the_next() {
    over_tls '8856#dns.example.test'
    ask_all b1 b2 b3
    # None waited for its time.
    counts retries_at_once 2 tcp_upstreams_lost 1 retries 0
    stop_forwarder
}

an_answer_may_be_cut_at_any_octet() {
    over_tls '8857#dns.example.test'
    printf '%s.example.test\n' cut{10..62} >names.txt
    dig +time=40 +tries=1 @127.0.0.1 -p 8053 -f names.txt >dig.txt
    [ "$(grep -c '^cut.*192\.0\.2\.1$' dig.txt)" = 53 ]
    counts retries 0
    [ "$(counter retries_at_once)" -ge 53 ]
    stop_forwarder
}

where_there_is_no_connection_the_next_upstream_is_asked_at_once() {
    start_forwarder --upstream tcp://127.0.0.1:9 --upstream 127.0.0.1:9 \
        --upstream 'tls://127.0.0.1:8855#dns.example.test' --tls-ca ca.pem
    gets_the_answer next
    grep -q 'upstream tcp://127.0.0.1:9: Connection refused' forwarder.log
    counts retries_at_once 2 tls_upstreams 1 retries 0
    stop_forwarder
}

a_handshake_that_takes_too_long_is_given_up() {
    over_tls '8858#dns.example.test' --timeout-ms 300
    ask deaf.example.test
    grep -q 'status: SERVFAIL' dig.txt
    wait_until grep -q 'it did not answer in time' forwarder.log
    counts tcp_upstreams_failed 1
    stop_forwarder
}

an_upstream_may_be_asked_over_tcp_alone() {
    start_forwarder --upstream tcp://127.0.0.1:5335
    dig +tcp +time=40 +tries=1 @127.0.0.1 -p 8053 huge.example.test TXT >dig.txt
    grep -q 'ANSWER: 1,' dig.txt
    ask example.test
    grep -q 'ANSWER: 2,' dig.txt
    counts tcp_upstreams 1 replies_truncated 0
    stop_forwarder
}

what_makes_no_sense_is_refused_before_anything_is_opened() {
    local words status
    while read -r words; do
        # shellcheck disable=SC2086 # words are split
        cupel-dns --check-config --upstream 127.0.0.1 $words 2>err.txt && status=0 || status=$?
        [ "$status" = 2 ] || fail "status $status: $words"
        [ "$(wc -l <err.txt)" = 1 ] || fail "not one sentence: $words: $(cat err.txt)"
    done <<'WORDS'
--listen-tls 127.0.0.1
--listen-tls 127.0.0.1 --tls-cert good.pem
--listen-tls 127.0.0.1 --tls-key good.key
--listen-tls 127.0.0.1 --tls-cert none.pem --tls-key good.key
--listen-tls 127.0.0.1 --tls-cert good.key --tls-key good.key
--listen-tls 127.0.0.1 --tls-cert good.pem --tls-key none.key
--listen-tls 127.0.0.1 --tls-cert good.pem --tls-key good.pem
--listen-tls 127.0.0.1 --tls-cert good.pem --tls-key named.key
--listen-tls 127.0.0.1 --tls-cert good.pem --tls-key secret.key
--listen-tls 127.0.0.1 --tls-cert good.pem --tls-key good.key --tcp-clients-max 0
--listen-tls 127.0.0.1:x --tls-cert good.pem --tls-key good.key
--upstream tls://127.0.0.1 --tls-ca none.pem
--upstream tls://127.0.0.1 --tls-ca good.key
--upstream tls://dns.example.test
--upstream tcp://127.0.0.1#dns.example.test
--upstream 127.0.0.1#dns.example.test
--upstream tls://127.0.0.1#
--upstream tls://127.0.0.1#127.0.0.1
--upstream tls://127.0.0.1#a#b
--upstream tls://127.0.0.1#sha256=AAAA
WORDS
}

{
    authority ca
    authority unknown
    certificate good ca DNS:dns.example.test,IP:127.0.0.1 -days 5
    certificate named ca DNS:dns.example.test -days 5
    certificate other ca DNS:www.example.test -days 5
    certificate expired ca DNS:dns.example.test,IP:127.0.0.1 -days -1
    certificate stranger unknown DNS:dns.example.test,IP:127.0.0.1 -days 5
    openssl ec -in good.key -out secret.key -aes128 -passout pass:secret
} >openssl.txt 2>&1
"$here/dns_tls_upstream.py" "${upstreams[@]}" >upstreams.txt 2>upstreams.log &
start_unbound 8855
write_zone
start_nsd 5335
wait_until grep -q '8863 ready' upstreams.txt
run_tests \
    an_upstream_with_the_right_name_address_or_key_answers \
    who_is_not_who_it_has_to_be_gets_no_query \
    a_session_is_resumed \
    queries_share_a_connection_and_answers_come_in_any_order \
    queries_on_a_connection_that_is_closed_are_asked_at_once_on_the_next \
    an_answer_may_be_cut_at_any_octet \
    where_there_is_no_connection_the_next_upstream_is_asked_at_once \
    a_handshake_that_takes_too_long_is_given_up \
    an_upstream_may_be_asked_over_tcp_alone \
    what_makes_no_sense_is_refused_before_anything_is_opened
