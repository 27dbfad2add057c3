#!/usr/bin/env bash
# What the options of a mount do: whose files it shows, what it shares with outside, what is in it
# at first, and what a user namespace may not take away.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"

# mount_change DESTINATION TYPE SOURCE OPTIONS [MORE]: the change that adds a mount.
mount_change() {
    echo "mounts.append({'destination': '$1', 'type': '$2', 'source': '$3', 'options': [$4] ${5-}})"
}

# inside DIRECTORY COMMAND…: in a mount namespace of its own, where DIRECTORY is a tmpfs that is
# shared with those who are made of it.
in_shared_place() {
    local place=$1
    shift
    # shellcheck disable=SC2016
    unshare --mount --propagation private bash -euc '
        place=$1
        shift
        mkdir -p "$place"
        mount -t tmpfs area "$place"
        mount --make-shared "$place"
        mkdir "$place/inner" "$place/out"
        chmod 755 "$place"
        "$@"' - "$place" "$@"
}

# Commands in a container: says that it is ready, and waits until it may look.
ready_then_look='echo ready >/sync/ready; while [ ! -e /sync/go ]; do sleep 0.02; done'

# run_and_mount DIRECTORY: runs the container, and mounts below the directory once it is ready.
run_and_mount() {
    rm -f sync/ready sync/go
    cupel-oci --root "$PWD/state-root" run --bundle bundle case >out 2>err </dev/null &
    local runtime=$! tries=0
    until [ -e sync/ready ]; do
        tries=$((tries + 1))
        if [ $tries -eq 500 ] || ! kill -0 $runtime 2>/dev/null; then
            break
        fi
        sleep 0.02
    done
    mount -t tmpfs outside "$1/out"
    touch "$1/out/of-outside" sync/go
    wait $runtime || { echo "exit status $?: $(cat out err)"; return 1; }
    ! mountpoint -q "$1/inner" || touch "$1/propagated"
    umount "$1/out"
    ! mountpoint -q "$1/inner" || umount "$1/inner"
}
export -f run_and_mount

ids_of_a_bind_mount_are_mapped() {
    [ "$(id -u)" -eq 0 ] || return 0
    local maps="[{'containerID': 0, 'hostID': 100000, 'size': 5},
                 {'containerID': 7, 'hostID': 8, 'size': 1}]"
    mkdir mapped
    chmod 755 mapped
    touch mapped/zero mapped/seven mapped/eight
    chown 7:7 mapped/seven
    chown 8:8 mapped/eight
    bundle root "$(shell 'cd /map; stat -c "%u:%g %n" zero seven eight; stat -c %u /plain/zero')" \
        "$(mount_change /map bind "$PWD/mapped" "'bind', 'idmap'" \
            ", 'uidMappings': $maps, 'gidMappings': $maps")" \
        "$(mount_change /plain bind "$PWD/mapped" "'bind'")" 'root["readonly"] = False'
    run root || fail "$(cat err)"
    expect_out '100000:100000 zero
8:8 seven
65534:65534 eight
0'
}

what_a_container_of_mapped_ids_makes_belongs_to_root_outside() {
    [ "$(id -u)" -eq 0 ] || return 0
    local option
    rm -rf mapped
    mkdir mapped
    chmod 777 mapped
    echo secret >mapped/file
    chmod 600 mapped/file
    for option in idmap ridmap; do
        bundle root "$(shell 'cat /map/file; touch /map/new; chown 3 /map/new
                              stat -c %u /map/new')" \
            "$(mount_change /map bind "$PWD/mapped" "'rbind', '$option'")" \
            'linux["namespaces"].append({"type": "user"})' \
            'linux["uidMappings"] = [{"containerID": 0, "hostID": 100000, "size": 1000}]' \
            'linux["gidMappings"] = linux["uidMappings"]' \
            'for s in process["capabilities"].values(): s.append("CAP_CHOWN")'
        chown -R 100000:100000 bundle
        rm -f mapped/new
        run root || fail "$option: $(cat err)"
        expect_out 'secret
3'
        [ "$(stat -c %u mapped/new)" = 3 ] || fail "it is $(stat -c %u mapped/new)'s outside"
    done
}

# in_ids_of_others CHANGE…: a container whose root is another user outside, who may not enter
# ./closed.
in_ids_of_others() {
    rm -rf closed
    mkdir -p closed/dir
    echo inside >closed/dir/file
    chmod 700 closed
    bundle root "$@" 'linux["namespaces"].append({"type": "user"})' \
        'linux["uidMappings"] = [{"containerID": 0, "hostID": 100000, "size": 1000}]' \
        'linux["gidMappings"] = linux["uidMappings"]'
    chown -R 100000:100000 bundle
}

what_root_of_a_user_namespace_may_not_reach_is_bound() {
    [ "$(id -u)" -eq 0 ] || return 0
    local word
    for word in rprivate rslave rshared; do
        in_ids_of_others "$(shell "cat /a/file /b
                grep -cE ' /(a|b) .* shared:' /proc/self/mountinfo
                echo x >/a/file")" \
            "$(mount_change /a bind "$PWD/closed/dir" "'rbind', 'ro', '$word'")" \
            "$(mount_change /b bind "$PWD/closed/dir/file" "'bind', 'ro'")"
        expect_status 1 run root
        expect_out "inside
inside
$([ "$word" = rshared ]; echo $((1 - $?)))"
        grep -q 'Read-only file system' err || fail "$(cat err)"
    done
}

what_is_not_there_has_one_sentence() {
    [ "$(id -u)" -eq 0 ] || return 0
    in_ids_of_others "$(shell true)" "$(mount_change /a bind "$PWD/closed/none" "'bind'")"
    chmod 755 closed
    expect_status 1 run root
    expect_error "mounts[7]: bind '$PWD/closed/none': No such file or directory"
}

a_file_system_that_cannot_map_ids_is_named_with_its_option() {
    [ "$(id -u)" -eq 0 ] || return 0
    bundle root "$(shell true)" "$(mount_change /map bind /proc "'bind', 'idmap'" \
        ", 'uidMappings': [{'containerID': 0, 'hostID': 5, 'size': 5}],
           'gidMappings': [{'containerID': 0, 'hostID': 5, 'size': 5}]")"
    leaves_nothing expect_status 1 run root
    expect_error "mounts[7]: bind '/proc': idmap: the kernel cannot map the ids of a mount of this \
file system"
}

mounts_of_outside_are_seen_by_a_slave_and_shared_with_a_peer() {
    [ "$(id -u)" -eq 0 ] || return 0
    local row word root sees gives
    mkdir -p sync state-root
    chmod 777 sync
    # What the word shares, and the root: whether the container sees a mount of outside, and outside
    # one of its.
    for row in private::no:no rslave::yes:no slave::yes:no rshared::yes:no rshared:rshared:yes:yes
    do
        IFS=: read -r word root sees gives <<<"$row"
        bundle root 'process["capabilities"] = {name: ["CAP_SYS_ADMIN"] for name in
                ["bounding", "effective", "permitted"]}' \
            "$(shell "mount -t tmpfs inside /shared/inner; $ready_then_look
                      ls /shared/out; umount /shared/inner 2>/dev/null
                      mount -t tmpfs x /shared/inner")" \
            "$(mount_change /sync bind "$PWD/sync" "'bind'")" \
            "$(mount_change /shared bind "$PWD/area" "'rbind', '$word'")" \
            "linux['rootfsPropagation'] = '$root'" 'root["readonly"] = False'
        # shellcheck disable=SC2016
        in_shared_place "$PWD/area" bash -euc 'run_and_mount "$1"; ls "$1"' - "$PWD/area" \
            >listing 2>&1 || fail "$word: $(cat listing out err)"
        [ "$(cat out)" = "$([ "$sees" = no ] || echo of-outside)" ] ||
            fail "$word: the container sees '$(cat out)': $(cat err)"
        [ "$(grep -c propagated listing)" = "$([ "$gives" = no ]; echo $?)" ] ||
            fail "$word: outside there is: $(cat listing)"
    done
}

a_mount_over_the_root_is_the_root() {
    local caller
    for caller in $(callers); do
        bundle "$caller" 'mounts.insert(0, {"destination": "/", "type": "tmpfs", "source": "x",
            "options": ["tmpcopyup", "size=16m"]})' 'root["readonly"] = False' \
            "$(shell 'echo new >/new; grep -c " / / " /proc/self/mountinfo
                      grep " / / " /proc/self/mountinfo | sed "s/.* - //" | cut -d " " -f 1
                      cat /new; ls -d /bin')"
        run "$caller" || fail "$(cat err)"
        expect_out "$(printf '%s\n' 1 tmpfs new /bin)"
        [ ! -e bundle/rootfs/new ] || fail "it was written to what is below"
        # Read-only is what is seen, and nothing leads below it.
        change 'root["readonly"] = True' \
            "$(shell 'touch /new 2>&1; cd /..; ls -d bin; ls -d ../new')"
        expect_status 1 run "$caller"
        expect_out "$(printf '%s\n' 'touch: /new: Read-only file system' bin)"
        # A directory of outside, with mounts in it.
        rm -rf other
        cp -a bundle/rootfs other
        [ "$caller" = root ] || [ "$(id -u)" -ne 0 ] || chown -R $nobody:$nobody other
        echo other >other/word
        change 'mounts[0] = {"destination": "/", "type": "bind", "source": "'"$PWD"'/other",
            "options": ["bind"]}' "$(shell 'cat /word; [ -e /proc/1 ] && [ -c /dev/null ]')"
        leaves_nothing run "$caller" || fail "$(cat err)"
        expect_out other
    done
}

the_root_shares_what_its_propagation_says() {
    local caller row
    for caller in $(callers); do
        for row in private: slave: shared:shared unbindable:unbindable; do
            bundle "$caller" "linux['rootfsPropagation'] = '${row%:*}'" \
                "$(shell 'grep -E "^[0-9]+ [0-9]+ [^ ]+ [^ ]+ / " /proc/self/mountinfo')"
            run "$caller" || fail "$(cat err)"
            [ "$(sed 's/ - .*//; s/:[0-9]*//g' out | cut -d ' ' -f 7 | head -1)" = "${row#*:}" ] ||
                fail "$row, as $caller: $(cat out)"
        done
    done
}

a_tmpfs_has_what_it_covers_if_it_shall() {
    local caller
    for caller in $(callers); do
        # shellcheck disable=SC2016
        bundle "$caller" 'root["readonly"] = False' \
            "$(mount_change /etc tmpfs tmpfs "'tmpcopyup', 'nosuid'")" \
            "$(mount_change /var tmpfs tmpfs "'rro', 'tmpcopyup'")" \
            "$(mount_change /run tmpfs tmpfs "")" \
            "$(mount_change /srv/new tmpfs tmpfs "")" \
            "$(shell 'cd /etc; find . | sort; cat a/b/file; readlink a/link; stat -c "%a" a/b/file .
                      touch new; touch /var/x 2>&1; cat /var/full; stat -c %a /run /srv/new')"
        # shellcheck disable=SC2016
        as "$caller" sh -euc 'cd bundle/rootfs; mkdir -p etc/a/b etc/c; echo one >etc/a/b/file
            chmod 751 etc; chmod 640 etc/a/b/file; ln -s ../nowhere etc/a/link; mkfifo etc/c/pipe
            echo full >var/full; chmod 711 run
            i=0; while [ $i -lt 400 ]; do i=$((i + 1)); : >etc/c/$i; done; rm etc/c/[1-9]*'
        run "$caller" || fail "$(cat err)"
        expect_out ".
./a
./a/b
./a/b/file
./a/link
./c
./c/pipe
./group
./passwd
one
../nowhere
640
751
touch: /var/x: Read-only file system
full
711
1777"
        [ ! -e bundle/rootfs/etc/new ] || fail "it was made in the root"
    done
}

a_directory_of_many_names_is_copied_whole() {
    [ "$(id -u)" -eq 0 ] || return 0
    bundle root "$(mount_change /etc tmpfs tmpfs "'tmpcopyup'")" \
        "$(shell 'find /etc/many -type f | wc -l; find /etc/many -type d | wc -l')"
    mkdir bundle/rootfs/etc/many
    (cd bundle/rootfs/etc/many && for i in $(seq 300); do
        mkdir "directory-with-a-long-name-$i"
        : >"directory-with-a-long-name-$i/file"
        : >"file-with-a-long-name-$i"
    done)
    run root || fail "$(cat err)"
    expect_out '600
301'
}

what_is_mounted_changes_with_remount() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(mount_change /tmp tmpfs tmpfs "'size=64k'")" \
            "$(mount_change /tmp none none "'remount', 'bind', 'ro', 'noexec'")" \
            "$(mount_change /var tmpfs tmpfs "")" \
            "$(mount_change /var tmpfs tmpfs "'remount', 'size=128k', 'nosuid'")" \
            "$(shell 'grep -E " /(tmp|var) " /proc/mounts | cut -d " " -f 2-4 |
                          sed "s/,uid=.*//"')"
        run "$caller" || fail "$(cat err)"
        [ "$(sed 's/,inode64//' out)" = '/tmp tmpfs ro,noexec,relatime,size=64k
/var tmpfs rw,nosuid,relatime,size=128k,mode=755' ] || fail "$(cat out)"
        bundle "$caller" "$(mount_change /etc none none "'remount', 'bind', 'ro'")" "$(shell true)"
        leaves_nothing expect_status 1 run "$caller"
        grep -q "mounts\[[67]\]: '/etc' is no mount that could change" err || fail "$(cat err)"
    done
}

a_dev_that_is_read_only_has_all_that_belongs_there() {
    local caller
    for caller in $(callers); do
        bundle "$caller" 'mounts[1]["options"].append("ro")' \
            "$(shell 'ls -d /dev/pts /dev/shm/. /dev/null /dev/fd; echo y >/dev/shm/x
                      cat /dev/shm/x; : >/dev/x')"
        expect_status 1 run "$caller"
        expect_out '/dev/fd
/dev/null
/dev/pts
/dev/shm/.
y'
        grep -q "create /dev/x: Read-only file system" err || fail "$(cat err)"
    done
}

a_user_namespace_keeps_what_a_mount_of_outside_may_not() {
    [ "$(id -u)" -eq 0 ] || return 0
    mkdir -p area
    chmod 755 area
    bundle user "$(mount_change /kept bind "$PWD/area" "'rbind', 'noexec'")" \
        "$(shell 'grep " /kept " /proc/mounts | cut -d " " -f 4 | cut -d , -f 1-4')"
    cat >try <<'END'
set -eu
mount -t tmpfs -o nosuid,nodev,ro area area
exec setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all --inh-caps=-all \
    cupel-oci --root "$1" run --bundle bundle case
END
    unshare --mount --propagation private sh try "$(state_root user)" >out 2>err ||
        fail "$(cat err)"
    expect_out 'ro,nosuid,nodev,noexec'
    change 'mounts[-1]["options"] = ["rbind", "suid"]'
    expect_status 1 unshare --mount --propagation private sh try "$(state_root user)" >out 2>err
    grep -q "it is 'nosuid' outside, which a user namespace may not take away" err ||
        fail "$(cat err)"
}

sysfs_and_proc_of_outside_are_bound_where_they_cannot_be_mounted() {
    bundle user "$(shell 'ls /sys/class/net >/dev/null && ls /proc/1 >/dev/null && echo seen
                          touch /sys/x 2>&1; true')" \
        'linux["namespaces"][:] = [n for n in linux["namespaces"]
                                   if n["type"] not in ("network", "pid", "ipc")]' \
        'mounts[:] = [m for m in mounts if m["type"] != "mqueue"]' \
        'linux["maskedPaths"] = []' 'linux["readonlyPaths"] = []'
    run user || fail "$(cat err)"
    expect_out 'seen
touch: /sys/x: Read-only file system'
}

an_overlay_may_have_many_layers() {
    local caller layers i
    mkdir -p layers
    chmod 777 layers
    for caller in $(callers); do
        rm -rf layers/*
        layers=
        for i in $(seq 12); do
            as "$caller" mkdir "layers/a-directory-with-a-long-name-$i"
            as "$caller" touch "layers/a-directory-with-a-long-name-$i/file-$i"
            layers=$layers${layers:+:}$PWD/layers/a-directory-with-a-long-name-$i
        done
        as "$caller" mkdir layers/upper layers/work
        bundle "$caller" "$(mount_change /over overlay overlay \
            "'lowerdir=$layers', 'upperdir=$PWD/layers/upper', 'workdir=$PWD/layers/work',
             'nodev', 'userxattr'")" \
            "$(shell 'ls /over | wc -l; echo mine >/over/new
                      grep -c "/over overlay rw,nodev" /proc/mounts
                      cut -d " " -f 5 /proc/self/mountinfo | grep -c "^/$"')" \
            'root["readonly"] = False'
        run "$caller" || fail "as $caller: $(cat err)"
        expect_out '12
1
1'
        [ "$(cat layers/upper/new)" = mine ] || fail "the upper layer has: $(ls layers/upper)"
        rm -rf layers/work
    done
}

flags_that_only_mount_knows_reach_the_file_system() {
    local caller
    for caller in $(callers); do
        bundle "$caller" \
            "$(mount_change /tmp tmpfs tmpfs "'iversion', 'sync', 'size=64k', 'nodev'")" \
            "$(mount_change /var tmpfs tmpfs "'nosymfollow', 'dirsync', 'lazytime'")" \
            "$(shell 'grep -E " /(tmp|var) " /proc/mounts | cut -d " " -f 4 | sed "s/,uid=.*//"
                      ln -s /etc/passwd /var/link; cat /var/link 2>&1; true')"
        run "$caller" || fail "$(cat err)"
        [ "$(sed 's/,inode64//' out)" = 'rw,sync,nodev,relatime,size=64k
rw,dirsync,lazytime,relatime,nosymfollow,mode=755
cat: can'"'"'t open '"'/var/link'"': Too many levels of symbolic links' ] || fail "$(cat out)"
    done
}

run_tests \
    ids_of_a_bind_mount_are_mapped \
    what_a_container_of_mapped_ids_makes_belongs_to_root_outside \
    what_root_of_a_user_namespace_may_not_reach_is_bound \
    what_is_not_there_has_one_sentence \
    a_file_system_that_cannot_map_ids_is_named_with_its_option \
    a_mount_over_the_root_is_the_root \
    mounts_of_outside_are_seen_by_a_slave_and_shared_with_a_peer \
    the_root_shares_what_its_propagation_says \
    a_tmpfs_has_what_it_covers_if_it_shall \
    a_directory_of_many_names_is_copied_whole \
    what_is_mounted_changes_with_remount \
    a_dev_that_is_read_only_has_all_that_belongs_there \
    a_user_namespace_keeps_what_a_mount_of_outside_may_not \
    sysfs_and_proc_of_outside_are_bound_where_they_cannot_be_mounted \
    an_overlay_may_have_many_layers \
    flags_that_only_mount_knows_reach_the_file_system
