#!/usr/bin/env bash
# What cupel-dns may still do once it answers queries; what it tries from the inside is in
# unit.cli_dns.sandbox.
# What /proc says is of the process namespace that the test runs in.
scenario_unshare=(--mount-proc)
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/dns.bash"
needs dig bind9-dnsutils

# status FIELD: what the kernel says of the forwarder.
status() {
    awk -v field="$1:" '$1 == field { print $2; exit }' "/proc/$forwarder/status"
}

it_keeps_no_capability_and_no_way_to_one() {
    start_forwarder --upstream 127.0.0.1:5330 --user 65534:65534 --sandbox
    [ "$(status NoNewPrivs)" = 1 ] || fail "new privileges"
    [ "$(status Seccomp)" = 2 ] || fail "no filter"
    for set in CapEff CapPrm CapInh CapAmb; do
        [ "$(status $set)" = 0000000000000000 ] || fail "$set: $(status $set)"
    done
    [ "$(status Uid)" = 65534 ] || fail "user $(status Uid)"
    [ "$(status Gid)" = 65534 ] || fail "group $(status Gid)"
    [ "$(stat -c %u "/proc/$forwarder/status")" = 0 ] || fail "others of its user can look into it"
    dig +time=5 +tries=1 @127.0.0.1 -p 8053 a.example.test | grep -q '192\.0\.2\.1$'
    dig +tcp +time=5 +tries=1 @127.0.0.1 -p 8053 b.example.test | grep -q '192\.0\.2\.1$'
    [ "$(counter queries_forwarded)" = 2 ]
    stop_forwarder
}

# Threads have no less taken from them than the first: those that write, and one that reads.
its_threads_are_in_it_too() {
    printf 'upstream: 127.0.0.1:5330\n' >dns.yaml
    chmod 0777 .
    start_forwarder --config dns.yaml --user 65534:65534 --sandbox --query-log queries \
        --dnstap taps
    local task threads=0
    for task in "/proc/$forwarder/task"/*/status; do
        grep -qx $'Seccomp:\t2' "$task" || fail "no filter: $(cat "$task")"
        grep -qx $'NoNewPrivs:\t1' "$task" || fail "new privileges: $(cat "$task")"
        grep -qx $'CapEff:\t0000000000000000' "$task" || fail "capabilities: $(cat "$task")"
        grep -q $'^Uid:\t65534' "$task" || fail "user: $(cat "$task")"
        threads=$((threads + 1))
    done
    [ "$threads" -ge 3 ] || fail "$threads threads"
    : >forwarder.log
    kill -HUP "$forwarder"
    wait_until grep -q ready forwarder.log
    stop_forwarder
}

without_a_sandbox_only_the_user_changes() {
    start_forwarder --upstream 127.0.0.1:5330 --user 65534:65534 --no-sandbox
    [ "$(status Seccomp)" = 0 ] || fail "a filter"
    [ "$(status NoNewPrivs)" = 0 ] || fail "no new privileges"
    [ "$(status CapEff)" = 0000000000000000 ] || fail "$(status CapEff)"
    [ "$(status Uid)" = 65534 ] || fail "user $(status Uid)"
    dig +time=5 +tries=1 @127.0.0.1 -p 8053 a.example.test | grep -q '192\.0\.2\.1$'
    stop_forwarder
}

what_a_reload_reads_can_be_read_and_nothing_else() {
    mkdir -p etc
    printf '%s\n' 'e5e973e5a6b2a43f48e7dc849e37bfcf' >etc/secret
    printf 'upstream: 127.0.0.1:5330\ncookie-secret: %s\n' "$PWD/etc/secret" >etc/dns.yaml
    start_forwarder --sandbox --config "$PWD/etc/dns.yaml"
    dig +cookie +time=5 +tries=1 @127.0.0.1 -p 8053 a.example.test | grep -q '(good)'
    printf '%s\n' '445536bcd2513298075a5d379663c962' >etc/secret.new
    mv etc/secret.new etc/secret
    : >forwarder.log
    kill -HUP "$forwarder"
    wait_until grep -q ready forwarder.log
    mkdir -p elsewhere
    cp etc/secret elsewhere/secret
    printf 'upstream: 127.0.0.1:5330\ncookie-secret: %s\n' "$PWD/elsewhere/secret" >etc/dns.yaml
    kill -HUP "$forwarder"
    wait_until grep -q 'goes on as before' forwarder.log
    grep -q 'denied; only what was named at the start can be opened in the sandbox$' \
        forwarder.log || fail "$(cat forwarder.log)"
    dig +time=5 +tries=1 @127.0.0.1 -p 8053 c.example.test | grep -q '192\.0\.2\.1$'
    stop_forwarder
}

a_reload_can_bring_a_module() {
    printf 'upstream: 127.0.0.1:5330\n' >dns.yaml
    start_forwarder --config dns.yaml
    [ "$(status Seccomp)" = 2 ] || fail "no filter where no option speaks of one"
    ! grep -q libssl "/proc/$forwarder/maps" || fail "TLS is there already"
    printf 'upstream: [127.0.0.1:5330, "tls://127.0.0.1:5853#dns.example.test"]\n' >dns.yaml
    : >forwarder.log
    kill -HUP "$forwarder"
    wait_until grep -qE 'ready|as before' forwarder.log
    grep -q 'forwarding to 127.0.0.1:5330, tls://' forwarder.log ||
        fail "$(cat forwarder.log)"
    stop_forwarder
}

who_stays_root_can_still_listen_below_port_1024() {
    printf 'listen: 127.0.0.1:8053\nupstream: 127.0.0.1:5330\n' >dns.yaml
    start_forwarder --config dns.yaml
    [ "$(status CapEff)" = 0000000000000400 ] || fail "$(status CapEff)"
    printf 'listen: [127.0.0.1:8053, "127.0.0.1:53"]\nupstream: 127.0.0.1:5330\n' >dns.yaml
    : >forwarder.log
    kill -HUP "$forwarder"
    wait_until grep -qE 'ready|as before' forwarder.log
    grep -q '127.0.0.1:53,' forwarder.log || fail "$(cat forwarder.log)"
    stop_forwarder
}

what_it_writes_at_the_end_and_anew_can_be_written() {
    start_forwarder --upstream 127.0.0.1:5330 --sandbox --cache-file kept --query-log queries
    dig +time=40 +tries=1 @127.0.0.1 -p 8053 a.example.test | grep -q '192\.0\.2\.1$'
    wait_until test -s queries
    mv queries before
    kill -USR2 "$forwarder"
    wait_until test -e queries
    stop_forwarder
    [ -s kept ] || fail "the cache is not kept"
}

a_user_that_is_none_is_named() {
    ! cupel-dns --user nobody-at-all 2>err.txt || fail "goes on"
    [ "$(cat err.txt)" = "cupel-dns: --user: there is no user 'nobody-at-all'" ] ||
        fail "$(cat err.txt)"
    ! cupel-dns --user 65534:no-group-at-all 2>err.txt || fail "goes on"
    [ "$(cat err.txt)" = "cupel-dns: --user: there is no group 'no-group-at-all'" ] ||
        fail "$(cat err.txt)"
}

[ "$(id -u)" -eq 0 ] || {
    echo "skipped: only root can become another user"
    exit 77
}
"$here/dns_upstream.py" 5330 honest >honest.txt 2>honest.log &
wait_until grep -q ready honest.txt
run_tests \
    it_keeps_no_capability_and_no_way_to_one \
    its_threads_are_in_it_too \
    without_a_sandbox_only_the_user_changes \
    what_a_reload_reads_can_be_read_and_nothing_else \
    a_reload_can_bring_a_module \
    who_stays_root_can_still_listen_below_port_1024 \
    what_it_writes_at_the_end_and_anew_can_be_written \
    a_user_that_is_none_is_named
