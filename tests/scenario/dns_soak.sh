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

an_answer_that_comes_when_it_was_given_up_is_late_and_not_lost() {
    ! soak --time 6 --rate 200 --stop 2 --patience 1 || fail "it was not missed"
    grep -qE '[0-9]+ answers came after more than 1 seconds' soak.log || fail "$(cat soak.log)"
    python3 -c '
import json
report = json.load(open("report/soak.json"))
assert report["late"] > 0 and report["wrong"] == 0, report["late"]
assert all(lost["reason"] != "no answer" for lost in report["lost_queries"])'
}

no_answer_is_lost_while_the_forwarder_is_stopped_for_a_second() {
    soak --time 8 --rate 400 --stop 1
    python3 -c '
import json
report = json.load(open("report/soak.json"))
assert report["stops"] >= 2 and report["dropped"]["forwarder"] == 0, report["stops"]
assert report["lost"] <= report["refused"], report["lost_queries"]'
}

# 277 datagrams wait in what a socket has unless more is asked for; 480 come in such a stop.
what_does_not_fit_into_the_buffer_is_lost_and_told_as_dropped() {
    soak --time 8 --rate 400 --stop 1.2 --receive-buffer 106496 --patience 8
    python3 -c '
import json
report = json.load(open("report/soak.json"))
without = [lost for lost in report["lost_queries"] if lost["reason"] == "no answer"]
assert len(without) > 0 and report["lost"] - report["refused"] <= len(without), report["lost"]
assert len(without) == min(report["dropped"]["forwarder"], 1000), report["dropped"]'
}

two_shards_lose_no_answer() {
    soak --time 10 --shards 2
    python3 -c '
import json
report = json.load(open("report/soak.json"))
assert report["lost"] == report["wrong"] == 0 and report["reloads"] >= 3, report["lost"]'
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
growing = [size + 20 * i for i, size in enumerate(filling)]
assert soak.has_grown(growing) and not soak.has_grown(growing, 3)
assert soak.has_grown([3 * size for size in growing], 3)' "$here/../soak/run"
}

run_tests \
    no_answer_is_lost_in_ten_seconds_of_mixed_load \
    an_answer_that_is_lost_is_missed \
    an_answer_that_comes_when_it_was_given_up_is_late_and_not_lost \
    no_answer_is_lost_while_the_forwarder_is_stopped_for_a_second \
    what_does_not_fit_into_the_buffer_is_lost_and_told_as_dropped \
    two_shards_lose_no_answer \
    what_was_seen_until_an_interruption_is_told \
    memory_that_grows_is_seen
