"""Levels: each function does the actions of its own level, and no action is without one."""

from __future__ import annotations

from typing import Any

import pytest

from platen.connectors import Resend
from platen.usecases import operate_levels
from platen.usecases.operate import _ACTIONS, Operator
from platen.usecases.operate_levels import LEVELS, Level, level_of
from tests.support.stall import StallBench


@pytest.fixture
def bench() -> StallBench:
    return StallBench(Resend.LOOKUP)


def asked(bench: StallBench, level: Level, action: str, **given: object) -> dict[str, Any]:
    """By the function of a level, which has a desk only where things are set up."""
    desk = bench.desk if level is Level.SET_UP else None
    return Operator(bench.hub, desk, level.may).answer({"action": action} | given)


def test_every_action_has_a_level_and_every_level_is_of_an_action() -> None:
    assert set(LEVELS) == set(_ACTIONS)


def test_an_action_without_a_level_is_done_by_nobody(bench: StallBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(operate_levels.LEVELS, "status")
    with pytest.raises(LookupError, match="the action status has no level"):
        asked(bench, Level.VIEW, "status")


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("action", sorted(_ACTIONS))
def test_an_action_is_refused_by_the_functions_of_other_levels(
    bench: StallBench, level: Level, action: str
) -> None:
    """What is asked for is no request at all, so an action that is let through is refused too, but for that."""
    answer = asked(bench, level, action, no_such_field=1)
    needed = level_of(action)
    code = "invalid" if needed in {Level.VIEW, level} else "not_permitted"
    assert answer["error"]["code"] == code
    if code == "not_permitted":
        assert needed.function in answer["error"]["message"]
        assert needed.policy in answer["error"]["message"]


def test_who_may_set_up_may_not_operate_and_the_other_way_round() -> None:
    assert Level.OPERATE not in Level.SET_UP.may
    assert Level.SET_UP not in Level.OPERATE.may
    assert all(Level.VIEW in level.may for level in Level)


def test_a_function_that_sets_nothing_up_has_no_desk(bench: StallBench) -> None:
    with pytest.raises(LookupError, match="sets nothing up"):
        _ = Operator(bench.hub, None, Level.OPERATE.may).desk


@pytest.mark.parametrize("action", [None, 1, [], {"connect": 1}, "", "Connect", "connect ", "__init__"])
def test_what_is_no_action_is_unknown_whoever_is_asked(bench: StallBench, action: object) -> None:
    answer = Operator(bench.hub, None, Level.VIEW.may).answer({"action": action})
    assert answer["error"]["code"] == "unknown_action"
