"""Order Desk's records in our words: what PHP makes of them, and what contradicts itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.usecases.move_in import GivenOrder
from platen.usecases.requests import Row as RowModel
from platen_cli.orderdesk import mapping, wire
from platen_cli.orderdesk.mapping import folders_of, is_open, left_behind, number_of, order_of, products_of, unfit

URL = "https://art.example/1.png"
ART = {"print_sku": "DIGI-1", "print_url": URL}


def item(**fields: Any) -> wire.InventoryItem:
    return wire.InventoryItem.model_validate({"id": "1", "code": "TEE", **fields})


def order(**fields: Any) -> wire.Order:
    return wire.Order.model_validate({"id": "26211", "date_added": "2026-10-08 12:10:00", **fields})


class TestInventoryItems:
    @pytest.mark.parametrize("place", ["variation_list", "metadata"])
    def test_print_fields_may_stand_in_either_place(self, place: str) -> None:
        (row,) = products_of([item(**{place: ART})]).rows
        assert (row["sku"], row["print_sku"], row["print_url"]) == ("TEE", "DIGI-1", URL)

    def test_every_field_has_its_place(self) -> None:
        fields = {
            **ART,
            "print_location": "front",
            "print_type": "DTF",
            "print_preview": "https://art.example/p.png",
            "print_url_2": "https://art.example/2.png",
            "print_location_2": "back",
            "print_option_name_1": "Canvas border",
            "print_option_value_1": "Folded",
        }
        made = products_of([item(metadata=fields, location="Shed")])
        (row,) = made.rows
        assert made.conflicts == []
        assert row["print_location"] == "front"
        assert row["print_type"] == "DTF"
        assert row["location"] == "Shed"
        assert row["options"] == [{"name": "Canvas border", "value": "Folded"}]
        assert [one["location"] for one in row["more"]] == ["back"]
        RowModel.model_validate(row)

    def test_a_design_stands_alone(self) -> None:
        (row,) = products_of([item(metadata={"print_design_id": "D-1"})]).rows
        assert row["print_design_id"] == "D-1"

    @pytest.mark.parametrize("name", ["print_url_1", "_print_url", " print_url ", "Print_URL"])
    def test_other_spellings_of_the_first_print(self, name: str) -> None:
        (row,) = products_of([item(metadata={"print_sku": "X", name: URL})]).rows
        assert row["print_url"] == URL

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"variation_list": ART, "metadata": {"print_sku": "OTHER"}}, "print_sku is there twice"),
            ({"metadata": ART | {"print_url_1": "https://art.example/9.png"}}, "print_url is there twice"),
            ({"metadata": ART | {"print_url_3": URL}}, "no print_url_2"),
            ({"metadata": ART | {"print_design_id": "D"}}, "stands for product and artwork both"),
            ({"metadata": {"print_url": "C:\\art.png"}}, "no web address"),
            ({"metadata": ART | {"print_option_name_1": "Frame"}}, "print_option_value_1 is empty"),
            ({"metadata": ART, "code": ""}, "sku is empty"),
            ({"metadata": ART, "code": "x" * 201}, "sku is too long"),
            ({"metadata": ART, "code": "a\nb"}, "line break"),
            ({"metadata": ART, "location": "x" * 201}, "location is too long"),
        ],
    )
    def test_a_contradiction_is_reported_and_nothing_of_it_is_taken(self, fields: Any, words: str) -> None:
        made = products_of([item(**fields), item(id="2", code="GOOD", metadata=ART)])
        assert [row["sku"] for row in made.rows] == ["GOOD"]
        assert any(words in one.what for one in made.conflicts), made.conflicts

    def test_the_same_in_both_places_is_no_contradiction(self) -> None:
        assert len(products_of([item(variation_list=ART, metadata=ART)]).rows) == 1

    def test_items_without_print_fields_are_only_counted(self) -> None:
        made = products_of([item(), item(id="2", code="B", location="Shed", metadata={"colour": "red"})])
        assert (made.rows, made.without_print, made.without_print_but_located) == ([], 2, 1)

    @pytest.mark.parametrize("reverse", [False, True])
    def test_one_code_with_two_meanings_is_nobodys(self, reverse: bool) -> None:
        items = [item(metadata=ART), item(id="2", metadata=ART | {"print_sku": "B"}), item(id="3", metadata=ART)]
        made = products_of(items[::-1] if reverse else items)
        assert made.rows == []
        assert made.conflicts

    def test_one_code_with_one_meaning_is_one_row(self) -> None:
        assert len(products_of([item(metadata=ART), item(id="2", metadata=ART)]).rows) == 1

    def test_codes_that_differ_in_case_are_both_taken_and_told(self) -> None:
        made = products_of([item(metadata=ART), item(id="2", code="tee", metadata=ART)])
        assert len(made.rows) == 2
        assert any("case" in one for one in made.notes)

    def test_print_fields_that_mean_nothing_here_are_told(self) -> None:
        made = products_of([item(metadata=ART | {"print_quantity": "2"})])
        assert len(made.rows) == 1
        assert any("print_quantity" in one for one in made.notes)


class TestFolders:
    def test_are_those_that_are_here_but_for_their_case(self) -> None:
        folders = folders_of({"1": "closed", "2": "Rush", "3": "RUSH", "4": "x" * 51}, ["Closed"])
        assert (folders.name("1"), folders.name("2"), folders.name("3")) == ("Closed", "Rush", "Rush")
        assert (folders.new, folders.too_long) == (("Rush",), ("x" * 51,))
        assert folders.name("4") == folders.name("99") == ""

    @pytest.mark.parametrize(
        "said",
        [
            {"store": {"folders": [{"id": 1, "name": "New"}]}},
            {"store": {"folders": {"1": "New"}}},
            {"store": {"folders": {"1": {"name": "New"}}}},
            {"folders": [{"id": "1", "name": " New "}]},
        ],
    )
    def test_are_understood_however_they_are_told(self, said: object) -> None:
        assert wire.folders(said) == {"1": "New"}

    @pytest.mark.parametrize(
        "said", [None, [], {}, {"store": []}, {"store": {"folders": "x"}}, {"folders": [1, {}]}]
    )
    def test_that_are_not_told_are_none(self, said: object) -> None:
        assert wire.folders(said) == {}


class TestOrders:
    @pytest.mark.parametrize(
        ("source_id", "store_order_id", "number"),
        [
            ("8887505649970", "8887505649970", "8887505649970"),
            ("12345678", "12345678", "12345678"),
            ("1234567", "orderdesk-26211", "1234567"),
            ("#1001", "orderdesk-26211", "#1001"),
            ("D5548847", "orderdesk-26211", "D5548847"),
            ("", "orderdesk-26211", "OD-26211"),
            ("٣٣٣٣٣٣٣٣", "orderdesk-26211", "٣٣٣٣٣٣٣٣"),
        ],
    )
    def test_are_known_by_the_stores_id_where_that_is_known(
        self, source_id: str, store_order_id: str, number: str
    ) -> None:
        made = order_of(order(source_id=source_id), "Closed")
        assert (made["store_order_id"], made["own_id"], made["number"]) == (
            store_order_id,
            "orderdesk-26211",
            number,
        )

    def test_times_are_utc_and_numbers_may_be_text(self) -> None:
        theirs = order(id=26211, order_items=[{"id": 7, "quantity": "2.00", "name": None}], folder_id=3)
        made = order_of(theirs, "")
        assert made["placed_at"] == "2026-10-08T12:10:00+00:00"
        assert made["lines"][0] | {"attributes": []} == {
            "line_id": "7", "title": "", "sku": "", "quantity": 2, "vendor": "", "attributes": [],
        }  # fmt: skip
        assert theirs.folder_id == "3"

    def test_parcels_are_kept_for_people_to_read(self) -> None:
        made = order_of(order(order_shipments=[{"carrier_code": "UPS", "tracking_number": "1Z1"}]), "")
        assert {"name": "shipment 1", "value": "UPS 1Z1"} in made["attributes"]

    @pytest.mark.parametrize("empty", [[], {}, None, "", 0, False])
    def test_an_empty_map_may_be_told_as_anything_empty(self, empty: object) -> None:
        names = ("checkout_data", "order_metadata", "shipping", "order_items", "order_shipments", "customer")
        made = order_of(order(**dict.fromkeys(names, empty)), "")
        assert (made["attributes"], made["lines"], made["ship_to"]) == ([], [], None)
        GivenOrder.model_validate(made)

    @pytest.mark.parametrize(
        "folder", ["Closed", "CANCELED", "Cancelled orders", "Shipped 2025", "archive", "Done"]
    )
    def test_in_a_closed_folder_or_with_a_parcel_are_not_open(self, folder: str) -> None:
        assert not is_open(order(), folder)
        assert is_open(order(), "Prepared")
        assert not is_open(order(order_shipments=[{}]), "Prepared")

    def test_without_any_time_or_with_a_strange_id_are_not_taken(self) -> None:
        assert unfit(order()) == ""
        assert unfit(order(date_added="0000-00-00 00:00:00")) != ""
        assert unfit(order(date_added="", date_updated="2026-10-08 12:10:00")) == ""
        assert unfit(order(id="../1")) != ""

    def test_say_what_is_left_behind(self) -> None:
        assert list(left_behind(order(order_total=0, customer={"first_name": ""}, payment_type=""))) == []
        left = left_behind(
            order(order_total="12.00", customer={"first_name": "x"}, shipping={"country": "Germany"})
        )
        assert [one.split()[0] for one in left] == ["amounts", "billing", "countries"]
        assert any("long texts" in one for one in left_behind(order(checkout_data={"x": "y" * 3000})))

    @given(
        st.dictionaries(
            st.sampled_from([*wire.Order.model_fields, "customer", "order_total", "order_notes"]),
            st.recursive(
                st.none()
                | st.booleans()
                | st.integers()
                | st.floats()
                | st.text(max_size=400)
                | st.sampled_from(["2026-10-08 12:10:00", "9999-12-31T23:59:59-14:00", "\ud800", "x" * 3000]),
                lambda inner: (
                    st.lists(inner, max_size=4)
                    | st.dictionaries(
                        st.sampled_from([*wire.OrderItem.model_fields, *wire.Address.model_fields, "x"]),
                        inner,
                        max_size=5,
                    )
                ),
                max_leaves=12,
            ),
        )
    )
    def test_whatever_is_told_fits_what_the_operator_takes(self, said: dict[str, Any]) -> None:
        theirs = wire.Order.model_validate({"id": "1", "date_added": "2026-10-08 12:10:00"} | said)
        list(left_behind(theirs))
        number_of(theirs)
        is_open(theirs, "New")
        if not unfit(theirs):
            GivenOrder.model_validate(order_of(theirs, "New"))

    @given(
        st.dictionaries(
            st.sampled_from(
                [
                    *ART,
                    "print_url_2",
                    "print_location",
                    "print_type_2",
                    "print_option_name_1",
                    "print_option_value_1",
                    "print_x",
                ]
            ),
            st.none() | st.integers() | st.text(max_size=250) | st.just(URL),
        ),
        st.text(max_size=250) | st.none() | st.integers(),
    )
    def test_whatever_an_item_says_a_row_of_it_is_one_the_operator_takes(self, fields: Any, code: Any) -> None:
        for row in products_of([item(metadata=fields, code=code)]).rows:
            RowModel.model_validate(row)


def test_the_mapping_talks_to_nobody() -> None:
    assert not {"client", "reading", "requests"} & vars(mapping).keys()
