"""Pagers: which link leads to the next page, and which pages are to be expected."""

from __future__ import annotations

import pytest

from portals.discovery.paging import Pager, fingerprint_of, read_pager
from portals.discovery.url_patterns import listing_position

NUMBERS = [(str(n), f"/tin?page={n}") for n in range(1, 6)]


def test_the_next_number_is_the_next_page_and_the_others_are_expected() -> None:
    assert read_pager(NUMBERS, 2) == Pager(
        ("/tin?page=3",), tuple((n, f"/tin?page={n}") for n in (3, 4, 5))
    )


@pytest.mark.parametrize("label", ["»", "›", ">", ">>", "Next", "Trang sau", "Sau", "Tiếp theo"])
def test_an_arrow_leads_on_where_no_number_does(label: str) -> None:
    assert read_pager([("«", "/tin"), (label, "/tin/trang-8")], 7).next == ("/tin/trang-8",)


@pytest.mark.parametrize("label", ["«", "‹", "Trước", "Trang trước", "Đầu", "Cuối", "First"])
def test_back_and_last_lead_nowhere(label: str) -> None:
    assert read_pager([(label, "/tin/trang-1")], 3) == Pager(())


def test_on_the_last_page_nothing_follows() -> None:
    assert read_pager(NUMBERS, 5) == Pager(())


def test_a_jump_leads_to_the_pages_that_are_shown() -> None:
    assert read_pager([("1", "/tin"), ("9", "/tin?page=9")], 1).next == ("/tin?page=9",)


def test_the_fingerprint_of_a_list_is_that_of_its_articles_in_order() -> None:
    here = fingerprint_of(["http://a.vn/tin-1.html", "http://a.vn/tin-2.html"])

    assert here == fingerprint_of(["https://www.a.vn/tin-1.html", "/tin-2.html"])
    assert here != fingerprint_of(["/tin-2.html", "/tin-1.html"])


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://a.vn/tin-tuc", ("tin-tuc", 1)),
        ("http://a.vn/tin-tuc?page=3", ("tin-tuc", 3)),
        ("http://a.vn/tin-tuc/trang-12.html", ("tin-tuc", 12)),
        ("http://a.vn/", ("", 1)),
    ],
)
def test_an_address_tells_list_and_page(url: str, place: tuple[str, int]) -> None:
    assert listing_position(url) == place
