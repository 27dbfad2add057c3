#!/usr/bin/env bash
# A small run of the benchmark of the codec: each subject is measured or says why not, and a subject
# that refuses a message has failed. No figure is looked at.
set -euo pipefail

/usr/bin/python3 -c 'import jinja2, matplotlib, numpy' 2>/dev/null || {
    echo "skipped: python3-matplotlib or python3-jinja2 is not installed" >&2
    exit 77
}
"$CUPEL_SOURCE/bench/run" --suite dns --samples 2 --programs "$CUPEL_BIN" --out "$PWD/report" \
    --json >said
/usr/bin/python3 -c '
import collections, json, sys
rows = json.load(sys.stdin)
cases = collections.Counter(name.split(":")[0] for name in {row["case"] for row in rows})
assert cases == {"parse": 9, "print": 8, "build": 9, "worst": 8,
                 "worst build": 3}, "messages and means"
for row in rows:
    if row["subject"] in ("floor", "cupel"):
        assert row["state"] == "measured", row
    assert row["state"] != "failed", row
    assert all(value > 0 for value in row["samples"]), row
octets = {row["case"]: row["samples"][0] for row in rows
          if row["metric"] == "octets" and row["subject"] == "cupel"}
assert octets["build: mx"] == 430 and octets["build: referral"] == 987, octets' <said

printf 'no message' >garbage
status=0
"$CUPEL_BIN/../bench/parse_cupel" garbage 2>err || status=$?
[ "$status" -eq 1 ] && [ "$(cat err)" = "'garbage' is refused" ]
