"""The door to outside systems: their hosts only, one attempt, no redirects, sizes and times capped."""

from __future__ import annotations

import ipaddress
import logging
import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError

from platen.domain.verdicts import Refused, Unclear, Unreachable
from platen.ports import Reply

MAX_REPLY = 20 * 1024 * 1024
MAX_LINE = 1024 * 1024
CONNECT_SECONDS = 5.0
QUIET_SECONDS = 30.0
"""So long a file may stop coming."""
IDLE_SECONDS = 20.0
"""A connection that rested longer may be gone without our knowing (a function is frozen between its
calls), and what is sent into one that is gone is in doubt for ever: a new one is made."""
# Of an answer with broken headers it would log the whole URL, whatever secret is in it.
logging.getLogger("urllib3").setLevel(logging.ERROR)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


class ForbiddenHost(Refused):
    """The address is not one that this connector, or this deployment, may call."""


class RequestsHttp:
    """``ports.Http`` on a pooled session.

    ``hosts`` are the connector's, ``extra`` the deployment's own (``AllowedHosts``, ``host`` or
    ``host:port``). Only the extra ones may be plain http or inside a private network.
    """

    def __init__(self, hosts: Sequence[str], extra: Sequence[str] = ()) -> None:
        self._hosts = tuple(hosts)
        self._extra = frozenset(extra)
        self._session = requests.Session()
        # A proxy or .netrc of the environment must not see or change what we send.
        self._session.trust_env = False
        # The accounts of one system share this door: a cookie of one must not go out with another's request.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._used_at = time.monotonic()
        guarded = {"extra": self._extra}
        plain, tls = type("Plain", (_Guarded,), guarded), type("TLS", (_GuardedTLS,), guarded)
        self._session.mount("https://", SocketsBy(plain, tls, pool_maxsize=4))
        self._session.mount("http://", SocketsBy(plain, tls, pool_maxsize=4))

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float = 20.0,
    ) -> Reply:
        host = self._allowed(url)
        self._forget_idle_connections()
        deadline = time.monotonic() + timeout
        try:
            with self._session.request(
                method,
                url,
                headers=dict(headers or {}),
                json=json,
                data=dict(form) if form else None,
                auth=auth,
                timeout=(min(CONNECT_SECONDS, timeout), timeout),
                allow_redirects=False,
                stream=True,
            ) as response:
                body = _read(response, deadline, host)
                names = {name.lower(): value for name, value in response.headers.items()}
                return Reply(status=response.status_code, headers=names, body=body)
        except (requests.RequestException, HTTPError) as error:
            reason = reason_of(error)
            if isinstance(reason, _PrivateAddress):
                raise Unreachable(f"{host} leads into a private network, where only AllowedHosts may be") from error
            if _never_sent(error, reason):
                raise Unreachable(f"{host} could not be reached") from error
            raise Unclear(f"{host} did not answer to the end ({type(error).__name__})") from error

    def lines(self, url: str, *, most: int, timeout: float = 600.0) -> Iterator[bytes]:
        host = self._allowed(url)
        self._forget_idle_connections()
        deadline = time.monotonic() + timeout
        waits = (CONNECT_SECONDS, min(QUIET_SECONDS, timeout))
        try:
            with self._session.get(url, timeout=waits, allow_redirects=False, stream=True) as response:
                if response.status_code != 200:
                    raise Refused(f"{host} answered {response.status_code} where a file should be")
                yield from _lines(response, deadline, host, most)
        except (requests.RequestException, HTTPError) as error:
            raise Unreachable(f"{host} did not give the file to its end ({type(error).__name__})") from error

    def _forget_idle_connections(self) -> None:
        now = time.monotonic()
        if now - self._used_at > IDLE_SECONDS:
            self._session.close()
        self._used_at = now

    def _allowed(self, url: str) -> str:
        """The host, as an error text may name it. Raises ForbiddenHost."""
        parts = parts_of(url)
        host = (parts.hostname or "").lower()
        if parts.scheme in ("https", "http") and (host in self._extra or parts.netloc.lower() in self._extra):
            return parts.netloc
        if parts.scheme != "https" or parts.port not in (None, 443):
            raise ForbiddenHost(f"{host} must be called by plain https://host/path")
        if not any(_matches(host, pattern) for pattern in self._hosts):
            raise ForbiddenHost(
                f"{host} is not a host this connector may call; a host of your own is named in the"
                " stack's parameter AllowedHosts"
            )
        return host


def parts_of(url: str) -> SplitResult:
    """The parts of a URL that every parser reads alike: a backslash or a space makes them differ on the host.

    Raises ForbiddenHost for any other, and for one with a login or the literal address of IPv6 in it.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError when it is none
    except ValueError:
        raise ForbiddenHost("the address is no URL") from None
    plain = url.isascii() and url.isprintable() and not set(url) & set(" \\")
    if not plain or "@" in parts.netloc or not _HOST.fullmatch((parts.hostname or "").lower()):
        raise ForbiddenHost("the address must be plain https://host/path")
    return parts


def _matches(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and host != pattern[2:]
    return host == pattern


def _read(response: requests.Response, deadline: float, host: str) -> bytes:
    chunks: list[bytes] = []
    size = 0
    # What has arrived, at once: waiting for a full chunk, a slow drip would never meet the deadline.
    while chunk := response.raw.read1(65536, decode_content=True):
        size += len(chunk)
        if size > MAX_REPLY:
            raise Unclear(f"{host} answered with more than {MAX_REPLY // 1024 // 1024} MB")
        if time.monotonic() > deadline:
            raise Unclear(f"{host} took too long to answer")
        chunks.append(chunk)
    return b"".join(chunks)


def _lines(response: requests.Response, deadline: float, host: str, most: int) -> Iterator[bytes]:
    """Read as they are asked for: at no time is more held than one piece and one line."""
    rest, size = b"", 0
    while chunk := response.raw.read1(65536, decode_content=True):
        size += len(chunk)
        *whole, rest = (rest + chunk).split(b"\n")
        if size > most or len(rest) > MAX_LINE:
            raise Refused(f"{host} has a file that is larger than {most} bytes, or no lines in it")
        if time.monotonic() > deadline:
            raise Unreachable(f"{host} took too long to give the file")
        yield from whole
    if rest:
        yield rest


def reason_of(error: Exception) -> Any:
    cause: Any = error.args[0] if error.args else None
    return getattr(cause, "reason", cause)


def _never_sent(error: Exception, reason: Any) -> bool:
    """True when no connection was made, so that nothing can have been done at the other end."""
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.InvalidURL):
        return True
    if isinstance(error, requests.exceptions.SSLError):
        # A certificate is judged before the first byte of a request; other trouble may come after it.
        return isinstance(reason.args[0] if reason and reason.args else None, ssl.SSLCertVerificationError)
    return isinstance(reason, NewConnectionError | NameResolutionError | ConnectTimeoutError)


class _PrivateAddress(NewConnectionError):
    """The name led to an address inside a private network."""


def is_private(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """True for whatever is not on the public internet, also when an IPv6 address only wraps it."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if wrapped:
            return is_private(wrapped)
        if address not in _PUBLIC_IPV6:
            return True  # is_global says yes to what was never given out, such as ::127.0.0.1
    return not address.is_global or address.is_multicast


class _Guarded(HTTPConnection):
    """Checks the address that was really dialled: a check by name alone loses to DNS rebinding."""

    extra: frozenset[str] = frozenset()

    def _new_conn(self) -> socket.socket:
        connection = super()._new_conn()
        named = f"{self.host}:{self.port}"
        if named in self.extra or self.host in self.extra:
            return connection
        address = ipaddress.ip_address(connection.getpeername()[0].partition("%")[0])
        if is_private(address):
            connection.close()
            raise _PrivateAddress(self, f"{self.host} leads to {address}, inside a private network")
        return connection


class _GuardedTLS(_Guarded, HTTPSConnection):
    pass


class SocketsBy(HTTPAdapter):
    """Puts connections of our own kind into a session's pools. No retries: a second attempt is decided
    by whoever knows what the first one may have done."""

    def __init__(self, plain: type[HTTPConnection], tls: type[HTTPSConnection], **options: Any) -> None:
        self._kinds = plain, tls
        super().__init__(max_retries=0, **options)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        plain, tls = self._kinds
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("TLSPool", (HTTPSConnectionPool,), {"ConnectionCls": tls}),
        }
