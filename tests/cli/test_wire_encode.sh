#!/usr/bin/env bash
# cupel-wire encode: what it reads, what it writes, and what it says to bad input. With the name of
# a function as its word, it runs that test alone.
# shellcheck disable=SC2317,SC2094  # functions are called by name; no pipeline has both ends
set -euo pipefail

# shellcheck source=tests/cli/wire.bash
. "$CUPEL_SOURCE/tests/cli/wire.bash"

query='abcd 0120 0001 0000 0000 0001 076578616d706c65047465737400 0001 0001
       00 0029 04d0 00008000 0000'
digits=abcd01200001000000000001076578616d706c65047465737400000100010000290
digits+=4d0000080000000
answer='abcd 8580 0001 0001 0000 0000 0161 00 0010 0001
        c00c 0010 0001 0000003c 0006 0161 03622263'

text_of_a_query_gives_its_octets() {
    wire "$query" >query
    cupel-wire decode query >text
    expect 0 cupel-wire encode text
    cmp query out
    expect 0 cupel-wire encode - <text
    cmp query out
    expect 0 cupel-wire encode --hex text
    same out "$digits"
    [ ! -s err ]
}

accepted_messages_of_the_corpus_come_back() {
    local file count=0
    # The TLVs of stateful operations are shown, and not read.
    cupel-wire check "$CUPEL_SOURCE"/corpus/dns/message/* | sed -n 's/^accept //p' |
        grep -v /dso- >accepted
    while read -r file; do
        cupel-wire decode "$file" >text
        cupel-wire encode -o octets text
        cupel-wire decode octets >again
        # Only the size may be another: names are compressed.
        diff <(grep -v '^;; MSG SIZE' text) <(grep -v '^;; MSG SIZE' again) || {
            echo "$file"
            return 1
        }
        count=$((count + 1))
    done < <(awk 'NR % 9 == 0' accepted)
    [ "$count" -gt 10 ]
}

what_dig_prints_is_read() {
    cat >text <<'TEXT'

; <<>> DiG 9.18 <<>> +nsid ns.example
;; global options: +cmd
;; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 43981
;; flags: qr aa rd; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1
;; WARNING: recursion requested but not available

;; OPT PSEUDOSECTION:
; EDNS: version: 0, flags:; udp: 1232
; NSID: 73 72 76 3b ("srv;")
; COOKIE: 0102030405060708010000006b09ae4fca00bf0d62f940fc (good)
;; QUESTION SECTION:
;ns.example.			IN	A

;; ANSWER SECTION:
ns.example.		300	IN	A	127.0.0.1

;; Query time: 0 msec
;; SERVER: 127.0.0.1#53(127.0.0.1) (UDP)
;; WHEN: Fri Nov 27 16:22:39 UTC 2026
;; MSG SIZE  rcvd: 91

TEXT
    expect 0 cupel-wire encode text
    cupel-wire decode out >shown
    grep -E '^;; (->>|flags)|^; [A-Z]|^;?ns' text >expected
    grep -E '^;; (->>|flags)|^; [A-Z]|^;?ns' shown >found
    diff <(sed 's/ (good)//' expected | tr -s '\t') <(tr -s '\t' <found)
    [ "$(stat -c %s out)" -eq 91 ]
}

several_messages_are_written_with_their_lengths_or_on_lines() {
    wire "$query" >query
    wire "$answer" >answer
    wire "0029 $query 0025 $answer" >stream
    cupel-wire decode --tcp stream >text
    expect 0 cupel-wire encode --tcp text
    cmp stream out
    cupel-wire decode query >first
    cupel-wire decode answer >second
    expect 0 cupel-wire encode --tcp first second
    cmp stream out
    expect 0 cupel-wire encode --hex first - <second
    [ "$(wc -l <out)" -eq 2 ]
    expect 1 cupel-wire encode text
    [ ! -s out ]
    same err "cupel-wire: text: this is a second message, and raw octets are one: take --hex, --tcp\
 or --pcap"
}

a_pcap_file_can_be_read() {
    wire "$query" >query
    wire "$answer" >answer
    { cupel-wire decode query && cupel-wire decode answer; } >text
    expect 0 cupel-wire encode --pcap -o dns.pcap text
    [ ! -s out ] && [ ! -s err ]
    expect 0 cupel-wire decode --pcap dns.pcap
    grep '^;; MESSAGE' out >messages
    same messages ";; MESSAGE 1: 1970-01-01T00:00:01.000000Z UDP 127.0.0.1#50053 > 127.0.0.1#53
;; MESSAGE 2: 1970-01-01T00:00:02.000000Z UDP 127.0.0.1#53 > 127.0.0.1#50053"
    grep -q '^cupel-wire: dns.pcap: 2 packets, 2 messages$' err
    # Checksums of IP and UDP are those of the octets, says one who adds them up.
    /usr/bin/python3 - <<'PYTHON'
import struct
octets = open("dns.pcap", "rb").read()
at = 24
def total(part):
    words = struct.unpack(f">{(len(part) + 1) // 2}H", part + bytes(len(part) % 2))
    value = sum(words)
    while value >> 16:
        value = (value & 0xFFFF) + (value >> 16)
    return value
while at < len(octets):
    size = struct.unpack(">I", octets[at + 8:at + 12])[0]
    packet = octets[at + 16:at + 16 + size]
    assert total(packet[:20]) == 0xFFFF, packet.hex()
    pseudo = packet[12:20] + struct.pack(">HH", 17, size - 20)
    assert total(pseudo + packet[20:]) == 0xFFFF, packet.hex()
    at += 16 + size
PYTHON
}

a_message_that_no_datagram_holds_is_refused_for_pcap() {
    { echo ';; ->>HEADER<<- id: 1'
      echo ';; ANSWER SECTION:'
      printf '. 1 IN NULL \\# 65505 %131010s\n' '' | tr ' ' 0 |
          sed 's/^\.010IN0NULL0..065505./. 1 IN NULL \\# 65505 /'; } >text
    expect 1 cupel-wire encode --pcap text
    [ ! -s out ]
    same err "cupel-wire: text: the message has 65528 octets, and a datagram holds 65507"
    expect 0 cupel-wire encode text
    [ "$(stat -c %s out)" -eq 65528 ]
}

what_is_refused_is_named_and_nothing_is_written() {
    wire "$query" >query
    cupel-wire decode query >text
    { cat text && printf 'a. 1 IN A 192.0.2\n'; } >wrong
    sed -i 's/^;; MSG SIZE.*/;; ANSWER SECTION:/' wrong
    echo old >kept
    expect 1 cupel-wire encode --tcp -o kept text wrong
    same kept old
    same err "cupel-wire: wrong: line 11, column 11: an address is not well formed"
    expect 1 cupel-wire encode --tcp text wrong
    [ ! -s out ]
    expect 1 cupel-wire encode --tcp text missing
    same err "cupel-wire: missing: cannot be opened: No such file or directory"
    expect 1 cupel-wire encode /dev/null
    same err "cupel-wire: /dev/null: line 1, column 1: a message does not begin with ->>HEADER<<-,\
 or its header is not well formed"
}

a_file_is_written_whole_or_not_at_all() {
    wire "$query" >query
    cupel-wire decode query >text
    expect 0 cupel-wire encode -o new text
    cmp query new
    ln -s new link
    echo old >new
    chmod 640 new
    expect 0 cupel-wire encode -o link text
    cmp query new
    [ -L link ] && [ "$(stat -c %a new)" = 640 ]
    expect 0 cupel-wire encode -o - text
    cmp query out
    expect 0 cupel-wire encode -o /dev/null text
    [ -c /dev/null ]
    expect 1 cupel-wire encode -o missing/new text
    grep -qx "cupel-wire: create 'missing/new.new-[0-9a-f]*': No such file or directory" err
    local status=0
    cupel-wire encode text >/dev/full 2>err || status=$?
    [ "$status" -eq 1 ]
    same err "cupel-wire: the output cannot be written: No space left on device"
}

octets_do_not_go_to_a_terminal() {
    wire "$query" >query
    cupel-wire decode query >text
    expect 2 script -qec 'cupel-wire encode text' /dev/null
    tr -d '\r' <out | sed $'s/\033\\[[0-9;]*m//g' >said
    same said "cupel-wire: standard output is a terminal, which octets would confuse: take --hex or\
 --output FILE"
    expect 0 script -qec 'cupel-wire encode --hex text' /dev/null
    tr -d '\r' <out >said
    same said "$digits"
    expect 0 script -qec 'cupel-wire encode -o octets text' /dev/null
    cmp query octets
}

decode_has_colours_where_they_are_wanted() {
    wire "$query" >query
    cupel-wire decode query >plain
    TERM=xterm expect 0 script -qec 'cupel-wire decode query' /dev/null
    grep -q $'\033' out
    TERM=xterm NO_COLOR=1 expect 0 script -qec 'cupel-wire decode query' /dev/null
    ! grep -q $'\033' out || return 1
    TERM=xterm expect 0 script -qec 'cupel-wire decode --color=never query' /dev/null
    ! grep -q $'\033' out || return 1
    NO_COLOR=1 expect 0 cupel-wire decode --color=always query
    grep -q $'\033' out
    sed $'s/\033\\[[0-9;]*m//g' out | diff plain -
    expect 2 cupel-wire decode --color=sometimes query
    grep -q "sometimes" err
}

json_of_a_message_gives_its_octets() {
    local file
    wire "$query" >query
    wire "$answer" >answer
    for file in query answer "$CUPEL_SOURCE/corpus/dns/message/bind-referral-signed-response"; do
        cupel-wire decode --json "$file" >object
        expect 0 cupel-wire encode --json object
        cupel-wire decode --json --octets out >again
        diff <(cupel-wire decode "$file" | grep -v SIZE) <(cupel-wire decode out | grep -v SIZE)
        cupel-wire decode --json --octets "$file" >object
        expect 0 cupel-wire encode --json object
        cmp "$file" out
    done
    wire "0029 $query 0025 $answer" >stream
    cupel-wire decode --tcp --json stream >lines
    expect 0 cupel-wire encode --json --tcp - <lines
    cmp stream out
}

json_that_is_written_by_hand_is_read() {
    echo '{"ID": 43981, "RD": true, "AD": true, "QNAME": "example.test", "QTYPEname": "A",
           "additionalRRs": [{"NAME": ".", "TYPEname": "OPT",
                              "EDNS": {"UDPsize": 1232, "DO": 1}}], "comment": "mine"}' >object
    expect 0 cupel-wire encode --json --hex object
    same out "$digits"
    expect 1 cupel-wire encode --hex object
    same err "cupel-wire: object: this is JSON: take --json"
}

the_examples_of_the_help_work() {
    wire 'abcd 8580 0001 0001 0000 0000 0161 00 000f 0001
          c00c 000f 0001 0000003c 0004 000a c00c' >answer.bin
    cupel-wire --help | grep "sed 's/MX" >line
    expect 0 bash -e line
    same out "$(printf 'abcd85800001000100000000016100000f0001%s' c00c000f00010000003c00040014c00c)"
    if type jq >/dev/null; then
        cupel-wire --help | grep "jq '.ID = 7'" >line
        expect 0 bash -e line
        grep -q '^00078580' out
    fi
}

json_that_is_refused_is_named_with_file_and_member() {
    wire "$answer" >answer
    cupel-wire decode --json answer >object
    sed -i 's/"rdataTXT": .*/"rdataTXT": "other",/' object
    expect 1 cupel-wire encode --json --hex object
    [ ! -s out ]
    same err "cupel-wire: object: answerRRs[0]: two members say different things of RDATA: leave\
 one out"
    echo '{"ID": 1} {"QNAME": "a", "QTYPE": "A"}' >object
    expect 1 cupel-wire encode --json --hex object
    same err "cupel-wire: object: message 2: QTYPE: is no whole number"
    echo '{"ID": 1,' >object
    expect 1 cupel-wire encode --json object
    grep -q '^cupel-wire: object: line [12], column [0-9]*: .*expected' err
    expect 1 cupel-wire encode --json /dev/null
    same err "cupel-wire: /dev/null: there is no object in it"
}

json_has_octets_where_they_are_wanted() {
    wire "$answer" >answer
    expect 0 cupel-wire decode --json --octets answer
    /usr/bin/python3 - <<'PYTHON'
import json
message = json.load(open("out"))
octets = open("answer", "rb").read().hex().upper()
assert message["messageOctetsHEX"] == octets, message
parts = [message[part + "OctetsHEX"]
         for part in ("header", "question", "answer", "authority", "additional")]
assert "".join(parts) == octets and parts[0] == octets[:24] and parts[3] == "", parts
assert message["compressedQNAME"] == {"isCompressed": 0, "length": 3}, message
assert message["answerRRs"][0]["compressedNAME"] == {"isCompressed": 1, "length": 2}, message
PYTHON
    expect 2 cupel-wire decode --octets answer
    same err "cupel-wire: --octets needs --json"
}

options_that_exclude_each_other_are_refused() {
    expect 2 cupel-wire encode --hex --pcap x
    same err "cupel-wire: --hex, --tcp and --pcap exclude each other"
    expect 2 cupel-wire encode
    grep -q "operand is missing" err
}

run_tests "$@"
