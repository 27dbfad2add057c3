#!/usr/bin/env bash
# What cupel-dns says to a command line that makes no sense, or that cannot be done here: one
# sentence that names what is wrong, and an exit status; it does not start.
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/../scenario/dns.bash"

# says STATUS SENTENCE OPTION…: cupel-dns ends at once with the status and says the sentence alone.
says() {
    local status=$1 sentence=$2 actual=0
    shift 2
    timeout 10 cupel-dns "$@" >out.txt 2>err.txt || actual=$?
    [ "$actual" = "$status" ] || fail "exit status $actual instead of $status: cupel-dns $*"
    [ "$(cat err.txt)" = "cupel-dns: $sentence" ] || fail "says: $(cat err.txt)"
    [ ! -s out.txt ] || fail "prints: $(cat out.txt)"
}

an_address_that_is_none_is_named() {
    says 2 "--listen: 'here' is not an IPv4 or IPv6 address" --listen here
    says 2 "--listen: '127.0.0.1:99999': the port '99999' is not between 1 and 65535" \
        --listen 127.0.0.1:99999
    says 2 "--upstream: 'dns.example' is not an IPv4 or IPv6 address" --upstream dns.example
    says 2 "--upstream: '[::1' is not an address with a port (ADDR:PORT, [ADDR]:PORT)" \
        --upstream "[::1"
}

an_option_that_is_none_is_named() {
    says 2 "option '--cash' is not known (see 'cupel-dns --help')" --cash
    says 2 "option '--timeout-ms': '0' is not a number from 10 to 60000 (see 'cupel-dns --help')" \
        --timeout-ms 0
}

a_local_record_that_is_wrong_is_named() {
    local loopback="names of localhost have the addresses of loopback"
    local adrift="an alias (CNAME) has to lead to a name with records here"

    says 2 "--local-record: 'nas.home.arpa. A': character 17: the line ends before all is said" \
        --local-record "nas.home.arpa. A"
    says 2 "--local-record: 'x.localhost. A 192.0.2.1': $loopback" \
        --local-record "x.localhost. A 192.0.2.1"
    says 2 "--local-record: 'a.example.': $adrift" \
        --local-record "a.example. CNAME b.example."
    says 2 "--not-local: 'a..b': a label is empty" --not-local a..b
    says 2 "--not-local: $loopback" --not-local localhost
}

options_that_contradict_are_named() {
    says 2 "--cache-bytes: 1000 is neither 0 nor 65536 or more" --cache-bytes 1000
    says 2 "--ttl-min: 20 is more than --ttl-max, 10" --ttl-min 20 --ttl-max 10
}

a_mistake_in_a_file_is_one_sentence_with_its_line() {
    printf 'upstream: 127.0.0.1\npolicy: last\n' >dns.yaml
    says 2 "dns.yaml:2: policy: 'last' is none of: first round-robin fastest race" --config dns.yaml
    printf 'upstream:\n  - 127.0.0.1\n  - here\n' >dns.yaml
    says 2 "dns.yaml:3: upstream: 'here' is not an IPv4 or IPv6 address" -c dns.yaml --check-config
    printf 'listen: 127.0.0.1\nmetrics: 192.0.2.1\n' >dns.yaml
    says 2 "dns.yaml:2: metrics: '192.0.2.1' is no address of loopback: whoever can reach it may \
read" -c dns.yaml --check-config
    printf 'user: nobody.of.that.name\n' >dns.yaml
    says 2 "dns.yaml:1: user: there is no user 'nobody.of.that.name'" -c dns.yaml --check-config
    printf 'listen: 127.0.0.1\ncontrol: %0108d\n' 0 >dns.yaml
    says 2 "dns.yaml:2: control: '$(printf %0108d 0)': a socket's path has 1 to 107 characters" \
        -c dns.yaml --check-config
    says 2 "--config: open 'none.yaml': No such file or directory" --config none.yaml
    mkdir -p a-directory
    says 2 "--config: 'a-directory': not a regular file" --config a-directory
}

a_configuration_that_is_good_is_checked_in_silence() {
    printf 'listen: 192.0.2.1\nupstream: 192.0.2.2\ncache-bytes: 0\n' >dns.yaml
    cupel-dns --config dns.yaml --check-config >out.txt 2>&1 || fail "status $?: $(cat out.txt)"
    cupel-dns --check-config >>out.txt 2>&1 || fail "status $?: $(cat out.txt)"
    [ ! -s out.txt ] || fail "says: $(cat out.txt)"
}

the_command_line_holds_in_place_of_the_file() {
    printf 'listen: 127.0.0.1:8054\nupstream: [127.0.0.1:5301, 127.0.0.1:5302]\n' >dns.yaml
    start_forwarder --config dns.yaml --upstream 127.0.0.1:5303
    [ "$ready" = "cupel-dns: ready on 127.0.0.1:8054, forwarding to 127.0.0.1:5303" ] ||
        fail "$ready"
    stop_forwarder
}

a_port_in_use_is_one_sentence() {
    start_forwarder --listen 127.0.0.1:8053 --upstream 127.0.0.1:5300
    says 1 "cannot listen on 127.0.0.1:8053: Address already in use" \
        --listen 127.0.0.1:8053 --upstream 127.0.0.1:5300
    says 1 "cannot listen on 127.0.0.1:8053: Address already in use" --upstream 127.0.0.1:5300
    stop_forwarder
}

the_same_address_twice_is_one_sentence() {
    says 1 "cannot listen on [::1]:8053: Address already in use" \
        --listen "[::1]" --listen "::1" --upstream 127.0.0.1:5300
}

an_address_that_this_machine_has_not_is_one_sentence() {
    says 1 "cannot listen on 192.0.2.1:8053: Cannot assign requested address" \
        --listen 192.0.2.1 --upstream 127.0.0.1:5300
}

no_way_to_the_upstream_is_one_sentence() {
    says 1 "cannot reach upstream 8.8.8.8:53: Network is unreachable"
    says 1 "cannot reach upstream [2001:db8::1]:53: Network is unreachable" \
        --upstream 2001:db8::1
}

an_upstream_that_is_itself_is_one_sentence() {
    says 1 "upstream 127.0.0.1:8053 is this forwarder itself, which listens on 127.0.0.1:8053" \
        --upstream 127.0.0.1:8053
    says 1 "upstream 127.0.0.3:8053 is this forwarder itself, which listens on 0.0.0.0:8053" \
        --listen 0.0.0.0 --upstream 127.0.0.3:8053
    says 1 "upstream 0.0.0.0:5300 is not the address of one machine" --upstream 0.0.0.0:5300
}

without_ipv6_the_defaults_are_ipv4_alone() {
    echo 1 >/proc/sys/net/ipv6/conf/lo/disable_ipv6 || {
        echo "# IPv6 cannot be switched off here"
        return
    }
    start_forwarder --upstream 127.0.0.1:5300
    [ "$ready" = "cupel-dns: ready on 127.0.0.1:8053, forwarding to 127.0.0.1:5300" ] ||
        fail "$ready"
    stop_forwarder
}

help_names_every_option() {
    cupel-dns --help >help.txt
    for option in listen upstream timeout-ms queries-max; do
        grep -q -- "--$option" help.txt
    done
}

run_tests \
    an_address_that_is_none_is_named \
    an_option_that_is_none_is_named \
    a_local_record_that_is_wrong_is_named \
    options_that_contradict_are_named \
    a_mistake_in_a_file_is_one_sentence_with_its_line \
    a_configuration_that_is_good_is_checked_in_silence \
    the_command_line_holds_in_place_of_the_file \
    a_port_in_use_is_one_sentence \
    the_same_address_twice_is_one_sentence \
    an_address_that_this_machine_has_not_is_one_sentence \
    no_way_to_the_upstream_is_one_sentence \
    an_upstream_that_is_itself_is_one_sentence \
    help_names_every_option \
    without_ipv6_the_defaults_are_ipv4_alone
