#!/usr/bin/env bash
# cupel-dns gives the same answers as the server that it asks, asked directly.
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/dns.bash"
needs dig bind9-dnsutils
needs nsd nsd

questions=(
    "example.test SOA" "example.test NS" "example.test A" "example.test AAAA" "example.test MX"
    "example.test TXT" "www.example.test CNAME" "www.example.test A" "chain.example.test AAAA"
    "mail.example.test A" "_dns._udp.example.test SRV" "a.b.tree.example.test A"
    "x.y.wild.example.test A" "host.sub.example.test A" "strange.example.test TYPE65280"
    "mIxEd.ExAmPlE.tEsT TXT" "nothing.example.test A" "mail.example.test TXT"
    "long.example.test TXT" "huge.example.test TXT" "another.zone A" ". NS"
)
ways=(+edns=0 +noedns "+dnssec +bufsize=1232" +bufsize=512 "+norecurse +cdflag" "+adflag +zflag")

# answers_of PORT: dig's view of the answers to all questions in all ways, without what differs
# between any two: ids, times, the server's address; and CD, which NSD leaves out (RFC 4035 section
# 3.2.2 has it copied).
answers_of() {
    for way in "${ways[@]}"; do
        printf "%s $way\n" "${questions[@]}"
    done >questions.txt
    dig +nocookie +time=40 +tries=1 +ignore @127.0.0.1 -p "$1" -f questions.txt |
        sed -e 's/^; <<>>.*<<>> //' -e '/^;; Query time/d' -e '/^;; SERVER/d' -e '/^;; WHEN/d' \
            -e 's/, id: [0-9]*//' -e "s/-p $1//" -e '/^;; flags:/s/ cd;/;/'
}

# same_as PORT: the forwarder says what the server at PORT says, record for record.
same_as() {
    answers_of "$1" >direct.txt
    answers_of 8053 >forwarded.txt
    [ "$(grep -c 'status: ' direct.txt)" -eq $((${#questions[@]} * ${#ways[@]})) ] ||
        fail "the server itself did not answer all questions"
    for status in NOERROR NXDOMAIN REFUSED; do
        grep -q "status: $status" direct.txt || fail "no answer has the status $status"
    done
    diff direct.txt forwarded.txt || fail "the answers differ"
}

dig_works_word_for_word() {
    dig @127.0.0.1 -p 8053 example.test >dig.txt
    grep -q 'status: NOERROR' dig.txt
    grep -q '192\.0\.2\.1$' dig.txt
    dig +time=40 @::1 -p 8053 example.test >dig.txt
    grep -q '192\.0\.2\.2$' dig.txt
}

the_ready_line_says_where_it_listens_and_whom_it_asks() {
    [ "$ready" = "cupel-dns: ready on 127.0.0.1:8053, [::1]:8053, forwarding to 127.0.0.1:5301" ] ||
        fail "$ready"
}

answers_through_it_are_those_of_nsd() {
    same_as 5301
}

answers_through_it_are_those_of_knot() {
    if ! command -v knotd >/dev/null; then
        echo "ok - answers through it are those of knot # SKIP knotd is not installed"
        return
    fi
    start_knot 5302
    stop_forwarder
    start_forwarder --upstream 127.0.0.1:5302 --cache-bytes 0
    same_as 5302
}

an_answer_over_512_octets_without_edns_comes_cut_and_says_so() {
    stop_forwarder
    start_forwarder --upstream 127.0.0.1:5301
    dig +time=40 +noedns +ignore @127.0.0.1 -p 8053 long.example.test TXT >dig.txt
    grep -q 'flags:[^;]* tc' dig.txt
    ! grep -q 'rcvd: [6-9][0-9][0-9]' dig.txt || fail "over 512 octets"
    dig +time=40 +bufsize=1232 @127.0.0.1 -p 8053 long.example.test TXT >dig.txt
    ! grep -q 'flags:[^;]* tc' dig.txt || fail "cut although it fits"
    grep -q 'ANSWER: 1,' dig.txt
}

an_upstream_may_have_an_ipv6_address() {
    stop_forwarder
    start_forwarder --upstream "[::1]:5301"
    dig +time=40 @127.0.0.1 -p 8053 example.test MX >dig.txt
    grep -q 'ANSWER: 2,' dig.txt
}

an_answer_comes_from_the_address_that_was_asked() {
    stop_forwarder
    start_forwarder --listen 0.0.0.0:8053 --listen "[::]:8053" --upstream 127.0.0.1:5301 \
        --allow 0.0.0.0/0 --allow ::/0
    ip address add 192.0.2.99/32 dev lo
    ip address add 2001:db8::99/128 dev lo nodad
    local address
    for address in 127.0.0.1 127.0.0.5 192.0.2.99 ::1 2001:db8::99; do
        dig +time=40 +tries=1 "@$address" -p 8053 example.test >dig.txt || fail "asked at $address"
        grep -q 'status: NOERROR' dig.txt
    done
}

each_query_is_counted_once() {
    stop_forwarder
    start_forwarder --upstream 127.0.0.1:5301 --cache-bytes 0
    for _ in 1 2 3; do
        dig +time=40 @127.0.0.1 -p 8053 example.test >dig.txt
    done
    [ "$(counter answers_relayed)" = 3 ]
    [ "$(counter queries_forwarded)" = 3 ]
    [ "$(counter queries_waiting)" = 0 ]
    stop_forwarder
}

# The records of an answer, in order, without their TTLs.
records_of() {
    dig +time=40 +tries=1 +ignore +noall +answer @127.0.0.1 -p 8053 "$@" |
        awk '{ $2 = ""; print }' | sort
}

answers_from_the_cache_are_those_that_came_first() {
    start_forwarder --upstream 127.0.0.1:5301
    local question
    for question in "${questions[@]}"; do
        # shellcheck disable=SC2086 # a name and a type
        records_of $question >first.txt
        # shellcheck disable=SC2086
        records_of $question >second.txt
        diff first.txt second.txt || fail "$question from the cache differs"
    done
    # A referral is not kept. What came cut is, once it was fetched by TCP.
    [ "$(counter queries_cached)" = $((${#questions[@]} - 1)) ] || fail "not all is kept"
    [ "$(counter cache_bytes_used)" -le $((200 * ${#questions[@]} + 2000)) ]
}

what_is_kept_is_answered_when_the_upstream_is_gone_and_stale_later() {
    stop_forwarder
    start_forwarder --upstream 127.0.0.1:5311 --serve-stale 3600 --ttl-max 1 --timeout-ms 1000
    "$here/dns_upstream.py" 5311 honest >honest.txt 2>honest.log &
    local upstream=$!
    wait_until grep -q ready honest.txt
    dig +time=40 @127.0.0.1 -p 8053 name.example.test >dig.txt
    kill "$upstream"
    sleep 1.2
    dig +time=40 @127.0.0.1 -p 8053 nAme.example.test >dig.txt
    grep -q '192\.0\.2\.1$' dig.txt
    grep -q '^nAme\.example\.test\..*30.*IN' dig.txt
    grep -q 'EDE: 3 (Stale Answer)' dig.txt
    [ "$(counter answers_stale)" = 1 ]
}

write_zone
start_nsd 5301
start_forwarder --upstream 127.0.0.1:5301 --cache-bytes 0
run_tests \
    the_ready_line_says_where_it_listens_and_whom_it_asks \
    dig_works_word_for_word \
    answers_through_it_are_those_of_nsd \
    answers_through_it_are_those_of_knot \
    an_answer_over_512_octets_without_edns_comes_cut_and_says_so \
    an_upstream_may_have_an_ipv6_address \
    an_answer_comes_from_the_address_that_was_asked \
    each_query_is_counted_once \
    answers_from_the_cache_are_those_that_came_first \
    what_is_kept_is_answered_when_the_upstream_is_gone_and_stale_later
