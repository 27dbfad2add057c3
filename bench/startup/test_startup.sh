#!/usr/bin/env bash
# A small run of bench/run: what it writes is valid, each subject is measured or says why not, and
# nothing is left. No figure is looked at.
set -euo pipefail
bench=$CUPEL_SOURCE/bench/run

/usr/bin/python3 -c 'import jinja2, matplotlib, numpy' 2>/dev/null || {
    echo "skipped: python3-matplotlib or python3-jinja2 is not installed" >&2
    exit 77
}
[ -x /bin/busybox ] || {
    echo "skipped: busybox-static is not installed" >&2
    exit 77
}
python() {
    /usr/bin/python3 -c "import json, sys; $1" "${@:2}"
}

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

every_subject_is_measured_or_says_why_not() {
    local status=0
    "$bench" --suite startup --samples 3 --programs "$CUPEL_BIN" --out "$PWD/report" --json >said ||
        status=$?
    [ "$status" -le 1 ] || fail "exit status $status"
    cmp said report/bench.json || fail "--json prints something else than it writes"
    python '
rows = json.load(open("report/bench.json"))
cases = {row["case"] for row in rows}
assert cases, "no case was measured"
for row in rows:
    assert set(row) >= {"suite", "case", "subject", "metric", "unit", "samples", "state"}, row
    if row["state"] == "measured":
        assert len(row["samples"]) == 3 and all(value > 0 for value in row["samples"]), row
    else:
        assert row["state"] in ("failed", "missing"), row
        assert row["reason"] and not row["samples"], row
runtimes = {"steps", "steps, musl", "cupel-oci", "crun", "runc"}
names = {"true": runtimes | {"floor", "bubblewrap"}, "podman": runtimes}
kinds = {case.split(",")[0] for case in cases}
assert kinds - {"podman"} == {"true", "steps"}, cases
for case in (case for case in cases if case.split(",")[0] in names):
    subjects = {row["subject"]: row for row in rows if row["case"] == case}
    assert set(subjects) == names[case.split(",")[0]], subjects.keys()
    for name in {"floor", "steps", "cupel-oci"} & set(subjects):
        assert subjects[name]["state"] == "measured", subjects[name]
    for name, row in subjects.items():
        print(case, name, row["state"], row.get("reason", ""), sep=": ")'
    grep -q '<svg' report/bench.html || fail "the page has no picture"
}

a_subject_that_fails_is_never_fast() {
    mkdir bin bench
    ln -s "$CUPEL_BIN/../bench/timer" "$CUPEL_BIN/../bench/floor_container" bench/
    printf '#!/bin/sh\necho "broken on purpose" >&2\nexit 3\n' >bin/cupel-oci
    chmod 755 bin/cupel-oci . bin
    local status=0
    "$bench" --suite startup --samples 2 --programs bin --out "$PWD/broken" >said || status=$?
    [ "$status" -eq 1 ] || fail "exit status $status with a broken cupel-oci, not 1"
    grep -q 'cupel-oci: failed: broken on purpose' said || fail "no such line in: $(cat said)"
    python '
rows = [row for row in json.load(open("broken/bench.json")) if row["subject"] == "cupel-oci"]
assert rows and all(row["state"] == "failed" and not row["samples"] for row in rows), rows'
}

bad_arguments_get_one_sentence() {
    local words status
    for words in "--suite nowhere" "--samples x" "--samples 1" "--nothing" "--programs /nowhere"; do
        status=0
        # shellcheck disable=SC2086
        "$bench" $words --out "$PWD/none" >out 2>err || status=$?
        [ "$status" -eq 2 ] || fail "exit status $status for '$words', not 2"
        [ "$(wc -l <out) $(wc -l <err)" = "0 1" ] || fail "'$words' gets: $(cat out err)"
    done
}

# Containers are called bench-<process id of bench/run>-<number>.
cgroups_of_the_dead() {
    find /sys/fs/cgroup -maxdepth 3 -name 'bench-*' -printf '%f\n' 2>/dev/null |
        while IFS=- read -r _ pid _; do
            [ -e "/proc/$pid" ] || echo "$pid"
        done
}

nothing_is_left() {
    [ -z "$(cgroups_of_the_dead)" ] || fail "cgroups are left"
    ! compgen -G "$TMPDIR/*" || fail "folders are left"
}

mkdir scratch
chmod 755 scratch
export TMPDIR=$PWD/scratch
every_subject_is_measured_or_says_why_not
a_subject_that_fails_is_never_fast
bad_arguments_get_one_sentence
nothing_is_left
