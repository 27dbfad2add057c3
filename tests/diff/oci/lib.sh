# shellcheck shell=sh
# For the cases that run the same config through cupel-oci, crun and runc, and compare what a
# program in the container sees (probe.h):
#
#   row NAME WHO [VARIABLE=VALUE]…   runs the config that standard() and these assignments make, if
#                                    WHO ("root", "user", "both") is who runs the case
#   config_row NAME                  the same with the config that the function config prints
#   judge                            fails if a difference is not in explained.tsv, or a row of that
#                                    explains none
#
# The container is the same for all: ./bundle, made anew for each, with the same name.
: >seen
runtimes='cupel-oci crun runc'
[ "$(id -u)" -eq 0 ] && me=root || me=user
enter='' # what the runtimes are called by, where that is not this shell itself
outside=$(find /proc/self/ns -type l -exec readlink {} \; | tr '\n' ' ')
program="\"/bin/probe\", \"$outside\""

# What a row starts from: members of objects of config.json.
standard() {
    terminal=false
    args=$program
    user='"uid": 0, "gid": 0'
    env='"PATH=/bin", "HOME=/"'
    cwd=/
    few='["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_MKNOD", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT"]'
    capabilities="\"bounding\": $few, \"effective\": $few, \"permitted\": $few"
    process='"noNewPrivileges": true'
    root='"path": "rootfs", "readonly": true'
    names='"hostname": "inside",'
    namespaces='{ "type": "pid" }, { "type": "mount" }, { "type": "uts" }, { "type": "ipc" },
        { "type": "network" }, { "type": "cgroup" }'
    proc='{ "destination": "/proc", "type": "proc", "source": "proc",
            "options": ["nosuid", "noexec", "nodev"] },
        { "destination": "/dev", "type": "tmpfs", "source": "tmpfs",
            "options": ["nosuid", "strictatime", "mode=755", "size=65536k"] },
        { "destination": "/dev/pts", "type": "devpts", "source": "devpts",
            "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"] },
        { "destination": "/dev/shm", "type": "tmpfs", "source": "shm",
            "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"] },
        { "destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue",
            "options": ["nosuid", "noexec", "nodev"] }'
    sys='{ "destination": "/sys", "type": "sysfs", "source": "sysfs",
            "options": ["nosuid", "noexec", "nodev", "ro"] },
        { "destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
            "options": ["nosuid", "noexec", "nodev", "relatime", "ro"] }'
    mounts=''
    cgroup='"cgroupsPath": "/case/box",'
    resources='"devices": [{ "allow": false, "access": "rwm" }]'
    maps=''
    [ "$me" = root ] || own_id
    linux='"maskedPaths": ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list",
            "/sys/firmware"],
        "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]'
    more=''
    prepare=''
}

# A plain user is root inside.
own_id() {
    namespaces="{ \"type\": \"user\" }, $namespaces"
    maps='"uidMappings": [{ "containerID": 0, "hostID": '$(id -u)', "size": 1 }],
        "gidMappings": [{ "containerID": 0, "hostID": '$(id -g)', "size": 1 }],'
}

config() {
    cat <<END_OF_CONFIG
{
    "ociVersion": "1.0.2",
    "process": {
        "terminal": $terminal,
        "user": { $user },
        "args": [$args],
        "env": [$env],
        "cwd": "$cwd",
        "capabilities": { $capabilities },
        $process
    },
    "root": { $root },
    $names
    "mounts": [ $proc, $sys $mounts ],
    "linux": {
        "namespaces": [$namespaces],
        $maps $cgroup
        "resources": { $resources },
        $linux
    }
    $more
}
END_OF_CONFIG
}

make_template() {
    mkdir -p template/rootfs/bin template/rootfs/etc template/rootfs/data template/rootfs/tmp \
        template/rootfs/plain template/volume state
    for place in proc dev sys; do
        mkdir template/rootfs/$place
    done
    chmod 1777 template/rootfs/tmp
    chmod 700 state
    cp "$CUPEL_BIN/oci-probe" template/rootfs/bin/probe
    echo root:x:0:0:root:/:/bin/sh >template/rootfs/etc/passwd
    echo data >template/rootfs/data/file
    echo volume >template/volume/file
    : >template/input
}

# run_by RUNTIME NAME: what it comes to goes to ./seen.
run_by() {
    rm -rf bundle out err
    cp -a template bundle
    config >bundle/config.json
    eval "$prepare"
    wrapper=''
    [ "$terminal" = false ] || wrapper="$CUPEL_BIN/oci-probe terminal"
    status=0
    # shellcheck disable=SC2086 # words, or none
    $enter timeout 60 $wrapper "$1" --root "$PWD/state/$1" run --bundle bundle box \
        >out 2>err <bundle/input || status=$?
    # A line whose end belongs to a log is no fact.
    if [ "$status" -eq 42 ]; then
        echo 'outcome	runs' >>out
        [ ! -e bundle/facts ] || cat bundle/facts >>out
    else
        echo 'outcome	refused' >out
        echo "said	$(tr '\t\n' '  ' <err)" >>out
        # shellcheck disable=SC2086 # words, or none
        $enter "$1" --root "$PWD/state/$1" delete --force box >/dev/null 2>&1 || true
    fi
    awk -v "OFS=\t" -v "row=$2" -v "runtime=$1" 'NF { print row, runtime, $0 }' out >>seen
}

config_row() {
    for runtime in $runtimes; do
        run_by "$runtime" "$1"
    done
}

row() {
    name=$1
    [ "$2" = both ] || [ "$2" = "$me" ] || return 0
    shift 2
    standard
    for word; do
        eval "${word%%=*}=\${word#*=}"
    done
    config_row "$name"
}

# A difference is of the one who stands alone with what it shows: 'cupel', 'crun', 'runc'; 'all' if
# each shows something else, or if two do and the third has not come so far.
judge() {
    # What the others do not remove.
    rm -rf "$XDG_RUNTIME_DIR/runc" "$XDG_RUNTIME_DIR/crun"
    find /sys/fs/cgroup/case -mindepth 1 -depth -type d ! -path '*/test' -exec rmdir {} \; \
        2>/dev/null || true
    awk -F '\t' -v "me=$me" -f "$CUPEL_SOURCE/tests/diff/oci/judge.awk" \
        "$CUPEL_SOURCE/tests/diff/oci/explained.tsv" seen
}
