#!/usr/bin/env bash
# `cupel pull` from a registry that means harm.
scenario_unshare=(--mount-proc)
# shellcheck source=tests/scenario/scenario.bash
source "$(dirname "$(readlink -f "$0")")/scenario.bash"

registry=127.0.0.1:5000
store=$PWD/store

# refuses STATUS SENTENCE: in good time, and keeps nothing.
refuses() {
    local status=0
    timeout 60 cupel --store "$store" pull "$registry/$1:1" >stdout 2>stderr || status=$?
    [ "$status" -eq 125 ] || fail "status $status: $(cat stderr)"
    grep -qF -- "$2" stderr || fail "'$2' is not in: $(cat stderr)"
    [ ! -e "$store" ] || fail "it left: $(find "$store")"
}

an_answer_without_an_end_is_refused() {
    refuses 200 'it sends more than the'
    refuses 404 'it sends more than the'
    refuses 307 'it sends more than the'
    refuses 500 'it sends more than the'
    refuses 401 'it sends more than the'
}

"$here/image_hostile.py" 5000 &
wait_until bash -c 'exec 3<>/dev/tcp/127.0.0.1/5000'
run_tests an_answer_without_an_end_is_refused
