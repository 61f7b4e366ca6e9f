"""The Http port straight into a twin's WSGI application: no socket, and every fault seen as a client would."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit
from wsgiref.types import WSGIApplication

from werkzeug.test import Client

from platen.domain.verdicts import Refused, Unclear, Unreachable
from platen.ports import Reply


class WsgiHttp:
    """``apps`` maps ``host`` or ``host:port`` to the twin that answers there; any other host is unreachable."""

    def __init__(self, apps: Mapping[str, WSGIApplication]) -> None:
        self._apps = dict(apps)
        self.down: set[str] = set()
        """Hosts that refuse every connection until they are taken out again."""
        self.calls: list[tuple[str, str]] = []

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
        parts = urlsplit(url)
        app = self._apps.get(parts.netloc)
        if app is None or parts.netloc in self.down:
            raise Unreachable(f"{parts.netloc} cannot be reached")
        self.calls.append((method, parts.path))
        try:
            response = Client(app).open(
                path=parts.path,
                query_string=parts.query,
                base_url=f"{parts.scheme}://{parts.netloc}",
                method=method,
                headers=dict(headers or {}),
                data=jsonlib.dumps(json) if json is not None else (dict(form) if form else None),
                content_type="application/json" if json is not None else None,
                auth=auth,
            )
        except ConnectionAbortedError as cut:
            raise Unclear(f"{parts.netloc} closed the connection") from cut
        return Reply(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=response.get_data(),
        )

    def lines(self, url: str, *, most: int, timeout: float = 600.0) -> Iterator[bytes]:
        try:
            reply = self.send("GET", url, timeout=timeout)
        except Unclear as cut:
            raise Unreachable(cut.words) from cut
        if reply.status != 200 or len(reply.body) > most:
            raise Refused(f"{urlsplit(url).netloc} answered {reply.status} with {len(reply.body)} bytes")
        yield from reply.body.splitlines()
