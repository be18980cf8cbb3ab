"""The search index is rebuilt beside crawls that write, whatever its state was."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portals.article import Article
from portals.contract import normalise
from portals.store import search_rebuild
from portals.store.database import Store
from portals.store.search import FORMS, SearchQuery, faults, search
from portals.store.search_rebuild import rebuild
from portals.store.similar import queue_length, update
from portals.store.snapshot import snapshot
from portals.store.write_failures import readers, write_failure, writers
from tests.support.commands import scrapy

NOW = datetime(2025, 3, 1, 5, tzinfo=UTC)
ARTICLES = 25


def article(number: int, body: str = "") -> Article:
    return normalise(
        Article(
            portal="ldtd",
            url=f"http://x.vn/{number}",
            title=f"Bài số {number} của công đoàn",
            body=body or f"Đoàn viên thứ {number} nhận quà Tết từ tổ {number % 7}.",
            fetched_at=NOW,
        )
    )


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(search_rebuild, "_BATCH", 5)
    opened = Store.open(tmp_path / "a.db")
    run_id = opened.runs.start_run("ldtd", NOW)
    for number in range(1, ARTICLES + 1):
        opened.articles.save(article(number), run_id)
    yield opened
    opened.close()


@pytest.fixture
def other(store: Store, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Return a connection that waits for no lock."""
    assert store.db.conn
    with closing(sqlite3.connect(tmp_path / "a.db", timeout=0, isolation_level=None)) as found:
        found.execute("PRAGMA foreign_keys = ON")
        yield found


def tables(store: Store) -> list[tuple[str, str]]:
    found = store.db.execute(
        "SELECT name, replace(replace(sql, '\"', ''), '''', '') FROM sqlite_schema ORDER BY name"
    ).fetchall()
    return [(name, sql) for name, sql in found if not name.startswith("sqlite_")]


def test_others_can_write_between_the_batches(store: Store, other: sqlite3.Connection) -> None:
    writes = []

    def write() -> None:
        other.execute("UPDATE runs SET requests = requests + 1")
        writes.append(1)

    before = tables(store)
    counts = list(rebuild(store.db.conn, write))

    assert counts == [5] * (ARTICLES // 5)
    assert len(writes) == len(counts)
    assert faults(store.db.conn) == []
    assert tables(store) == before


def test_what_changes_meanwhile_is_indexed_as_it_is_at_the_end(
    store: Store, tmp_path: Path
) -> None:
    with closing(Store.open(tmp_path / "a.db")) as crawl:
        steps = iter(range(100))

        def change() -> None:
            step = next(steps)
            changed = article(2 + 6 * step, f"Nội dung sửa lần {step}.")  # indexed, and not yet
            changed.fetched_at = NOW.replace(day=2 + step)
            crawl.articles.save(changed, 1)
            crawl.articles.save(article(100 + step), 1)
            copied = article(3 + 5 * (step % 4))
            copied.url, copied.title = "http://y.vn/ban-sao", f"Nhan đề của bản sao {step}"
            crawl.articles.save(copied, 1)
            crawl.db.execute("DELETE FROM sightings WHERE article_id = ?", [ARTICLES - step])

        assert sum(rebuild(store.db.conn, change)) >= ARTICLES - 5

    assert next(steps) > 3
    assert faults(store.db.conn) == []
    assert search(store.db.conn, SearchQuery("nhan de cua ban sao"))
    found = search(store.db.conn, SearchQuery("noi dung sua"))
    assert {one.url for one in found} >= {"http://x.vn/2", "http://x.vn/8"}


def test_an_interrupted_rebuild_leaves_a_search_that_works(store: Store, tmp_path: Path) -> None:
    before = tables(store)
    for interrupted in (rebuild(store.db.conn), rebuild(store.db.conn)):
        next(interrupted)
        interrupted.close()
    store.articles.save(article(77), 1)
    assert faults(store.db.conn) == []
    assert len(search(store.db.conn, SearchQuery("bai so 77"))) == 1

    done = scrapy("search", "--rebuild", "-s", f"DATABASE={tmp_path / 'a.db'}")
    assert (done.code, done.out) == (0, f"{ARTICLES + 1} articles indexed\n")
    assert faults(store.db.conn) == []
    assert tables(store) == before


DAMAGE = {
    "words": "UPDATE search_folded_data SET block = x'00' WHERE id > 10",
    "structure": "DELETE FROM search_exact_data WHERE id = 10",
    "no data": "DROP TABLE search_folded_data",
    "no configuration": "DROP TABLE search_folded_config",
    "wrong configuration": "UPDATE search_folded_config SET v = 99 WHERE k = 'version'",
    "sizes": "DELETE FROM search_exact_docsize",
    "other words": "UPDATE articles SET body = 'khác'",
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_index_is_rebuilt(store: Store, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.db"
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(DAMAGE[kind])
        connection.commit()
    with closing(Store.open(path)) as again:
        assert faults(again.db.conn)
        assert sum(rebuild(again.db.conn)) == ARTICLES

        assert faults(again.db.conn) == []
        again.articles.save(article(500), 1)
    snapshot(path, tmp_path / "copy.db")


@pytest.mark.parametrize("shadow", ["data", "idx", "docsize"])
def test_a_damaged_page_of_the_index_is_mended(store: Store, tmp_path: Path, shadow: str) -> None:
    path = tmp_path / "a.db"
    (root,) = store.db.execute(
        f"SELECT rootpage FROM sqlite_schema WHERE name = 'search_folded_{shadow}'"
    ).fetchone()
    (size,) = store.db.execute("PRAGMA page_size").fetchone()
    store.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xa5" * size)
    with closing(Store.open(path)) as again:
        assert sum(rebuild(again.db.conn)) == ARTICLES
        assert faults(again.db.conn) == []
    snapshot(path, tmp_path / "copy.db")


def test_near_duplicates_are_compared_in_batches_too(
    store: Store, other: sqlite3.Connection
) -> None:
    writes = []

    def write() -> None:
        other.execute("UPDATE runs SET requests = requests + 1")
        writes.append(1)

    assert sum(update(store, write)) == ARTICLES
    assert writes
    assert queue_length(store) == 0


def test_both_forms_are_rebuilt() -> None:
    assert list(FORMS) == ["exact", "folded"]


# --- the words of a write that failed ------------------------------------------------------------

_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute(sys.argv[2])
connection.execute("SELECT count(*) FROM runs").fetchone()
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize(("kind", "begin"), [("writer", "BEGIN IMMEDIATE"), ("reader", "BEGIN")])
def test_the_process_that_holds_a_lock_is_named(
    other: sqlite3.Connection, tmp_path: Path, kind: str, begin: str
) -> None:
    path, script = tmp_path / "a.db", tmp_path / "holder.py"
    script.write_text(_HOLD, "utf-8")
    with subprocess.Popen(
        [sys.executable, script, path, begin, "--token=secret"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout
        holder.stdout.readline()
        name = f"holder.py (process {holder.pid})"
        if kind == "writer":
            with pytest.raises(sqlite3.OperationalError) as caught:
                other.execute("UPDATE runs SET requests = 1")
            assert write_failure(caught.value, path) == (
                f"the database is locked by {name}; wait for its end, then run again"
            )
            assert writers(path) == [name]
        else:
            assert readers(path) == [name]
            assert writers(path) == []
        holder.communicate()
    assert writers(path) == readers(path) == []


def test_a_full_disk_a_damaged_index_and_a_damaged_database_have_other_words(
    store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "a.db"
    store.db.execute("PRAGMA max_page_count = 1")
    with pytest.raises(sqlite3.Error) as full:
        store.db.execute("INSERT INTO rejects VALUES (?, 'a', 'b', NULL, '', 1, '')", ["x" * 9**5])
    store.db.execute("PRAGMA max_page_count = 1000000")
    store.db.execute("UPDATE search_folded_data SET block = x'00' WHERE id > 10")
    with pytest.raises(sqlite3.Error) as index:
        store.db.execute("SELECT * FROM search_folded WHERE search_folded MATCH 'doan'").fetchall()

    assert write_failure(full.value, path).startswith("the disk is full")
    assert "search --rebuild" in write_failure(index.value, path)
    assert write_failure(OSError(28, "No space left"), path).startswith("the disk is full")
    assert "permissions" in write_failure(OSError(13, "Permission denied"), path)
