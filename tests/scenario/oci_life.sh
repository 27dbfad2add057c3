#!/usr/bin/env bash
# The life of a container: its end and its exit status, signals, its name, and that nothing of it is
# left.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"

# start CALLER COMMANDS: the container "case" in the background, until its program has begun; its
# runtime is process $runtime.
start() {
    local known
    bundle "$1" "$(shell "echo up; $2")"
    known=$(state_root "$1")
    become "$1"
    : >out
    "${becoming[@]}" cupel-oci --root "$known" run --bundle bundle case >out 2>err </dev/null &
    runtime=$!
    wait_until grep -q up out
}

the_exit_status_is_the_programs() {
    local caller status
    for caller in $(callers); do
        for status in 0 7 255; do
            bundle "$caller" "$(shell "exit $status")"
            leaves_nothing expect_status "$status" run "$caller"
        done
    done
}

a_signal_that_ends_the_program_is_told() {
    local caller
    for caller in $(callers); do
        # Without a pid namespace the program is not process 1, which cannot end itself.
        bundle "$caller" "$(shell 'kill -SEGV $$')" \
            'linux["namespaces"] = [n for n in linux["namespaces"] if n["type"] != "pid"]' \
            'config["mounts"] = [m for m in mounts if m["type"] != "proc"]' \
            'linux["maskedPaths"] = linux["readonlyPaths"] = []'
        leaves_nothing expect_status 139 run "$caller"
    done
}

signals_are_passed_on() {
    local caller
    for caller in $(callers); do
        start "$caller" 'trap "exit 9" TERM; while true; do sleep 0.05; done'
        kill -TERM "$runtime"
        expect_status 9 wait "$runtime"
    done
}

a_program_that_is_not_there_is_told_and_leaves_nothing() {
    local caller
    for caller in $(callers); do
        bundle "$caller" 'process["args"] = ["none-such"]'
        leaves_nothing expect_status 1 run "$caller"
        expect_error "process.args: executable file 'none-such' not found in \$PATH: No such file \
or directory"
        change 'process["args"] = ["/etc/passwd"]'
        leaves_nothing expect_status 1 run "$caller"
        expect_error "process.args: execute '/etc/passwd': Permission denied"
    done
}

a_step_that_fails_is_named_and_leaves_nothing() {
    local caller
    for caller in $(callers); do
        bundle "$caller" 'mounts.append({"destination": "/tmp", "type": "bind", "source": "/none"})'
        leaves_nothing expect_status 1 run "$caller"
        grep -qx "cupel-oci: mounts\[[67]\]: bind '/none': No such file or directory" err ||
            fail "$(cat err)"
        change 'mounts.pop()' \
            'mounts.append({"destination": "/tmp", "type": "tmpfs", "options": ["size=x"]})'
        leaves_nothing expect_status 1 run "$caller"
        grep -qx "cupel-oci: mounts\[[67]\]: '/tmp': mount a tmpfs: .*'size'.*" err ||
            fail "$(cat err)"
        change 'mounts.pop()' 'process["cwd"] = "/bin/true"'
        leaves_nothing expect_status 1 run "$caller"
        expect_error "process.cwd: enter the working directory '/bin/true': Not a directory"
    done
}

containers_are_named_by_an_expression() {
    local caller owner
    for caller in $(callers); do
        detach "$caller"
        oci "$caller" create --bundle bundle case-2 >out 2>err </dev/null || fail "$(cat err)"
        owner=$(as "$caller" id -un)
        [ "$(oci "$caller" list | awk '$NF == "'"$owner"'" { n++ } END { print n }')" = 2 ] ||
            fail "$(oci "$caller" list)"
        oci "$caller" list --format json | grep -q "\"owner\":\"$owner\"" || fail 'no owner'
        expect_status 1 oci "$caller" delete --regex '(' 2>err
        expect_error "option '--regex': '(' is no regular expression"
        oci "$caller" kill --regex '^case(-2)?$' KILL
        oci "$caller" delete --force --regex 'as.'
        [ -z "$(oci "$caller" list --quiet)" ] || fail "still listed"
    done
}

# What a script without a parser of JSON looks for.
a_list_as_json_is_one_line_in_the_usual_order() {
    local caller
    for caller in $(callers); do
        [ "$(oci "$caller" list --format json)" = '[]' ] || fail "$(oci "$caller" list -f json)"
        detach "$caller"
        oci "$caller" list --format json >told
        grep -qE '^\[\{"ociVersion":"1[^"]*","id":"case","pid":[0-9]+,"status":"running",'\
'"bundle":"[^"]*","rootfs":"[^"]*","created":"[^"]*","owner":"[^"]*"\}\]$' told ||
            fail "$(cat told)"
        oci "$caller" delete --force case
    done
}

a_container_is_known_while_it_lives() {
    local caller
    for caller in $(callers); do
        start "$caller" 'exec sleep 100'
        oci "$caller" list --quiet >listed
        [ "$(cat listed)" = case ] || fail "listed: $(cat listed)"
        oci "$caller" state case | grep -q '"status": "running"' || fail "it does not run"
        expect_status 1 run "$caller"
        expect_error "there is a container 'case' already"
        expect_status 1 oci "$caller" delete case 2>err
        expect_error "the container 'case' is running; --force kills it"
        oci "$caller" kill case KILL
        expect_status 137 wait "$runtime"
        [ -z "$(oci "$caller" list --quiet)" ] || fail "still listed"
        expect_status 1 oci "$caller" state case 2>err
        expect_error "the container 'case' does not exist"
    done
}

what_a_killed_runtime_leaves_can_be_deleted() {
    local caller
    for caller in $(callers); do
        inventory >before.inventory
        start "$caller" 'exec sleep 100'
        pid=$(oci "$caller" state case | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')
        kill -KILL "$runtime"
        wait "$runtime" 2>/dev/null || true
        [ -d "/proc/$pid" ] || fail "the container died with its runtime"
        oci "$caller" delete --force case
        # It may be there as a zombie until whoever inherited it looks after it.
        ! grep -q '^State:.[^Z]' "/proc/$pid/status" 2>/dev/null || fail "the container still runs"
        oci "$caller" delete --force case
        rm -rf bundle
        inventory >after.inventory
        grep -v '^./bundle' before.inventory | cmp -s - after.inventory ||
            fail "left behind: $(diff before.inventory after.inventory)"
    done
}

the_pid_file_names_the_first_process() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(shell 'true')"
        state_root "$caller" >/dev/null
        leaves_nothing expect_status 1 run "$caller" --pid-file /none/pid
        grep -q "option '--pid-file': create '/none/pid.*': No such file or directory" err ||
            fail "$(cat err)"
        run "$caller" --pid-file "state-$caller/pid" || fail "$(cat err)"
        grep -qxE '[0-9]+' "state-$caller/pid" || fail "$(cat "state-$caller/pid")"
    done
}

# create CALLER [OPTION…]: the container "case" from ./bundle; its output is in ./out.
create() {
    local caller=$1
    shift
    oci "$caller" create --bundle bundle "$@" case >out 2>err </dev/null
}

# status CALLER: what state says.
status() {
    oci "$1" state case | sed -n 's/.*"status": "\(.*\)".*/\1/p'
}

a_created_container_waits_to_be_started() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(shell 'echo up; exec sleep 100')"
        create "$caller" --pid-file "$(state_root "$caller")/pid" || fail "$(cat err)"
        [ "$(status "$caller")" = created ] || fail "it is $(status "$caller")"
        [ ! -s out ] || fail "its program runs"
        expect_status 1 create "$caller"
        expect_error "there is a container 'case' already"
        oci "$caller" state case | grep -q "\"pid\": $(cat "state-$caller/pid")" ||
            fail "$(oci "$caller" state case)"
        oci "$caller" start case
        wait_until grep -q up out
        [ "$(status "$caller")" = running ] || fail "it is $(status "$caller")"
        expect_status 1 oci "$caller" start case 2>err
        expect_error "the container 'case' is running, and cannot be started"
        oci "$caller" kill case KILL
        wait_until is_stopped "$caller"
        expect_status 1 oci "$caller" start case 2>err
        expect_error "the container 'case' is stopped, and cannot be started"
        oci "$caller" delete case
        rm "state-$caller/pid"
    done
}

is_stopped() {
    [ "$(status "$1")" = stopped ]
}

a_container_that_was_created_can_be_killed_or_deleted() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(shell 'echo up')"
        for word in delete KILL TERM INT HUP QUIT; do
            create "$caller" || fail "$(cat err)"
            if [ "$word" != delete ]; then
                oci "$caller" kill case "$word"
                wait_until is_stopped "$caller"
            fi
            oci "$caller" delete case
            [ -z "$(oci "$caller" list --quiet)" ] || fail "still listed after $word"
            [ ! -s out ] || fail "its program ran"
        done
    done
}

create_and_start_tell_why_a_program_does_not_run() {
    local caller
    for caller in $(callers); do
        bundle "$caller" 'process["args"] = ["none-such"]'
        leaves_nothing expect_status 1 create "$caller"
        expect_error "process.args: executable file 'none-such' not found in \$PATH: No such file \
or directory"
        change 'process["args"] = ["/bin/none"]' 'root["readonly"] = False'
        echo '#!/none' >bundle/rootfs/bin/none
        chmod 755 bundle/rootfs/bin/none
        create "$caller" || fail "$(cat err)"
        expect_status 1 oci "$caller" start case 2>err
        expect_error "process.args: execute '/bin/none': No such file or directory"
        wait_until is_stopped "$caller"
        oci "$caller" delete case
        expect_status 1 oci "$caller" run --detach --bundle bundle case 2>err </dev/null
        expect_error "process.args: execute '/bin/none': No such file or directory"
        [ -z "$(oci "$caller" list --quiet)" ] || fail "run --detach leaves its container"
        change 'process["cwd"] = "/bin/true"'
        leaves_nothing expect_status 1 create "$caller"
        expect_error "process.cwd: enter the working directory '/bin/true': Not a directory"
    done
}

a_detached_container_outlives_its_runtime() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(shell 'echo up; exec sleep 100')"
        oci "$caller" run --detach --bundle bundle case >out 2>err </dev/null || fail "$(cat err)"
        wait_until grep -q up out
        [ "$(status "$caller")" = running ] || fail "it is $(status "$caller")"
        oci "$caller" delete --force case
        [ -z "$(oci "$caller" list --quiet)" ] || fail "still listed"
    done
}

times_of_the_steps_are_told_beside_what_the_program_says() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(shell 'echo out; echo err >&2; exit 3')"
        leaves_nothing expect_status 3 run "$caller" --trace-steps
        expect_out out
        grep -q '^err$' err || fail "the program's words are lost: $(cat err)"
        grep -Eq '^ +[0-9]+\.[0-9] +[0-9]+\.[0-9] .* child +root  # root.path$' err ||
            fail "no such line: $(cat err)"
        leaves_nothing expect_status 3 run "$caller" --trace-steps --trace-format json
        sed 1d err | /usr/bin/python3 -c 'import json, sys; json.load(sys.stdin)[0]["took_us"]'
    done
}

run_tests \
    the_exit_status_is_the_programs \
    a_signal_that_ends_the_program_is_told \
    signals_are_passed_on \
    a_program_that_is_not_there_is_told_and_leaves_nothing \
    a_step_that_fails_is_named_and_leaves_nothing \
    containers_are_named_by_an_expression \
    a_list_as_json_is_one_line_in_the_usual_order \
    a_container_is_known_while_it_lives \
    what_a_killed_runtime_leaves_can_be_deleted \
    the_pid_file_names_the_first_process \
    a_created_container_waits_to_be_started \
    a_container_that_was_created_can_be_killed_or_deleted \
    create_and_start_tell_why_a_program_does_not_run \
    a_detached_container_outlives_its_runtime \
    times_of_the_steps_are_told_beside_what_the_program_says
