"""Pages that once hung a reader, by what hung on them; run as a program, it reads them all.

``python -m tests.hostile.hangs [SECONDS]``. Each may take so many seconds of the processor, after
which the system ends the process: the name printed last is the page that hung.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

from portals.archive.encodings import EncodingError, decode_body
from portals.archive.wayback import UnreadableIndexError, parse_cdx_page, undo_rewriting
from portals.discovery.links import found_links, news_sections
from portals.discovery.url_patterns import is_skipped, pattern_of
from portals.extraction.interstitials import classify_interstitial
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_article
from portals.extraction.themes import select
from portals.extraction.time_limit import PageTimeoutError, time_limit
from portals.extraction.unreadable import UnreadablePageError
from portals.families.danaweb import DANAWEB
from portals.families.recognition import recognise
from spiders.families.nukeviet import NukeVietSpider
from spiders.families.wordpress import WordPressSpider
from spiders.haiphong import HaiPhongSpider
from spiders.kiengiang import KienGiangSpider
from spiders.ldtd import LaoDongThuDoSpider
from spiders.tienlang import TienLangSpider

SECONDS = 4  # for reading and for selecting, two each, on a machine that does nothing else
NOW = datetime(2026, 11, 21, tzinfo=UTC)
URL = "https://x.vn/tin/bai-viet-nay-la-123.html"
W = "một hai ba bốn năm sáu bảy tám chín mười "
HEAD = "<h1 class=article-detail-title>Mot hai ba bon</h1><div class=__MASTERCMS_CONTENT>"
DATED = "<title>Mot hai ba bon</title><h1>Mot hai ba bon</h1><p>Ngày: 01/02/2020</p>"

LDTD, TIENLANG, KIENGIANG, HAIPHONG, NUKEVIET, WORDPRESS = (
    spider.recipe()
    for spider in (
        LaoDongThuDoSpider, TienLangSpider, KienGiangSpider, HaiPhongSpider, NukeVietSpider,
        WordPressSpider,
    )
)  # fmt: skip

PAGES: dict[str, tuple[str, Recipe]] = {
    "cells without end": (f"{HEAD}<table><tr>{'<td>a' * 45_000}</table></div>", LDTD),
    "dated cells": (f"{DATED}<table><tr>{'<td>a b' * 45_000}", TIENLANG),
    "paragraphs in a cell": (f"{HEAD}<table><tr><td>{'<p>xin chao</p>' * 20_000}<td>b", LDTD),
    "nested articles": (
        "<article>" * 240
        + "<h1 class=entry-title>Mot hai ba bon</h1><div class=entry-content><p>"
        + W * 9 + "</div>" + "<b></b>" * 22_000,
        WORDPRESS,
    ),
    "nested headers": (
        "<div class=article-detail-header>" * 240 + "<b></b>" * 22_000 + HEAD + "<p>" + W * 9,
        LDTD,
    ),
    "nested crumbs": (
        "<div class=wrap-detail>" + "<div class=breadcrumb>" * 240 + "<a>x</a>" * 20_000,
        HAIPHONG,
    ),
    "deep articles": (
        "<article>" * 1500 + "<h1 class=entry-title>Mot hai ba bon</h1>"
        "<div class=entry-content><p>" + W * 9 + "</div>" + "<b></b>" * 400,
        WORDPRESS,
    ),
    "nests of all that a selector asks for": (
        "<div class=list-news><div class=description><h3>" * 80
        + "<a class='list-news description' href=x>x</a>" * 20_000,
        HAIPHONG,
    ),
    "attributes without end": ("<p " + " ".join(f"a{n}" for n in range(200_000)) + ">x", TIENLANG),
    "quoted attributes": (
        "<!--<a b=\"--><p " + "".join(f"a{n}='>'" for n in range(200_000)) + ">x", TIENLANG,
    ),
    "long classes": (
        f"<div class='{'nav-links ' * 300}'>" * 240 + "<a href=x>x</a>" * 20_000, WORDPRESS,
    ),
    "marks on a letter": (f"{DATED}<p>a" + "\u0323\u0301" * 200_000, TIENLANG),
    "a list of items": (f"{HEAD}<ul class='breadcrumb active'>{'<li>' * 40_000}</ul>", LDTD),
    "pictures in a table": (
        HEAD + "<table>" + "<tr></tr>" * 20_000
        + "<tr><td><img src=k.jpg>b</td></tr>" * 2_000,
        LDTD,
    ),
    "headings of boxes": (
        DATED + "<div>" + f"<p>{W * 2}</p><p>Tin liên quan</p>" * 8_000,
        TIENLANG,
    ),
    "dated titles": (
        "<title>Mot hai ba bon</title>" + "<p>Mot hai ba bon<p>Ngày: 01/02/2020<p>x" * 12_000,
        TIENLANG,
    ),
    "dated stories": (
        "<title>Mot hai</title>" + ("<p>Mot hai ba bon<p>Ngày: 01/02/2020<p>" + "a " * 62) * 6_000,
        TIENLANG,
    ),
    "a heading of dates": (
        "<title>x</title><h1>" + "Mot hai ba bon 10/02/2020<br>" * 20_000 + "</h1>",
        WORDPRESS,
    ),
    "a heading of times": (
        "<title>x</title><h1>" + "Mot hai ba (10:20 | 01/02/2020)<br>" * 20_000 + "</h1>",
        KIENGIANG,
    ),
    "nests of nothing": (
        HEAD + "<p>" + W * 9 + "</div>" + "<div class=article-detail-desc>" * 240
        + "<b></b>" * 22_000,
        LDTD,
    ),
    "a link in pieces": ("<p><a href=x>" + "abcdef<i>ghijkl</i>" * 24_000 + "</a>", TIENLANG),
    "a title of blanks": (
        '<meta property=og:title content="a b c' + "&amp;amp;#32;" * 90_000 + 'd"><p>x',
        NUKEVIET,
    ),
    "nested authors": (
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Mot hai ba bon"}'
        "</script>" + "<a rel=author><div>" * 120 + "x y " * 400_000,
        NUKEVIET,
    ),
    "inputs": ("<input" * 45_000, TIENLANG),
    "links for trafilatura": (
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Mot hai ba bon"}'
        "</script>" + "<a href=/tin/a.html>tin tuc su kien hom nay</a>" * 20_000,
        NUKEVIET,
    ),
}  # fmt: skip

LINKS: dict[str, str] = {
    "nested links": "<a href=/1><div>" * 120 + "x" * 5_000_000,
    "a menu of one long word": "<li><a href=y>" + "tin x " * 9_000 + "</a><ul>"
    + "<li><a href=x>tin</a></li>" * 10_000,
    "nested menus": "<ul><li><a href=x>tin</a>" * 120 + "<li><a href=x>tin</a></li>" * 10_000,
    "hosts of marks": f"<a href='http://x{'́' * 500_000}/'>x</a>" * 3,
    "long addresses": f"<a href='/{'a' * 900_000}{'-' * 900_000}'>x</a>",
}  # fmt: skip


def others() -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what else once hung, by name."""
    plain = b" <html>" + b"x" * 1_000_000
    yield "a chain of lies", lambda: decode_body(plain, "gzip," * 8_000)
    yield (
        "empty members",
        lambda: decode_body(
            b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00"
            * 400_000,
            "gzip",
        ),
    )
    yield "toolbars", lambda: undo_rewriting(b"<!-- BEGIN WAYBACK TOOLBAR INSERT -->" * 200_000)
    yield "archive notes", lambda: undo_rewriting(b"<!-- FILE ARCHIVED ON " * 200_000)
    yield "a nested index", lambda: parse_cdx_page(b"[" * 100_000 + b"]" * 100_000)
    yield "marks in a path", lambda: is_skipped("http://x.vn/" + "%CC%A3%CC%81" * 160)
    for path in ("a" * 1000 + "-" * 990, "a" * 1990, "/".join(f"a{n}" for n in range(16))):
        yield f"addresses like {path[:8]}", partial(_shapes, f"http://x.vn/{path}")


def tasks() -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield everything that once hung, by name."""
    for name, (text, recipe) in PAGES.items():
        yield name, partial(_read, text, recipe)
    for name, text in LINKS.items():
        yield name, partial(_follow, text)
    yield from others()


_SELECTORS = (
    *DANAWEB.item_links, *DANAWEB.pager_links, "div.a div.b div.c div.d a", "div > div > div > a",
)  # fmt: skip


def _shapes(url: str) -> None:
    for number in range(1_000):
        pattern_of(f"{url}{number}")


def _read(text: str, recipe: Recipe) -> None:
    page = Page.from_bytes(URL, text.encode(), "text/html", NOW)
    read_article(page, recipe)
    try:
        with time_limit():  # all of them may take longer, none of them for long
            for css in _SELECTORS:
                select(page.root, css)
    except PageTimeoutError:
        pass
    classify_interstitial(page)
    recognise(page)


def _follow(text: str) -> None:
    page = Page.from_bytes(URL, text.encode(), "text/html", NOW)
    found_links(page)
    news_sections(page)


def main() -> None:
    """Read them all."""
    seconds = int(sys.argv[1]) if sys.argv[1:] else SECONDS
    for name, read in tasks():
        print(json.dumps(name), flush=True)
        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(used.ru_utime + used.ru_stime) + 1
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, hard))
        try:
            read()
        except (UnreadablePageError, EncodingError, UnreadableIndexError) as error:
            print(f"  {error}", flush=True)


if __name__ == "__main__":
    main()
