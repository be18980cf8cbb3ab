"""The site as files: whole, linked by relative addresses, and never in the place of other files."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from lxml import etree, html

from portals.actions.site import MARK, check_target, replace_folder
from portals.errors import PortalError
from portals.serve.static import Link, write_pages
from portals.store.database import Store
from tests.support.commands import scrapy
from tests.support.site import HOSTILE, hostile_database

PAGES = ("index", "portals", "provinces", "edits", "withdrawn", "operations", "article/0/1")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("static") / "a.db"
    hostile_database(path)
    store = Store.open(path)
    with store.writing():
        store.db.execute("UPDATE articles SET published_at = NULL WHERE id = 3")
        store.db.execute("DELETE FROM portals WHERE name NOT IN ('ldtd', 'haiphong')")
    store.close()
    return path


@pytest.fixture(scope="module")
def folder(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("site")
    with closing(Store.open_to_read(database)) as store:
        assert sum(1 for _ in write_pages(store.db.conn, found, "vi")) > 50
    return found


def read(page: Path) -> Any:
    return html.fromstring(page.read_bytes())


# --- addresses -----------------------------------------------------------------------------------


@pytest.mark.quick
@pytest.mark.parametrize(
    ("path", "arguments", "file"),
    [
        ("/", {}, "index.html"),
        ("/news", {}, "index.html"),
        ("/news.atom", {}, "news.atom"),
        ("/article/1234", {}, "article/1/1234.html"),
        ("/portal/bacgiang_gov", {}, "portal/bacgiang_gov.html"),
        ("/", {"portal": "ldtd", "after": None}, "news/portal-ldtd.html"),
        ("/news.atom", {"portal": "ldtd"}, "news/portal-ldtd.atom"),
        ("/", {"since": "2024-02-01", "until": "2024-02-29"}, "news/2024-02.html"),
        ("/", {"since": "2024-12-01", "until": "2024-12-31"}, "news/2024-12.html"),
    ],
)
def test_an_address_has_a_file(path: str, arguments: dict[str, str], file: str) -> None:
    assert Link.to(path, arguments).file == file


@pytest.mark.quick
def test_no_two_addresses_have_one_file() -> None:
    authors = ["Mai Thảo", "Mai Thao", "mai-thao", "שלום", "عليكم", "../../x", "a" * 300, "a" * 301]
    links = [
        Link.to("/", {"portal": "a_b"}), Link.to("/", {"portal": "a-b"}),
        Link.to("/", {"portal": "A_b"}), Link.to("/", {"since": "2024-02-01"}),
        Link.to("/", {"since": "2024-02-01", "until": "2024-02-28"}),
        Link.to("/", {"since": "2024-02-01", "until": "2024-03-31"}),
        Link.to("/", {"since": "2024-02-01", "until": "2024-02-29"}),
        Link.to("/", {"after": "2024~1"}), Link.to("/", {"after": "2024~2"}),
        *(Link.to("/", {key: name}) for name in authors for key in ("author", "section")),
    ]  # fmt: skip
    files = {link.file for link in links}

    assert len(files) == len(links)
    assert not [name for name in files if ".." in name or not name.isascii() or len(name) > 100]


# --- pages ---------------------------------------------------------------------------------------


def test_every_link_of_every_page_leads_to_a_file(folder: Path) -> None:
    pages = sorted(folder.rglob("*.html"))
    broken, reached = [], set()
    for page in pages:
        tree = read(page)
        for address in tree.xpath("//@href | //@src | //@action"):
            parts = urlsplit(address)
            if parts.scheme in ("http", "https", "data"):
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            anchors = read(target) if parts.fragment else None
            if (
                not target.is_file()
                or parts.scheme
                or address.startswith("/")
                or (anchors is not None and not anchors.xpath("//*[@id=$id]", id=parts.fragment))
            ):
                broken.append((page.name, address))
            reached.add(target)

    assert broken == []
    assert set(pages) <= reached | {folder / "index.html"}
    assert len(list((folder / "article/0").iterdir())) == len(HOSTILE)


def test_nothing_is_asked_of_others_and_nothing_runs(folder: Path) -> None:
    for page in folder.rglob("*.html"):
        tree = read(page)
        loaded = tree.xpath("//img/@src | //link[@rel='stylesheet']/@href | //iframe/@src")
        assert [one for one in loaded if "//" in one] == []
        (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        if page.name == "search.html":
            scripts = [one.get("src").partition("?")[0] for one in tree.xpath("//script")]
            assert scripts == ["search.js"]
            assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
            continue
        assert tree.xpath("//script | //form | //iframe") == []
        assert policy.startswith("default-src 'none'; style-src 'self'")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_what_it_cannot_do(folder: Path, name: str) -> None:
    tree = read(folder / f"{name}.html")

    assert "scrapy serve" in tree.xpath("string(//p[@class='copy'])")
    assert len(tree.xpath("//h1")) == 1


def test_the_months_and_the_undated_are_listed(folder: Path) -> None:
    tree = read(folder / "index.html")
    listed = tree.xpath("//ul[@class='months']/li")
    counts = [int(one.xpath("string(small)").strip("()")) for one in listed]
    first = read(folder / listed[0].xpath("a/@href")[0])

    assert sum(counts) == len(HOSTILE) - 1
    assert len(first.xpath("//ol[@class='news']/li")) == counts[0]
    assert tree.xpath("//aside/p/a/@href")


def test_the_feeds_are_feeds(folder: Path) -> None:
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*.atom")}

    assert {"news.atom", "news/portal-ldtd.atom", "edits.atom", "withdrawn.atom"} == names
    for name in names:
        assert etree.fromstring((folder / name).read_bytes()).tag.endswith("feed")


def test_an_empty_archive_is_a_site_too(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "a.db")
    with store.writing():
        store.db.execute("DELETE FROM portals")
    (tmp_path / "site").mkdir()
    written = [link.file for link in write_pages(store.db.conn, tmp_path / "site", "vi")]
    store.close()

    assert {"index.html", "operations.html", "news.atom"} <= set(written)
    assert "Kho còn trống" in (tmp_path / "site/index.html").read_text("utf-8")


def test_only_the_newest_are_found_and_the_page_says_so(database: Path, tmp_path: Path) -> None:
    with closing(Store.open_to_read(database)) as store:
        for _ in write_pages(store.db.conn, tmp_path, "en", searched=5):
            pass
    said = read(tmp_path / "search.html").xpath("string(//p[@class='notice'])")

    assert said == f"Only the newest articles are found here: 5 / {len(HOSTILE)}."
    assert (tmp_path / "search/c0.js").read_text("utf-8").count("article/0/") == 5


def test_a_copy_without_an_index_has_no_search(database: Path, tmp_path: Path) -> None:
    with closing(Store.open_to_read(database)) as store:
        for _ in write_pages(store.db.conn, tmp_path, "vi", searched=0):
            pass

    assert not list(tmp_path.glob("search*"))
    assert "search.html" not in (tmp_path / "index.html").read_text("utf-8")


# --- the command ---------------------------------------------------------------------------------


def test_a_site_is_replaced_as_a_whole(database: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / MARK).write_text(json.dumps({"made_by": "tin-cong-doan site"}))
    (target / "old.html").write_text("old")
    done = scrapy("site", target, "--lang", "en", "--db", database)
    about = json.loads((target / MARK).read_text())

    assert (done.code, done.err) == (0, "")
    assert done.out.endswith(f" pages of {len(HOSTILE)} articles; begin with index.html\n")
    assert about["articles"] == len(HOSTILE)
    assert '<html lang="en">' in (target / "index.html").read_text("utf-8")
    assert not (target / "old.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.quick
def test_what_it_did_not_write_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/thesis.odt").write_text("x")
    (tmp_path / "mark").mkdir()
    (tmp_path / "mark" / MARK).write_text("[1]")
    (tmp_path / "empty").mkdir()

    check_target(tmp_path / "new")
    check_target(tmp_path / "empty")
    for name, words in {
        "other": "was not written by 'scrapy site'", "mark": "was not written by",
        "other/thesis.odt": "is a file", "none/new": "there is no folder",
    }.items():  # fmt: skip
        with pytest.raises(PortalError, match=words):
            check_target(tmp_path / name)


@pytest.mark.quick
def test_a_folder_that_cannot_be_replaced_stays(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/a").write_text("old")
    with pytest.raises(FileNotFoundError):
        replace_folder(tmp_path / "missing", tmp_path / "site", tmp_path / "old")

    assert (tmp_path / "site/a").read_text() == "old"
