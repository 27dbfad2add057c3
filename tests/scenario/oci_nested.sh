#!/usr/bin/env bash
# Root of a user namespace, as rootless podman has one and calls from there: all ids, but no right
# to make device nodes, no rules for devices, and no directory that is the machine's root's.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"
unshare -Ur true 2>/dev/null || {
    echo "skipped: needs user namespaces"
    exit 77
}

# nested COMMAND…: as root of a user namespace that a plain user has made.
nested() {
    local place
    place=$(state_root user)
    as user mkdir -p -m 700 "$place/cupel-oci"
    become user
    becoming=("${becoming[@]/XDG_RUNTIME_DIR=/XDG_RUNTIME_DIR=$place}")
    "${becoming[@]}" unshare -Ur "$@"
}

root_of_a_user_namespace_needs_no_other_one() {
    bundle user "$(shell 'id -u; cat /proc/self/uid_map; echo x >/dev/null; stat -c %t:%T /dev/null
        hostname; cat /sys/kernel/uevent_seqnum >/dev/null && echo sys')" \
        'linux["namespaces"] = [one for one in linux["namespaces"] if one["type"] != "user"]' \
        'linux.pop("uidMappings"); linux.pop("gidMappings")' \
        'linux["resources"] = {"devices": [{"allow": False, "access": "rwm"}]}' \
        'config["hostname"] = "inside"'
    nested true
    leaves_nothing nested cupel-oci run --bundle bundle case >out 2>err </dev/null ||
        fail "$(cat out err)"
    expect_out "0
         0      $(as user id -u)          1
1:3
inside
sys"
}

its_containers_are_known_where_its_maker_may_write() {
    bundle user "$(shell 'exec sleep 1000')" \
        'linux["namespaces"] = [one for one in linux["namespaces"] if one["type"] != "user"]' \
        'linux.pop("uidMappings"); linux.pop("gidMappings")'
    # The processes of one namespace, as podman's are.
    # shellcheck disable=SC2016 # the inner shell's own
    nested bash -euc '
        cupel-oci create --bundle bundle case
        cupel-oci start case
        cupel-oci state case | grep -q "\"status\": \"running\""
        [ "$(cupel-oci exec case /bin/sh -c "id -u; cat /proc/1/comm")" = "0
sleep" ]
        cupel-oci kill case KILL
        for ((i = 0; i < 100; i++)); do
            ! cupel-oci state case | grep -q stopped || break
            sleep 0.05
        done
        ls "$XDG_RUNTIME_DIR/cupel-oci"
        cupel-oci delete case
        ls "$XDG_RUNTIME_DIR/cupel-oci"
    ' >out 2>err </dev/null || fail "$(cat out err)"
    expect_out case
}

run_tests \
    root_of_a_user_namespace_needs_no_other_one \
    its_containers_are_known_where_its_maker_may_write
