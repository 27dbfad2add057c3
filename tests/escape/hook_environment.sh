#!/usr/bin/env bash
# CVE-2025-23266: a hook of outside runs in the container's root directory with the environment of
# the container's program, in which the image has LD_PRELOAD, and loads a library of the image's.
# shellcheck source=tests/escape/escape.bash
source "$(dirname "$0")/escape.bash"
needs_root

# hooked KIND MORE: the change that gives the container a hook that fails, so that it is said what
# it says.
hooked() {
    echo "config['hooks'] = {'$1': [{'path': '/bin/sh', 'args': ['sh', '-c', 'exit 3']$2}]}"
}
preload="'LD_PRELOAD=./evil.so'"

an_environment_of_the_images_makes_a_hook_load_its_library() {
    evil_bundle root "$(hooked createContainer ", 'env': [$preload]")"
    expect_status 1 run root
    grep -q "evil.so.* from LD_PRELOAD" err || fail "the attack itself is wrong: $(cat err)"
}

cupel_oci_gives_a_hook_of_outside_nothing_of_the_container() {
    local caller kind
    for caller in $(callers); do
        for kind in prestart createRuntime createContainer poststart; do
            evil_bundle "$caller" "process['env'].append($preload)" "$(hooked "$kind" '')"
            expect_status 1 run "$caller"
            grep -q "hooks.$kind\[0\]: '/bin/sh': ended with status 3" err || fail "$(cat err)"
            ! grep -q evil.so err || fail "as $caller, $kind: $(cat err)"
        done
    done
}

run_tests \
    an_environment_of_the_images_makes_a_hook_load_its_library \
    cupel_oci_gives_a_hook_of_outside_nothing_of_the_container
