"""Lists in JSON: their items, their pages and where they end, whatever a server answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from portals.extraction.json_data import JsonDataError
from portals.extraction.page import Page
from portals.families import ARTICLEREADS, BAIVIET, NEWSBYSLUG, POSTSBYCATEGORY, PUBARTICLES
from portals.families.json_system import (
    JsonListPage,
    JsonSystem,
    ListPlace,
    ask_article,
    ask_list,
    declared_places,
    has_false_total,
    is_older,
    next_place,
    read_list,
    read_menu,
)
from portals.families.recognition import named_by

HOME = "https://cong.vn/"


def of(family: Any) -> JsonSystem:
    system = family.json
    assert isinstance(system, JsonSystem)
    return system


MOHA, MOF, PAPER = of(POSTSBYCATEGORY), of(ARTICLEREADS), of(NEWSBYSLUG)


def page(*entries: Any, **more: Any) -> JsonListPage:
    return read_list(MOHA, json.dumps({"data": entries, **more}).encode(), HOME)


def test_items_without_an_address_are_counted_and_left_out() -> None:
    found = page(
        {"ID": 5, "TieuDe": "Đại hội"}, {"ID": "5", "TieuDe": "Đại hội"}, {"ID": None}, None, 7,
        {"ID": True, "TieuDe": "x"}, {"ID": "../../x?y=1", "TieuDe": "Họp"},
        {"ID": 8, "TieuDe": "a" * 1000},
    )  # fmt: skip

    assert [item.url for item in found.items] == [
        f"{HOME}tin-tuc/dai-hoi---id5",
        f"{HOME}tin-tuc/hop---id..%2F..%2Fx%3Fy%3D1",
    ]
    assert found.entries == 8


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"rows": []}, "no list at data; there are the keys rows"),
        ({"data": {"ID": 5}}, "no list at data"),
        ({"data": [{"id": 5, "title": "x"}]}, "no item has what its address is made of"),
        ([1, 2], "no list at data"),
        ("x", "there is a str"),
        (None, "there is a NoneType"),
    ],
)
def test_a_list_of_another_form_is_told_in_the_error(answer: Any, words: str) -> None:
    with pytest.raises(JsonDataError, match=words):
        read_list(MOHA, json.dumps(answer).encode(), HOME)


def test_an_answer_that_says_that_it_failed_is_no_empty_list() -> None:
    body = json.dumps({"status": 0, "data": {"list": []}}).encode()

    with pytest.raises(JsonDataError, match="status is '0', not 1"):
        read_list(PAPER, body, HOME)


ITEMS = [{"ID": n, "TieuDe": f"Bài {n}"} for n in range(20)]


@pytest.mark.parametrize(
    ("entries", "total", "following"),
    [
        (20, None, 20),
        (20, 40, 20),
        (20, 20, 20),  # a total of this page only would end the list here
        (20, 3, 20),
        (7, 7, None),
        (7, 500, 7),  # the server gives fewer than a request wants
        (7, None, 7),
        (0, 500, None),
        (0, None, None),
    ],
)
def test_a_list_ends_with_its_total_or_with_an_empty_page(
    entries: int, total: int | None, following: int | None
) -> None:
    after = next_place(MOHA, ListPlace("12"), page(*ITEMS[:entries], totalCount=total))

    assert (after.offset if after else None) == following


def test_a_list_that_takes_a_size_only_grows_to_a_limit() -> None:
    place: ListPlace | None = ListPlace("tin")
    sizes = []
    while place is not None:
        sizes.append(place.size or 48)
        place = next_place(PAPER, place, JsonListPage([], sizes[-1]))

    assert sizes == [48, 192, 768, 2000]
    assert next_place(PAPER, ListPlace("tin"), JsonListPage([], 47)) is None


@pytest.mark.parametrize(
    ("total", "is_false"), [(27, False), (26, True), (500, True), (None, False)]
)
def test_a_false_total_is_noticed_at_the_end(total: int | None, *, is_false: bool) -> None:
    end = page(*ITEMS[:7], totalCount=total)

    assert has_false_total(MOHA, ListPlace("12", 2, 20), end) is is_false


def test_requests_hold_their_values_as_the_address_and_the_body_need_them() -> None:
    place = ListPlace('a&b"c', 3, 40, 0, "/api/ds/5")

    assert ask_list(MOHA, f"{HOME}api/", place).url == f"{HOME}api/ds/5"
    asked = ask_list(MOHA, f"{HOME}api/", ListPlace("a&b"))
    assert asked.url.endswith("?ID=a%26b&skip=0&take=20&requireTotalCount=true")
    body = json.loads(ask_list(of(BAIVIET), HOME, place).body)
    assert body == {"page": 3, "pageSize": 5, "filters": {"category_id": 'a&b"c'}}
    detail = ask_article(MOF, f"{HOME}api/", f"{HOME}btc/tin/b%C3%A0i-1")
    assert detail is not None
    assert detail.url == f"{HOME}api/article/getbyslug?slug=b%C3%A0i-1"
    assert ask_article(MOHA, HOME, f"{HOME}gioi-thieu") is None


def test_a_row_names_lists_by_public_pages_or_by_their_json() -> None:
    paths = ["/chuyen-muc", "/chuyen-muc/tin---id13"]

    assert declared_places(MOHA, paths) == [ListPlace("13")]
    assert declared_places(of(PUBARTICLES), ["/tin", "/api/pub/x"]) == [
        ListPlace(address="/api/pub/x")
    ]
    assert declared_places(of(BAIVIET), ["/chuyen-muc/a", "/api/ds/7"]) == [
        ListPlace("7", address="/api/ds/7")
    ]


def test_a_menu_may_hold_anything() -> None:
    menu = MOHA.menu
    assert menu is not None
    urls = ["/chuyen-muc/a---id3", "/chuyen-muc/b---id3", "", None, 5, {"x": 1}, "/khac"]
    body = json.dumps({"data": {"childs": [{"URL": url} for url in urls]}}).encode()

    assert read_menu(menu, body) == ["3"]


def test_a_page_of_old_items_only_is_older() -> None:
    def at(*days: Any) -> bool:
        entries = [{"slug": f"s{n}", "publicationTime": day} for n, day in enumerate(days)]
        read = read_list(MOF, json.dumps({"data": entries}).encode(), HOME)
        return is_older(MOF, read, datetime(2026, 1, 1, tzinfo=UTC))

    assert at("2025-05-01T00:00:00", "2024-05-01T00:00:00")
    assert not at("2025-05-01T00:00:00", "2026-05-01T00:00:00")
    assert not at("2025-05-01T00:00:00", None)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("fetch('/api/pub/articles?page=1')", ("/api/pub/articles?page=1", "")),
        ("fetch('/api/pub/articles/slug?slug=a')", None),
        ("x", None),
    ],
)
def test_a_page_names_the_list_that_it_loads(script: str, expected: tuple[str, str] | None) -> None:
    shell = Page.from_bytes(HOME, f"<div id='root'></div><script>{script}</script>".encode())
    named = named_by(PUBARTICLES, shell)

    assert ((named.address, named.host) if named else None) == expected


def test_a_page_may_load_from_another_host() -> None:
    text = (
        "<div id='root'></div><script>A='https://api.khac.vn/api/Public/PostsByCategory'</script>"
    )
    named = named_by(POSTSBYCATEGORY, Page.from_bytes(HOME, text.encode()))

    assert named is not None
    assert named.host == "api.khac.vn"
