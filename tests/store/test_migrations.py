"""Databases of every earlier release: brought up to date whole, or left as they were."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from portals.store.database import VERSION, Store
from portals.store.migrations import migrations
from portals.store.search import SearchQuery, faults, reindex, search
from portals.store.similar import queue_length, update
from tests.support.database import rows
from tests.support.kills import SIGKILLED, kill_at
from tests.support.project import SAMPLE

NAMES = [migration.name for migration in migrations.pending(Database(memory=True))]
SEARCHED_FROM = 5  # version
SEEN = "2024-05-01T01:00:00+00:00"
KEPT = {
    "articles": {
        "id": 7, "content_hash": "h", "hash_version": 1, "portal": "haiphong",
        "url": "http://x.vn/a-1.html", "external_id": "1", "title": "Liên đoàn Lao động họp",
        "body": "Công đoàn cơ sở họp bàn việc chăm lo Tết.", "author": "Lan Anh",
        "published_at": "2024-04-30T00:00:00+07:00", "published_precision": "day",
        "language": "vi", "word_count": 10, "provenance": "{}", "first_seen_at": SEEN,
        "last_seen_at": SEEN, "run_id": 1,
    },
    "revisions": {
        "id": 3, "article_id": 7, "content_hash": "h", "title": "Liên đoàn Lao động họp",
        "body": "Công đoàn cơ sở họp bàn việc chăm lo Tết.", "seen_at": SEEN, "run_id": 1,
    },
    "sightings": {
        "url": "http://x.vn/a-1.html", "article_id": 7, "portal": "haiphong", "external_id": "1",
        "content_hash": "h", "title": "Liên đoàn Lao động họp", "first_seen_at": SEEN,
        "last_seen_at": SEEN,
    },
    "rejects": {
        "url": "http://x.vn/b.html", "stage": "fetch", "reason": "the portal answered 404",
        "at": SEEN, "run_id": 1,
    },
}  # fmt: skip


def old_database(path: Path, version: int) -> None:
    """Make a database of an earlier schema version that holds a little of everything."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        db = Database(connection)
        migrations.apply(db, stop_before=NAMES[version])
        connection.execute(f"PRAGMA user_version = {version}")
        run = {"id": 1, "portal": "haiphong", "started_at": SEEN, "verdict": "ok"}
        for table, row in {"runs": run, **KEPT}.items():
            db.table(table).insert(row)
        if version >= SEARCHED_FROM:  # then saving an article did this
            reindex(connection)
            db.table("uncompared").insert({"article_id": KEPT["articles"]["id"]})


def kept(path: Path) -> dict[str, list[dict[str, Any]]]:
    return {
        table: [
            {name: found[name] for name in row} for found in rows(path, f"SELECT * FROM {table}")
        ]
        for table, row in KEPT.items()
    }


def test_every_version_is_known() -> None:
    assert VERSION == len(NAMES) == 7


@pytest.mark.parametrize("version", range(1, VERSION))
def test_an_earlier_database_is_brought_up_to_date_with_its_data(
    tmp_path: Path, version: int
) -> None:
    path = tmp_path / "a.db"
    old_database(path, version)
    store = Store.open(path)
    found = search(store.db.conn, SearchQuery("lien doan"))

    assert store.db.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert kept(path) == {table: [row] for table, row in KEPT.items()}
    assert [one.article_id for one in found] == [7]
    assert faults(store.db.conn) == []
    assert (queue_length(store), sum(update(store))) == (1, 1)
    assert store.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert store.db.execute("PRAGMA foreign_key_check").fetchall() == []
    store.close()


@pytest.mark.parametrize("version", range(1, VERSION))
def test_readers_bring_it_up_to_date_too(tmp_path: Path, version: int) -> None:
    path = tmp_path / "a.db"
    old_database(path, version)
    store = Store.open_to_read(path)

    assert store.db.execute("SELECT count(*) FROM v_articles").fetchone() == (1,)
    store.close()


@pytest.mark.parametrize(
    ("version", "statement"),
    [(1, "CREATE TABLE learnt_themes"), (3, "CREATE TABLE pages"), (3, "CREATE VIEW lineage"),
     (4, "CREATE TABLE bands"), (4, "CREATE VIEW withdrawn")],
)  # fmt: skip
def test_a_migration_that_is_killed_leaves_it_as_it_was(
    tmp_path: Path, version: int, statement: str
) -> None:
    path = tmp_path / "a.db"
    old_database(path, version)
    schema = "SELECT name, sql FROM sqlite_schema ORDER BY name"
    before = rows(path, schema)
    words = ("reextract", str(SAMPLE), "--jobs", "1", "-s", f"DATABASE={path}")
    assert kill_at(words, "in a migration", f"^{statement}") == SIGKILLED

    assert rows(path, schema) == before
    assert rows(path, "PRAGMA user_version") == [{"user_version": version}]
    Store.open(path).close()
    assert kept(path) == {table: [row] for table, row in KEPT.items()}
