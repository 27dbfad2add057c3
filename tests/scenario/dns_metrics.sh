#!/usr/bin/env bash
# cupel-dns says over HTTP how it does: metrics for Prometheus, and whether it is healthy.
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/dns.bash"
needs dig bind9-dnsutils

# http METHOD PATH: the status and the type, and the body in body.txt.
http() {
    exec 3<>/dev/tcp/127.0.0.1/9153
    printf '%s %s HTTP/1.0\r\n\r\n' "$1" "$2" >&3
    tr -d '\r' <&3 >answer.txt
    exec 3>&-
    sed '1,/^$/d' answer.txt >body.txt
    awk 'NR == 1 { status = $2 } /^Content-Type/ { $1 = ""; print status $0; exit }' answer.txt
}

metrics_are_in_the_text_format_and_say_what_was_counted() {
    start_forwarder --upstream 127.0.0.1:5312 --metrics 127.0.0.1
    local i
    for i in 1 2 3; do
        dig +noedns +time=40 @127.0.0.1 -p 8053 one.test >dig.txt
    done
    [ "$(http GET /metrics)" = "200 text/plain; version=0.0.4; charset=utf-8" ]
    "$here/dns_metrics.py" body.txt \
        cupel_dns_queries_forwarded_total=1 cupel_dns_queries_cached_total=2 \
        cupel_dns_cache_entries=1 \
        'cupel_dns_upstream_queries_total{upstream="127.0.0.1:5312",number="0"}=1' \
        'cupel_dns_upstream_up{upstream="127.0.0.1:5312",number="0"}=1' \
        'cupel_dns_answer_seconds_count{source="cache"}=2' \
        'cupel_dns_answer_seconds_count{source="upstream"}=1'
    [ "$(http HEAD /metrics)" = "200 text/plain; version=0.0.4; charset=utf-8" ]
}

# Whether one more query makes it so: an upstream is left out longer each time.
is_unhealthy() {
    dig +noedns +time=40 +tries=1 @127.0.0.1 -p 8053 "$RANDOM.test" >dig.txt
    [ "$(http GET /health)" = "503 text/plain; charset=utf-8" ]
}

health_is_that_of_the_upstreams() {
    [ "$(http GET /health)" = "200 text/plain; charset=utf-8" ]
    [ "$(cat body.txt)" = ok ]
    stop_forwarder
    # Nobody listens on this port, and there is no other upstream.
    start_forwarder --upstream 127.0.0.1:5309 --metrics 127.0.0.1 --timeout-ms 300
    wait_until is_unhealthy
    stop_forwarder
    "$here/dns_upstream.py" 5310 silent >silent.txt 2>silent.log &
    wait_until grep -q ready silent.txt
    start_forwarder --upstream 127.0.0.1:5310 --metrics 127.0.0.1 --timeout-ms 300
    wait_until is_unhealthy
    [ "$(cat body.txt)" = "no upstream answers" ]
}

other_requests_are_refused_and_hostile_ones_do_not_stop_it() {
    [ "$(http GET /)" = "404 text/plain; charset=utf-8" ]
    [ "$(http POST /metrics)" = "405 text/plain; charset=utf-8" ]
    python3 - <<'PYTHON'
import socket

idle = []
for octets in (b"", b"GET ", b"\0" * 70000, b"GET /" + b"a" * 70000,
               b"GET /metrics HTTP/1.1\r\n" * 3,
               b"POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n"):
    connection = socket.create_connection(("127.0.0.1", 9153), 20)
    try:
        connection.sendall(octets)
    except OSError:
        pass
    idle.append(connection)
PYTHON
    [ "$(http GET /metrics)" = "200 text/plain; version=0.0.4; charset=utf-8" ]
    stop_forwarder
}

an_address_that_is_not_loopbacks_is_refused() {
    local status=0
    cupel-dns --upstream 127.0.0.1:5312 --metrics 0.0.0.0:9153 >out.txt 2>&1 || status=$?
    [ "$status" = 2 ]
    [ "$(cat out.txt)" = "cupel-dns: --metrics: '0.0.0.0:9153' is no address of loopback: whoever \
can reach it may read" ] || fail "$(cat out.txt)"
}

"$here/dns_upstream.py" 5312 honest >honest.txt 2>honest.log &
wait_until grep -q ready honest.txt
run_tests \
    metrics_are_in_the_text_format_and_say_what_was_counted \
    health_is_that_of_the_upstreams \
    other_requests_are_refused_and_hostile_ones_do_not_stop_it \
    an_address_that_is_not_loopbacks_is_refused
