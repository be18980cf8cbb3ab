"""Lists that a page gives to its script: their articles, and how addresses are learned."""

from __future__ import annotations

import json

import pytest
from lxml import html

from portals.discovery.pagers import DECLARED_NEXT
from portals.discovery.script_lists import (
    ScriptLists,
    UnaddressedItems,
    is_item_place,
    item_place,
    script_lists,
)
from portals.discovery.targets import FoundLink

HOME = "http://a.vn/"
TITLES = ["Công đoàn xã Tân An thăm công nhân", "Hội thi nấu ăn của công nhân may"]
SLUGS = ["cong-doan-xa-tan-an-tham-cong-nhan", "hoi-thi-nau-an-cua-cong-nhan-may"]
ROWS = [
    {
        "id": 31 + n,
        "title": title,
        "slug": SLUGS[n],
        "date": f"2026-0{n + 4}-17T08:00:00",
        "path": f"doc?bai={n + 7}",
    }
    for n, title in enumerate(TITLES)
]
LINKED = [{"title": title, "url": f"/tin/{n}.html"} for n, title in enumerate(TITLES)]
DATA = json.dumps(LINKED, ensure_ascii=False)


def lists(markup: str) -> ScriptLists:
    return script_lists(html.document_fromstring(f"<body><p>Tin</p>{markup}</body>"))


def places(rows: list[dict[str, str]]) -> list[FoundLink]:
    return [FoundLink(item_place(HOME, row), row[""]) for row in rows]


@pytest.mark.parametrize(
    "markup",
    [
        f"<script>var x = 1; var items = {DATA}; render(items);</script>",
        f"<script>window.__DATA__ = {{ready: true, 'list': {DATA},}};</script>",
        f'<script type="application/json">{{"props": {{"rows": {DATA}}}}}</script>',
        f"<script>hien(document.body, 5); hien({DATA})</script>",
        f"<script>var d = JSON.parse('{DATA}')</script>",
        f"<div id=app data-page='{DATA}'></div>",
        f"<news-list :items='{DATA}'></news-list>",
        "<script>" + "".join(f"a.push({json.dumps(one)});" for one in LINKED) + "</script>",
        f"<script>var x = {json.dumps({'p1': LINKED[0], 'p2': LINKED[1]})}</script>",
        f"<script>var d = {json.dumps([{'cursor': 1, 'node': one} for one in LINKED])}</script>",
        "<script>var items = [\n"
        + "".join(f"{{ ten: '{t}', url: '/tin/{n}.html' }}, // {n}\n" for n, t in enumerate(TITLES))
        + "];</script>",
    ],
)  # fmt: skip
def test_a_list_that_is_data_of_a_script_is_read(markup: str) -> None:
    found = lists(markup)
    assert [(one.url, one.text) for one in found.links] == [
        ("/tin/0.html", TITLES[0]),
        ("/tin/1.html", TITLES[1]),
    ]


@pytest.mark.parametrize(
    "data",
    [
        '[{"title": "Tin tức", "url": "/tin"}, {"title": "Liên hệ", "url": "/lien-he"}]',
        f'{{"title": "{TITLES[0]}", "url": "/mot-bai"}}',
        "[1, 2",
        "function () { return [{}] }",
    ],
)
def test_menus_single_objects_and_programs_are_no_lists(data: str) -> None:
    found = lists(f"<script>var x = {data};</script>")
    assert (found.links, found.items) == ([], [])


def test_markup_and_rows_of_values_in_data_are_read() -> None:
    pieces = [
        f'<li><a href="/tin/{n}.html"><b>{title}</b></a></li>' for n, title in enumerate(TITLES)
    ]
    found = lists(f"<script>var x = {json.dumps({'html': pieces})}</script>").links
    assert [(one.url, one.text) for one in found] == [(one["url"], one["title"]) for one in LINKED]
    listed = [[one["id"], one["title"], one["slug"]] for one in ROWS]
    items = lists(f"<script>var x = {json.dumps(listed)}</script>").items
    assert [(one[""], one["2"]) for one in items] == list(zip(TITLES, SLUGS, strict=True))


def test_answers_of_a_poll_are_no_articles() -> None:
    poll = [{"name": "Rất hài lòng với dịch vụ công", "value": 12 + n} for n in range(4)]
    rows = [[one["name"], one["value"]] for one in poll]
    assert lists(f"<script>var x = {json.dumps(poll)}, y = {json.dumps(rows)}</script>").items == []


def test_a_picture_is_no_address() -> None:
    rows = [{"title": title, "thumb": "/a/1", "src": "/a/1.jpg"} for title in TITLES]
    assert lists(f"<script>var x = {json.dumps(rows)}</script>").links == []


def test_a_list_that_counts_more_articles_than_it_has_is_noticed() -> None:
    counted = {"rows": LINKED, "total": 40}
    assert lists(f"<script>var x = {json.dumps(counted)}</script>").has_more
    assert not lists(f"<script>var x = {json.dumps({**counted, 'total': 2})}</script>").has_more
    paged = {"rows": LINKED, "pageInfo": {"hasNextPage": True}}
    assert lists(f"<script>var x = {json.dumps(paged)}</script>").has_more


@pytest.mark.parametrize(
    "address",
    [
        "/tin/{slug}-{id}.html",
        "/bai/{slug}",
        "/xem.aspx?ID={id}",
        "/{id}/{slug}/",
        "/2026/{month}/{slug}",
    ],
)
def test_a_link_to_one_article_says_how_the_others_are_addressed(address: str) -> None:
    urls = [HOME[:-1] + address.format(month=str(row["date"])[5:7], **row) for row in ROWS]
    items = UnaddressedItems()
    rows = lists(f"<script>var x = {json.dumps(ROWS)}</script>").items

    assert items.add(places(rows)) == places(rows)
    assert sorted(items.unaddressed()) == sorted(TITLES)
    example, made = FoundLink(urls[0], TITLES[0]), FoundLink(urls[1], TITLES[1])
    assert items.add([example]) == [example, made]
    assert items.unaddressed() == [TITLES[1]]
    items.hit(urls[1])
    assert items.unaddressed() == []


def test_an_article_that_a_link_shows_lacks_nothing() -> None:
    items = UnaddressedItems()
    items.add([FoundLink(f"{HOME}a/9", TITLES[0]), FoundLink(f"{HOME}b/8", TITLES[1])])
    items.add(places([{"": title, "n": str(n + 50)} for n, title in enumerate(TITLES)]))
    assert items.unaddressed() == []


def test_what_an_earlier_run_read_lacks_nothing() -> None:
    items = UnaddressedItems()
    rows = lists(f"<script>var x = {json.dumps(ROWS)}</script>").items
    items.add([*places(rows), FoundLink(f"{HOME}bai/{SLUGS[0]}", TITLES[0])])
    assert items.unaddressed(lambda url: url.endswith(SLUGS[1])) == []


def test_the_address_of_the_next_page_is_read() -> None:
    paged = {"data": LINKED, "next_page_url": "/tin?page=2"}
    found = lists(f"<script>var x = {json.dumps(paged)}</script>").links
    assert FoundLink("/tin?page=2", DECLARED_NEXT) in found
    assert not lists('<script>var x = {"next_page_url": "/tin?page=2"}</script>').links


def test_a_place_is_no_address() -> None:
    assert is_item_place(item_place(HOME, {"": "Tin", "slug": "a-b"}))
    assert not is_item_place(f"{HOME}#page=2")
