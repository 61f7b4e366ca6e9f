"""Where the demo's print files are: a server of one picture, so that Platen's look at artwork finds a true file."""

from __future__ import annotations

import struct
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PIXELS = 4000, 4000
"""More than the largest of the demo's products needs."""
PATHS = ("/harbour.png", "/harbour-square.png", "/lighthouse.png", "/anchor.png", "/uploads/family.png")


def picture(width: int, height: int) -> bytes:
    """A white PNG, one bit for each pixel: of any size, and a few kilobytes."""
    rows = (b"\0" + b"\xff" * -(-width // 8)) * height
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


class Gallery:
    """The same picture under each of ``PATHS``, on a free port of this computer."""

    def __init__(self) -> None:
        self.looks: list[str] = []
        """The path of each file that was given, in the order in which they were asked for."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(picture(*PIXELS), self.looks))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, name="print files", daemon=True).start()
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(data: bytes, looks: list[str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path not in PATHS:
                self.send_error(404)
                return
            looks.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """The screen is the demo's."""

    return Handler
