# shellcheck shell=bash
# For tests/escape/*.sh. An attack has the form of two functions' results: what it brings out of a
# runtime that makes the mistake, and what of cupel-oci.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../scenario/oci.bash"
attacks=$CUPEL_BUILD/tests/escape

# evil_bundle CALLER [CHANGE…]: a bundle whose root may be written to, with the probe in it.
evil_bundle() {
    bundle "$1" 'root["readonly"] = False' "${@:2}"
    as "$1" cp "$attacks/probe" bundle/rootfs/bin/probe
}

# naive STEP… -- COMMAND…: the container of ./bundle by the runtime that makes mistakes. As root,
# since that is where they cost most.
naive() {
    "$attacks/naive" "$PWD/bundle/rootfs" "$@" >out 2>err </dev/null
}

# works TEXT / fails TEXT: what the attack has brought out.
works() {
    [ "$(cat out)" = "$1" ] || fail "the attack itself is wrong, it brought out: $(cat out err)"
}
fails() {
    [ "$(cat out)" = "$1" ] || fail "the attack brought out: $(cat out err)"
}
needs_root() {
    [ "$(id -u)" -eq 0 ] || {
        echo "skipped: needs root"
        exit 77
    }
}
