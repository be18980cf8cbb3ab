"""Lives of pages that went otherwise: killed readers, odd records, shared texts, lost files."""

from __future__ import annotations

import gzip
import os
import random
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from portals.archive.building import RevisitTarget
from portals.archive.reading import RANGE, Recipes, ranges_of, read_range
from portals.archive.records import Record, read_records
from portals.archive.reextraction import Reextraction
from portals.archive.replay_index import ReplayIndex
from portals.archive.writer import ArchiveWriter
from portals.article import Article
from portals.contract import normalise
from portals.extraction.reader import Recipe
from portals.store.database import Store
from portals.store.pages import ArchivedPage, PageRepository
from portals.timestamps import utc
from tests.support.archive_life import OWN, aged, archive, crawl, edit, files, reextract, without
from tests.support.archived_pages import AT, HOME, page_of, write
from tests.support.commands import scrapy
from tests.support.database import content, rows
from tests.support.federation import LIST, federation, sample_items
from tests.support.http_server import Answer, serving
from tests.support.processes import until
from tests.support.project import PROJECT

pytestmark = pytest.mark.nightly  # fault injection: two minutes of processes


def stored(database: Path) -> list[str]:
    return sorted(row["url"] for row in rows(database, "SELECT url FROM articles"))


# --- processes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_readers_end_with_their_writer_and_hold_no_lock(tmp_path: Path, how: int) -> None:
    path = tmp_path / "a.warc.gz"
    noise = random.Random(1)
    writer = ArchiveWriter(path)
    for number in range(1, 1200):
        page = page_of(number)
        filling = b"<!-- " + noise.randbytes(6_000).hex().encode() + b" -->"
        writer.write(replace(page, body=page.body + filling))
    writer.close()
    words = [sys.executable, "-m", "scrapy", "reextract", str(path), "--jobs", "2",
             "-s", f"DATABASE={tmp_path / 'a.db'}"]  # fmt: skip
    with subprocess.Popen(words, cwd=PROJECT, stdout=subprocess.DEVNULL) as writing:
        until(lambda: _articles(tmp_path / "a.db") > 0)
        readers = _children(writing.pid)
        writing.send_signal(how)
    until(lambda: not [pid for pid in readers if _lives(pid)])
    done = scrapy(*words[3:])

    assert len(readers) == 2
    assert writing.returncode == (10 if how == signal.SIGTERM else -signal.SIGKILL)
    assert done.code == 0, done.err
    assert len(stored(tmp_path / "a.db")) == 1199


def _articles(database: Path) -> int:
    try:
        return len(stored(database))
    except sqlite3.Error:
        return 0


def _children(pid: int) -> list[int]:
    return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()


# --- odd records ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "date"),
    [
        ("http://[bad/x.html", "2025-01-01T00:00:00Z"),
        ("http://x.vn/web/20200101000000/http://[bad/x", "2025-01-01T00:00:00Z"),
        ("http://x.vn/a.html", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_a_record_with_an_odd_address_or_date_costs_itself(
    tmp_path: Path, url: str, date: str
) -> None:
    path = write(tmp_path / "a.warc.gz", page_of(1))
    body = b"HTTP/1.1 200 OK\r\n\r\n<p>x</p>"
    head = f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n"
    record = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body + b"\r\n\r\n"
    with path.open("ab") as file:
        file.write(gzip.compress(record))
    more = write(tmp_path / "b.warc.gz", page_of(2))
    done = scrapy("reextract", path, more, "-s", f"DATABASE={tmp_path / 'a.db'}")

    assert "Traceback" not in done.err
    assert len(stored(tmp_path / "a.db")) == 2


def test_what_looks_like_a_record_inside_a_body_is_none(tmp_path: Path) -> None:
    forged = write(tmp_path / "forged.warc.gz", page_of(9)).read_bytes()
    noise = random.Random(3).randbytes(RANGE + 1000)
    body = b"<html>" + noise + forged + noise[:5000]
    path = write(tmp_path / "a.warc.gz", page_of(1), replace(page_of(2), body=body), page_of(3))
    assert path.stat().st_size > RANGE
    for jobs in ("1", "2"):
        database = tmp_path / f"{jobs}.db"
        done = scrapy("reextract", path, "--jobs", jobs, "-s", f"DATABASE={database}")
        assert done.code == 0, done.err
        assert stored(database) == sorted([page_of(1).url, page_of(3).url])


def test_a_portal_whose_paths_look_like_the_archives_is_not_the_archive(tmp_path: Path) -> None:
    odd = replace(page_of(1), url=f"{HOME}/web/20150101000000/https://laodongthudo.vn/a-1.html")
    path = write(tmp_path / "a.warc.gz", odd)
    scrapy("reextract", path, "-s", f"DATABASE={tmp_path / 'a.db'}")

    assert rows(tmp_path / "a.db", "SELECT via, url FROM pages") == [{"via": None, "url": odd.url}]


def test_a_revisit_in_a_file_that_is_read_first_finds_its_payload(tmp_path: Path) -> None:
    page = page_of(1)
    first = ArchiveWriter(tmp_path / "b.warc.gz", started_at=AT)
    written = first.write(page)
    first.close()
    later = ArchiveWriter(tmp_path / "a.warc.gz", started_at=AT)
    again = replace(page, captured_at=AT + timedelta(days=3))
    later.write(again, earlier=RevisitTarget(page.url, utc(AT), written.digest))
    later.close()
    done = scrapy("reextract", tmp_path, "-s", f"DATABASE={tmp_path / 'a.db'}")

    assert done.code == 0, done.err
    assert rows(tmp_path / "a.db", "SELECT last_seen_at FROM sightings") == [
        {"last_seen_at": utc(AT + timedelta(days=3))}
    ]


def test_another_file_in_the_place_of_one_that_was_read_is_another_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.warc.gz", page_of(1))
    database = tmp_path / "a.db"
    scrapy("reextract", path, "-s", f"DATABASE={database}")
    path.unlink()
    write(path, page_of(2))
    scrapy("reextract", path, "-s", f"DATABASE={database}")

    sql = "SELECT p.url FROM articles a JOIN pages p ON p.id = a.page_id WHERE a.url = ?"
    assert rows(database, sql, page_of(2).url) == [{"url": page_of(2).url}]


# --- replay --------------------------------------------------------------------------------------


def test_replay_answers_with_the_text_that_came_back(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path / "a.warc.gz", started_at=AT)
    first, second = page_of(1), replace(page_of(1, 1), body=b"<p>other</p>")
    digest = writer.write(first).digest
    writer.write(second)
    again = replace(first, captured_at=AT + timedelta(days=2))
    writer.write(again, earlier=RevisitTarget(first.url, utc(AT), digest))
    writer.close()
    found = ReplayIndex([tmp_path]).find(first.url)

    assert found is not None
    assert (found.capture.body, found.capture.captured_at) == (first.body, again.captured_at)


# --- systems -------------------------------------------------------------------------------------


def test_a_portal_without_a_spider_of_its_own_comes_back(tmp_path: Path) -> None:
    pages = federation(sample_items(1, 4), per_page=4)
    with serving(pages | {"/": pages[LIST]}) as portal:
        crawl(portal, tmp_path, "-a", "portal=congdoanlaocai", name="danaweb")
    done = reextract(tmp_path)
    chosen = reextract(tmp_path, "--portal", "congdoanlaocai", database="c.db")

    assert (done.code, chosen.code) == (0, 0), done.err + chosen.err
    crawled = content(tmp_path / "a.db")
    assert {row["portal"] for row in crawled["articles"]} == {"congdoanlaocai"}
    assert without(content(tmp_path / "b.db"), OWN) == without(crawled, OWN)
    assert without(content(tmp_path / "c.db"), OWN) == without(crawled, OWN)


# --- shared texts --------------------------------------------------------------------------------


@pytest.fixture
def shared(tmp_path: Path) -> Store:
    """One text on two portals, each page archived."""
    store = Store.open(tmp_path / "a.db")
    store.runs.start_run("haiphong", AT)
    for number, portal in enumerate(["haiphong", "ldtd"]):
        save(store, portal, "Văn bản chung của hai trang.", number)
    return store


def save(store: Store, portal: str, body: str, offset: int, day: int | None = None) -> str:
    url = f"http://{portal}.vn/1.html"
    at = AT + timedelta(days=offset if day is None else day)
    digest = f"sha1:{portal}"
    page = ArchivedPage(url, utc(at), 200, Path("a.warc.gz"), offset, 1, digest)
    item = Article(portal=portal, url=url, title="Tiêu đề", body=body, fetched_at=at)
    with store.writing():
        page_id = PageRepository(store).add(portal, page)
        return store.articles.save(normalise(item), 1, from_archive=True, page_id=page_id)


@pytest.mark.parametrize(("changed", "offset"), [("haiphong", 0), ("ldtd", 1)])
def test_a_reader_that_reads_one_of_two_copies_otherwise_parts_them(
    shared: Store, changed: str, offset: int
) -> None:
    save(shared, changed, "Văn bản riêng, đọc đúng hơn.", offset)
    other = "ldtd" if changed == "haiphong" else "haiphong"
    save(shared, other, "Văn bản chung của hai trang.", 1 - offset)

    sql = "SELECT s.portal, a.body FROM sightings s JOIN articles a ON a.id = s.article_id"
    assert dict(shared.db.execute(sql).fetchall()) == {
        changed: "Văn bản riêng, đọc đúng hơn.", other: "Văn bản chung của hai trang.",
    }  # fmt: skip
    assert shared.db.execute("SELECT count(*) FROM articles").fetchone() == (2,)
    shared.close()


def test_the_same_bytes_read_otherwise_later_are_no_new_text(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "a.db")
    store.runs.start_run("haiphong", AT)
    save(store, "haiphong", "Đọc theo cách cũ.", 0, day=0)
    save(store, "haiphong", "Đọc theo cách cũ.", 1, day=9)

    assert save(store, "haiphong", "Đọc theo cách mới.", 1, day=9) == "reread"
    assert store.db.execute("SELECT body FROM revisions").fetchall() == [("Đọc theo cách mới.",)]
    store.close()


# --- files that are lost -------------------------------------------------------------------------


def test_a_page_whose_archive_is_gone_is_kept_whole_again(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 3), per_page=3)) as portal:
        crawl(portal, tmp_path)
        files(tmp_path)[0].unlink()
        crawl(portal, tmp_path, "-a", "revisit=all")

    (path,) = files(tmp_path)
    kinds = {record.kind for record in read_records(path) if isinstance(record, Record)}
    assert "revisit" not in kinds
    assert reextract(tmp_path).code == 0


def test_pruning_never_writes_over_an_edition_that_is_known(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 4), per_page=4)) as portal:
        crawl(portal, tmp_path)
    (path,) = files(tmp_path)
    before = path.read_bytes()
    aged(tmp_path)
    archive(tmp_path, "prune", "--older", "52w")
    path.write_bytes(before)  # as if it had been killed before the old file went
    reextract(tmp_path, database="a.db")
    aged(tmp_path)
    again = archive(tmp_path, "prune", "--older", "52w")
    check = archive(tmp_path, "check")

    assert again.code == 0, again.err
    assert check.code == 0, check.err + check.out


def test_pruning_keeps_a_page_of_every_address(tmp_path: Path) -> None:
    items = sample_items(1, 3)
    copy = replace(items[0], url=f"{LIST}/ban-sao-77.html")
    with serving(federation([*items, copy], per_page=4)) as portal:
        crawl(portal, tmp_path)
    aged(tmp_path)
    archive(tmp_path, "prune", "--older", "52w", "--keep-articles")
    reextract(tmp_path)

    urls = "SELECT url FROM sightings ORDER BY url"
    assert len(rows(tmp_path / "a.db", urls)) == 4
    assert rows(tmp_path / "b.db", urls) == rows(tmp_path / "a.db", urls)


def test_a_better_reader_mends_fields_also_after_pruning(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 3), per_page=3)) as portal:
        crawl(portal, tmp_path)
        crawl(portal, tmp_path, "-a", "revisit=all")
    aged(tmp_path)
    archive(tmp_path, "prune", "--older", "52w")
    reextract(tmp_path, "-s", "SPIDER_MODULES=tests.archive.changed", database="a.db")

    found = rows(tmp_path / "a.db", "SELECT DISTINCT cause, field FROM edits")
    assert found == [{"cause": "reader", "field": "section"}]


def test_damage_is_remembered_by_a_reading_that_goes_on(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "b.db")
    with serving(federation(sample_items(1, 3), per_page=3)) as portal:
        crawl(portal, tmp_path)
    (path,) = files(tmp_path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    path.write_bytes(data)
    recipes = Recipes({}, {})
    first = Reextraction(store, recipes, asked="x")
    first.begin()
    (part,) = ranges_of(path)
    first.store_range(read_range(part, recipes))
    second = Reextraction(store, recipes, asked="x")
    second.begin()

    assert second.left([part]) == []
    assert second.damaged == first.damaged == 1
    store.close()


def test_a_reader_that_fails_is_no_good_end(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 2), per_page=2)) as portal:
        crawl(portal, tmp_path)
    done = reextract(tmp_path, "-s", "SPIDER_MODULES=tests.archive.broken")

    assert done.code == 17
    assert done.err.splitlines()[-1].startswith("error: the reader failed on ")
    assert rows(tmp_path / "b.db", "SELECT verdict FROM runs") == [{"verdict": "crashed"}]


def test_a_reading_that_was_cut_off_before_a_payload_reads_the_revisit_again(
    tmp_path: Path,
) -> None:
    page = page_of(1)
    path = tmp_path / "a.warc.gz"
    writer = ArchiveWriter(path, started_at=AT)
    writer.write(page, earlier=RevisitTarget(page.url, utc(AT), "sha1:NOWHERE"))
    writer.close()
    store = Store.open(tmp_path / "b.db")
    recipes = Recipes({"haiphong": Recipe("haiphong")}, {"congdoanhaiphong.vn": "haiphong"})
    first = Reextraction(store, recipes, asked="x")
    (part,) = ranges_of(path)
    first.store_range(read_range(part, recipes))

    assert Reextraction(store, recipes, asked="x").left([part]) == [part]
    store.close()


def test_a_list_stays_a_list_when_it_is_read_again(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 8), per_page=4)) as portal:
        crawl(portal, tmp_path)
    lists = "SELECT count(*) AS n FROM pages WHERE showed = 'list'"
    before = rows(tmp_path / "a.db", lists)
    reextract(tmp_path, database="a.db")

    assert rows(tmp_path / "a.db", lists) == before == [{"n": 2}]


def test_an_edit_and_its_undoing_come_back_as_three_texts(tmp_path: Path) -> None:
    items = sample_items(1, 2)
    with serving(federation(items, per_page=2)) as portal:
        crawl(portal, tmp_path)
        original = portal.pages[items[0].url]
        edit(portal, items[0])
        crawl(portal, tmp_path, "-a", "revisit=all")
        portal.pages[items[0].url] = original
        crawl(portal, tmp_path, "-a", "revisit=all")
    reextract(tmp_path)

    crawled = content(tmp_path / "a.db")
    assert len(crawled["revisions"]) == 4
    assert without(content(tmp_path / "b.db"), OWN) == without(crawled, OWN)


def test_a_check_makes_no_database(tmp_path: Path) -> None:
    with serving({LIST: Answer(b"")}) as portal:
        crawl(portal, tmp_path)
    done = archive(tmp_path, "check", database="typo.db")

    assert done.code == 15
    assert not (tmp_path / "typo.db").exists()


@pytest.mark.parametrize("words", [("--jobs", "0"), ("--portal", "nobody"), ("nofile",)])
def test_what_cannot_be_read_again_is_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = reextract(tmp_path, *words)

    assert (done.code, done.err.count("\n")) == (2, 1)
