#!/usr/bin/env bash
# CVE-2025-31133: what hides a file is /dev/null, and where the runtime takes the container's own
# for it, that is a link to whatever the image wants to have shown or written to instead.
# shellcheck source=tests/escape/escape.bash
source "$(dirname "$0")/escape.bash"
needs_root

# The image's /dev/null is a link to a file of outside.
swap_null() {
    echo 'the secret' >secret
    chmod 666 secret
    as "$1" sh -c "rm -f bundle/rootfs/dev/null; ln -s '$PWD/secret' bundle/rootfs/dev/null
        echo hidden >bundle/rootfs/etc/hidden"
}

a_runtime_that_takes_the_images_null_shows_outside() {
    evil_bundle root
    swap_null root
    naive mask:/etc/hidden -- /bin/sh -c 'cat /etc/hidden; echo written >>/etc/hidden' ||
        fail "$(cat err)"
    works 'the secret'
    grep -q written secret || fail "the attack itself is wrong: $(cat secret)"
}

# With a /dev of its own, with that of the image, and with one of outside.
cupel_oci_hides_a_file_under_the_machines_own_null() {
    local caller dev
    for caller in $(callers); do
        for dev in 'True' 'm["destination"] != "/dev"'; do
            evil_bundle "$caller" "linux['maskedPaths'] = ['/etc/hidden', '/dev/zero']" \
                "mounts[:] = [m for m in mounts if $dev]" \
                "$(shell 'cat /etc/hidden; echo written >>/etc/hidden; stat -c %t:%T /etc/hidden')"
            swap_null "$caller"
            # Where the image's /dev stays, its null is not the device that has to be there.
            if run "$caller"; then
                fails '1:3'
            else
                grep -q "/dev/null" err || fail "$(cat err)"
                fails ''
            fi
            [ "$(cat secret)" = 'the secret' ] || fail "outside was written to"
        done
    done
}

a_directory_of_outside_cannot_bring_another_null() {
    local caller
    for caller in $(callers); do
        rm -rf dev
        mkdir dev
        echo 'the secret' >secret
        chmod 666 secret
        ln -s "$PWD/secret" dev/null
        chmod 777 dev
        evil_bundle "$caller" "linux['maskedPaths'] = ['/etc/hidden']" \
            'mounts[:] = [m for m in mounts if not m["destination"].startswith("/dev")]' \
            "mounts.append({'destination': '/dev', 'type': 'bind', 'source': '$PWD/dev',
                            'options': ['rbind']})" \
            "$(shell 'cat /etc/hidden; stat -c %t:%T /etc/hidden')"
        as "$caller" sh -c 'echo hidden >bundle/rootfs/etc/hidden'
        run "$caller" || fail "$(cat err)"
        fails '1:3'
    done
}

run_tests \
    a_runtime_that_takes_the_images_null_shows_outside \
    cupel_oci_hides_a_file_under_the_machines_own_null \
    a_directory_of_outside_cannot_bring_another_null
