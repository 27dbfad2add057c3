#!/usr/bin/env bash
# A short soak (tests/soak/run): no answer is lost, memory stays as it is; and it sees where not.
# shellcheck disable=SC2034 # the soak makes a namespace of its own, where /proc shows its process
scenario_network=host
# shellcheck source=tests/scenario/dns.bash
source "$(dirname "$0")/dns.bash"
needs python3 python3

soak() {
    "$here/../soak/run" --program "$(command -v cupel-dns)" --report "$PWD/report" "$@" \
        >soak.txt 2>soak.log && return
    [ $? -ne 77 ] || { cat soak.txt && exit 77; }
    return 1
}

no_answer_is_lost_in_ten_seconds_of_mixed_load() {
    soak --time 10
    python3 -c '
import json, sys
report = json.load(open("report/soak.json"))
assert report["answered"] == report["asked"] > 1000, report["asked"]
assert report["lost"] == report["wrong"] == 0
assert report["reloads"] >= 5 and len(report["samples"]) >= 20
assert report["failed"] < report["answered"] / 2
assert all(sample["resident_kib"] > 0 for sample in report["samples"])'
}

an_answer_that_is_lost_is_missed() {
    ! soak --time 2 --patience 4 --lose 100 || fail "it was not missed"
    grep -qE 'queries have no answer: .*: no answer$' soak.log || fail "$(cat soak.log)"
    python3 -c '
import json
report = json.load(open("report/soak.json"))
lost = report["lost_queries"]
assert len(lost) == report["lost"] > 0, report["lost"]
assert all(0 <= each["asked_at"] <= 3 and each["reason"] == "no answer" for each in lost), lost'
}

what_was_seen_until_an_interruption_is_told() {
    "$here/../soak/run" --program "$(command -v cupel-dns)" --report "$PWD/cut" --time 600 \
        >soak.txt 2>soak.log &
    sleep 4
    kill -TERM $!
    wait $! || fail "$(cat soak.log)"
    python3 -c '
import json
report = json.load(open("cut/soak.json"))
assert report["interrupted"] and 0 < report["seconds"] < 60, report["seconds"]
assert report["answered"] == report["asked"] > 0 and report["lost_queries"] == []
assert report["samples"][-1]["dropped"].keys() == {"forwarder", "clients", "upstreams"}'
}

memory_that_grows_is_seen() {
    python3 -c '
import importlib.machinery, sys
soak = importlib.machinery.SourceFileLoader("soak", sys.argv[1]).load_module()
filling = [4000 + 100 * min(i, 20) for i in range(100)]
assert not soak.has_grown(filling)
assert soak.has_grown([size + 20 * i for i, size in enumerate(filling)])' "$here/../soak/run"
}

run_tests \
    no_answer_is_lost_in_ten_seconds_of_mixed_load \
    an_answer_that_is_lost_is_missed \
    what_was_seen_until_an_interruption_is_told \
    memory_that_grows_is_seen
