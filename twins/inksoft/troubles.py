"""The ways it goes wrong, by name: each is a fault on the switch board."""

from __future__ import annotations

import json
from typing import Literal

from twins.inksoft import paper
from twins.kit import Fault

type Trouble = Literal[
    "error", "error_after", "slow", "cut", "drop", "page", "page_after", "data_false", "ok_false_data", "bad_key",
    "session_over", "too_many", "garbage", "garbage_after",
]  # fmt: skip
"""``error``: 500 with their envelope. ``slow``: done, late. ``cut``: done, and no answer comes. ``drop``: not
done, and the connection closes. ``page``: HTML with status 200. ``data_false``: OK is false, with status 200 and no
message. ``ok_false_data``: OK is true and Data is false. ``too_many``: 429 with Retry-After. ``garbage``: JSON that
ends in the middle. With ``_after`` it is done first."""


def fault(kind: Trouble, on: str = "*", *, times: int = 1, skip: int = 0, seconds: float = 1.0) -> Fault:
    """``seconds``: how slow, or what Retry-After says."""
    if kind in ("slow", "drop"):
        return Fault(on=on, kind="slow" if kind == "slow" else "drop", times=times, skip=skip, seconds=seconds)
    if kind == "cut":
        return Fault(on=on, kind="cut_reply", times=times, skip=skip)
    status, body, headers = _answer(kind.removesuffix("_after"), seconds)
    after: Literal["status", "status_after"] = "status_after" if kind.endswith("_after") else "status"
    return Fault(on=on, kind=after, times=times, skip=skip, status=status, body=body, headers=headers)


def _answer(kind: str, seconds: float) -> tuple[int, str, dict[str, str]]:
    silent = paper.failure("", "InternalServerError") | {"Messages": []}
    answers: dict[str, tuple[int, str, dict[str, str]]] = {
        "error": (500, json.dumps(paper.failure("An error has occurred", "InternalServerError")), {}),
        "page": (200, paper.page("Down for maintenance"), {"Content-Type": paper.HTML}),
        "data_false": (200, json.dumps(silent), {}),
        "ok_false_data": (200, json.dumps(paper.envelope(False)), {}),
        "bad_key": (400, json.dumps(paper.failure("The API key is invalid")), {}),
        "session_over": (400, json.dumps(paper.failure("The session is invalid or has expired")), {}),
        "too_many": (
            429,
            paper.page("Too many requests"),
            {"Retry-After": f"{seconds:.0f}", "Content-Type": paper.HTML},
        ),
        "garbage": (200, '{"OK": true, "StatusCode": "OK", "Data": [{"ID": 1000', {}),
    }
    return answers[kind]
