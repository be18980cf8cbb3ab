"""Lists whose pager posts a form: every article, in every night, and from the archive."""

from __future__ import annotations

from html import escape
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from tests.support.commands import command, scrapy
from tests.support.database import rows
from tests.support.http_server import Answer, ServedRequest, http_server
from tests.support.pages.prose import SampleStory, stories

SECTIONS = ("thoi-su", "chinh-sach")
PER_PAGE = 3


def _document(title: str, body: str) -> bytes:
    menu = "".join(f'<a href="/{name}">Tin {name}</a>' for name in SECTIONS)
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    return f"<html><head>{head}</head><body><nav>{menu}</nav>{body}</body></html>".encode()


def _article(story: SampleStory) -> bytes:
    text = "".join(f"<p>{escape(one)}</p>" for one in story.paragraphs)
    day = f"{story.published:%d/%m/%Y %H:%M}"
    return _document(story.title, f"<h1>{escape(story.title)}</h1><p>{day}</p><div>{text}</div>")


def _list(name: str, own: list[SampleStory], number: int) -> bytes:
    cards = "".join(
        f'<div><a href="/{name}/{one.slug}.aspx">{escape(one.title)}</a></div>'
        for one in own[(number - 1) * PER_PAGE :][:PER_PAGE]
    )
    pages = range(1, -(-len(own) // PER_PAGE) + 1)
    pager = "".join(
        f"<a href=\"javascript:__doPostBack('grid','Page${page}')\">{page}</a>"
        for page in pages
        if page != number
    )
    form = f'<form method="post"><input type="hidden" name="__VIEWSTATE" value="{number}">'
    return _document(name, f"<h1>{name}</h1>{form}{cards}{pager}</form>")


class Portal:
    """Serves the articles and their lists; ``is_deaf``: what is posted has no effect."""

    def __init__(self, count: int, *, is_deaf: bool = False) -> None:
        self.is_deaf = is_deaf
        self.asked: list[str] = []
        found = list(stories(count))[::-1]
        self.lists = {name: found[place :: len(SECTIONS)] for place, name in enumerate(SECTIONS)}
        self.articles = {
            f"/{name}/{one.slug}.aspx": _article(one)
            for name, own in self.lists.items()
            for one in own
        }

    def answer(self, request: ServedRequest) -> Answer:
        """Answer a request."""
        self.asked.append(f"{request.method} {request.path}")
        name = request.path.removeprefix("/")
        if name in self.lists:
            asked = parse_qs(request.body.decode()).get("__EVENTARGUMENT", ["Page$1"])[0]
            number = 1 if self.is_deaf else int(asked.removeprefix("Page$"))
            return Answer(_list(name, self.lists[name], number))
        if not name:
            return Answer(_document("Trang chủ", "<h1>Trang chủ</h1>"))
        page = self.articles.get(request.path)
        return Answer(page) if page else Answer(b"", 404)


def _urls(database: Path) -> list[str]:
    return sorted(row["url"] for row in rows(database, "SELECT url FROM articles"))


@pytest.mark.crawl
def test_the_posted_pages_of_a_list_are_read_resumed_and_replayed(tmp_path: Path) -> None:
    site, archive = Portal(14), tmp_path / "warc"
    with http_server(site.answer) as server:
        to_archive = ("-s", f"ARCHIVE_DIR={archive}")
        asked = command("portal", server.origin, tmp_path / "a.db", *to_archive)
        cut = scrapy(*asked, "-s", "MAX_REQUESTS=6")
        rest = scrapy(*asked)
        first = [each for each in site.asked if "robots" not in each]
        site.asked.clear()
        quiet = scrapy(*asked)
    again = scrapy(*command("portal", server.origin, tmp_path / "b.db", "-s", f"REPLAY={archive}"))

    assert ": incomplete" in cut.out
    assert ": ok" in rest.out
    assert len(_urls(tmp_path / "a.db")) == 14
    assert len(first) == len(set(first)) + 2  # each list: the first page, and two that are posted
    assert first.count("POST /thoi-su") == 2
    assert ": ok, 0 new" in quiet.out
    # The lists once more, since two runs read them, and no article.
    assert {each for each in site.asked if "robots" not in each} == {
        "GET /", "GET /thoi-su", "POST /thoi-su", "GET /chinh-sach", "POST /chinh-sach",
    }  # fmt: skip
    assert ": ok, 14 new" in again.out
    assert _urls(tmp_path / "b.db") == _urls(tmp_path / "a.db")


@pytest.mark.crawl
def test_a_list_whose_form_has_no_effect_is_incomplete_in_every_night(tmp_path: Path) -> None:
    with http_server(Portal(12, is_deaf=True).answer) as server:
        nights = [scrapy(*command("portal", server.origin, tmp_path / "a.db")) for _ in "ab"]

    for night in nights:
        assert ": incomplete" in night.out
        assert "2 lists lead on by a script or a form only" in night.out
