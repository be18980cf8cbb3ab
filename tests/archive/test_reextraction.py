"""Re-extraction reads everything that is in the archives, and reports what it leaves out."""

from __future__ import annotations

from pathlib import Path

from tests.support.archived_pages import page_of, write
from tests.support.commands import scrapy
from tests.support.database import rows
from tests.support.kills import SIGKILLED, kill_at


def stored(database: Path) -> list[str]:
    return sorted(row["url"] for row in rows(database, "SELECT url FROM articles"))


def test_a_file_that_grew_after_an_interruption_is_read_to_its_new_end(tmp_path: Path) -> None:
    pages = [page_of(number) for number in range(1, 7)]
    first = write(tmp_path / "a.warc.gz", *pages[:4])
    whole = first.read_bytes()
    first.unlink()
    begun = write(first, *pages[:2]).read_bytes()
    assert whole.startswith(begun)
    write(tmp_path / "b.warc.gz", *pages[4:])
    words = ("reextract", str(tmp_path), "--jobs", "1", "-s", f"DATABASE={tmp_path / 'a.db'}")
    assert kill_at(words, "after the run began") == SIGKILLED
    half = stored(tmp_path / "a.db")
    first.write_bytes(whole)
    done = scrapy(*words)

    assert half == sorted(page.url for page in pages[:2])
    assert done.code == 0, done.err
    assert stored(tmp_path / "a.db") == sorted(page.url for page in pages)


def test_a_record_that_was_still_in_writing_is_read_when_it_is_whole(tmp_path: Path) -> None:
    pages = [page_of(number) for number in range(1, 5)]
    first = write(tmp_path / "a.warc.gz", *pages[:2])
    whole = first.read_bytes()
    first.write_bytes(whole[:-50])
    write(tmp_path / "b.warc.gz", *pages[2:])
    words = ("reextract", str(tmp_path), "--jobs", "1", "-s", f"DATABASE={tmp_path / 'a.db'}")
    assert kill_at(words, "after the run began") == SIGKILLED
    first.write_bytes(whole)
    done = scrapy(*words)

    assert done.code == 0, done.err
    assert stored(tmp_path / "a.db") == sorted(page.url for page in pages)


def test_a_file_that_did_not_grow_is_not_read_twice(tmp_path: Path) -> None:
    write(tmp_path / "a.warc.gz", page_of(1))
    write(tmp_path / "b.warc.gz", page_of(2))
    words = ("reextract", str(tmp_path), "--jobs", "1", "-s", f"DATABASE={tmp_path / 'a.db'}")
    assert kill_at(words, "after the run began") == SIGKILLED
    done = scrapy(*words)

    assert done.err == "resuming an interrupted re-extraction: 1 of 2 parts are done\n"
    assert done.code == 0
