"""The look at a print file: never inside our own network, never longer or more than it may be, never an error.

The files are on a real server on 127.0.0.1; ``Net`` is where names and public addresses lead.
"""

from __future__ import annotations

import gzip
import logging
import socket
import struct
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.adapters import artwork
from platen.adapters.artwork import MOST, RequestsArtwork
from platen.adapters.image_file import media_type_of, pixels_of
from platen.domain.artwork import Seen
from tests.adapters.test_http import Behaviour, Server, answers, resets, self_signed

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
PUBLIC = "93.184.215.14"
URL = "http://files.example.com/mug.png?token=hush"


def png(width: int = 3000, height: int = 2000) -> bytes:
    body = b"IHDR" + struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">L", 13) + body + struct.pack(">L", zlib.crc32(body))


def jpeg(width: int = 3000, height: int = 2000, before: bytes = b"") -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes(9)
    return b"\xff\xd8" + before + frame + b"\xff\xda" + bytes(100)


def tiff(width: int = 3000, height: int = 2000, at: int = 8) -> bytes:
    entries = struct.pack("<HHLL", 256, 4, 1, width) + struct.pack("<HHLL", 257, 4, 1, height)
    return (b"II*\0" + struct.pack("<L", at)).ljust(at, b"\0") + struct.pack("<H", 2) + entries + bytes(40)


GIF = b"GIF89a" + struct.pack("<HH", 3000, 2000) + bytes(20)
WEBP = b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + (2999).to_bytes(3, "little") + (1999).to_bytes(3, "little")


def reply(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    told = {"Content-Length": str(len(body))} | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items() if value)
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def leads_to(url: str, status: str = "302 Found") -> Behaviour:
    return answers(reply(status=status, Location=url))


class Net:
    """Names lead to addresses (``names``, else a public one); public addresses lead to the server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.names: dict[str, list[str]] = {}
        self.asked: list[str] = []
        self.dialled: list[str] = []

    def resolve(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        with_numbers = [str(found[4][0]) for found in self._as_number(host, port)]
        return self.names.get(host, with_numbers or [PUBLIC])

    def dial(self, address: tuple[str, int], timeout: Any = None, **_: Any) -> socket.socket:
        self.dialled.append(address[0])
        return socket.create_connection(("127.0.0.1", self.server.port), 5)

    def _as_number(self, host: str, port: int) -> list[Any]:
        try:
            return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except OSError:
            return []


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def net(server: Server, monkeypatch: pytest.MonkeyPatch) -> Net:
    made = Net(server)
    monkeypatch.setattr(artwork, "create_connection", made.dial)
    return made


@pytest.fixture
def eyes(net: Net) -> RequestsArtwork:
    return RequestsArtwork(resolve=net.resolve)


class TestAFile:
    @pytest.mark.parametrize(
        ("body", "media_type"),
        [
            (png(), "image/png"),
            (jpeg(), "image/jpeg"),
            (jpeg(before=b"\xff\xe1" + struct.pack(">H", 40_000) + bytes(39_998)), "image/jpeg"),
            (tiff(), "image/tiff"),
            (tiff(at=5000), "image/tiff"),
            (GIF, "image/gif"),
            (WEBP, "image/webp"),
        ],
        ids=["png", "jpeg", "jpeg with much in front", "tiff", "tiff told late", "gif", "webp"],
    )
    def test_is_seen_by_what_it_is(
        self, eyes: RequestsArtwork, server: Server, body: bytes, media_type: str
    ) -> None:
        server.behaviour = answers(reply(body, Content_Type="image/bmp"))
        assert eyes.look(URL) == Seen(
            reachable=True, media_type=media_type, size=len(body), width=3000, height=2000
        )

    def test_is_asked_for_as_it_is_and_only_its_beginning(self, eyes: RequestsArtwork, server: Server) -> None:
        server.behaviour = answers(reply(png()))
        eyes.look(URL)
        (request,) = server.requests
        assert request.startswith(b"GET /mug.png?token=hush HTTP/1.1\r\nHost: files.example.com\r\n")
        assert f"Range: bytes=0-{MOST - 1}\r\n".encode() in request
        assert b"Accept-Encoding: identity\r\n" in request

    @pytest.mark.parametrize("ranged", [True, False])
    def test_that_is_huge_is_not_read_to_its_end(self, eyes: RequestsArtwork, server: Server, ranged: bool) -> None:
        def sends(connection: socket.socket, _request: bytes) -> None:
            head = (
                reply(status="206 Partial", Content_Length=str(MOST), Content_Range=f"bytes 0-{MOST - 1}/90000000")
                if ranged
                else reply(Content_Length="90000000")
            )
            connection.sendall(head + png())
            for sent in range(0, MOST if ranged else 90_000_000, 65536):
                connection.sendall(bytes(65536))
                server.dripped = sent

        server.behaviour = sends
        seen = eyes.look(URL)
        assert (seen.size, seen.width, seen.reachable) == (90_000_000, 3000, True)
        assert server.dripped < 80_000_000

    @pytest.mark.parametrize(
        ("answer", "size"),
        [
            (reply(png(), "206 Partial", Content_Range="bytes 0-32/5000"), 5000),
            (reply(png(), "206 Partial", Content_Range="bytes 0-32/*"), None),
            (reply(png(), "206 Partial", Content_Range="bytes 0-32/7"), len(png())),
            (reply(png(), "206 Partial"), None),
            (reply(png(), "206 Partial", Content_Range="nonsense"), None),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n21\r\n" + png() + b"\r\n0\r\n\r\n", len(png())),
        ],
        ids=["told", "not told", "told too small", "no range", "no such range", "in chunks"],
    )
    def test_is_as_big_as_can_be_known(
        self, eyes: RequestsArtwork, server: Server, answer: bytes, size: int | None
    ) -> None:
        server.behaviour = answers(answer)
        assert eyes.look(URL) == Seen(reachable=True, media_type="image/png", size=size, width=3000, height=2000)

    @pytest.mark.parametrize("told", ["-5", "9" * 5000, "1e9", "5, 5000000"])
    def test_whose_length_is_told_in_no_number_ends_nothing(
        self, eyes: RequestsArtwork, server: Server, told: str
    ) -> None:
        server.behaviour, server.close_after = answers(reply(png(), Content_Length=told)), True
        assert eyes.look(URL).size in (None, len(png()))

    def test_that_is_longer_than_was_told_is_what_was_told(self, eyes: RequestsArtwork, server: Server) -> None:
        server.behaviour = answers(reply(png() + bytes(5000), Content_Length=str(len(png()))))
        assert eyes.look(URL).size == len(png())

    @pytest.mark.parametrize(
        ("body", "served", "media_type"),
        [
            (b"%PDF-1.7 ...", "", "application/pdf"),
            (b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">', "image/png", "image/svg+xml"),
            (b"<?xml version='1.0'?>\n<!-- made by hand -->\n<!DOCTYPE svg>\n<svg>", "", "image/svg+xml"),
            (b"\xef\xbb\xbf\n<!DOCTYPE html><html><title>Sign in</title>", "image/jpeg", "text/html"),
            (b"<HTML><body><svg></svg>", "image/jpeg", "text/html"),
            (b"<?xml version='1.0'?><Error/>", "application/xml; charset=utf-8", "application/xml"),
            (b"8BPS\0\1", "", "image/vnd.adobe.photoshop"),
            (b"who knows", "IMAGE/JPG", "image/jpeg"),
            (b"who knows", "application/octet-stream", ""),
            (b"who knows", "binary/octet-stream", ""),
            (b"who knows", "x" * 5000, ""),
            (b"who knows", "", ""),
        ],
    )
    def test_that_cannot_be_measured(
        self, eyes: RequestsArtwork, server: Server, body: bytes, served: str, media_type: str
    ) -> None:
        server.behaviour = answers(reply(body, Content_Type=served))
        assert eyes.look(URL) == Seen(reachable=True, media_type=media_type, size=len(body))

    def test_that_comes_packed_is_not_unpacked(self, eyes: RequestsArtwork, server: Server) -> None:
        bomb = gzip.compress(png() + bytes(20_000_000))
        server.behaviour = answers(reply(bomb, Content_Encoding="gzip", Content_Type="image/png"))
        assert eyes.look(URL) == Seen(reachable=True, media_type="image/png")

    @pytest.mark.parametrize(
        "whole", [png(), jpeg(), tiff(), GIF[:11], WEBP], ids=["png", "jpeg", "tiff", "gif", "webp"]
    )
    def test_whose_beginning_is_cut_has_no_pixels_or_its_own(self, whole: bytes) -> None:
        for length in range(len(whole)):
            data = whole[:length]
            assert pixels_of(data, media_type_of(data)) in (None, (3000, 2000))

    def test_that_lies_about_its_pixels_is_not_believed(self) -> None:
        for data in (
            png(0, 5),
            png(5, 0),
            png(2**32 - 1, 5),
            tiff(2**31, 5),
            GIF.replace(b"\xb8", b"\xff\xff")[:26],
        ):
            assert pixels_of(data, media_type_of(data)) is None


BEGINNINGS = [
    png(),
    jpeg(),
    tiff(),
    GIF,
    WEBP,
    b"MM\0*",
    b"II+\0\x08\0\0\0",
    b"\xff\xd8\xff",
    b"<svg",
    b"<!--",
    b"",
]


@given(
    start=st.sampled_from(BEGINNINGS),
    keep=st.integers(0, 40),
    rest=st.binary(max_size=300),
    times=st.integers(1, 800),
)
def test_any_bytes_at_all_are_read_to_an_end(start: bytes, keep: int, rest: bytes, times: int) -> None:
    data = (start[:keep] + rest * times)[:MOST]
    found = pixels_of(data, media_type_of(data))
    assert found is None or all(type(side) is int and side > 0 for side in found)


class TestNotThere:
    @pytest.mark.parametrize(
        ("answer", "told"),
        [
            (reply(status="403 No"), "files.example.com does not show it to everybody (403)"),
            (reply(status="401 No"), "files.example.com does not show it to everybody (401)"),
            (reply(status="404 No"), "files.example.com has no such file (404)"),
            (reply(status="410 No"), "files.example.com has no such file (410)"),
            (reply(status="416 No"), "files.example.com has an empty file there (416)"),
            (reply(status="429 No"), "files.example.com is in trouble or busy (429)"),
            (reply(png(), "503 No"), "files.example.com is in trouble or busy (503)"),
            (reply(status="204 No"), "files.example.com answered 204 and no file"),
            (reply(status="304 No"), "files.example.com answered 304 and no file"),
            (reply(status="302 No"), "files.example.com answered 302 and no file"),
            (reply(status="200 OK"), "files.example.com has an empty file there"),
            (
                reply(png(), "206 Partial", Content_Range="bytes 9-41/5000"),
                "files.example.com answered with another part of the file than its beginning",
            ),
            (reply(png(), Content_Length="5000"), "files.example.com broke off in the middle of it"),
            (b"nonsense\r\n\r\n", "files.example.com broke off in the middle of it"),
            (b"", "files.example.com broke off in the middle of it"),
        ],
    )
    def test_is_told_by_host_and_never_by_its_secrets(
        self, eyes: RequestsArtwork, server: Server, answer: bytes, told: str
    ) -> None:
        server.behaviour, server.close_after = answers(answer), True
        assert eyes.look(URL) == Seen(reachable=False, words=told)

    def test_when_the_connection_is_reset(self, eyes: RequestsArtwork, server: Server) -> None:
        server.behaviour = resets
        assert eyes.look(URL).words == "files.example.com broke off in the middle of it"

    def test_when_nobody_listens(self, net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuses(address: tuple[str, int], *_: Any, **__: Any) -> Any:
            net.dialled.append(address[0])
            raise ConnectionRefusedError

        monkeypatch.setattr(artwork, "create_connection", refuses)
        net.names["files.example.com"] = [f"93.184.215.{n}" for n in range(1, 50)]
        assert RequestsArtwork(resolve=net.resolve).look(URL).words == "files.example.com could not be reached"
        assert len(net.dialled) == 4

    def test_when_the_name_does_not_lead_anywhere(self, net: Net) -> None:
        def unknown(_host: str, _port: int) -> Any:
            raise socket.gaierror(-2, "Name or service not known")

        for resolve in (unknown, lambda _host, _port: []):
            told = RequestsArtwork(resolve=resolve).look(URL).words
            assert told.startswith("files.example.com leads nowhere")
        assert not net.dialled

    def test_when_there_is_trouble_nobody_thought_of(self) -> None:
        def broken(_host: str, _port: int) -> Any:
            raise RuntimeError("hush")

        assert RequestsArtwork(resolve=broken).look(URL) == Seen(
            reachable=False, words="files.example.com could not be understood (RuntimeError)"
        )

    def test_and_no_log_has_its_url(
        self, eyes: RequestsArtwork, server: Server, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        server.close_after = True
        server.behaviour = answers(b"HTTP/1.1 200 OK\r\nbroken header\r\nContent-Length: 0\r\n\r\n")
        eyes.look(URL)
        assert server.requests
        assert "hush" not in caplog.text


class TestTime:
    def drips_its_head(self, server: Server) -> Behaviour:
        def sends(connection: socket.socket, _request: bytes) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while server.dripped < 2000 and not server.stopped.wait(0.02):
                connection.sendall(b"X-Drip: 1\r\n" if server.dripped % 40 == 39 else b"x")
                server.dripped += 1

        return sends

    def all_come_to_an_end(self) -> None:
        for worker in [one for one in threading.enumerate() if one.name == "look at artwork"]:
            worker.join(10)
            assert not worker.is_alive(), "it has nothing more to wait for"

    @pytest.mark.parametrize("kind", ["silent", "drips its head", "drips its body"])
    def test_is_over_for_a_slow_server_and_for_all_that_was_opened(
        self, net: Net, server: Server, kind: str
    ) -> None:
        server.behaviour = {
            "silent": server.stay_silent,
            "drips its head": self.drips_its_head(server),
            "drips its body": server.drip,
        }[kind]
        told = RequestsArtwork(resolve=net.resolve, seconds=0.3).look(URL)
        assert told == Seen(reachable=False, words="files.example.com took too long")
        self.all_come_to_an_end()
        assert not server.stopped.is_set()
        assert server.dripped < 2000

    def test_is_over_for_a_name_that_is_looked_up_for_ever(self, net: Net) -> None:
        found = threading.Event()

        def slow(_host: str, _port: int) -> list[str]:
            found.wait(20)
            return [PUBLIC]

        eyes = RequestsArtwork(resolve=slow, seconds=0.1)
        assert eyes.look(URL).words == "files.example.com took too long"
        found.set()
        self.all_come_to_an_end()
        assert not net.dialled


PRIVATE = [
    "10.0.0.5", "172.16.0.1", "192.168.1.1", "127.0.0.1", "0.0.0.0", "169.254.169.254", "169.254.170.2",
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1",
    "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1",
    "2002:7f00:1::1", "fec0::1",
]  # fmt: skip


class TestOurOwnNetwork:
    @pytest.mark.parametrize("address", PRIVATE)
    @pytest.mark.parametrize("beside", [[], [PUBLIC]], ids=["alone", "beside a public one"])
    def test_is_not_reached_by_a_name(
        self, eyes: RequestsArtwork, net: Net, address: str, beside: list[str]
    ) -> None:
        net.names["files.example.com"] = [*beside, address]
        told = eyes.look(URL)
        assert told.words == "files.example.com leads into a private network, where only AllowedHosts may be"
        assert not net.dialled

    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "0",
            "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518",
        ],
    )  # fmt: skip
    def test_is_not_reached_by_any_spelling_of_an_address(self, eyes: RequestsArtwork, net: Net, host: str) -> None:
        for scheme in ("http", "https"):
            assert "private network" in eyes.look(f"{scheme}://{host}/latest/meta-data/").words
        assert net.asked == [host, host]
        assert not net.dialled

    @pytest.mark.parametrize(
        "url",
        [
            "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[fe80::1%25eth0]/", "file:///etc/passwd",
            "ftp://files.example.com/", "gopher://files.example.com/", "data:image/png;base64,AAAA",
            "//files.example.com/",
            "files.example.com/mug.png", "", " ", "http:///etc/passwd", "http:files.example.com",
            "http://user@files.example.com/", "http://user:hush@files.example.com/", "http://@files.example.com/",
            "http://files.example.com:22/", "https://files.example.com:8443/", "http://files.example.com:0/",
            "http://files.example.com:99999/", "http://files.example.com:x/", r"http://files.example.com\@127.0.0.1/",
            r"http://127.0.0.1\.example.com/", "http://127.0.0.1\t.example.com/", "http://127.0.0.1\r\n.example.com/",
            "http://files.example.com/\r\nX-Evil: 1", "http://127.0.0.1%2f.example.com/", "http://127.0.0.1%00/",
            "http://\u2460\u2461\u2466.0.0.1/", "http://f\u0456les.example.com/", "http://files.example.com./",
            "http://files.example.com/" + "x" * 5000,
        ],
    )  # fmt: skip
    def test_nor_anything_else_is_reached_by_an_odd_address(
        self, eyes: RequestsArtwork, net: Net, url: str
    ) -> None:
        seen = eyes.look(url)
        assert not seen.reachable
        assert seen.words
        assert "hush" not in seen.words
        assert not net.dialled

    @pytest.mark.parametrize(
        "target",
        [
            "http://169.254.169.254/latest/meta-data/iam/", "http://127.0.0.1/", "//10.0.0.5/", "http://2130706433/",
            "https://inside.example.com/", "http://[::1]/", "file:///etc/passwd", "http://user:hush@10.0.0.5/",
            "http://files.example.com:6379/", "http://files.example.com:x/",
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Moved", "308 Moved"])
    def test_is_not_reached_by_being_sent_there(
        self, eyes: RequestsArtwork, net: Net, server: Server, target: str, status: str
    ) -> None:
        net.names["inside.example.com"] = ["10.0.0.5"]
        server.behaviour = leads_to(target, status)
        seen = eyes.look(URL)
        assert not seen.reachable
        assert "hush" not in seen.words
        assert net.dialled == [PUBLIC]

    def test_is_not_reached_by_a_name_that_soon_means_something_else(self, net: Net, server: Server) -> None:
        """What was checked is what is dialled: the name is not asked for again in between."""
        meant = iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])
        server.behaviour = answers(reply(png()))
        seen = RequestsArtwork(resolve=lambda _host, _port: next(meant)).look(URL)
        assert seen.reachable
        assert net.dialled == [PUBLIC]
        assert next(meant) == ["127.0.0.1"], "it was asked for once"

    def test_is_not_reached_by_going_there_twice(self, net: Net, server: Server) -> None:
        """A redirect to the same name, which now leads elsewhere."""
        meant = iter([[PUBLIC], ["127.0.0.1"]])
        server.behaviour = leads_to("/again")
        seen = RequestsArtwork(resolve=lambda _host, _port: next(meant)).look(URL)
        assert "private network" in seen.words
        assert net.dialled == [PUBLIC]

    def test_is_not_reached_by_a_proxy_of_the_environment(
        self, eyes: RequestsArtwork, net: Net, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        server.behaviour = answers(reply(png()))
        assert eyes.look(URL).reachable
        assert net.dialled == [PUBLIC]

    def test_is_open_where_the_deployment_says_so(self, server: Server) -> None:
        server.behaviour = answers(reply(png()))
        for extra in (server.here, "127.0.0.1"):
            assert RequestsArtwork((extra,)).look(server.url()).reachable
        for extra in ("127.0.0.1:1", "127.0.0.2", "*", "*.0.0.1"):
            assert not RequestsArtwork((extra,)).look(server.url()).reachable
        assert len(server.requests) == 2


class TestRedirects:
    def test_are_followed_three_times(self, eyes: RequestsArtwork, net: Net, server: Server) -> None:
        ways = {
            b"/mug.png": reply(status="301 Moved", Location="//cdn.example.com/a"),
            b"/a": reply(status="302 Found", Location="b?x=ü"),
            b"/b": reply(status="307 Moved", Location="http://cdn.example.com/c d"),
            b"/c%20d": reply(png(), Set_Cookie="a=b"),
        }
        server.behaviour = lambda connection, request: connection.sendall(
            ways[request.split(b" ")[1].partition(b"?")[0]]
        )
        assert eyes.look(URL).width == 3000
        assert net.asked[0] == "files.example.com"
        assert set(net.asked[1:]) == {"cdn.example.com"}
        assert [request.split(b" ")[1] for request in server.requests[2:]] == [b"/b?x=%C3%BC", b"/c%20d"]

    def test_that_go_on_are_not(self, eyes: RequestsArtwork, server: Server) -> None:
        server.behaviour = answers(reply(status="302 Found", Location="/again", Set_Cookie="a=b"))
        assert eyes.look(URL).words == "its address leads on more than 3 times"
        assert len(server.requests) == 4
        assert all(b"cookie" not in request.lower() for request in server.requests)


class TestTLS:
    def trusts(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(folder / "certificate.pem"))

    def test_is_spoken_with_the_name_and_not_with_the_address(
        self, eyes: RequestsArtwork, net: Net, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        named: list[str | None] = []
        server.tls = self_signed("files.example.com", tmp_path)
        server.tls.sni_callback = lambda _socket, name, _context: named.append(name)
        server.behaviour = answers(reply(png()))
        self.trusts(tmp_path, monkeypatch)
        assert eyes.look("https://files.example.com/mug.png").width == 3000
        assert named == ["files.example.com"]
        assert net.dialled == [PUBLIC]

    @pytest.mark.parametrize("known", [True, False], ids=["of another name", "of nobody known"])
    def test_with_a_certificate_that_is_not_theirs(
        self, eyes: RequestsArtwork, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: bool
    ) -> None:
        server.tls = self_signed("other.example.com" if known else "files.example.com", tmp_path)
        if known:
            self.trusts(tmp_path, monkeypatch)
        assert eyes.look("https://files.example.com/mug.png?token=hush") == Seen(
            reachable=False, words="files.example.com has no valid certificate"
        )
        assert not server.requests

    def test_that_is_none(self, eyes: RequestsArtwork, monkeypatch: pytest.MonkeyPatch) -> None:
        def speaks_plainly(self: Server, connection: socket.socket) -> None:
            connection.recv(5)
            connection.sendall(b"HTTP/1.1 400 Bad\r\n\r\n")
            connection.close()

        monkeypatch.setattr(Server, "_serve", speaks_plainly)
        told = eyes.look("https://files.example.com/mug.png?token=hush").words
        assert told == "files.example.com could not be spoken with over a secure connection"
