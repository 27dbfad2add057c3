#!/usr/bin/env bash
# What a program leaves that was killed, interrupted or refused something at a bad moment, and what
# removes it. It needs nothing but Debian's busybox.
scenario_unshare=(--mount-proc)
# shellcheck source=tests/scenario/scenario.bash
source "$(dirname "$(readlink -f "$0")")/scenario.bash"

needs busybox busybox-static
store=$PWD/store
# Of this run alone: cgroups are the whole machine's.
name=leftovers-$RANDOM$RANDOM

make_root() {
    local tool
    mkdir -p root/bin root/proc root/dev root/sys root/etc root/tmp
    cp "$(command -v busybox)" root/bin/busybox
    for tool in sh cat echo sleep ls id readlink; do
        ln -s busybox "root/bin/$tool"
    done
}

cupel_() {
    cupel --store "$store" "$@"
}

# start COMMAND…: runs it, as $pid; what it starts says something when it is up, and $hears is open
# as long as anything of it lives.
start() {
    rm -f says
    mkfifo says
    "$@" >says &
    pid=$!
    exec {hears}<says
    read -r -t 10 -u "$hears" || fail "it did not start: $*"
}

# Nothing of what was started lives any more.
is_over() {
    timeout 10 cat <&"$hears" >rest || fail "it lives on"
    exec {hears}<&-
    wait "$pid" 2>&- || true
}

a_container_whose_cupel_is_killed_ends_with_it() {
    start cupel --store "$store" run --rm --name "$name" ./root sh -c 'echo up; exec sleep 4321'
    kill -KILL "$pid"
    is_over
    cupel_ rm "$name"
    [ -z "$(cupel_ ps | tail -n +2)" ] || fail "$(cupel_ ps)"
    [ -z "$(world)" ] || fail "removed, and still there: $(world)"
}

# What there is in the places where the programs keep what they make.
world() {
    find "$store/containers" state -mindepth 1 2>/dev/null || true
    find /sys/fs/cgroup -name "cupel-$name*" 2>/dev/null || true
}

# interrupted_leaves_nothing COMMAND…: ended by SIGTERM at 60 moments of its life.
interrupted_leaves_nothing() {
    local i
    "$@"
    for ((i = 0; i < 60; i++)); do
        "$@" >/dev/null 2>&1 &
        pid=$!
        sleep "0.0$((i / 10))$((i % 10))"
        kill -TERM "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
        [ -z "$(world)" ] || fail "interrupted after $i ms: $(world)"
    done
}

an_interrupted_cupel_leaves_nothing() {
    interrupted_leaves_nothing cupel --store "$store" run --rm --name "$name" ./root \
        sleep 0.01
}

an_interrupted_runtime_leaves_nothing() {
    mkdir bundle
    cupel-oci spec --bundle bundle
    sed -i -e 's|"sh"|"sleep","0.01"|; s|"rootfs"|"../root"|' \
        -e 's|"terminal": true|"terminal": false|' bundle/config.json
    interrupted_leaves_nothing cupel-oci --root state run --bundle bundle "$name"
}

# The numbers of closed files go to the next that are opened: here to those of the store.
closed_files_are_not_written_to() {
    # shellcheck disable=SC2016 # for the container's shell
    cupel_ run --rm ./root sh -c 'for i in 0 2; do readlink /proc/$$/fd/$i; done >/tmp/files' \
        <&- >&- 2>&-
    [ "$(sort -u root/tmp/files)" = /dev/null ] || fail "$(cat root/tmp/files)"
}

# small_store OPTIONS COMMAND…: in a store on a file system of its own.
small_store() {
    mkdir -p small
    mount -t tmpfs -o "$1" none small
    shift
    "$@"
    umount small
}

starts_or_leaves_nothing() {
    if cupel --store "$PWD/small/store" run --rm --name full ./root echo hello >out 2>&1; then
        [ "$(cat out)" = hello ] || fail "$(cat out)"
    else
        grep -qF 'No space left on device' out || fail "$(cat out)"
    fi
    [ -z "$(find small/store/containers -mindepth 1 2>&1)" ] || [ ! -d small/store/containers ] ||
        fail "it left $(find small/store/containers) ($(cat out))"
}

a_full_store_is_told_and_nothing_is_left() {
    local inodes
    for ((inodes = 2; inodes < 15; inodes++)); do
        small_store "size=1m,nr_inodes=$inodes" starts_or_leaves_nothing
    done
}

tells_that_it_cannot_write() {
    cupel --store "$PWD/small/store" run --rm ./root echo
    mount -o remount,ro small
    ! cupel --store "$PWD/small/store" run ./root echo 2>out || fail 'it wrote'
    grep -qF 'Read-only file system' out || fail "$(cat out)"
}

a_read_only_store_is_told() {
    small_store size=1m tells_that_it_cannot_write
}

what_a_killed_runtime_leaves_is_deleted() {
    local i
    for ((i = 0; i < 12; i++)); do
        cupel-oci --root state run --bundle bundle "$name" >/dev/null 2>&1 &
        pid=$!
        sleep "0.0$((i / 10))$((i % 10))"
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
        cupel-oci --root state delete --force "$name"
        [ -z "$(world)" ] || fail "killed after $i ms: $(world)"
    done
}

make_root
run_tests a_full_store_is_told_and_nothing_is_left \
    a_read_only_store_is_told \
    closed_files_are_not_written_to \
    a_container_whose_cupel_is_killed_ends_with_it \
    an_interrupted_cupel_leaves_nothing \
    an_interrupted_runtime_leaves_nothing \
    what_a_killed_runtime_leaves_is_deleted
