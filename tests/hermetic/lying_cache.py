#!/usr/bin/env python3
"""A cache server for Bazel (the HTTP protocol) that takes everything and gives back lies.

lying_cache.py MODE_FILE: prints its port. What it does with a request is read from MODE_FILE each time:

honest    what was stored
flipped   a blob with one bit changed
cut       the first half of a blob
hung_up   the first half of a blob, where all of it was announced
swapped   another blob
missing   no blob, though there is an entry for the action
garbage   an entry that is none
failing   an error for everything
"""

import http.server
import pathlib
import sys

STORED = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        data = self.rfile.read(int(self.headers["Content-Length"]))
        STORED[self.path] = data
        self.answer(200, b"")

    def do_GET(self):
        mode = pathlib.Path(sys.argv[1]).read_text().strip()
        data = STORED.get(self.path)
        is_blob = "/cas/" in self.path
        if mode == "failing":
            self.answer(500, b"no")
        elif data is None or (mode == "missing" and is_blob):
            self.answer(404, b"")
        elif mode == "garbage" and not is_blob:
            self.answer(200, b"\xff\x00 no entry")
        elif not is_blob or not data or mode in ("honest", "missing", "garbage"):
            self.answer(200, data)
        elif mode == "flipped":
            self.answer(200, data[:-1] + bytes([data[-1] ^ 1]))
        elif mode == "swapped":
            others = [blob for path, blob in STORED.items() if "/cas/" in path and blob != data]
            self.answer(200, others[0])
        elif mode == "cut":
            self.answer(200, data[: len(data) // 2])
        elif mode == "hung_up":
            self.answer(200, data[: len(data) // 2], len(data))
            self.close_connection = True
        else:
            sys.exit(f"unknown mode {mode}")

    def answer(self, status, data, announced=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(data) if announced is None else announced))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


main()
