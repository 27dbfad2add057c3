# shellcheck shell=sh
# A registry of files, served by busybox, for the cases that pull and have no time for a real one:
# . "$CUPEL_SOURCE/vm/lib/registry.sh". The image NAME is 127.0.0.1:5000/NAME:1.oci; the ending
# tells httpd the type of a manifest.

# digest FILE
digest() {
    echo "sha256:$(sha256sum "$1" | cut -d ' ' -f 1)"
}

# described FILE TYPE: a descriptor.
described() {
    echo "{ \"mediaType\": \"application/vnd.oci.image.$2\", \"digest\": \"$(digest "$1")\",
        \"size\": $(wc -c <"$1") }"
}

# make_image REGISTRY NAME LAYER…: of tar files; its command prints /name.
make_image() {
    registry=$1 name=$2
    shift 2
    mkdir -p "$registry/v2/$name/blobs" "$registry/v2/$name/manifests"
    diffs='' layers=''
    for layer in "$@"; do
        diffs="$diffs${diffs:+, }\"$(digest "$layer")\""
        layers="$layers${layers:+, }$(described "$layer" layer.v1.tar)"
        cp "$layer" "$registry/v2/$name/blobs/$(digest "$layer")"
    done
    cat >"$registry/config" <<END_OF_CONFIG
{
    "architecture": "amd64", "os": "linux",
    "config": { "Env": ["PATH=/bin"], "Cmd": ["cat", "/name"] },
    "rootfs": { "type": "layers", "diff_ids": [$diffs] }
}
END_OF_CONFIG
    cat >"$registry/v2/$name/manifests/1.oci" <<END_OF_MANIFEST
{
    "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "config": $(described "$registry/config" config.v1+json), "layers": [$layers]
}
END_OF_MANIFEST
    mv "$registry/config" "$registry/v2/$name/blobs/$(digest "$registry/config")"
}

# serve REGISTRY: sets $server.
serve() {
    echo '.oci:application/vnd.oci.image.manifest.v1+json' >httpd.conf
    httpd -f -p 127.0.0.1:5000 -c "$PWD/httpd.conf" -h "$1" &
    server=$!
    touch "$1/ready"
    until wget -q -O ready http://127.0.0.1:5000/ready 2>/dev/null; do
        kill -0 "$server" || exit 1
        usleep 20000
    done
}
