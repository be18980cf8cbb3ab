"""Described portals whose listings changed: all articles, once, and `drift` or a reason."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest

from tests.support.commands import command, scrapy
from tests.support.database import rows
from tests.support.http_server import Answer, serving
from tests.support.pages.prose import SampleStory, stories

PER_PAGE = 4
PAGES = 3

PAGERS: dict[str, tuple[str, Callable[[str, str], str]]] = {
    "tin-cu-hon": ("{0}/page/{1}/", lambda url, _: f'<a href="{url}">Tin cũ hơn</a>'),
    "tin-bieu-tuong": ("{0}/xem/{1}", lambda url, _: f'<a rel="next" href="{url}"><i></i></a>'),
    "tin-nut": ("/ajax/{0}/{1}", lambda url, _: f'<button data-url="{url}">Xem thêm</button>'),
    "tin-tham-so": ("{0}?trangso={1}", lambda url, n: f'<a href="{url}">{n}</a>'),
    "tin-chon": (
        "{0}?page={1}",
        lambda url, n: f'<select><option value="{url}">Trang {n}</option></select>',
    ),
}
"""How each section's pages are addressed, and what leads from one to the next."""


def _document(title: str, body: str) -> bytes:
    head = (
        f'<meta charset="utf-8"><meta name="generator" content="WordPress"><title>{title}</title>'
    )
    menu = "".join(f'<li><a href="/{section}">Tin {section}</a></li>' for section in PAGERS)
    return f"<html><head>{head}</head><body><ul>{menu}</ul>{body}</body></html>".encode()


def _article(story: SampleStory) -> bytes:
    text = "".join(f"<p>{escape(one)}</p>" for one in story.paragraphs)
    return _document(
        escape(story.title),
        f'<article><h1 class="entry-title">{escape(story.title)}</h1>'
        f'<time class="entry-date published" datetime="{story.published.isoformat()}"></time>'
        f'<div class="entry-content">{text}</div></article>',
    )


def _card(story: SampleStory, *, is_described: bool) -> str:
    name = "entry-title" if is_described else "k7"
    title = escape(story.title)
    return f'<article><h2 class="{name}"><a href="/{story.slug}/">{title}</a></h2></article>'


def wordpress() -> dict[str, Answer | bytes]:
    """A site whose theme kept one of four boxes, and whose sections have five kinds of pagers."""
    pages: dict[str, Answer | bytes] = {"/": _document("Trang chủ", "<h1>Trang chủ</h1>")}
    found = iter(stories(len(PAGERS) * PAGES * PER_PAGE))
    for section, (address, pager) in PAGERS.items():
        for number in range(1, PAGES + 1):
            own = [next(found) for _ in range(PER_PAGE)]
            pages |= {f"/{story.slug}/": _article(story) for story in own}
            after = address.format(f"/{section}", number + 1).replace("//", "/")
            body = "".join(_card(one, is_described=i == 0) for i, one in enumerate(own))
            body += pager(after, str(number + 1)) if number < PAGES else ""
            here = (
                address.format(f"/{section}", number).replace("//", "/")
                if number > 1
                else f"/{section}"
            )
            pages[here] = _document(section, f"<main>{body}</main>")
    return pages


@pytest.mark.crawl
def test_a_theme_that_kept_some_boxes_and_no_pager_hides_no_article(tmp_path: Path) -> None:
    with serving(wordpress()) as portal:
        one = scrapy(*command("wordpress", portal.origin, tmp_path / "a.db"))
        two = scrapy(*command("wordpress", portal.origin, tmp_path / "a.db"))

    titles = [row["title"] for row in rows(tmp_path / "a.db", "SELECT title FROM articles")]
    assert len(titles) == len(set(titles)) == len(PAGERS) * PAGES * PER_PAGE
    assert ": drift, 60 new" in one.out
    assert ": drift, 0 new" in two.out


@pytest.mark.crawl
def test_a_list_that_only_a_script_continues_is_not_ok(tmp_path: Path) -> None:
    whole = wordpress()["/tin-cu-hon"]
    assert isinstance(whole, bytes)
    listing = whole.replace(b"k7", b"entry-title").replace(
        b'<a href="/tin-cu-hon/page/2/">', b"<a href=\"javascript:__doPostBack('p','2')\">"
    )
    assert b"__doPostBack" in listing
    with serving(wordpress() | {"/tin-cu-hon": listing}) as portal:
        done = scrapy(
            *command("wordpress", portal.origin, tmp_path / "a.db", "-a", "section=tin-cu-hon")
        )

    assert ": incomplete, 4 new" in done.out
    assert "lead on by a script or a form" in done.out
