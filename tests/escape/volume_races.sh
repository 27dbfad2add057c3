#!/usr/bin/env bash
# CVE-2021-30465, CVE-2023-27561: what another container does to a volume that both have, while the
# runtime mounts something below it: a directory becomes a link to outside, and back, over and over.
# shellcheck source=tests/escape/escape.bash
source "$(dirname "$0")/escape.bash"
needs_root

# While the names are being exchanged: volume/name is a directory, or a link to ./outside.
begin_race() {
    rm -rf volume outside given stop
    mkdir -p volume/name outside given
    echo given >given/file
    ln -s "$PWD/outside" volume/link
    chmod -R a+rwX volume outside given
    "$attacks/probe" swap volume/name volume/link stop &
    racer=$!
}

end_race() {
    touch stop
    wait "$racer"
}

# A mount below the volume, at a place that has to be made.
race_changes=(
    "mounts.append({'destination': '/volume', 'type': 'bind', 'source': '$PWD/volume',
                    'options': ['rbind']})"
    "mounts.append({'destination': '/volume/name/new', 'type': 'bind', 'source': '$PWD/given',
                    'options': ['rbind']})"
    "mounts.append({'destination': '/volume/name/tmp', 'type': 'tmpfs', 'source': 'x'})"
    "linux['devices'] = [{'type': 'c', 'path': '/volume/name/null', 'major': 1, 'minor': 3}]"
)

a_runtime_that_goes_by_paths_is_led_out() {
    local tries
    evil_bundle root
    begin_race
    for ((tries = 0; tries < 300; tries++)); do
        naive "bind:$PWD/volume:/volume" "bind:$PWD/given:/volume/name/new" -- /bin/true || true
        [ ! -d outside/new ] || break
    done
    end_race
    [ -d outside/new ] || fail "the attack itself is wrong: nothing was made outside"
}

cupel_oci_is_not_led_out() {
    local caller tries made=0
    for caller in $(callers); do
        evil_bundle "$caller" "${race_changes[@]}" 'root["readonly"] = False' \
            'linux["maskedPaths"].append("/volume/name/new")' \
            "$(shell 'cat /proc/self/mountinfo | cut -d " " -f 5 | grep -c "outside/"; echo made')"
        begin_race
        for ((tries = 0; tries < 15; tries++)); do
            if run "$caller"; then
                made=$((made + 1))
                # Where the link leads inside of the root.
                [ "$(sed -n '$p' out)" = made ] || fail "$(cat out err)"
            fi
            [ -z "$(ls -A outside)" ] || break
        done
        end_race
        [ -z "$(ls -A outside)" ] || fail "as $caller, outside there is now: $(ls outside)"
    done
    [ "$made" -gt 0 ] || fail "no container was made: $(cat err)"
}

run_tests \
    a_runtime_that_goes_by_paths_is_led_out \
    cupel_oci_is_not_led_out
