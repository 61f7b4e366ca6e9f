"""Looks at print files: what is there, of what kind, how big.

Their addresses come out of orders, and in many shops a buyer can write them there. So this door leads to the
public internet only: each name is resolved here, every address it leads to must be a public one, and the
socket is opened to just that address, so that a name that means something else a moment later gains nothing.
Redirects are followed by hand and checked anew. Hosts of the deployment's own (``AllowedHosts``) may be anywhere.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from http.cookiejar import DefaultCookiePolicy

import requests
from requests.utils import requote_uri
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError
from urllib3.util.connection import create_connection

from platen.adapters.http import ForbiddenHost, SocketsBy, is_private, parts_of, reason_of
from platen.adapters.image_file import media_type_of, pixels_of
from platen.domain.artwork import Seen

MOST = 256 * 1024
"""Bytes read of a file: its kind and its pixels are told at its beginning."""
SECONDS = 8.0
CONNECT_SECONDS = 4.0
HOPS = 3
_MOST_ADDRESSES = 4
"""Of one name: each that does not answer costs a wait."""
_LONGEST_URL = 4096

type Resolve = Callable[[str, int], Sequence[str]]
"""(host, port) -> its addresses. Raises OSError where there are none."""


class _Stop(Exception):
    """There is no look at this file; ``args[0]`` says why, for people."""


class RequestsArtwork:
    """``ports.Artwork``. ``extra`` are the deployment's own hosts, ``host`` or ``host:port``."""

    def __init__(
        self, extra: Sequence[str] = (), *, resolve: Resolve | None = None, seconds: float = SECONDS
    ) -> None:
        self._extra = frozenset(extra)
        self._resolve = resolve or _addresses
        self._seconds = seconds

    def look(self, url: str) -> Seen:
        """Over within ``seconds``, whatever the other end does: a timeout of the socket's only bounds each wait,
        and a server can make those as many as it likes; looking up a name has no timeout at all."""
        visit = _Visit(self._extra, self._resolve, self._seconds)
        seen: list[Seen] = []
        worker = threading.Thread(target=lambda: seen.append(visit.look(url)), name="look at artwork", daemon=True)
        worker.start()
        worker.join(self._seconds)
        in_time = seen[:]  # taken before the end: a worker that is woken by it tells of a broken connection
        visit.end()
        return in_time[0] if in_time else _not_seen(f"{visit.host or 'its server'} took too long")


class _Visit:
    """One look: its session, and the sockets that it opened."""

    def __init__(self, extra: frozenset[str], resolve: Resolve, seconds: float) -> None:
        self.host = ""
        """Where it is now."""
        self._extra = extra
        self._resolve = resolve
        self._timeout = (min(CONNECT_SECONDS, seconds), seconds)
        self._ended = threading.Event()
        self._sockets: list[socket.socket] = []
        self._session = requests.Session()
        # A proxy or .netrc of the environment must not see or change what we send.
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        dialled = {"visit": self}
        kinds = type("Plain", (_Dialled,), dialled), type("TLS", (_DialledTLS,), dialled)
        self._session.mount("https://", SocketsBy(*kinds))
        self._session.mount("http://", SocketsBy(*kinds))

    def look(self, url: str) -> Seen:
        try:
            with self._session:
                return self._look(url)
        except (_Stop, ForbiddenHost) as why:
            return _not_seen(str(why))
        except (requests.RequestException, HTTPError, OSError) as error:
            return _not_seen(f"{self.host} {_trouble(error)}")
        except Exception as error:  # noqa: BLE001 - its server can send anything; that must not end the job's way
            return _not_seen(f"{self.host or 'its address'} could not be understood ({type(error).__name__})")

    def _look(self, url: str) -> Seen:
        for _ in range(HOPS + 1):
            url = self._allowed(url)
            with self._session.get(
                url,
                headers={
                    "Accept": "*/*",
                    "Accept-Encoding": "identity",
                    "Range": f"bytes=0-{MOST - 1}",
                    "User-Agent": "Platen",
                },
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                target = self._session.get_redirect_target(response)
                if target is None:
                    return _seen(response, self.host)
                url = requests.compat.urljoin(url, target)
            self._session.close()  # so that the next hop is resolved and checked, also at the same host
        raise _Stop(f"its address leads on more than {HOPS} times")

    def _allowed(self, url: str) -> str:
        """The URL as it is sent: blanks and letters beyond ASCII are written out, as browsers do."""
        if len(url) > _LONGEST_URL or not url.isprintable():
            raise _Stop("its address is no URL")
        url = requote_uri(url)
        parts = parts_of(url)
        self.host = (parts.hostname or "").lower()
        own = self.host in self._extra or parts.netloc.lower() in self._extra
        if parts.scheme not in ("https", "http"):
            raise _Stop("its address has to begin with https:// or http://")
        if parts.port not in (None, 80, 443) and not own:
            raise _Stop(f"{self.host} may only be read at its usual port: leave out :{parts.port}")
        return url

    # sockets

    def dial(self, connection: HTTPConnection) -> socket.socket:
        """The one place that opens a socket, to an address that was just checked."""
        host, port = connection.host, connection.port
        for address in self._checked(host, port)[:_MOST_ADDRESSES]:
            if self._ended.is_set():
                break  # nobody waits for it any more: looking up the name took too long
            with suppress(OSError):
                opened = create_connection(
                    (address, port), connection.timeout, socket_options=connection.socket_options
                )
                self._remember(opened)
                return opened
        raise NewConnectionError(connection, f"{host} could not be reached")

    def _checked(self, host: str, port: int) -> list[str]:
        try:
            found = list(dict.fromkeys(self._resolve(host, port)))
        except (OSError, UnicodeError):
            found = []
        if not found:
            raise _Stop(f"{host} leads nowhere: there is no such name, or it could not be looked up")
        own = host in self._extra or f"{host}:{port}" in self._extra
        if not own and any(is_private(ipaddress.ip_address(address)) for address in found):
            raise _Stop(f"{host} leads into a private network, where only AllowedHosts may be")
        return found

    def _remember(self, opened: socket.socket) -> None:
        # A second handle: the first goes away when TLS takes it over, and either shuts the connection for both.
        self._sockets.append(opened.dup())
        if self._ended.is_set():
            self.end()

    def end(self) -> None:
        """Nothing of this look goes on: whoever still waits for a socket of it is woken up."""
        self._ended.set()
        with suppress(IndexError):
            while True:
                with self._sockets.pop() as handle, suppress(OSError):
                    handle.shutdown(socket.SHUT_RDWR)


class _Dialled(HTTPConnection):
    """Its socket is the visit's; the host's name stays, for the request, for TLS and for the certificate."""

    visit: _Visit

    def _new_conn(self) -> socket.socket:
        return self.visit.dial(self)


class _DialledTLS(_Dialled, HTTPSConnection):
    pass


def _addresses(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _not_seen(words: str) -> Seen:
    return Seen(reachable=False, words=words)


def _trouble(error: Exception) -> str:
    """What went wrong on the way, said of a host. Never with the error's own text: that shows the whole URL."""
    if isinstance(error, requests.exceptions.SSLError | ssl.SSLError):
        reason = reason_of(error)
        if isinstance(reason.args[0] if reason and reason.args else None, ssl.SSLCertVerificationError):
            return "has no valid certificate"
        return "could not be spoken with over a secure connection"
    if isinstance(error, requests.exceptions.ReadTimeout | ReadTimeoutError):
        return "took too long"
    if isinstance(error, requests.exceptions.InvalidURL):
        return "is no name that can be called"
    if isinstance(reason_of(error), NewConnectionError):
        return "could not be reached"
    return "broke off in the middle of it"


# what came


def _seen(response: requests.Response, host: str) -> Seen:
    _raise_for_status(response.status_code, host)
    total = _total(response, host)
    data = _first_bytes(response)
    if not data:
        raise _Stop(f"{host} has an empty file there")
    media_type = media_type_of(data)
    packed = not media_type and response.headers.get("Content-Encoding", "identity") != "identity"
    whole = response.status_code == 200 and len(data) < MOST
    size = len(data) if whole else max(total, len(data)) if total is not None else None
    width, height = pixels_of(data, media_type) or (None, None)
    return Seen(
        reachable=True,
        media_type=media_type or _served_as(response),
        size=None if packed else size,
        width=width,
        height=height,
    )


def _raise_for_status(status: int, host: str) -> None:
    if status in (200, 206):
        return
    if status in (401, 403):
        raise _Stop(f"{host} does not show it to everybody ({status})")
    if status in (404, 410):
        raise _Stop(f"{host} has no such file ({status})")
    if status == 416:
        raise _Stop(f"{host} has an empty file there ({status})")
    if status == 429 or status >= 500:
        raise _Stop(f"{host} is in trouble or busy ({status})")
    raise _Stop(f"{host} answered {status} and no file")


def _total(response: requests.Response, host: str) -> int | None:
    """Bytes of the whole file, as the server tells them."""
    if response.status_code == 206:
        told = re.fullmatch(r"bytes (\d{1,15})-\d{1,15}/(\d{1,15}|\*)", response.headers.get("Content-Range", ""))
        if told and int(told[1]):
            raise _Stop(f"{host} answered with another part of the file than its beginning")
        return int(told[2]) if told and told[2] != "*" else None
    length = response.headers.get("Content-Length", "")
    return int(length) if re.fullmatch(r"[0-9]{1,15}", length) else None


def _first_bytes(response: requests.Response) -> bytes:
    """As they were sent: a compressed answer is not unpacked, so there is nothing that could blow up."""
    data = b""
    while len(data) < MOST and (chunk := response.raw.read1(MOST - len(data), decode_content=False)):
        data += chunk
    return data


def _served_as(response: requests.Response) -> str:
    """What the server calls it; empty where it only says that it is a file."""
    told = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not re.fullmatch(r"[a-z]{1,20}/[a-z0-9.+-]{1,80}", told) or told.endswith("/octet-stream"):
        return ""
    return "image/jpeg" if told in ("image/jpg", "image/pjpeg") else told
