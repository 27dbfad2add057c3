#!/usr/bin/env bash
# What programs ask with: the resolvers of C libraries, as /etc/resolv.conf tells them, and drill
# and delv. The forwarder is the one name server of a world with a /etc of its own.
# shellcheck disable=SC2034 # for scenario.bash
scenario_unshare=(--mount)
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/dns.bash"
needs dig bind9-dnsutils
needs nsd nsd
needs drill ldnsutils

ways=("" single-request single-request-reopen use-vc edns0 trust-ad "use-vc edns0" "ndots:3")

# What is looked up beside the zone of dns.bash: aliases in a row, and more addresses than a
# datagram of 512 octets takes.
write_more() {
    local i
    for i in $(seq 1 12); do
        echo "hop$i CNAME hop$((i + 1))"
    done
    echo "hop13 A 192.0.2.13"
    echo "hop13 AAAA 2001:db8::13"
    for i in $(seq 1 90); do
        echo "many A 192.0.2.$i"
        echo "many AAAA 2001:db8::$i"
    done
    echo "four A 192.0.2.4"
    echo "six AAAA 2001:db8::6"
}

# Files of /etc are ours in this mount namespace alone.
bind_etc() {
    printf 'hosts: files dns\n' >nsswitch.conf
    printf '127.0.0.1 localhost\n' >hosts
    : >resolv.conf
    local name
    for name in nsswitch.conf hosts resolv.conf; do
        mount --bind "$name" "$(readlink -f "/etc/$name")" && continue
        echo "skipped: no file can be put over /etc/$name"
        exit 77
    done
}

# resolves OPTIONS: what /etc/resolv.conf says.
resolves() {
    printf 'nameserver 127.0.0.1\nsearch deep.example.test example.test\n' >resolv.conf
    [ -z "$1" ] || printf 'options %s\n' "$1" >>resolv.conf
}

# looks_up PROGRAM…: what it says of names, each in its way; an address is a line.
looks_up() {
    { "$@" "$name" 2>/dev/null || true; } | awk '{ print $1 }' | sort -u
}

# addresses NAME: what there is to be found.
addresses() {
    case $1 in
        hop1*) printf '192.0.2.13\n2001:db8::13\n' ;;
        four*) echo 192.0.2.4 ;;
        six*) echo 2001:db8::6 ;;
        many*)
            seq -f '192.0.2.%.0f' 1 90
            seq -f '2001:db8::%.0f' 1 90
            ;;
    esac | sort -u
}

# finds_all PROGRAM…: with each of the ways, by full names and through the search list.
finds_all() {
    local way name
    for way in "${ways[@]}"; do
        resolves "$way"
        for name in four six.example.test. hop1 hop1.example.test many; do
            addresses "$name" >wanted.txt
            looks_up "$@" >found.txt
            diff wanted.txt found.txt >diff.log || fail "$* $name ($way): $(cat diff.log)"
        done
        name=nothing
        [ -z "$(looks_up "$@")" ] || fail "$* $name ($way)"
    done
}

glibc_finds_what_there_is_in_each_of_its_ways() {
    finds_all getent ahosts
    [ "$(counter tcp_accepted)" -ge ${#ways[@]} ] || fail "what was cut was not asked over TCP"
    [ "$(counter queries_formerr)" = 0 ]
}

# It sends both queries at once from one socket, and takes answers in any order.
glibc_asks_for_both_kinds_of_addresses_at_once() {
    resolves ""
    local before
    before=$(counter queries_cached)
    for _ in $(seq 20); do
        getent ahosts hop1.example.test >/dev/null
    done
    [ "$(($(counter queries_cached) - before))" = 40 ]
}

# To try again would be wrong: the name is there, and has no such address, also from the cache.
glibc_knows_what_is_not_there() {
    resolves ""
    for _ in 1 2; do
        python3 -c '
import socket
for name, number in ("four", socket.EAI_NODATA), ("nothing", socket.EAI_NONAME):
    try:
        raise SystemExit(socket.getaddrinfo(name + ".example.test", 80, socket.AF_INET6))
    except socket.gaierror as error:
        assert error.errno == number, error'
    done
}

glibc_finds_the_name_of_an_address() {
    resolves ""
    [ "$(getent hosts 127.0.0.1 | awk '{ print $2 }')" = localhost ]
    ! getent hosts 192.168.1.1 >/dev/null || fail "a private address has a name"
}

# musl asks over TCP from 1.2.4 on; before that a name with too many addresses has none.
musl_finds_what_there_is() {
    if ! command -v musl-gcc >/dev/null; then
        echo "# without musl: musl-tools is not installed"
        return
    fi
    musl-gcc -static -o lookup "$here/dns_lookup.c"
    local name way
    for way in "" "ndots:3"; do
        resolves "$way"
        for name in four six.example.test hop1 hop1.example.test; do
            [ "$(looks_up ./lookup)" = "$(addresses "$name")" ] || fail "musl: $name ($way)"
        done
    done
    name=nothing
    [ -z "$(looks_up ./lookup)" ]
    name=many
    case $(looks_up ./lookup | wc -l) in
        180) ;;
        0) echo "# this musl does not ask over TCP" ;;
        *) fail "musl: some of many addresses" ;;
    esac
}

drill_asks_in_all_its_ways() {
    local way
    for way in "" -a -t -4 -D "-b 4096" "-u -b 512"; do
        # shellcheck disable=SC2086 # some are two words
        drill $way @127.0.0.1 hop1.example.test A >drill.txt
        grep -q 'rcode: NOERROR' drill.txt
        [ "$(grep -cE '^hop[0-9]+\..*(CNAME|A)' drill.txt)" = 13 ] || fail "drill $way"
    done
    drill @127.0.0.1 many.example.test A >drill.txt
    [ "$(grep -c '^many.*192\.0\.2\.' drill.txt)" = 90 ] || grep -q 'flags:.* tc' drill.txt
    drill -t @127.0.0.1 many.example.test AAAA >drill.txt
    [ "$(grep -c '^many.*2001:db8::' drill.txt)" = 90 ]
    drill -x @127.0.0.1 192.168.1.1 >drill.txt
    grep -q 'rcode: NXDOMAIN' drill.txt
}

# A zone that ldns signs, and whose key delv is told: all that DNSSEC wants comes through.
delv_validates_what_comes_through() {
    if ! command -v delv >/dev/null || ! command -v ldns-signzone >/dev/null; then
        echo "# without delv: bind9-dnsutils or ldnsutils is not installed"
        return
    fi
    ln -s /dev/urandom .random 2>/dev/null || true
    local key name
    key=$(ldns-keygen -a ECDSAP256SHA256 -k example.test)
    ldns-signzone -n -o example.test -f signed zone "$key"
    cp signed zone
    kill -HUP "$nsd"
    wait_until has_signatures
    printf 'trust-anchors { "example.test." static-key %s; };\n' \
        "$(awk '{ for (i = 1; i <= NF; i++) if ($i == "DNSKEY")
            print $(i + 1), $(i + 2), $(i + 3), "\"" $(i + 4) "\"" }' "$key.key")" >anchor
    restart_forwarder
    for name in "example.test SOA" "hop1.example.test A" "many.example.test A" \
        "huge.example.test TXT" "x.y.wild.example.test A" "nothing.example.test A" \
        "mail.example.test TXT"; do
        # shellcheck disable=SC2086 # a name and a type
        delv -a anchor +root=example.test @127.0.0.1 $name >delv.txt 2>delv.log || true
        grep -qE '^; (fully validated|negative response, fully validated)' delv.txt ||
            fail "delv $name: $(cat delv.txt delv.log)"
    done
}

# start_resolved PROGRAM: systemd-resolved without systemd. It asks nobody while the one network is
# loopback, and wants its user and a directory of that; /run, /etc/systemd and the users are ours.
start_resolved() {
    mkdir -p systemd
    printf '[Resolve]\nDNS=127.0.0.1\nDNSSEC=no\nLLMNR=no\nMulticastDNS=no\n' >systemd/resolved.conf
    { cat /etc/passwd && echo 'systemd-resolve:x:991:991::/:/usr/sbin/nologin'; } >passwd
    { cat /etc/group && echo 'systemd-resolve:x:991:'; } >group
    mount --bind systemd /etc/systemd && mount --bind passwd /etc/passwd &&
        mount --bind group /etc/group && mount -t tmpfs none /run &&
        mkdir -p /run/systemd/resolve && chown 991:991 /run/systemd/resolve &&
        ip link add out type veth peer name in && ip link set out up && ip link set in up &&
        ip address add 198.51.100.1/24 dev out && ip route add default via 198.51.100.2 || return
    "$1" >resolved.txt 2>&1 &
}

stub_answers() {
    dig +time=1 +tries=1 @127.0.0.53 four.example.test A | grep -q '192\.0\.2\.4$'
}

# It is no package of the tests: to install it is to have it resolve for the whole machine.
systemd_resolved_forwards_to_it() {
    local program=${CUPEL_RESOLVED:-/lib/systemd/systemd-resolved}
    if [ ! -x "$program" ]; then
        echo "# without systemd-resolved: it is not installed"
        return
    fi
    if ! start_resolved "$program" 2>resolved.log; then
        echo "# without systemd-resolved: no world can be made for it here"
        return
    fi
    wait_until stub_answers
    dig +time=20 +tries=1 @127.0.0.53 many.example.test AAAA >dig.txt
    [ "$(grep -c '^many.*2001:db8::' dig.txt)" = 90 ]
    dig +time=20 +tries=1 @127.0.0.53 hop1.example.test AAAA >dig.txt
    grep -q '^hop13.*2001:db8::13$' dig.txt
    dig +time=20 +tries=1 +noedns @127.0.0.53 nothing.example.test A >dig.txt
    grep -q 'status: NXDOMAIN' dig.txt
}

has_signatures() {
    dig +dnssec +time=1 +tries=1 @127.0.0.1 -p 5301 example.test SOA | grep -q RRSIG
}

restart_forwarder() {
    [ -z "${forwarder-}" ] || stop_forwarder
    start_forwarder --listen 127.0.0.1:53 --upstream 127.0.0.1:5301
}

bind_etc
# Who has no address of a kind but loopback's is told of none.
ip address add 192.0.2.200/32 dev lo
ip address add 2001:db8:1::1/128 dev lo nodad
write_zone
write_more >>zone
start_nsd 5301
nsd=$!
restart_forwarder
run_tests \
    glibc_finds_what_there_is_in_each_of_its_ways \
    glibc_asks_for_both_kinds_of_addresses_at_once \
    glibc_knows_what_is_not_there \
    glibc_finds_the_name_of_an_address \
    musl_finds_what_there_is \
    drill_asks_in_all_its_ways \
    systemd_resolved_forwards_to_it \
    delv_validates_what_comes_through
stop_forwarder
