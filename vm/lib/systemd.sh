# shellcheck shell=sh
# For the cases in which systemd makes containers' cgroups: . "$CUPEL_SOURCE/vm/lib/systemd.sh"
# shellcheck source=vm/lib/container.sh
. "$CUPEL_SOURCE/vm/lib/container.sh"

# run_below_systemd root|user SCRIPT: starts systemd, and has it run the script as a service in the
# directory 'below'. For root it is process 1 of a new pid namespace; the user has a `systemd
# --user`, and the bus of a session where the case needs dbus-daemon. Its cgroup is 'case/manager'.
# Called by root; fails if the script does.
run_below_systemd() {
    mkdir -p below/units below/runtime/systemd etc
    chmod 700 below/runtime
    cp "$2" below/script
    cp -R /etc/. etc
    echo 0123456789abcdef0123456789abcdef >etc/machine-id
    printf '%s\n' '[Unit]' 'DefaultDependencies=no' 'Wants=case.service' \
        >below/units/default.target
    bus=''
    [ "$1" = root ] || [ -z "$(command -v dbus-daemon)" ] || make_bus
    cat >below/units/case.service <<END
[Unit]
DefaultDependencies=no
$bus
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
WorkingDirectory=$PWD/below
Environment="PATH=$PATH" "CUPEL_SOURCE=$CUPEL_SOURCE" "CUPEL_CGROUP=$CUPEL_CGROUP"
PassEnvironment=XDG_RUNTIME_DIR
ExecStart=/bin/sh $PWD/below/script
ExecStartPost=/bin/touch $PWD/below/passed
${bus:+ExecStopPost=$(command -v systemctl) --user stop dbus.service dbus.socket}
StandardOutput=file:$PWD/below/said
StandardError=file:$PWD/below/said
END
    links=
    for link in core fd stdin stdout stderr; do # which systemd makes
        [ -L "/dev/$link" ] || links="$links /dev/$link"
    done
    managers=
    for tree in /sys/fs/cgroup /sys/fs/cgroup/*; do
        [ ! -d "$tree/case" ] || [ -L "$tree" ] || managers="$managers $tree/case/manager"
    done
    # shellcheck disable=SC2086 # a list
    mkdir -p $managers
    export managers SYSTEMD_UNIT_PATH="$PWD/below/units:" SYSTEMD_LOG_TARGET=console
    status=0
    if [ "$1" = root ]; then
        unshare -m -p -f sh "$CUPEL_SOURCE/vm/lib/systemd.sh" root >systemd-said 2>&1 || status=$?
    else
        chown -R user:user below
        for tree in $managers; do # as systemd itself gives them to a user: no controller of v1
            case $tree in
                /sys/fs/cgroup/case/* | */systemd/* | */unified/*) chown -R user:user "$tree" ;;
            esac
        done
        unshare -m sh "$CUPEL_SOURCE/vm/lib/systemd.sh" user >systemd-said 2>&1 || status=$?
    fi
    for tree in $managers; do
        find "$tree" -depth -type d -exec rmdir {} + || true
    done
    # shellcheck disable=SC2086 # a list
    rm -f $links
    [ -e below/passed ] || fail "systemd ended with $status: $(cat below/said systemd-said)"
    rm -r below etc
}

# The bus of a user's session, at which systemd can be called by those that do not know its own
# socket, such as podman. Without a rule for those who receive, dbus-daemon has them wait for ever.
make_bus() {
    bus=$(printf '%s\n' 'Wants=dbus.service' 'After=dbus.service')
    cat >below/bus.conf <<END
<busconfig>
  <type>session</type>
  <listen>unix:path=$PWD/below/runtime/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
END
    printf '%s\n' '[Unit]' 'DefaultDependencies=no' '[Socket]' 'ListenStream=%t/bus' \
        >below/units/dbus.socket
    cat >below/units/dbus.service <<END
[Unit]
DefaultDependencies=no
Requires=dbus.socket
After=dbus.socket
[Service]
Type=notify
NotifyAccess=main
ExecStart=$(command -v dbus-daemon) --config-file=$PWD/below/bus.conf --address=systemd: \
    --nofork --nopidfile --systemd-activation
END
}

# Becomes systemd.
become_systemd() {
    for tree in $managers; do
        echo $$ >"$tree/cgroup.procs"
    done
    mount --bind etc /etc
    mount -t tmpfs tmpfs /run
    mkdir -p /run/systemd/system
    if [ "$1" = user ]; then
        export XDG_RUNTIME_DIR="$PWD/below/runtime"
        exec su -s /bin/sh user -c 'exec systemd --user'
    fi
    mount -t proc proc /proc
    # The trees of v1 it mounts itself, as at a boot with these words.
    words=''
    if [ "$CUPEL_CGROUP" != v2 ]; then
        words=systemd.unified_cgroup_hierarchy=0
        [ "$CUPEL_CGROUP" = hybrid ] || words="$words systemd.legacy_systemd_cgroup_controller=1"
        umount -l /sys/fs/cgroup
    fi
    # shellcheck disable=SC2086 # words
    container=oci exec systemd --show-status=no $words
}
case ${1-} in
    root | user) become_systemd "$1" ;;
esac
