"""Databases of every earlier release: brought up to date whole, or left as they were."""

from __future__ import annotations

import multiprocessing
import re
import sqlite3
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from portals.errors import StorageError
from portals.language.text import HASH_VERSION
from portals.outcomes import REJECT_RULES, RejectCode
from portals.store.database import VERSION, Store
from portals.store.identity import OlderDatabaseError
from portals.store.migrations import RENAMED, migrations
from portals.store.portal_lock import PortalLock
from portals.store.search import FORMS_1, SearchQuery, faults, index, search
from portals.store.similar import queue_length, update
from portals.store.upgrade import REEXTRACTION
from tests.support.database import rows
from tests.support.kills import SIGKILLED, kill_at
from tests.support.project import SAMPLE
from tests.support.variants import some, some_rows

NAMES = [migration.name for migration in migrations.pending(Database(memory=True))]
LANDMARKS = (1, 3, 6, 12, VERSION - 1)
"""Versions whose data every run looks at in full: before and after tables were renamed."""
SEARCHED_FROM = 5  # version
RENAMED_FROM = 7
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


UPGRADED = {**KEPT, "articles": {**KEPT["articles"], "hash_version": HASH_VERSION}}

LATER: dict[str, tuple[int, dict[str, Any]]] = {
    "shapes": (1, {
        "portal": "haiphong", "shape": "/{slug}-{n}.html", "kind": "article", "pages_read": 9,
        "articles": 8, "listings": 1, "example": "http://x.vn/a-1.html", "learnt_at": SEEN,
        "run_id": 1,
    }),
    "learnt_themes": (2, {
        "portal": "haiphong", "theme": '{"title": "h1"}', "taught_by": '["http://x.vn/a-1.html"]',
        "learnt_at": SEEN, "run_id": 1,
    }),
    "frontier": (3, {
        "id": 4, "portal": "haiphong", "key": "/c", "url": "http://x.vn/c", "request": "{}",
        "priority": 2, "state": "pending", "attempts": 1, "others": '["http://x.vn/C"]',
    }),
    "explored": (3, {"id": 5, "portal": "haiphong", "url": "http://x.vn/d", "page": "[1]"}),
    "visits": (3, {
        "portal": "haiphong", "key": "/a-1.html", "url": "http://x.vn/a-1.html", "kind": "listing",
        "status": 200, "first_fetched_at": SEEN, "fetched_at": SEEN, "etag": '"e"',
        "last_modified": "Mon", "fingerprint": "f", "items": 12, "truthful": -1,
        "next_visit_at": SEEN,
    }),
    "sections": (3, {
        "portal": "haiphong", "section": "/tin", "walk_began_at": SEEN, "walked_at": SEEN,
        "stopped": "repeats an earlier page", "run_id": 1,
    }),
    "list_pages": (3, {
        "portal": "haiphong", "section": "/tin", "number": 2, "url": "http://x.vn/tin?p=2",
        "state": "failed", "items": 11, "at": SEEN, "run_id": 1,
    }),
    "portals": (4, {
        "name": "haiphong", "title": "Hải Phòng", "kind": "federation", "home": "http://x.vn",
        "system": "danaweb", "state": "live",
    }),
    "readings": (4, {"path": "/a.warc.gz", "start": 7, "asked": "[]", "damaged": 3}),
    "bands": (5, {"month": 24292, "band": -5, "article_id": 7}),
    "left_alone": (6, {
        "portal": "haiphong", "rule": "calendar", "addresses": 6, "example": "http://x.vn/2099",
        "at": SEEN, "run_id": 1,
    }),
}  # fmt: skip
"""A row of every table of which a name changed since, and the version that the table is from."""

REFILLED = {"portals"}  # at every opening, from the catalogue
COLUMNS_RENAMED_BESIDE = {
    "frontier": {"others": "alternate_urls"},
    "portals": {"home": "home_url", "system": "cms"},
}


def named_in(version: int, table: str, row: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return a table and its row under the names that they have in a version."""
    if version < RENAMED_FROM:
        return table, row
    new, columns = RENAMED.get(table, (table, COLUMNS_RENAMED_BESIDE.get(table, {})))
    return new, {columns.get(name, name): value for name, value in row.items()}


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
            texts = [str(KEPT["articles"]["title"]), None, str(KEPT["articles"]["body"])]
            index(connection, 7, texts, FORMS_1)
            queue, waiting = named_in(version, "uncompared", {"article_id": KEPT["articles"]["id"]})
            db.table(queue).insert(waiting)
        for old, (since, row_of_old) in LATER.items():
            if version >= since:
                table, row = named_in(version, old, row_of_old)
                db.table(table).insert(row)


def kept(path: Path) -> dict[str, list[dict[str, Any]]]:
    return {
        table: [
            {name: found[name] for name in row} for found in rows(path, f"SELECT * FROM {table}")
        ]
        for table, row in KEPT.items()
    }


def test_every_version_is_known() -> None:
    assert VERSION == len(NAMES) == 31


@pytest.mark.parametrize("version", some(range(1, VERSION), [*LANDMARKS, VERSION - 1]))
def test_an_earlier_database_is_brought_up_to_date_with_its_data(
    tmp_path: Path, version: int
) -> None:
    path = tmp_path / "a.db"
    old_database(path, version)
    store = Store.open(path)
    found = search(store.db.conn, SearchQuery("lien doan"))

    assert store.db.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert kept(path) == {table: [row] for table, row in UPGRADED.items()}
    assert [one.article_id for one in found] == [7]
    assert faults(store.db.conn) == []
    assert (queue_length(store), sum(update(store))) == (1, 1)
    assert store.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert store.db.execute("PRAGMA foreign_key_check").fetchall() == []
    store.close()


@pytest.mark.parametrize("version", range(1, VERSION))
def test_readers_leave_it_as_it_is(tmp_path: Path, version: int) -> None:
    path = tmp_path / "a.db"
    old_database(path, version)
    with pytest.raises(OlderDatabaseError, match="scrapy migrate"):
        Store.open_to_read(path)

    assert rows(path, "PRAGMA user_version") == [{"user_version": version}]
    assert not list(tmp_path.glob("*.bak"))


STATEMENTS = [
    (1, "CREATE TABLE learnt_themes"),
    (3, "CREATE TABLE pages"),
    (3, "CREATE VIEW lineage"),
    (4, "CREATE TABLE bands"),
    (4, "CREATE VIEW withdrawn"),
    (6, "ALTER TABLE list_pages RENAME TO"),
    (6, "ALTER TABLE page_visits RENAME COLUMN"),
    (6, "CREATE VIEW list_pages"),
    (6, "CREATE VIEW visits"),
    (6, "ALTER TABLE rejects ADD COLUMN"),
]


@pytest.mark.parametrize(("version", "statement"), some_rows(STATEMENTS, [0, 3, 6, 9]))
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
    assert kept(path) == {table: [row] for table, row in UPGRADED.items()}
    assert not wrong_renamed(path, version)


# --- the renaming --------------------------------------------------------------------------------


def wrong_renamed(path: Path, version: int) -> list[str]:
    """Return the tables that do not have their old row under its new names."""
    wrong = []
    for old, (since, row) in LATER.items():
        if version < since or old in REFILLED:
            continue
        new, expected = named_in(RENAMED_FROM, old, row)
        (found,) = rows(path, f"SELECT * FROM {new}")
        if {name: found[name] for name in expected} != expected:
            wrong.append(f"{new}: {found}")
    return wrong


@pytest.mark.parametrize("version", some(range(1, VERSION), LANDMARKS))
def test_every_renamed_table_and_column_has_its_data(tmp_path: Path, version: int) -> None:
    path = tmp_path / "a.db"
    old_database(path, version)
    Store.open(path).close()

    assert wrong_renamed(path, version) == []


def test_the_rows_of_the_test_are_of_every_table_that_was_renamed() -> None:
    assert set(RENAMED) - set(LATER) == {"uncompared"}
    for old, (_, columns) in RENAMED.items():
        assert old == "uncompared" or columns.keys() - {"stopped"} <= LATER[old][1].keys()


def test_codes_are_filled_in_for_the_sentences_of_earlier_releases(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    old_database(path, 6)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE list_pages SET stopped = 'a page failed'")
        connection.executemany(
            "INSERT INTO rejects VALUES (?, ?, ?, NULL, '2024', 1)",
            [
                (f"/{n}", rule.stage, re.sub(r"\{\w+\}", "7", rule.message))
                for n, rule in enumerate(REJECT_RULES.values())
            ],
        )
        connection.execute("INSERT INTO rejects VALUES ('/', 'fetch', 'lạ', NULL, '2024', 1)")
        connection.commit()
    Store.open(path).close()

    assert rows(path, "SELECT stop_code FROM listing_pages") == [{"stop_code": "page_failed"}]
    assert rows(path, "SELECT stop_code FROM listings") == [{"stop_code": "repeats"}]
    assert rows(path, "SELECT code FROM rejects WHERE url = '/'") == [{"code": None}]
    found = {row["url"]: row["code"] for row in rows(path, "SELECT url, code FROM rejects")}
    for n, (code, rule) in enumerate(REJECT_RULES.items()):
        if rule.message != "{error}":  # any sentence at all
            assert REJECT_RULES[RejectCode(found[f"/{n}"])].message == rule.message, code


@pytest.mark.parametrize("old", sorted(RENAMED))
def test_an_old_name_answers_with_the_old_columns_and_cannot_be_written(
    tmp_path: Path, old: str
) -> None:
    path = tmp_path / "a.db"
    old_database(path, 6)
    before = rows(path, f"SELECT * FROM {old}")
    Store.open(path).close()

    assert rows(path, f"SELECT * FROM {old}") == before
    assert len(before) == 1
    name = next(iter(before[0]))
    with closing(sqlite3.connect(path)) as connection:
        for statement in (
            f"INSERT INTO {old} ({name}) VALUES (1)", f"UPDATE {old} SET {name} = {name}",
            f"DELETE FROM {old}",
        ):  # fmt: skip
            with pytest.raises(sqlite3.OperationalError, match="is a view"):
                connection.execute(statement)


@pytest.mark.parametrize("version", some(range(1, VERSION), LANDMARKS))
def test_the_copy_has_the_old_version_and_rows(tmp_path: Path, version: int) -> None:
    path = tmp_path / "a.db"
    old_database(path, version)
    schema = rows(path, "SELECT name, sql FROM sqlite_schema ORDER BY name")
    before = {
        table: rows(path, f"SELECT * FROM {table}")
        for table in (*KEPT, *(table for table, (since, _) in LATER.items() if version >= since))
    }
    Store.open(path).close()
    copy = tmp_path / f"a.db.schema{version}.bak"

    assert rows(copy, "PRAGMA user_version") == [{"user_version": version}]
    assert rows(copy, "PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    assert rows(copy, "SELECT name, sql FROM sqlite_schema ORDER BY name") == schema
    assert {table: rows(copy, f"SELECT * FROM {table}") for table in before} == before


def test_the_copy_can_be_opened_and_brought_up_to_date_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    old_database(path, 6)
    Store.open(path).close()
    Store.open(tmp_path / "a.db.schema6.bak").close()

    assert kept(tmp_path / "a.db.schema6.bak") == kept(path)


@pytest.mark.parametrize("name", ["haiphong", REEXTRACTION])
def test_a_database_in_use_is_not_brought_up_to_date(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.db"
    old_database(path, 6)
    schema = rows(path, "SELECT name, sql FROM sqlite_schema ORDER BY name")
    with PortalLock(path, name).hold(), pytest.raises(StorageError) as caught:
        Store.open(path)

    assert "\n" not in str(caught.value)
    assert "still in use" in str(caught.value)
    assert rows(path, "SELECT name, sql FROM sqlite_schema ORDER BY name") == schema
    assert rows(path, "PRAGMA user_version") == [{"user_version": 6}]
    assert not list(tmp_path.glob("*.bak"))
    Store.open(path).close()


def opened_version(path: Path) -> int:
    store = Store.open(path)
    version: int = store.db.execute("PRAGMA user_version").fetchone()[0]
    store.close()
    return version


def test_processes_that_open_an_old_database_at_once_all_can(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    old_database(path, 6)
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as pool:
        futures = [pool.submit(opened_version, path) for _ in range(3)]

        assert [future.result() for future in futures] == [VERSION] * 3
    assert kept(path) == {table: [row] for table, row in UPGRADED.items()}
