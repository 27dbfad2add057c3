#!/usr/bin/env bash
# `cupel pull` and `cupel images` with a real registry: what comes of an image of several layers, in
# each form in which registries have them, and that a pull which fails leaves nothing.
# shellcheck source=tests/scenario/image.bash
source "$(dirname "$(readlink -f "$0")")/image.bash"

# rootfs NAME:TAG: where the store has unpacked the image.
rootfs() {
    local digest
    digest=$(cupel_ images --json | /usr/bin/python3 -c '
import json, sys
for image in json.load(sys.stdin):
    if image["reference"] == sys.argv[1]:
        print(image["digest"].removeprefix("sha256:"))' "$registry/$1")
    echo "$store/unpacked/$digest"
}

check_rootfs() {
    local root
    root=$(rootfs "$1")
    cmp "$(command -v busybox)" "$root/bin/busybox"
    [ "$(readlink "$root/bin/sh")" = busybox ]
    [ "$(stat -c %a "$root/tmp")" = 1777 ]
    [ "$(cat "$root/etc/replaced")" = above ]
    [ ! -e "$root/etc/hidden" ] || fail "a whiteout hid nothing"
    [ ! -e "$root/gone" ] || fail "a whiteout of a directory hid nothing"
    [ "$(ls "$root/opaque")" = new ] || fail "the opaque directory holds $(ls "$root/opaque")"
    [ -z "$(find "$root" -name '.wh.*')" ] || fail "a whiteout was taken for a file"
    [ -z "$(ls "$store/staging")" ] || fail "staging is not empty"
}

an_image_is_pulled_unpacked_and_listed() {
    local digest
    digest=$(cupel_ pull "$registry/busybox:1")
    [ "$digest" = "$(skopeo_ inspect --tls-verify=false --format '{{.Digest}}' \
        "docker://$registry/busybox:1")" ] || fail "pull printed '$digest'"
    check_rootfs busybox:1
    cupel_ images >table
    grep -q "^$registry/busybox:1  *$(echo "$digest" | cut -c 8-19) " table || fail "$(cat table)"
    [ "$(stat -c %a "$store")" = 700 ] || fail "others may look into the store"
}

a_second_pull_fetches_nothing_and_changes_nothing() {
    inventory "$store" >before
    cupel_ pull "$registry/busybox:1" >/dev/null
    inventory "$store" >after
    cmp before after
}

images_in_docker_format_and_with_zstd_layers_are_the_same() {
    cupel_ pull "$registry/docker/busybox:1" >/dev/null
    check_rootfs docker/busybox:1
    skopeo_ inspect --raw --tls-verify=false "docker://$registry/zstd/busybox:1" |
        grep -q 'tar+zstd'
    cupel_ pull "$registry/zstd/busybox:1" >/dev/null
    check_rootfs zstd/busybox:1
    [ "$(rootfs docker/busybox:1)" != "$(rootfs zstd/busybox:1)" ]
    diff -r "$(rootfs docker/busybox:1)" "$(rootfs zstd/busybox:1)"
}

an_index_gives_the_manifest_for_this_machine() {
    cupel_ pull "$registry/busybox:index" >digest
    [ "$(cat digest)" = "sha256:$(basename "$(rootfs busybox:1)")" ] || fail "it is $(cat digest)"
}

an_image_can_be_named_by_its_digest() {
    cupel_ pull "$registry/busybox@$(cat digest)" >again
    cmp digest again
}

the_store_is_an_oci_layout_that_skopeo_reads() {
    mkdir copy
    skopeo_ copy --quiet "oci:$store:$registry/busybox:1" dir:copy
}

two_pulls_at_once_do_not_hurt_each_other() {
    local first second
    cupel --store "$PWD/both" pull "$registry/busybox:1" >first.out &
    first=$!
    cupel --store "$PWD/both" pull "$registry/zstd/busybox:1" >second.out &
    second=$!
    wait "$first"
    wait "$second"
    [ "$(cupel --store both images | wc -l)" -eq 3 ]
    [ -z "$(ls both/staging)" ] || fail "staging is not empty"
}

what_is_not_there_is_refused() {
    refuses "it has no 'nothing:1'" cupel_ pull "$registry/nothing:1"
    refuses "it has no 'busybox:9'" cupel_ pull "$registry/busybox:9"
    refuses "it has no 'busybox@sha256:" cupel_ pull \
        "$registry/busybox@sha256:$(printf '%064d' 0)"
    refuses "image 'Busybox:1': has a name" cupel_ pull 'Busybox:1'
    refuses 'has a digest that is not' cupel_ pull "$registry/busybox@sha256:../../x"
}

a_registry_that_is_not_there_is_refused_and_makes_no_store() {
    refuses "registry 127.0.0.1:5001" cupel_ pull 127.0.0.1:5001/busybox:1
    refuses "registry 127.0.0.1:5001" cupel --store "$PWD/none" pull 127.0.0.1:5001/busybox:1
    [ ! -e none ] || fail "a store was made"
}

# corrupt NAME:TAG N: changes an octet of the n-th blob of the image in the registry's storage.
corrupt() {
    local digest
    digest=$(skopeo_ inspect --raw --tls-verify=false "docker://$registry/$1" |
        /usr/bin/python3 -c 'import json, sys
manifest = json.load(sys.stdin)
print([manifest["config"], *manifest["layers"]][int(sys.argv[1])]["digest"][7:])' "$2")
    damaged=registry/docker/registry/v2/blobs/sha256/${digest:0:2}/$digest/data
    cp "$damaged" intact
    printf 'X' | dd of="$damaged" bs=1 seek=20 conv=notrunc status=none
}

# empty_store: a store that had an image and has none any more.
empty_store() {
    rm -rf fresh
    cupel --store fresh pull "$registry/busybox:1" >/dev/null
    cupel --store fresh rmi "$registry/busybox:1"
    [ -z "$(find fresh/blobs/sha256 fresh/unpacked fresh/staging -mindepth 1)" ] ||
        fail "not empty: $(find fresh)"
}

a_blob_that_was_changed_in_the_registry_is_refused() {
    local store=$PWD/fresh layer
    empty_store
    for layer in 0 1 3; do
        corrupt busybox:1 "$layer"
        refuses "the blob's digest is" cupel_ pull "$registry/busybox:1"
        cp intact "$damaged"
    done
    cupel_ pull "$registry/busybox:1" >/dev/null
}

a_full_disk_is_refused() {
    mkdir small
    # shellcheck disable=SC2016 # the inner shell's own parameters
    unshare --mount sh -euc '
        mount -t tmpfs -o size=1500k,mode=700 small small
        if cupel --store small/store pull "$1" >stdout 2>stderr; then
            exit 1
        fi
        [ -z "$(find small/store/blobs/sha256 small/store/unpacked small/store/staging \
            -mindepth 1)" ]
    ' sh "$registry/busybox:1"
    [ "$(wc -l <stderr)" -eq 1 ] || fail "not one line: $(cat stderr)"
    grep -q 'No space left on device' stderr || fail "$(cat stderr)"
}

an_interrupted_pull_leaves_nothing() {
    local pid status=0
    empty_store
    kill -STOP "$registry_pid"
    cupel --store "$PWD/fresh" pull "$registry/busybox:1" 2>stderr &
    pid=$!
    sleep 0.2
    kill -INT "$pid"
    wait "$pid" || status=$?
    kill -CONT "$registry_pid"
    [ "$status" -eq 130 ] || fail "status $status: $(cat stderr)"
    grep -q interrupted stderr || fail "$(cat stderr)"
    [ -z "$(find fresh/blobs/sha256 fresh/unpacked fresh/staging -mindepth 1)" ] ||
        fail "left: $(find fresh)"
}

what_a_killed_pull_has_left_the_next_one_removes() {
    mkdir -p store/staging/99999999/rootfs/deep
    cupel_ pull "$registry/busybox:1" >/dev/null
    [ -z "$(ls store/staging)" ] || fail "staging holds $(ls store/staging)"
}

an_image_that_is_removed_takes_with_it_what_only_it_needs() {
    local blobs
    blobs=$(find store/blobs -type f | wc -l)
    refuses "there is no image '$registry/busybox:9'" cupel_ rmi "$registry/busybox:9"
    cupel_ rmi "$registry/zstd/busybox:1"
    [ "$(find store/blobs -type f | wc -l)" -lt "$blobs" ] || fail "no blob was removed"
    check_rootfs busybox:1
    cupel_ images --json | /usr/bin/python3 -c 'import json, sys
for image in json.load(sys.stdin): print(image["reference"])' >names
    while read -r name; do
        cupel_ rmi "$name"
    done <names
    [ -z "$(find store/blobs/sha256 store/unpacked store/staging -mindepth 1)" ] ||
        fail "left: $(find store)"
}

make_image
start_registry
push busybox:1
push docker/busybox:1 --format v2s2
push zstd/busybox:1 --dest-compress-format zstd
"$here/image_index.py" "$registry" busybox 1 index

run_tests \
    an_image_is_pulled_unpacked_and_listed \
    a_second_pull_fetches_nothing_and_changes_nothing \
    images_in_docker_format_and_with_zstd_layers_are_the_same \
    an_index_gives_the_manifest_for_this_machine \
    an_image_can_be_named_by_its_digest \
    the_store_is_an_oci_layout_that_skopeo_reads \
    two_pulls_at_once_do_not_hurt_each_other \
    what_is_not_there_is_refused \
    a_registry_that_is_not_there_is_refused_and_makes_no_store \
    a_blob_that_was_changed_in_the_registry_is_refused \
    a_full_disk_is_refused \
    an_interrupted_pull_leaves_nothing \
    what_a_killed_pull_has_left_the_next_one_removes \
    an_image_that_is_removed_takes_with_it_what_only_it_needs
