"""Product settings: codes are the vendor's business and exact, names are people's and forgiving."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.domain.making import Making
from platen.domain.order import Attribute, ShippingChoice
from platen.domain.printing import Print, PrintDetails
from platen.domain.product_settings import LONGEST_MESSAGE, matched, message_of, why_elsewhere, why_skipped
from tests.domain.making import a_line, an_order

NBSP = "\u00a0"
COMPOSED, DECOMPOSED = "CAF\u00c9-1", "CAFE\u0301-1"


class TestProductCodeMatch:
    RULES = Making(code_match={"A": "B", "B": "C", COMPOSED: "COFFEE", "a b": "ab"})

    @pytest.mark.parametrize(
        ("code", "theirs"),
        [
            ("A", "B"),  # one step, never on to C
            ("B", "C"),
            (" A\t", "B"),
            (f"{NBSP}A{NBSP}", "B"),
            ("a", "a"),  # case counts
            ("AA", "AA"),
            (DECOMPOSED, "COFFEE"),
            ("CAFE-1", "CAFE-1"),  # accents count
            ("a b", "ab"),
            ("a  b", "a  b"),  # blanks within count
            ("", ""),
            ("🎽", "🎽"),
        ],
    )
    def test_is_exact(self, code: str, theirs: str) -> None:
        assert matched(self.RULES, PrintDetails(sku=code)).sku == theirs

    def test_leaves_all_else_alone(self) -> None:
        details = PrintDetails(
            sku="A", url="https://a.example/1", location="front", more=(Print(url="u2"),), account="us"
        )
        assert matched(self.RULES, details) == details.but(sku="B")
        assert matched(self.RULES, PrintDetails(design_id="A")) == PrintDetails(design_id="A")


class TestProductCodeSkip:
    RULES = Making(code_skip=("STICKER", " CARD-1 ", DECOMPOSED))

    @pytest.mark.parametrize(
        ("sku", "print_sku", "skipped_by"),
        [
            ("STICKER", "", "SKU STICKER"),
            ("MUG", "STICKER", "print_sku STICKER"),
            (" STICKER", "MUG", "SKU STICKER"),
            ("CARD-1", "CARD-1", "SKU CARD-1"),
            (COMPOSED, "", f"SKU {COMPOSED}"),
            ("sticker", "Sticker", ""),
            ("STICKER-2", "", ""),
            ("", "", ""),
        ],
    )
    def test_names_what_is_skipped(self, sku: str, print_sku: str, skipped_by: str) -> None:
        why = why_skipped(self.RULES, a_line(sku=sku), PrintDetails(sku=print_sku))
        assert bool(why) == bool(skipped_by)
        assert skipped_by in why

    def test_skips_nothing_where_it_is_empty(self) -> None:
        assert why_skipped(Making(), a_line(sku=""), PrintDetails()) == ""


class TestInventoryLocationMatch:
    @pytest.mark.parametrize(
        ("wanted", "location", "here"),
        [
            ("", "", True),
            ("", "Berlin", True),
            ("Berlin", "berlin", True),
            ("Berlin", f" BERLIN{NBSP}", True),
            ("Halle  2", "halle 2", True),
            ("Gare de l'E\u0301st", "GARE DE L'ÉST", True),
            ("Berlin", "", False),
            ("Berlin", "Berlin 2", False),
            ("Zürich", "Zurich", False),
            ("Lager 🏭", "Lager", False),
        ],
    )
    def test_compares_as_people_do(self, wanted: str, location: str, here: bool) -> None:
        assert (why_elsewhere(Making(location_match=wanted), location) == "") is here

    def test_names_both_places(self) -> None:
        why = why_elsewhere(Making(location_match="Berlin"), "Lyon ")
        assert '"Berlin"' in why
        assert '"Lyon"' in why
        assert "no location" in why_elsewhere(Making(location_match="Berlin"), " ")


class TestMessages:
    ORDER = an_order(
        note="Ring twice",
        email="buyer@example.com",
        tags=("gift", " vip "),
        shipping=(ShippingChoice(title="Express"),),
        attributes=(
            Attribute(name="Gift_Message ", value="  "),
            Attribute(name="_gift_message", value=" Alles Gute 🎉\r\nDeine\x00 Mia "),
            Attribute(name="gift_message", value="too late"),
            Attribute(name="Note", value="not the order's own"),
            Attribute(name="Für wen", value="Mia"),
        ),
    )

    @pytest.mark.parametrize(
        ("field", "text"),
        [
            ("", ""),
            ("  ", ""),
            ("_", ""),
            ("note", "Ring twice"),
            (" NOTE", "Ring twice"),
            ("number", "#1001"),
            ("tags", "gift, vip"),
            ("shipping_method", "Express"),
            ("gift_message", "Alles Gute 🎉\nDeine Mia"),
            ("_Gift_Message", "Alles Gute 🎉\nDeine Mia"),
            (f"FU\u0308R{NBSP}WEN", "Mia"),
            ("fur wen", ""),
            ("email", ""),
            ("ship_to", ""),
            ("gift", ""),
        ],
    )
    def test_are_what_the_field_says(self, field: str, text: str) -> None:
        assert message_of(self.ORDER, field) == text

    def test_fall_back_to_an_attribute_where_the_order_has_none_of_its_own(self) -> None:
        assert message_of(self.ORDER.but(note=" "), "note") == "not the order's own"

    @pytest.mark.parametrize("length", [499, 500, 501, 100_000])
    def test_are_kept_short(self, length: int) -> None:
        text = message_of(an_order(note="x" * length), "note")
        assert len(text) == min(length, LONGEST_MESSAGE)
        assert text.endswith("…") is (length > LONGEST_MESSAGE)

    @given(st.text(), st.text())
    def test_of_any_kind_do_no_harm(self, field: str, text: str) -> None:
        said = message_of(an_order(note=text, attributes=(Attribute(name=field, value=text),)), field)
        assert len(said) <= LONGEST_MESSAGE
        assert "\x00" not in said
