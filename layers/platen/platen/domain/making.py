"""Making: how a vendor connection's jobs are prepared before they are sent. The same questions for every vendor.

Order Desk's words are the titles; the sentences say what Platen does. The JSON schema of :class:`Making` is
what the command line asks and shows, so every field carries a title and a description.

A table may be given as one, as lines ``left = right``, or as one text of such lines; a list as one, or as one text
with commas or line ends. Two lines for the same thing are refused, unless they say the same. Names that are not
known here are not looked at when a stored connection is read; whoever changes one is told (``configure``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from platen.domain.model import Value

_SHOWN = 80
"""Characters of a name that a sentence repeats."""
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
"""What copied text brings along and nobody sees: soft hyphens, blanks of no width, byte order marks."""


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


EU = _codes("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK")
"""The member states, as alpha-2 codes; their places with a code of their own (GP, RE, …) are not in it."""
EVERYWHERE = "*"
_COUNTRIES = EU | _codes("""
    AD AE AF AG AI AL AM AO AQ AR AS AU AW AX AZ BA BB BD BF BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD
    CF CG CH CI CK CL CM CN CO CR CU CV CW CX DJ DM DO DZ EC EG EH ER ET FJ FK FM FO GA GB GD GE GF GG GH GI GL GM
    GN GP GQ GS GT GU GW GY HK HM HN HT ID IL IM IN IO IQ IR IS JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB
    LC LI LK LR LS LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MU MV MW MX MY MZ NA NC NE NF NG NI NO NP NR
    NU NZ OM PA PE PF PG PH PK PM PN PR PS PW PY QA RE RS RU RW SA SB SC SD SG SH SJ SL SM SN SO SR SS ST SV SX SY
    SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    AC TA XK
""")
"""ISO 3166-1 alpha-2, and the three more that post and stores use: Ascension, Tristan da Cunha, Kosovo."""


def exact(text: str) -> str:
    """A product code as codes are compared: case and accents count, how an accent is typed does not."""
    return unicodedata.normalize("NFC", text.strip())


def alike(text: str) -> str:
    """A name as names are compared: two that give the same are the same name. Accents count.

    >>> alike(" Standard\u00a0 SHIPPING ")
    'standard shipping'
    """
    # Twice: what case folding leaves of a letter may itself have a composed form.
    folded = unicodedata.normalize("NFKC", text.translate(_UNSEEN)).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def countries_of(key: str) -> tuple[str, ...]:
    """What a key of ``class_by_country`` names, each once: alpha-2 codes, ``EU``, ``*``.

    >>> countries_of("us, CA;us")
    ('US', 'CA')
    """
    return tuple(dict.fromkeys(word.upper() for word in re.split(r"[\s,;]+", key) if word))


def brief(text: str) -> str:
    """A name as a sentence repeats it."""
    words = " ".join(text.split())
    return words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1].rstrip()}…"


def _rows(given: object) -> list[tuple[str, str]] | None:
    """A table, lines or one text as rows; None for what is none of them, which pydantic then refuses."""
    if isinstance(given, dict):
        rows = list(given.items())
        return rows if all(isinstance(side, str) for row in rows for side in row) else None
    lines = given.splitlines() if isinstance(given, str) else given
    if not isinstance(lines, list | tuple) or not all(isinstance(line, str) for line in lines):
        return None
    return [_sides(line.strip()) for line in lines if line.strip()]


def _sides(line: str) -> tuple[str, str]:
    """``left = right``; with blanks around it where there is more than one ``=``."""
    for sides in (re.split(r"\s=\s", line), line.split("=")):
        if len(sides) == 2:
            return sides[0].strip(), sides[1].strip()
    wrong = 'has more than one "="' if "=" in line else 'has no "="'
    raise ValueError(
        f'"{brief(line)}" {wrong}: write it as left = right, with blanks around the one that divides it.'
    )


def _table(left: Callable[[str], str], right: Callable[[str], str]) -> BeforeValidator:
    """Reads a table in which no two rows are for the same left side, unless both say the same."""

    def read(given: object) -> object:
        rows = _rows(given)
        return given if rows is None else dict(_unique(rows, left, right))

    return BeforeValidator(read)


def _unique(
    rows: Iterable[tuple[str, str]], left: Callable[[str], str], right: Callable[[str], str]
) -> Iterable[tuple[str, str]]:
    kept: dict[str, tuple[str, str]] = {}
    for row in rows:
        if not left(row[0]) or not right(row[1]):
            side = "before" if not left(row[0]) else "after"
            raise ValueError(f'"{_shown(row)}" has nothing {side} the "=".')
        first = kept.setdefault(left(row[0]), row)
        if right(first[1]) != right(row[1]):
            raise ValueError(f'"{_shown(first)}" and "{_shown(row)}" are for the same thing: keep one of them.')
    return kept.values()


def _shown(row: tuple[str, str]) -> str:
    return f"{brief(row[0])} = {brief(row[1])}"


def _by_country(given: object) -> object:
    """The same for countries: each is told to go by one class only."""
    rows = _rows(given)
    if rows is None:
        return given
    single = [(country, row[1]) for row in rows for country in countries_of(row[0]) or ("",)]
    once = dict(_unique(single, str, alike))
    for country in once:
        if country not in _COUNTRIES | {"EU", EVERYWHERE}:
            raise ValueError(_no_country(country))
    table: dict[str, str] = {}
    for key, target in rows:
        countries = [country for country in countries_of(key) if once.pop(country, None) is not None]
        if countries:
            table[",".join(countries)] = target
    return table


def _no_country(word: str) -> str:
    meant = {"UK": "GB", "EL": "GR"}.get(word, "")
    hint = f"did you mean {meant}?" if meant else "write its two letters, e.g. US."
    return f'"{brief(word)}" is no country code: {hint} EU stands for the European Union, * for everywhere else.'


def _listed(given: object) -> object:
    """A list of codes, each once."""
    codes = re.split(r"[,\r\n]", given) if isinstance(given, str) else given
    if not isinstance(codes, list | tuple) or not all(isinstance(code, str) for code in codes):
        return given
    return tuple(dict.fromkeys(exact(code) for code in codes if code.strip()))


Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Code = Annotated[Word, AfterValidator(exact)]
Countries = Annotated[str, StringConstraints(max_length=1000)]
FolderName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=50)]
CodeTable = Annotated[dict[Code, Code], _table(exact, exact)]
ClassTable = Annotated[dict[Word, Word], _table(alike, alike)]
CountryTable = Annotated[dict[Countries, Word], BeforeValidator(_by_country)]
CodeList = Annotated[tuple[Code, ...], BeforeValidator(_listed)]


class Fallback(StrEnum):
    """What to do when only the default mail class is left."""

    USE = "use"
    """Send with the default, and show on the job that it was only the default."""
    STOP = "stop"
    """Wait for a person."""


class ArtworkCheck(StrEnum):
    """Whether the artwork is looked at before a job is sent."""

    OFF = "off"
    WARN = "warn"
    """Send, and show on the job what is wrong."""
    STOP = "stop"
    """Wait for a person."""


class Making(Value):
    """The rules of one vendor connection."""

    code_match: CodeTable = Field(
        default_factory=dict,
        max_length=2000,
        title="Product Code Match",
        description="A print_sku as your products have it -> the code this vendor knows it by. The order itself "
        "is not changed, so one product can go to two vendors under two codes.",
    )
    code_skip: CodeList = Field(
        default=(),
        max_length=2000,
        title="Product Code Skip",
        description="SKUs or print_skus that are never sent to this vendor.",
    )
    location_match: Text = Field(
        default="",
        title="Inventory Location Match",
        description="Only items of this location are sent to this vendor. Empty: items of every location.",
    )
    picklist_field: Text = Field(
        default="",
        title="Picklist Message Field",
        description="Which field of the order is printed on the packing slip: note, number, tags, shipping_method, "
        "or an attribute of the order.",
    )
    gift_field: Text = Field(
        default="",
        title="Gift Message Field",
        description="Which field of the order is the gift message: note, or an attribute such as gift_message.",
    )
    default_class: Text = Field(
        default="",
        title="Default Mail Class",
        description="The vendor's class for orders whose shipping method matches nothing below.",
    )
    class_match: ClassTable = Field(
        default_factory=dict,
        max_length=500,
        title="Shipping Class Match",
        description="A Shopping Cart Name (the order's shipping method; * stands for anything, ? for one "
        "character) -> the vendor's class.",
    )
    class_by_country: CountryTable = Field(
        default_factory=dict,
        max_length=300,
        title="Default Mail Class by country",
        description="Countries, e.g. US,CA or EU, or * for everywhere else -> the default class for them.",
    )
    class_fallback: Fallback = Field(
        default=Fallback.USE,
        title="When only the Default Mail Class is left",
        description="use: send with it, and show that on the job. stop: wait for a person.",
    )
    after_import: FolderName = Field(
        default="",
        title="After Import, Move To",
        description="The folder for orders that this vendor has accepted. Empty: they stay where they are.",
    )
    after_shipment: FolderName = Field(
        default="",
        title="After Shipment, Move To",
        description="The folder for orders that this vendor has shipped, once nothing of them is still on its way.",
    )
    after_error: FolderName = Field(
        default="",
        title="After Error, Move To",
        description="The folder for orders whose job at this vendor waits for a person.",
    )
    after_cancel: FolderName = Field(
        default="",
        title="After Cancel, Move To",
        description="The folder for orders whose job at this vendor was cancelled, once nothing of them is left.",
    )
    artwork: ArtworkCheck = Field(
        default=ArtworkCheck.WARN,
        title="Artwork check",
        description="Whether artwork is looked at before sending (there, type, size, pixels): off, warn or stop.",
    )
