"""Two habits of commands that Typer has no words for: a group that lists by itself, and options of two words."""

from __future__ import annotations

from itertools import islice
from typing import Any

from typer.core import TyperCommand, TyperGroup

from platen_cli.stops import WrongUsage

_HELP = ("-h", "--help")
_BETWEEN = "\x1f"
_OF_TWO = ("--add", "--remove")


class ListsByItself(TyperGroup):
    """``platen links shop`` is ``platen links list shop``, and ``platen folders`` is ``platen folders list``.

    A word that is no command goes to the list only where that takes words: else it is a mistyped command.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in (*self.commands, *_HELP) and self._goes_to_the_list(args[0])):
            args = ["list", *args]
        return super().parse_args(ctx, args)

    def _goes_to_the_list(self, word: str) -> bool:
        takes_words = any(one.param_type_name == "argument" for one in self.commands["list"].params)
        return takes_words or word.startswith("-")


class TakesPairs(TyperCommand):
    """``--add KEY LEFT=RIGHT``: the two words travel as one, and ``two_words`` takes them apart again."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        joined: list[str] = []
        waiting = iter(args)
        for one in waiting:
            joined.append(one)
            if one in _OF_TWO:
                joined += [_BETWEEN.join(words)] if (words := list(islice(waiting, 2))) else []
        return super().parse_args(ctx, joined)


def two_words(text: str, option: str) -> tuple[str, str]:
    """The two words of an option. Raises WrongUsage when there is one only."""
    first, between, second = text.partition(_BETWEEN)
    if not between:
        raise WrongUsage(f"{option} wants two words: the rule, and its entry.", f'{option} "{first}" "…"')
    return first, second
