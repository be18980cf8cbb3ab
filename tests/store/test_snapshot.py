"""Copies of a database that is being written: each whole, as of one moment."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from portals.errors import StorageError
from portals.store.database import Store
from portals.store.snapshot import dated, remove_older, snapshot
from tests.support.commands import scrapy
from tests.support.project import PROJECT

_WRITER = """
import sys
from datetime import UTC, datetime
from portals.article import Article, Image
from portals.contract import normalise
from portals.store.database import Store
from tests.support.pages.prose import stories
store = Store.open(sys.argv[1])
run_id = store.runs.start_run("ldtd", datetime.now(UTC))
print("ready", flush=True)
for story in stories(10**6):
    item = Article(
        portal="ldtd", url=f"http://x.vn/{story.number}", title=story.title,
        body=". ".join(story.paragraphs), fetched_at=datetime.now(UTC),
        images=[Image(f"http://x.vn/{story.number}.jpg")],
    )
    store.articles.save(normalise(item), run_id)
"""


def half_written(connection: sqlite3.Connection) -> int:
    """Count articles that lack what is written with them."""
    sql = """
        SELECT count(*) FROM articles a
        WHERE NOT EXISTS (SELECT 1 FROM revisions WHERE article_id = a.id)
            OR NOT EXISTS (SELECT 1 FROM sightings WHERE article_id = a.id)
            OR NOT EXISTS (SELECT 1 FROM images WHERE article_id = a.id)
    """
    return int(connection.execute(sql).fetchone()[0])


@pytest.mark.parametrize("copies", [10, pytest.param(50, marks=pytest.mark.nightly)])
def test_copies_under_load_are_whole(tmp_path: Path, copies: int) -> None:
    database = tmp_path / "a.db"
    Store.open(database).close()
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(database)], cwd=PROJECT, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout
        writer.stdout.readline()
        sizes = []
        for number in range(copies):
            target = tmp_path / f"copy-{number}.db"
            snapshot(database, target)
            with closing(sqlite3.connect(target)) as copy:
                assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert copy.execute("PRAGMA foreign_key_check").fetchall() == []
                assert half_written(copy) == 0
                sizes.append(copy.execute("SELECT count(*) FROM articles").fetchone()[0])
            target.unlink()
        writer.kill()

    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0], "it was written meanwhile"


def test_a_copy_is_one_file_and_replaces_the_one_before(tmp_path: Path) -> None:
    Store.open(tmp_path / "a.db").close()
    snapshot(tmp_path / "a.db", tmp_path / "copy.db")
    size = snapshot(tmp_path / "a.db", tmp_path / "copy.db")

    assert size == (tmp_path / "copy.db").stat().st_size > 1000
    assert [p.name for p in tmp_path.iterdir() if "copy" in p.name] == ["copy.db"]


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE notes (text)")


@pytest.mark.parametrize("write", [lambda path: path.write_text("# Ours\n"), _foreign])
def test_a_file_that_is_no_copy_is_not_replaced(
    tmp_path: Path, write: Callable[[Path], object]
) -> None:
    Store.open(tmp_path / "a.db").close()
    target = tmp_path / "README.md"
    write(target)
    before = target.read_bytes()
    with pytest.raises(StorageError, match="not replaced; give another name"):
        snapshot(tmp_path / "a.db", target)

    assert target.read_bytes() == before


def test_a_log_of_an_earlier_copy_does_not_spoil_the_new_one(tmp_path: Path) -> None:
    Store.open(tmp_path / "a.db").close()
    snapshot(tmp_path / "a.db", tmp_path / "copy.db")
    code = "import os, sys; from portals.store.database import Store; from datetime import *;"
    code += "s = Store.open(sys.argv[1]); s.runs.start_run('x', datetime.now(UTC)); os._exit(0)"
    subprocess.run([sys.executable, "-c", code, tmp_path / "copy.db"], cwd=PROJECT, check=True)
    assert (tmp_path / "copy.db-wal").stat().st_size > 0
    snapshot(tmp_path / "a.db", tmp_path / "copy.db")

    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("SELECT count(*) FROM runs").fetchone() == (0,)


@pytest.mark.parametrize("target", [".", "a.db", "nowhere/file/copy.db"])
def test_what_cannot_be_copied_leaves_everything_as_it_was(tmp_path: Path, target: str) -> None:
    Store.open(tmp_path / "a.db").close()
    (tmp_path / "nowhere").mkdir()
    (tmp_path / "nowhere" / "file").write_bytes(b"")
    with pytest.raises(StorageError):
        snapshot(tmp_path / "a.db", tmp_path / target)

    Store.open(tmp_path / "a.db").close()
    assert [p.name for p in tmp_path.rglob("*.part*")] == []


def test_a_database_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="there is no database"):
        snapshot(tmp_path / "a.db", tmp_path / "b.db")


def test_of_dated_copies_the_newest_are_kept_and_no_other_file_is_touched(tmp_path: Path) -> None:
    target = tmp_path / "articles.db"
    days = [date(2029, 12, 30) + timedelta(weeks=week) for week in range(5)]
    copies = [dated(target, day) for day in days]
    others = ["articles.db", "articles-2029.db", "articles-2029-01-01.db.bak", "b-2029-01-01.db"]
    for path in (*copies, *(tmp_path / name for name in others)):
        path.write_text("")

    assert copies[1].name == "articles-2030-01-06.db"
    assert remove_older(target, 3, days[-1]) == [copies[1], copies[0]]
    assert {path.name for path in tmp_path.iterdir()} == {
        *others, *(path.name for path in copies[2:]),
    }  # fmt: skip


@pytest.mark.parametrize("today", [date(2030, 1, 6), date(1970, 1, 1)])
def test_copies_of_days_to_come_do_not_count_and_stay(tmp_path: Path, today: date) -> None:
    target = tmp_path / "articles.db"
    days = [today - timedelta(weeks=1), today, date(2039, 1, 1), date(2040, 1, 1)]
    for day in days:
        dated(target, day).write_text("")

    assert remove_older(target, 1, today) == [dated(target, days[0])]
    assert {path.name for path in tmp_path.iterdir()} == {
        dated(target, day).name for day in days[1:]
    }


def test_a_snapshot_with_keep_is_dated_and_removes_the_oldest(tmp_path: Path) -> None:
    Store.open(tmp_path / "a.db").close()
    old = tmp_path / "copies" / "c-2020-01-01.db"
    old.parent.mkdir()
    old.write_text("")
    options = ("-s", f"DATABASE={tmp_path / 'a.db'}", "-s", "MIN_FREE_DISK=0")
    done = scrapy("snapshot", "--keep", "1", old.parent / "c.db", *options)
    wrong = scrapy("snapshot", "--keep", "0", old.parent / "c.db", *options)

    assert (done.code, done.err) == (0, "")
    (copy,) = old.parent.iterdir()
    assert re.fullmatch(r"c-20\d\d-\d\d-\d\d\.db", copy.name)
    assert done.out == f"{copy}: {copy.stat().st_size} bytes\n{old}: removed\n"
    assert wrong.code == 2


@pytest.mark.parametrize(
    ("statement", "message"),
    [("VACUUM", "is empty"), ("CREATE TABLE moz_places (id)", "another program")],
)
def test_nothing_but_a_database_of_ours_is_copied(
    tmp_path: Path, statement: str, message: str
) -> None:
    database = tmp_path / "a.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(statement)
    with pytest.raises(StorageError, match=message):
        snapshot(database, tmp_path / "copy.db")

    assert [path.name for path in tmp_path.iterdir()] == ["a.db"]


def test_a_database_of_a_newer_release_is_copied(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    Store.open(database).close()
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA user_version = 99")

    assert snapshot(database, tmp_path / "copy.db") > 0
