#!/usr/bin/env bash
# `cupel run` of an image, as root and as a plain user without subordinate ids: what the container
# is, what it may use, and that it leaves nothing.
# shellcheck source=tests/scenario/image.bash
source "$(dirname "$(readlink -f "$0")")/image.bash"

image=$registry/busybox:1
if [ "$(id -u)" -ne 0 ] || ! grep -q ' 4294967295$' /proc/self/uid_map; then
    echo "skipped: needs root, to be root and to become a plain user"
    exit 77
fi

as_root() {
    cupel --store "$store" "$@"
}

# As nobody, who has a home and a copy of the program where it may be read.
as_user() {
    setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all env -i \
        HOME="$PWD/home" PATH="$PWD/bin:/usr/sbin:/usr/bin:/sbin:/bin" cupel "$@"
}

# What containers could leave: mounts, processes, files in the store.
world() {
    cat /proc/self/mounts
    sort /proc/[0-9]*/comm 2>/dev/null | grep -E '^(cupel|busybox|sh|sleep|slirp|httpd)' || true
    inventory "$store"
    inventory home/.local/share/cupel
}

# Cgroups are those of the whole machine, where other tests make and remove theirs meanwhile: only
# names that containers get here count.
cgroups() {
    find /sys/fs/cgroup -regextype posix-extended \
        -regex '.*/cupel-([0-9a-f]{12}|run-[0-9]+|kept|busy)' 2>/dev/null | sort
}

no_cgroup_was_added() {
    [ -z "$(comm -13 cgroups.before <(cgroups))" ]
}

# leaves_nothing COMMAND…: its status and output are its own, the world is as before. If it is not,
# all ends here, whatever the caller makes of a status; left.log is printed then.
leaves_nothing() {
    local status=0
    world >before
    cgroups >cgroups.before
    "$@" || status=$?
    world >after
    if ! diff before after >left.log || ! wait_until no_cgroup_was_added >>left.log; then
        echo "it left something: $*" >>left.log
        exit 1
    fi
    return "$status"
}

# expect_status N COMMAND…
expect_status() {
    local wanted=$1 status=0
    shift
    leaves_nothing "$@" >stdout 2>stderr || status=$?
    [ "$status" -eq "$wanted" ] || fail "status $status, not $wanted: $* ($(cat stdout stderr))"
}

# fails_with SENTENCE COMMAND…: 125, and one line that has the sentence in it.
fails_with() {
    local sentence=$1
    shift
    expect_status 125 "$@"
    [ "$(wc -l <stderr)" -eq 1 ] || fail "not one line: $(cat stderr)"
    grep -qF -- "$sentence" stderr || fail "'$sentence' is not in: $(cat stderr)"
}

# for_both FUNCTION: as root and as the user.
for_both() {
    "$1" as_root
    "$1" as_user
}

check_config() {
    leaves_nothing "$1" run --rm "$image" >out
    [ "$(cat out)" = 'the command of the image' ] || fail "$(cat out)"
    # shellcheck disable=SC2016 # for the container's shell
    leaves_nothing "$1" run --rm --env B=2 --env A=3 --hostname inside "$image" \
        'echo $A $B $PATH; pwd; hostname; echo $$ of /proc/[0-9]*; id -u; cat /etc/hosts' >out
    diff - out <<'END' || fail "as above"
3 2 /bin
/tmp
inside
1 of /proc/1
0
127.0.0.1	localhost inside
::1	localhost
END
    leaves_nothing "$1" run --rm --entrypoint '' --workdir /bin "$image" pwd >out
    [ "$(cat out)" = /bin ] || fail "$(cat out)"
}

the_config_of_the_image_holds_and_options_win_over_it() {
    for_both check_config
}

check_status() {
    expect_status 0 "$1" run --rm "$image" true
    expect_status 7 "$1" run --rm "$image" 'exit 7'
    expect_status 127 "$1" run --rm --entrypoint none "$image"
    [ "$(wc -l <stderr)" -eq 1 ] || fail "$(cat stderr)"
    expect_status 126 "$1" run --rm --entrypoint /etc/passwd "$image"
    [ "$(wc -l <stderr)" -eq 1 ] || fail "$(cat stderr)"
    fails_with "'nothing:1' is neither an image" "$1" run nothing:1
    fails_with "No such file" "$1" run ./nothing
    fails_with "'No' is no directory, and as the name of an image" "$1" run No
    fails_with "process.cwd" "$1" run --rm --workdir /etc/passwd "$image" true
    fails_with "has no such user" "$1" run --rm --user nobody "$image" true
    fails_with "cannot name a container" "$1" run --rm --name ../x "$image" true
    fails_with "is no size" "$1" run --rm --memory 1x "$image" true
    fails_with "says no command" "$1" run --rm --entrypoint '' "$image"
}

# begins_at COLUMN TEXT: where the column of ./table begins; several lines if it is not straight.
begins_at() {
    awk -v header="$1" -v text="$2" '{ print index($0, NR == 1 ? header : text) }' table | uniq
}

the_columns_of_ps_are_straight() {
    as_root run --name a-name-that-is-longer-than-names-are-usually "$image" true
    as_root run --name b "$image" true
    as_root ps >table
    [ "$(begins_at IMAGE 127.0.0.1 | wc -l)" -eq 1 ] || fail "$(cat table)"
    [ "$(begins_at COMMAND /bin/sh | wc -l)" -eq 1 ] || fail "$(cat table)"
    as_root rm a-name-that-is-longer-than-names-are-usually b
}

the_exit_status_says_who_failed() {
    for_both check_status
}

# A container that is kept, one that is not, and the image below both.
check_places() {
    "$1" run --name kept "$image" 'echo mine >/file; rm /etc/replaced; mkdir /opaque/new2'
    leaves_nothing "$1" run --rm "$image" 'ls /file /opaque; cat /etc/replaced' >out 2>err || true
    [ "$(tr '\n' ' ' <out)" = '/opaque: new above ' ] || fail "another container saw: $(cat out)"
    fails_with "there is one of that name" "$1" run --name kept "$image" true
    fails_with "the container 'kept' was made of it" "$1" rmi "$image"
    "$1" ps >out
    grep -q '^kept  *exited (0) ' out || fail "$(cat out)"
    "$1" rm kept
    [ "$("$1" ps | wc -l)" -eq 1 ] || fail "$("$1" ps)"
    fails_with "there is no container 'kept'" "$1" rm kept
}

each_container_writes_in_a_place_of_its_own() {
    for_both check_places
}

check_running() {
    local pid
    mkfifo says hears
    "$1" run --rm --name busy "$image" 'echo up; cat >/dev/null; exit 9' <hears >says &
    pid=$!
    exec 5>hears
    read -r _ <says
    "$1" ps | grep -q '^busy  *running ' || fail "$("$1" ps)"
    fails_with "it is running" "$1" rm busy
    fails_with "busy" "$1" rmi "$image"
    leaves_nothing "$1" run --rm "$image" 'echo a second one' >out
    grep -q second out
    exec 5>&-
    wait "$pid" || [ $? -eq 9 ]
    rm says hears
    [ "$("$1" ps | wc -l)" -eq 1 ] || fail "$("$1" ps)"
}

a_running_container_is_seen_and_cannot_be_removed() {
    for_both check_running
}

check_volumes() {
    rm -rf volume
    mkdir volume
    echo outside >volume/file
    chmod -R a+rwX volume
    leaves_nothing "$1" run --rm -v "$PWD/volume:/v" "$image" \
        'cat /v/file; echo inside >/v/new' >out
    [ "$(cat out volume/new)" = $'outside\ninside' ] || fail "$(cat out volume/new)"
    expect_status 1 "$1" run --rm -v "$PWD/volume:/v:ro" "$image" 'echo inside >/v/newer'
    grep -q 'Read-only file system' stderr || fail "$(cat stderr)"
    leaves_nothing "$1" run --rm -v ./volume/file:/etc/file:ro "$image" 'cat /etc/file' >out
    [ "$(cat out)" = outside ] || fail "$(cat out)"
    fails_with "No such file" "$1" run --rm -v "$PWD/none:/v" "$image" true
    fails_with "is not HOST:CONTAINER" "$1" run --rm -v /v "$image" true
    fails_with "neither ro nor rw" "$1" run --rm -v "$PWD/volume:/v:z" "$image" true
    fails_with "no absolute path" "$1" run --rm -v "$PWD/volume:v" "$image" true
}

volumes_are_shared_and_read_only_ones_are() {
    for_both check_volumes
}

root_can_be_another_user_and_a_user_cannot() {
    leaves_nothing as_root run --rm --user guest "$image" 'id; touch /file' >out 2>&1 || true
    grep -q 'uid=1234(guest) gid=1234' out || fail "$(cat out)"
    grep -q 'Permission denied' out || fail "$(cat out)"
    leaves_nothing as_root run --rm --user 77:88 "$image" 'id -u; id -g' >out
    [ "$(cat out)" = $'77\n88' ] || fail "$(cat out)"
    fails_with "it has the user 0 alone" as_user run --rm --user guest "$image" true
}

limits_hold_for_root_and_are_refused_where_no_cgroup_is_the_users() {
    if ! [ -w /sys/fs/cgroup/pids ] && ! [ -w /sys/fs/cgroup/cgroup.procs ]; then
        echo "    without limits: no cgroup file system can be written here"
        return
    fi
    leaves_nothing as_root run --rm --pids-limit 4 "$image" \
        'sleep 1 & sleep 1 & sleep 1 & sleep 1 & sleep 1 & wait' >out 2>&1 || true
    grep -q "can't fork" out || fail "$(cat out)"
    expect_status 137 as_root run --rm --memory 16m --entrypoint /bin/tail "$image" \
        -c 64000000 /dev/zero
    fails_with "cgroup" as_user run --rm --pids-limit 4 "$image" true
}

the_network_is_empty_or_that_of_the_caller() {
    ip addr add 192.0.2.1/32 dev lo
    for who in as_root as_user; do
        leaves_nothing "$who" run --rm "$image" 'cat /proc/net/dev' >out
        [ "$(grep -c : out)" -eq 1 ] || fail "more than loopback: $(cat out)"
        leaves_nothing "$who" run --rm --network host "$image" \
            'cat /proc/net/fib_trie; ls /sys/class/net' >out
        grep -q 192.0.2.1 out || fail "$(cat out)"
        grep -qx lo out || fail "$(cat out)"
    done
}

slirp4netns_leads_out_but_not_to_the_loopback_of_this_machine() {
    local who
    command -v slirp4netns >/dev/null || {
        echo "    without slirp4netns: it is not installed"
        return
    }
    [ -e /dev/net/tun ] || {
        echo "    without slirp4netns: there is no /dev/net/tun"
        return
    }
    # Everyone may use it, as on most systems; in this mount namespace alone.
    mknod tun c 10 200
    chmod 666 tun
    mount --bind tun /dev/net/tun
    mkdir -p page
    echo hello >page/index.html
    busybox httpd -p 0.0.0.0:8080 -h page
    for who in as_root as_user; do
        leaves_nothing "$who" run --rm --network slirp4netns "$image" \
            'cat /etc/resolv.conf; wget -q -O - http://192.0.2.1:8080/index.html' >out 2>&1
        [ "$(cat out)" = $'nameserver 10.0.2.3\nhello' ] || fail "$(cat out)"
        expect_status 1 "$who" run --rm --network slirp4netns "$image" \
            'busybox nc 10.0.2.2 8080 </dev/null'
    done
}

a_missing_slirp4netns_is_named_with_its_package() {
    fails_with "Debian package slirp4netns" env PATH="$PWD/bin" cupel --store "$store" run \
        --rm --network slirp4netns "$image" true
}

check_rootfs() {
    rm -rf rootfs
    cp -a base rootfs
    chmod -R a+rwX rootfs
    world >before
    "$1" run ./rootfs sh -c 'echo hello from process $$; echo x >/written' >out
    [ "$(cat out)" = 'hello from process 1' ] || fail "$(cat out)"
    [ "$(cat rootfs/written)" = x ]
    world >after
    diff before after || fail "it left something"
    expect_status 127 "$1" run ./rootfs none
    fails_with "says no command" "$1" run ./rootfs
}

a_directory_is_a_root_file_system() {
    for_both check_rootfs
}

# On overlayfs there can be no overlay; then the container has a copy.
without_overlayfs_a_container_has_a_copy() {
    mkdir -p lower upper work merged
    mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay merged || {
        echo "    without: this file system can carry no overlay"
        return
    }
    store=$PWD/merged/store
    as_root pull "$image" >/dev/null
    as_root run --rm "$image" true
    leaves_nothing as_root run --rm "$image" \
        'cat /etc/replaced; echo x >/file; grep " / " /proc/mounts' >out
    grep -q '^above' out || fail "$(cat out)"
    ! grep -q 'lowerdir=/proc/self/fd' out || fail "this is an overlay: $(cat out)"
    umount merged
}

make_image
start_registry
push busybox:1
mkdir home bin
cp "$(command -v cupel)" bin
chown 65534:65534 home
chmod 755 .
as_root pull "$image" >/dev/null
as_user pull "$image" >/dev/null
# The first run makes a directory of the store.
as_root run --rm "$image" true
as_user run --rm "$image" true

run_tests \
    the_config_of_the_image_holds_and_options_win_over_it \
    the_exit_status_says_who_failed \
    the_columns_of_ps_are_straight \
    each_container_writes_in_a_place_of_its_own \
    a_running_container_is_seen_and_cannot_be_removed \
    volumes_are_shared_and_read_only_ones_are \
    root_can_be_another_user_and_a_user_cannot \
    limits_hold_for_root_and_are_refused_where_no_cgroup_is_the_users \
    the_network_is_empty_or_that_of_the_caller \
    slirp4netns_leads_out_but_not_to_the_loopback_of_this_machine \
    a_missing_slirp4netns_is_named_with_its_package \
    a_directory_is_a_root_file_system \
    without_overlayfs_a_container_has_a_copy
