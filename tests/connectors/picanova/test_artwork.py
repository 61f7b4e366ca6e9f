"""What is told of a print file's needs: as much as the catalogue says, and nothing guessed."""

from __future__ import annotations

from typing import Any

import pytest

from platen.connectors.picanova import artwork
from platen.connectors.picanova.catalogue import Variant
from platen.domain.artwork import ArtworkNeeds
from platen.domain.printing import PrintDetails
from tests.connectors.picanova.fakes import ScriptedHttp, data
from tests.connectors.picanova.house import House, a_request, details, settings, their_variant
from tests.connectors.picanova.preflighting import told
from tests.connectors.picanova.test_preflight_v1 import DESIGN
from tests.connectors.picanova.twin_world import world

ART = "https://art.example/7f3a.jpg"
PLAIN = ArtworkNeeds(types=("image/jpeg", "image/png"), most_bytes=40_000_000)


def needs(product: dict[str, Any], **variant: Any) -> ArtworkNeeds:
    http = ScriptedHttp()
    http.on("GET /products", data([{"id": 2, "name": "Canvas"} | product]))
    http.on("GET /products/2", data([their_variant(**variant)]))
    http.on("GET /countries", data([{"country_id": 276, "country_code": "DE"}]))
    at = House(http, settings())
    assert told(a_request(), at) == []
    [found] = at.vendor().artwork_needs(a_request()).values()
    return found


@pytest.mark.parametrize(
    ("product", "printfile", "pixels"),
    [
        ({"dpi": 36}, {"format_width": 400, "format_height": 300}, (566, 425)),
        ({"dpi": "100"}, {"format_width": "254", "format_height": 25.4}, (1000, 100)),
        ({"dpi": 36}, {"format_width": 400}, (566, None)),
        ({"dpi": 36}, [], (None, None)),
        ({"dpi": 36}, "400x300", (None, None)),
        ({"dpi": 36}, {"format_width": "wide", "format_height": -3}, (None, None)),
        ({"dpi": 36}, {"format_width": 1e300, "format_height": "inf"}, (None, None)),
        ({"dpi": 0}, {"format_width": 400, "format_height": 300}, (None, None)),
        ({"dpi": None}, {"format_width": 400, "format_height": 300}, (None, None)),
        ({"dpi": {"least": 36}}, {"format_width": 400, "format_height": 300}, (None, None)),
        ({}, {"format_width": 400, "format_height": 300}, (None, None)),
    ],
)
def test_pixels_are_the_formats_at_the_products_dpi_or_not_known(
    product: dict[str, Any], printfile: object, pixels: tuple[int | None, int | None]
) -> None:
    assert needs(product, printfile=printfile) == PLAIN.but(width=pixels[0], height=pixels[1])


def test_at_the_twin_each_line_with_a_file_has_its_needs() -> None:
    at = world()
    lines = (details(), details("301"), details("PSTR-30X40-1-APO12345678", options={}))
    request = a_request(*lines)
    assert list(at.vendor.preflight(request)) == []
    assert at.vendor.artwork_needs(request) == {
        "11": PLAIN.but(width=566, height=425),
        "12": PLAIN.but(width=283, height=283),
        "13": PLAIN.but(width=1181, height=1574),
    }


def test_a_v1_file_needs_its_type_and_size_and_one_that_is_there_already_needs_nothing() -> None:
    request = a_request(DESIGN, PrintDetails(sku="CVS0200201LWF2", url=ART), account="eu-v1")
    assert House(ScriptedHttp(), settings()).vendor().artwork_needs(request) == {"12": PLAIN}


def test_what_is_not_in_the_catalogue_is_not_asked_of_picanova_for_it() -> None:
    at = House(ScriptedHttp(), settings())
    assert at.vendor().artwork_needs(a_request()) == {"11": PLAIN}
    assert artwork.needs(a_request(PrintDetails(sku="DIGI-40X30-1")), {}) == {}


def test_entries_that_were_cached_before_pixels_were_known_still_read() -> None:
    text = '{"code": "DIGI-40X30-1", "variant_id": "302", "read_at": "2026-11-21T09:00:00Z"}'
    assert Variant.model_validate_json(text).width is None
