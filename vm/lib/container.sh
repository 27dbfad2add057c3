# shellcheck shell=sh
# For the cases that run containers: . "$CUPEL_SOURCE/vm/lib/container.sh"

# fail SENTENCE
fail() {
    echo "$*" >&2
    exit 1
}

# make_root DIRECTORY: a root file system of busybox with a few names (300 would take an emulated
# processor seconds).
make_root() {
    mkdir -p "$1/bin" "$1/proc" "$1/dev"
    cp /bin/busybox "$1/bin"
    for applet in sh cat head hostname id nc sleep tail; do
        ln -sf busybox "$1/bin/$applet"
    done
}

# make_bundle SCRIPT [LIMITS]: makes ./bundle, a container in which the shell runs SCRIPT; LIMITS
# are members of linux.resources. The namespaces are all but time, and a plain user is root inside.
make_bundle() {
    make_root bundle/rootfs
    echo "$1" >bundle/rootfs/script
    user='' maps=''
    if [ "$(id -u)" -ne 0 ]; then
        user='{ "type": "user" },'
        maps='"uidMappings": [{ "containerID": 0, "hostID": '$(id -u)', "size": 1 }],
        "gidMappings": [{ "containerID": 0, "hostID": '$(id -g)', "size": 1 }],'
    fi
    cat >bundle/config.json <<END
{
    "ociVersion": "1.0.2",
    "process": {
        "args": ["sh", "/script"],
        "cwd": "/",
        "env": ["PATH=/bin"],
        "user": { "uid": 0, "gid": 0 }
    },
    "root": { "path": "rootfs", "readonly": true },
    "hostname": "inside",
    "mounts": [
        { "destination": "/proc", "type": "proc", "source": "proc" },
        { "destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["mode=755"] }
    ],
    "linux": {
        "namespaces": [
            $user
            { "type": "pid" }, { "type": "mount" }, { "type": "uts" }, { "type": "ipc" },
            { "type": "network" }, { "type": "cgroup" }
        ],
        $maps
        "resources": { ${2-} }
    }
}
END
}
