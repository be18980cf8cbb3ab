"""Any site of a system, by its address alone; and the second nets when a template changes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from portals.archive.captures import read_captures
from portals.discovery.links import found_links
from portals.extraction.page import Page
from tests.support.captures import CAPTURES
from tests.support.commands import live, scrapy
from tests.support.database import rows
from tests.support.http_server import Answer, serving
from tests.support.paper import paper

SITES = {
    "nukeviet": ("nukeviet", "http://127.0.0.1:18080"),
    "wordpress": ("wordpress", "http://127.0.0.1:18081"),
    "danaweb2": ("danaweb", "http://127.0.0.1:18082"),
    "danaweb1": ("danaweb", "http://127.0.0.1:8931"),
}


def linked_articles(name: str) -> set[str]:
    """Return the gold addresses that a page of the capture which is no article leads to."""
    lines = (CAPTURES / "gold.jsonl").read_text("utf-8").splitlines()
    gold = {r["url"] for r in map(json.loads, lines) if r["capture"] == f"{name}.warc.gz"}
    linked: set[str] = set()
    for capture in read_captures(CAPTURES / f"{name}.warc.gz"):
        is_page = capture.status == 200 and "html" in (capture.content_type or "")
        if is_page and capture.url not in gold:
            page = Page.from_bytes(capture.url, capture.body, capture.content_type)
            linked |= {link.url for link in found_links(page)} & gold
    return linked


@pytest.mark.skipif(not CAPTURES.exists(), reason="the captures are not beside the project")
@pytest.mark.parametrize("name", SITES)
def test_a_real_site_is_found_by_its_address_alone(tmp_path: Path, name: str) -> None:
    family, origin = SITES[name]
    database = tmp_path / "a.db"
    done = scrapy(
        "crawl", family, "-a", f"origin={origin}", "-a", "portal=thunghiem",
        "-s", f"REPLAY={CAPTURES / name}.warc.gz", "-s", f"DATABASE={database}",
    )  # fmt: skip

    assert done.code == 0, done.err
    assert done.out.startswith("thunghiem: ok")
    found = {row["url"] for row in rows(database, "SELECT url FROM sightings")}
    assert linked_articles(name) <= found
    assert rows(database, "SELECT * FROM rejects") == []


def test_a_family_needs_an_address() -> None:
    done = scrapy("crawl", "nukeviet")

    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "origin=" in done.err


def test_a_crawl_of_a_changed_template_keeps_its_rows_and_says_drift(tmp_path: Path) -> None:
    with serving(paper(6)) as portal:
        scrapy(*live("ldtd", portal.origin, tmp_path / "before.db"))
        for path, answer in portal.pages.items():
            if path.endswith(".html"):
                body = re.sub(rb'(class|id)="[^"]*"', rb'\1="x"', answer.body)
                portal.pages[path] = Answer(body)
        done = scrapy(*live("ldtd", portal.origin, tmp_path / "after.db"))

    assert (done.code, "drift" in done.out) == (11, True)
    sql = "SELECT title, published_at, author, lead, body FROM articles ORDER BY url"
    assert rows(tmp_path / "after.db", sql) == rows(tmp_path / "before.db", sql)


def test_a_site_of_another_system_is_told_in_the_reject(tmp_path: Path) -> None:
    home = (
        b'<html><meta name="generator" content="NukeViet v4.5"><p>Trang ch\xe1\xbb\xa7</p></html>'
    )
    database = tmp_path / "a.db"
    with serving({"/": home}) as portal:
        done = scrapy(*live("danaweb", portal.origin, database))

    assert done.code == 10
    details = [row["detail"] for row in rows(database, "SELECT detail FROM rejects")]
    assert "the page looks like nukeviet, not like danaweb" in details
