"""A small client of Tryton's REST API, as trytond 8.2 has it.

Models are at ``/<database>/rest/model/<model>``: GET searches, POST creates, PUT changes, and POST to
``/<id>/<action>`` presses a button. A search's domain and a call's context go as JSON in base64url; dates and
decimals are objects with a ``__class__``.
"""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import requests

type Json = dict[str, Any]
PAGE = 500
_PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")
_SECONDS = 60.0


class Refused(Exception):
    """Tryton would not; the text is what it says."""


def sign_in(url: str, login: str, password: str) -> str:
    """The key of a new application of that user: what all REST calls prove themselves with."""
    with _session() as session:
        user_id, token = _rpc(session, url, "common.db.login", login, {"password": password})[:2]
        known = b64encode(f"{login}:{user_id}:{token}".encode()).decode()
        session.headers["Authorization"] = f"Session {known}"
        model = "model.res.user.application"
        (made,) = _rpc(session, url, f"{model}.create", [{"user": user_id, "application": "rest"}], {})
        key: str = _rpc(session, url, f"{model}.read", [made], ["key"], {})[0]["key"]
        return key


def _rpc(session: requests.Session, url: str, method: str, *parameters: object) -> Any:
    body = {"id": 1, "method": method, "params": parameters}
    answer = session.post(f"{url}/rpc/", json=body, timeout=_SECONDS)
    said = answer.json() if answer.ok else {"error": answer.text[:500]}
    if "error" in said:
        raise Refused(f"{method}: {said['error']}")
    return said["result"]


class Rest:
    """One database, by an application's key. ``url`` is the server's and the database's."""

    def __init__(self, url: str, key: str) -> None:
        self._url = f"{url}/rest/model"
        self._session = _session()
        self._session.headers["Authorization"] = f"bearer {key}"
        self.context: Json = {}
        """Goes with every call, e.g. ``{"company": 1}``."""

    def search(
        self, model: str, domain: Sequence[object], fields: Sequence[str], *, context: Mapping[str, object] = {}
    ) -> Iterator[Json]:
        """All that fit, page by page, in the order they were made."""
        asked = {"d": _packed(domain), "o": _packed([["id", "ASC"]]), "f": list(fields)}
        first = 0
        while True:
            page = self._call("GET", model, params=asked | {"s": PAGE, "p": first}, context=context)
            yield from page
            if len(page) < PAGE:
                return
            first += PAGE

    def one(self, model: str, domain: Sequence[object], fields: Sequence[str] = ()) -> Json:
        """The only one that fits."""
        found = list(self.search(model, domain, fields))
        if len(found) != 1:
            raise Refused(f"{len(found)} of {model} fit {domain}, not one")
        return found[0]

    def get(self, model: str, number: int, fields: Sequence[str]) -> Json:
        got: Json = self._call("GET", f"{model}/{number}", params={"f": list(fields)})
        return got

    def create(self, model: str, **values: object) -> int:
        made: int = self._call("POST", model, body=values)["id"]
        return made

    def update(self, model: str, number: int, **values: object) -> None:
        self._call("PUT", f"{model}/{number}", body=values)

    def press(self, model: str, number: int, button: str) -> Any:
        return self._call("POST", f"{model}/{number}/{button}", body={})

    def close(self) -> None:
        self._session.close()

    def _call(
        self,
        method: str,
        path: str,
        *,
        params: Json | None = None,
        body: object | None = None,
        context: Mapping[str, object] = {},
    ) -> Any:
        headers = {"X-Tryton-Context": _packed({**self.context, **context}), "Accept-Language": "en"}
        answer = self._session.request(
            method,
            f"{self._url}/{path}",
            params=params,
            data=None if body is None else json.dumps(body, default=_tagged),
            headers=headers | {"Content-Type": "application/json"},
            timeout=_SECONDS,
        )
        if not answer.ok:
            raise Refused(f"{method} {path}: {answer.status_code} {answer.text[:800]}")
        return json.loads(answer.text, object_hook=_untagged) if answer.content else None


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # a proxy has no business between us and our own process
    return session


def _packed(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value, default=_tagged).encode()).decode()


def _tagged(value: object) -> Json:
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    if isinstance(value, date):
        return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
    raise TypeError(f"{type(value).__name__} is not sent to Tryton")


def _untagged(value: Json) -> Any:
    if value.get("__class__") == "Decimal":
        return Decimal(value["decimal"])
    if value.get("__class__") == "date":
        return date(value["year"], value["month"], value["day"])
    if value.get("__class__") == "datetime":
        return datetime(*(value[name] for name in _PARTS), tzinfo=UTC)
    return value
