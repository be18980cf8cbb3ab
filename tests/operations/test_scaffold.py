"""The files of a new portal, before anything is written."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from portals.catalogue import CATALOGUE, portals, read_catalogue
from portals.errors import CatalogueError
from portals.extraction.layout import Layout
from portals.families import FAMILIES, NUKEVIET, PUBARTICLES, Family
from portals.operations.fixtures import family_of, slug_of
from portals.operations.scaffold import (
    bare_row,
    catalogue_with,
    crawl_plan,
    doubts,
    name_fault,
    places,
    portal_row,
    province_in,
    spider_text,
    why_taken_over,
    write_files,
)
from portals.operations.site_probe import SeenFeed, SeenListing, SiteReport
from spiders.base.portal import PortalSpider

DAY = date(2026, 3, 1)
KNOWN = SiteReport("https://tin.vn/", 'Báo "Tin"', NUKEVIET)
UNKNOWN = SiteReport("https://tin.vn/", "Tin", None, Layout(date=r"\d{4}", title="after"))


@pytest.mark.parametrize("name", ["Tin", "4tin", "tin-tuc", "../tin", "class", "", "tin.vn", "tín"])
def test_a_name_that_is_no_identifier_is_refused(name: str) -> None:
    assert name_fault(name)


@pytest.mark.parametrize("name", ["tin", "tin4", "bao_tin"])
def test_an_identifier_is_a_name(name: str) -> None:
    assert name_fault(name) is None


def test_a_portal_of_a_known_cms_needs_no_spider() -> None:
    plan = crawl_plan("tin", KNOWN, with_spider=False)

    assert not plan.needs_spider
    assert plan.command == "scrapy crawl tin"


@pytest.mark.parametrize(("report", "asked"), [(KNOWN, True), (UNKNOWN, False)])
def test_a_portal_with_a_spider_is_crawled_by_its_name(report: SiteReport, *, asked: bool) -> None:
    plan = crawl_plan("tin", report, with_spider=asked)

    assert (plan.needs_spider, plan.command) == (True, "scrapy crawl tin")


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8000/", "http://localhost/"])
def test_a_local_portal_is_crawled_as_named_by_the_operator(origin: str) -> None:
    plan = crawl_plan("tin", SiteReport(origin, "Tin", None), with_spider=True)

    assert plan.command == f"scrapy crawl tin -a origin={origin}"


def test_a_row_is_appended_and_the_others_stay_as_they_are() -> None:
    before = CATALOGUE.read_bytes()
    after = catalogue_with(CATALOGUE, portal_row("tin", KNOWN, DAY))

    assert after.startswith(before)
    assert after.removeprefix(before).decode() == (
        'tin,"Báo ""Tin""",unknown,,,https://tin.vn/,nukeviet,A,live,,,'
        "an article was read on 2026-03-01,,,,,,,,,,\n"
    )


SEEN = SiteReport(
    "https://tin.vn/", "Liên đoàn Lao động tỉnh Cao Bằng", NUKEVIET,
    listings=[
        SeenListing("https://tin.vn/", "Trang chủ", 9),
        SeenListing("https://tin.vn/vi/news/a/", "A", 7),
        SeenListing("https://tin.vn/vi/news/b/", "not read"),
        SeenListing("https://khac.vn/c/", "C", 7),
    ],
    feeds=[SeenFeed("https://tin.vn/vi/news/rss/", "RSS"), SeenFeed("https://rss.vn/", "RSS")],
)  # fmt: skip


def test_a_new_row_has_the_addresses_that_were_seen_on_its_host() -> None:
    row = portal_row("tin", SEEN, DAY)

    assert row.listings == "https://tin.vn/vi/news/a/"
    assert row.feeds == "https://tin.vn/vi/news/rss/"
    assert (row.province_then, row.province_now) == ("Cao Bằng", "Cao Bằng")


def test_what_a_new_row_does_not_know_is_said() -> None:
    unknown = replace(UNKNOWN, title="Tin")
    said = [line.partition(":")[0] for line in doubts(portal_row("tin", unknown, DAY), unknown)]

    assert said == ["kind", "province_then", "cms", "listings", "feeds", "dates"]
    known = [line.partition(":")[0] for line in doubts(portal_row("tin", SEEN, DAY), SEEN)]
    assert known == ["kind", "dates"]


def test_a_province_in_the_foot_of_the_page_is_taken_and_said() -> None:
    report = replace(SEEN, title="Tin", foot="Trụ sở: phường 1, tỉnh Cà Mau. Bản quyền 2026")
    row = portal_row("tin", report, DAY)

    assert (row.province_then, row.province_now) == ("Cà Mau", "Cà Mau")
    assert "province_then: Cà Mau is in the foot of the page only" in doubts(row, report)


def test_a_portal_of_json_gets_a_row_only() -> None:
    report = SiteReport("https://tin.vn/", "Tin", PUBARTICLES, script_built="an empty div#root")
    row = portal_row("tin", report, DAY)

    assert not crawl_plan("tin", report, with_spider=False).needs_spider
    assert (row.cms, row.evidence) == ("pubarticles", "its page named its JSON on 2026-03-01")
    assert "cms: by the JSON that its page names; no article was read" in doubts(row, report)


@pytest.mark.parametrize(
    ("title", "province"),
    [
        ("Cổng TTĐT tỉnh Hải Dương", ("Hải Dương", "Hải Phòng")),
        ("UBND Thành phố Hồ Chí Minh", ("TP. Hồ Chí Minh", "TP. Hồ Chí Minh")),
        ("LĐLĐ tỉnh Bà Rịa-Vũng Tàu.", ("Bà Rịa - Vũng Tàu", "TP. Hồ Chí Minh")),
        ("Hà Nội và Hà Nam", None),
        ("Báo Lao động", None),
    ],
)
def test_a_province_is_named_by_a_title(title: str, province: tuple[str, str] | None) -> None:
    assert province_in(title) == province


@pytest.mark.parametrize(
    ("title", "language", "is_other"),
    [
        ("Nhà cái uy tín số 1", "vi", True),
        ("Best online casino", "en", True),
        ("Garden tools", "en", True),
        ("Công đoàn ngành Xây dựng", "vi", False),
        ("tin.vn", "und", False),
    ],
)
def test_a_domain_that_somebody_else_has_is_recognised(
    title: str, language: str, *, is_other: bool
) -> None:
    report = SiteReport("https://tin.vn/", title, None, language=language)

    assert bool(why_taken_over(report)) is is_other


def test_the_row_of_a_known_portal_keeps_what_a_person_wrote(tmp_path: Path) -> None:
    known = portals()["haiphong"]
    path = tmp_path / "portals.csv"
    path.write_bytes(catalogue_with(CATALOGUE, portal_row("haiphong", KNOWN, DAY, known)))

    row = read_catalogue(path)["haiphong"]
    assert (row.home_url, row.cms, row.grade) == ("https://tin.vn/", "nukeviet", "A")
    assert (row.title, row.kind, row.evidence) == (known.title, known.kind, known.evidence)
    assert len(read_catalogue(path)) == len(portals())


def test_a_catalogue_that_does_not_exist_begins_with_its_columns(tmp_path: Path) -> None:
    text = catalogue_with(tmp_path / "portals.csv", bare_row("tin", "https://tin.vn/")).decode()

    head, row = csv.reader(io.StringIO(text))
    assert ",".join(head) == CATALOGUE.read_text("utf-8").splitlines()[0]
    assert row[:2] == ["tin", "tin.vn"]


def test_a_catalogue_of_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "portals.csv"
    path.write_text("name,address\n", "utf-8")

    with pytest.raises(CatalogueError, match="needs the columns name, title"):
        catalogue_with(path, bare_row("tin", "https://tin.vn/"))


def test_outside_a_clone_only_the_row_is_written(tmp_path: Path) -> None:
    found = places(tmp_path / "data", project=tmp_path)

    assert (found.catalogue, found.fixtures, found.spiders) == (
        tmp_path / "data" / "portals.csv",
        None,
        None,
    )


@pytest.mark.parametrize(
    "pattern", [r"\(\d{1,2}\)", 'Ngày "đăng" \\d', r"\d\\", "Ngày: \\d'", "a\u202eb"]
)
def test_a_date_line_of_any_signs_is_written_as_it_is(pattern: str) -> None:
    report = SiteReport("https://tin.vn/", "Tin", None, Layout(date=pattern))
    code = spider_text("tin", report, DAY)

    line = next(line for line in code.splitlines() if "layout =" in line)
    assert eval(line.strip().removeprefix("layout = "), {"Layout": Layout}) == report.layout
    compile(code, "tin.py", "exec")


@pytest.mark.parametrize("family", [*FAMILIES, None], ids=lambda one: one.name if one else "none")
def test_a_written_spider_can_be_loaded_and_is_of_one_portal(family: Family | None) -> None:
    module: dict[str, Any] = {"__name__": "tin"}
    exec(spider_text("tin", SiteReport("https://tin.vn/", "Tin", family), DAY), module)
    spider = module["TinSpider"]

    assert issubclass(spider, PortalSpider)
    assert (spider.name, spider.family, spider.reads_any_site) == ("tin", family, False)


def test_files_are_written_all_or_none(tmp_path: Path) -> None:
    good, bad = tmp_path / "a" / "good.txt", tmp_path / "full" / "bad.txt"
    (tmp_path / "full").write_text("a file where a folder is needed", "utf-8")

    with pytest.raises(OSError, match=r"."):
        write_files({good: b"x", bad: b"y"})
    assert not good.exists()
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize(
    ("cms", "name"),
    [("NukeViet 3", "nukeviet"), ("WordPress (guess)", "wordpress"), ("Kon Tum", None), ("", None)],
)
def test_a_family_is_found_by_what_the_catalogue_calls_its_cms(cms: str, name: str | None) -> None:
    family = family_of(cms)

    assert (family.name if family else None) == name


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("http://tin.vn/tin/gap-mat-dau-xuan-12.html", "gap-mat-dau-xuan-12"),
        ("http://tin.vn/index.php?id=5&cat=2", "index-id-5-cat-2"),
        ("http://tin.vn/Gặp-mặt/", "gap-mat"),
        ("http://tin.vn/", "page"),
    ],
)
def test_a_fixture_is_called_after_its_address(url: str, slug: str) -> None:
    assert slug_of(url) == slug
