#!/usr/bin/env bash
# A story with a line that is wrong, or an expectation that is not met, ends at that line with a
# sentence.
set -euo pipefail

begin='client 1 asks www.example. A
upstream 1 gets www.example. A
upstream 1 answers NOERROR A 192.0.2.1
'

lines=()
words=()

# refused LINE WORDS TEXT: a story of this text ends in its line LINE, and says WORDS.
refused() {
    lines+=("$1")
    words+=("$2")
    printf '%s\n' "$3" >"${#lines[@]}.dns"
}

refused 1 'no line begins so: server' 'server 1 asks www.example. A'
refused 1 'nobody can do this: thinks' 'client 1 thinks www.example. A'
refused 1 'here stands a number' 'client 0 asks www.example. A'
refused 1 'here stands a number' 'clients 5 to 4 ask www.example. A'
refused 1 'this is no name: www..example.' 'client 1 asks www..example. A'
refused 1 'this is no type: NONSENSE' 'client 1 asks www.example. NONSENSE'
refused 1 'a query cannot have this word: +dx' 'client 1 asks www.example. A +dx'
refused 1 'this is no address: 10.0.0' 'client 1 asks www.example. A from=10.0.0'
refused 1 'no octets in hexadecimal: 0g' 'client 1 sends 0g'
refused 1 'there is no such option: magic' 'with magic'
refused 1 'the option cannot have this value: upstreams' 'with upstreams 17'
refused 1 'the option cannot have this value: ttl-max' 'with ttl-max 300'
refused 1 'the option cannot have this value: prefetch' 'with prefetch 1s'
refused 2 'a zone has an upstream that there is not' 'with zone example. at 2
client 1 asks www.example. A'
refused 2 'the options make no sense together' 'with queries-max 0
client 1 asks www.example. A'
refused 2 'options stand before the first step: prefetch' 'nothing waits
with prefetch'
refused 1 'no record belongs here' '    www.example. 300 A 192.0.2.1'
refused 1 'time passes so and so long' 'time passes 3 hours'
refused 1 'a counter and a number stand here: queries' 'counted queries 1'
refused 1 'it got no such query' 'upstream 1 answers NOERROR'
refused 3 'nothing of a reply is called so: colour' "$(head -2 <<<"$begin")
upstream 1 answers NOERROR wrong=colour"
refused 3 'this is no response code: NONSENSE' "$(head -2 <<<"$begin")
upstream 1 answers www.example. A NONSENSE"
refused 3 'this is no record' "$(head -2 <<<"$begin")
upstream 1 answers NOERROR
    www.example. 300 A here"

refused 4 'it got
    NOERROR
    www.example. 300 A 192.0.2.1
and not
    NOERROR
    www.example. 300 A 192.0.2.2' "${begin}client 1 gets NOERROR A 192.0.2.2"
refused 4 'client 1 got, of which no step speaks: NOERROR' "${begin}time passes 1s"
refused 3 'at the end: client 1 got, of which no step speaks: NOERROR' "${begin%?}"
refused 4 'it got nothing' "${begin}client 2 gets NOERROR"
refused 4 'it got nothing' "${begin}upstream 1 gets www.example. A"
refused 2 'it got
    www.example. A
and not
    www.example. A +do' 'client 1 asks www.example. A
upstream 1 gets www.example. A +do'
refused 2 'it got 1' 'client 1 asks www.example. A
upstream 1 gets 2 queries'
refused 3 'queries wait: 1' "$(head -2 <<<"$begin")
nothing waits"
refused 5 'answers are kept: 1' "${begin}client 1 gets NOERROR A 192.0.2.1
nothing is kept"
refused 4 'it was counted 0 times' "${begin}counted retries 1"

mapfile -t stories < <(seq -f '%g.dns' "${#lines[@]}")
if said=$("$CUPEL_BUILD/tests/sim.scenario" "${stories[@]}"); then
    echo 'all were taken'
    exit 1
fi
for i in "${!lines[@]}"; do
    case $said in
    *"${stories[i]}:${lines[i]}: "*"${words[i]}"*) said=${said#*"${stories[i]}:"} ;;
    *)
        printf '%s, which is\n' "${stories[i]}"
        cat "${stories[i]}"
        printf 'was not refused in line %s with "%s":\n%s\n' "${lines[i]}" "${words[i]}" "$said"
        exit 1
        ;;
    esac
done
