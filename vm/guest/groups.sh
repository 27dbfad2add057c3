# shellcheck shell=sh
# The guest's cgroups, for its own scripts. $CUPEL_CGROUP is the mode that the host asked for:
#   v2       one tree, with all controllers
#   v1       a hierarchy for each controller, as systemd mounts them, and one without any
#   hybrid   the same, and the v2 tree, with what v1 does not have, in /sys/fs/cgroup/unified
# A run has a group 'case' of its own. Under v2 it is given to whoever runs, with all controllers
# enabled for its children, and the run starts in its leaf 'test', as the processes of a session do
# under systemd; under v1 a user can be given none.

# word NAME: sets $value to what the kernel's command line says of NAME, or to nothing.
word() {
    value=
    read -r words </proc/cmdline
    for said in $words; do
        [ "${said%%=*}" != "$1" ] || value=${said#*=}
    done
}

# delegate GROUP: makes its controllers available to its children.
delegate() {
    read -r names <"$1/cgroup.controllers"
    controllers=
    for name in $names; do
        controllers="$controllers +$name"
    done
    echo "$controllers" >"$1/cgroup.subtree_control"
}

# Sets $CUPEL_CGROUP, mounts the trees, and makes the controllers there available.
mount_cgroups() {
    word cupel.cgroup
    export CUPEL_CGROUP="$value"
    if [ "$CUPEL_CGROUP" = v2 ]; then
        mount -t cgroup2 -o nsdelegate cgroup2 /sys/fs/cgroup
        delegate /sys/fs/cgroup
        return
    fi
    mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
    for name in cpuset cpu,cpuacct blkio memory devices freezer net_cls,net_prio perf_event \
        hugetlb pids rdma misc; do
        mount_v1 "$name" "$name"
    done
    mount_v1 systemd none,name=systemd
    if [ -d /sys/fs/cgroup/cpuset ]; then # else nothing could enter a new group
        echo 1 >/sys/fs/cgroup/cpuset/cgroup.clone_children
    fi
    if [ "$CUPEL_CGROUP" = hybrid ]; then
        mkdir /sys/fs/cgroup/unified
        mount -t cgroup2 -o nsdelegate cgroup2 /sys/fs/cgroup/unified
    fi
}

# mount_v1 NAME OPTIONS: unless the kernel does not have it.
mount_v1() {
    mkdir "/sys/fs/cgroup/$1"
    if ! mount -t cgroup -o "$2" cgroup "/sys/fs/cgroup/$1" 2>/dev/null; then
        rmdir "/sys/fs/cgroup/$1"
        return
    fi
    case $1 in
        *,*)
            ln -s "$1" "/sys/fs/cgroup/${1%,*}"
            ln -s "$1" "/sys/fs/cgroup/${1#*,}"
            ;;
    esac
}

# press WHAT: the group gets little of it.
press() {
    case $1 in
        memory) echo 16777216 >"$group/memory.max" ;;
        pids) echo 12 >"$group/pids.max" ;;
    esac
}

# make_group OWNER
make_group() {
    if [ "$CUPEL_CGROUP" != v2 ]; then
        find /sys/fs/cgroup -mindepth 1 -maxdepth 1 -type d | sed 's,$,/case,' | xargs mkdir
        return
    fi
    group=/sys/fs/cgroup/case
    mkdir "$group" "$group/test"
    delegate "$group"
    word cupel.press
    press "$value"
    set -- "$1" "$group" "$group/test"
    while read -r file; do
        [ ! -e "$group/$file" ] || set -- "$@" "$group/$file" "$group/test/$file"
    done </sys/kernel/cgroup/delegate
    chown "$@"
}

# The calling process enters the group.
enter_group() {
    for procs in /sys/fs/cgroup/case/test/cgroup.procs /sys/fs/cgroup/*/case/cgroup.procs; do
        [ ! -e "$procs" ] || echo 0 >"$procs" || return 1
    done
}

# Whether there is none below the group; where only a look at each could tell, there may be some.
is_empty() {
    [ "$CUPEL_CGROUP" = v2 ] || return 1
    while read -r key value; do
        [ "$key $value" != 'populated 0' ] || return 0
    done <"$group/cgroup.events"
    return 1
}

# Prints the processes below the group.
group_processes() {
    find /sys/fs/cgroup -path '*/case*' -name cgroup.procs -exec cat {} + 2>/dev/null | sort -u
}

# Ends the processes of all groups, and takes the groups away.
remove_groups() {
    depth=1
    [ "$CUPEL_CGROUP" = v2 ] || depth=2
    find /sys/fs/cgroup -mindepth "$depth" -depth -type d | {
        set --
        while read -r directory; do
            while read -r _ 2>/dev/null <"$directory/cgroup.procs"; do
                xargs kill -9 <"$directory/cgroup.procs" 2>/dev/null
                usleep 10000
            done
            set -- "$@" "$directory"
        done
        [ $# -eq 0 ] || rmdir "$@" 2>/dev/null
    }
}
