#!/usr/bin/env bash
# A small run of the suite without peers: ours and the floors are measured in each case, the memory
# of ours too, peers are said to be missing, and no process is left. No figure is looked at.
set -euo pipefail

/usr/bin/python3 -c 'import jinja2, matplotlib, numpy' 2>/dev/null || {
    echo "skipped: python3-matplotlib or python3-jinja2 is not installed" >&2
    exit 77
}
status=0
PATH=/nowhere "$CUPEL_SOURCE/bench/run" --suite forwarder --samples 2 --programs "$CUPEL_BIN" \
    --out "$PWD/report" >said 2>&1 || status=$?
[ "$status" -eq 0 ] || {
    cat said
    exit 1
}
! pgrep -f "$(dirname "$CUPEL_BIN")/bench/forwarder_" || exit 1
/usr/bin/python3 - <<'END_OF_PYTHON'
import json

rows = json.load(open("report/bench.json", encoding="utf-8"))
measured = {(row["case"], row["subject"]) for row in rows if row["state"] == "measured"}
kinds = ("cached", "not cached", "mixed", "cached, TCP", "latency at 5000 a second",
         "latency at 20000 a second", "latency by load", "latency at half load", "memory", "start",
         "one of two upstreams dies", "new connections, TCP", "new connections, TLS")
assert {case for case, subject in measured if subject == "cupel-dns"} == set(kinds), measured
assert ("cached", "floor (answers at once)") in measured, measured
assert {subject for case, subject in measured if case == "queries by names kept"} == {
    "cupel-dns, 1,000 names", "cupel-dns, 2,000 names"}, measured
assert ("cache of 1,000 names", "floor (one look at memory)") in measured, measured
curves = [row for row in rows if row["metric"] == "p99.9 by queries a second"]
assert [point[0] for row in curves if row["subject"] == "cupel-dns"
        for point in row["samples"]] == [2000, 5000], curves
assert ("not cached", "floor (passes on)") in measured, measured
assert ("mixed", "floor (passes on and keeps)") in measured, measured
assert all(row["state"] == "measured" or row["reason"].endswith("is not installed")
           for row in rows), rows
END_OF_PYTHON
