#!/usr/bin/env bash
# cupel-wire: what check, decode and types print, and what they say to bad input. With the name of a
# function as its word, it runs that test alone.
# shellcheck disable=SC2317,SC2094  # functions are called by name; no pipeline has both ends
set -euo pipefail

# shellcheck source=tests/cli/wire.bash
. "$CUPEL_SOURCE/tests/cli/wire.bash"

query='abcd 0120 0001 0000 0000 0001 076578616d706c65047465737400 0001 0001
       00 0029 04d0 00008000 0000'
short_a='abcd 8180 0000 0001 0000 0000 00 0001 0001 0000003c 0003 c00002'

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

check_prints_json_for_programs() {
    wire "$query" >query
    wire "$query 00" >trailing
    expect 0 cupel-wire check --json query trailing
    same out '{"file":"query","verdict":"accept"}
{"file":"trailing","verdict":"reject","which":"framing",'\
'"status":"TRAILING_OCTETS","reason":"octets follow the last record","offset":41}'
}

check_and_decode_read_messages_with_their_lengths() {
    wire "0029 $query 0000 0029 $query" >stream
    expect 0 cupel-wire check --tcp stream
    same out "accept stream#1
reject stream#2 framing: the message is shorter than a header, at octet 0
accept stream#3"
    expect 1 cupel-wire decode --tcp stream
    grep -qx ';; MESSAGE 3' out
    same err "cupel-wire: stream: message 2: framing: the message is shorter than a header,\
 at octet 0"
    expect 1 cupel-wire decode --tcp --json - <stream
    [ "$(wc -l <out)" -eq 2 ]
    grep -q '^{"number":3,"ID":43981,' out
    wire "0029 $query 0002 ab" >short
    expect 1 cupel-wire check --tcp short
    same out "accept short#1"
    same err "cupel-wire: short: the input ends inside the message that begins at octet 43"
}

decode_permissive_prints_what_stands_before_the_refusal() {
    wire "abcd 8180 0001 0002 0000 0000 0161 00 0001 0001
          c00c 0001 0001 0000003c 0004 c0000201 c00c 0001 00" >short
    expect 1 cupel-wire decode short
    [ ! -s out ]
    expect 1 cupel-wire decode --permissive short
    same out ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 43981
;; flags: qr rd ra; QUERY: 1, ANSWER: 2, AUTHORITY: 0, ADDITIONAL: 0

;; QUESTION SECTION:
;a.	IN	A

;; ANSWER SECTION:
a.	60	IN	A	192.0.2.1

;; refused: framing: the message ends inside a record, or holds fewer than its counts say,\
 at octet 37
;; left over: 5 octets:
; c00c000100
;; MSG SIZE: 40"
    [ ! -s err ]
    expect 1 cupel-wire decode --permissive --json short
    /usr/bin/python3 - <<'PYTHON'
import json
message = json.load(open("out"))
assert message["refused"] == {
    "which": "framing", "status": "RR_TRUNCATED", "offset": 37,
    "reason": "the message ends inside a record, or holds fewer than its counts say"}, message
assert message["ANCOUNT"] == 2 and len(message["answerRRs"]) == 1, message
assert message["leftOctetsHEX"] == "C00C000100", message
PYTHON
}

decode_permissive_of_what_is_right_is_decode() {
    wire "$query" >query
    expect 0 cupel-wire decode query
    cp out expected
    expect 0 cupel-wire decode --permissive query
    diff expected out
}

decode_says_where_opt_stands_when_that_is_unusual() {
    wire 'abcd 0100 0000 0000 0000 0002 00 0029 04d0 00000000 0000
          0161 00 0001 0001 0000003c 0004 c0000201' >early
    expect 0 cupel-wire decode early
    grep -A2 'ADDITIONAL SECTION' out >section
    same section ";; ADDITIONAL SECTION:
;; OPT
a.	60	IN	A	192.0.2.1"
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

decode_shows_the_tlvs_of_stateful_operations() {
    wire '0000 3000 0000 0000 0000 0000 0041 001f 0161 00 0001 0001 0000003c 0004 c0000201
          c010 00ff 00ff fffffffe 0000 0000' >push
    expect 1 cupel-wire decode push
    wire '0000 3000 0000 0000 0000 0000 0041 001d 0161 00 0001 0001 0000003c 0004 c0000201
          c010 00ff 00ff fffffffe 0000' >push
    expect 0 cupel-wire decode push
    same out ";; ->>HEADER<<- opcode: DSO, status: NOERROR, id: 0
;; flags:; QUERY: 0, ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 0

;; STATEFUL OPERATIONS SECTION:
; PUSH: 2 changes
add a.	60	IN	A	192.0.2.1
remove all a.	ANY	ANY

;; MSG SIZE: 45"
    expect 0 cupel-wire decode --json push
    /usr/bin/python3 - <<'PYTHON'
import json
(tlv,) = json.load(open("out"))["dsoTLVs"]
assert (tlv["TYPE"], tlv["TYPEname"], tlv["LENGTH"]) == (65, "PUSH", 29), tlv
assert tlv["changes"] == ["add a.\t60\tIN\tA\t192.0.2.1", "remove all a.\tANY\tANY"], tlv
PYTHON
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

decode_json_has_the_values_of_rfc_8427_section_5_1() {
    wire '4cde 0000 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 0001 0001' >query
    expect 0 cupel-wire decode --json query
    /usr/bin/python3 - <<'PYTHON'
import json
message = json.load(open("out"))
expected = {
    "ID": 19678, "QR": 0, "Opcode": 0, "AA": 0, "TC": 0, "RD": 0, "RA": 0, "AD": 0, "CD": 0,
    "RCODE": 0, "QDCOUNT": 1, "ANCOUNT": 0, "NSCOUNT": 0, "ARCOUNT": 0,
    "QNAME": "example.com.", "QTYPE": 1, "QCLASS": 1}
assert {name: message[name] for name in expected} == expected, message
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

run_tests "$@"
