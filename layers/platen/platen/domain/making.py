"""Making: how a vendor connection's jobs are prepared before they are sent. The same questions for every vendor.

Order Desk's words are the titles; the sentences say what Platen does. The JSON schema of :class:`Making` is
what the command line asks and shows, so every field carries a title and a description.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from platen.domain.model import Value


def exact(text: str) -> str:
    """A product code as codes are compared: case and accents count, how an accent is typed does not."""
    return unicodedata.normalize("NFC", text.strip())


Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Code = Annotated[Word, AfterValidator(exact)]
FolderName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=50)]


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


_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
"""What copied text brings along and nobody sees: soft hyphens, blanks of no width, byte order marks."""


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


EU = _codes("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK")
"""The member states, as alpha-2 codes; their places with a code of their own (GP, RE, …) are not in it."""
EVERYWHERE = "*"


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


class Making(Value):
    """The rules of one vendor connection."""

    code_match: dict[Code, Code] = Field(
        default_factory=dict,
        max_length=2000,
        title="Product Code Match",
        description="A print_sku as your products have it -> the code this vendor knows it by. The order itself "
        "is not changed, so one product can go to two vendors under two codes.",
    )
    code_skip: tuple[Code, ...] = Field(
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
        description="Which field of the order is printed on the packing slip, e.g. note.",
    )
    gift_field: Text = Field(
        default="",
        title="Gift Message Field",
        description="Which field of the order is the gift message, e.g. gift_message.",
    )
    default_class: Text = Field(
        default="",
        title="Default Mail Class",
        description="The vendor's class for orders whose shipping method matches nothing below.",
    )
    class_match: dict[Word, Word] = Field(
        default_factory=dict,
        max_length=500,
        title="Shipping Class Match",
        description="A Shopping Cart Name (the order's shipping method; * stands for anything) -> the vendor's "
        "class.",
    )
    class_by_country: dict[Word, Word] = Field(
        default_factory=dict,
        max_length=300,
        title="Default Mail Class by country",
        description="Countries, e.g. US,CA or EU -> the default class for them.",
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
