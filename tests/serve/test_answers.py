"""What the site answers: its pages, their JSON and feeds, and the headers of every answer."""

from __future__ import annotations

import asyncio
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from datasette.utils.asgi import Request

from portals.serve.application import INNER_TABLES, SitePlugin
from portals.serve.guard import ENGINE_POLICY, KEPT_POLICY, OWN_POLICY
from portals.store.schema import COLUMNS, TABLES
from tests.support.site import HOSTILE, Site

PAGES = (
    "/", "/portals", "/portal/ldtd", "/provinces", "/provinces?by=freshness", "/search",
    "/search?q=cong+doan", "/edits", "/withdrawn", "/operations",
)  # fmt: skip
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def articles(text: str) -> list[int]:
    """Return the ids of the articles that a list links to by their headlines."""
    return [int(one) for one in re.findall(r"<h[23][^>]*><a href=\"[^\"]*/article/(\d+)\"", text)]


@pytest.mark.parametrize("language", ["", "/en", "/vi"])
@pytest.mark.parametrize("path", [*PAGES, "/article/1"])
def test_every_page_is_there_in_both_languages(sample: Site, language: str, path: str) -> None:
    got = sample.get(f"{language}{path}" if path != "/" else language or "/")

    assert got.status == 200
    assert got.headers["content-type"] == "text/html; charset=utf-8"
    assert f'<html lang="{language[1:] or "vi"}">' in got.text
    assert got.text.count("<h1") == 1
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|<iframe", got.text)


@pytest.mark.parametrize("path", PAGES)
def test_an_empty_archive_has_every_page(empty: Site, path: str) -> None:
    got = empty.get(path)

    assert got.status == 200
    if path == "/":
        assert "Kho còn trống" in got.text


@pytest.mark.parametrize(
    ("path", "policy", "status"),
    [
        ("/", OWN_POLICY, 200), ("/news.json", OWN_POLICY, 200), ("/news.atom", OWN_POLICY, 200),
        ("/style.css", OWN_POLICY, 200), ("/article/99999", OWN_POLICY, 404),
        ("/?since=x", OWN_POLICY, 400), ("/nowhere", OWN_POLICY, 404),
        ("/page/1", KEPT_POLICY, 200), ("/page/99999", OWN_POLICY, 404),
        ("/articles", ENGINE_POLICY, 200), ("/articles/nothing", ENGINE_POLICY, 404),
        ("/articles/articles", ENGINE_POLICY, 200), ("/articles.json", ENGINE_POLICY, 200),
        ("/-/versions.json", ENGINE_POLICY, 200), ("/-/static/app.css", ENGINE_POLICY, 200),
        ("/-/nothing", ENGINE_POLICY, 404), ("/articles/articles/1", ENGINE_POLICY, 200),
    ],
)  # fmt: skip
def test_every_answer_has_the_security_headers(
    sample: Site, path: str, policy: str, status: int
) -> None:
    got = sample.get(path)

    assert got.status == status
    assert got.headers["content-security-policy"] == policy
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["referrer-policy"] == "no-referrer"
    assert got.headers["x-frame-options"] == "DENY"
    assert got.headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in got.headers
    assert "access-control-allow-origin" not in got.headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200), ("127.0.0.1:9", 200), ("localhost:80", 200), ("LOCALHOST", 200),
        ("[::1]:80", 200), ("evil.example", 400), ("127.0.0.1.evil.example", 400), ("", 400),
        ("10.0.0.1", 400), ("localhost.", 400),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/articles.json"])
def test_other_names_than_its_own_are_refused(
    sample: Site, host: str, status: int, path: str
) -> None:
    got = sample.get(path, host=host)

    assert got.status == status
    assert got.headers["x-content-type-options"] == "nosniff"


def test_nothing_can_be_sent_and_head_has_no_body(sample: Site) -> None:
    assert sample.get("/", method="POST").status in (403, 405)
    assert sample.get("/", method="DELETE").status == 405
    head = sample.get("/", method="HEAD")
    assert (head.status, head.text) == (200, "")


@pytest.mark.quick
def test_what_fails_on_our_pages_is_a_page_to_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    request = Request.fake("/en/portals", url_vars={"language": "/en", "format": None})
    failed = SitePlugin(tmp_path / "a.db", "vi").handle_exception(None, request, KeyError("x"))
    answer = asyncio.run(failed())

    assert answer.status == 500
    assert "This page failed" in answer.body.decode()
    assert '<html lang="en">' in answer.body.decode()
    assert "/en/portals cannot be made" in caplog.text


UNREADABLE = (
    "v_articles?_next=zz", "articles?_sort=none", "articles?_timelimit=x", "articles?_through=x",
    "articles?_sort=id&_sort_desc=id", "v_articles.json?_next=zz",
)  # fmt: skip


@pytest.mark.parametrize("path", UNREADABLE)
def test_an_argument_that_datasette_cannot_read_is_the_readers_mistake(
    sample: Site, path: str
) -> None:
    got = sample.get(f"/articles/{path}")

    assert got.status == 400
    assert "An argument of this address cannot be read" in got.text


def test_the_list_of_tables_begins_with_what_readers_want(sample: Site) -> None:
    tables = sample.get("/articles.json").json()["tables"]
    shown = [table["name"] for table in tables if not table["hidden"]]

    assert "articles" in shown
    assert "_sqlite_migrations" not in shown
    assert not set(shown) & set(INNER_TABLES)


# --- lists ---------------------------------------------------------------------------------------


def following(sample: Site, path: str) -> list[list[int]]:
    """Return the articles of every page of a list."""
    found = []
    at: str | None = path
    while at:
        text = sample.get(at).text
        found.append(articles(text))
        link = re.search(r'rel="next" href="([^"]+)"', text)
        at = unescape(link[1]) if link else None
    return found


def test_the_news_have_every_article_once_newest_first(sample: Site) -> None:
    pages = following(sample, "/")
    all_of_them = [one for page in pages for one in page]
    rows = sample.get("/articles/articles.json?_size=max&_shape=array").json()
    expected = sorted(rows, key=lambda row: (row["published_at"] or "", row["id"]), reverse=True)

    assert [len(page) for page in pages] == [20, 20, 6]
    assert all_of_them == [row["id"] for row in expected]


def is_since(row: dict[str, Any], first: str, before: str = "9") -> bool:
    return first <= (row["published_at"] or "") < before


FILTERS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "portal=ldtd": lambda row: row["portal"] == "ldtd",
    "kind=radio": lambda row: row["portal"] == "tienlang",
    "province_then=Ki%C3%AAn+Giang": lambda row: row["portal"] == "kiengiang",
    "province_now=H%E1%BA%A3i+Ph%C3%B2ng": lambda row: row["portal"] in ("haiphong", "tienlang"),
    "author=Mai+Th%E1%BA%A3o": lambda row: row["author"] == "Mai Thảo",
    "since=2020-01-01&until=2021-12-31": lambda row: is_since(row, "2020", "2022"),
    "portal=ldtd&since=2018-03-09": lambda row: (
        row["portal"] == "ldtd" and is_since(row, "2018-03-09")
    ),
    "author=Mai+Th%E1%BA%A3o&portal=ldtd": lambda row: row["id"] < 0,
    "portal=nobody": lambda row: row["id"] < 0,
}


@pytest.mark.parametrize("query", FILTERS)
def test_a_filter_lists_what_it_says(sample: Site, query: str) -> None:
    rows = sample.get("/articles/articles.json?_size=max&_shape=array").json()
    expected = {row["id"] for row in rows if FILTERS[query](row)}
    found = [one for page in following(sample, f"/?{query}") for one in page]

    assert sorted(found) == sorted(expected)


def test_a_view_is_also_json_and_a_feed_at_its_own_address(sample: Site) -> None:
    query = "?portal=haiphong&since=2020-01-01"
    page = sample.get(f"/{query}")
    data = sample.get(f"/news.json{query}").json()
    feed = ET.fromstring(sample.get(f"/news.atom{query}").text)
    entries = feed.findall("a:entry", ATOM)

    shown = articles(page.text)
    assert [one["id"] for one in data["articles"]] == shown
    assert [one.findtext("a:id", None, ATOM) for one in entries] == [
        one["url"] for one in data["articles"]
    ]
    assert f"/news.json{query}" in unescape(page.text)
    assert f"/news.atom{query}" in unescape(page.text)


def test_the_json_of_a_page_links_to_the_next(sample: Site) -> None:
    first = sample.get("/news.json").json()
    second = sample.get(first["next"]).json()

    assert not {one["id"] for one in first["articles"]} & {one["id"] for one in second["articles"]}


@pytest.mark.parametrize(
    "path",
    [
        "/?since=2025-13-01", "/?after=x", "/?after=2025~x", "/edits?after=1", "/withdrawn?after=1",
        "/search?q=x&order=odd", "/search?q=x&offset=-1", "/provinces?by=odd",
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_400(sample: Site, path: str) -> None:
    assert sample.get(path).status == 400


@pytest.mark.parametrize(
    "path",
    [
        "/article/0",
        "/portal/nobody",
        "/page/0",
        "/operations.atom",
        f"/article/{10**20}",
        f"/page/{10**20}",
    ],
)
def test_what_is_not_there_is_404(sample: Site, path: str) -> None:
    assert sample.get(path).status == 404


def test_what_is_not_there_is_said_in_the_language_of_the_address(sample: Site) -> None:
    assert "There is no such page" in sample.get("/en/nowhere").text
    assert "Không có trang này" in sample.get("/nowhere").text


# --- search --------------------------------------------------------------------------------------


def test_a_search_finds_what_the_command_finds(sample: Site) -> None:
    marked = sample.get("/search?q=li%C3%AAn+%C4%91o%C3%A0n+lao+%C4%91%E1%BB%99ng").text
    folded = sample.get("/search?q=lien+doan+lao+dong").text
    phrase = sample.get("/search?q=%22lien+doan+lao+dong%22").text
    without = sample.get("/search.json?q=cong+doan+-lao").json()
    with_it = sample.get("/search.json?q=cong+doan+lao").json()
    everything = sample.get("/search.json?q=cong+doan").json()

    assert "<mark>Liên</mark> <mark>đoàn</mark> <mark>Lao</mark> <mark>động</mark>" in folded
    assert set(articles(marked)) <= set(articles(folded))
    assert 0 < len(articles(phrase)) <= len(articles(folded))
    assert without["hits"] + with_it["hits"] == everything["hits"]
    assert all("lao" not in one["title"].lower().split() for one in without["results"])


def test_a_search_is_ordered_by_day_and_filtered(sample: Site) -> None:
    by_day = sample.get("/search.json?q=cong+doan&order=day").json()["results"]
    of_one = sample.get("/search.json?q=cong+doan&portal=ldtd&since=2018-01-01&until=2018-12-31")
    days = [one["published_at"] or "" for one in by_day]

    assert days == sorted(days, reverse=True)
    assert of_one.json()["results"]
    assert all(
        one["portal"] == "ldtd" and one["published_at"].startswith("2018")
        for one in of_one.json()["results"]
    )


# --- an article ----------------------------------------------------------------------------------


def test_an_edited_article_shows_its_texts_word_by_word(sample: Site) -> None:
    got = sample.get("/article/1")

    assert "đã bị sửa sau khi đăng" in got.text
    assert "<ins>" in got.text
    assert "<del>" in got.text


def test_a_copied_article_says_who_was_first(sample: Site) -> None:
    got = sample.get("/article/2")

    assert got.text.count('class="address"') == 2
    assert "đăng trước" in got.text


def test_the_kept_page_of_a_portal_that_is_gone_comes_first(sample: Site) -> None:
    rows = sample.get("/news.json?portal=brvt").json()["articles"]
    text = sample.get(f"/article/{rows[0]['id']}").text
    doors = text[text.index('class="doors"') :]

    assert doors.index("/page/") < doors.index('class="out"')


def test_a_kept_page_is_an_answer_of_its_own(sample: Site) -> None:
    data = sample.get("/article/1.json").json()
    got = sample.get(f"/page/{data['pages'][0]['id']}")

    assert got.status == 200
    assert got.headers["content-security-policy"] == (
        "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    )
    assert got.headers["content-type"] == "text/html; charset=utf-8"
    assert data["article"]["title"] in unescape(got.text)


# --- what comes from portals is text -------------------------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, *(f"/article/{n}" for n in range(1, len(HOSTILE) + 1))])
def test_hostile_texts_are_shown_as_text(hostile: Site, path: str) -> None:
    got = hostile.get(path)

    assert got.status == 200
    assert not re.search(r"<script|<img|<h1 id=owned|<b>\s*\}|\son\w+=\"?document", got.text)
    assert not re.search(r"(?:href|src)=\"(?:javascript|data:text)", got.text)
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", got.text)
    assert " 49 " not in got.text
    assert got.text.partition("</head>")[0].count("</title>") == 1
    assert got.text.count("<h1") == 1


def test_hostile_texts_are_valid_json_and_atom(hostile: Site) -> None:
    titles = {one["title"] for one in hostile.get("/news.json").json()["articles"]}
    feed = ET.fromstring(hostile.get("/news.atom").text)

    assert len(titles) == len(HOSTILE)
    assert len(feed.findall("a:entry", ATOM)) == len(HOSTILE)


def test_what_portals_changed_and_withdrew_is_listed(hostile: Site) -> None:
    edits = hostile.get("/edits.json").json()["edits"]
    gone = hostile.get("/withdrawn.json").json()["withdrawn"]
    article = hostile.get(f"/article/{gone[0]['article_id']}").text

    assert {one["article_id"] for one in edits} == set(range(1, len(HOSTILE) + 1))
    assert [one["url"] for one in gone] == ["http://x.vn/1.html"]
    assert "Trang gốc đã gỡ bài này" in article
    assert 'id="versions"' in article


def test_the_operations_say_what_to_do(hostile: Site) -> None:
    text = hostile.get("/operations").text

    assert "bị chặn" in text
    assert "Mở trang bằng trình duyệt" in text


# --- Datasette underneath ------------------------------------------------------------------------


def test_the_tables_are_described_and_the_inner_ones_hidden(sample: Site) -> None:
    tables = {one["name"]: one for one in sample.get("/articles.json").json()["tables"]}
    page = unescape(sample.get("/articles/articles").text)

    assert not tables["articles"]["hidden"]
    assert not tables["revisions"]["hidden"]
    assert tables["frontier"]["hidden"]
    assert tables["minhash_bands"]["hidden"]
    assert TABLES["articles"] in page
    assert COLUMNS["articles"]["title"] in page


def test_sql_is_read_only_and_folds(sample: Site) -> None:
    folded = sample.get(
        "/articles.json?sql=select+tcd_fold('%C4%90%E1%BB%93ng+M%E1%BA%ADn')+as+x&_shape=array"
    )
    written = sample.get("/articles.json?sql=delete+from+articles")

    assert folded.json() == [{"x": "dong man"}]
    assert written.status == 400
    assert sample.get("/articles/v_articles.json?_size=1").status == 200
