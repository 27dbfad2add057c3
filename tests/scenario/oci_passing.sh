#!/usr/bin/env bash
# What a caller passes on to a container beside standard input, output and error, and the flags of
# others that say how it is made.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"

# passing CALLER COMMAND WORD…: `cupel-oci COMMAND` with a file open at 3, which is said to be a
# socket for it, one at 4, and none at 5.
passing() {
    local caller=$1 command=$2 known
    shift 2
    known=$(state_root "$caller")
    echo three >three
    echo four >four
    chmod 644 three four
    # shellcheck disable=SC2016 # for the shell within
    as "$caller" env LISTEN_FDS=1 LISTEN_FDNAMES=web sh -c 'LISTEN_PID=$$ exec "$@"' sh \
        cupel-oci --root "$known" "$command" "$@" \
        3<three 4<four 5<&- 9<&- >out 2>err </dev/null
}

# shellcheck disable=SC2016 # for the shell of the container
telling='cat <&3; cat <&4 2>/dev/null || true; [ -e /proc/self/fd/5 ] && echo more
echo "$LISTEN_FDS $LISTEN_PID $LISTEN_FDNAMES"'

files_and_sockets_are_passed_on() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(shell "$telling")"
        leaves_nothing expect_status 0 passing "$caller" run --preserve-fds 1 --bundle bundle case
        expect_out $'three\nfour\n1 1 web'
        expect_status 0 passing "$caller" run --bundle bundle case
        expect_out $'three\n1 1 web'
        leaves_nothing expect_status 1 passing "$caller" run --preserve-fds 3 --bundle bundle case
        expect_error "option '--preserve-fds': there is no open file 5"
    done
}

what_was_created_has_them_when_it_is_started() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(shell "$telling; exec sleep 1000")"
        passing "$caller" create --preserve-fds 1 --bundle bundle case || fail "$(cat err)"
        oci "$caller" start case
        wait_until grep -q web out
        expect_out $'three\nfour\n1 1 web'
        expect_status 0 passing "$caller" exec --preserve-fds 2 case sh -c "$telling"
        # No socket is meant for a second program.
        expect_out $'three\nfour\n  '
        expect_status 0 passing "$caller" exec case ls /proc/self/fd
        [ "$(wc -l <out)" -eq 4 ] || fail "$(cat out)"
        oci "$caller" delete --force case
    done
}

a_hook_has_no_file_of_the_callers() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(shell true)" 'config["hooks"] = {"startContainer": [{
            "path": "/bin/sh", "args": ["sh", "-c", "! cat <&3"]}]}'
        expect_status 0 passing "$caller" run --preserve-fds 1 --bundle bundle case
    done
}

# Waits for a word of sd_notify(3) at ./notify, as a service manager does.
listen() {
    rm -f notify
    /usr/bin/python3 -c '
import os, socket
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind("notify")
os.chmod("notify", 0o777)
while True:
    print(listener.recv(1000).decode().strip(), flush=True)
' >told &
    listener=$!
    wait_until test -S notify
}

the_service_manager_hears_of_the_container() {
    local caller pid
    chmod 711 .
    for caller in $(callers); do
        # shellcheck disable=SC2016 # for the shell of the container
        bundle "$caller" "$(shell 'echo $NOTIFY_SOCKET; exec sleep 1000')"
        listen
        pid=$(state_root "$caller")
        NOTIFY_SOCKET=$PWD/notify as "$caller" cupel-oci --root "$pid" create --bundle bundle case \
            >out 2>err </dev/null || fail "$(cat err)"
        NOTIFY_SOCKET=$PWD/notify oci "$caller" start case
        pid=$(oci "$caller" state case | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')
        wait_until grep -qx "MAINPID=$pid" told
        wait_until grep -q . out
        expect_out /run/notify/notify.sock
        # What the program would say.
        /usr/bin/python3 -c '
import socket, sys
sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
sender.sendto(b"READY=1", sys.argv[1])' "/proc/$pid/root/run/notify/notify.sock"
        wait_until grep -qx READY=1 told
        oci "$caller" delete --force case
        bundle "$caller" "$(shell 'test -S /run/notify/notify.sock')"
        expect_status 0 env "NOTIFY_SOCKET=$PWD/notify" "$BASH" -c \
            "$(declare -f run state_root become as); $(declare -p nobody); run $caller"
        [ "$(grep -c MAINPID told)" = 2 ] || fail "$(cat told)"
        kill "$listener"
        wait "$listener" || true
    done
}

the_root_is_the_containers_without_pivot_root_too() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(shell 'ls /; ls /..; wc -l </proc/mounts')"
        expect_status 0 run "$caller"
        cp out expected
        leaves_nothing expect_status 0 run "$caller" --no-pivot
        cmp -s out expected || fail "$(diff out expected)"
        # Nor can a sysfs be had that hides nothing.
        bundle "$caller" 'process["capabilities"]["bounding"] += ["CAP_SYS_ADMIN"]' \
            'process["capabilities"]["effective"] += ["CAP_SYS_ADMIN"]' \
            'process["capabilities"]["permitted"] += ["CAP_SYS_ADMIN"]' \
            'config["mounts"] = [m for m in mounts if m["type"] != "sysfs"]' \
            "$(shell 'mkdir /tmp/p; mount -t sysfs sysfs /tmp/p')"
        [ "$caller" = root ] || expect_status 255 run "$caller" --no-pivot
    done
}

the_callers_keyring_may_stay() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(shell true)"
        as "$caller" cupel-oci --debug --root "$(state_root "$caller")" run --no-new-keyring \
            --no-subreaper --bundle bundle case 2>err </dev/null || fail "$(cat err)"
        ! grep -q ' keyring ' err || fail "$(cat err)"
    done
}

one_that_is_kept_is_there_until_it_is_deleted() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(shell 'exit 3')" 'config["annotations"] = {"org.example.a": "b"}'
        expect_status 3 run "$caller" --keep
        oci "$caller" state case >told
        grep -q '"status": "stopped"' told || fail "$(cat told)"
        grep -q '"org.example.a": "b"' told || fail "$(cat told)"
        oci "$caller" --rootless=auto list --format json >told
        grep -q '"org.example.a":"b"' told || fail "$(cat told)"
        oci "$caller" delete case
        [ -z "$(oci "$caller" list -q)" ] || fail "it is still there"
    done
}

# Who keeps it may want to know what it has used.
the_cgroups_of_one_that_is_kept_are_there_as_well() {
    local cgroup=/sys/fs/cgroup/pids/cupel-case
    can_limit || return 0
    ! is_unified || cgroup=/sys/fs/cgroup/cupel-case
    bundle root "$(shell true)" 'linux["resources"]["pids"] = {"limit": 9}'
    run root --keep || fail "$(cat err)"
    [ "$(cat "$cgroup/pids.max")" = 9 ] || fail "it has gone"
    oci root delete case
    [ -z "$(find /sys/fs/cgroup -type d -name '*cupel-case*')" ] || fail "cgroups are left"
}

run_tests \
    files_and_sockets_are_passed_on \
    what_was_created_has_them_when_it_is_started \
    a_hook_has_no_file_of_the_callers \
    the_service_manager_hears_of_the_container \
    the_root_is_the_containers_without_pivot_root_too \
    the_callers_keyring_may_stay \
    one_that_is_kept_is_there_until_it_is_deleted \
    the_cgroups_of_one_that_is_kept_are_there_as_well
