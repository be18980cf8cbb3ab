"""Commands that write files, killed at every boundary: nothing is lost, half written or left."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from portals.reporting.page import BEGINNINGS
from portals.store.database import Store
from portals.store.integrity import content_faults, structural_faults
from tests.support.archive_life import OWN, without
from tests.support.archived_pages import page_of, write
from tests.support.commands import scrapy
from tests.support.database import content, rows
from tests.support.kill_points import killed_everywhere, run_to

OLD = '{"id": 0, "content_hash": ""}\n'
PAIRS = "SELECT * FROM similar ORDER BY 1, 2"


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of three articles with their archive, and an earlier output of every command."""
    folder = tmp_path_factory.mktemp("start")
    write(folder / "archive" / "a.warc.gz", *(page_of(number) for number in (1, 2, 3)))
    done = scrapy("reextract", *settings(folder))
    assert done.code == 0, done.err
    Store.open(folder / "copy.db").close()
    (folder / "out.jsonl").write_text(OLD)
    (folder / "out.html").write_bytes(BEGINNINGS[0])
    return folder


def settings(folder: Path) -> tuple[str, ...]:
    return ("-s", f"DATABASE={folder / 'a.db'}", "-s", f"ARCHIVE_DIR={folder / 'archive'}")


def is_sound(database: Path) -> bool:
    """Return True if a database is whole, and search index and articles agree."""
    with closing(sqlite3.connect(database)) as connection:
        return not [*structural_faults(connection), *content_faults(connection)]


def is_whole_copy(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as copy:
        is_sound = copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return is_sound and copy.execute("SELECT count(*) FROM articles").fetchone() == (3,)


def is_whole_export(path: Path) -> bool:
    return len([json.loads(line) for line in path.read_text("utf-8").splitlines()]) == 3


def is_whole_report(path: Path) -> bool:
    return path.read_text("utf-8").rstrip().endswith("</html>")


Check = Callable[[Path], bool]
WRITERS: dict[str, tuple[tuple[str, ...], str, Check]] = {
    "snapshot": (("snapshot", "{folder}/copy.db"), "copy.db", is_whole_copy),
    "export": (("export", "--output", "{folder}/out.jsonl"), "out.jsonl", is_whole_export),
    "report": (("report", "{folder}/out.html"), "out.html", is_whole_report),
}


@pytest.mark.nightly  # a process for every boundary
@pytest.mark.parametrize("name", WRITERS)
def test_a_file_is_the_old_one_or_the_new_one_and_leftovers_go(
    start: Path, tmp_path: Path, name: str
) -> None:
    words, output, is_whole = WRITERS[name]
    folder = tmp_path / "work"
    arguments = [word.format(folder=folder) for word in (*words, *settings(folder))]
    names = {path.name for path in start.iterdir()}
    seen, found_leftover = set(), False
    for _ in killed_everywhere(start, folder, arguments):
        path = folder / output
        is_old = path.read_bytes() == (start / output).read_bytes()
        assert is_old or is_whole(path)
        seen.add(is_old)
        leftovers = sorted(folder.glob(f".{output}.*.part"))
        again = scrapy(*arguments)
        assert again.code == 0, again.err
        assert is_whole(path)
        assert {one.name for one in folder.iterdir()} - {"a.db-wal", "a.db-shm"} == names
        if leftovers:
            assert again.err == f"removed {leftovers[0]}, the draft of a command that was killed\n"
            found_leftover = True
    assert seen == {True, False}
    assert found_leftover


@pytest.mark.nightly  # a process for every boundary
def test_a_reextraction_may_be_killed_anywhere(start: Path, tmp_path: Path) -> None:
    begin, folder = tmp_path / "begin", tmp_path / "work"
    begin.mkdir()
    shutil.copytree(start / "archive", begin / "archive")
    arguments = ("reextract", "--jobs", "1", *settings(folder))
    expected = without(content(start / "a.db"), OWN)
    archive = (start / "archive" / "a.warc.gz").read_bytes()
    for _ in killed_everywhere(begin, folder, arguments):
        again = scrapy(*arguments)
        assert again.code == 0, again.err
        assert without(content(folder / "a.db"), OWN) == expected
        assert rows(folder / "a.db", "PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        assert rows(folder / "a.db", "SELECT * FROM reextraction_progress") == []
        assert (folder / "archive" / "a.warc.gz").read_bytes() == archive
        assert rows(folder / "a.db", "SELECT 1 FROM runs WHERE verdict IS NULL") == []


@pytest.mark.nightly  # a process for every boundary
@pytest.mark.parametrize("words", [("search", "--rebuild"), ("similar", "--update")])
def test_an_index_or_a_comparison_may_be_killed_anywhere(
    start: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    begin, folder = tmp_path / "begin", tmp_path / "work"
    shutil.copytree(start, begin)
    with closing(sqlite3.connect(begin / "a.db")) as connection, connection:
        connection.execute("INSERT INTO similarity_queue SELECT id FROM articles")
    expected = content(begin / "a.db"), rows(begin / "a.db", PAIRS)
    arguments = (*words, *settings(folder))
    for _ in killed_everywhere(begin, folder, arguments):
        assert is_sound(folder / "a.db")
        again = scrapy(*arguments)
        assert again.code == 0, again.err
        assert is_sound(folder / "a.db")
        assert (content(folder / "a.db"), rows(folder / "a.db", PAIRS)) == expected
        is_left = "SELECT count(*) AS n FROM similarity_queue"
        assert rows(folder / "a.db", is_left) == [{"n": 0 if words[0] == "similar" else 3}]


def test_a_killed_dry_run_leaves_its_copy_to_the_next_one(start: Path, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    shutil.copytree(start, folder)
    arguments = ("reextract", "--dry-run", "--jobs", "1", *settings(folder))
    names = {path.name for path in folder.iterdir()}
    number = 1
    while not list(folder.glob(".a.db.*.temporary/trial.db")):
        assert run_to(number, folder, arguments) == -9
        number += 1
    (leftover,) = folder.glob(".a.db.*.temporary")
    again = scrapy(*arguments)

    assert again.code == 0, again.err
    assert again.err.splitlines()[0] == f"removed {leftover}, left by a command that was killed"
    assert {one.name for one in folder.iterdir()} - {"a.db-wal", "a.db-shm"} == names


def test_a_killed_export_leaves_its_draft_to_the_next_one(start: Path, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    shutil.copytree(start, folder)
    arguments = ("export", "--output", str(folder / "out.jsonl"), *settings(folder))
    number = 1
    while not (leftovers := list(folder.glob(".out.jsonl.*.part"))):
        assert run_to(number, folder, arguments) == -9
        number += 1
    assert (folder / "out.jsonl").read_text() == OLD
    again = scrapy(*arguments)

    assert again.code == 0
    assert again.err == f"removed {leftovers[0]}, the draft of a command that was killed\n"
    assert is_whole_export(folder / "out.jsonl")
    assert not list(folder.glob(".out.jsonl.*"))
