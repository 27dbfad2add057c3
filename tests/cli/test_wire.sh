#!/usr/bin/env bash
# cupel-wire: what check, decode and types print, and what they say to bad input. With the name of a
# function as its word, it runs that test alone.
# shellcheck disable=SC2317,SC2094  # functions are called by name; no pipeline has both ends
set -euo pipefail

# Writes the octets of hexadecimal digits; spaces are for the reader.
wire() {
    tr -d ' \n' <<<"$1" | sed 's/../\\x&/g' | xargs -0 printf '%b'
}

query='abcd 0120 0001 0000 0000 0001 076578616d706c65047465737400 0001 0001
       00 0029 04d0 00008000 0000'
short_a='abcd 8180 0000 0001 0000 0000 00 0001 0001 0000003c 0003 c00002'

# expect STATUS COMMAND…: runs it, leaves its output in ./out and ./err.
expect() {
    local wanted=$1 status=0
    shift
    "$@" >out 2>err || status=$?
    if [ "$status" -ne "$wanted" ]; then
        echo "'$*' exits with $status, not $wanted:"
        cat out err
        return 1
    fi
}

# same FILE TEXT: the file holds exactly this.
same() {
    diff <(printf '%s\n' "$2") "$1"
}

check_accepts_and_rejects_with_reason_and_offset() {
    wire "$query" >query
    wire "$short_a" >short-a
    wire "$query 00" >trailing
    : >empty
    expect 0 cupel-wire check query short-a trailing empty
    same out "accept query
reject short-a rdata: RDATA ends inside one of its fields, at octet 23
reject trailing framing: octets follow the last record, at octet 41
reject empty framing: the message is shorter than a header, at octet 0"
    [ ! -s err ]
}

check_framing_does_not_look_at_rdata() {
    wire "$short_a" >short-a
    expect 0 cupel-wire check --framing short-a
    same out "accept short-a"
}

check_of_a_file_that_cannot_be_read_says_so_and_goes_on() {
    wire "$query" >query
    expect 1 cupel-wire check missing query .
    same out "accept query"
    grep -qx 'cupel-wire: missing: cannot be opened: No such file or directory' err
    grep -qx 'cupel-wire: .: .*Is a directory' err
    [ "$(wc -l <err)" -eq 2 ]
}

check_rejects_more_than_65535_octets() {
    head -c 65536 /dev/zero >large
    expect 0 cupel-wire check large
    same out "reject large framing: the message has more than 65535 octets, at octet 65535"
}

decode_prints_what_dig_prints() {
    wire "$query" >query
    expect 0 cupel-wire decode query
    same out ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 43981
;; flags: rd ad; QUERY: 1, ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 1

;; OPT PSEUDOSECTION:
; EDNS: version: 0, flags: do; udp: 1232

;; QUESTION SECTION:
;example.test.	IN	A

;; MSG SIZE: 41"
}

decode_reads_hexadecimal_from_standard_input() {
    wire "$query" >query
    cupel-wire decode query >expected
    printf '%s\n' "${query^^}" >digits
    expect 0 cupel-wire decode --hex - <digits
    diff expected out
}

decode_json_has_the_names_of_rfc_8427() {
    wire 'abcd 8580 0001 0001 0000 0000 0161 00 0010 0001
          c00c 0010 0001 0000003c 0006 0161 03622263' >answer
    expect 0 cupel-wire decode --json answer
    /usr/bin/python3 - <<'PYTHON'
import json
message = json.load(open("out"))
assert message["ID"] == 0xABCD and message["QR"] == 1 and message["AA"] == 1, message
assert (message["Opcode"], message["RCODE"], message["ANCOUNT"]) == (0, 0, 1), message
assert (message["QNAME"], message["QTYPE"], message["QTYPEname"]) == ("a.", 16, "TXT"), message
assert (message["QCLASS"], message["QCLASSname"]) == (1, "IN"), message
(record,) = message["answerRRs"]
assert record == {
    "NAME": "a.", "TYPE": 16, "TYPEname": "TXT", "CLASS": 1, "CLASSname": "IN", "TTL": 60,
    "RDLENGTH": 6, "RDATAHEX": "016103622263", "rdataTXT": '"a" "b\\"c"'}, record
assert "authorityRRs" not in message
PYTHON
}

decode_shows_what_it_can_of_wrong_rdata() {
    wire "$short_a" >short-a
    expect 1 cupel-wire decode short-a
    grep -qP '^\.\t60\tIN\tA\t\\# 3 c00002$' out
    same err "cupel-wire: short-a: rdata: RDATA ends inside one of its fields, at octet 23"
}

decode_refuses_what_is_no_message_in_one_sentence() {
    wire 'abcd 0100 0001 0000 0000 0000 c00c 0001 0001' >loop
    expect 1 cupel-wire decode loop
    [ ! -s out ]
    same err "cupel-wire: loop: framing: a compression pointer does not lead to an earlier name,\
 at octet 12"
}

decode_names_the_character_that_is_not_hexadecimal() {
    printf 'ab cd\nxy' >digits
    expect 1 cupel-wire decode --hex digits
    [ ! -s out ]
    same err "cupel-wire: digits: character 7 does not begin two hexadecimal digits"
    printf 'abc' >digits
    expect 1 cupel-wire decode --hex digits
    same err "cupel-wire: digits: character 3 does not begin two hexadecimal digits"
}

decode_has_no_colours_in_a_file() {
    wire "$query" >query
    TERM=xterm expect 0 cupel-wire decode query
    if grep -q $'\033' out; then return 1; fi
}

types_lists_the_table() {
    expect 0 cupel-wire types
    grep -qE '^MX +15 +RFC 1035 section 3\.3\.9 +preference exchange$' out
}

output_that_cannot_be_written_is_a_failure() {
    wire "$query" >query
    local status=0
    cupel-wire check query >/dev/full 2>err || status=$?
    [ "$status" -eq 1 ]
    status=0
    cupel-wire decode query >/dev/full 2>err || status=$?
    [ "$status" -eq 1 ]
}

mistakes_on_the_command_line_are_one_sentence() {
    expect 2 cupel-wire decode
    grep -q "operand is missing" err
    expect 2 cupel-wire decode --pcapng x
    grep -q -- "--pcapng" err
    expect 2 cupel-wire explain
    grep -q "no command 'explain'" err
}

if [ $# -eq 1 ]; then
    "$1"
    exit
fi
failed=0
for test in $(declare -F | awk '{ print $3 }' | grep -vxE 'wire|expect|same'); do
    # A shell of its own: inside a condition, this one would go on after a failure.
    if "$0" "$test"; then
        echo "ok $test"
    else
        echo "not ok $test"
        failed=1
    fi
done
exit $failed
