#!/usr/bin/env bash
# Hooks: when each is run, where, with which state on its input, and what follows when one fails.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"

# hook KIND COMMANDS [OUTSIDE]: the change that adds a hook which is a shell's; its path is that of
# the machine's shell, or of the container's where nothing is said.
hook() {
    local shell=${3:-/bin/sh}
    /usr/bin/python3 -c 'import sys
kind, commands, shell = sys.argv[1:]
print("config.setdefault(\"hooks\", {}).setdefault(%r, []).append(%r)" % (kind, {
    "path": shell, "args": ["sh", "-c", commands], "env": ["PATH=/usr/bin:/bin", "A=b"]}))' \
        "$1" "$2" "$shell"
}

# A directory outside that hooks of the caller write to; what is there before is not left behind.
place() {
    rm -rf told
    mkdir told
    touch told/order told/later told/started told/stopped
    chmod 666 told/*
    chmod 777 told
}

# state_of FILE KEY: a value of the state that a hook was given.
state_of() {
    /usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1])).get(sys.argv[2]))' \
        "told/$1" "$2"
}

every_hook_is_run_in_its_turn_with_the_state() {
    local caller pid
    for caller in $(callers); do
        place
        bundle "$caller" "$(shell 'cat /told/order; exec sleep 100')" \
            "mounts.append({'destination': '/told', 'type': 'bind', 'source': '$PWD/told',
                            'options': ['bind']})" \
            'config["annotations"] = {"a.b": "c"}' \
            "$(hook prestart "cat >$PWD/told/1; [ \$PWD = $PWD/bundle ] &&
                              echo 1 >>$PWD/told/order")" \
            "$(hook prestart "echo 1b >>$PWD/told/order")" \
            "$(hook createRuntime "cat >$PWD/told/2; echo 2 >>$PWD/told/order")" \
            "$(hook createContainer "cat >$PWD/told/3; echo 3 >>$PWD/told/order
                                     [ -d bin ] && [ \$PWD != / ] || exit 1")" \
            "$(hook startContainer 'cat >/told/4; echo 4 >>/told/order')" \
            "$(hook poststart "cat >$PWD/told/5; echo 5 >>$PWD/told/order")" \
            "$(hook poststop "cat >$PWD/told/6; echo 6 >>$PWD/told/order")"
        oci "$caller" create --bundle bundle case >out 2>err </dev/null || fail "$(cat err)"
        [ "$(tr '\n' ' ' <told/order)" = '1 1b 2 3 ' ] || fail "created: $(cat told/order)"
        pid=$(oci "$caller" state case | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')
        for file in 1 2; do
            [ "$(state_of $file status) $(state_of $file pid)" = "creating $pid" ] ||
                fail "$file: $(cat told/$file)"
        done
        [ "$(state_of 3 status) $(state_of 3 pid)" = "creating 1" ] || fail "$(cat told/3)"
        # The bundle is not looked at any more.
        mv bundle moved
        mkdir bundle
        oci "$caller" start case || fail "it did not start"
        [ "$(tr '\n' ' ' <told/order)" = '1 1b 2 3 4 5 ' ] || fail "started: $(cat told/order)"
        [ "$(state_of 4 status) $(state_of 4 pid)" = "created 1" ] || fail "$(cat told/4)"
        [ "$(state_of 5 status) $(state_of 5 pid)" = "running $pid" ] || fail "$(cat told/5)"
        oci "$caller" delete --force case
        [ "$(tr '\n' ' ' <told/order)" = '1 1b 2 3 4 5 6 ' ] || fail "deleted: $(cat told/order)"
        [ "$(state_of 6 status) $(state_of 6 id)" = "stopped case" ] || fail "$(cat told/6)"
        for file in 1 2 3 4 5 6; do
            [ "$(state_of $file bundle)" = "$PWD/bundle" ] || fail "$(cat told/$file)"
            [ "$(state_of $file annotations)" = "{'a.b': 'c'}" ] || fail "$(cat told/$file)"
            [ "$(state_of $file ociVersion)" = 1.2.0 ] || fail "$(cat told/$file)"
        done
        rm -rf moved bundle
    done
}

run_does_all_of_it() {
    local caller
    for caller in $(callers); do
        place
        bundle "$caller" "$(shell 'echo program')" \
            "$(hook prestart "echo 1 >>$PWD/told/order")" \
            "$(hook startContainer "[ \"\$A\" = b ]")" \
            "$(hook poststart "echo 5 >>$PWD/told/order")" \
            "$(hook poststop "echo 6 >>$PWD/told/order")"
        leaves_nothing expect_status 0 run "$caller"
        expect_out program
        [ "$(tr '\n' ' ' <told/order)" = '1 5 6 ' ] || fail "$(cat told/order)"
    done
}

# each_kind KIND…: lines of a caller and a kind, each kind with another caller than the one before.
each_kind() {
    local kind number=0 known
    mapfile -t known < <(callers)
    for kind; do
        echo "${known[number++ % ${#known[@]}]} $kind"
    done
}

a_hook_that_fails_ends_the_creation_and_leaves_nothing() {
    local caller kind
    while read -r caller kind; do
        place
        bundle "$caller" "$(shell 'echo program')" \
            "$(hook "$kind" 'exit 0')" \
            "$(hook "$kind" 'echo one; echo two >&2; exit 3')" \
            "$(hook "$kind" "echo >$PWD/told/later")" \
            "$(hook poststop "echo >$PWD/told/stopped")"
        leaves_nothing expect_status 1 run "$caller"
        expect_error "hooks.${kind}[1]: '/bin/sh': ended with status 3: one two"
        [ ! -s out ] || fail "the program ran"
        [ ! -s told/later ] || fail "the next hook was run"
        [ -s told/stopped ] || fail "no hook of poststop was run"
    done < <(each_kind prestart createContainer createRuntime startContainer)
}

one_that_fails_at_the_start_removes_the_container() {
    local caller
    for caller in $(callers); do
        place
        bundle "$caller" "$(shell 'echo program')" "$(hook startContainer 'exit 4')" \
            "$(hook poststop "echo >$PWD/told/stopped")"
        oci "$caller" create --bundle bundle case >out 2>err </dev/null || fail "$(cat err)"
        expect_status 1 oci "$caller" start case 2>err
        expect_error "hooks.startContainer[0]: '/bin/sh': ended with status 4"
        [ -z "$(oci "$caller" list --quiet)" ] || fail "still listed"
        [ -s told/stopped ] || fail "no hook of poststop was run"
    done
}

# runtime.md of 1.3, step 9; before, it was a warning.
one_of_poststart_ends_the_container() {
    local caller how
    for caller in $(callers); do
        for how in run detached start; do
            place
            bundle "$caller" "$(shell 'echo program; exec sleep 1000')" \
                "$(hook poststart 'exit 1')" "$(hook poststart "echo >$PWD/told/started")" \
                "$(hook poststop "echo >$PWD/told/stopped")"
            case $how in
            run) leaves_nothing expect_status 1 run "$caller" ;;
            detached) leaves_nothing expect_status 1 run "$caller" --detach ;;
            start)
                oci "$caller" create --bundle bundle case >out 2>err </dev/null ||
                    fail "$(cat err)"
                expect_status 1 oci "$caller" start case 2>err
                ;;
            esac
            expect_error "hooks.poststart[0]: '/bin/sh': ended with status 1"
            [ -z "$(oci "$caller" list --quiet)" ] || fail "$how: still listed"
            [ ! -s told/started ] || fail "$how: the other of poststart was run"
            [ -s told/stopped ] || fail "$how: no hook of poststop was run"
        done
    done
}

those_of_poststop_give_warnings_and_the_rest_goes_on() {
    local caller
    for caller in $(callers); do
        place
        bundle "$caller" "$(shell 'echo program')" \
            "$(hook poststop 'kill -9 "$$"')" "$(hook poststop "echo >$PWD/told/stopped")"
        leaves_nothing expect_status 0 run "$caller"
        expect_out program
        expect_error "warning: hooks.poststop[0]: '/bin/sh': was ended by signal 9"
        [ -s told/stopped ] || fail "the other of poststop was not run"
    done
}

a_hook_has_its_time_and_no_more() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(shell 'echo program')" \
            "$(hook createRuntime 'sleep 1000 & echo $! >&2; wait')" \
            'config["hooks"]["createRuntime"][0]["timeout"] = 1'
        leaves_nothing expect_status 1 run "$caller"
        grep -qxE "cupel-oci: hooks.createRuntime\[0\]: '/bin/sh': was killed after 1 s: [0-9]+" \
            err || fail "$(cat err)"
        pid=$(sed 's/.*: //' err)
        ! grep -q '^State:.[^ZX]' "/proc/$pid/status" 2>/dev/null || fail "process $pid lives on"
    done
}

nothing_of_ours_is_open_in_a_hook() {
    local caller kind
    while read -r caller kind; do
        bundle "$caller" "$(hook "$kind" 'ls /proc/self/fd >&2; exit 1')"
        expect_status 1 run "$caller"
        expect_error "hooks.${kind}[0]: '/bin/sh': ended with status 1: 0 1 2 3"
    done < <(each_kind createRuntime createContainer startContainer)
}

paths_are_those_of_the_place_where_it_is_run() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(hook createContainer true /usr/bin/env)" \
            "$(hook startContainer true /none)"
        expect_status 1 run "$caller"
        # `env` exists outside alone, and knows no option -c.
        grep -q "hooks.createContainer\[0\]: '/usr/bin/env': ended with status 125" err ||
            fail "$(cat err)"
        change 'config["hooks"].pop("createContainer")'
        expect_status 1 run "$caller"
        expect_error \
            "hooks.startContainer[0]: '/none': execute it: No such file or directory"
    done
}

a_wrong_hook_is_refused_before_anything_is_made() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(hook poststop true bin/sh)"
        leaves_nothing expect_status 1 run "$caller"
        grep -q "hooks.poststop\[0\].path: 'bin/sh' is no absolute path$" err || fail "$(cat err)"
    done
}

a_signal_ends_a_hook_that_does_not_end() {
    local caller kind known
    while read -r caller kind; do
        place
        # Also where the end of process 1 does not end it.
        bundle "$caller" "$(hook "$kind" "echo \$\$ >$PWD/told/up; exec sleep 1000")" \
            'linux["namespaces"] = [n for n in linux["namespaces"] if n["type"] != "pid"]' \
            'config["mounts"] = [m for m in mounts if m["type"] != "proc"]' \
            'linux["maskedPaths"] = linux["readonlyPaths"] = []'
        known=$(state_root "$caller")
        become "$caller"
        "${becoming[@]}" cupel-oci --root "$known" run --bundle bundle case >out 2>err </dev/null &
        runtime=$!
        wait_until test -s told/up
        kill -TERM "$runtime"
        expect_status 143 wait "$runtime"
        [ -z "$(oci "$caller" list --quiet)" ] || fail "still listed"
        ! grep -q '^State:.[^ZX]' "/proc/$(cat told/up)/status" 2>/dev/null || fail "it lives on"
    done < <(each_kind prestart createContainer)
}

# bare_hook KIND COMMANDS [ENV]: the change that adds one without an environment, or with that list.
bare_hook() {
    /usr/bin/python3 -c 'import sys
kind, commands, env = sys.argv[1:]
row = {"path": "/bin/sh", "args": ["sh", "-c", commands], **({"env": []} if env else {})}
print("config.setdefault(\"hooks\", {}).setdefault(%r, []).append(%r)" % (kind, row))' \
        "$1" "$2" "${3:-}"
}

# shellcheck disable=SC2016 # the shell of the hook has what stands in single quotes
# Programs of outside have the caller's, the container's own has that of its program.
one_that_does_not_say_its_environment_has_that_of_its_side() {
    local caller kind
    export CUPEL_CALLER=there
    for caller in $(callers); do
        for kind in prestart createRuntime createContainer poststart poststop; do
            place
            bundle "$caller" "$(shell true)" \
                "$(bare_hook $kind "echo \"\$CUPEL_CALLER\" >>$PWD/told/order")" \
                "$(bare_hook $kind "echo \"\$CUPEL_CALLER.\" >>$PWD/told/order" empty)"
            run "$caller" || fail "$(cat err)"
            [ "$(tr '\n' ' ' <told/order)" = 'there . ' ] || fail "$kind: $(cat told/order err)"
        done
        bundle "$caller" "$(shell true)" 'process["env"].append("INNER=yes")' \
            "$(bare_hook startContainer '[ "$INNER$CUPEL_CALLER$HOME" = yes/root ]')" \
            "$(bare_hook startContainer '[ "$INNER$CUPEL_CALLER$HOME" = "" ]' empty)"
        run "$caller" || fail "$(cat err)"
    done
    unset CUPEL_CALLER
}

# The filter knows no call that it takes to run a hook, and is loaded at different times.
one_at_the_start_runs_under_the_filter() {
    local caller privileges
    for caller in $(callers); do
        for privileges in True False; do
            bundle "$caller" "$(shell 'echo program')" "process['noNewPrivileges'] = $privileges" \
                "$(hook startContainer 'mkdir /dev/shm/x')" \
                'linux["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
                    {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 46}]}'
            leaves_nothing expect_status 1 run "$caller"
            expect_error "hooks.startContainer[0]: '/bin/sh': ended with status 1: mkdir: can't \
create directory '/dev/shm/x': Level 3 halted"
        done
        change 'linux["seccomp"]["syscalls"][0]["names"] = ["pidfd_open", "poll", "wait4"]' \
            'process["noNewPrivileges"] = True'
        change 'config["hooks"]["startContainer"][0]["args"] = ["sh", "-c", "echo >/dev/shm/x"]'
        run "$caller" || fail "$(cat err)"
        expect_out program
    done
}

run_tests \
    every_hook_is_run_in_its_turn_with_the_state \
    run_does_all_of_it \
    a_hook_that_fails_ends_the_creation_and_leaves_nothing \
    one_that_fails_at_the_start_removes_the_container \
    one_of_poststart_ends_the_container \
    those_of_poststop_give_warnings_and_the_rest_goes_on \
    a_hook_has_its_time_and_no_more \
    nothing_of_ours_is_open_in_a_hook \
    paths_are_those_of_the_place_where_it_is_run \
    a_wrong_hook_is_refused_before_anything_is_made \
    a_signal_ends_a_hook_that_does_not_end \
    one_that_does_not_say_its_environment_has_that_of_its_side \
    one_at_the_start_runs_under_the_filter
