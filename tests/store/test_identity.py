"""Whose a database is: nothing is written to one of another program or of a newer release."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlite_utils import Database

from portals.errors import StorageError
from portals.store.database import Store
from portals.store.differences import trial_copy
from portals.store.identity import (
    APPLICATION_ID,
    MIGRATION_NAMES,
    VERSION,
    ForeignDatabaseError,
    NewerDatabaseError,
    OlderDatabaseError,
)
from portals.store.migrations import migrations
from portals.store.portal_lock import PortalLock, PortalLockedError
from portals.store.upgrade import REEXTRACTION
from tests.support.commands import scrapy
from tests.support.database import rows

NOBODY = 65534


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def old_database(path: Path, version: int) -> None:
    """Make a database of an earlier schema version, without rows."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrations.apply(Database(connection), stop_before=MIGRATION_NAMES[version])
        connection.execute(f"PRAGMA user_version = {version}")


def dump(path: Path) -> tuple[str, list[dict[str, object]]]:
    with closing(sqlite3.connect(path)) as connection:
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    return mode, rows(path, "SELECT name, sql FROM sqlite_schema ORDER BY name")


FOREIGN = {
    "tables": ("CREATE TABLE moz_places (id)",),
    "version": ("PRAGMA user_version = 3",),
    "application": ("PRAGMA application_id = 77",),
    "same names": ("CREATE TABLE articles (id)", "CREATE TABLE runs (portal)"),
    "same library": (
        "CREATE TABLE _sqlite_migrations (migration_set TEXT, name TEXT, applied_at TEXT)",
        "INSERT INTO _sqlite_migrations VALUES ('other', 'm0001_first_schema', '2024')",
    ),
    "write-ahead": ("PRAGMA journal_mode = WAL", "CREATE TABLE moz_places (id)"),
}
NEWER = {
    "version": (f"PRAGMA user_version = {VERSION + 1}",),
    "migration": (
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('tin-cong-doan', 'm9999_later', '2030')",
    ),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_the_database_of_another_program_is_left_as_it_is(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "other.db"
    execute(path, *FOREIGN[kind])
    before = dump(path)
    for opening in (Store.open, Store.open_to_read):
        with pytest.raises(ForeignDatabaseError, match="another program"):
            opening(path)

    assert dump(path) == before


@pytest.mark.parametrize("kind", NEWER)
def test_a_database_of_a_newer_release_is_left_as_it_is(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.db"
    Store.open(path).close()
    execute(path, "DELETE FROM portals", *NEWER[kind])
    for opening in (Store.open, Store.open_to_read):
        with pytest.raises(NewerDatabaseError, match="install that release"):
            opening(path)

    assert rows(path, "SELECT count(*) AS n FROM portals") == [{"n": 0}]


def test_a_version_that_is_in_the_log_alone_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = Store.open(path)
    store.db.execute(f"PRAGMA user_version = {VERSION + 1}")
    header = path.read_bytes()[60:64]
    assert int.from_bytes(header, "big") != VERSION + 1, "not yet in the file"

    with pytest.raises(NewerDatabaseError):
        Store.open(path)
    store.close()


def test_the_commands_refuse_with_the_code_of_storage(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    execute(path, "CREATE TABLE moz_places (id)")
    for words in (("status",), ("search", "a"), ("similar", "--update"), ("crawl", "haiphong")):
        done = scrapy(*words, "-s", f"DATABASE={path}")

        assert done.code == 15, words
        assert done.err.startswith("error: ")
        assert done.err.count("\n") == 1


def test_an_empty_file_becomes_ours(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(b"")
    Store.open(path).close()

    assert rows(path, "PRAGMA application_id") == [{"application_id": APPLICATION_ID}]


def test_only_a_crawl_fills_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(b"")
    with pytest.raises(StorageError, match="is empty; crawl first, or give --db FILE"):
        Store.open_existing(path)

    assert path.read_bytes() == b""


@pytest.mark.parametrize("opening", [Store.open, Store.open_existing, Store.open_to_read])
def test_what_is_no_database_is_named_with_its_remedy(
    tmp_path: Path, opening: Callable[[Path], Store]
) -> None:
    path = tmp_path / "notes.db"
    path.write_text("Ghi chép của tôi, không phải cơ sở dữ liệu.\n" * 9, "utf-8")
    with pytest.raises(
        StorageError, match=r"notes\.db: notes\.db is no SQLite database; give another"
    ):
        opening(path)


def test_a_dry_run_names_the_database_and_not_its_copy(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    execute(path, *FOREIGN["tables"])
    with (
        pytest.raises(ForeignDatabaseError, match=rf"^{re.escape(str(path))} is a database"),
        trial_copy(path),
    ):
        raise AssertionError


def test_a_folder_is_called_one(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="is a folder; give a file in it with --db FILE"):
        Store.open_to_read(tmp_path)


def test_a_database_of_this_schema_without_an_id_gets_it(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    Store.open(path).close()
    execute(path, "PRAGMA application_id = 0")
    Store.open_to_read(path).close()
    assert rows(path, "PRAGMA application_id") == [{"application_id": 0}]
    Store.open(path).close()

    assert rows(path, "PRAGMA application_id") == [{"application_id": APPLICATION_ID}]


def test_readers_do_not_migrate_and_name_the_command_that_does(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    old_database(path, 6)
    before = dump(path)
    with pytest.raises(OlderDatabaseError, match="scrapy migrate"):
        Store.open_to_read(path)
    assert dump(path) == before
    assert not list(tmp_path.glob("*.bak"))

    done = scrapy("migrate", "-s", f"DATABASE={path}")
    assert done.code == 0
    assert "from schema version 6 to" in done.err
    assert "m0007_plain_words" in done.err
    assert "a.db.schema6.bak" in done.err
    assert f"is up to date (schema version {VERSION})" in done.out
    assert (tmp_path / "a.db.schema6.bak").exists()
    Store.open_to_read(path).close()


def test_a_symbolic_link_leaves_everything_beside_the_file(tmp_path: Path) -> None:
    real, link = tmp_path / "data" / "a.db", tmp_path / "link.db"
    real.parent.mkdir()
    old_database(real, 6)
    link.symlink_to(real)
    Store.open(link).close()

    assert (real.parent / "a.db.schema6.bak").exists()
    assert (real.parent / f"a.db.{REEXTRACTION}.lock").exists()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["link.db"]


def test_a_lock_is_held_through_a_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "data" / "a.db")
    with (
        PortalLock(tmp_path / "data" / "a.db", "haiphong").hold(),
        pytest.raises(PortalLockedError),
    ):
        PortalLock(link, "haiphong").acquire()


def test_a_second_name_of_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    Store.open(path).close()
    (tmp_path / "b.db").hardlink_to(path)
    for name in ("a.db", "b.db"):
        with pytest.raises(StorageError, match="hard link"):
            Store.open(tmp_path / name)

    Store.open_to_read(path).close()
    (tmp_path / "b.db").unlink()
    Store.open(path).close()


# --- a place where nothing can be written -------------------------------------------------------


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Take the right to write in ``folder``, also from the administrator."""
    folder.chmod(0o555)
    administrator = os.geteuid() == 0
    if administrator:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if administrator:
            os.seteuid(0)
        folder.chmod(0o755)


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_database_on_a_read_only_place_can_be_read(folder: Path) -> None:
    path = folder / "a.db"
    store = Store.open(path)
    store.runs.start_run("haiphong", datetime.now(UTC))
    store.close()
    assert not list(folder.glob("a.db-*"))
    with read_only(folder), closing(Store.open_to_read(path)) as found:
        assert found.db.execute("SELECT count(*) FROM runs").fetchone() == (1,)


def test_rows_in_a_log_are_not_hidden_on_a_read_only_place(folder: Path) -> None:
    path = folder / "a.db"
    store = Store.open(path)
    store.runs.start_run("haiphong", datetime.now(UTC))
    copy = folder / "copy"
    copy.mkdir()
    for name in ("a.db", "a.db-wal"):  # as a copy of the files takes them
        (copy / name).write_bytes((folder / name).read_bytes())
    store.close()
    with read_only(copy), pytest.raises(StorageError, match="scrapy snapshot"):
        Store.open_to_read(copy / "a.db")
