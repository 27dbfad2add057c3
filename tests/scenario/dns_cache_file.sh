#!/usr/bin/env bash
# The cache of cupel-dns outlives it in a file, and nothing that is wrong with the file harms.
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/dns.bash"
needs dig bind9-dnsutils

# start OPTION…: a forwarder with the file `cache`, to an upstream that is there no more.
start() {
    start_forwarder --upstream 127.0.0.1:5309 --timeout-ms 200 --cache-file cache "$@"
}

ask() {
    dig +noedns +time=40 +tries=1 @127.0.0.1 -p 8053 "$@" >dig.txt
}

# refused SENTENCE: the file is not read, that is told, and all else is well.
refused() {
    start
    [ "$(head -n 1 forwarder.log)" = "cupel-dns: the cache is empty: --cache-file: 'cache': $1" ] ||
        fail "$(cat forwarder.log)"
    ask one.test
    grep -q 'status: SERVFAIL' dig.txt
    kill -KILL "$forwarder"
    wait "$forwarder" || true
}

answers_outlive_a_restart_and_grow_old() {
    "$here/dns_upstream.py" 5312 honest >honest.txt 2>honest.log &
    local upstream=$!
    wait_until grep -q ready honest.txt
    start_forwarder --upstream 127.0.0.1:5312 --cache-file cache
    ask one.test
    ask TWO.test
    stop_forwarder
    kill "$upstream"
    [ "$(stat -c %a cache)" = 600 ]
    sleep 1.1
    start
    grep -q '^cupel-dns: 2 answers read from the cache.s file, 0 left out$' forwarder.log
    ask one.test
    grep -qE '^one\.test\.\s+29[0-9]\s+IN\s+A\s+192\.0\.2\.1$' dig.txt || fail "$(cat dig.txt)"
    ask two.test
    grep -qE '^two\.test\.\s+29[0-9]\s' dig.txt
    [ "$(counter queries_cached)" = 2 ]
    stop_forwarder
}

what_is_too_old_is_left_out() {
    start --ttl-max 1
    grep -q '^cupel-dns: 0 answers read from the cache.s file, 2 left out$' forwarder.log
    kill -KILL "$forwarder" # the file stays as it is
    wait "$forwarder" || true
    start --ttl-max 1 --serve-stale 3600
    ask one.test
    grep -qE '^one\.test\.\s+30\s+IN\s+A\s+192\.0\.2\.1$' dig.txt || fail "$(cat dig.txt)"
    stop_forwarder
}

a_file_that_is_not_whole_is_refused() {
    cp cache whole
    head -c -1 whole >cache
    refused "not whole"
    { cat whole && echo; } >cache
    refused "not whole"
    sed 's/one/own/' whole >cache
    refused "not whole"
    echo hello >cache
    refused "not a file of cupel-dns's cache"
}

a_file_of_others_is_refused() {
    cp whole cache
    chmod 666 cache
    refused "others may write it"
    rm cache
    ln -s whole cache
    refused "Too many levels of symbolic links"
    rm cache
    mkfifo cache
    refused "not a regular file"
    rm cache
    truncate -s 1G cache
    refused "larger than 67174400 octets"
    rm cache
}

a_file_that_cannot_be_written_is_told_and_ends_well() {
    mkdir away
    start_forwarder --upstream 127.0.0.1:5309 --cache-file away/cache
    rmdir away
    stop_forwarder
    grep -q "^cupel-dns: --cache-file: cannot write 'away/cache': No such file or directory$" \
        forwarder.log
}

run_tests \
    answers_outlive_a_restart_and_grow_old \
    what_is_too_old_is_left_out \
    a_file_that_is_not_whole_is_refused \
    a_file_of_others_is_refused \
    a_file_that_cannot_be_written_is_told_and_ends_well
