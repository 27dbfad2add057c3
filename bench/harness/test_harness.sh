#!/usr/bin/env bash
# How bench/run ends and what it says meanwhile: a signal ends each suite within seconds, with what
# is measured so far and nothing left; a peer that hangs is set aside; cases are chosen by name; a
# terminal is told what is measured and how long the rest takes. No figure is looked at.
set -euo pipefail
bench=$CUPEL_SOURCE/bench/run
here=$(cd "$(dirname "$0")" && pwd)

/usr/bin/python3 -c 'import jinja2, matplotlib, numpy' 2>/dev/null || {
    echo "skipped: python3-matplotlib or python3-jinja2 is not installed" >&2
    exit 77
}

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

# What a run, of this process id, has left: what it started has its TMPDIR in its environment, or
# sees what lies there; its containers have cgroups.
left() {
    /usr/bin/python3 - "$TMPDIR" <<'END_OF_PYTHON'
import contextlib
import os
import pathlib
import sys

folder = sys.argv[1].encode()
for process in pathlib.Path("/proc").glob("[0-9]*"):
    if process.name in (str(os.getpid()), str(os.getppid())):
        continue
    with contextlib.suppress(OSError):
        if any(folder in (process / name).read_bytes() for name in ("environ", "mountinfo")):
            print(process.name, (process / "cmdline").read_bytes())
END_OF_PYTHON
    find "$TMPDIR" -mindepth 1
    find /sys/fs/cgroup -maxdepth 3 -name "bench-$1-*" 2>/dev/null || true
    find /dev/shm -maxdepth 1 -name "cupel-bench-$1-*"
}

# nothing_is_left ID WHAT: of the run with that process id.
nothing_is_left() {
    local said
    said=$(left "$1")
    [ -z "$said" ] || fail "$2 leaves: $said"
    ! compgen -G "report/.*.[0-9]*" || fail "$2 leaves half a report"
}

# interrupted SIGNAL STATUS SECONDS WORD…: begins a run, sends the signal when so long is over, and
# wants it to end with the status within ten seconds. `bench_path` is the run's PATH.
interrupted() {
    local signal=$1 wanted=$2 seconds=$3 status=0 pid begun
    shift 3
    rm -rf report
    env PATH="${bench_path:-$PATH}" "$bench" "$@" --programs "$CUPEL_BIN" --out "$PWD/report" \
        >said 2>err &
    pid=$!
    sleep "$seconds"
    begun=$SECONDS
    kill -s "$signal" "$pid"
    wait "$pid" || status=$?
    [ $((SECONDS - begun)) -le 10 ] || fail "$* needs $((SECONDS - begun)) s to end"
    [ "$status" -eq "$wanted" ] || fail "$* ends with $status: $(cat err)"
    nothing_is_left "$pid" "$*"
}

# The same; where nothing was measured by then, it begins once more and waits longer.
interrupted_in_the_midst() {
    local seconds=$3
    interrupted "$@"
    while grep -q 'nothing is written' err && [ "$seconds" -lt 60 ]; do
        seconds=$((seconds * 3))
        interrupted "$1" "$2" "$seconds" "${@:4}"
    done
}

# Of these suites rounds are many: none is at its end when the signal comes.
what_was_measured_is_told() {
    /usr/bin/python3 - "$1" <<'END_OF_PYTHON'
import json
import sys

rows = json.load(open("report/bench.json", encoding="utf-8"))
assert {row["suite"] for row in rows} == {sys.argv[1]}, rows
begun = [row for row in rows if row["state"] == "interrupted" and row["samples"]]
assert begun, [(row["case"], row["subject"], row["state"], row.get("reason")) for row in rows]
assert all("interrupted after" in row["reason"] for row in begun), begun
beside = [row for row in rows if row["case"] == begun[0]["case"] and row["samples"]]
assert len({len(row["samples"]) for row in beside}) == 1, beside
assert all(row["state"] == "interrupted" for row in beside), beside
missed = [row for row in rows if row["subject"] == ""]
assert all(row["reason"] == "not begun" and not row["samples"] for row in missed), missed
page = open("report/bench.html", encoding="utf-8").read()
assert "Interrupted" in page and page.rstrip().endswith("</html>")
assert all(row["case"].replace("'", "&#39;") in page for row in missed), missed
END_OF_PYTHON
    grep -q 'interrupted; what was measured until then is written' err || fail "$(cat err)"
}

a_signal_ends_each_suite_with_what_is_measured() {
    local quick=(--samples 100000)
    bench_path=/nowhere interrupted_in_the_midst INT 130 6 --suite forwarder --samples 5000 \
        --case cached --case start
    what_was_measured_is_told forwarder
    interrupted_in_the_midst TERM 143 5 --suite dns "${quick[@]}" --case 'parse: query' \
        --case 'build: *'
    what_was_measured_is_told dns
    [ -x /bin/busybox ] || return 0
    interrupted_in_the_midst HUP 129 6 --suite startup "${quick[@]}"
    what_was_measured_is_told startup
    interrupted_in_the_midst TERM 143 8 --suite oci --samples 5000 --case 'create, *'
    what_was_measured_is_told oci
}

a_run_that_has_measured_nothing_leaves_the_report_as_it_is() {
    mkdir -p kept
    echo '[]' >kept/bench.json
    rm -rf report && cp -r kept report
    "$bench" --suite forwarder --case 'cache of 10,000,000 names' --programs "$CUPEL_BIN" \
        --out "$PWD/report" >said 2>err &
    local pid=$! status=0
    sleep 2
    kill -TERM "$pid"
    wait "$pid" || status=$?
    [ "$status" -eq 143 ] || fail "status $status: $(cat err)"
    grep -qx 'bench/run: interrupted, nothing is written' err || fail "$(cat err)"
    diff -r kept report || fail "a report was written"
    nothing_is_left "$pid" "an early end"
}

# One peer that does not answer, and one that stops in the middle of a burst; none ends when it is
# told.
a_peer_that_hangs_is_set_aside() {
    mkdir -p peers
    printf '#!/bin/sh\ntrap "" TERM INT\nwhile :; do /bin/sleep 1; done\n' >peers/unbound
    cp "$here/hangs.py" peers/smartdns
    chmod 755 peers/*
    local bench_path=$PWD/peers
    rm -rf report
    env PATH="$bench_path" "$bench" --suite forwarder --samples 2 --case cached \
        --programs "$CUPEL_BIN" --out "$PWD/report" >said 2>err || fail "$(cat said err)"
    /usr/bin/python3 - <<'END_OF_PYTHON'
import json

rows = json.load(open("report/bench.json", encoding="utf-8"))
reasons = {row["subject"]: row.get("reason") for row in rows}
assert reasons["cupel-dns"] is None, reasons
assert reasons["unbound"] == "did not answer within 10 seconds", reasons
assert reasons["smartdns"] == "load: nothing came from the server for 5 seconds", reasons
END_OF_PYTHON
    nothing_is_left none "a run with peers that hang"
    interrupted TERM 143 4 --suite forwarder --samples 2 --case cached
}

cases_are_chosen_by_name() {
    "$bench" --list >all
    grep -q '^forwarder .*new connections, TLS$' all || fail "$(cat all)"
    "$bench" --list --suite forwarder --case 'new connections*' >some
    [ "$(wc -l <some)" -eq 2 ] || fail "$(cat some)"
    "$bench" --suite dns --case 'parse: query' --case 'build: *n*' --samples 2 \
        --programs "$CUPEL_BIN" --out "$PWD/report" --json >said
    /usr/bin/python3 -c '
import json
cases = {row["case"] for row in json.load(open("said"))}
assert cases == {"parse: query", "build: geometric mean", "build: nxdomain"}, cases'
    local status=0
    "$bench" --case nothing --out "$PWD/none" >out 2>err || status=$?
    [ "$status $(wc -l <out) $(wc -l <err)" = "2 0 1" ] || fail "$status: $(cat out err)"
    [ ! -e none ] || fail "a report without cases"
}

a_terminal_is_told_what_is_measured_and_how_long_the_rest_takes() {
    /usr/bin/python3 - "$bench" --suite dns --case 'parse: *' --samples 20 --programs \
        "$CUPEL_BIN" --out "$PWD/report" <<'END_OF_PYTHON'
import os
import pty
import re
import sys

pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
said = b""
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:
        break
    if not part:
        break
    said += part
_, status = os.waitpid(pid, 0)
lines = said.decode("utf-8", "replace").split("\r\x1b[K")
assert os.waitstatus_to_exitcode(status) == 0, said
shown = [line for line in lines if re.match(r"[█░]{20} parse, round \d+ of 20, .* left$", line)]
assert len(shown) == 20, lines[:30]
END_OF_PYTHON
}

mkdir -p scratch
chmod 755 . scratch
export TMPDIR=$PWD/scratch
cases_are_chosen_by_name
a_terminal_is_told_what_is_measured_and_how_long_the_rest_takes
a_signal_ends_each_suite_with_what_is_measured
a_run_that_has_measured_nothing_leaves_the_report_as_it_is
a_peer_that_hangs_is_set_aside
