"""Single values as InkSoft writes them, read with tolerance. Pure.

Raised ValueErrors never repeat the value.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, DecimalException
from typing import Any

type Stamp = datetime | None

LONGEST_TEXT = 5000
_MOST_PAIRS = 200
_EMPTY_GUID = "00000000-0000-0000-0000-000000000000"
_OF_ASP_NET = re.compile(r"/Date\((-?[0-9]{1,15})(?:[+-][0-9]{4})?\)/")
_TRUE, _FALSE = {"true", "1", "yes"}, {"false", "0", "no", ""}
_LARGEST = Decimal(10) ** 12
_FINEST = Decimal("0.000001")


class NotJson(Exception):
    """No JSON at all: mostly a page for a browser."""


def read_json(body: bytes) -> Any:
    """JSON, with its numbers kept as they are written. Raises NotJson."""
    try:
        return json.loads(body.decode("utf-8-sig"), parse_float=_decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise NotJson from None


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except DecimalException:
        raise ValueError("no number") from None


def _no_number(_text: str) -> Any:
    raise ValueError("no number")


def text(value: object) -> str:
    """Text or a number, trimmed and cut, without what cannot be stored; empty for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return ""
    try:
        said = str(value)[:LONGEST_TEXT]
    except ValueError:  # an integer of thousands of digits
        return ""
    return said.encode("utf-8", "ignore").decode().replace("\x00", "").strip()


def identifier(value: object) -> str:
    """A number or a GUID. A zero, or the GUID of nothing but zeros, is none."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        said = text(value)
        return "" if said in ("0", _EMPTY_GUID) else said
    if value is None:
        return ""
    raise ValueError("no id")


def maybe_identifier(value: object) -> str:
    try:
        return identifier(value)
    except ValueError:
        return ""


def quantity(value: object) -> object:
    """A whole number, also as 2.0 or "2"."""
    if isinstance(value, bool):
        raise ValueError("no quantity")
    if isinstance(value, str):
        value = _number(value)
    if isinstance(value, Decimal):
        if not value.is_finite() or abs(value) > _LARGEST or value != value.to_integral_value():
            raise ValueError("no whole number")
        return int(value)
    return value


def maybe_count(value: object) -> int:
    """As ``quantity``; 0 for what is none, for nothing is decided by it."""
    try:
        read = quantity(value)
    except ValueError:
        return 0
    return read if isinstance(read, int) and 0 <= read <= 1_000_000 else 0


def count_or_none(value: object) -> int | None:
    try:
        read = quantity(value)
    except ValueError:
        return None
    return read if isinstance(read, int) and 0 <= read < 10**12 else None


def flag(value: object) -> bool:
    """Raises ValueError for what is neither yes nor no: an order may hang on it."""
    said = str(value).strip().lower() if isinstance(value, str | int) and not _is_long(value) else None
    if said in _TRUE:
        return True
    if said in _FALSE:
        return False
    raise ValueError("neither true nor false")


def maybe_flag(value: object) -> bool:
    try:
        return flag(value)
    except ValueError:
        return False


def _is_long(value: str | int) -> bool:
    return len(value) > 10 if isinstance(value, str) else abs(value) > 10


def amount(value: object) -> Decimal | None:
    """An amount of money, to a millionth; None for what is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int) and abs(value) < _LARGEST:
        return Decimal(value)
    number = _number(value) if isinstance(value, str) else value
    if not isinstance(number, Decimal) or not number.is_finite() or abs(number) >= _LARGEST:
        return None
    rounded = number.quantize(_FINEST, rounding=ROUND_HALF_EVEN)
    # One way to write it, so that 18.5 and 18.50 are the same order.
    plain = rounded.normalize()
    return plain.quantize(Decimal(1)) if plain == plain.to_integral_value() else plain


def _number(value: str) -> Decimal | None:
    if len(value) > 40:
        return None
    try:
        return Decimal(value.strip())
    except DecimalException:
        return None


def moment(value: object) -> Stamp:
    """ISO 8601 (without a zone: UTC), or ASP.NET's ``/Date(ms)/``. None for what is no time, and for the first
    day of the calendar, by which .NET says that there is none."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        old = _OF_ASP_NET.fullmatch(value.strip())
        if old:
            read = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(old[1]))
        else:
            read = datetime.fromisoformat(value.strip())
        read = (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return read if 1990 <= read.year <= 9000 else None


def pairs(value: object) -> tuple[tuple[str, str], ...]:
    """A dictionary of texts, or a list of names with values, as pairs in the order of their names."""
    if isinstance(value, dict):
        found = [(text(name), text(said)) for name, said in list(value.items())[:_MOST_PAIRS]]
    elif isinstance(value, list | tuple):
        found = [_pair(one) for one in value[:_MOST_PAIRS]]
    else:
        return ()
    return tuple(sorted({(name, said) for name, said in found if name and said}))


def _pair(one: object) -> tuple[str, str]:
    if isinstance(one, list | tuple) and len(one) == 2:
        return text(one[0]), text(one[1])
    if not isinstance(one, dict):
        return "", ""
    named = {str(name).lower(): said for name, said in one.items()}
    return text(named.get("name", named.get("key"))), text(named.get("value"))
