#!/usr/bin/env bash
# Other programs in a container that runs: they are in it wholly, and nothing of outside comes
# along.
# shellcheck disable=SC2016 # what stands in single quotes is for the shell in the container
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"

remove() {
    oci "$1" delete --force case
}

# execute CALLER WORD…: exec; its output is in ./out and ./err.
execute() {
    local caller=$1
    shift
    oci "$caller" exec "$@" >out 2>err </dev/null
}

it_is_in_all_namespaces_of_the_container() {
    local caller
    for caller in $(callers); do
        detach "$caller"
        # Process 1 of the container is the one to compare with.
        execute "$caller" case sh -c 'for one in cgroup ipc mnt net pid user uts; do
            [ "$(readlink /proc/self/ns/$one)" = "$(readlink /proc/1/ns/$one)" ] || echo $one
            done; hostname; pwd' || fail "$(cat err)"
        expect_out "$(printf 'cupel\n/')"
        remove "$caller"
    done
}

a_user_namespace_is_entered_by_root_too() {
    [ "$(id -u)" -eq 0 ] || return 0
    detach root 'linux["namespaces"].append({"type": "user"})' \
        'linux["uidMappings"] = [{"containerID": 0, "hostID": 100000, "size": 65536}]' \
        'linux["gidMappings"] = [{"containerID": 0, "hostID": 100000, "size": 65536}]' \
        'mounts[:] = [m for m in mounts if m["type"] in ("proc", "tmpfs")]'
    execute root --user 7:8 case sh -c 'id -u; id -g; readlink /proc/self/ns/user' ||
        fail "$(cat err)"
    [ "$(head -n 2 out | tr '\n' ' ')" = '7 8 ' ] || fail "$(cat out)"
    ! grep -qF "$(readlink /proc/self/ns/user)" out || fail "it is in our user namespace"
    remove root
}

the_exit_status_is_the_programs() {
    local caller
    for caller in $(callers); do
        detach "$caller"
        expect_status 7 execute "$caller" case sh -c 'exit 7'
        expect_status 143 execute "$caller" case sh -c 'kill -TERM $$'
        remove "$caller"
    done
}

what_is_not_there_is_told() {
    local caller
    for caller in $(callers); do
        expect_status 125 execute "$caller" case true
        expect_error "the container 'case' does not exist"
        detach "$caller"
        expect_status 127 execute "$caller" case none-such
        expect_error "process.args: executable file 'none-such' not found in \$PATH: No such file \
or directory"
        expect_status 126 execute "$caller" case /etc/passwd
        expect_error "process.args: execute '/etc/passwd': Permission denied"
        expect_status 125 execute "$caller" --cwd /none case true
        expect_error "process.cwd: enter the working directory '/none': No such file or directory"
        expect_status 125 execute "$caller" case
        expect_error "there is neither a command nor the option '--process'"
        expect_status 125 execute "$caller" --user me case true
        expect_error "option '--user': 'me' is not UID[:GID]"
        expect_status 125 execute "$caller" --process /none case
        expect_error "option '--process': open '/none': No such file or directory"
        echo '{"args": "true"}' >process.json
        expect_status 125 execute "$caller" --process "$PWD/process.json" case
        expect_error "option '--process': '$PWD/process.json': process.args: is a text, must be a \
list of texts"
        oci "$caller" kill case KILL
        wait_until is_stopped "$caller"
        expect_status 125 execute "$caller" case true
        expect_error "the container 'case' is stopped, and nothing can be executed in it"
        remove "$caller"
    done
}

is_stopped() {
    oci "$1" state case | grep -q '"status": "stopped"'
}

what_a_process_file_does_not_say_is_as_in_the_config() {
    local caller
    for caller in $(callers); do
        detach "$caller" 'process["env"].append("A=config")' 'process["user"]["umask"] = 0o77'
        echo '{"args": ["sh", "-c", "echo $A; pwd; umask"], "cwd": "/tmp"}' >process.json
        execute "$caller" --process "$PWD/process.json" case || fail "$(cat err)"
        expect_out "$(printf 'config\n/tmp\n0077')"
        echo '{"args": ["sh", "-c", "echo $A$PATH"], "env": ["A=1", "PATH=/bin"]}' >process.json
        execute "$caller" --process "$PWD/process.json" --env A=2 case || fail "$(cat err)"
        expect_out 2/bin
        remove "$caller"
    done
}

the_options_say_who_and_where_it_is() {
    [ "$(id -u)" -eq 0 ] || return 0
    detach root
    execute root -u 1000:7 -g 8 -e A=b --cwd /tmp -c CAP_CHOWN case \
        sh -c 'id -u; id -G; echo $A; pwd; grep CapBnd /proc/self/status' || fail "$(cat err)"
    expect_out "$(printf '1000\n7 8\nb\n/tmp\nCapBnd:\t0000000020000421')"
    # What may be inherited over an exec is not what was asked for.
    execute root -c CAP_CHOWN case grep -E 'Cap(Inh|Eff)' /proc/self/status
    expect_out "$(printf 'CapInh:\t0000000000000000\nCapEff:\t0000000020000421')"
    remove root
}

its_rights_are_those_of_the_config() {
    local caller
    for caller in $(callers); do
        detach "$caller" 'process["noNewPrivileges"] = True' 'process["oomScoreAdj"] = 500' \
            'linux["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls":
                [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]}'
        execute "$caller" case sh -c 'grep -E "NoNewPrivs|Seccomp:" /proc/self/status
            cat /proc/self/oom_score_adj; mkdir /tmp/a 2>&1' || true
        expect_out "$(printf 'NoNewPrivs:\t1\nSeccomp:\t2\n500\nmkdir: %s' \
            "can't create directory '/tmp/a': Operation not permitted")"
        remove "$caller"
    done
}

it_is_within_the_limits_of_the_container() {
    [ "$(id -u)" -eq 0 ] || return 0
    detach root 'linux["resources"]["pids"] = {"limit": 3}'
    execute root case sh -c 'sleep 0.1 & wait; echo two ran; sleep 0.1 & sleep 0.1 & sleep 0.1' ||
        true
    grep -q "can't fork" err || fail "$(cat out err)"
    grep -qx 'two ran' out || fail "$(cat out err)"
    remove root
}

it_can_be_left_running() {
    local caller pid
    for caller in $(callers); do
        detach "$caller"
        execute "$caller" --detach --pid-file "$(state_root "$caller")/pid" case sleep 777 ||
            fail "$(cat err)"
        pid=$(cat "state-$caller/pid")
        tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q 'sleep 777' || fail "process $pid is not it"
        remove "$caller"
        wait_until has_ended "$pid"
        rm "state-$caller/pid"
    done
}

# It may be there as a zombie until whoever inherited it looks after it.
has_ended() {
    ! grep -q '^State:.[^Z]' "/proc/$1/status" 2>/dev/null
}

no_descriptor_of_outside_comes_along() {
    local caller number
    for caller in $(callers); do
        detach "$caller"
        execute "$caller" case sh -c 'echo /proc/self/fd/*' 7</ 8<. || fail "$(cat err)"
        # The fourth is the shell's own, of the directory that it reads.
        expect_out '/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3'
        for number in 3 4 5 6 7 8 9 10; do
            expect_status 125 execute "$caller" --cwd "/proc/self/fd/$number/.." case true 7</ 8<.
        done
        remove "$caller"
    done
}

a_container_that_was_not_started_can_be_looked_at() {
    local caller
    for caller in $(callers); do
        bundle "$caller"
        oci "$caller" create --bundle bundle case >out 2>err </dev/null || fail "$(cat err)"
        execute "$caller" case hostname || fail "$(cat err)"
        expect_out cupel
        remove "$caller"
    done
}

one_that_is_paused_is_left_alone() {
    [ "$(id -u)" -eq 0 ] || return 0
    detach root 'linux["resources"]["pids"] = {"limit": 9}'
    if oci root pause case 2>err; then
        expect_status 125 execute root case true
        expect_error "the container 'case' is paused; with --ignore-paused the program goes on \
when it does"
        oci root resume case
        execute root case true || fail "$(cat err)"
    fi
    remove root
}

# CVE-2019-5736: who gets hold of /proc/<pid>/exe cannot write to the program's file.
the_runtime_is_safe_from_what_it_starts() {
    local caller exe
    for caller in $(callers); do
        detach "$caller"
        # A file of the caller's own, so that nothing else keeps it from being written.
        install -m 755 "$CUPEL_BIN/cupel-oci" "state-$caller/runtime"
        [ "$caller" = root ] || [ "$(id -u)" -ne 0 ] ||
            chown $nobody:$nobody "state-$caller/runtime"
        become "$caller"
        "${becoming[@]}" "$PWD/state-$caller/runtime" --root "$(state_root "$caller")" \
            exec case sh -c 'echo up; exec sleep 1000' >out 2>err </dev/null &
        wait_until grep -q up out
        exec 7<"/proc/$!/exe"
        kill -KILL $!
        wait $! || true
        exe=$(readlink /proc/self/fd/7)
        # Text file busy would be told while it runs; now it does not any more.
        if (: >/proc/self/fd/7) 2>err; then
            fail "'$exe' could be written"
        fi
        grep -q -e 'Read-only file system' -e 'Operation not permitted' err || fail "$(cat err)"
        exec 7<&-
        cmp "$CUPEL_BIN/cupel-oci" "state-$caller/runtime"
        rm "state-$caller/runtime"
        remove "$caller"
    done
}

# receive FILE: takes a message with a descriptor from the socket ./pidfd, and writes to the file
# what it says and which process the descriptor is of.
receive() {
    rm -f pidfd
    /usr/bin/python3 - "$1" <<'END' &
import array, os, socket, sys

with socket.socket(socket.AF_UNIX) as listening:
    os.umask(0)
    listening.bind("pidfd")
    listening.listen()
    connection, _ = listening.accept()
word, beside, _, _ = connection.recvmsg(64, socket.CMSG_SPACE(4))
number = array.array("i", beside[0][2][:4])[0]
with open(f"/proc/self/fdinfo/{number}", encoding="ascii") as info:
    pid = [line.split()[1] for line in info if line.startswith("Pid:")]
with open(sys.argv[1], "w", encoding="ascii") as told:
    print(word.decode(), *pid, file=told)
END
    receiver=$!
    wait_until test -S pidfd
}

a_descriptor_of_its_process_is_sent() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(shell 'exec sleep 1000')"
        mv bundle/config.json bundle/other.json
        receive first
        oci "$caller" run --detach --bundle bundle --config other.json --pid-file bundle/pid \
            --pidfd-socket pidfd case >out 2>err </dev/null || fail "$(cat err)"
        wait "$receiver"
        [ "$(cat first)" = "standard $(cat bundle/pid)" ] || fail "first: $(cat first)"
        receive second
        oci "$caller" exec --detach --pid-file bundle/pid --pidfd-socket pidfd case sleep 1000
        wait "$receiver"
        [ "$(cat second)" = "setns $(cat bundle/pid)" ] || fail "second: $(cat second)"
        rm pidfd first second
        expect_status 125 oci "$caller" exec --pidfd-socket none case true 2>err
        expect_error "option '--pidfd-socket': connect to 'none': No such file or directory"
        remove "$caller"
    done
}

it_can_be_in_a_cgroup_below_that_of_the_container() {
    local tree=/sys/fs/cgroup/pids path=pids:below
    [ "$(id -u)" -eq 0 ] || return 0
    if [ ! -d "$tree" ]; then
        tree=/sys/fs/cgroup path=below
    fi
    start_limited 'exec sleep 1000'
    mkdir "$tree/cupel-case/below"
    oci root exec --detach --pid-file bundle/pid --cgroup "$path" case sleep 1000
    [ "$(cat "$tree/cupel-case/below/cgroup.procs")" = "$(cat bundle/pid)" ] || fail 'elsewhere'
    expect_status 125 oci root exec --cgroup ../other case true 2>err
    expect_error "option '--cgroup': '../other' leads out of the container's"
    expect_status 125 oci root exec --cgroup "${path%below}none" case true 2>err
    expect_error "option '--cgroup': '$tree/cupel-case/none': No such file or directory"
    remove root
}

run_tests \
    a_descriptor_of_its_process_is_sent \
    it_can_be_in_a_cgroup_below_that_of_the_container \
    it_is_in_all_namespaces_of_the_container \
    a_user_namespace_is_entered_by_root_too \
    the_exit_status_is_the_programs \
    what_is_not_there_is_told \
    what_a_process_file_does_not_say_is_as_in_the_config \
    the_options_say_who_and_where_it_is \
    its_rights_are_those_of_the_config \
    it_is_within_the_limits_of_the_container \
    it_can_be_left_running \
    no_descriptor_of_outside_comes_along \
    a_container_that_was_not_started_can_be_looked_at \
    one_that_is_paused_is_left_alone \
    the_runtime_is_safe_from_what_it_starts
