"""Whatever outside people call their things, no screen lets it steer the terminal or pass for our markup."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from platen.domain.attention import Cause
from tests.cli.conftest import Run
from tests.cli.operator import FakeOperator, attention, head, order

HOSTILE = "x\x1b[2J\x9b5A[bold]y[/nope]\u202e\nz"
AT = "2026-11-21T09:00:00.000Z"
LINK = {field: [HOSTILE] for field in ("skus", "countries", "vendors", "tags", "locations", "folders")}
LINE = {"line_id": HOSTILE, "title": HOSTILE, "sku": HOSTILE, "quantity": 1, "vendor": HOSTILE, "link": HOSTILE}
PROBLEM = {"what": HOSTILE, "line_id": HOSTILE, "field": HOSTILE, "suggestion": HOSTILE}


def _order() -> dict[str, Any]:
    made = order(shipping_method=HOSTILE)
    wish = {"who": HOSTILE, "reason": HOSTILE, "at": AT, "at_store": True}
    made["head"] |= {"number": HOSTILE, "folder": HOSTILE, "imported_from": HOSTILE, "cancel": wish}
    for job in made["jobs"]:
        job |= {"vendor": HOSTILE, "mail_class": HOSTILE, "mail_class_by": "default", "warnings": [HOSTILE]}
        job |= {"reprint_of": HOSTILE, "reason": HOSTILE, "shares": {"currency": HOSTILE, "tax": "1"}}
    return made


@pytest.fixture
def told(operator: FakeOperator) -> FakeOperator:
    """An operator whose every word of outside origin is hostile."""
    operator.add(
        "shop", "store", links=[{"name": HOSTILE, "vendor": HOSTILE, **LINK}], intake={"new_folder": HOSTILE}
    )
    making = {"class_match": {HOSTILE: HOSTILE}, "code_skip": [HOSTILE], "default_class": HOSTILE}
    operator.add("printer", "vendor", provisional=HOSTILE, making=making)
    operator.provisional = HOSTILE
    passed = [{"link": HOSTILE, "why": HOSTILE}]
    tried = {"order_id": "a", "number": HOSTILE, "state": "open", "waits": HOSTILE}
    line = {**LINE, "now_vendor": HOSTILE + "2", "why": HOSTILE, "passed": passed, "send": "hold"}
    operator.results["try_links"] = {"orders": [{**tried, "lines": [line]}], "next": ""}
    classed = {"number": HOSTILE, "asked": HOSTILE, "country": HOSTILE, "code": HOSTILE, "by": "country"}
    was = {"problem": HOSTILE, "was_code": HOSTILE, "was_by": HOSTILE}
    operator.results["try_classes"] = {"orders": [{**classed, **was}], "next": ""}
    counts = {HOSTILE: 1, f"b{HOSTILE}": 2}
    operator.results["folders"] = {"folders": [{"name": HOSTILE, "counts": counts, "total": 3}]}
    operator.results["move"] = {"moved": [HOSTILE], "missing": [HOSTILE]}
    operator.results["order"] = {"order": _order()}
    operator.results["orders"] = {"orders": [head(HOSTILE, "open", folder=HOSTILE, imported_from=HOSTILE)]}
    item = {"order_id": "k7x2m3qpl4tzabcd", "number": HOSTILE, "connection": HOSTILE, "place": "job 1"}
    why = [attention(cause, PROBLEM, PROBLEM | {"what": f"{HOSTILE}2"}) for cause in Cause]
    operator.results["attention"] = {"items": [{**item, "where": HOSTILE, **one} for one in why]}
    return operator


@pytest.mark.parametrize(
    "line",
    [
        "links shop",
        "links try shop",
        "rules shop",
        "rules printer",
        "classes try printer",
        "folders",
        "move 1 Rush",
        "orders list",
        "orders show 1",
        "attention",
        "systems",
        "connections",
        "reprint 1 --reason x --place job-1",
        "cancel 1 --whole --reason x --at-store",
    ],
)
def test_no_screen_is_steered_by_what_it_shows(run: Run, told: FakeOperator, line: str) -> None:
    shown = run(*shlex.split(line), input="n\n").output
    assert not set(shown) & {"\x1b", "\x9b", "\u202e"}
    assert "[bold]y[/nope]" in "".join(shown.split())


@pytest.mark.parametrize(
    "path", ["unlink shop x", "links nobody", "rules nobody", "move --all-in x --store shop y"]
)
def test_no_refusal_is_steered_either(run: Run, told: FakeOperator, path: str) -> None:
    shown = run(*shlex.split(path.replace("nobody", shlex.quote(HOSTILE)))).output
    assert not set(shown) & {"\x1b", "\x9b", "\u202e"}
