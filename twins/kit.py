"""What every twin needs: faults on order, a webhook sender that retries, and a server to live in."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, Literal
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import requests
from pydantic import BaseModel, ConfigDict
from werkzeug.serving import BaseWSGIServer, make_server

type Now = Callable[[], datetime]
"""Where a twin gets the time from: a test's clock, or the wall's."""


def wall() -> datetime:
    return datetime.now(UTC)


class Fault(BaseModel):
    """What goes wrong, with which call, and how often.

    ``on`` is the twin's name of the call (a GraphQL operation, or ``POST /orders``), or ``*``.
    """

    model_config = ConfigDict(extra="forbid")

    on: str = "*"
    kind: Literal["drop", "status", "status_after", "cut_reply", "slow"]
    """``drop``: the connection closes before anything is done. ``status``: an error answer instead of
    doing it. ``status_after``: it is done, and the answer is an error. ``cut_reply``: it is done, and
    no answer comes. ``slow``: it is done, and the answer takes ``seconds``."""
    times: int = 1
    skip: int = 0
    """Let so many matching calls pass first."""
    status: int = 500
    headers: dict[str, str] = {}
    body: str = '{"message":"Server Error"}'
    seconds: float = 0.0


class CutReply(ConnectionAbortedError):
    """The caller will never learn whether it was done."""


class Dropped(ConnectionAbortedError):
    """The call was cut before anything was done; a caller cannot tell it from a cut reply."""


class Faults:
    """The switch board: rules are used up one call at a time, in the order they were given."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._lock = threading.Lock()
        self.fired: list[str] = []

    def add(self, fault: Fault | None = None, /, **fields: Any) -> None:
        with self._lock:
            self._rules.append(fault or Fault(**fields))

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def take(self, call: str) -> Fault | None:
        with self._lock:
            for index, rule in enumerate(self._rules):
                if rule.on not in ("*", call):
                    continue
                if rule.skip:
                    self._rules[index] = rule.model_copy(update={"skip": rule.skip - 1})
                    continue
                if rule.times <= 1:
                    del self._rules[index]
                else:
                    self._rules[index] = rule.model_copy(update={"times": rule.times - 1})
                self.fired.append(f"{rule.kind} {call}")
                return rule
        return None


class FaultyApp:
    """A WSGI application with the switch board in front of it. ``name_of`` names a call for the rules."""

    def __init__(
        self, app: WSGIApplication, faults: Faults, name_of: Callable[[WSGIEnvironment, bytes], str]
    ) -> None:
        self._app = app
        self._faults = faults
        self._name_of = name_of

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/_twin/"):
            return self._app(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        fault = self._faults.take(self._name_of(environ, body))
        if fault is None:
            return self._app(environ, start_response)
        return self._misbehave(fault, environ, start_response)

    def _misbehave(self, fault: Fault, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if fault.kind == "drop":
            raise _hang_up(environ, Dropped())
        if fault.kind == "status":
            return _error(fault, start_response)
        if fault.kind == "slow":
            time.sleep(fault.seconds)
            return self._app(environ, start_response)
        list(self._app(environ, lambda *_args: lambda _data: None))  # type: ignore[arg-type]
        if fault.kind == "cut_reply":
            raise _hang_up(environ, CutReply())
        return _error(fault, start_response)


def _error(fault: Fault, start_response: StartResponse) -> Iterable[bytes]:
    headers = {"Content-Type": "application/json"} | fault.headers
    start_response(f"{fault.status} Fault", list(headers.items()))
    return [fault.body.encode()]


def _hang_up(environ: WSGIEnvironment, error: ConnectionAbortedError) -> ConnectionAbortedError:
    """Close the caller's socket, when there is one, so that it sees a connection cut in mid-air."""
    connection = environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    return error


@dataclass(frozen=True)
class Delivery:
    """One webhook on its way. Retries carry the same body, as the real senders' do."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    due: datetime
    attempt: int = 0


@dataclass
class Outbox:
    """Sends webhooks and retries them on a schedule; nothing moves until somebody calls ``pump``.

    ``duplicates`` sends each one so many times more; ``shuffle`` sends what is due in random order;
    ``lose`` drops the next so many without a trace.
    """

    retry_after: tuple[float, ...]
    """Seconds between attempts; when they are used up the delivery has failed for good."""
    post: Callable[[str, Mapping[str, str], bytes], int]
    """Posts and gives the status; anything but 2xx, or an exception, is a failure."""
    now: Now = wall
    duplicates: int = 0
    shuffle: bool = False
    lose: int = 0
    on_failed: Callable[[Delivery], None] = lambda _delivery: None
    sent: list[Delivery] = field(default_factory=list)
    waiting: deque[Delivery] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _random: random.Random = field(default_factory=lambda: random.Random(1))
    _under_way: int = 0

    @property
    def left(self) -> int:
        """How many have yet to arrive, with those that are being posted at this moment."""
        with self._lock:
            return len(self.waiting) + self._under_way

    def send(self, url: str, headers: Mapping[str, str], body: bytes, *, after: float = 0.0) -> None:
        """Queue one delivery; ``after`` seconds, for what is already known but has yet to happen."""
        with self._lock:
            if self.lose:
                self.lose -= 1
                return
            due = self.now() + timedelta(seconds=after)
            for _ in range(1 + self.duplicates):
                self.waiting.append(Delivery(url, headers, body, due))

    def pump(self) -> int:
        """Deliver what is due; gives how many attempts were made."""
        with self._lock:
            now = self.now()
            due = [one for one in self.waiting if one.due <= now]
            self.waiting = deque(one for one in self.waiting if one.due > now)
            if self.shuffle:
                self._random.shuffle(due)
            self._under_way += len(due)
        for delivery in due:
            self._attempt(delivery)
        return len(due)

    def again(self) -> None:
        """Send everything that was ever delivered a second time."""
        with self._lock:
            self.waiting.extend(replace(one, due=self.now(), attempt=0) for one in self.sent)

    def _attempt(self, delivery: Delivery) -> None:
        try:
            status = self.post(delivery.url, delivery.headers, delivery.body)
        except Exception:  # noqa: BLE001 - whatever went wrong, a sender tries again
            status = 0
        with self._lock:
            self._under_way -= 1
            if 200 <= status < 300:
                self.sent.append(delivery)
                return
            if delivery.attempt < len(self.retry_after):
                wait = self.retry_after[delivery.attempt]
                due = datetime.fromtimestamp(self.now().timestamp() + wait, UTC)
                self.waiting.append(replace(delivery, attempt=delivery.attempt + 1, due=due))
                return
        self.on_failed(delivery)


def post_over_http(url: str, headers: Mapping[str, str], body: bytes) -> int:
    return requests.post(url, data=body, headers=dict(headers), timeout=10, allow_redirects=False).status_code


class Server:
    """A twin on a real socket, for the embedded AWS: serves, and pumps its outbox, until stopped."""

    def __init__(self, app: WSGIApplication, outbox: Outbox, port: int = 0) -> None:
        self._server: BaseWSGIServer = make_server("127.0.0.1", port, app, threaded=True)
        self._outbox = outbox
        self._stop = threading.Event()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._threads = [
            threading.Thread(target=self._server.serve_forever, daemon=True),
            threading.Thread(target=self._pump, daemon=True),
        ]

    def start(self) -> Server:
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        self._stop.set()
        self._server.shutdown()

    def _pump(self) -> None:
        while not self._stop.wait(0.02):
            self._outbox.pump()
