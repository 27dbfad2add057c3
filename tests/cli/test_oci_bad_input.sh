#!/usr/bin/env bash
# What cupel-oci says to what makes no sense: one sentence that names the option, the file or the
# place in config.json, a status that is not 0, and nothing is made or left.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/../scenario/oci.bash"

# says SENTENCE WORD…: cupel-oci with these words fails with the sentence alone.
says() {
    local sentence=$1 status=0
    shift
    cupel-oci "$@" >out 2>err </dev/null || status=$?
    [ "$status" -eq 1 ] || fail "exit status $status: cupel-oci $*"
    [ "$(head -n 1 err)" = "cupel-oci: $sentence" ] || fail "says: $(cat err)"
    [ ! -s out ] || fail "prints: $(cat out)"
}

# refuses SENTENCE JSON: a bundle with this config.json is refused, by run and by plan alike.
refuses() {
    mkdir -p bad/rootfs
    printf '%s' "$2" >bad/config.json
    leaves_nothing says "bundle 'bad': config.json: $1" --root "$PWD/known" run --bundle bad case
    [ "$(wc -l <err)" -eq 1 ] || fail "says more: $(cat err)"
    says "bundle 'bad': config.json: $1" plan --bundle bad
    [ ! -e known ] || fail "something was made for a container that cannot be"
}

an_option_that_is_none_is_named() {
    says "option '--quick' is not known (see 'cupel-oci --help')" --quick
    says "option '--swiftly' is not known (see 'cupel-oci run --help')" run --swiftly case
    says "option '--bundle' needs a value (see 'cupel-oci run --help')" run --bundle
    says "option '--log-format': 'xml' is none of: text json (see 'cupel-oci --help')" \
        --log-format xml run case
    says "option '--rootless': 'me' is none of: true false auto (see 'cupel-oci --help')" \
        --rootless me run case
}

a_command_that_is_none_is_named() {
    says "there is no command 'jump' (see 'cupel-oci --help')" jump
    says "a command is missing (see 'cupel-oci --help')"
    says "an operand is missing: ID (see 'cupel-oci run --help')" run
    says "operand 'b' is one too many (see 'cupel-oci run --help')" run a b
}

a_bundle_that_is_missing_is_named() {
    says "bundle 'none': No such file or directory" run --bundle none case
    mkdir empty
    says "bundle 'empty': open 'config.json': No such file or directory" run --bundle empty case
    mkdir empty/config.json
    says "bundle 'empty': 'config.json': not a regular file" run --bundle empty case
    : >file
    says "bundle 'file': Not a directory" run --bundle file case
}

a_name_that_is_none_is_refused() {
    local rule='it must have only letters, digits and "_+-.", and begin with a letter or digit'
    says "'../x' cannot name a container: $rule" run --bundle bundle ../x
    says "the container 'none' does not exist" --root "$PWD/known" state none
    says "the container 'none' does not exist" --root "$PWD/known" kill none
    says "the container 'none' does not exist" --root "$PWD/known" delete none
    says "there is no signal 'HUH'" kill none HUH
}

a_config_that_is_no_json_is_refused() {
    refuses "is not JSON: line 1, column 0: '[' or '{' expected near end of file" ''
    refuses "is not JSON: line 1, column 3: '[' or '{' expected near 'not'" 'not JSON'
    refuses "is a list, must be an object" '[]'
    refuses "lists and objects are nested deeper than 32" "$(printf '%.0s[' {1..100})"
}

what_is_mandatory_and_missing_is_named() {
    refuses "ociVersion: is missing" '{}'
    refuses "root: is missing" '{"ociVersion": "1.0.2"}'
    refuses "process: is missing" '{"ociVersion": "1.0.2", "root": {"path": "rootfs"}}'
    refuses "process.user: is missing" \
        '{"ociVersion": "1.0.2", "root": {"path": "rootfs"}, "process": {}}'
}

# with CHANGE SENTENCE: the standard config with the change is refused.
with() {
    rm -rf bundle
    mkdir -p bundle/rootfs
    cupel-oci spec --bundle bundle
    change "$1"
    refuses "$2" "$(cat bundle/config.json)"
}

wrong_types_and_values_are_named_by_their_place() {
    with 'process["args"] = "sh"' "process.args: is a text, must be a list of texts"
    with 'process["args"] = []' "process.args: is empty"
    with 'process["cwd"] = "tmp"' "process.cwd: 'tmp' is no absolute path"
    with 'process["user"]["uid"] = "root"' "process.user.uid: is a text, must be a number"
    with 'root["readonly"] = 1' "root.readonly: is a number, must be true or false"
    with 'mounts[2]["options"] = "ro"' "mounts[2].options: is a text, must be a list of texts"
    with 'mounts[0]["destination"] = "/"' "mounts[0].destination: would cover the root"
    with 'config["ociVersion"] = "7.0.0"' "ociVersion: is 7.0.0, only 1.x is known"
    with 'linux["namespaces"][0]["type"] = "moon"' \
        "linux.namespaces[0].type: there is no namespace of type 'moon' here"
    with 'linux["namespaces"][0]["path"] = 7' \
        "linux.namespaces[0].path: is a number, must be a text"
    with 'linux["resources"]["rdma"] = {"mlx5_1": 7}' \
        "linux.resources.rdma.mlx5_1: is a number, must be an object"
    with 'linux["devices"] = [{"type": "b", "path": "/dev/a", "major": 4096, "minor": 3}]' \
        "linux.devices[0].major: is 4096, must be between 0 and 4095"
    with 'process["env"] = ["TERM"]' "process.env[0]: 'TERM' is not NAME=VALUE"
    with 'process["capabilities"]["bounding"] = [7]' \
        "process.capabilities.bounding[0]: is a number, must be a text"
}

what_is_not_done_is_refused_and_never_ignored() {
    with 'linux["intelRdt"] = {"enableCMT": True}' "linux.intelRdt.enableCMT: is not supported"
    with 'linux["resources"] = {"cpu": {"shares": 1}}' \
        "linux.resources.cpu.shares: is 1, must be between 2 and 262144"
    with 'linux["timeOffsets"] = {"realtime": {"secs": 1}}' \
        "linux.timeOffsets.realtime: is not supported"
    with 'linux["rootfsPropagation"] = "other"' \
        "linux.rootfsPropagation: 'other' is none of shared, slave, private and unbindable"
}

a_root_that_is_missing_is_named_and_nothing_is_left() {
    with_root() {
        rm -rf bundle
        mkdir -p bundle/rootfs
        cupel-oci spec --bundle bundle
        change 'root["path"] = "none"'
    }
    with_root
    mkdir -p known
    chmod 700 known
    leaves_nothing says \
        "root.path: open the root directory '$PWD/bundle/none': No such file or directory" \
        --root "$PWD/known" run --bundle bundle case
    rmdir known
}

# As runc and crun have it: who adds a namespace must not have it twice.
a_spec_has_a_cgroup_namespace_with_cgroup_v2_alone() {
    local with=1
    cupel-oci spec --bundle .
    [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ] || with=0
    [ "$(grep -c '"type": "cgroup"$' config.json)" -eq "$with" ] || fail "$(cat config.json)"
    rm config.json
}

help_and_version_have_their_letters() {
    local command
    cupel-oci -h >out || fail "-h: $(cat out)"
    grep -q '^Usage: cupel-oci \[OPTION…\] COMMAND' out || fail "$(cat out)"
    for command in create exec kill; do
        cupel-oci "$command" -h >out || fail "$command -h: $(cat out)"
        grep -q "^Usage: cupel-oci $command " out || fail "$(cat out)"
    done
    [ "$(cupel-oci -v)" = "$(cupel-oci --version)" ] || fail "$(cupel-oci -v)"
    says "option '-v' is not known (see 'cupel-oci state --help')" state -v
    rm out
}

a_spec_does_not_overwrite() {
    rm -rf bundle
    mkdir bundle
    echo mine >bundle/config.json
    says "bundle 'bundle': config.json is there already" spec --bundle bundle
    [ "$(cat bundle/config.json)" = mine ] || fail "it was overwritten"
    says "bundle 'none': No such file or directory" spec --bundle none
}

a_capability_that_is_none_is_a_warning() {
    rm -rf bundle log
    mkdir -p bundle/rootfs
    cupel-oci spec --bundle bundle
    change 'process["capabilities"]["bounding"] = ["CAP_FLY"]'
    cupel-oci plan --bundle bundle >out 2>err || fail "refused: $(cat err)"
    [ "$(cat err)" = "cupel-oci: warning: bundle 'bundle': config.json: \
process.capabilities.bounding[0]: there is no capability 'CAP_FLY', which is passed over" ] ||
        fail "$(cat err)"
    cupel-oci --log log plan --bundle bundle >out 2>err || fail "refused: $(cat err)"
    [ ! -s err ] || fail "it is on standard error, too: $(cat err)"
    grep -q 'level=warning.*CAP_FLY' log || fail "there is no line in the log"
}

errors_are_in_the_log_too() {
    says "bundle 'none': No such file or directory" --log log run --bundle none case
    says "bundle 'none': No such file or directory" --log log --log-format json run --bundle none x
    grep -q "level=error msg=\"bundle 'none': No such file or directory\"" log || fail "$(cat log)"
    tail -n 1 log | /usr/bin/python3 -c 'import json, sys
assert json.load(sys.stdin)["msg"] == "bundle \x27none\x27: No such file or directory"' ||
        fail "$(cat log)"
    says "bundle 'none': No such file or directory" --log /none/log run --bundle none case
    grep -q "option '--log': write '/none/log': No such file or directory" err || fail "$(cat err)"
}

run_tests \
    an_option_that_is_none_is_named \
    a_command_that_is_none_is_named \
    a_bundle_that_is_missing_is_named \
    a_name_that_is_none_is_refused \
    a_config_that_is_no_json_is_refused \
    what_is_mandatory_and_missing_is_named \
    wrong_types_and_values_are_named_by_their_place \
    what_is_not_done_is_refused_and_never_ignored \
    a_root_that_is_missing_is_named_and_nothing_is_left \
    a_spec_has_a_cgroup_namespace_with_cgroup_v2_alone \
    help_and_version_have_their_letters \
    a_spec_does_not_overwrite \
    a_capability_that_is_none_is_a_warning \
    errors_are_in_the_log_too
