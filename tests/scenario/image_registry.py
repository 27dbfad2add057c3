#!/usr/bin/python3
"""image_registry.py PORT OTHER_PORT LOG: a registry on loopback that does what registries may do:
it wants a token (/token), sends blobs from another address (OTHER_PORT), and lies, by the name of
the repository. Each request is written to LOG with the port, the path and what it showed as
Authorization."""
import gzip
import hashlib
import http.server
import io
import json
import platform
import sys
import tarfile
import threading
import urllib.parse

PORT, OTHER, LOG = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
OCI = "application/vnd.oci.image."
TOKEN = "the-token"


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def layer():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as out:
        entry = tarfile.TarInfo("file")
        entry.size = 5
        out.addfile(entry, io.BytesIO(b"hello"))
    return stream.getvalue()


TAR = layer()
LAYER = gzip.compress(TAR, mtime=0)
ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), "unknown")
CONFIG = json.dumps({"os": "linux", "architecture": ARCHITECTURE,
                     "rootfs": {"type": "layers", "diff_ids": [digest(TAR)]}}).encode()
BLOBS = {digest(LAYER): LAYER, digest(CONFIG): CONFIG}
MANIFEST = {"schemaVersion": 2, "mediaType": OCI + "manifest.v1+json",
            "config": {"mediaType": OCI + "config.v1+json", "digest": digest(CONFIG),
                       "size": len(CONFIG)},
            "layers": [{"mediaType": OCI + "layer.v1.tar+gzip", "digest": digest(LAYER),
                        "size": len(LAYER)}]}


class Registry(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, content=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            self.wfile.write(content)
        except OSError:
            pass

    def do_GET(self):
        port = self.server.server_address[1]
        shown = self.headers.get("Authorization", "nothing")
        with open(LOG, "a", encoding="utf-8") as log:
            log.write(f"{port} {self.path} {shown}\n")
        url = urllib.parse.urlparse(self.path)
        parts = url.path.split("/")
        if url.path == "/token":
            return self.token(urllib.parse.parse_qs(url.query))
        if port == OTHER:
            return self.blob(parts[-1], parts[2])
        return self.repository(parts[2], parts[3], parts[4], shown)

    def token(self, query):
        if query.get("scope") == ["repository:broken-token:pull"]:
            return self.answer(200, json.dumps({"token": "a\r\nHost: evil"}).encode())
        return self.answer(200, json.dumps({"access_token": TOKEN}).encode())

    def blob(self, name, repository):
        content = BLOBS.get(name)
        if content is None:
            return self.answer(404)
        if repository == "longer":
            content += bytes(1 << 20)
        if repository == "shorter":
            content = content[:-1]
        return self.answer(200, content)

    def repository(self, name, kind, what, shown):
        if name in ("private", "broken-token", "redirect", "longer", "shorter") and \
                shown != f"Bearer {TOKEN}":
            return self.answer(401, WWW_Authenticate=f'Bearer realm="http://127.0.0.1:{PORT}/token"'
                                                     f',service="a registry",scope="x"')
        if name == "basic":
            return self.answer(401, WWW_Authenticate='Basic realm="x"')
        if name == "refused":
            return self.answer(401, WWW_Authenticate='Bearer realm="http://127.0.0.1:'
                                                     f'{PORT}/token"')
        if name == "loop":
            return self.answer(302, Location=self.path)
        if name == "elsewhere":
            return self.answer(302, Location="http://192.0.2.1:1/")
        if name == "file":
            return self.answer(302, Location="file:///etc/passwd")
        if name == "busy":
            return self.answer(429)
        if name == "down":
            return self.answer(503)
        if kind == "manifests":
            return self.manifest(name)
        if name in ("redirect", "longer", "shorter"):
            return self.answer(307, Location=f"http://127.0.0.1:{OTHER}{self.path}")
        return self.blob(what, name)

    def manifest(self, name):
        manifest, media = dict(MANIFEST), OCI + "manifest.v1+json"
        if name == "confused":
            media = OCI + "index.v1+json"
        if name == "both":
            manifest["manifests"] = []
        if name == "text":
            media = "text/plain"
        if name == "huge":
            return self.answer(200, b" " * (5 << 20), Content_Type=media)
        content = json.dumps(manifest).encode()
        announced = digest(b"") if name == "announced" else digest(content)
        return self.answer(200, content, Content_Type=media, Docker_Content_Digest=announced)


def main():
    for port in (PORT, OTHER):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Registry)
        threading.Thread(target=server.serve_forever).start()


if __name__ == "__main__":
    main()
