#!/usr/bin/env bash
# What cupel-dns says to datagrams that are no good queries; and that it is well afterwards.
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/dns.bash"

garbage_gets_formerr_or_silence() {
    "$here/dns_upstream.py" 5320 honest >honest.txt 2>honest.log &
    wait_until grep -q ready honest.txt
    start_forwarder --upstream 127.0.0.1:5320
    "$here/dns_garbage.py"
    [ "$(counter received_too_large)" = 1 ]
    stop_forwarder
}

run_tests garbage_gets_formerr_or_silence
