#!/usr/bin/env bash
# What a container uses, in runc's JSON, once or again and again.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"

if [ "$(id -u)" -ne 0 ] || [ ! -d /sys/fs/cgroup/memory ] || [ ! -d /sys/fs/cgroup/cpuacct ]; then
    echo "skipped: needs root and cgroup v1 with cpuacct and memory"
    exit 77
fi

# holds FILE EXPRESSION: of Python, about the events in the file, `events`, and the last, `data`.
holds() {
    /usr/bin/python3 - "$@" <<'END_OF_PYTHON' || fail "not so: $2: $(cat "$1")"
import json, sys

events = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
data = events[-1].get("data") if events else None
sys.exit(not eval(sys.argv[2]))
END_OF_PYTHON
}

are_some() {
    [ "$(wc -l <told)" -ge 3 ]
}

what_is_used_is_told_once() {
    start_limited 'while true; do :; done' \
        'linux["resources"] = {"memory": {"limit": 67108864}, "pids": {"limit": 9}}'
    expect_status 0 oci root events --stats case >told
    holds told 'len(events) == 1 and events[0]["type"] == "stats" and events[0]["id"] == "case"'
    holds told 'data["memory"]["usage"]["limit"] == 67108864'
    holds told '0 < data["memory"]["usage"]["usage"] < 67108864'
    holds told 'data["cpu"]["usage"]["total"] > 0'
    holds told 'data["pids"] == {"current": 1, "limit": 9}'
    holds told 'data["memory"]["raw"]["cache"] >= 0'
    holds told '"ioServiceBytesRecursive" in data["blkio"] and data["hugetlb"] == {}'
    oci root delete --force case
}

events_end_with_the_container() {
    start_limited 'sleep 1000'
    oci root events --interval 50ms case >told &
    local events=$!
    wait_until are_some
    oci root kill case KILL
    expect_status 0 wait "$events"
    holds told 'all(event["type"] == "stats" for event in events)'
    expect_status 1 oci root events case 2>err
    expect_error "the container 'case' is stopped"
    oci root delete case
}

memory_that_is_not_enough_is_told() {
    start_limited 'sleep 0.5; tail -c 64000000 /dev/zero; sleep 1000' \
        'linux["resources"] = {"memory": {"limit": 16777216}}'
    oci root events --interval 1h case >told &
    local events=$!
    wait_until grep -q '{"type":"oom","id":"case"}' told
    oci root delete --force case
    expect_status 0 wait "$events"
}

a_time_that_is_none_is_refused() {
    expect_status 1 oci root events --interval 5 case 2>err
    expect_error "option '--interval': '5' is no time between 1ms and 24h, such as 5s"
}

run_tests \
    what_is_used_is_told_once \
    events_end_with_the_container \
    memory_that_is_not_enough_is_told \
    a_time_that_is_none_is_refused
