"""What can be told beforehand of a line that goes by the v1 API: whether it says enough, and not too much. Pure.

v1's products are not in the catalogue that is read, so that a code exists is for Picanova to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from platen.connectors.picanova.skus import embeds_artwork, own_product, variant_of, wants_v1
from platen.domain.printing import PrintDetails

type Said = tuple[str, str, str]
"""(what is wrong, field, suggestion)"""


def problems(details: PrintDetails, *, told_v1: bool, first_option: str) -> Iterator[Said]:
    """``told_v1``: the line itself says that it goes by v1, however its code is written. ``first_option``: the name
    of the field that has the line's first option."""
    if details.design_id:
        yield from _of_design(details)
    elif details.sku and not told_v1 and not wants_v1(details):
        yield (
            f'"{details.sku[:80]}" is no product of Picanova\'s v1 API, and this job goes by that. Retry it: its '
            "lines are then sent as two orders, one for each API.",
            "print_sku",
            "",
        )
    if details.options:
        yield (
            "A v1 product has its options in its code, so those of the line would be passed over: take "
            f"{first_option} and the others away from the line and the product map, or set the print_sku and "
            "print_url of a product that has options.",
            first_option,
            "",
        )


def _of_design(details: PrintDetails) -> Iterator[Said]:
    if details.sku or details.url:
        fields = {"print_sku": details.sku, "print_url": details.url}
        beside = " and ".join(name for name, value in fields.items() if value)
        yield (
            f"print_design_id stands for a product with its artwork, and the line has {beside} beside it: keep "
            "the one or the other. (With print_sku and print_url, the artwork is yours.)",
            "print_design_id",
            "",
        )
    if not own_product(details.design_id):
        upper = details.design_id.strip().upper()
        yield (
            f'print_design_id is "{details.design_id[:80]}", which is no product set up at Picanova: their SKUs '
            "end in -APO or -PIC and a number, e.g. CVS0200201LWF2-APO12345678.",
            "print_design_id",
            upper if own_product(upper) and upper != details.design_id else "",
        )
    elif not variant_of(details.design_id):
        yield ("print_design_id has no product before its -APO or -PIC.", "print_design_id", "")


def in_beta_job(details: PrintDetails) -> Said:
    """Of a line that only v1 can be told, in a job that goes by beta: it was planned before that was known."""
    retry = "needs Picanova's v1 API, and this job goes by beta. Retry it: its lines are then sent as two orders."
    if details.design_id:
        return f"print_design_id {retry}", "print_design_id", ""
    if embeds_artwork(details):
        return f"print_sku is a product set up at Picanova, artwork and all: that {retry}", "print_url", ""
    return f"print_sku is a code of v1: that {retry}", "print_sku", ""
