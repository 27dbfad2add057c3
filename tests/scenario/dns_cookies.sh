#!/usr/bin/env bash
# DNS cookies between dig, cupel-dns, and nsd and knot as upstreams that have them.
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/dns.bash"
needs dig bind9-dnsutils
needs nsd nsd
needs knotd knot

# ask OPTION…: what dig says that an answer says.
ask() {
    dig +time=5 +tries=1 @127.0.0.1 -p 8053 "$@" www.example.test
}

# Knot that gives an answer over UDP only to who has a cookie of its own.
start_strict_knot() {
    start_knot "$1"
    kill "$!"
    wait "$!" || true
    cat >>knot.conf <<'CONF'
mod-cookies:
  - id: strict
    badcookie-slip: 1
template:
  - id: default
    global-module: mod-cookies/strict
CONF
    knotd -c knot.conf >knot.log 2>&1 &
    wait_until answers "$1"
}

a_client_gets_a_good_cookie_and_shows_it() {
    start_forwarder --upstream 127.0.0.1:5340
    ask +cookie >dig.txt
    grep -Eq 'COOKIE: [0-9a-f]{16}01000000[0-9a-f]{24} \(good\)' dig.txt
    cookie=$(sed -nE 's/^; COOKIE: ([0-9a-f]+) .*/\1/p' dig.txt)
    ask +cookie="$cookie" | grep -q '(good)'
    local end=00
    [ "${cookie: -2}" != 00 ] || end=01
    ask +cookie="${cookie%??}$end" | grep -q '(good)' # another one
    ! ask +nocookie | grep -q 'COOKIE' || fail "a cookie for who sent none"
    [ "$(counter cookies_new)" = 1 ]
    [ "$(counter cookies_good)" = 1 ]
    [ "$(counter cookies_bad)" = 1 ]
    stop_forwarder
}

a_cookie_is_known_where_the_secret_is() {
    printf '%s\n' 'e5e973e5a6b2a43f48e7dc849e37bfcf' >secret
    start_forwarder --upstream 127.0.0.1:5340 --cookie-secret secret
    ask +cookie >dig.txt
    cookie=$(sed -nE 's/^; COOKIE: ([0-9a-f]+) .*/\1/p' dig.txt)
    stop_forwarder
    printf '%s\n' '# new' '445536bcd2513298075a5d379663c962' \
        'e5e973e5a6b2a43f48e7dc849e37bfcf' >secret
    start_forwarder --upstream 127.0.0.1:5340 --cookie-secret secret
    ask +cookie="$cookie" >dig.txt
    [ "$(counter cookies_good)" = 1 ]
    stop_forwarder
}

who_needs_a_cookie_comes_again_with_one_or_over_tcp() {
    start_forwarder --upstream 127.0.0.1:5340 --require-cookies
    ask +cookie +nobadcookie | grep -q 'status: BADCOOKIE'
    ask +cookie | grep -q '192\.0\.2\.1$'
    ask +nocookie +ignore | grep -q 'flags: qr tc'
    ask +nocookie | grep -q '192\.0\.2\.1$'
    ask +header-only | grep -Eq 'COOKIE: .* \(good\)'
    [ "$(counter queries_for_cookies)" = 1 ]
    stop_forwarder
}

who_has_a_cookie_is_over_no_rate() {
    start_forwarder --upstream 127.0.0.1:5340 --rate-limit 1 --rate-window 60 --rate-slip 1
    ask +cookie >dig.txt
    cookie=$(sed -nE 's/^; COOKIE: ([0-9a-f]+) .*/\1/p' dig.txt)
    for _ in 1 2 3 4; do
        ask +cookie="$cookie" | grep -q '192\.0\.2\.1$'
    done
    wait_until is_over_the_rate
    stop_forwarder
}

# Whether one without a cookie of ours is sent for one.
is_over_the_rate() {
    ask +cookie +nobadcookie | grep -q 'status: BADCOOKIE'
}

an_upstream_that_wants_a_cookie_gets_it() {
    dig +cookie +nobadcookie +time=5 +tries=1 @127.0.0.1 -p 5341 www.example.test |
        grep -q 'status: BADCOOKIE' || fail "knot wants no cookie"
    start_forwarder --upstream 127.0.0.1:5341 --cache-bytes 0
    ask +cookie | grep -q '192\.0\.2\.1$'
    ask | grep -q '192\.0\.2\.1$'
    [ "$(counter replies_badcookie)" = 1 ]
    [ "$(counter replies_accepted)" = 2 ]
    [ "$(counter tcp_upstreams)" = 0 ]
    stop_forwarder
    start_forwarder --upstream 127.0.0.1:5341 --no-cookies
    ! ask +cookie | grep -q COOKIE || fail "a cookie in spite of --no-cookies"
    stop_forwarder
}

a_secret_that_is_none_is_named_but_not_shown() {
    printf 'e5e973e5\n' >secret
    ! cupel-dns --cookie-secret secret >out.txt 2>err.txt || fail "goes on"
    [ "$(cat err.txt)" = \
        "cupel-dns: --cookie-secret: 'secret': line 1 is not 32 hexadecimal digits" ]
    ! cupel-dns --require-cookies --no-cookies 2>err.txt || fail "goes on"
    grep -q 'not together with --no-cookies' err.txt
}

write_zone
start_nsd 5340
start_strict_knot 5341
run_tests \
    a_client_gets_a_good_cookie_and_shows_it \
    a_cookie_is_known_where_the_secret_is \
    who_needs_a_cookie_comes_again_with_one_or_over_tcp \
    who_has_a_cookie_is_over_no_rate \
    an_upstream_that_wants_a_cookie_gets_it \
    a_secret_that_is_none_is_named_but_not_shown
