#!/usr/bin/env bash
# The campaign finds planted bugs with both engines, its reproducers reproduce, a clean target
# passes, an interrupt leaves nothing, and bad arguments get one sentence.
set -euo pipefail
# shellcheck source=fuzz/selftest/campaign.bash
. "$CUPEL_SOURCE/fuzz/selftest/campaign.bash"

both_engines_find_the_planted_bugs() {
    local status=0
    "$campaign" --target selftest_planted --time 12 --hang 1 --out "$PWD/planted" >said || status=$?
    cat said
    [ "$status" -eq 1 ] || fail "exit status $status with planted bugs, not 1"
    ask planted/fuzz.json '
for engine in ("libfuzzer", "afl"):
    found = [(c, f) for c in fuzz["crashes"] for f in c["found"] if f["engine"] == engine]
    assert found, f"{engine} found nothing"
    first = min(found, key=lambda pair: pair[1]["seconds"])[1]
    print("known answer:", engine, len(found), "bugs, the first after", first["seconds"], "s,",
          first["executions"], "executions")
kinds = {c["kind"] for c in fuzz["crashes"]}
assert "crash" in kinds, kinds
reasons = [c["reason"] for c in fuzz["crashes"]]
assert len(set(reasons)) == len(reasons), reasons
assert len(reasons) <= 6, reasons'
}

# A bug behind names, counts and compression that are all right: changes of octets do not get there.
the_mutator_finds_what_changes_of_octets_do_not() {
    local status=0
    "$campaign" --target selftest_planted_dns --engine libfuzzer --time 20 --out "$PWD/dns" >said ||
        status=$?
    cat said
    [ "$status" -eq 1 ] || fail "exit status $status with a planted bug and the mutator, not 1"
    ask dns/fuzz.json '
found = fuzz["crashes"][0]["found"][0]
print("known answer: with the mutator after", found["seconds"], "s,", found["executions"],
      "executions")'
    "$campaign" --target selftest_planted_dns --engine libfuzzer --time 8 --no-mutator \
        --out "$PWD/dns-without" >said || fail "found without the mutator, too: $(cat said)"
    ask dns-without/fuzz.json '
print("known answer: without it, nothing in", fuzz["runs"][0]["executions"], "executions")'
}

# AFL++ leaves a stopped process of a target that hung while comparisons were learnt from it.
nothing_is_left_of_targets_that_hang() {
    [ -z "$(left_behind)" ] || fail "left: $(left_behind)"
}

the_reported_commands_show_the_bugs_again() {
    local command reason status number=0
    while IFS=$'\t' read -r command reason; do
        status=0
        (cd "$CUPEL_SOURCE" && bash -c "$command") >again 2>&1 || status=$?
        [ "$status" -ne 0 ] || fail "'$command' shows nothing"
        case $reason in
        *"property does not hold"* | *REQUIRE*)
            grep -qF "$reason" again || fail "'$command' does not say: $reason"
            ;;
        esac
        number=$((number + 1))
    done < <(ask planted/fuzz.json '
for crash in fuzz["crashes"]:
    assert crash["reproduced"], crash
    print(crash["command"], crash["reason"], sep="\t")')
    [ "$number" -gt 0 ] || fail "no command was tried"
    echo "$number reproducers reproduce"
}

a_clean_target_passes() {
    "$campaign" --target selftest_clean --time 4 --coverage --out "$PWD/clean" >said ||
        fail "exit status $? with nothing wrong"
    grep -q '^selftest_clean .* src/' said || fail "no lines that were reached in: $(cat said)"
    ask clean/fuzz.json '
assert not fuzz["crashes"] and not fuzz["interrupted"]
for run in fuzz["runs"]:
    assert run["state"] == "done", run
    for word in ("executions", "edges", "corpus", "seeds"):
        assert run[word] > 0, (word, run)'
}

# The processes that run the binaries of this test's targets, one a line.
left_behind() {
    grep -lzE 'build/fuzz/(libfuzzer|afl)/selftest_' /proc/[0-9]*/cmdline 2>/dev/null || true
}

# Segments of shared memory by process ids that are no more.
segments_of_the_dead() {
    awk 'NR > 1 { print $5 }' /proc/sysvipc/shm | while read -r pid; do
        [ -e "/proc/$pid" ] || echo "$pid"
    done
}

a_signal_leaves_nothing() {
    local signal=$1 wanted=$2 pid status=0 before scratch
    before=$(segments_of_the_dead | sort -u)
    # Without --default-signal a job in the background of a script ignores SIGINT.
    env --default-signal=INT \
        "$campaign" --target selftest_clean --time 60 --out "$PWD/ended" >said 2>progress &
    pid=$!
    for _ in $(seq 200); do
        [ "$(left_behind | wc -l)" -ge 4 ] && break # libFuzzer, AFL++, its server, its target
        sleep 0.1
    done
    scratch=$(tr '\0' '\n' <"$(dirname "$(left_behind | head -n 1)")/environ" |
        sed -n 's/^TMPDIR=//p')
    [ -d "$scratch" ] || fail "the targets have no directory of their own: '$scratch'"
    kill -s "$signal" "$pid"
    wait "$pid" || status=$?
    [ "$status" -eq "$wanted" ] || fail "exit status $status after SIG$signal, not $wanted"
    for _ in $(seq 100); do
        [ -z "$(left_behind)" ] && [ ! -e "$scratch" ] && break
        sleep 0.1
    done
    [ -z "$(left_behind)" ] || fail "SIG$signal left: $(left_behind)"
    [ ! -e "$scratch" ] || fail "SIG$signal left the directory $scratch"
    [ "$(segments_of_the_dead | sort -u)" = "$before" ] || fail "SIG$signal left shared memory"
}

an_interrupted_campaign_reports_what_was_done() {
    grep -q '^selftest_clean *afl .*interrupted' said || fail "no row in: $(cat said)"
    ask ended/fuzz.json 'assert fuzz["interrupted"]'
}

bad_arguments_get_one_sentence() {
    local words status
    for words in "--time x" "--time 0" "--target nowhere" "--engine none" "--nothing" \
        "--time 1" "--out /dev/null/x --target selftest_clean"; do
        status=0
        # shellcheck disable=SC2086
        "$campaign" $words >out 2>err || status=$?
        [ "$status" -eq 2 ] || fail "exit status $status for '$words', not 2"
        [ "$(wc -l <out) $(wc -l <err)" = "0 1" ] || fail "'$words' gets: $(cat out err)"
    done
}

a_second_campaign_on_one_target_is_refused() {
    local pid status=0
    "$campaign" --target selftest_clean --time 4 --out "$PWD/first" >/dev/null 2>&1 &
    pid=$!
    sleep 1
    "$campaign" --target selftest_clean --time 4 --out "$PWD/second" >out 2>err || status=$?
    wait "$pid" || fail "the first campaign ended with $?"
    [ "$status" -eq 2 ] || fail "exit status $status for the second campaign, not 2"
    grep -q 'is running' err || fail "the second campaign says: $(cat err)"
}

coverage_tells_a_target_that_misses_what_it_names() {
    local status=0
    command -v llvm-cov-19 >/dev/null || return 0
    "$CUPEL_SOURCE/ci/checks/coverage" selftest_planted >said || status=$?
    [ "$status" -eq 1 ] || fail "exit status $status for a target below its word, not 1"
    grep -q 'fuzz_planted.c:1: its seeds reach .* of the lines of src/base/arena.c' said ||
        fail "the check of coverage says: $(cat said)"
    [ "$(grep -c '^fuzz/' said)" -eq 1 ] || fail "the check of coverage says: $(cat said)"
    "$CUPEL_SOURCE/ci/checks/coverage" selftest_clean || fail "the clean target is below its word"
}

both_engines_find_the_planted_bugs
nothing_is_left_of_targets_that_hang
the_reported_commands_show_the_bugs_again
the_mutator_finds_what_changes_of_octets_do_not
a_clean_target_passes
a_signal_leaves_nothing INT 130
an_interrupted_campaign_reports_what_was_done
a_signal_leaves_nothing TERM 130
a_signal_leaves_nothing KILL 137
bad_arguments_get_one_sentence
a_second_campaign_on_one_target_is_refused
coverage_tells_a_target_that_misses_what_it_names
