"""Copies of a database that is being written: each whole, as of one moment."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from portals.errors import StorageError
from portals.store.database import Store
from portals.store.snapshot import snapshot
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
    (tmp_path / "copy.db").write_bytes(b"old")
    size = snapshot(tmp_path / "a.db", tmp_path / "copy.db")

    assert size == (tmp_path / "copy.db").stat().st_size > 1000
    assert [p.name for p in tmp_path.iterdir() if "copy" in p.name] == ["copy.db"]


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
