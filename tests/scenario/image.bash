# shellcheck shell=bash disable=SC2034 # some variables are for those who source this
# What the image_*.sh scenarios share: a registry of Debian's docker-registry on loopback, filled by
# umoci and skopeo with images that are made here from Debian's static busybox.
scenario_unshare=(--mount-proc)
# shellcheck source=tests/scenario/scenario.bash
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/scenario.bash"

registry=127.0.0.1:5000
store=$PWD/store

needs docker-registry docker-registry
needs skopeo skopeo
needs umoci umoci
needs busybox busybox-static

umoci_() {
    umoci --log=error "$@"
}

# Three layers: busybox; files that will be hidden, and one that will be replaced; whiteouts of
# both kinds, and the replacement.
make_image() {
    local tool
    umoci_ init --layout layout
    umoci_ new --image layout:1
    mkdir -p base/bin base/tmp base/etc
    chmod 1777 base/tmp
    cp "$(command -v busybox)" base/bin/busybox
    for tool in sh echo cat ls id hostname sleep env pwd touch wget httpd head tail; do
        ln -s busybox "base/bin/$tool"
    done
    echo 'root:x:0:0::/:/bin/sh' >base/etc/passwd
    echo 'guest:x:1234:1234::/:/bin/sh' >>base/etc/passwd
    umoci_ insert --rootless --image layout:1 base /
    mkdir -p second/etc second/gone/deep second/opaque
    echo below >second/etc/hidden
    echo below >second/etc/replaced
    echo below >second/gone/deep/file
    echo below >second/opaque/old
    umoci_ insert --rootless --image layout:1 second /
    umoci_ insert --rootless --image layout:1 --whiteout /etc/hidden
    umoci_ insert --rootless --image layout:1 --whiteout /gone
    mkdir third
    echo above >third/new
    umoci_ insert --rootless --image layout:1 --opaque third /opaque
    echo above >replaced
    umoci_ insert --rootless --image layout:1 replaced /etc/replaced
    umoci_ config --image layout:1 --config.entrypoint /bin/sh --config.entrypoint -c \
        --config.cmd 'echo the command of the image' --config.env PATH=/bin --config.env A=1 \
        --config.workingdir /tmp
}

# skopeo remembers where it has seen which blob: in the test's own directory, and not for long, or
# it would not compress anew what it has pushed before.
skopeo_() {
    rm -rf skopeo
    _CONTAINERS_ROOTLESS_UID=1 XDG_DATA_HOME=$PWD/skopeo skopeo --insecure-policy "$@"
}

# push NAME:TAG [SKOPEO OPTION…]: puts the image into the registry.
push() {
    local name=$1
    shift
    skopeo_ copy --quiet --dest-tls-verify=false "$@" oci:layout:1 "docker://$registry/$name"
}

registry_answers() {
    (: <"/dev/tcp/${registry/://}") 2>/dev/null
}

start_registry() {
    cat >registry.yml <<YML
version: 0.1
log:
  level: error
  accesslog:
    disabled: true
storage:
  filesystem:
    rootdirectory: $PWD/registry
http:
  addr: $registry
YML
    docker-registry serve registry.yml >registry.out 2>&1 &
    registry_pid=$!
    wait_until registry_answers
}

cupel_() {
    cupel --store "$store" "$@"
}

# All that is in the store, with what files hold.
inventory() {
    [ ! -e "$1" ] || (cd "$1" && find . -type f -exec sha256sum {} + -o -print | sort)
}

# refuses SENTENCE COMMAND…: the command fails with status 125 and exactly one line on stderr, which
# has the sentence in it, and the store is as it was before.
refuses() {
    local sentence=$1 status=0
    shift
    inventory "$store" >before
    "$@" >stdout 2>stderr || status=$?
    inventory "$store" >after
    [ "$status" -eq 125 ] || fail "status $status, not 125: $*: $(cat stderr)"
    [ ! -s stdout ] || fail "printed on stdout: $(cat stdout)"
    [ "$(wc -l <stderr)" -eq 1 ] || fail "not one line: $(cat stderr)"
    grep -qF -- "$sentence" stderr || fail "'$sentence' is not in: $(cat stderr)"
    cmp -s before after || fail "the store has changed: $(diff before after)"
}
