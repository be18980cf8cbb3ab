"""Damage is found before a copy replaces a good one, and by ``scrapy verify``."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portals.article import Article
from portals.contract import normalise
from portals.errors import StorageError
from portals.store.database import Store
from portals.store.integrity import Part, content_faults, structural_faults
from portals.store.snapshot import DamagedDatabaseError, snapshot
from tests.support.commands import scrapy
from tests.support.database import rows
from tests.support.pages.prose import stories
from tests.support.processes import Done
from tests.support.variants import some

ARTICLES = 40


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "a.db"
    store = Store.open(path)
    run_id = store.runs.start_run("ldtd", datetime.now(UTC))
    for story in stories(ARTICLES):
        item = Article(
            portal="ldtd",
            url=f"http://x.vn/{story.number}",
            title=story.title,
            body=". ".join(story.paragraphs),
            fetched_at=datetime.now(UTC),
        )
        store.articles.save(normalise(item), run_id)
    store.close()
    return path


def damage_a_page(path: Path) -> None:
    """Overwrite the first page of the table of revisions."""
    with closing(sqlite3.connect(path)) as connection:
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'revisions'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xa5" * size)


def damage_an_index(path: Path) -> None:
    """Write rows without their entries in an index, as a torn write leaves them."""
    chosen = "FROM sqlite_schema WHERE name = 'articles_by_date'"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        index = connection.execute(f"SELECT * {chosen}").fetchone()
        connection.execute(f"DELETE {chosen}")
        connection.commit()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE articles SET published_at = '2031-01-01T00:00:00+07:00'")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", index)
        connection.commit()


def damage_the_search_index(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM search_folded_docsize WHERE id = 3")
        connection.execute("UPDATE search_folded_data SET block = x'00' WHERE id > 10")
        connection.commit()


DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "page": (damage_a_page, "restore"),
    "index": (damage_an_index, "restore"),
    "search index": (damage_the_search_index, "search --rebuild"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_database_does_not_replace_a_good_copy(
    database: Path, tmp_path: Path, kind: str
) -> None:
    damage, remedy = DAMAGE[kind]
    copy = tmp_path / "copy.db"
    snapshot(database, copy)
    before = copy.read_bytes()
    damage(database)
    with pytest.raises(DamagedDatabaseError, match=remedy):
        snapshot(database, copy)

    assert copy.read_bytes() == before
    assert not list(tmp_path.glob(".*part*"))


def test_the_command_ends_with_the_code_of_storage(database: Path, tmp_path: Path) -> None:
    damage_the_search_index(database)
    done = scrapy("snapshot", tmp_path / "copy.db", "-s", f"DATABASE={database}")

    assert done.code == 15
    assert done.err.count("\n") == 1
    assert not (tmp_path / "copy.db").exists()


def verify(database: Path, *more: str) -> Done:
    folder = database.parent / "archive"
    folder.mkdir(exist_ok=True)
    return scrapy("verify", "-s", f"DATABASE={database}", "-s", f"ARCHIVE_DIR={folder}", *more)


def test_verify_finds_nothing_in_a_whole_database(database: Path) -> None:
    done = verify(database)
    as_json = verify(database, "--json")

    assert (done.code, done.err) == (0, "")
    assert "are whole" in done.out
    assert (as_json.code, json.loads(as_json.out)) == (0, [])


@pytest.mark.parametrize("kind", ["index", "search index"])
def test_verify_finds_the_damage(database: Path, kind: str) -> None:
    damage, remedy = DAMAGE[kind]
    damage(database)
    done = verify(database, "--json")

    assert done.code == 15
    assert remedy in done.err
    part = "database" if kind == "index" else "search"
    assert part in {fault["part"] for fault in json.loads(done.out)}


def test_verify_finds_rows_that_disagree(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE articles SET body = 'khác' WHERE id = 2")
        connection.execute("UPDATE revisions SET article_id = 999 WHERE article_id = 3")
        connection.commit()
    done = verify(database, "--json")
    messages = [fault["message"] for fault in json.loads(done.out)]

    assert done.code == 15
    assert any("article 2 is indexed with other words" in message for message in messages)
    assert any("missing row of articles" in message for message in messages)


def test_verify_finds_a_missing_archive_and_says_so_by_another_code(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("INSERT INTO archives VALUES (1, 'archive/gone.warc.gz')")
        connection.execute(
            "INSERT INTO pages (portal, url, fetched_at, status, archive_id, offset, length,"
            " digest) VALUES ('ldtd', 'http://x.vn/1', '2024', 200, 1, 0, 9, 'sha1:X')"
        )
        connection.commit()
    done = verify(database, "--json")

    assert done.code == 10
    assert [fault["part"] for fault in json.loads(done.out)] == ["archive"]


def test_verify_does_not_make_a_database(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        Store.open_to_read(tmp_path / "a.db")

    assert verify(tmp_path / "a.db").code == 15
    assert not (tmp_path / "a.db").exists()


def test_the_sample_has_articles(database: Path) -> None:
    assert rows(database, "SELECT count(*) AS n FROM articles") == [{"n": ARTICLES}]


@pytest.mark.parametrize(
    "words",
    some(
        [("verify",), ("archive", "check"), ("archive", "prune", "--older", "1d"),
         ("forget", "--resume")],
        [("verify",)],
    ),
)  # fmt: skip
def test_a_folder_of_archives_that_is_not_there_is_not_found_whole(
    database: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = scrapy(*words, "--db", database, "--archive-dir", tmp_path / "nowhere")

    assert done.code == 2, done.out
    assert "there is no folder ARCHIVE_DIR=" in done.err
    assert "whole" not in done.out


def test_a_database_that_cannot_be_written_is_checked_but_for_what_its_index_knows(
    database: Path,
) -> None:
    with closing(Store.open(database)) as store, store.writing():
        store.db.execute("DELETE FROM articles WHERE id = 1")
    with closing(Store.open_to_read(database)) as store:
        found = [*structural_faults(store.db.conn), *content_faults(store.db.conn)]

    assert [(fault.part, fault.message) for fault in found] == [
        (Part.SEARCH, f"search_{name}: 1 indexed articles do not exist")
        for name in ("exact", "folded")
    ]
