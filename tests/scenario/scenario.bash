# shellcheck shell=bash disable=SC2034 # some variables are for those who source this
# What all scenarios share. Each sources this file (or one that does), which runs it again in a
# network and a process namespace of its own: ports are free there, nothing leaves the machine, and
# whatever was started dies with it. A test is a function whose name is a sentence; run_tests runs
# them in turn, or the one alone that is the first word of the command line. Further options for
# unshare may be in scenario_unshare; scenario_network=host leaves the script where it is.
set -euo pipefail

only=${1-}
PATH=$PATH:/usr/sbin:/sbin

here=$(dirname "$(readlink -f "$0")")

if [ "${scenario_network-own}" = own ] && [ -z "${CUPEL_IN_NAMESPACE-}" ]; then
    own=(unshare --net --pid --fork --kill-child "${scenario_unshare[@]}")
    [ "$(id -u)" -eq 0 ] || own+=(--user --map-root-user)
    if ! "${own[@]}" -- ip link set lo up; then
        echo "skipped: no network namespace can be made"
        exit 77
    fi
    CUPEL_IN_NAMESPACE=1 exec "${own[@]}" -- "$0" "$@"
fi
[ "${scenario_network-own}" = host ] || ip link set lo up

# A test may end where its output goes to a file; what is said of it goes where it went before.
test_name=
exec 9>&1
on_exit() {
    local status=$?
    [ -z "$test_name" ] || [ "$status" -eq 0 ] && return
    exec >&9
    echo "not ok - ${test_name//_/ }"
    for log in *.log; do
        [ ! -f "$log" ] || sed "s/^/    $log: /" "$log"
    done
}
trap on_exit EXIT

run_tests() {
    for test_name in "$@"; do
        [ -z "$only" ] || [ "$only" = "$test_name" ] || continue
        "$test_name"
        echo "ok - ${test_name//_/ }"
    done
    test_name=
}

fail() {
    echo "    $*"
    return 1
}

# needs COMMAND PACKAGE: skips the whole script, aloud, where the command is not there.
needs() {
    command -v "$1" >/dev/null && return
    echo "skipped: $1 is not installed (Debian package $2)"
    exit 77
}

# wait_until COMMAND…: until it succeeds, 10 seconds at most.
wait_until() {
    local i
    for ((i = 0; i < 200; i++)); do
        if "$@" >/dev/null 2>&1; then
            return
        fi
        sleep 0.05
    done
    fail "never came true: $*"
}
