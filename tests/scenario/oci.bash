# shellcheck shell=bash
# What the oci_*.sh scenarios share: bundles, callers, and a look at what is left afterwards. Each
# test runs as root and as a user where it can; who may run what is in its name or not at all.
# shellcheck disable=SC2034 # for scenario.bash
scenario_network=host
# shellcheck source=tests/scenario/scenario.bash
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/scenario.bash"

# Whatever a test that failed has left running.
take_down() {
    local caller
    for caller in root user; do
        [ ! -d "state-$caller" ] ||
            as "$caller" cupel-oci --root "$PWD/state-$caller" delete --force "${name:-case}" ||
            true
    done
}
trap 'on_exit; take_down' EXIT

nobody=65534
[ -x /bin/busybox ] || needs busybox busybox-static

# callers: root and a user, or the user alone that runs this.
callers() {
    [ "$(id -u)" -ne 0 ] || echo root
    echo user
}

# become CALLER: sets $becoming to the words that give a command that caller's rights, and a user's
# none but its own. The command keeps their process.
become() {
    becoming=(env XDG_RUNTIME_DIR=)
    [ "$1" = user ] && [ "$(id -u)" -eq 0 ] || return 0
    becoming+=(setpriv "--reuid=$nobody" "--regid=$nobody" --clear-groups --inh-caps=-all
        --bounding-set=-all)
}

# as CALLER COMMAND…: with that caller's rights.
as() {
    become "$1"
    shift
    "${becoming[@]}" "$@"
}

# bundle CALLER [CHANGE…]: makes ./bundle for the caller, with the changes to its config, each a
# line of Python such as 'process["args"] = ["true"]'.
bundle() {
    local caller=$1
    shift
    rm -rf bundle
    mkdir place
    [ "$caller" = root ] || [ "$(id -u)" -ne 0 ] || chown $nobody:$nobody place
    # The second is a copy of the first, which takes a process for each name in it to make.
    if [ -d "template-$caller" ]; then
        as "$caller" cp -a "template-$caller" place/bundle
    else
        as "$caller" "$here/../make-busybox-bundle" place/bundle
        as "$caller" cp -a place/bundle place/template
        mv place/template "template-$caller"
    fi
    mv place/bundle bundle
    rmdir place
    change "$@"
}

# change CHANGE…: changes bundle/config.json, as bundle does.
change() {
    /usr/bin/python3 - "$@" <<'END'
import json, sys

config = json.load(open("bundle/config.json", encoding="utf-8"))
for change in sys.argv[1:]:
    exec(change, dict(config, config=config))
with open("bundle/config.json", "w", encoding="utf-8") as stream:
    json.dump(config, stream, indent=1)
END
}

# shell COMMANDS: the change that makes a shell run them.
shell() {
    /usr/bin/python3 -c 'import sys; print("process[\"args\"] =", ["sh", "-c", sys.argv[1]])' "$1"
}

# run CALLER [OPTION…]: the container "case" from ./bundle; its output is in ./out, and ./err.
run() {
    local caller=$1
    shift
    as "$caller" cupel-oci --root "$(state_root "$caller")" run --bundle bundle "$@" case \
        >out 2>err </dev/null
}

# state_root CALLER: where the caller's containers are known, beside all others on this machine.
state_root() {
    mkdir -p "state-$1"
    chmod 700 "state-$1"
    [ "$1" = root ] || [ "$(id -u)" -ne 0 ] || chown $nobody:$nobody "state-$1"
    echo "$PWD/state-$1"
}

# oci CALLER WORD…: cupel-oci, where the caller's containers are known.
oci() {
    local caller=$1
    shift
    as "$caller" cupel-oci --root "$(state_root "$caller")" "$@"
}

# detach CALLER [CHANGE…]: the container "case", which waits, from a bundle with the changes.
detach() {
    local caller=$1
    shift
    bundle "$caller" "$(shell 'exec sleep 1000')" "$@"
    oci "$caller" run --detach --bundle bundle case >out 2>err </dev/null || fail "$(cat err)"
}

# start_limited COMMANDS [CHANGE…]: the container "case" of root in a cgroup of its own, until its
# program runs.
start_limited() {
    local commands=$1
    shift
    bundle root "$(shell "echo up; $commands")" 'linux["cgroupsPath"] = "/cupel-case"' "$@"
    : >out
    oci root run --detach --bundle bundle case >out 2>err </dev/null || fail "$(cat err)"
    wait_until grep -q up out
}

# Everything of this machine that a container could leave behind.
inventory() {
    sed 's/^[0-9]* [0-9]* //' /proc/self/mountinfo
    find /sys/fs/cgroup -type d -name '*cupel-case*'
    # Compiled filters are kept for the next container.
    find . -mindepth 2 -not -path '*/.filters*' | sort
}

# leaves_nothing COMMAND…: fails if the command leaves something behind that was not there.
leaves_nothing() {
    inventory >before.inventory
    "$@"
    inventory >after.inventory
    cmp -s before.inventory after.inventory ||
        fail "left behind: $(diff before.inventory after.inventory)"
}

# expect_out TEXT: what the program printed.
expect_out() {
    [ "$(cat out)" = "$1" ] || fail "it printed: $(cat out err)"
}

# expect_error SENTENCE: what cupel-oci has said.
expect_error() {
    [ "$(cat err)" = "cupel-oci: $1" ] || fail "it said: $(cat err)"
}

# expect_status NUMBER COMMAND…
expect_status() {
    local expected=$1 status=0
    shift
    "$@" || status=$?
    [ "$status" -eq "$expected" ] ||
        fail "exit status $status, not $expected: $(cat out err 2>/dev/null)"
}

is_unified() {
    [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]
}

# Whether root can limit here: a controller of v1 or v2 for each.
can_limit() {
    [ "$(id -u)" -eq 0 ] || return 1
    if is_unified; then
        grep -q memory /sys/fs/cgroup/cgroup.controllers &&
            grep -q pids /sys/fs/cgroup/cgroup.controllers
    else
        [ -d /sys/fs/cgroup/pids ] && [ -d /sys/fs/cgroup/memory ]
    fi
}

needs_limits() {
    can_limit || {
        echo "skipped: needs root and cgroups with the controllers pids and memory"
        exit 77
    }
}
