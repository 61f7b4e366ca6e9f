"""The values of a row: numbers, dates and words as a warehouse writes them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from platen.connectors.warehouse_files import Settings

LONGEST_TEXT = 200
LONGEST_URL = 1_000
LONGEST_PROSE = 500
AHEAD = timedelta(days=1)
"""A clock may be wrong by so much; a date that is further ahead is a mistake."""
_WHOLE = re.compile(r"[+-]?[0-9]{1,9}(?:\.0{1,6})?")
_FRACTION = re.compile(r"[+-]?[0-9]{0,9}\.[0-9]{1,9}")
_SIGNS = re.compile(r"[\x00-\x1f\x7f]")

MISFITS = frozenset({"not_a_number", "not_a_date", "not_a_status", "not_an_answer", "not_a_reason"})
"""Codes of values that are of another kind than their column: in every row, the columns are swapped."""


class Misread(Exception):
    """A value that cannot be taken: ``code`` for programs, the text for a clerk."""

    def __init__(self, code: str, message: str, column: str) -> None:
        super().__init__(message)
        self.code = code
        self.column = column


@dataclass(frozen=True)
class Cells:
    """One row, by the names of its columns, blanks around values taken off."""

    values: Mapping[str, str]
    settings: Settings
    now: datetime | None = None
    """What dates must not be far ahead of; None: it is not looked at."""

    def text(self, column: str, most: int = LONGEST_TEXT) -> str:
        value = self.values.get(column, "")
        if len(value) > most:
            raise Misread("too_long", f"{column} has more than {most} characters.", column)
        if _SIGNS.search(value):
            raise Misread("control_characters", f"{column} has characters that cannot be printed.", column)
        return value

    def prose(self, column: str) -> str:
        """A text for people: on one line, and cut rather than refused."""
        return " ".join(_SIGNS.sub(" ", self.values.get(column, "")).split())[:LONGEST_PROSE]

    def key(self, column: str, most: int = 100) -> str:
        """A text that has to be there."""
        value = self.text(column, most)
        if not value:
            raise Misread("missing", f"{column} is empty, and is needed.", column)
        return value

    def whole(self, column: str, *, least: int | None = None) -> int:
        value = self.key(column)
        if _FRACTION.fullmatch(value) and not _WHOLE.fullmatch(value):
            raise Misread("fraction", f"{column} is {value}: only whole pieces are counted.", column)
        if not _WHOLE.fullmatch(value):
            what = f'{column} is "{value[:40]}", which is no number. Write it as 1250, with no separators.'
            raise Misread("not_a_number", what, column)
        number = int(value.partition(".")[0])
        if least is not None and number < least:
            code = "negative" if number < 0 else "too_small"
            raise Misread(code, f"{column} is {number}: it has to be at least {least}.", column)
        return number

    def whole_or_none(self, column: str) -> int | None:
        return self.whole(column) if self.values.get(column) else None

    def moment(self, column: str) -> datetime | None:
        """UTC; None where it is empty or a whole day, which says of no count of that day whether it was before. A
        time without an offset is by the site's clock."""
        moment = self._read_moment(column)
        return None if _is_a_day(self.values.get(column, ""), self.settings) else moment

    def moment_needed(self, column: str) -> datetime:
        value = self.key(column)
        moment = self.moment(column)
        if moment is None:
            what = f'{column} is "{value[:40]}", a whole day: what moved on that day was before it or after. Write'
            raise Misread("no_time", f"{what} the time of day too, e.g. 2026-11-22T14:05:00-05:00.", column)
        return moment

    def _read_moment(self, column: str) -> datetime | None:
        value = self.text(column)
        if not value:
            return None
        moment = _in_the_sites_format(value, self.settings.date_format) or _in_iso(value)
        if moment is None:
            wanted = self.settings.date_format or "2026-11-22T14:05:00-05:00"
            what = f'{column} is "{value[:40]}", which is no date. Write it as {wanted}.'
            raise Misread("not_a_date", what, column)
        try:
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=self.settings.zone)).astimezone(UTC)
        except OverflowError:
            raise Misread("not_a_date", f'{column} is "{value[:40]}", which is off the calendar.', column) from None
        if self.now and moment > self.now + AHEAD:
            what = f'{column} is "{value[:40]}", more than a day ahead. Is the clock or its time zone wrong?'
            raise Misread("in_the_future", what, column)
        return moment

    def in_pieces(self, column: str = "UOM") -> None:
        """The unit has to be the one that counts as 1; an empty one is."""
        unit = self.text(column)
        if unit and unit.casefold() != self.settings.default_uom.casefold():
            what = f"{column} is {unit}: only {self.settings.default_uom} is counted. Give the quantity in that."
            raise Misread("unit", what, column)


def _in_the_sites_format(value: str, date_format: str) -> datetime | None:
    if not date_format:
        return None
    try:
        return datetime.strptime(value, date_format)  # noqa: DTZ007 - the site's zone is put on it
    except ValueError:
        return None


def _is_a_day(value: str, settings: Settings) -> bool:
    if _in_the_sites_format(value, settings.date_format):
        return not settings.dates_have_a_time
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _in_iso(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None
