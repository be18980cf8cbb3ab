"""The five portals of the sample with other class names and other boxes: all articles, `drift`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from zlib import crc32

import pytest

from tests.sample import site
from tests.support.commands import QUICK, scrapy
from tests.support.database import rows
from tests.support.http_server import Answer, serving

BOXES = {"ul": "div", "li": "section", "table": "main", "tr": "section", "td": "p", "h3": "strong"}
_NAMES = re.compile(rb'(class|id)="([^"]*)"')


def with_other_names(body: bytes) -> bytes:
    """Rename every class and id."""

    def renamed(found: re.Match[bytes]) -> bytes:
        names = [f"z{crc32(name)}".encode() for name in found[2].split()]
        return found[1] + b'="' + b" ".join(names) + b'"'

    return _NAMES.sub(renamed, body)


def with_other_boxes(body: bytes) -> bytes:
    """Rename every class and id, and put lists and tables into other elements."""
    changed = with_other_names(body)
    for tag, other in BOXES.items():
        changed = re.sub(rb"<(/?)%s\b" % tag.encode(), rb"<\g<1>%s" % other.encode(), changed)
    return changed


def pages_of(portal: str, change: Callable[[bytes], bytes]) -> dict[str, Answer]:
    served = [one for one in getattr(site, portal)() if one.at == site.CAPTURED]
    home = "://".join(urlsplit(served[0].url)[:2])
    pages = {}
    for one in served:
        body = one.body.replace(home.encode(), b"")
        is_page = one.content_type.startswith("text/html")
        path = one.url.removeprefix(home) or "/"
        pages[path] = Answer(change(body) if is_page else body, status=one.status)
    return pages


@pytest.mark.crawl
@pytest.mark.parametrize("change", [with_other_names, with_other_boxes], ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    ("portal", "count", "described_by"),
    [
        ("ldtd", 11, {with_other_names, with_other_boxes}),
        ("haiphong", 12, {with_other_names, with_other_boxes}),
        ("kiengiang", 8, set()),
        ("brvt", 8, set()),
        ("tienlang", 8, {with_other_boxes}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_article_is_lost_and_the_run_says_that_the_markup_changed(
    portal: str,
    count: int,
    described_by: set[object],
    change: Callable[[bytes], bytes],
    tmp_path: Path,
) -> None:
    """Layouts hold no names, and a run is `ok` as long as the layout reads the pages."""
    with serving(pages_of(portal, change)) as served:
        done = scrapy(
            "crawl", portal, "-a", f"origin={served.origin}", *QUICK,
            "-s", f"DATABASE={tmp_path / 'a.db'}", "-s", f"ARCHIVE_DIR={tmp_path / 'w'}",
        )  # fmt: skip

    assert len(rows(tmp_path / "a.db", "SELECT 1 FROM articles")) == count
    verdict = "drift" if change in described_by else "ok"
    assert done.out.startswith(f"{portal}: {verdict}, {count} new"), done
