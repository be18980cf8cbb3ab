"""``scrapy genspider`` and ``scrapy fixture``: from an address to a portal with a passing test.

Everything runs in a copy of the clone, as a contributor would run it in the clone itself.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import QUICK
from tests.support.http_server import Answer, serving
from tests.support.pages.synthetic import PLANS, build
from tests.support.paper import paper
from tests.support.processes import Done
from tests.support.project import PROJECT, SAMPLE
from tests.support.variants import some_rows

_COPIED = (
    "portals",
    "spiders",
    "pipelines",
    "tests",
    "scrapy.cfg",
)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of what a clone holds, which the commands may change."""
    for name in (*_COPIED, "pyproject.toml"):
        source, copy = PROJECT / name, tmp_path / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, copy)
    return tmp_path


@pytest.fixture
def known_site() -> Iterator[str]:
    """A MasterCMS paper whose home page is its list; returns its address."""
    pages = paper(8)
    pages["/"] = pages["/cong-doan/hoat-dong"]
    with serving(pages) as portal:
        yield portal.origin


def run(clone: Path, *arguments: str | Path) -> Done:
    done = subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        cwd=clone, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def scrapy(clone: Path, *arguments: str | Path) -> Done:
    return run(clone, "scrapy", *arguments, *QUICK)


def row_of(clone: Path, name: str) -> dict[str, str] | None:
    with (clone / "portals" / "resources" / "portals.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        return next((row for row in csv.DictReader(file) if row["name"] == name), None)


def files(clone: Path) -> dict[str, bytes]:
    """Return the files that the commands may write, by path."""
    folders = (clone / "portals" / "resources", clone / "spiders", clone / "tests" / "fixtures")
    paths = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    found = {str(path.relative_to(clone)): path.read_bytes() for path in paths}
    return {path: body for path, body in found.items() if "__pycache__" not in path}


def fixture_tests(clone: Path, name: str) -> Done:
    return run(
        clone, "pytest", "-q", "-p", "no:cacheprovider", "tests/test_fixtures.py", "-k", name
    )


# --- three sites ---------------------------------------------------------------------------------


def test_a_site_of_a_known_cms_becomes_a_portal_with_a_passing_test(
    clone: Path, known_site: str
) -> None:
    done = scrapy(clone, "genspider", "baothu", known_site)

    assert (done.code, done.err) == (0, "")
    assert "CMS: mastercms" in done.out
    command = f"scrapy crawl baothu -a origin={known_site}/"
    assert f"crawl it: {command}" in done.out
    row = row_of(clone, "baothu")
    assert row is not None
    assert (row["home_url"], row["cms"], row["state"]) == (f"{known_site}/", "mastercms", "live")
    assert not (clone / "spiders" / "baothu.py").exists()
    tests = fixture_tests(clone, "baothu")
    assert (tests.code, "passed" in tests.out) == (0, True), tests.out


def test_a_site_of_an_unknown_cms_gets_a_spider_and_a_passing_test(clone: Path) -> None:
    site = build(PLANS[0], 40)
    with serving(site.pages) as portal:
        done = scrapy(clone, "genspider", "congthu", portal.origin, "--json")

    assert (done.code, done.err) == (0, "")
    assert len(portal.asked) == len(set(portal.asked)) <= 7
    seen = json.loads(done.out)
    command = f"scrapy crawl congthu -a origin={portal.origin}/"
    assert (seen["cms"], seen["crawl"]) == (None, command)
    story = site.articles[seen["fixture"].removeprefix(portal.origin)]
    (path,) = (clone / "tests" / "fixtures" / "congthu").glob("*.json")
    expected = json.loads(path.read_text("utf-8"))["expected"]
    assert expected["title"] == story.title
    assert expected["published_at"] == story.published.isoformat()
    assert set(story.paragraphs) <= set(expected["body"])
    tests = fixture_tests(clone, "congthu")
    assert (tests.code, "passed" in tests.out) == (0, True), tests.out
    for check in (("check", "--no-cache"), ("format", "--check", "--no-cache")):
        linted = run(clone, "ruff", *check, "spiders/congthu.py")
        assert linted.code == 0, linted.out


def test_a_site_that_is_read_without_a_layout_gets_a_row_only(clone: Path) -> None:
    site = build(PLANS[1], 40)
    with serving(site.pages) as portal:
        done = scrapy(clone, "genspider", "congthu", portal.origin)

    assert (done.code, done.err) == (0, "")
    assert "CMS: unknown; its row is enough" in done.out
    assert not (clone / "spiders" / "congthu.py").exists()
    row = row_of(clone, "congthu")
    assert row is not None
    assert row["cms"] == "unknown"
    tests = fixture_tests(clone, "congthu")
    assert (tests.code, "passed" in tests.out) == (0, True), tests.out


def test_a_dead_site_is_one_line_with_its_remedy_and_leaves_nothing(clone: Path) -> None:
    with serving({}) as portal:
        dead = portal.origin
    before = files(clone)
    done = scrapy(clone, "genspider", "chet", dead)

    assert (done.code, done.out, done.err.count("\n")) == (13, "", 1)
    assert done.err == (
        f"error: no server answers at {dead}/; check the URL,"
        " or read an archive of it with --replay\n"
    )
    assert files(clone) == before


# --- what else a site may be ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "words"),
    some_rows([(404, 10, "answered 404"), (403, 12, "answered 403")], [1]),
)
def test_a_home_page_that_is_an_error_is_one_line(
    clone: Path, status: int, code: int, words: str
) -> None:
    with serving({"/": Answer(b"<p>no", status)}) as portal:
        done = scrapy(clone, "genspider", "loi", portal.origin)

    assert (done.code, done.err.count("\n")) == (code, 1)
    assert words in done.err


def test_a_site_that_robots_txt_closes_is_not_read(clone: Path) -> None:
    robots = Answer(b"User-agent: *\nDisallow: /\n", headers={"Content-Type": "text/plain"})
    with serving({"/robots.txt": robots, **paper(3)}) as portal:
        done = scrapy(clone, "genspider", "kin", portal.origin)

    assert (done.code, portal.asked) == (12, ["/robots.txt"])
    assert "is forbidden by robots.txt" in done.err


def test_a_site_without_articles_is_one_line_and_leaves_nothing(clone: Path) -> None:
    before = files(clone)
    with serving({"/": b"<html><body><p>Trang chu</p></body></html>"}) as portal:
        done = scrapy(clone, "genspider", "rong", portal.origin)

    assert (done.code, done.out, done.err.count("\n")) == (10, "", 1)
    assert "--article URL" in done.err
    assert files(clone) == before


def test_an_archive_is_looked_at_without_the_network(clone: Path) -> None:
    catalogue = clone / "portals" / "resources" / "portals.csv"
    catalogue.write_text(catalogue.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    done = scrapy(clone, "genspider", "truyenthanh", "http://daitienlang.vn/", "--warc", SAMPLE)

    assert (done.code, done.err) == (0, "")
    assert list((clone / "tests" / "fixtures" / "truyenthanh").glob("chi-tiet-*.json"))


def test_the_named_article_becomes_the_fixture(clone: Path, known_site: str) -> None:
    wanted = f"{known_site}{next(path for path in paper(8) if path.endswith('-8.html'))}"
    seen = json.loads(
        scrapy(clone, "genspider", "baothu", known_site, "--article", wanted, "--json").out
    )

    assert seen["fixture"] == wanted


# --- names ---------------------------------------------------------------------------------------


NAMES = [
    ("bao-thu", "use small letters, digits and _"),
    ("ldtd", "has a spider already; --force"),
    ("nghean", "--force fills in its row"),
    ("nukeviet", "is a part of the project"),
    ("base", "is a part of the project"),
]


@pytest.mark.parametrize(("name", "words"), some_rows(NAMES, [1, 2]))
def test_a_name_that_cannot_be_taken_is_one_line(clone: Path, name: str, words: str) -> None:
    before = files(clone)
    done = scrapy(clone, "genspider", name, "http://127.0.0.1:9/")

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert words in done.err
    assert files(clone) == before


@pytest.mark.nightly
def test_a_portal_is_not_added_under_two_names(clone: Path, known_site: str) -> None:
    scrapy(clone, "genspider", "baothu", known_site)
    before = files(clone)
    done = scrapy(clone, "genspider", "baokhac", known_site)

    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "is the portal 'baothu' already" in done.err
    assert files(clone) == before


@pytest.mark.nightly
def test_force_replaces_what_was_seen_and_keeps_what_a_person_wrote(
    clone: Path, known_site: str
) -> None:
    scrapy(clone, "genspider", "baothu", known_site)
    catalogue = clone / "portals" / "resources" / "portals.csv"
    text = catalogue.read_text("utf-8").replace(
        "baothu,Báo Lao động Thủ đô,unknown,", "baothu,Báo,press,"
    )
    catalogue.write_text(text, "utf-8")
    done = scrapy(clone, "genspider", "baothu", known_site, "--force", "--spider")

    assert (done.code, done.err) == (0, "")
    row = row_of(clone, "baothu")
    assert row is not None
    assert (row["title"], row["kind"]) == ("Báo", "press")
    assert "class BaothuSpider(ListingSpider):" in (clone / "spiders" / "baothu.py").read_text()


# --- Scrapy's own flags --------------------------------------------------------------------------


def test_scrapys_templates_are_listed_beside_ours(clone: Path) -> None:
    done = scrapy(clone, "genspider", "--list")

    assert done.code == 0
    assert {"basic", "crawl", "csvfeed", "xmlfeed", "portal"} <= set(done.out.split())


def test_our_template_is_dumped(clone: Path) -> None:
    assert "class $classname($base):" in scrapy(clone, "genspider", "-d", "portal").out


def test_a_template_of_scrapy_gives_its_spider_and_a_row(clone: Path) -> None:
    done = scrapy(clone, "genspider", "-t", "basic", "foo", "foo.vn")

    assert (done.code, done.err) == (0, "")
    assert "class FooSpider(scrapy.Spider):" in (clone / "spiders" / "foo.py").read_text("utf-8")
    row = row_of(clone, "foo")
    assert row is not None
    assert (row["home_url"], row["state"]) == ("https://foo.vn/", "unknown")


# --- fixtures ------------------------------------------------------------------------------------


def test_a_page_becomes_a_second_fixture_in_invented_words(clone: Path, known_site: str) -> None:
    scrapy(clone, "genspider", "baothu", known_site)
    path = next(path for path in paper(8) if path.endswith("-5.html"))
    done = scrapy(clone, "fixture", f"{known_site}{path}", "--rewrite", "--json")

    html = clone / json.loads(done.out)["written"][0]
    title = json.loads(html.with_suffix(".json").read_text("utf-8"))["expected"]["title"]
    served = paper(8)[path]
    assert isinstance(served, bytes)
    assert title not in served.decode()
    assert title in html.read_text("utf-8")
    assert len(list(html.parent.glob("*.json"))) == 2


@pytest.mark.nightly
def test_a_fixture_is_not_overwritten_unless_forced(clone: Path) -> None:
    url = "http://daitienlang.vn/tin-tuc/chi-tiet-1687.html"
    before = files(clone)
    refused = scrapy(clone, "fixture", url, "--warc", SAMPLE)

    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert "exists; --force overwrites it" in refused.err
    assert scrapy(clone, "fixture", url, "--warc", SAMPLE, "--force").code == 0
    assert files(clone) == before


@pytest.mark.nightly
def test_a_page_that_is_no_article_is_stored_only_as_such(clone: Path) -> None:
    url = "http://daitienlang.vn/gioi-thieu"
    refused = scrapy(clone, "fixture", url, "--warc", SAMPLE)
    done = scrapy(clone, "fixture", url, "--warc", SAMPLE, "--reject")

    assert (refused.code, "--reject stores it so" in refused.err) == (2, True)
    assert done.code == 0
    stored = json.loads((clone / "tests/fixtures/tienlang/gioi-thieu.json").read_text("utf-8"))
    assert stored["expected"] == {"reject": "no_article"}


@pytest.mark.nightly
def test_a_wrong_date_does_not_hide_a_right_body(clone: Path) -> None:
    path = clone / "tests" / "fixtures" / "tienlang" / "chi-tiet-1687.json"
    path.write_text(path.read_text("utf-8").replace("2024-06-04T", "2024-04-06T"), "utf-8")
    tests = fixture_tests(clone, "tienlang")

    assert tests.code == 1
    assert "1 failed" in tests.out
    assert "scrapy fixture tests/fixtures/tienlang/chi-tiet-1687.json" in tests.out
    assert scrapy(clone, "fixture", path.relative_to(clone)).code == 0
    assert path.read_bytes() == (PROJECT / path.relative_to(clone)).read_bytes()


MISSING = [
    (("http://nowhere.vn/x.html",), "no portal of the catalogue is at nowhere.vn"),
    (("http://nowhere.vn/x.html", "--portal", "nowhere"), "has no portal 'nowhere'"),
    (("http://daitienlang.vn/x", "--warc", str(SAMPLE)), "does not hold"),
]


@pytest.mark.parametrize(("arguments", "words"), some_rows(MISSING, [2]))
def test_a_page_that_cannot_be_had_is_one_line(
    clone: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = scrapy(clone, "fixture", *arguments)

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert words in done.err
