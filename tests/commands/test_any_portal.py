"""Portals that nothing describes: found whole by ``portal``, read by ``scrapy read``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.commands import QUICK, scrapy
from tests.support.database import rows
from tests.support.http_server import serving
from tests.support.page_templates import TemplateSite, parts

NAMES = ("joomla-cassiopeia", "sharepoint-tables", "c07-wordpress-agency")
TEMPLATES = {template.name: template for part in parts().values() for template in part}


@pytest.mark.parametrize("name", NAMES)
def test_a_site_whose_head_names_the_section_is_found_whole(tmp_path: Path, name: str) -> None:
    site = TemplateSite(TEMPLATES[name], "section")
    database = tmp_path / "a.db"
    with serving(site.bodies) as portal:
        done = scrapy(
            "crawl", "portal", "-a", f"origin={portal.origin}", "-a", "portal=mau", *QUICK,
            "-s", f"DATABASE={database}", "-s", f"ARCHIVE_DIR={tmp_path}",
        )  # fmt: skip

    found = {
        row["url"].removeprefix(portal.origin): (row["title"], row["published_at"][:10])
        for row in rows(database, "SELECT url, title, published_at FROM articles")
    }
    assert done.out.startswith(f"mau: ok, {len(site.golds)} new"), done.err
    assert found == {
        path: (gold["title"], gold["published_at"][:10]) for path, gold in site.golds.items()
    }


@pytest.fixture
def saved(tmp_path: Path) -> dict[str, Path]:
    site = TemplateSite(TEMPLATES["joomla-k2"], "section", 36)
    files = {}
    for kind in ("article", "static"):
        files[kind] = tmp_path / f"{kind}.html"
        files[kind].write_bytes(next(page.body for page in site.pages if page.kind == kind))
    return files


def test_read_prints_the_fields_of_a_saved_page_with_their_rules(saved: dict[str, Path]) -> None:
    done = scrapy("read", saved["article"], "--json")

    (fields,) = json.loads(done.out)
    assert done.code == 0
    assert fields["title"] == "Người dân xã Hưng Hồ hiến đất mở rộng 437 mét đường dân sinh"
    assert fields["published_at"] == "2017-01-13T03:48:00+07:00"
    assert "h2" in fields["provenance"]["title"]


def test_read_prints_an_article_as_markdown(saved: dict[str, Path]) -> None:
    done = scrapy("read", saved["article"], "--markdown")

    assert done.out.startswith("# Người dân xã Hưng Hồ hiến đất")


def test_read_says_why_a_page_is_no_article(saved: dict[str, Path]) -> None:
    done = scrapy("read", saved["static"])

    assert done.code == 10
    assert "no article on the page: static page" in done.out


def test_read_without_such_a_file_says_so_in_one_line() -> None:
    done = scrapy("read", "khong-co.html")

    assert done.code == 2
    assert (
        done.err == "error: there is no file 'khong-co.html'; give a file, or a URL with http://\n"
    )
