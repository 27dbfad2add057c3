#!/usr/bin/env bash
# Mounts and namespaces: what a container shares with outside because its config says so, and that
# no link in its root file system leads a mount anywhere else.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"

# mount DESTINATION SOURCE OPTIONS: the change that binds one to the other.
mount_change() {
    echo "mounts.append({'destination': '$1', 'type': 'bind', 'source': '$2', 'options': [$3]})"
}

a_directory_of_outside_is_shared_as_its_options_say() {
    local caller
    for caller in $(callers); do
        rm -rf shared
        mkdir shared
        chmod 777 shared
        echo outside >shared/file
        bundle "$caller" "$(mount_change /tmp "$PWD/shared" "'rbind'")" \
            "$(mount_change /var "$PWD/shared" "'rbind', 'ro', 'noexec'")" \
            "$(shell 'cat /tmp/file; echo inside >/tmp/new; touch /var/x 2>&1
                      cp /bin/busybox /tmp/run; /var/run true 2>&1')" 'root["readonly"] = False'
        expect_status 126 run "$caller"
        expect_out 'outside
touch: /var/x: Read-only file system
sh: /var/run: Permission denied'
        [ "$(cat shared/new)" = inside ] || fail "what was written is not there"
    done
}

a_file_of_outside_is_shared_and_a_path_of_the_bundle_is_meant() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(mount_change /etc/name/given name "'bind', 'ro'")" "$(shell \
            'cat /etc/name/given')"
        echo mine >bundle/name
        run "$caller" || fail "$(cat err)"
        expect_out mine
    done
}

links_do_not_lead_a_mount_out_of_the_root() {
    local caller
    for caller in $(callers); do
        rm -rf secret
        mkdir secret
        bundle "$caller" "$(mount_change /far/a /etc "'rbind', 'ro'")" \
            "$(mount_change /up/b /etc "'rbind', 'ro'")" \
            "$(shell 'ls -d /secret/a /secret/b; mount | grep -c /secret/')" \
            'root["readonly"] = False'
        as "$caller" ln -s /secret bundle/rootfs/far
        as "$caller" ln -s ../../../../secret bundle/rootfs/up
        as "$caller" mkdir bundle/rootfs/secret
        run "$caller" || fail "$(cat err)"
        expect_out '/secret/a
/secret/b
2'
        [ -z "$(ls -A secret)" ] || fail "something was made outside"
    done
}

proc_is_not_mounted_through_a_link() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(shell true)"
        rmdir bundle/rootfs/proc
        as "$caller" ln -s tmp bundle/rootfs/proc
        leaves_nothing expect_status 1 run "$caller"
        expect_error "mounts[0]: '/proc' leads over a symbolic link, which may not be here"
    done
}

the_working_directory_cannot_be_outside() {
    local caller fd
    exec 9</
    for caller in $(callers); do
        for fd in 3 4 5 6 7 8 9 10 11 12; do
            bundle "$caller" "process['cwd'] = '/proc/self/fd/$fd'" "$(shell 'ls')"
            expect_status 1 run "$caller"
            grep -q 'process.cwd: ' err || fail "$(cat err)"
        done
    done
    exec 9<&-
}

namespaces_are_joined_by_path() {
    [ "$(id -u)" -eq 0 ] || return 0
    unshare --net --uts --ipc --pid --fork --kill-child \
        sh -c 'hostname shared; ip link set lo name shared0; echo up; exec sleep 100' \
        >joined 2>&1 </dev/null &
    local owner=$! pid kind path
    wait_until grep -q up joined
    pid=$(pgrep -P "$owner")
    bundle root "$(shell 'hostname; ls /sys/class/net; ps -o comm | grep -c sleep')" \
        'config.pop("hostname")'
    for kind in network:net uts:uts ipc:ipc pid:pid; do
        path=/proc/$pid/ns/${kind#*:}
        change "next(n for n in linux['namespaces'] if n['type'] == '${kind%:*}')['path'] = '$path'"
    done
    run root || fail "$(cat err)"
    expect_out 'shared
shared0
1'
    path=/proc/$pid/ns/net
    change "next(n for n in linux['namespaces'] if n['type'] == 'uts')['path'] = '$path'"
    leaves_nothing expect_status 1 run root
    grep -q "linux.namespaces: '/proc/$pid/ns/net' is a namespace of another type" err ||
        fail "$(cat err)"
    kill -KILL "$pid"
    wait "$owner" 2>/dev/null || true
}

# foreign_mounts [PATH]: the change that gives the container the caller's mount namespace, or the
# one at the path.
foreign_mounts() {
    local entry=''
    [ $# -eq 0 ] || entry="{'type': 'mount', 'path': '$1'}"
    echo "linux['namespaces'][:] = [$entry] + \
        [n for n in linux['namespaces'] if n['type'] != 'mount']"
}

the_callers_mount_namespace_is_left_as_it_is() {
    [ "$(id -u)" -eq 0 ] || return 0
    bundle root "$(foreign_mounts)" "$(mount_change /tmp "$PWD/kept" "'bind'")" "$(shell \
        'readlink /proc/self/ns/mnt; cat /tmp/file; touch /new 2>&1; ls -d /proc/1 /dev/null
         cd ../../..; pwd')"
    mkdir -p kept
    echo inside >kept/file
    leaves_nothing run root || fail "$(cat err)"
    expect_out "$(readlink /proc/self/ns/mnt)
inside
touch: /new: Read-only file system
/dev/null
/proc/1
/"
    # What fails, or is killed, leaves as little.
    change 'process["args"] = ["none"]'
    leaves_nothing expect_status 1 run root
    change 'mounts.append({"destination": "/var", "type": "none-such"})'
    leaves_nothing expect_status 1 run root
}

a_mount_namespace_is_joined_by_path() {
    [ "$(id -u)" -eq 0 ] || return 0
    mkdir -p there
    unshare --mount --fork --kill-child sh -c "mount -t tmpfs there $PWD/there
        echo seen >$PWD/there/file; echo up; exec sleep 100" >joined 2>&1 </dev/null &
    local owner=$! pid of
    wait_until grep -q up joined
    pid=$(pgrep -P "$owner")
    detach root "$(foreign_mounts "/proc/$pid/ns/mnt")" \
        "$(mount_change /tmp "$PWD/there" "'bind'")"
    of=$(oci root state case | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')
    [ "$(readlink "/proc/$of/ns/mnt")" = \
        "$(readlink "/proc/$pid/ns/mnt")" ] || fail "it is in another namespace"
    oci root exec case sh -c 'readlink /proc/self/ns/mnt; cat /tmp/file; ls /' >out 2>err ||
        fail "$(cat err)"
    expect_out "$(readlink "/proc/$pid/ns/mnt")
seen
$(ls bundle/rootfs)"
    ! grep -q rootfs "/proc/$pid/mountinfo" || fail "something is mounted there"
    oci root delete --force case
    change "linux['namespaces'][0]['path'] = '/proc/$pid/ns/net'"
    leaves_nothing expect_status 1 run root
    expect_error "linux.namespaces: '/proc/$pid/ns/net' is a namespace of another type"
    kill -KILL "$pid"
    wait "$owner" 2>/dev/null || true
}

run_tests \
    the_callers_mount_namespace_is_left_as_it_is \
    a_mount_namespace_is_joined_by_path \
    a_directory_of_outside_is_shared_as_its_options_say \
    a_file_of_outside_is_shared_and_a_path_of_the_bundle_is_meant \
    links_do_not_lead_a_mount_out_of_the_root \
    proc_is_not_mounted_through_a_link \
    the_working_directory_cannot_be_outside \
    namespaces_are_joined_by_path
