"""Lists that only a script shows: every article in two nights, or an ending that says so."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

import pytest

from tests.support.commands import command, scrapy
from tests.support.database import rows
from tests.support.http_server import Answer, answers, serving
from tests.support.pages.prose import SampleStory, stories


def _document(title: str, body: str) -> bytes:
    menu = '<nav><a href="/">Trang chủ</a><a href="/thoi-su">Thời sự</a></nav>'
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    return f"<html><head>{head}</head><body>{menu}{body}</body></html>".encode()


def _article(story: SampleStory) -> bytes:
    text = "".join(f"<p>{escape(one)}</p>" for one in story.paragraphs)
    day = f"{story.published:%d/%m/%Y %H:%M}"
    return _document(story.title, f"<h1>{escape(story.title)}</h1><p>{day}</p><div>{text}</div>")


def _site(count: int, *, shows_one: bool) -> dict[str, bytes | Answer]:
    """Return a portal whose section is data with slugs; its home page links to one article."""
    own = list(stories(count))
    data = json.dumps([{"title": one.title, "slug": one.slug} for one in own])
    first = f'<a href="/tin/{own[0].slug}">{escape(own[0].title)}</a>' if shows_one else ""
    return {
        "/": _document("Trang chủ", f"<h1>Trang chủ</h1>{first}"),
        "/thoi-su": _document("Thời sự", f"<script>window.__DATA__ = {{posts: {data}}}</script>"),
        **{f"/tin/{one.slug}": _article(one) for one in own},
    }


@pytest.mark.crawl
@pytest.mark.nightly
def test_slugs_in_the_data_of_a_list_become_articles_in_every_night(tmp_path: Path) -> None:
    with serving(_site(9, shows_one=True)) as portal:
        asked = command("portal", portal.origin, tmp_path / "a.db")
        cut = scrapy(*asked, "-s", "MAX_REQUESTS=5")
        rest = scrapy(*asked)
        portal.pages |= answers(_site(12, shows_one=True))
        later = scrapy(*asked)

    assert ": incomplete" in cut.out
    assert ": ok" in rest.out
    assert ": ok, 3 new" in later.out
    assert len(rows(tmp_path / "a.db", "SELECT id FROM articles")) == 12


@pytest.mark.crawl
@pytest.mark.nightly
def test_slugs_whose_addresses_nothing_shows_are_incomplete(tmp_path: Path) -> None:
    with serving(_site(9, shows_one=False)) as portal:
        nights = [scrapy(*command("portal", portal.origin, tmp_path / "a.db")) for _ in "ab"]

    for night in nights:
        assert ": incomplete" in night.out
        assert "9 articles are in the data of lists only" in night.out


@pytest.mark.crawl
@pytest.mark.nightly
def test_a_home_page_that_is_the_only_list_and_leads_on_unseen_stays_so(tmp_path: Path) -> None:
    own = list(stories(6))
    links = "".join(f'<p><a href="/tin/{one.slug}">{escape(one.title)}</a></p>' for one in own)
    pages: dict[str, bytes | Answer] = {"/": _document("Tin", f"{links}<button>Xem thêm</button>")}
    pages |= {f"/tin/{one.slug}": _article(one) for one in own}
    with serving(pages) as portal:
        asked = command("portal", portal.origin, tmp_path / "a.db")
        scrapy(*asked, "-s", "MAX_REQUESTS=4")
        rest = scrapy(*asked)

    assert ": incomplete" in rest.out
    assert "1 lists lead on by a script or a form only" in rest.out


@pytest.mark.crawl
@pytest.mark.nightly
@pytest.mark.parametrize("end", [Answer(b""), Answer(b"[]"), Answer(b"", 404)])
def test_an_empty_part_of_a_list_that_was_counted_on_is_its_end(
    end: Answer, tmp_path: Path
) -> None:
    own = list(stories(9))
    cards = [f'<p><a href="/tin/{one.slug}">{escape(one.title)}</a></p>' for one in own]
    box = '<div class="infinite" data-url="/manh" data-page="1">'
    pages: dict[str, bytes | Answer] = {f"/tin/{one.slug}": _article(one) for one in own}
    pages["/"] = _document("Trang chủ", "<p>Chào mừng</p>")
    pages["/thoi-su"] = _document("Thời sự", f"{box}{''.join(cards[:5])}</div>")
    pages |= {"/manh?page=2": "".join(cards[5:]).encode(), "/manh?page=3": end}
    with serving(pages) as portal:
        night = scrapy(*command("portal", portal.origin, tmp_path / "a.db"))

    assert ": ok, 9 new" in night.out
