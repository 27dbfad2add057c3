#!/usr/bin/env bash
# Terminals: made in the container, taken by a socket or by who waits for the program.
# shellcheck disable=SC2016 # what stands in single quotes is for the shell in the container
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"

terminal=$here/oci_terminal.py
wanted='process["terminal"] = True'

# take CALLER: somebody listens at state-CALLER/socket, and prints to ./taken; process $taker.
take() {
    local known
    known=$(state_root "$1")
    become "$1"
    "${becoming[@]}" /usr/bin/python3 "$terminal" take "$known/socket" >taken 2>&1 &
    taker=$!
    wait_until test -S "$known/socket"
}

# on CALLER TYPED WORD…: cupel-oci on a terminal of 33 lines, on which is typed; prints to ./out.
on() {
    local caller=$1 typed=$2 known
    shift 2
    known=$(state_root "$caller")
    become "$caller"
    printf %s "$typed" | "${becoming[@]}" /usr/bin/python3 "$terminal" on 33 77 \
        "$CUPEL_BIN/cupel-oci" --root "$known" "$@" >out 2>err
}

what_is_typed_and_printed_is_passed_on() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$wanted" \
            "$(shell 'tty; stty size; echo type; read line; echo "got $line"; exit 9')"
        leaves_nothing expect_status 9 on "$caller" 'hello
' run --bundle bundle case
        expect_out "$(printf '/dev/pts/0\n33 77\ntype\nhello\ngot hello')"
    done
}

keys_for_signals_are_the_containers() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$wanted" \
            "$(shell 'trap "echo interrupted; exit 4" INT; echo type
                while :; do sleep 0.05; done')"
        leaves_nothing expect_status 4 on "$caller" $'\003' run --bundle bundle case
        grep -q interrupted out || fail "$(cat out)"
    done
}

it_is_the_users_and_at_dev_console() {
    local caller user=0
    for caller in $(callers); do
        [ "$caller" = user ] || user=7
        bundle "$caller" "$wanted" "process['user']['uid'] = $user" \
            'process["consoleSize"] = {"height": 20, "width": 99}' \
            "$(shell 'stat -c "%t:%T %u" /dev/console "$(tty)"; stty size; echo >/dev/tty')"
        take "$caller"
        oci "$caller" run --bundle bundle --console-socket "state-$caller/socket" case \
            >out 2>err </dev/null || fail "$(cat err taken)"
        wait "$taker"
        printf 'name /dev/console\n88:0 %s\n88:0 %s\n20 99\n\n' $user $user | cmp - taken ||
            fail "$(cat taken)"
        rm "state-$caller/socket"
        user=0
    done
}

a_created_and_a_detached_container_send_it() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$wanted" "$(shell 'tty; exec sleep 1000')"
        take "$caller"
        oci "$caller" create --bundle bundle --console-socket "state-$caller/socket" case \
            >out 2>err </dev/null || fail "$(cat err)"
        oci "$caller" start case
        wait_until grep -q /dev/pts/0 taken
        oci "$caller" delete --force case
        wait "$taker"
        rm "state-$caller/socket"
        take "$caller"
        oci "$caller" run --detach --bundle bundle --console-socket "state-$caller/socket" case \
            >out 2>err </dev/null || fail "$(cat err)"
        wait_until grep -q /dev/pts/0 taken
        oci "$caller" delete --force case
        wait "$taker"
        rm "state-$caller/socket"
    done
}

another_program_has_one_of_its_own() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(shell 'exec sleep 1000')"
        oci "$caller" run --detach --bundle bundle case >out 2>err </dev/null || fail "$(cat err)"
        expect_status 3 on "$caller" 'hello
' exec --tty case sh -c 'tty; stty size; echo type; read line; echo "got $line"; exit 3'
        expect_out "$(printf '/dev/pts/0\n33 77\ntype\nhello\ngot hello')"
        take "$caller"
        oci "$caller" exec --tty --detach --console-socket "state-$caller/socket" case tty \
            >out 2>err </dev/null || fail "$(cat err)"
        wait "$taker"
        grep -qx /dev/pts/0 taken || fail "$(cat taken)"
        rm "state-$caller/socket"
        expect_status 125 oci "$caller" exec --tty --detach case tty 2>err
        expect_error \
            "process.terminal: what is left running needs the option '--console-socket'"
        oci "$caller" delete --force case
    done
}

who_takes_it_must_be_known() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$wanted"
        leaves_nothing expect_status 1 run "$caller" --detach
        expect_error \
            "process.terminal: what is left running needs the option '--console-socket'"
        leaves_nothing expect_status 1 run "$caller" --console-socket none
        expect_error "option '--console-socket': open 'none': No such file or directory"
        change 'process["terminal"] = False'
        leaves_nothing expect_status 1 run "$caller" --console-socket none
        expect_error "option '--console-socket': process.terminal is false, and there is no \
terminal to be sent"
    done
}

# CVE-2025-52565, and roots that have no place for a terminal.
no_link_leads_it_elsewhere() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$wanted" 'mounts[:] = [m for m in mounts if m["type"] == "proc"]' \
            'linux["devices"] = []'
        expect_status 1 run "$caller"
        grep -q "^cupel-oci: process.terminal: " err || fail "$(cat err)"
        bundle "$caller" "$wanted" \
            'mounts[:] = [m for m in mounts if m["type"] in ("proc", "devpts")]'
        rm -rf bundle/rootfs/dev/console
        mkdir -p bundle/rootfs/dev
        ln -s ../etc/passwd bundle/rootfs/dev/console
        expect_status 1 run "$caller"
        grep -q "/dev/console': Too many levels of symbolic links" err || fail "$(cat err)"
    done
}

run_tests \
    what_is_typed_and_printed_is_passed_on \
    keys_for_signals_are_the_containers \
    it_is_the_users_and_at_dev_console \
    a_created_and_a_detached_container_send_it \
    another_program_has_one_of_its_own \
    who_takes_it_must_be_known \
    no_link_leads_it_elsewhere
