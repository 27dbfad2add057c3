#!/usr/bin/env bash
# What cupel-oci and cupel say to a command line or a bundle that makes no sense: one sentence that
# names what is wrong, and an exit status. No state, no store, mount, cgroup or file is left. With
# the name of a function as its word, it runs that test alone.
# shellcheck disable=SC2317,SC2329 # functions are called by name
set -euo pipefail

# What could be left of it; other tests may run at the same time.
world() {
    grep -F "$PWD" /proc/self/mounts || true
    find /sys/fs/cgroup -name 'cupel-refused' 2>/dev/null | sort
    find . -not -name out -not -name err -not -name before -not -name after | sort
}

# says STATUS SENTENCE COMMAND…: it ends with the status, prints the sentence alone, leaves nothing.
says() {
    local status=$1 sentence=$2 actual=0
    shift 2
    world >before
    timeout 10 "$@" >out 2>err || actual=$?
    world >after
    if [ "$actual" != "$status" ]; then
        echo "'$*' exits with $actual, not $status: $(cat err)"
        return 1
    fi
    diff <(echo "$sentence") err
    [ ! -s out ]
    diff before after
}

oci() {
    says 1 "cupel-oci: $1" cupel-oci --root "$PWD/state" "${@:2}"
}

cupel_() {
    says 125 "cupel: $1" cupel --store "$PWD/store" "${@:2}"
}

# bundle PYTHON: ./bundle, whose config.json is that of `spec`, called `c`, after the statement.
bundle() {
    rm -rf bundle
    mkdir -p bundle/rootfs
    cupel-oci spec --bundle bundle
    /usr/bin/python3 - "$1" <<'PYTHON'
import json, sys
with open("bundle/config.json") as file:
    c = json.load(file)
c["process"]["terminal"] = False
exec(sys.argv[1])
with open("bundle/config.json", "w") as file:
    json.dump(c, file)
PYTHON
}

# bundle_is_refused SENTENCE: by both programs, and by plan, in the same words.
bundle_is_refused() {
    oci "bundle './bundle': config.json$1" run --bundle ./bundle refused
    oci "bundle './bundle': config.json$1" plan --bundle ./bundle
    cupel_ "bundle './bundle': config.json$1" run --name refused ./bundle
}

words_that_are_none_are_named() {
    oci "option '--nope' is not known (see 'cupel-oci --help')" --nope
    oci "option '--nope' is not known (see 'cupel-oci run --help')" run --nope x
    oci "there is no command 'nope' (see 'cupel-oci --help')" nope
    oci "an operand is missing: ID (see 'cupel-oci run --help')" run
    oci "option '--log-format': 'xml' is none of: text json (see 'cupel-oci --help')" \
        --log-format xml list
    cupel_ "option '--nope' is not known (see 'cupel --help')" --nope
    cupel_ "option '--nope' is not known (see 'cupel run --help')" run --nope x
    cupel_ "there is no command 'nope' (see 'cupel --help')" nope
    cupel_ "option '--network': 'foo' is none of: none host slirp4netns (see 'cupel run --help')" \
        run --network foo x
    cupel_ "--memory: 'much' is no size such as 64m" run --memory much x
}

a_bundle_that_is_not_there_is_named() {
    oci "bundle 'missing': No such file or directory" run --bundle missing refused
    oci "bundle 'missing': No such file or directory" plan --bundle missing
    oci "bundle 'missing': No such file or directory" spec --bundle missing
    cupel_ "'./missing': No such file or directory" run ./missing
    cupel_ "'missing' is neither an image that was pulled nor a directory" run missing
    mkdir empty
    oci "bundle 'empty': open 'config.json': No such file or directory" run --bundle empty refused
}

a_config_that_is_not_json_is_named_with_the_place() {
    bundle ''
    echo '{oops' >bundle/config.json
    bundle_is_refused ": is not JSON: line 1, column 5: string or '}' expected near 'oops'"
}

a_config_that_lacks_what_is_mandatory_is_named_with_the_field() {
    local field
    for field in ociVersion root process; do
        bundle "del c['$field']"
        bundle_is_refused ": $field: is missing"
    done
    for field in args cwd user; do
        bundle "del c['process']['$field']"
        bundle_is_refused ": process.$field: is missing"
    done
    bundle "del c['root']['path']"
    bundle_is_refused ": root.path: is missing"
}

a_config_with_a_wrong_value_is_named_with_the_field() {
    bundle "c['process']['cwd'] = 'tmp'"
    bundle_is_refused ": process.cwd: 'tmp' is no absolute path"
    bundle "c['ociVersion'] = '9.0.0'"
    bundle_is_refused ": ociVersion: is 9.0.0, only 1.x is known"
}

a_name_that_no_container_may_have_is_refused() {
    bundle ''
    oci "'../x' cannot name a container: it must have only letters, digits and \"_+-.\", and begin \
with a letter or digit" run --bundle bundle ../x
}

a_container_that_is_not_there_is_named() {
    oci "the container 'web' does not exist" state web
    oci "the container 'web' does not exist" kill web
    oci "the container 'web' does not exist" delete web
    cupel_ "there is no container 'web'" rm web
    cupel_ "there is no image 'docker.io/library/web:latest'" rmi web
}

# full STATUS PROGRAM WORD…: where nothing can be printed.
full() {
    local status=$1 actual=0
    shift
    "$@" >/dev/full 2>err || actual=$?
    [ "$actual" -eq "$status" ] || { echo "'$*' exits with $actual" && return 1; }
    # Where the C library has met it in the middle, the reason is lost.
    grep -qxE "$1: standard output: (No space left on device|not all of it was written)" err ||
        { echo "'$*' says: $(cat err)" && return 1; }
}

what_cannot_be_printed_is_told() {
    bundle ''
    full 1 cupel-oci --version
    full 1 cupel-oci --help
    full 1 cupel-oci --root "$PWD/state" list
    full 1 cupel-oci plan --bundle bundle
    full 125 cupel --version
    full 125 cupel --store "$PWD/store" ps
    full 125 cupel --store "$PWD/store" images
    full 1 cupel-wire types
    full 1 cupel-dns --help
}

a_config_that_is_there_is_left_alone() {
    bundle "c['hostname'] = 'mine'"
    cp bundle/config.json mine
    oci "bundle 'bundle': config.json is there already" spec --bundle bundle
    cmp mine bundle/config.json
}

if [ $# -eq 1 ]; then
    "$1"
    exit
fi
failed=0
for test in $(declare -F | awk '{ print $3 }' | grep _ | grep -vxE 'cupel_|bundle_is_refused'); do
    # A shell and a directory of its own: inside a condition, this one would go on after a failure.
    mkdir "$test"
    if (cd "$test" && "$0" "$test"); then
        echo "ok $test"
    else
        echo "not ok $test"
        failed=1
    fi
done
exit $failed
