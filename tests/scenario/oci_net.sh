#!/usr/bin/env bash
# Network devices of outside that a container has. Outside is a network namespace of the test's own.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"

[ "$(id -u)" -eq 0 ] || {
    echo "skipped: only root can move network devices"
    exit 77
}
command -v ip >/dev/null || needs ip iproute2

outside=cupel-net-$$
trap 'on_exit; take_down; ip netns delete $outside 2>/dev/null || true' EXIT

# make_outside: a namespace with the devices v0 and v1, which are a pair.
make_outside() {
    ip netns delete "$outside" 2>/dev/null || true
    ip netns add "$outside"
    ip -n "$outside" link add v0 type veth peer name v1 2>/dev/null || {
        echo "skipped: this kernel has no veth devices"
        exit 77
    }
    ip -n "$outside" address add 192.0.2.5/24 dev v0
    ip -n "$outside" address add 2001:db8::5/64 dev v0
}

# Not by ip netns exec, which shows another /sys.
run_outside() {
    nsenter "--net=/run/netns/$outside" \
        cupel-oci --root "$(state_root root)" run --bundle bundle case >out 2>err </dev/null
}

a_device_is_moved_with_its_addresses() {
    make_outside
    bundle root 'linux["netDevices"] = {"v0": {"name": "eth0"}}' \
        "$(shell 'ip -o link show eth0; ip -o address show dev eth0; ls /sys/class/net')"
    run_outside || fail "$(cat err)"
    grep -q 'eth0.*[<,]UP' out || fail "it is not up: $(cat out)"
    grep -q '192.0.2.5/24' out || fail "it has no address: $(cat out)"
    grep -q '2001:db8::5/64' out || fail "it has no address of IPv6: $(cat out)"
    # Of a pair whose other end goes, none is left.
    ! ip -n "$outside" link show v0 2>/dev/null || fail "it is outside still"
}

a_name_may_get_a_number() {
    make_outside
    bundle root 'linux["netDevices"] = {"v0": {"name": "net%d"}, "v1": {"name": "net%d"}}' \
        "$(shell 'ip -o link show | cut -d : -f 2 | cut -d @ -f 1 | sort | tr -d "\n"')"
    run_outside || fail "$(cat err)"
    [ "$(cat out)" = ' lo net0 net1' ] || fail "$(cat out)"
}

what_cannot_be_moved_is_told_and_stays() {
    make_outside
    bundle root 'linux["netDevices"] = {"v0": {"name": "lo"}}'
    expect_status 1 run_outside
    expect_error "linux.netDevices.v0: there is a device 'lo' already"
    ip -n "$outside" link show v0 >/dev/null || fail "it is gone"
    change 'linux["netDevices"] = {"none": {}}'
    expect_status 1 run_outside
    expect_error "linux.netDevices.none: look for the device: No such device"
}

run_tests \
    a_device_is_moved_with_its_addresses \
    a_name_may_get_a_number \
    what_cannot_be_moved_is_told_and_stays
