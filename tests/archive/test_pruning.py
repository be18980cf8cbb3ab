"""Pruning drops the pages of one portal, holds the locks of all, and survives a kill anywhere."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portals.archive.building import RevisitTarget
from portals.archive.captures import Capture
from portals.archive.pruning import PrunePolicy, Pruning
from portals.archive.records import Record, read_records
from portals.archive.rewriting import finish_interrupted
from portals.archive.writer import ArchiveWriter
from portals.store.archive_rewrites import ArchiveRewrites
from portals.store.database import Store
from portals.store.pages import ArchivedPage, PageRepository
from portals.store.portal_lock import PortalLock
from portals.timestamps import utc
from tests.support.archive_life import aged, archive, crawl, files, reextract
from tests.support.commands import scrapy
from tests.support.database import content, rows
from tests.support.federation import federation, sample_items
from tests.support.http_server import serving
from tests.support.kill_points import killed_everywhere
from tests.support.project import PROJECT

SAMPLE = PROJECT / "data" / "sample.warc.gz"
AT = datetime(2023, 6, 15, 2, tzinfo=UTC)
PER_PORTAL = "SELECT portal, count(*) AS n FROM pages GROUP BY portal ORDER BY portal"


@pytest.fixture(scope="module")
def shared_by_portals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one archive of the pages of five portals, all of them old."""
    folder = tmp_path_factory.mktemp("shared")
    (folder / "archive").mkdir()
    shutil.copy(SAMPLE, folder / "archive" / "all.warc.gz")
    done = reextract(folder, database="a.db")
    assert done.code == 0, done.err
    aged(folder)
    return folder


def count_pages(folder: Path) -> dict[str, int]:
    return {row["portal"]: row["n"] for row in rows(folder / "a.db", PER_PORTAL)}


def test_pruning_a_portal_leaves_the_pages_of_the_others(
    shared_by_portals: Path, tmp_path: Path
) -> None:
    shutil.copytree(shared_by_portals, tmp_path, dirs_exist_ok=True)
    before = count_pages(tmp_path)
    done = archive(tmp_path, "prune", "--older", "1d", "--portal", "ldtd")
    after = count_pages(tmp_path)

    assert done.code == 0, done.err
    assert before.pop("ldtd") > after.pop("ldtd")
    assert len(before) == 4
    assert after == before


@pytest.mark.parametrize("words", [("--portal", "ldtd"), ()])
def test_a_file_is_not_rewritten_while_a_portal_in_it_is_crawled(
    shared_by_portals: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    shutil.copytree(shared_by_portals, tmp_path, dirs_exist_ok=True)
    before = count_pages(tmp_path)
    with PortalLock(tmp_path / "a.db", "tienlang").hold():
        done = archive(tmp_path, "prune", "--older", "1d", *words)

    assert done.code == 14
    assert "tienlang" in done.err
    assert count_pages(tmp_path) == before
    assert [path.name for path in files(tmp_path)] == ["all.warc.gz"]


# --- records that belong together ----------------------------------------------------------------


def stored(tmp_path: Path, *responses: bytes) -> tuple[Store, Path]:
    """A database whose pages are those records of one archive that have a URL and no article."""
    path = tmp_path / "archive" / "a.warc"
    path.parent.mkdir()
    path.write_bytes(b"".join(responses))
    store = Store.open(tmp_path / "a.db")
    with store.writing():
        for record in read_records(path):
            if isinstance(record, Record) and record.kind == "response":
                at = datetime.fromisoformat(record.headers["warc-date"])
                PageRepository(store).add("x", page_at(record, path, at))
    return store, path


def page_at(record: Record, path: Path, at: datetime, repeats: int | None = None) -> ArchivedPage:
    url = record.url or ""
    return ArchivedPage(url, utc(at), 200, path, record.offset, record.length, url, repeats=repeats)


def record(kind: str, name: str, year: int, **links: str) -> bytes:
    block = b"HTTP/1.1 200 OK\r\n\r\n" + name.encode()
    head = [
        "WARC/1.1", f"WARC-Type: {kind}", f"WARC-Target-URI: http://x.vn/{name[0]}",
        f"WARC-Record-ID: <urn:{name}>", f"WARC-Date: {year}-01-01T00:00:00Z",
        *(f"{key.replace('_', '-')}: <urn:{value}>" for key, value in links.items()),
        f"Content-Length: {len(block)}",
    ]  # fmt: skip
    return "\r\n".join(head).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def ids(path: Path) -> list[str]:
    return [
        found.headers["warc-record-id"][5:-1]
        for found in read_records(path)
        if isinstance(found, Record)
    ]


def prune(store: Store, folder: Path, before: datetime) -> Path:
    """Prune the only archive and return the file in its place."""
    pruning = Pruning(PageRepository(store), PrunePolicy(before), folder)
    (path,) = pruning.archives()
    assert pruning.prune(path) is not None
    (left,) = folder.iterdir()
    return left


def test_requests_and_metadata_go_and_stay_with_their_response(tmp_path: Path) -> None:
    store, path = stored(
        tmp_path,
        record("response", "a", 2020),
        record("request", "a-request", 2020, WARC_Concurrent_To="a"),
        record("metadata", "a-facts", 2020, WARC_Concurrent_To="a"),
        record("metadata", "a-more", 2020, WARC_Refers_To="a-request"),
        record("response", "b", 2024),
        record("request", "b-request", 2024, WARC_Concurrent_To="b"),
        record("metadata", "b-facts", 2024, WARC_Refers_To="b"),
        record("metadata", "unknown", 2020),
    )
    left = prune(store, path.parent, datetime(2022, 1, 1, tzinfo=UTC))

    assert ids(left) == ["b", "b-request", "b-facts", "unknown"]
    store.close()


def test_a_request_before_its_response_goes_with_it_as_wget_writes_them(tmp_path: Path) -> None:
    store, path = stored(
        tmp_path,
        record("request", "a-request", 2020),
        record("response", "a", 2020, WARC_Concurrent_To="a-request"),
        record("request", "b-request", 2024),
        record("response", "b", 2024, WARC_Concurrent_To="b-request"),
    )
    left = prune(store, path.parent, datetime(2022, 1, 1, tzinfo=UTC))

    assert ids(left) == ["b-request", "b"]
    store.close()


def test_a_request_without_links_goes_with_the_response_before_it(tmp_path: Path) -> None:
    store, path = stored(
        tmp_path,
        record("response", "a", 2020),
        record("request", "a-request", 2020),
        record("response", "b", 2024),
        record("request", "b-request", 2024),
    )
    left = prune(store, path.parent, datetime(2022, 1, 1, tzinfo=UTC))

    assert ids(left) == ["b", "b-request"]
    store.close()


@pytest.mark.parametrize("older", ["1d", "52w"])
def test_a_payload_stays_while_a_page_of_another_portal_repeats_it(
    tmp_path: Path, older: str
) -> None:
    folder = tmp_path / "archive"
    store = Store.open(tmp_path / "a.db")
    pages = PageRepository(store)
    capture = Capture("http://x.vn/a", 200, [], b"<p>a</p>", AT)
    first = ArchiveWriter(folder / "a.warc.gz", started_at=AT)
    held = first.write(capture)
    first.close()
    second = ArchiveWriter(folder / "b.warc.gz", started_at=AT)
    again = second.write(capture, earlier=RevisitTarget(capture.url, utc(AT), held.digest))
    second.close()
    with store.writing():
        page = ArchivedPage(
            capture.url, utc(AT), 404, held.path, held.offset, held.length, held.digest
        )
        held_id = pages.add("x", page)
        repeat = ArchivedPage(
            capture.url, utc(AT), 404, again.path, again.offset, again.length, again.digest,
            repeats=held_id,
        )  # fmt: skip
        pages.add("y", repeat)
    store.close()
    done = archive(tmp_path, "prune", "--older", older, "--portal", "x")

    assert done.code == 0, done.err
    assert len(rows(tmp_path / "a.db", "SELECT 1 FROM pages WHERE portal = 'x'")) == 1
    archive(tmp_path, "prune", "--older", older)
    assert rows(tmp_path / "a.db", "SELECT * FROM pages") == []


# --- kills ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def old_crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("old")
    with serving(federation(sample_items(1, 4), per_page=2)) as portal:
        assert crawl(portal, folder).code == 0
    aged(folder)
    return folder


def test_a_file_that_a_killed_pruning_left_is_removed_and_its_pages_stay_dropped(
    old_crawl: Path, tmp_path: Path
) -> None:
    """As a kill between the commit and the deletion leaves it."""
    shutil.copytree(old_crawl, tmp_path, dirs_exist_ok=True)
    (path,) = files(tmp_path)
    before = path.read_bytes()
    archive(tmp_path, "prune", "--older", "52w")
    (pruned,) = files(tmp_path)
    path.write_bytes(before)
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection, connection:
        values = (f"archive/haiphong/{path.name}", f"archive/haiphong/{pruned.name}")
        connection.execute("INSERT INTO archive_rewrites VALUES (?, ?, 'replaced')", values)
    pages = count_pages(tmp_path)
    check = archive(tmp_path, "check")
    trial = reextract(tmp_path, "--dry-run", database="a.db")
    assert files(tmp_path) == [pruned, path]
    done = reextract(tmp_path, database="a.db")

    assert (check.code, trial.code) == (0, 0), check.err + trial.err
    assert check.out.endswith("0 damaged, 0 missing, 0 orphans, 1 leftovers\n")
    assert done.code == 0, done.err
    assert done.err == f"removed {path}: a command was killed that rewrote it\n"
    assert files(tmp_path) == [pruned]
    assert count_pages(tmp_path) == pages
    assert rows(tmp_path / "a.db", "SELECT * FROM archive_rewrites") == []


def test_a_rewrite_in_a_folder_that_is_away_is_finished_when_it_is_back(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "a.db")
    pages, folder = PageRepository(store), tmp_path / "disk"
    rewrites = ArchiveRewrites(pages)
    rewrites.begin(folder / "a.warc.gz", folder / "a.1.warc.gz")

    assert list(finish_interrupted(pages)) == []
    folder.mkdir()
    (folder / "a.1.warc.gz").write_bytes(b"half")
    (found,) = finish_interrupted(pages)
    assert found.obsolete == folder / "a.1.warc.gz"
    assert list(folder.iterdir()) == []
    assert rewrites.unfinished() == []
    store.close()


@pytest.mark.nightly  # a process for every boundary
def test_pruning_may_be_killed_anywhere(old_crawl: Path, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    words = (
        "archive", "prune", "--older", "52w", "-s", f"DATABASE={folder / 'a.db'}",
        "-s", f"ARCHIVE_DIR={folder / 'archive'}",
    )  # fmt: skip
    before = content(old_crawl / "a.db")
    states = set()
    for _ in killed_everywhere(old_crawl, folder, words):
        store = Store.open(folder / "a.db")
        states |= {rewrite.state for rewrite in ArchiveRewrites(PageRepository(store)).unfinished()}
        store.close()
        check = archive(folder, "check")
        assert check.code == 0, check.err
        assert " 0 orphans" in check.out
        again = scrapy(*words)
        assert again.code == 0, again.err
        assert count_pages(folder) == {"haiphong": 4}
        assert content(folder / "a.db") == before
        (left,) = [path for path in (folder / "archive").rglob("*") if path.is_file()]
        assert left.name.endswith(".1.warc.gz")
        assert archive(folder, "check").out.endswith("0 damaged, 0 missing, 0 orphans\n")
    assert states == {"copying", "replaced"}


def test_a_page_that_a_clock_ahead_has_dated_takes_no_other_s_place(
    shared_by_portals: Path, tmp_path: Path
) -> None:
    shutil.copytree(shared_by_portals, tmp_path, dirs_exist_ok=True)
    store = Store.open(tmp_path / "a.db")
    (page,) = store.db.execute(
        "SELECT p.id FROM pages p JOIN sightings s ON s.url = p.url WHERE p.status = 200"
        " ORDER BY p.fetched_at DESC, p.id DESC"
    ).fetchone()
    with store.writing():
        for table in ("articles", "revisions"):
            store.db.conn.execute(f"UPDATE {table} SET page_id = NULL WHERE page_id = ?", (page,))
        store.db.conn.execute(
            "INSERT INTO pages (portal, url, fetched_at, status, archive_id, offset, length,"
            " digest) SELECT portal, url, '2199-01-01T00:00:00+00:00', status, archive_id,"
            " offset + 1, length, digest FROM pages WHERE id = ?",
            (page,),
        )
    pages = PageRepository(store)

    assert (pages.is_shown(page), pages.is_cited(page)) == (True, True)
    store.close()
