# shellcheck shell=sh
# What the cases run below systemd in which that makes podman's cgroups: as root, or as a user who
# has a systemd of its own and its bus.
set -eu
# shellcheck disable=SC2034 # for podman.sh
manager=systemd
# shellcheck source=vm/lib/podman.sh
. "$CUPEL_SOURCE/vm/lib/podman.sh"
whose=--system
[ "$me" = root ] || whose=--user
prepare_podman

# scope NAME: the unit of a container
scope() {
    echo "libpod-$(pod inspect --format '{{.Id}}' "$1").scope"
}

# shows UNIT PROPERTY=VALUE…
shows() {
    unit=$1
    shift
    systemctl $whose show "$unit" >shown
    for line in "$@"; do
        grep -qxF "$line" shown || fail "$unit: not $line: $(grep "^${line%%=*}=" shown)"
    done
}

# says CONTAINER WORDS: its log, when it has one
says() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        [ -z "$(pod logs "$1")" ] || break
        usleep 200000
    done
    [ "$(pod logs "$1")" = "$2" ] || fail "logs: $(pod logs "$1" 2>&1)"
}

# In the foreground: what it prints, and its exit status.
# shellcheck disable=SC2086 # words
{
    [ "$(pod $run --rm localhost/busybox sh -c 'echo hello; id -u')" = 'hello
0' ] || fail 'run'
    status=0
    pod $run --rm localhost/busybox sh -c 'exit 7' || status=$?
    [ "$status" -eq 7 ] || fail "exit status $status, not 7"

    # In the background, with limits, which are those of the scope and of its cgroup. Less than an
    # emulated processor can take longer for a check than the half minute that podman gives it, and
    # to stand still than cupel-oci waits.
    pod $run -d --name box --memory 64m --cpus 2 --pids-limit 20 \
        --health-cmd 'test -e /tmp/healthy' --health-interval disable --health-timeout 2m \
        localhost/busybox sh -c 'echo started; while sleep 0.2; do echo >>/tmp/ticks; done' >id
}
[ "$(pod inspect --format '{{.State.Status}} {{.OCIRuntime}}' box)" = 'running cupel-oci' ] ||
    fail "$(pod inspect box)"
says box started
shows "$(scope box)" ActiveState=active MemoryMax=67108864 CPUQuotaPerSecUSec=2s TasksMax=20
place=/sys/fs/cgroup$(sed -n 's/^ControlGroup=//p' shown)
pid=$(pod inspect --format '{{.State.Pid}}' box)
path=$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
case /sys/fs/cgroup$path/ in
    "$place"/*) ;;
    *) fail "the process is in $path, and not in $place" ;;
esac
[ "$(cat "$place/memory.max" "$place/cpu.max" "$place/pids.max")" = '67108864
200000 100000
20' ] || fail "$place: $(cat "$place/memory.max" "$place/cpu.max" "$place/pids.max")"

# Another program in it.
# shellcheck disable=SC2016 # the container's own
[ "$(pod exec -e A=b box sh -c 'echo $A; cat /sys/fs/cgroup/memory.max')" = 'b
67108864' ] || fail 'exec'
status=0
pod exec box sh -c 'exit 5' || status=$?
[ "$status" -eq 5 ] || fail "exec: exit status $status, not 5"

# Other limits.
pod update --memory 32m --cpus 1 box >log 2>&1 || fail "update: $(cat log)"
shows "$(scope box)" MemoryMax=33554432 CPUQuotaPerSecUSec=1s
[ "$(cat "$place/memory.max")" = 33554432 ] || fail "update: $(cat "$place/memory.max")"

# It stands still, and goes on.
pod pause box >log
[ "$(pod inspect --format '{{.State.Status}}' box)" = paused ] || fail "$(pod inspect box)"
grep -qx 'frozen 1' "$place/cgroup.events" || fail 'it runs on while paused'
pod unpause box >log
grep -qx 'frozen 0' "$place/cgroup.events" || fail 'it is paused still'

status=0
pod healthcheck run box >log 2>&1 || status=$?
[ "$status" -eq 1 ] || fail "healthcheck: exit status $status, not 1: $(cat log)"
pod exec box touch /tmp/healthy
pod healthcheck run box >log 2>&1 || fail "healthcheck: $(cat log)"
[ "$(pod inspect --format '{{.State.Health.Status}}' box)" = healthy ] || fail "$(pod inspect box)"
pod stats --no-stream --no-reset box >log 2>&1 || fail "stats: $(cat log)"
pod top box >log 2>&1 || fail "top: $(cat log)"

unit=$(scope box)
pod stop -t 1 box >log 2>&1 || fail "stop: $(cat log)"
[ "$(pod inspect --format '{{.State.Status}} {{.State.ExitCode}}' box)" = 'exited 137' ] ||
    fail "$(pod inspect --format '{{.State}}' box)"
[ ! -e "$place" ] || fail "left: $place"
pod start box >log 2>&1 || fail "start: $(cat log)"
shows "$(scope box)" ActiveState=active MemoryMax=67108864
pod rm -f -t 0 box >log 2>&1 || fail "rm: $(cat log)"
systemctl $whose --all --no-legend --plain list-units "$unit" >left
[ ! -s left ] || fail "left: $(cat left)"

# A pod is a slice, with scopes in it.
pod pod create --name pair --network none --share ipc,uts --hostname pair \
    --infra-command '/bin/sleep 1000' >log 2>&1 || fail "pod create: $(cat log)"
# shellcheck disable=SC2086 # words
[ "$(pod $run --rm --pod pair localhost/busybox hostname)" = pair ] || fail 'run in a pod'
# shellcheck disable=SC2086 # words
pod $run -d --name second --pod pair --memory 48m localhost/busybox sleep 1000 >id
shows "$(scope second)" MemoryMax=50331648
grep -q '^Slice=.*libpod_pod_.*slice$' shown || fail "pod: $(grep ^Slice= shown)"
pod pod rm -f -t 0 pair >log 2>&1 || fail "pod rm: $(cat log)"

cat >play.yaml <<'YAML'
apiVersion: v1
kind: Pod
metadata:
  name: play
spec:
  hostNetwork: false
  restartPolicy: Never
  containers:
  - name: web
    image: localhost/busybox
    imagePullPolicy: Never
    command: ["sh", "-c", "echo $WORD from the pod; exec sleep 1000"]
    env:
    - name: WORD
      value: hello
    resources:
      limits:
        memory: 64Mi
YAML
pod play kube --network none play.yaml >log 2>&1 || fail "play kube: $(cat log)"
says play-web 'hello from the pod'
shows "$(scope play-web)" MemoryMax=67108864
pod play kube --down play.yaml >log 2>&1 || fail "play kube --down: $(cat log)"
[ -z "$(pod ps -aq)" ] || fail "left: $(pod ps -a)"
pod rmi -f localhost/busybox >log 2>&1 || true
