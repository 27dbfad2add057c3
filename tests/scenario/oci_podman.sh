#!/usr/bin/env bash
# podman with cupel-oci on this machine, whatever cgroups it has: the cases that vm/long has of it
# run in guests with v2. As root, and as a plain user with subordinate ids.
set -euo pipefail
# Of their own: where podman keeps things whatever it is told, all processes, and the directory in
# which it looks for hierarchies, and makes those directories that it does not find.
scenario_unshare=(--mount --propagation private)
[ "$(id -u)" -eq 0 ] || {
    echo "skipped: needs root"
    exit 77
}
# shellcheck source=tests/scenario/scenario.bash
source "$(dirname "$0")/scenario.bash"
needs podman podman
needs conmon conmon
needs newuidmap uidmap
nobody=65534

# mount_hierarchies: the machine's, in a directory of our own. Sets CUPEL_CGROUP.
mount_hierarchies() {
    local type place
    export CUPEL_CGROUP=v1
    if [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]; then
        CUPEL_CGROUP=v2
        return
    fi
    mkdir hierarchies
    mount -t tmpfs -o mode=755 tmpfs hierarchies
    while read -r _ place type _; do
        case $type:$place in
            cgroup*:/sys/fs/cgroup/*) ;;
            *) continue ;;
        esac
        [ "$type" = cgroup ] || CUPEL_CGROUP=hybrid
        mkdir "hierarchies/${place#/sys/fs/cgroup/}"
        mount --bind "$place" "hierarchies/${place#/sys/fs/cgroup/}"
    done </proc/mounts
    mount --rbind hierarchies /sys/fs/cgroup
}

# case_of NAME CALLER: the case of vm/long, in an empty directory, by that caller. podman wants a
# short path.
case_of() {
    local becoming=() place=${1#podman-}
    place=$2-${place%%-*}
    mkdir "$place"
    if [ "$2" = user ]; then
        chown $nobody:$nobody "$place"
        becoming=(setpriv "--reuid=$nobody" "--regid=$nobody" --clear-groups)
    fi
    (cd "$place" && env "HOME=$PWD" "${becoming[@]}" busybox sh "$CUPEL_SOURCE/vm/long/$1") \
        >"$1.log" 2>&1 </dev/null || fail "$1 as $2: exit status $?"
}

podman_runs_containers_as_root() {
    case_of podman-runs-containers-on-cupel-oci root
}

podman_uses_running_containers_as_root() {
    case_of podman-uses-running-containers-of-cupel-oci root
}

podman_runs_containers_as_a_user() {
    case_of podman-runs-containers-on-cupel-oci user
}

podman_uses_running_containers_as_a_user() {
    case_of podman-uses-running-containers-of-cupel-oci user
}

# Of ours, which were not there.
remove_groups() {
    find /sys/fs/cgroup -depth -type d -path '*/libpod_parent*' -exec rmdir {} + || true
}

[ -z "$(find /sys/fs/cgroup -name libpod_parent)" ] || {
    echo "skipped: podman has containers here"
    exit 77
}
mount -t proc proc /proc
mount_hierarchies
for place in /run /dev/shm /var/lib; do
    mount -t tmpfs -o mode=755 tmpfs "$place"
done
chmod 1777 /dev/shm
mknod -m 666 /run/tun c 10 200 # for all, as udev makes it
mount --bind /run/tun /dev/net/tun
cp -R /etc etc
mount --bind etc /etc
echo "nobody:100000:65536" | tee /etc/subuid >/etc/subgid
trap 'on_exit; remove_groups' EXIT

run_tests \
    podman_runs_containers_as_root \
    podman_uses_running_containers_as_root \
    podman_runs_containers_as_a_user \
    podman_uses_running_containers_as_a_user
