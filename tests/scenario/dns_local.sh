#!/usr/bin/env bash
# What cupel-dns answers without asking anybody: special names, records of its own, hosts, names
# that are blocked, ANY, and questions about itself. No upstream is there, so what is forwarded
# gets SERVFAIL.
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/dns.bash"
needs dig bind9-dnsutils

# ask QUESTION…: the answer is in dig.txt.
ask() {
    dig +time=40 +tries=1 @127.0.0.1 -p 8053 "$@" >dig.txt
}

# gets STATUS QUESTION…: the status that a question is answered with.
gets() {
    ask "${@:2}"
    grep -q "status: $1," dig.txt || fail "${*:2}: $(grep status: dig.txt)"
}

# has TEXT…: the answer has a line with these words.
has() {
    tr -s '\t ' ' ' <dig.txt | grep -qF -- "$*" || fail "no '$*' in: $(cat dig.txt)"
}

start_local() {
    rm -f forwarder.log # or the one before is ready
    cupel-dns --upstream 127.0.0.1:5309 --timeout-ms 100 "$@" >forwarder.log 2>&1 &
    forwarder=$!
    wait_until grep -q ready forwarder.log
}

special_names_are_answered_at_once() {
    start_local
    gets NOERROR localhost A && has "localhost. 10800 IN A 127.0.0.1"
    gets NOERROR www.localhost AAAA && has "www.localhost. 10800 IN AAAA ::1"
    gets NOERROR -x 127.0.0.1 && has "PTR localhost."
    gets NXDOMAIN example.test && has "test. 10800 IN SOA test. nobody.invalid. 1 3600 1200"
    gets NXDOMAIN abc.onion
    gets NOERROR _dns.resolver.arpa SVCB && has "ANSWER: 0, AUTHORITY: 1"
    gets NXDOMAIN -x 192.168.3.4 && has "168.192.in-addr.arpa. 10800 IN SOA"
    gets NXDOMAIN -x fd00::1 && has "d.f.ip6.arpa. 10800 IN SOA"
    gets SERVFAIL -x 8.8.8.8
    gets SERVFAIL home.arpa DS
    [ "$(counter queries_local)" = 8 ]
    [ "$(counter queries_forwarded)" = 2 ]
    stop_forwarder
}

special_names_are_forwarded_where_they_shall_be() {
    start_local --not-local test --forward-private
    gets SERVFAIL example.test
    gets SERVFAIL -x 192.168.3.4
    gets NXDOMAIN -x 192.0.2.1
    stop_forwarder
}

records_of_ours_are_answered() {
    start_local --local-record 'nas.home.arpa. 60 A 192.168.1.5' \
        --local-record '5.1.168.192.in-addr.arpa. PTR nas.home.arpa.' \
        --local-record '*.dev.example. CNAME nas.home.arpa.'
    gets NOERROR nas.HOME.arpa A && has "nas.HOME.arpa. 60 IN A 192.168.1.5"
    gets NOERROR nas.home.arpa MX && has "home.arpa. 10800 IN SOA"
    gets NOERROR -x 192.168.1.5 && has "PTR nas.home.arpa."
    gets NOERROR +tcp a.b.dev.example A && has "a.b.dev.example. 300 IN CNAME nas.home.arpa."
    has "nas.home.arpa. 60 IN A 192.168.1.5"
    stop_forwarder
}

records_come_from_a_zone_file() {
    cat >zone <<'ZONE'
$ORIGIN home.arpa.
$TTL 60
nas A 192.168.1.5
    TXT "the big one"
www 5 CNAME nas
ZONE
    start_local --local-records zone
    gets NOERROR nas.home.arpa TXT && has 'nas.home.arpa. 60 IN TXT "the big one"'
    gets NOERROR www.home.arpa A && has "www.home.arpa. 5 IN CNAME nas.home.arpa."
    stop_forwarder
    printf 'nas A 192.168.1\n' >>zone
    refuses "--local-records: zone:6: an address is not well formed" --local-records zone
    printf 'x.localhost. A 192.0.2.1\n' >zone
    refuses "--local-records: zone:1: names of localhost have the addresses of loopback" \
        --local-records zone
}

hosts_are_answered_both_ways() {
    printf '127.0.0.1 localhost\n192.168.1.5 nas.home.arpa nas # the big one\n' >hosts
    printf 'fd00::5 nas.home.arpa\nthis is wrong\n' >>hosts
    start_local --hosts hosts
    grep -qx "cupel-dns: --hosts: hosts:4: 'this is wrong' says nothing about a name; 1 of 4 lines \
are left out" <(sed 's/ \+$//' forwarder.log) || fail "$(cat forwarder.log)"
    gets NOERROR nas A && has "nas. 300 IN A 192.168.1.5"
    gets NOERROR nas.home.arpa AAAA && has "nas.home.arpa. 300 IN AAAA fd00::5"
    gets NOERROR nas.home.arpa TXT && has "ANSWER: 0, AUTHORITY: 1"
    gets NOERROR -x 192.168.1.5 && has "PTR nas.home.arpa."
    gets NOERROR -x fd00::5 && has "PTR nas.home.arpa."
    gets NXDOMAIN -x 192.168.1.6
    stop_forwarder
}

names_in_lists_are_blocked() {
    printf '# names\nads.example\n*.track.example\n' >plain
    printf '0.0.0.0 one.example two.example\n||filter.example^\n@@||ok.filter.example^\n' >mixed
    printf 'policy.example CNAME .\n*.policy.example CNAME .\nx.example A 192.0.2.1\n' >policies
    start_local --block plain --block mixed --block policies --allow-name two.example
    grep -q "policies:3: 'x.example A 192.0.2.1' says nothing about a name; 1 of 3" forwarder.log
    local name
    for name in ads.example a.track.example one.example filter.example x.filter.example \
        x.policy.example; do
        gets NXDOMAIN "$name" && has "EDE: 15 (Blocked)"
    done
    for name in x.ads.example two.example ok.filter.example x.example; do
        gets SERVFAIL "$name"
    done
    [ "$(counter queries_blocked)" = 6 ]
    [ "$(counter queries_allowed)" = 2 ]
    stop_forwarder
}

blocked_names_are_answered_as_wanted() {
    start_local --block plain --block-answer null
    gets NOERROR ads.example A && has "ads.example. 300 IN A 0.0.0.0"
    gets NOERROR ads.example AAAA && has "ads.example. 300 IN AAAA ::"
    gets NOERROR ads.example MX && has "ANSWER: 0, AUTHORITY: 1"
    stop_forwarder
    start_local --block plain --block-answer refused
    gets REFUSED ads.example A && has "EDE: 15 (Blocked)"
    stop_forwarder
}

# is_answered STATUS QUESTION…: whether a question is answered with this status.
is_answered() {
    ask "${@:2}" && grep -q "status: $1," dig.txt
}

lists_are_read_anew_on_a_hangup_and_kept_where_they_are_wrong() {
    echo "ads.example" >changing
    start_local --block changing
    gets NXDOMAIN ads.example
    echo "other.example" >changing
    kill -HUP "$forwarder"
    wait_until is_answered NXDOMAIN other.example
    gets SERVFAIL ads.example
    rm changing
    kill -HUP "$forwarder"
    wait_until grep -q "goes on as before: --block: 'changing': cannot be opened" forwarder.log
    gets NXDOMAIN other.example
    mkfifo changing
    kill -HUP "$forwarder"
    wait_until grep -q "goes on as before: --block: 'changing': not a regular file" forwarder.log
    gets NXDOMAIN other.example
    stop_forwarder
}

# refuses SENTENCE OPTION…: it does not begin, and says why.
refuses() {
    local status=0
    timeout 10 cupel-dns "${@:2}" >out.txt 2>&1 || status=$?
    [ "$status" = 2 ] || fail "exit status $status: ${*:2}"
    [ "$(cat out.txt)" = "cupel-dns: $1" ] || fail "says: $(cat out.txt)"
}

a_file_that_cannot_be_a_list_is_refused() {
    printf '<html>\n<body>\n' >page
    refuses "--block: 'missing': cannot be opened: No such file or directory" --block missing
    refuses "--hosts: '/': not a regular file" --hosts /
    refuses "--block: 'page': no line says anything about a name; the first, 1, is '<html>'" \
        --block page
    refuses "--allow-name: 'a..b' is not the name of a host" --allow-name a..b
}

any_and_the_class_ch_have_answers_of_their_own() {
    start_local --identity-text "rack 3"
    gets NOERROR example.com ANY +notcp && has 'example.com. 3600 IN HINFO "RFC8482" ""'
    gets NOERROR version.bind CH TXT && has 'CH TXT "cupel-dns"'
    gets NOERROR id.server CH TXT && has 'CH TXT "rack 3"'
    gets REFUSED another.name CH TXT && has "EDE: 21"
    stop_forwarder
    start_local --version-text "" --forward-any
    gets REFUSED version.bind CH TXT
    gets SERVFAIL example.com ANY +notcp
    stop_forwarder
}

updates_and_notifies_are_not_implemented() {
    start_local
    gets NOTIMP example.com SOA +opcode=update
    gets NOTIMP example.com SOA +opcode=notify
    [ "$(counter queries_notimp)" = 2 ]
    stop_forwarder
}

run_tests \
    special_names_are_answered_at_once \
    special_names_are_forwarded_where_they_shall_be \
    records_of_ours_are_answered \
    records_come_from_a_zone_file \
    hosts_are_answered_both_ways \
    names_in_lists_are_blocked \
    blocked_names_are_answered_as_wanted \
    lists_are_read_anew_on_a_hangup_and_kept_where_they_are_wrong \
    a_file_that_cannot_be_a_list_is_refused \
    any_and_the_class_ch_have_answers_of_their_own \
    updates_and_notifies_are_not_implemented
