#!/usr/bin/env bash
# A small run of the suite: each subject is measured in each step or says why not, and nothing is
# left. No figure is looked at.
set -euo pipefail

/usr/bin/python3 -c 'import jinja2, matplotlib, numpy' 2>/dev/null || {
    echo "skipped: python3-matplotlib or python3-jinja2 is not installed" >&2
    exit 77
}
[ -x /bin/busybox ] || {
    echo "skipped: busybox-static is not installed" >&2
    exit 77
}
left() {
    find /sys/fs/cgroup /tmp /dev/shm -maxdepth 2 -name '*cupel-bench-*' 2>/dev/null
    grep cupel-bench- /proc/self/mountinfo || true
}
left >before
status=0
"$CUPEL_SOURCE/bench/run" --suite oci --samples 2 --programs "$CUPEL_BIN" --out "$PWD/report" \
    >said || status=$?
[ "$status" -eq 0 ] || {
    cat said
    exit 1
}
left >after
cmp before after
/usr/bin/python3 - <<'END_OF_PYTHON'
import json
import os

rows = json.load(open("report/bench.json", encoding="utf-8"))
steps = {"create", "start", "exec", "delete"}
cases = {*steps, *(f"{step} beside others" for step in steps), "at once", "many at once"}
callers = ("as root", "as a plain user") if os.geteuid() == 0 else ("as a plain user",)
assert {row["case"] for row in rows} == {f"{c}, {who}" for c in cases for who in callers}, rows
for row in rows:
    if row["state"] == "measured":
        assert len(row["samples"]) == 2, row
    else:
        assert row["subject"] != "cupel-oci" and row["reason"] and not row["samples"], row
END_OF_PYTHON
