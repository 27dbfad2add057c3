#!/usr/bin/env bash
# Rights that a container's program has, and that nobody gave it: CVE-2022-27650 and CVE-2022-29162
# (inheritable capabilities), CVE-2023-25173 (groups), CVE-2016-3697 (a user whose name is a
# number), CVE-2026-30892 (a user that is read as another), keys of the caller's session, and
# devices.
# shellcheck source=tests/escape/escape.bash
source "$(dirname "$0")/escape.bash"
needs_root
needs setcap libcap2-bin

# A file that lends a capability (SYS_CHROOT, 18) to those who have it inheritable.
lending_file() {
    mkdir bundle/rootfs/lending
    cp bundle/rootfs/bin/busybox bundle/rootfs/lending/sh
    setcap cap_sys_chroot+ei bundle/rootfs/lending/sh
}
eff='grep CapEff /proc/self/status'

inheritable_capabilities_come_to_life_in_a_file() {
    evil_bundle root
    lending_file
    naive proc inheritable:18 user:1000 -- /lending/sh -c "$eff" || fail "$(cat err)"
    works 'CapEff:	0000000000040000'
}

cupel_oci_makes_nothing_inheritable() {
    evil_bundle root "process['user'] = {'uid': 1000, 'gid': 1000}" \
        "process['noNewPrivileges'] = False" \
        "process['capabilities']['bounding'].append('CAP_SYS_CHROOT')" \
        "process['args'] = ['/lending/sh', '-c', '$eff; grep CapInh /proc/self/status']"
    lending_file
    run root || fail "$(cat err)"
    fails 'CapEff:	0000000000000000
CapInh:	0000000000000000'
}

# A file of a group in which the caller is, and the container is not.
group_file() {
    echo 'the secret' >bundle/rootfs/etc/secret
    chown 0:4242 bundle/rootfs/etc/secret
    chmod 040 bundle/rootfs/etc/secret
}

groups_of_the_caller_open_files() {
    evil_bundle root
    group_file
    setpriv --groups 4242 "$attacks/naive" "$PWD/bundle/rootfs" user:1000 -- \
        /bin/cat /etc/secret >out 2>err || fail "$(cat err)"
    works 'the secret'
}

cupel_oci_drops_groups_of_the_caller() {
    evil_bundle root "process['user'] = {'uid': 1000, 'gid': 1000}" \
        "$(shell 'cat /etc/secret 2>/dev/null; id -G')"
    group_file
    setpriv --groups 4242 cupel-oci --root "$(state_root root)" run --bundle bundle case \
        >out 2>err </dev/null || fail "$(cat err)"
    fails 1000
}

a_name_that_is_a_number_is_anyone() {
    evil_bundle root
    echo '1000:x:0:0::/:/bin/sh' >>bundle/rootfs/etc/passwd
    naive named-user:1000 -- /bin/id -u || fail "$(cat err)"
    works 0
}

cupel_oci_knows_users_by_number_alone() {
    evil_bundle root "process['user'] = {'uid': 1000, 'gid': 1000, 'username': '1000'}" \
        "$(shell 'id -u')"
    echo '1000:x:0:0::/:/bin/sh' >>bundle/rootfs/etc/passwd
    run root || fail "$(cat err)"
    fails 1000
}

# CVE-2026-30892: what --user of exec says is read as another one, and that is root.
secret_of_root='umask 077; echo the secret >/tmp/secret; exec sleep 1000'

who_is_root_in_a_container_reads_what_is_roots() {
    evil_bundle root "$(shell "$secret_of_root")"
    oci root run --detach --bundle bundle case >out 2>err </dev/null || fail "$(cat err)"
    wait_until test -s bundle/rootfs/tmp/secret
    oci root exec --user 0 case cat /tmp/secret >out 2>err || fail "$(cat err)"
    works 'the secret'
}

cupel_oci_executes_as_who_is_said_or_not_at_all() {
    local user
    for user in 1 01 1:0 1:1 65534; do
        expect_status 1 oci root exec --user "$user" case cat /tmp/secret >out 2>err
        fails ''
        grep -q 'Permission denied' err || fail "as $user: $(cat err)"
    done
    for user in '' : 1: :1 -1 0x1 ' 1' 1x 4294967295 4294967296 18446744073709551616 \
        1:4294967296; do
        expect_status 125 oci root exec --user "$user" case cat /tmp/secret >out 2>err
        fails ''
        grep -q "^cupel-oci: option '--user': '$user' is not UID" err || fail "as $user: $(cat err)"
    done
    oci root delete --force case
}

keys_of_the_callers_session_can_be_read() {
    evil_bundle root
    "$attacks/probe" key cupel-case "$attacks/naive" "$PWD/bundle/rootfs" proc -- \
        /bin/probe steal cupel-case >out 2>err || fail "$(cat err)"
    works 'the secret'
}

cupel_oci_takes_no_keys_of_the_callers_session_along() {
    local caller
    for caller in $(callers); do
        evil_bundle "$caller" "process['args'] = ['/bin/probe', 'steal', 'cupel-case']"
        state_root "$caller" >/dev/null
        as "$caller" "$attacks/probe" key cupel-case \
            cupel-oci --root "$PWD/state-$caller" run --bundle bundle case \
            >out 2>err </dev/null || fail "$(cat err)"
        fails 'Required key not available'
    done
}

# The kernel's log, as an example of a device that shows what is not the container's.
read_device='mknod /tmp/log c 1 11 && head -c 1 /tmp/log >/tmp/read && wc -c </tmp/read || echo no'
with_mknod='process["capabilities"] = {name: ["CAP_MKNOD", "CAP_SYSLOG"] for name in
                ["bounding", "effective", "permitted"]}'

a_device_can_be_made_and_read_where_the_config_allows_it() {
    evil_bundle root "$with_mknod" "linux['resources'] = {'devices': [{'allow': True}]}" \
        "mounts.append({'destination': '/tmp', 'type': 'tmpfs', 'source': 'x'})" \
        "$(shell "$read_device")"
    run root || fail "$(cat err)"
    works 1
}

cupel_oci_lets_no_device_be_made_or_read() {
    local caller
    for caller in $(callers); do
        evil_bundle "$caller" \
            "mounts.append({'destination': '/tmp', 'type': 'tmpfs', 'source': 'x'})" \
            "$(shell "$read_device")"
        run "$caller" || fail "$(cat err)"
        fails no
        change "$with_mknod" "linux['resources'] = {'devices': [{'allow': False}]}"
        run "$caller" || fail "$(cat err)"
        fails no
    done
}

run_tests \
    inheritable_capabilities_come_to_life_in_a_file \
    cupel_oci_makes_nothing_inheritable \
    groups_of_the_caller_open_files \
    cupel_oci_drops_groups_of_the_caller \
    a_name_that_is_a_number_is_anyone \
    cupel_oci_knows_users_by_number_alone \
    who_is_root_in_a_container_reads_what_is_roots \
    cupel_oci_executes_as_who_is_said_or_not_at_all \
    keys_of_the_callers_session_can_be_read \
    cupel_oci_takes_no_keys_of_the_callers_session_along \
    a_device_can_be_made_and_read_where_the_config_allows_it \
    cupel_oci_lets_no_device_be_made_or_read
