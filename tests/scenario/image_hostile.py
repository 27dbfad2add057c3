#!/usr/bin/python3
"""image_hostile.py PORT: a registry on 127.0.0.1 whose answers have no end. What is asked for,
/v2/STATUS/manifests/TAG, says which HTTP status to answer with."""
import contextlib
import http.server
import sys


class Endless(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        words = self.path.split("/")
        status = int(words[2]) if len(words) > 2 and words[2].isdigit() else 200
        self.send_response(status)
        self.send_header("Location", self.path)
        self.send_header("Content-Type", "application/vnd.oci.image.manifest.v1+json")
        port = self.server.server_port
        self.send_header("WWW-Authenticate", f'Bearer realm="http://127.0.0.1:{port}/token"')
        self.end_headers()
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(b" " * 65536)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Endless).serve_forever()
