"""Mail classes: what decides is what was meant, in the order that is promised, and no guess is silent."""

from __future__ import annotations

import random
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.domain.mail_class import By, Choice, MailClass, choose, method_of
from platen.domain.making import EU, Fallback, Making
from platen.domain.order import Address, Order, ShippingChoice
from tests.domain.making import ADDRESS, an_order

CLASSES = (
    MailClass(code="STD", name="Standard mail"),
    MailClass(code="EXP", name="Express courier"),
    MailClass(code="INTL", name="International"),
    MailClass(code="eco-2", name="Économie"),
)
NBSP = "\u00a0"


def shipped_by(*titles: str, code: str = "", country: str = "DE") -> Order:
    shipping = tuple(ShippingChoice(title=title, code=code) for title in titles)
    return an_order(shipping=shipping, ship_to=ADDRESS.but(country_code=country))


def chosen(title: str, *, code: str = "", country: str = "DE", default: str = "", **rules: Any) -> tuple[str, By]:
    choice = choose(shipped_by(title, code=code, country=country), Making(**rules), CLASSES, default=default)
    assert choice.problem is None
    assert choice.asked == " ".join((title.strip() or code).split())
    return choice.code, choice.by


def stopped(order: Order, classes: tuple[MailClass, ...] = CLASSES, *, default: str = "", **rules: Any) -> Choice:
    choice = choose(order, Making(**rules), classes, default=default)
    assert choice.problem is not None
    return choice


def said(choice: Choice) -> str:
    assert choice.problem is not None
    return choice.problem.what


class TestTheVendorsOwnClass:
    @pytest.mark.parametrize(
        ("title", "code"),
        [
            ("EXP", "EXP"),
            ("exp", "EXP"),
            ("  Express courier ", "EXP"),
            ("EXPRESS  COURIER", "EXP"),
            (f"Express{NBSP}courier", "EXP"),
            ("Express\tcourier", "EXP"),
            ("\u2003Express \n courier", "EXP"),
            ("Express\u200b courier\ufeff", "EXP"),  # as pasted from a page
            ("\uff25\uff38\uff30", "EXP"),  # full-width letters
            ("E\u0301conomie", "eco-2"),  # the accent as a sign of its own
            ("ÉCONOMIE", "eco-2"),
            ("ECO-2", "eco-2"),
        ],
    )
    def test_is_known_by_code_and_name(self, title: str, code: str) -> None:
        assert chosen(title) == (code, By.VENDOR)

    @pytest.mark.parametrize("title", ["Economie", "Expresscourier", "Express", "Express courier 📦", "STD1"])
    def test_is_not_what_only_looks_like_it(self, title: str) -> None:
        assert chosen(title, default_class="INTL") == ("INTL", By.DEFAULT)

    def test_goes_before_every_rule(self) -> None:
        rules = {"class_match": {"exp": "STD", "e*": "STD"}, "class_by_country": {"*": "INTL"}}
        assert chosen("Exp", default_class="STD", **rules) == ("EXP", By.VENDOR)

    def test_is_also_looked_for_by_the_code_of_the_shipping_method(self) -> None:
        assert chosen("Fast and dear", code="exp") == ("EXP", By.VENDOR)
        assert chosen("Express courier", code="STD") == ("EXP", By.VENDOR)  # the title first

    def test_of_a_name_that_two_have_is_nobodys(self) -> None:
        twins = (MailClass(code="A", name="Mail"), MailClass(code="B", name="MAIL"), MailClass(code="C"))
        assert choose(shipped_by("mail"), Making(default_class="C"), twins).by is By.DEFAULT
        assert choose(shipped_by("a"), Making(), twins) == Choice(code="A", by=By.VENDOR, asked="a")

    def test_with_codes_that_differ_in_case_is_the_one_spelt_so(self) -> None:
        twins = (MailClass(code="a"), MailClass(code="A"))
        assert choose(shipped_by("x"), Making(class_match={"x": "A"}), twins).code == "A"
        assert choose(shipped_by("x"), Making(class_match={"x": "a"}), twins).code == "a"

    def test_may_be_the_same_one_twice_in_its_list(self) -> None:
        assert choose(shipped_by("std"), Making(), CLASSES + CLASSES).code == "STD"


class TestTheSavedCartNames:
    RULES = {
        "class_match": {
            "Standard Shipping": "STD",
            "Livraison Étoile": "EXP",
            "🚀 Rocket": "express COURIER",
            "Straße": "INTL",
            "Best* (really)": "INTL",
        }
    }

    @pytest.mark.parametrize(
        ("title", "code"),
        [
            ("Standard Shipping", "STD"),
            (" standard   shipping ", "STD"),
            (f"STANDARD{NBSP}SHIPPING", "STD"),
            ("livraison étoile", "EXP"),
            ("LIVRAISON E\u0301TOILE", "EXP"),
            ("🚀 rocket", "EXP"),
            ("STRASSE", "INTL"),
            ("best* (REALLY)", "INTL"),
        ],
    )
    def test_are_compared_as_people_do(self, title: str, code: str) -> None:
        assert chosen(title, **self.RULES) == (code, By.CART)

    @pytest.mark.parametrize(
        "title", ["Livraison Etoile", "Standard Shipping!", "Rocket", "StandardShipping", "🚀"]
    )
    def test_are_no_others(self, title: str) -> None:
        assert chosen(title, default_class="STD", **self.RULES) == ("STD", By.DEFAULT)

    def test_take_the_code_of_the_shipping_method_after_its_title(self) -> None:
        match = {"cheap": "STD", "dear": "EXP"}
        assert chosen("Cheap", code="dear", class_match=match) == ("STD", By.CART)
        assert chosen("Whatever", code="dear", class_match=match) == ("EXP", By.CART)
        assert chosen("", code="dear", class_match=match) == ("EXP", By.CART)

    def test_of_the_code_go_before_patterns_for_the_title(self) -> None:
        assert chosen("Fast mail", code="dear", class_match={"fast*": "STD", "dear": "EXP"}) == ("EXP", By.CART)

    def test_go_before_patterns(self) -> None:
        assert chosen("Express", class_match={"Expres?": "STD", "*": "STD", "express": "EXP"}) == ("EXP", By.CART)


class TestPatterns:
    @pytest.mark.parametrize(
        ("pattern", "title", "fits"),
        [
            ("Express*", "Express", True),
            ("express*", "EXPRESS 1-2 days", True),
            ("*express*", "DHL Express (1-2 days)", True),
            ("*express", "express 2", False),
            ("Day ?", "Day 2", True),
            ("Day ?", "Day 12", False),
            ("Day ?", "Day", False),
            ("?", "🚚", True),
            ("*étoile*", "La E\u0301TOILE filante", True),
            ("*etoile*", "La étoile", False),
            (f"next{NBSP}day*", "Next   Day air", True),
            ("UPS [air]*", "UPS [AIR] saver", True),
            ("UPS [air]*", "UPS a saver", False),
            ("[!x]*", "anything", False),
            ("*", "whatever", True),
            ("(a+)+*", "(a+)+ b", True),
            (r"\d*", "5", False),
        ],
    )
    def test_know_two_wildcards_and_nothing_else(self, pattern: str, title: str, fits: bool) -> None:
        expected = ("EXP", By.PATTERN) if fits else ("STD", By.DEFAULT)
        assert chosen(title, default_class="STD", class_match={pattern: "EXP"}) == expected

    @pytest.mark.parametrize(
        ("winner", "others"),
        [
            ("DHL Express*", ["DHL*", "*", "*Express*"]),
            ("*Express*", ["DHL*", "?????*"]),
            ("DHL Expres?*2", ["DHL Expre*2"]),
            ("DHL Expres? 2", ["DHL Expres* 2"]),  # as long: the one with fewer *
            ("*HL Express 2", ["D*L Express 2"]),  # as long, and as many: the first by alphabet
        ],
    )
    @pytest.mark.parametrize("seed", range(5))
    def test_the_most_exact_one_decides_wherever_it_is_in_the_table(
        self, winner: str, others: list[str], seed: int
    ) -> None:
        table = [(winner, "EXP"), *((other, "STD") for other in others)]
        random.Random(seed).shuffle(table)
        assert chosen("DHL Express 2", class_match=dict(table)) == ("EXP", By.PATTERN)

    def test_are_not_taken_from_what_buyers_see(self) -> None:
        assert chosen("*", default_class="STD", class_match={"Express": "EXP"}) == ("STD", By.DEFAULT)

    def test_of_any_length_are_answered_soon(self) -> None:
        patterns = {f"{'*a' * 95}{number}": "EXP" for number in range(200)}
        choice = choose(shipped_by("a" * 5000), Making(default_class="STD", class_match=patterns), CLASSES)
        assert (choice.code, choice.by) == ("STD", By.DEFAULT)


class TestCountries:
    RULES = {"class_by_country": {"US,CA": "EXP", "eu": "standard mail", "*": "intl"}, "default_class": "eco-2"}

    @pytest.mark.parametrize(
        ("country", "code"),
        [
            ("US", "EXP"),
            ("ca", "EXP"),
            ("DE", "STD"),
            ("GR", "STD"),
            ("GB", "INTL"),
            ("CH", "INTL"),
            ("GP", "INTL"),
        ],
    )
    def test_have_their_own_default(self, country: str, code: str) -> None:
        assert chosen("Anything", country=country, **self.RULES) == (code, By.COUNTRY)

    def test_the_nearest_rule_decides(self) -> None:
        table = {"*": "INTL", "EU": "STD", "DE": "EXP"}
        for keys in (["*", "EU", "DE"], ["DE", "EU", "*"]):
            rules = {key: table[key] for key in keys}
            assert chosen("x", country="DE", class_by_country=rules) == ("EXP", By.COUNTRY)
            assert chosen("x", country="FR", class_by_country=rules) == ("STD", By.COUNTRY)

    def test_the_union_has_27_members(self) -> None:
        assert len(EU) == 27

    def test_none_but_the_default_is_left_where_no_rule_names_it(self) -> None:
        assert chosen("x", country="JP", class_by_country={"US": "EXP"}, default_class="STD") == ("STD", By.DEFAULT)

    def test_no_country_is_nowhere(self) -> None:
        nowhere: list[Address | None] = [None, Address()]
        for ship_to in nowhere:
            order = shipped_by("x").but(ship_to=ship_to)
            assert choose(order, Making(**self.RULES), CLASSES).by is By.DEFAULT

    def test_count_as_a_match(self) -> None:
        rules = self.RULES | {"class_fallback": Fallback.STOP}
        assert chosen("x", country="US", **rules) == ("EXP", By.COUNTRY)

    def test_go_after_patterns(self) -> None:
        assert chosen("fast", class_match={"f*": "STD"}, class_by_country={"*": "EXP"}) == ("STD", By.PATTERN)


class TestTheDefault:
    def test_is_the_connections_then_the_connectors(self) -> None:
        assert chosen("x", default_class="express courier", default="STD") == ("EXP", By.DEFAULT)
        assert chosen("x", default="standard MAIL") == ("STD", By.DEFAULT)

    def test_waits_for_a_person_where_the_rules_say_so(self) -> None:
        choice = stopped(shipped_by("Pigeon"), default_class="std", class_fallback=Fallback.STOP)
        assert (choice.code, choice.by, choice.asked) == ("STD", By.DEFAULT, "Pigeon")
        assert '"Pigeon"' in said(choice)
        assert "STD" in said(choice)
        assert "Shipping Class Match" in said(choice)

    def test_waits_also_when_it_is_the_connectors(self) -> None:
        assert stopped(shipped_by("Pigeon"), default="STD", class_fallback=Fallback.STOP).code == "STD"

    def test_missing_is_said_with_what_to_set(self) -> None:
        choice = stopped(shipped_by("Pigeon post"))
        assert (choice.code, choice.by) == ("", By.NONE)
        for words in ('"Pigeon post"', "Shipping Class Match", "Default Mail Class", "STD (Standard mail)"):
            assert words in said(choice)

    def test_of_a_vendor_without_classes_is_none(self) -> None:
        assert choose(shipped_by("Post"), Making(), ()) == Choice(by=By.NONE, asked="Post")

    def test_missing_with_rules_that_say_stop_is_said_whatever_the_vendor_tells(self) -> None:
        rules: dict[str, Any] = {"class_match": {"Fast": "F"}, "class_fallback": Fallback.STOP}
        assert "Default Mail Class" in said(stopped(shipped_by("Slow"), (), **rules))
        assert choose(shipped_by("fast"), Making(**rules), ()).code == "F"


class TestAnOrderWithoutAShippingMethod:
    @pytest.mark.parametrize("order", [shipped_by(), shipped_by(""), shipped_by("  ", NBSP)])
    def test_goes_by_country_or_default(self, order: Order) -> None:
        assert choose(order, Making(default_class="STD"), CLASSES) == Choice(code="STD", by=By.DEFAULT)
        assert choose(order, Making(class_by_country={"EU": "EXP"}), CLASSES) == Choice(code="EXP", by=By.COUNTRY)

    def test_is_matched_by_no_name_and_no_pattern(self) -> None:
        rules = Making(class_match={"*": "EXP"}, default_class="STD")
        assert choose(shipped_by(), rules, (*CLASSES, MailClass(code=""))).by is By.DEFAULT

    def test_is_told_of_in_its_own_words(self) -> None:
        assert "The order has no shipping method" in said(stopped(shipped_by()))
        assert "no shipping method" in said(
            stopped(shipped_by(), default_class="STD", class_fallback=Fallback.STOP)
        )


class TestAnOrderWithSeveralShippingMethods:
    def test_goes_by_the_first_that_has_a_title(self) -> None:
        assert choose(shipped_by("", "Express courier", "std"), Making(), CLASSES).code == "EXP"
        assert method_of(shipped_by(" ", " Express  courier", "std")) == "Express courier"


class TestAClassTheVendorDoesNotHave:
    @pytest.mark.parametrize(
        ("rules", "field", "setting"),
        [
            ({"class_match": {"Fast": "EXPR"}}, "class_match", 'Shipping Class Match "Fast = EXPR"'),
            ({"class_match": {"F*": "EXPR"}}, "class_match", 'Shipping Class Match "F* = EXPR"'),
            ({"class_by_country": {"DE": "EXPR"}}, "class_by_country", 'by country "DE = EXPR"'),
            ({"default_class": "EXPR"}, "default_class", 'Default Mail Class "EXPR"'),
            ({"default": "EXPR"}, "default_class", 'own default "EXPR"'),
        ],
    )
    def test_is_said_with_its_setting_and_the_nearest(
        self, rules: dict[str, Any], field: str, setting: str
    ) -> None:
        choice = stopped(shipped_by("Fast"), **rules)
        assert choice.code == "EXPR"
        assert setting in said(choice)
        assert "EXP (Express courier)" in said(choice)
        assert choice.problem is not None
        assert (choice.problem.field, choice.problem.suggestion) == (field, "EXP")

    def test_unlike_any_is_said_with_the_vendors_list(self) -> None:
        many = tuple(MailClass(code=f"CLASS-{number}") for number in range(40))
        choice = stopped(shipped_by("x"), many, default_class="🚀")
        assert "CLASS-4 and 35 more" in said(choice)
        assert choice.problem is not None
        assert choice.problem.suggestion == ""

    def test_is_no_trouble_to_orders_it_is_not_for(self) -> None:
        assert chosen("std", default_class="NOPE", class_match={"Fast": "NOPE"}) == ("STD", By.VENDOR)

    def test_is_taken_as_it_is_where_the_vendor_tells_no_list(self) -> None:
        choice = choose(shipped_by("Fast"), Making(class_match={"fast": "Whatever 1"}), ())
        assert choice == Choice(code="Whatever 1", by=By.CART, asked="Fast")

    def test_keeps_its_problem_short(self) -> None:
        names = tuple(MailClass(code=f"C{number}", name="n" * 5000) for number in range(9))
        choice = stopped(shipped_by("t" * 100_000), names, default_class="d" * 200)
        assert len(said(choice)) < 1000
        assert len(choice.asked) <= 80


class TestAnyText:
    @given(st.text(), st.text(), st.dictionaries(st.text(min_size=1), st.sampled_from(["STD", "EXP", "?"])))
    def test_gets_a_class_or_a_reason(self, title: str, code: str, match: dict[str, str]) -> None:
        order = shipped_by(title, code=code)
        choice = choose(order, Making().but(class_match=match), CLASSES)
        assert choice.problem or choice.code in {one.code for one in CLASSES}

    @given(st.text(min_size=1).filter(str.strip))
    def test_is_the_same_however_it_is_typed(self, name: str) -> None:
        making = Making().but(class_match={name: "EXP"}, default_class="STD")
        ways = (name, f" {name}{NBSP}", unicodedata.normalize("NFD", name), unicodedata.normalize("NFC", name))
        assert len({choose(shipped_by(one), making, CLASSES).code for one in ways}) == 1
