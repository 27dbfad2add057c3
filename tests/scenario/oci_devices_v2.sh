#!/usr/bin/env bash
# Rules for devices under cgroup v2: in a mount namespace in which /sys/fs/cgroup is cgroup2 and
# nothing else, whatever this machine has there.
if [ "$(id -u)" -ne 0 ]; then
    echo "skipped: needs root"
    exit 77
fi
if [ -z "${CUPEL_ONLY_V2-}" ]; then
    # shellcheck disable=SC2016
    CUPEL_ONLY_V2=1 exec unshare --mount --propagation private sh -c '
        umount -R -l /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec "$0" "$@"' \
        "$0" "$@"
fi
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"

# opens RULES NODE: whether the container of root may open its device NODE. (That the kernel has a
# driver for it is another question.)
opens() {
    bundle root "$(shell "head -c 1 $2 2>&1")" "linux['resources']['devices'] = [$1]" \
        'linux["devices"] = [{"type": "c", "path": "/dev/twin", "major": 1, "minor": 5},
                             {"type": "c", "path": "/dev/memory", "major": 1, "minor": 1}]'
    leaves_nothing run root || grep -q /dev/ out || fail "$(cat out err)"
    ! grep -q 'Operation not permitted' out
}

what_every_container_has_can_be_opened() {
    opens '{"allow": False}' /dev/zero || fail "$(cat out err)"
    opens '{"allow": False}' /dev/twin || fail "$(cat out err)"
}

what_no_rule_allows_cannot() {
    ! opens '{"allow": False}' /dev/memory || fail "opened"
}

the_last_rule_decides() {
    local deny='{"allow": False}' memory='{"allow": True, "type": "c", "major": 1, "minor": 1}'
    opens "$deny, $memory" /dev/memory || fail "$(cat out err)"
    ! opens "$memory, $deny" /dev/memory || fail "opened"
    memory='{"allow": True, "type": "c", "major": 1, "access": "r"}'
    opens "$deny, $memory" /dev/memory || fail "$(cat out err)"
    memory='{"allow": True, "type": "c", "major": 1, "access": "w"}'
    ! opens "$deny, $memory" /dev/memory || fail "opened"
    memory='{"allow": True, "type": "b", "major": 1, "minor": 1}'
    ! opens "$deny, $memory" /dev/memory || fail "opened"
}

run_tests \
    what_every_container_has_can_be_opened \
    what_no_rule_allows_cannot \
    the_last_rule_decides
