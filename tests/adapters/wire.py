"""The wire between boto3 and moto: what went over it, and what goes wrong on it.

A fault sits below boto3's own retries, where it happens in real life: an answer that is lost was acted on,
and boto3 sends the same request again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError
from moto.core.models import botocore_stubber

from platen.adapters.aws import _CONFIG


@dataclass(frozen=True)
class Sent:
    """One request as it went over the wire."""

    operation: str
    body: dict[str, Any]


class Wire:
    """A client of one AWS service, with the product's own timeouts and retries."""

    def __init__(self, service: str) -> None:
        self.client: Any = boto3.client(service, config=_CONFIG)
        self.sent: list[Sent] = []
        self._faults: list[tuple[str, Callable[[AWSPreparedRequest, Callable[[], Any]], Any]]] = []
        self._done: dict[str, AWSResponse] = {}
        # In moto's place, which is then asked by hand: all who listen are called, whoever answers.
        self.client.meta.events.unregister("before-send", botocore_stubber)
        self.client.meta.events.register("before-send", self._pass)

    def lose_answer(self, operation: str, times: int = 1) -> None:
        """The next such request is acted on, and its answer never arrives."""

        def lost(request: AWSPreparedRequest, act: Callable[[], Any]) -> Any:
            act()
            raise ConnectionClosedError(endpoint_url=request.url)

        self._faults += [(operation, lost)] * times

    def lose_request(self, operation: str) -> None:
        """The next such request never arrives."""

        def lost(request: AWSPreparedRequest, _act: Callable[[], Any]) -> Any:
            raise ConnectionClosedError(endpoint_url=request.url)

        self._faults.append((operation, lost))

    def answer(self, operation: str, code: str, status: int = 400, times: int = 1, **fields: Any) -> None:
        """The next such request is refused with this error, and not acted on."""
        text = json.dumps({"__type": f"com.amazonaws#{code}", "message": code, **fields}).encode()

        def refused(request: AWSPreparedRequest, _act: Callable[[], Any]) -> Any:
            return AWSResponse(request.url, status, {"Content-Type": "application/x-amz-json-1.0"}, _Raw(text))

        self._faults += [(operation, refused)] * times

    def answers(self, operation: str, answer: dict[str, Any]) -> None:
        """The next such request is answered so, and not acted on."""
        text = json.dumps(answer).encode()
        self._faults.append((operation, lambda request, _act: AWSResponse(request.url, 200, {}, _Raw(text))))

    def instead(self, operation: str, do: Callable[[], None]) -> None:
        """Something happens just before the next such request arrives."""

        def first(_request: AWSPreparedRequest, act: Callable[[], Any]) -> Any:
            do()
            return act()

        self._faults.append((operation, first))

    def count(self) -> Counter[str]:
        return Counter(one.operation for one in self.sent)

    def _pass(self, event_name: str, request: AWSPreparedRequest, **_: Any) -> Any:
        operation = event_name.rpartition(".")[2]
        assert operation != "Scan", "a scan reads, and is charged for, the whole table"
        self.sent.append(Sent(operation, _body(request)))
        for fault in self._faults:
            if fault[0] == operation:
                self._faults.remove(fault)
                return fault[1](request, lambda: self._act(event_name, request))
        return self._act(event_name, request)

    def _act(self, event_name: str, request: AWSPreparedRequest) -> Any:
        """As AWS does: a transaction whose token was seen is answered as the first time (moto forgets that)."""
        token = _body(request).get("ClientRequestToken")
        if token in self._done:
            return AWSResponse(request.url, 200, {}, _Raw(b"{}"))
        answer: Any = botocore_stubber(event_name=event_name, request=request)
        if token and answer.status_code == 200:
            self._done[token] = answer
        return answer


class _Raw(BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.read()


def _body(request: AWSPreparedRequest) -> dict[str, Any]:
    text: Any = request.body or b"{}"
    try:
        found: dict[str, Any] = json.loads(text)
    except (ValueError, TypeError):  # no JSON; or a file that is read while it is sent
        return {}
    return found
