"""A portal of no known CMS whose older articles only ``/sitemap.xml`` names, unannounced."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import QUICK, scrapy
from tests.support.database import rows
from tests.support.http_server import Answer, answers, serving
from tests.support.page_templates import TemplateSite, templates

XML = {"Content-Type": "text/xml"}
TEMPLATE = next(one for one in templates() if one.name == "paper-zce")


def page_of(site: TemplateSite, path: str) -> bytes:
    """Return a page; that of an article leads to no other one."""
    body = site.bodies[path]
    for other in site.golds if path != "/" else ():
        body = body.replace(f'href="{other}"'.encode(), b'href="#"')
    return body


@pytest.mark.crawl
def test_the_articles_that_no_list_shows_are_found(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    site = TemplateSite(TEMPLATE, "story", 24)
    pages = answers({path: page_of(site, path) for path in ["/", *site.golds]})
    with serving({}) as portal:
        named = "".join(f"<url><loc>{portal.origin}{path}</loc></url>" for path in site.golds)
        sitemap = f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{named}</urlset>"
        portal.pages = pages | {"/sitemap.xml": Answer(sitemap.encode(), headers=XML)}
        done = scrapy(
            "crawl", "portal", "-a", f"origin={portal.origin}", "-a", "portal=thu", *QUICK,
            "-s", f"DATABASE={database}", "-s", "ARCHIVE_DIR=",
        )  # fmt: skip

    assert len(rows(database, "SELECT 1 FROM articles")) == 24, done.out
