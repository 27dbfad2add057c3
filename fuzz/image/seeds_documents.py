#!/usr/bin/python3
"""seeds_documents.py DIRECTORY: writes the seed corpora of fuzz_reference.c, fuzz_challenge.c and
fuzz_manifest.c below the directory, named for what they show."""
import json
import pathlib
import sys

HEX = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
DIGEST = "sha256:" + HEX
OCI, DOCKER = "application/vnd.oci.image.", "application/vnd.docker."

REFERENCES = {
    "name": "alpine", "name-and-tag": "alpine:3", "two-parts": "team/app",
    "host-and-port": "127.0.0.1:5000/busybox:1", "ipv6": "[::1]:5000/app",
    "localhost": "localhost/a",
    "digest": "app@" + DIGEST, "tag-and-digest": "h.example/app:1@" + DIGEST,
    "separators": "h.example/a-b/c__d/e---f.g", "empty": "", "no-name": "h.example/",
    "upper-case": "App", "leads-up": "h.example/../etc", "digest-is-a-path": "a@sha256:../../x",
    "digest-upper-case": "a@" + DIGEST.upper(), "port-too-large": "h.example:65536/a",
    "host-with-hyphen": "-h.example/a", "bracket-open": "[::1/a", "tag-too-long": "a:" + "t" * 129,
    "user-in-host": "user@h.example/a", "three-underscores": "h.example/a___b",
    "default-host-written-out": "docker.io/library/alpine:latest", "control": "a\nb",
    "name-too-long": "h.example/" + "a" * 256, "much-too-long": "a" * 900,
}

CHALLENGES = {
    "realm-service-scope": 'Bearer realm="https://auth.example/token",service="registry.example",'
                           'scope="repository:a:pull"',
    "words": "bearer realm=x,service=y", "spaces": 'Bearer realm = "x" , service = "y"',
    "escapes": r'Bearer realm="a\"b\\c"', "basic": 'Basic realm="x"', "empty": "",
    "no-realm": 'Bearer service="y"', "not-closed": 'Bearer realm="x', "no-value": "Bearer realm=",
    "line-break": 'Bearer realm="a\r\nb"', "comma-at-the-end": 'Bearer realm="x",',
    "too-long": 'Bearer realm="' + "x" * 1100 + '"', "twice": 'Bearer realm="a",realm="b"',
    "escape-at-the-end": 'Bearer realm="a\\', "garbage-after": 'Bearer realm="x" y',
}


def descriptor(media, size=7, **more):
    return {"mediaType": media, "digest": DIGEST, "size": size} | more


def platform(system, architecture):
    return {"platform": {"os": system, "architecture": architecture}}


def manifest(prefix=OCI, **changes):
    config = OCI + "config.v1+json" if prefix == OCI else DOCKER + "container.image.v1+json"
    layers = ([OCI + "layer.v1.tar" + end for end in ("", "+gzip", "+zstd")] if prefix == OCI else
              [DOCKER + "image.rootfs.diff.tar" + end for end in ("", ".gzip", ".zstd")])
    own = OCI + "manifest.v1+json" if prefix == OCI else DOCKER + "distribution.manifest.v2+json"
    return {"schemaVersion": 2, "mediaType": own, "config": descriptor(config),
            "layers": [descriptor(layer) for layer in layers]} | changes


def index(prefix=OCI, **changes):
    own = (OCI + "index.v1+json" if prefix == OCI
           else DOCKER + "distribution.manifest.list.v2+json")
    inner = OCI + "manifest.v1+json" if prefix == OCI else DOCKER + "distribution.manifest.v2+json"
    return {"schemaVersion": 2, "mediaType": own, "manifests": [
        descriptor(inner), descriptor(inner, **platform("linux", "s390x")),
        descriptor(inner, **platform("linux", "amd64"))]} | changes


def config(**changes):
    return {"architecture": "amd64", "os": "linux", "created": "2024-01-02T03:04:05Z",
            "config": {"User": "a:b", "WorkingDir": "/w", "Env": ["A=1", "B"], "Cmd": ["x"],
                       "Entrypoint": None, "Labels": {"a": "b"}},
            "rootfs": {"type": "layers", "diff_ids": [DIGEST]}, "history": []} | changes


def listed(count=2, **changes):
    return {"schemaVersion": 2, "manifests": [
        descriptor(OCI + "manifest.v1+json", annotations={
            "org.opencontainers.image.ref.name": f"h.example/a:{i}",
            "org.opencontainers.image.created": "2024-01-02T03:04:05Z",
            "cupel.unpacked-bytes": "18446744073709551615"} | changes) for i in range(count)]}


def without(document, *names):
    return {name: value for name, value in document.items() if name not in names}


PLAIN, MANIFEST, CONFIG, LIST, DOCKERS = 0, 1, 2, 3, 0x80

DOCUMENTS = {
    "manifest": (MANIFEST, manifest()),
    "manifest-docker": (MANIFEST | DOCKERS, manifest(DOCKER)),
    "manifest-without-its-type": (MANIFEST, without(manifest(), "mediaType")),
    "manifest-with-another-type": (MANIFEST, manifest(mediaType=OCI + "index.v1+json")),
    "manifest-docker-as-oci": (MANIFEST, manifest(DOCKER)),
    "manifest-and-index": (MANIFEST, manifest() | without(index(), "mediaType")),
    "manifest-and-index-without-a-type": (PLAIN, without(manifest() | index(), "mediaType")),
    "manifest-of-schema-1": (MANIFEST, manifest(schemaVersion=1, fsLayers=[])),
    "manifest-without-layers": (MANIFEST, without(manifest(), "layers")),
    "manifest-with-too-many-layers": (MANIFEST, manifest(
        layers=[descriptor(OCI + "layer.v1.tar")] * 129)),
    "manifest-with-a-digest-that-is-a-path": (MANIFEST, manifest(
        config=descriptor(OCI + "config.v1+json") | {"digest": "sha256:../../../etc/passwd"})),
    "manifest-with-a-negative-size": (MANIFEST, manifest(
        config=descriptor(OCI + "config.v1+json", size=-1))),
    "manifest-with-a-huge-size": (MANIFEST, manifest(
        config=descriptor(OCI + "config.v1+json", size=(1 << 63) - 1))),
    "manifest-with-an-unknown-layer": (MANIFEST, manifest(layers=[descriptor("text/plain")])),
    "index": (PLAIN, index()),
    "index-docker": (DOCKERS, index(DOCKER)),
    "index-for-others": (PLAIN, index(manifests=[
        descriptor(OCI + "manifest.v1+json", **platform("plan9", "mips"))])),
    "index-of-indexes": (PLAIN, index(manifests=[
        descriptor(OCI + "index.v1+json", **platform("linux", "amd64"))])),
    "index-with-a-bad-platform": (PLAIN, index(manifests=[
        descriptor(OCI + "manifest.v1+json", platform={"os": 1})])),
    "index-with-an-entry-that-is-null": (PLAIN, index(manifests=[None])),
    "config": (CONFIG, config()),
    "config-without-config": (CONFIG, without(config(), "config", "created")),
    "config-with-another-rootfs": (CONFIG, config(rootfs={"type": "x", "diff_ids": []})),
    "config-with-a-bad-diff-id": (CONFIG, config(rootfs={"type": "layers", "diff_ids": ["x"]})),
    "config-with-numbers-as-texts": (CONFIG, config(config={"Cmd": [1]})),
    "config-with-an-escape-in-its-time": (CONFIG, config(created="\x1b[2J")),
    "config-without-a-platform": (CONFIG, config(os="")),
    "list": (LIST, listed()),
    "list-of-nothing": (LIST, listed(0)),
    "list-with-a-bad-number": (LIST, listed(**{"cupel.unpacked-bytes": "x"})),
    "list-without-names": (LIST, index()),
}

RAW = {
    "not-json": (PLAIN, b"{"), "array": (MANIFEST, b"[]"), "empty": (PLAIN, b""),
    "repeated-member": (MANIFEST, b'{"schemaVersion": 2, "schemaVersion": 2}'),
    "deep": (CONFIG, b"[" * 5000), "nul-in-a-text": (CONFIG, b'{"os": "a\\u0000b"}'),
    "not-utf-8": (CONFIG, b'{"os": "\xff"}'),
}


def write(folder, seeds):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in seeds.items():
        (folder / name).write_bytes(content)


def main():
    top = pathlib.Path(sys.argv[1])
    write(top / "reference", {name: text.encode() for name, text in REFERENCES.items()})
    write(top / "challenge", {name: text.encode() for name, text in CHALLENGES.items()})
    documents = {name: (kind, json.dumps(content).encode())
                 for name, (kind, content) in DOCUMENTS.items()} | RAW
    write(top / "manifest", {name: bytes([kind]) + content
                             for name, (kind, content) in documents.items()})


if __name__ == "__main__":
    main()
