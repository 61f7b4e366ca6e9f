"""Rows as they are written: every value fit for the site's files. Pure."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from io import StringIO

from platen.connectors.warehouse_files import Quoting, Settings

_FORMULA = ("=", "+", "-", "@")
_NOT_PLAIN = re.compile(r'[,"\t]')
_NOT_STRICT = re.compile(r"[^A-Za-z0-9 .-]")
MOST_TEXT = 200
MOST_NOTE = 500


def row(values: Iterable[str], settings: Settings) -> str:
    """A line of a file. It ends in a carriage return: who puts lines together puts the line feed behind it."""
    if settings.quoting is not Quoting.QUOTED:
        return settings.delimiter.character.join(values) + "\r"
    text = StringIO()
    csv.writer(text, delimiter=settings.delimiter.character, lineterminator="\r").writerow(values)
    return text.getvalue()


def words(text: str, settings: Settings, most: int = MOST_TEXT) -> str:
    """A text for people: on one line, cut, and with nothing in it that the site's files do not take.

    What a spreadsheet would run as a formula is a text: a buyer may have written it.
    """
    line = "".join(" " if unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") else one for one in text)
    if settings.quoting is not Quoting.QUOTED:
        line = _NOT_PLAIN.sub(" ", line)
    if settings.quoting is Quoting.STRICT:
        folded = unicodedata.normalize("NFKD", line)
        line = _NOT_STRICT.sub(" ", "".join(one for one in folded if not unicodedata.combining(one)))
    line = " ".join(line.split())[:most].rstrip()
    return f"'{line}" if line.startswith(_FORMULA) and settings.quoting is not Quoting.STRICT else line


def phone(text: str, settings: Settings) -> str:
    """A number may begin with a plus."""
    line = words(text, settings, 50)
    return line.removeprefix("'") if re.fullmatch(r"'\+[0-9 ()./-]*", line) else line


def email(text: str, settings: Settings) -> str:
    """Whole, or not at all."""
    line = words(text, settings)
    return line if line == text.strip() else ""


def moment(at: datetime | None, settings: Settings) -> str:
    """By the site's clock, in its format; else ISO 8601 with the offset, and in strict files the date alone."""
    if at is None:
        return ""
    local = at.astimezone(settings.zone)
    if settings.date_format:
        return local.strftime(settings.date_format)
    return local.date().isoformat() if settings.quoting is Quoting.STRICT else local.isoformat(timespec="seconds")


def why_no_key(text: str, settings: Settings) -> str:
    """Why an item number cannot stand in the site's files, as the end of a sentence; empty when it can.

    It is never changed: what is not exactly the same is another item.
    """
    if len(text) > settings.item_number_max:
        return f"has {len(text)} characters, and the warehouse takes {settings.item_number_max}"
    if not text.isprintable() or text != text.strip():
        return "has characters that cannot be seen"
    if settings.quoting is Quoting.PLAIN and _NOT_PLAIN.search(text):
        return "has a comma or a quote, which plain files do not take"
    if settings.quoting is Quoting.STRICT and _NOT_STRICT.search(text):
        return "has other characters than letters, digits, dash, dot and space, which strict files do not take"
    return ""
