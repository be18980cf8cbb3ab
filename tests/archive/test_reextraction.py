"""Re-extraction reads everything that is in the archives, and reports what it leaves out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from portals.archive.writer import RollingWriter
from tests.support.archive_life import archive, arguments, crawl, files, reextract
from tests.support.archived_pages import HOME, page_of, write
from tests.support.commands import command, scrapy
from tests.support.database import content, rows
from tests.support.federation import federation, sample_items
from tests.support.http_server import serving
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


# --- archives of other origins -------------------------------------------------------------------


def test_a_trial_in_another_database_leaves_nothing_in_the_archives_of_the_portal(
    tmp_path: Path,
) -> None:
    """Both databases are in one folder, and no folder of archives is named."""
    database, trial = tmp_path / "articles.db", tmp_path / "test.db"
    with serving(federation(sample_items(1, 3), per_page=3)) as portal:
        scrapy(*without_archive_dir("haiphong", portal.origin, database))
    with serving(federation(sample_items(10, 3), per_page=3)) as copy:
        scrapy(*without_archive_dir("haiphong", copy.origin, trial))
    before = content(database)
    done = scrapy("reextract", "-s", f"DATABASE={database}")

    assert (done.code, done.err) == (0, "")
    assert content(database)["articles"] == before["articles"]
    assert len(rows(trial, "SELECT 1 FROM articles")) == 3
    assert [path.name for path in sorted(tmp_path.glob("*archive"))] == ["archive", "test-archive"]


def without_archive_dir(spider: str, origin: str, database: Path) -> list[str]:
    words = [*command(spider, origin, database)]
    at = words.index("ARCHIVE_DIR=")
    return words[: at - 1] + words[at + 1 :]


def test_pages_of_a_copy_in_the_same_folder_are_left_out_and_counted(tmp_path: Path) -> None:
    with serving(federation(sample_items(1, 3), per_page=3)) as portal:
        crawl(portal, tmp_path)
    before = content(tmp_path / "a.db")
    with serving(federation(sample_items(10, 3), per_page=3)) as copy:
        other = [word.replace("a.db", "test.db") for word in arguments(copy, tmp_path)]
        scrapy(*other)
    done = reextract(tmp_path, database="a.db")
    trial = reextract(tmp_path, "--dry-run", "--portal", "haiphong", database="a.db")
    check = archive(tmp_path, "check")

    skipped = (
        f"5 pages in 1 archives of another origin ({copy.origin}/ as haiphong) are skipped;"
        " name the files to read them\n"
    )
    assert (done.code, done.err) == (0, skipped)
    assert content(tmp_path / "a.db")["articles"] == before["articles"]
    assert (trial.code, trial.err) == (0, f"{skipped}nothing would change\n")
    assert (check.code, check.err) == (0, skipped)
    assert check.out.endswith(" 0 orphans\n")
    named = reextract(tmp_path, *files(tmp_path), database="a.db")
    assert named.code == 0, named.err
    assert len(rows(tmp_path / "a.db", "SELECT 1 FROM articles")) == 6


def test_a_copy_beside_the_portals_own_archives_is_not_read_into_a_new_database(
    tmp_path: Path,
) -> None:
    about = {"isPartOf": "haiphong", "origin": f"{HOME}/"}
    own = RollingWriter(tmp_path / "archive", "haiphong", 10**9, about)
    own.write(page_of(1))
    own.close()
    with serving(federation(sample_items(10, 3), per_page=3)) as copy:
        crawl(copy, tmp_path)
    done = reextract(tmp_path)

    assert done.code == 0
    assert "5 pages in 1 archives of another origin" in done.err
    assert stored(tmp_path / "b.db") == [page_of(1).url]


def test_archives_of_an_earlier_host_are_read_into_a_new_database(tmp_path: Path) -> None:
    """A portal that moved: its old archives are as much its own as the new ones."""
    old = replace(page_of(1), url=page_of(1).url.replace("congdoanhaiphong.vn", "cu.example.vn"))
    for page, origin in ((old, "http://cu.example.vn/"), (page_of(2), f"{HOME}/")):
        about = {"isPartOf": "haiphong", "origin": origin}
        writer = RollingWriter(tmp_path / "archive", "haiphong", 10**9, about)
        writer.write(page)
        writer.close()
    done = reextract(tmp_path)

    assert (done.code, done.err) == (0, "")
    assert stored(tmp_path / "b.db") == sorted([old.url, page_of(2).url])


def test_an_archive_whose_origin_is_no_url_is_read_by_its_hosts(tmp_path: Path) -> None:
    about = {"isPartOf": "haiphong", "origin": "http://[bad"}
    writer = RollingWriter(tmp_path / "archive", "haiphong", 10**9, about)
    writer.write(page_of(1))
    writer.close()
    done = reextract(tmp_path)

    assert (done.code, done.err) == (0, "")
    assert stored(tmp_path / "b.db") == [page_of(1).url]
