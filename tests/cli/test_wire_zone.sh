#!/usr/bin/env bash
# cupel-wire zone: zone files with everything said, and what it says to bad ones.
# shellcheck disable=SC2317,SC2016  # functions are called by name; $TTL and $ORIGIN are meant
set -euo pipefail

# shellcheck source=tests/cli/wire.bash
. "$CUPEL_SOURCE/tests/cli/wire.bash"

zone_prints_a_record_on_a_line_with_everything_said() {
    printf '%s\n' '$TTL 1h' '@ SOA ns root ( 1 ; serial' ' 2 3 4 5 )' ' NS ns' \
        '$ORIGIN sub' 'www 60 A 192.0.2.1' >zone
    expect 0 cupel-wire zone --origin example zone
    same out "example.	3600	IN	SOA	ns.example. root.example. 1 2 3 4 5
example.	3600	IN	NS	ns.example.
www.sub.example.	60	IN	A	192.0.2.1"
    cp out first
    expect 0 cupel-wire zone - <first
    diff first out
}

zone_reads_what_ldns_reads() {
    if ! command -v ldns-read-zone >/dev/null; then
        echo "ldns-read-zone is not installed"
        return 1
    fi
    local zones=$CUPEL_SOURCE/corpus/dns/zones
    cupel-wire zone "$zones/example.zone" >ours
    ldns-read-zone "$zones/example.zone" >theirs
    diff <(sort ours) <(sort theirs)
    # RDATA of these is printed otherwise: docs/dns-strictness.md.
    cupel-wire zone "$zones/types.zone" >ours
    ldns-read-zone "$zones/types.zone" >theirs
    diff <(cut -f 1-4 ours | sort) <(cut -f 1-4 theirs | sort)
}

zone_names_line_column_and_reason() {
    printf 'a 1 A 192.0.2.1\nb A 192.0.2.300\n' >zone
    expect 1 cupel-wire zone zone
    same out "a.	1	IN	A	192.0.2.1"
    same err "cupel-wire: zone: line 2, column 5: an address is not well formed"
    printf '$TTL 1\n$INCLUDE other\n' >zone
    expect 1 cupel-wire zone zone
    same err "cupel-wire: zone: line 2, column 1: \$INCLUDE is not followed: put the files together\
 first"
    expect 1 cupel-wire zone --origin a..b zone
    same err "cupel-wire: option '--origin': 'a..b' is no name: a label is empty"
    expect 1 cupel-wire zone missing
    same err "cupel-wire: missing: cannot be opened: No such file or directory"
}

run_tests "$@"
