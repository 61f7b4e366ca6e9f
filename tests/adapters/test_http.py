"""The door to outside: its hosts only, one attempt, and a true word on whether anything can have been done.

The server is a real one on 127.0.0.1: what is cut, dripped or refused is so on a real connection.
"""

from __future__ import annotations

import gzip
import ipaddress
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from platen.adapters import http
from platen.adapters.http import ForbiddenHost, RequestsHttp, is_private
from platen.domain.verdicts import Refused, Unclear, Unreachable

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

type Behaviour = Callable[[socket.socket, bytes], None]


def answers(data: bytes) -> Behaviour:
    return lambda connection, _request: connection.sendall(data)


def resets(connection: socket.socket, _request: bytes) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Server:
    """Reads whole requests and does with each what it is told; keeps the connection unless it is told not to."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.requests: list[bytes] = []
        self.connections = 0
        self.dripped = 0
        self.behaviour: Behaviour = answers(OK)
        self.close_after = False
        self.tls: ssl.SSLContext | None = None
        self.stopped = threading.Event()
        self.closed = threading.Semaphore(0)
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    @property
    def here(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/path") -> str:
        return f"http://{self.here}{path}"

    def stop(self) -> None:
        self.stopped.set()
        self.listener.close()

    def drip(self, connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n")
        while self.dripped < 2000 and not self.stopped.wait(0.02):
            connection.sendall(b"x")
            self.dripped += 1

    def stay_silent(self, _connection: socket.socket, _request: bytes) -> None:
        self.stopped.wait(20)

    def _accept(self) -> None:
        while not self.stopped.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            while request := self._read(connection):
                self.requests.append(request)
                self.behaviour(connection, request)
                if self.close_after:
                    break
        except OSError:
            pass
        finally:
            connection.close()
            self.closed.release()

    def _read(self, connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = next((int(x[15:]) for x in head.lower().split(b"\r\n") if x.startswith(b"content-length:")), 0)
        while len(body) < length:
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def door(server: Server) -> RequestsHttp:
    """To the server as a host of the deployment's own."""
    return RequestsHttp((), (server.here,))


@pytest.fixture
def dns(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """Every name leads to the server, as a name may that somebody else controls."""

    def everything_is_here(_host: str, _port: int, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]

    monkeypatch.setattr(socket, "getaddrinfo", everything_is_here)


class TestARequest:
    def test_arrives_as_it_was_meant(self, door: RequestsHttp, server: Server) -> None:
        reply = door.send("POST", server.url("/a?b=c"), json={"x": "ü"}, headers={"X-Key": "k"}, auth=("u", "p"))
        request = server.requests[0]
        assert request.startswith(b"POST /a?b=c HTTP/1.1\r\n")
        assert b"X-Key: k" in request
        assert b"Authorization: Basic dTpw" in request
        assert request.endswith(b'{"x": "\\u00fc"}')
        assert (reply.status, reply.body) == (200, b"ok")

    def test_can_be_a_form(self, door: RequestsHttp, server: Server) -> None:
        door.send("POST", server.url(), form={"a": "1 2", "b": "ü"})
        assert server.requests[0].endswith(b"a=1+2&b=%C3%BC")

    def test_with_an_empty_object_has_a_body(self, door: RequestsHttp, server: Server) -> None:
        door.send("POST", server.url(), json={})
        assert server.requests[0].endswith(b"\r\n\r\n{}")

    @pytest.mark.parametrize(
        "behaviour",
        [resets, answers(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), answers(b"nonsense\r\n\r\n")],
        ids=["reset", "busy", "nonsense"],
    )
    def test_is_made_once_whatever_comes_of_it(
        self, door: RequestsHttp, server: Server, behaviour: Behaviour
    ) -> None:
        server.behaviour, server.close_after = behaviour, True
        with suppress(Unclear):
            assert door.send("POST", server.url(), json={}).status == 503
        assert len(server.requests) == 1

    def test_does_not_go_by_a_proxy_of_the_environment(
        self, door: RequestsHttp, server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login spy password spy\n")
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        door.send("GET", server.url())
        assert b"authorization" not in server.requests[0].lower()


class TestAReply:
    def test_has_its_header_names_in_lower_case(self, door: RequestsHttp, server: Server) -> None:
        server.behaviour = answers(b"HTTP/1.1 429 Slow\r\nRetry-AFTER: 7\r\nContent-Length: 0\r\n\r\n")
        reply = door.send("GET", server.url())
        assert (reply.status, reply.headers["retry-after"]) == (429, "7")

    def test_that_leads_elsewhere_is_not_followed(self, door: RequestsHttp, server: Server) -> None:
        location = f"Location: {server.url('/secret')}".encode()
        server.behaviour = answers(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n" + location + b"\r\n\r\n")
        assert door.send("GET", server.url()).status == 302
        assert len(server.requests) == 1

    def test_leaves_no_cookie_behind(self, door: RequestsHttp, server: Server) -> None:
        """Two accounts of one system share this door: the session of one is not the other's."""
        server.behaviour = answers(
            b"HTTP/1.1 200 OK\r\nSet-Cookie: session=of-the-first; Path=/\r\nContent-Length: 0\r\n\r\n"
        )
        for _ in range(2):
            door.send("GET", server.url())
        assert b"cookie" not in server.requests[1].lower()

    def test_may_come_in_chunks_and_compressed(self, door: RequestsHttp, server: Server) -> None:
        data = gzip.compress(b"hello " * 1000)
        chunks = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (data[:20], data[20:]))
        server.behaviour = answers(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
            + chunks
            + b"0\r\n\r\n"
        )
        assert door.send("GET", server.url()).body == b"hello " * 1000

    def test_without_a_length_ends_with_the_connection(self, door: RequestsHttp, server: Server) -> None:
        server.behaviour, server.close_after = answers(b"HTTP/1.1 200 OK\r\n\r\nall of it"), True
        assert door.send("GET", server.url()).body == b"all of it"


class TestNothingWasSent:
    """Unreachable is a promise: nothing can have been made."""

    def test_where_nobody_listens(self, server: Server) -> None:
        with socket.create_server(("127.0.0.1", 0)) as reserved:
            here = f"127.0.0.1:{reserved.getsockname()[1]}"
        with pytest.raises(Unreachable, match=here):
            RequestsHttp((), (here,)).send("POST", f"http://{here}/", json={})

    def test_to_a_name_that_leads_nowhere(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(*_: Any, **__: Any) -> Any:
            raise socket.gaierror(-2, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        with pytest.raises(Unreachable):
            RequestsHttp(("api.example.com",)).send("POST", "https://api.example.com/", json={})

    def test_when_no_connection_comes_about_in_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def slow(*_: Any, **__: Any) -> Any:
            raise TimeoutError

        monkeypatch.setattr("urllib3.util.connection.create_connection", slow)
        with pytest.raises(Unreachable):
            RequestsHttp(("api.example.com",)).send("POST", "https://api.example.com/", json={})

    @pytest.mark.usefixtures("dns")
    def test_to_a_certificate_that_is_not_theirs(self, server: Server, tmp_path: Path) -> None:
        server.tls = self_signed("api.example.com", tmp_path)
        door = RequestsHttp(("api.example.com",), ("api.example.com",))
        with pytest.raises(Unreachable):
            door.send("POST", "https://api.example.com/", json={})
        assert not server.requests

    @pytest.mark.usefixtures("dns")
    def test_to_a_name_that_leads_into_a_private_network(self, server: Server) -> None:
        """Checked by the address that was really dialled: the name is on the list, and rebound."""
        with pytest.raises(Unreachable, match="private network"):
            RequestsHttp(("api.example.com",)).send("POST", "https://api.example.com/", json={})
        assert not server.requests

    def test_is_not_said_of_a_host_of_the_deployments_own(self, door: RequestsHttp, server: Server) -> None:
        assert door.send("GET", server.url()).status == 200


class TestItMayHaveBeenDone:
    """After Unclear the outside is asked before it is told again, so it must be raised for all of these."""

    @pytest.mark.parametrize(
        "behaviour",
        [
            resets,
            lambda connection, _: connection.close(),
            answers(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"),
            answers(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nonly this"),
            answers(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\njunk"),
            answers(b"\x00\x01\x02 nonsense \r\n\r\n"),
        ],
        ids=["reset", "closed", "cut", "cut in a chunk", "not gzip", "nonsense"],
    )
    def test_when_the_answer_does_not_come_whole(
        self, door: RequestsHttp, server: Server, behaviour: Behaviour
    ) -> None:
        server.behaviour, server.close_after = behaviour, True
        with pytest.raises(Unclear) as told:
            door.send("POST", server.url("/path?secret=1"), json={"private": "words"})
        assert "secret" not in told.value.words
        assert server.here in told.value.words

    def test_when_no_answer_comes(self, door: RequestsHttp, server: Server) -> None:
        server.behaviour = server.stay_silent
        with pytest.raises(Unclear):
            door.send("POST", server.url(), json={}, timeout=0.2)

    def test_when_the_answer_drips_in_longer_than_the_request_may_take(
        self, door: RequestsHttp, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.behaviour = server.drip
        monkeypatch.setattr(http.time, "monotonic", lambda: float(server.dripped))  # a second for each drop
        with pytest.raises(Unclear, match="too long"):
            door.send("GET", server.url(), timeout=20.0)
        assert server.dripped < 2000

    @pytest.mark.parametrize("zipped", [False, True])
    def test_when_the_answer_is_bigger_than_can_be_true(
        self, door: RequestsHttp, server: Server, monkeypatch: pytest.MonkeyPatch, zipped: bool
    ) -> None:
        monkeypatch.setattr(http, "MAX_REPLY", 1024 * 1024)
        data = gzip.compress(b"0" * 3_000_000) if zipped else b"0" * 3_000_000
        head = b"Content-Encoding: gzip\r\n" if zipped else b""
        server.behaviour = answers(
            b"HTTP/1.1 200 OK\r\n" + head + f"Content-Length: {len(data)}\r\n\r\n".encode() + data
        )
        with pytest.raises(Unclear, match="more than 1 MB"):
            door.send("GET", server.url())


class TestConnections:
    def test_are_kept_from_request_to_request(self, door: RequestsHttp, server: Server) -> None:
        for _ in range(3):
            door.send("GET", server.url())
        assert server.connections == 1

    def test_that_rested_too_long_are_made_anew(
        self, door: RequestsHttp, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A function sleeps between its calls; a post into a connection that died meanwhile would be in doubt."""
        door.send("POST", server.url(), json={})
        real = time.monotonic
        monkeypatch.setattr(http.time, "monotonic", lambda: real() + 60)
        door.send("POST", server.url(), json={})
        assert server.connections == 2

    def test_that_the_other_end_closed_are_made_anew(self, door: RequestsHttp, server: Server) -> None:
        server.close_after = True
        for _ in range(3):
            assert door.send("POST", server.url(), json={}).status == 200
            assert server.closed.acquire(timeout=10)
        assert len(server.requests) == 3


ALLOWED = ("api.example.com", "*.shop.example")


class TestHosts:
    @pytest.mark.parametrize(
        "url",
        [
            "http://api.example.com/",
            "ftp://api.example.com/",
            "file:///etc/passwd",
            "https://api.example.com:8443/",
            "https://api.example.com:99999/",
            "https://evil.example/",
            "https://api.example.com.evil.example/",
            "https://notapi.example.com/",
            "https://api.example.com@evil.example/",
            "https://user:pass@api.example.com/",
            "https://user@api.example.com/",
            "https://@api.example.com/",
            "https://shop.example/",
            "https://evilshop.example/",
            "https://.shop.example/",
            r"https://evil.example\.shop.example/",
            r"https://evil.example\@api.example.com/",
            "https://evil.example\t.shop.example/",
            "https://evil.example\n.shop.example/",
            "https://evil.example .shop.example/",
            "https://evil.example%2f.shop.example/",
            "https://evil.example%00.shop.example/",
            "https://evil.example#.shop.example/",
            "https://evil.example?.shop.example/",
            "https://api.example.com./",
            "https://\uff41pi.example.com/",
            "https://api.example\u3002com/",
            "https://\u0430pi.example.com/",
            "https://[::1]/",
            "https://[api.example.com/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https:///api.example.com/",
            "https:api.example.com/",
            "//api.example.com/",
            " https://api.example.com/",
            "api.example.com",
            "",
        ],
    )
    def test_that_are_not_the_connectors_are_refused(self, url: str) -> None:
        """Refused before any socket is made: pytest would say so. Nothing of the URL's secrets is repeated."""
        with pytest.raises(ForbiddenHost) as told:
            RequestsHttp(ALLOWED).send("GET", url)
        assert isinstance(told.value, Refused)
        assert "pass" not in told.value.words

    @pytest.mark.usefixtures("dns")
    @pytest.mark.parametrize(
        "url",
        [
            "https://api.example.com/",
            "https://API.Example.COM/x",
            "https://api.example.com:443/",
            "https://one.shop.example/",
            "https://a.b.shop.example/?q=%20@",
        ],
    )
    def test_of_the_connector_are_dialled(self, url: str, server: Server) -> None:
        """Up to the guard on the address, which is a private one here."""
        with pytest.raises(Unreachable, match="private network"):
            RequestsHttp(ALLOWED).send("GET", url)
        assert not server.requests

    def test_of_the_deployment_are_named_exactly(self, server: Server) -> None:
        for extra in (server.here, "127.0.0.1"):
            assert RequestsHttp((), (extra,)).send("GET", server.url()).status == 200
        for extra in ("127.0.0.1:1", "127.0.0.2", "*", "*.0.0.1"):
            with pytest.raises(ForbiddenHost):
                RequestsHttp((), (extra,)).send("GET", server.url())

    def test_of_the_deployment_get_no_login_from_a_url_either(self, server: Server) -> None:
        with pytest.raises(ForbiddenHost):
            RequestsHttp((), (server.here, "127.0.0.1")).send("GET", f"http://user:pass@{server.here}/")
        with pytest.raises(ForbiddenHost):
            RequestsHttp((), (server.here,)).send("GET", f"ftp://{server.here}/")


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "0.0.0.0", "169.254.169.254", "100.64.0.1",
            "192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1",
            "fd00:ec2::254", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
            "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:a00:1::", "2002:7f00:1::1",
            "::127.0.0.1", "::10.0.0.1", "fec0::1", "::ffff:0:127.0.0.1", "2001::1",
        ],
    )  # fmt: skip
    def test_that_are_not_on_the_internet(self, address: str) -> None:
        assert is_private(ipaddress.ip_address(address))

    @pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
    def test_that_are(self, address: str) -> None:
        assert not is_private(ipaddress.ip_address(address))


def self_signed(name: str, folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "certificate.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def a_file(body: bytes, *, length: int | None = None, headers: bytes = b"") -> Behaviour:
    size = str(len(body) if length is None else length).encode()
    return answers(b"HTTP/1.1 200 OK\r\n" + headers + b"Content-Length: " + size + b"\r\n\r\n" + body)


class TestALongFile:
    def test_is_read_line_by_line(self, door: RequestsHttp, server: Server) -> None:
        body = b"\n".join(b"%d" % number * 100 for number in range(5000)) + b"\n"
        server.behaviour = a_file(body)
        assert list(door.lines(server.url(), most=len(body))) == body.splitlines()

    def test_may_be_compressed_on_its_way(self, door: RequestsHttp, server: Server) -> None:
        server.behaviour = a_file(gzip.compress(b"one\n\ntwo"), headers=b"Content-Encoding: gzip\r\n")
        assert list(door.lines(server.url(), most=100)) == [b"one", b"", b"two"]

    @pytest.mark.parametrize("headers", [b"", b"Content-Encoding: gzip\r\n"])
    def test_that_is_too_long_is_refused(self, door: RequestsHttp, server: Server, headers: bytes) -> None:
        body = b"line\n" * 100_000
        server.behaviour = a_file(gzip.compress(body) if headers else body, headers=headers)
        with pytest.raises(Refused):
            list(door.lines(server.url(), most=400_000))

    def test_without_lines_is_refused(
        self, door: RequestsHttp, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(http, "MAX_LINE", 1000)
        server.behaviour = a_file(b"x" * 200_000)
        with pytest.raises(Refused):
            list(door.lines(server.url(), most=10**6))

    def test_that_ends_early_is_never_taken_for_whole(self, door: RequestsHttp, server: Server) -> None:
        server.behaviour, server.close_after = a_file(b"one\ntwo\n", length=100), True
        read: list[bytes] = []
        with pytest.raises(Unreachable):
            read.extend(door.lines(server.url(), most=1000))

    @pytest.mark.parametrize("status", [b"302 Found", b"403 Forbidden", b"404 Gone", b"503 Busy", b"206 Partial"])
    def test_is_there_or_is_not(self, door: RequestsHttp, server: Server, status: bytes) -> None:
        where = f"Location: {server.url('/secret')}\r\n".encode()
        server.behaviour = answers(b"HTTP/1.1 " + status + b"\r\n" + where + b"Content-Length: 2\r\n\r\nno")
        with pytest.raises(Refused, match=status[:3].decode()):
            list(door.lines(server.url(), most=1000))
        assert len(server.requests) == 1

    def test_that_drips_is_left(self, door: RequestsHttp, server: Server) -> None:
        server.behaviour = server.drip
        with pytest.raises(Unreachable):
            list(door.lines(server.url(), most=10**6, timeout=0.3))
        assert server.dripped < 2000

    def test_is_fetched_from_known_hosts_only(self, server: Server) -> None:
        door = RequestsHttp(("storage.example.com",))
        for url in (server.url(), "https://storage.example.com.evil.example/x", "http://storage.example.com/x"):
            with pytest.raises(ForbiddenHost):
                next(door.lines(url, most=1000))
        assert server.requests == []
