# shellcheck shell=sh
# For the cases in which podman runs containers on cupel-oci, as root or as a plain user:
# . "$CUPEL_SOURCE/vm/lib/podman.sh"
# shellcheck source=vm/lib/container.sh
. "$CUPEL_SOURCE/vm/lib/container.sh"
[ "$(id -u)" -eq 0 ] && me=root || me=user

# What podman keeps elsewhere, whatever it is told; and, of a user, the process that keeps the user
# namespace of all its containers.
clean() {
    if [ "$me" = user ]; then
        pause=$(cat tmp/libpod/pause.pid 2>/dev/null) && kill -KILL "$pause"
        rm -f /dev/shm/libpod_rootless_lock_1000
        rmdir /sys/fs/cgroup/case/pods 2>/dev/null || true
        return
    fi
    rm -rf /dev/shm/libpod_lock /etc/cni /var/lib/containers /run/cupel-oci
    rmdir /var/lib /sys/fs/cgroup/libpod_parent/conmon /sys/fs/cgroup/libpod_parent \
        2>/dev/null || true
}

# podman with all that it keeps below the working directory.
pod() {
    podman --root "$PWD/storage" --runroot "$PWD/run" --tmpdir "$PWD/tmp/libpod" \
        --storage-driver vfs --cgroup-manager "${manager:-cgroupfs}" "$@"
}

# The cgroup that a user was given, if any, which can be with v2 alone: without systemd, podman asks
# for none that is not named.
# shellcheck disable=SC2034 # for those who source this
parent='' has_cgroups=yes
if [ "$me" = user ] && [ "${manager-}" != systemd ]; then
    if [ -w /sys/fs/cgroup/case ]; then
        parent='--cgroup-parent /case/pods'
    else
        # shellcheck disable=SC2034 # likewise
        has_cgroups=''
    fi
fi
# shellcheck disable=SC2034 # for those who source this
run="run --network none $parent"

# limit V2 V1: the name that this limit has in a container, of that file in a cgroup of v2 or v1.
limit() {
    if [ "$CUPEL_CGROUP" = v2 ]; then
        echo "/sys/fs/cgroup/$1"
    else
        echo "/sys/fs/cgroup/${2%%.*}/$2"
    fi
}

# Has podman keep all that it can below the working directory, and makes the image
# localhost/busybox, without a network.
prepare_podman() {
    trap clean EXIT
    mkdir -p home etc storage run tmp
    export HOME="$PWD/home" TMPDIR="$PWD/tmp" CONTAINERS_CONF="$PWD/etc/containers.conf"
    if [ "$me" = user ] && [ "${manager-}" != systemd ]; then # whose systemd has one
        mkdir -m 700 runtime
        export XDG_RUNTIME_DIR="$PWD/runtime"
    fi
    echo '{ "default": [{ "type": "insecureAcceptAnything" }] }' >etc/policy.json
    conmon=$(command -v conmon)
    # Else podman would have more of both, which not every root may have. The soft limit is as the
    # hard one: podman 4.3 takes the one for the other where it makes a pod's first container.
    own_limits=$(awk '{ gsub("unlimited", "-1") }
        /^Max open files/ { files = $5 ":" $5 }
        /^Max processes/ { processes = $4 ":" $4 }
        END { printf "\"nofile=%s\", \"nproc=%s\"", files, processes }' /proc/self/limits)
    runtime=$(command -v cupel-oci)
    cat >etc/containers.conf <<END
[containers]
default_sysctls = []
default_ulimits = [$own_limits]
log_driver = "k8s-file"
pids_limit = 100
[engine]
cgroup_manager = "${manager:-cgroupfs}"
events_logger = "none"
runtime = "cupel-oci"
conmon_path = ["$conmon"]
infra_image = "localhost/busybox"
[engine.runtimes]
cupel-oci = ["$runtime"]
[network]
network_backend = "cni"
END

    make_root root
    for applet in ip ls grep mount stat id touch; do
        ln -sf busybox root/bin/$applet
    done
    mkdir -p root/etc root/tmp root/data
    echo data >root/data/file
    tar -c -f root.tar -C root .
    pod import --signature-policy etc/policy.json --change 'CMD ["/bin/sleep", "1000"]' \
        root.tar localhost/busybox >log 2>&1 ||
        fail "import: $(cat log)"
}
