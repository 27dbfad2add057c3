#!/usr/bin/env bash
# System calls that somebody else decides on: the listener of the filter, and who it is sent to.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"

agent=
end_agent() {
    [ -z "$agent" ] || kill "$agent" 2>/dev/null || true
}
trap 'on_exit; end_agent; take_down' EXIT

# start_agent ERRNO: decides on calls from now on.
start_agent() {
    end_agent
    rm -rf told
    mkdir told
    : >told/state
    chmod 777 told
    /usr/bin/python3 "$here/oci_agent.py" "$PWD/told/socket" told/state "$1" 2>told/err &
    agent=$!
    wait_until test -S told/socket
}

# notify NAMES: the change that has an agent decide on these calls.
notify() {
    echo "linux['seccomp'] = {'defaultAction': 'SCMP_ACT_ALLOW',
              'flags': ['SECCOMP_FILTER_FLAG_LOG'],
              'listenerPath': '$PWD/told/socket', 'listenerMetadata': 'some \"words\"',
              'syscalls': [{'names': [$1], 'action': 'SCMP_ACT_NOTIFY'}]}"
}

somebody_else_decides_on_calls() {
    local caller privileges
    for caller in $(callers); do
        for privileges in False True; do
            start_agent 71
            bundle "$caller" "process['noNewPrivileges'] = $privileges" \
                "$(notify "'mkdir', 'mkdirat'")" 'config["annotations"] = {"a": "b"}' \
                "$(shell 'mkdir /tmp/x; echo up')"
            leaves_nothing expect_status 0 run "$caller"
            expect_out up
            grep -q 'Protocol error' err || fail "mkdir was not decided on: $(cat err)"
            wait "$agent" || fail "$(cat told/err)"
            /usr/bin/python3 -c 'import json, sys
told = json.load(open("told/state"))
state = told.pop("state")
pid = told.pop("pid")
assert told == {"ociVersion": "1.2.0", "fds": ["seccompFd"], "metadata": "some \"words\""}, told
assert state == {"ociVersion": "1.2.0", "id": "case", "status": "creating", "pid": pid,
                 "bundle": sys.argv[1], "annotations": {"a": "b"}}, state
' "$PWD/bundle" || fail "$(cat told/state)"
            rm -r told
        done
    done
}

calls_of_the_runtime_itself_may_be_among_them() {
    local caller
    for caller in $(callers); do
        start_agent 0
        bundle "$caller" "process['noNewPrivileges'] = True" \
            "$(notify "'recvfrom', 'read', 'write', 'sendto', 'execve', 'close'")" \
            "$(shell 'echo up')"
        leaves_nothing expect_status 0 run "$caller"
        expect_out up
        wait "$agent" || fail "$(cat told/err)"
        rm -r told
    done
}

one_that_is_told_of_no_call_hears_of_the_container() {
    local caller
    for caller in $(callers); do
        start_agent 0
        bundle "$caller" "$(notify "'mkdir'")" "$(shell 'echo up')" \
            'linux["seccomp"]["syscalls"][0]["action"] = "SCMP_ACT_ERRNO"'
        leaves_nothing expect_status 0 run "$caller"
        expect_out up
        wait "$agent" || fail "$(cat told/err)"
        grep -q '"status": *"creating"' told/state || fail "$(cat told/state)"
        rm -r told
    done
}

an_agent_that_is_not_there_is_told_and_leaves_nothing() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(notify "'mkdir'")"
        leaves_nothing expect_status 1 run "$caller"
        expect_error "linux.seccomp.listenerPath: connect to '$PWD/told/socket': \
No such file or directory"
    done
}

a_created_container_has_an_agent_before_it_is_started() {
    local caller
    for caller in $(callers); do
        start_agent 71
        bundle "$caller" "process['noNewPrivileges'] = True" "$(notify "'mkdir'")" \
            "$(shell 'mkdir /tmp/x || true; exec sleep 100')"
        as "$caller" cupel-oci --root "$(state_root "$caller")" create --bundle bundle case \
            >out 2>err </dev/null || fail "$(cat err)"
        wait_until test -s told/state
        as "$caller" cupel-oci --root "$(state_root "$caller")" start case
        wait_until grep -q 'Protocol error' err
        as "$caller" cupel-oci --root "$(state_root "$caller")" delete --force case
        wait "$agent" || fail "$(cat told/err)"
    done
}

run_tests \
    somebody_else_decides_on_calls \
    calls_of_the_runtime_itself_may_be_among_them \
    one_that_is_told_of_no_call_hears_of_the_container \
    an_agent_that_is_not_there_is_told_and_leaves_nothing \
    a_created_container_has_an_agent_before_it_is_started
