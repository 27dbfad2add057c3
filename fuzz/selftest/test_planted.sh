#!/usr/bin/env bash
# Each bug that is planted in the codec (fuzz/selftest/plant) is found by both engines, through the
# target that is there for it, and the reported command shows it again.
set -euo pipefail
# shellcheck source=fuzz/selftest/campaign.bash
. "$CUPEL_SOURCE/fuzz/selftest/campaign.bash"
attempts="20 60" # seconds; the second is for a busy machine

# Whether both engines found something, in a campaign of so many seconds; leaves what was said.
is_found_by_both() {
    local target=$1 seconds=$2
    "$campaign" --target "$target" --time "$seconds" --hang 1 --out "$PWD/$target" >said 2>&1 ||
        true
    ask "$target/fuzz.json" '
found = {f["engine"] for crash in fuzz["crashes"] for f in crash["found"]}
sys.exit(0 if found == {"libfuzzer", "afl"} else 1)'
}

tell() {
    ask "$1/fuzz.json" '
for engine in ("libfuzzer", "afl"):
    first = min((f for c in fuzz["crashes"] for f in c["found"] if f["engine"] == engine),
                key=lambda f: f["seconds"])
    print("known answer:", sys.argv[2], engine, "after", first["seconds"], "s,",
          first["executions"], "executions")' "$1"
}

the_reported_command_shows_it_again() {
    local command status=0
    command=$(ask "$1/fuzz.json" '
print(next(c["command"] for c in fuzz["crashes"] if c["reproduced"]))')
    (cd "$CUPEL_SOURCE" && timeout 30 bash -c "$command") >again 2>&1 || status=$?
    [ "$status" -ne 0 ] || fail "$1: '$command' shows nothing"
}

number=0
for source in "$CUPEL_SOURCE"/fuzz/selftest/fuzz_planted_*.c; do
    grep -q '^ \* Planted: ' "$source" || continue
    target=selftest_$(basename "$source" .c | sed 's/^fuzz_//')
    for seconds in $attempts; do
        is_found_by_both "$target" "$seconds" && break
        [ "$seconds" = "${attempts##* }" ] && fail "$target: not found by both: $(cat said)"
    done
    tell "$target"
    the_reported_command_shows_it_again "$target"
    number=$((number + 1))
done
[ "$number" -gt 0 ] || fail "nothing is planted"
echo "$number planted bugs are found by both engines"
