"""Re-extraction reads everything that is in the archives, and reports what it leaves out."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portals.archive.building import response_records, warc_date
from portals.archive.captures import payload_digest
from portals.archive.replay_index import ReplayIndex
from portals.archive.writer import RollingWriter
from tests.support.archive_life import archive, arguments, crawl, files, reextract
from tests.support.archived_pages import HOME, page_of, write
from tests.support.commands import command, scrapy
from tests.support.database import content, rows
from tests.support.federation import federation, sample_items
from tests.support.http_server import serving
from tests.support.kills import SIGKILLED, kill_at
from tests.support.processes import Done


def remarks(done: Done, database: Path) -> str:
    """Return what a re-extraction into a new database says beside that it made it."""
    made = f"new database {database}\n"
    assert done.err.startswith(made)
    return done.err.removeprefix(made)


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


def test_an_archive_of_a_crawl_that_was_killed_before_its_first_commit_is_read(
    tmp_path: Path,
) -> None:
    """The database knows the origin by the run, and no archive of it."""
    with serving(federation(sample_items(1, 3), per_page=3)) as portal:
        words = arguments(portal, tmp_path)
        assert kill_at(words, "before the commit") == SIGKILLED
    assert rows(tmp_path / "a.db", "SELECT * FROM pages") == []
    done = reextract(tmp_path, database="a.db")

    assert "of another origin" not in done.err
    assert rows(tmp_path / "a.db", "SELECT * FROM pages") != []


def test_a_copy_beside_the_portals_own_archives_is_not_read_into_a_new_database(
    tmp_path: Path,
) -> None:
    about = {"isPartOf": "haiphong", "origin": f"{HOME}/"}
    own = RollingWriter(tmp_path / "archive", "haiphong", 10**9, about)
    own.append(response_records(page_of(1)))
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
        writer.append(response_records(page))
        writer.close()
    done = reextract(tmp_path)

    assert (done.code, remarks(done, tmp_path / "b.db")) == (0, "")
    assert stored(tmp_path / "b.db") == sorted([old.url, page_of(2).url])


def test_an_archive_whose_origin_is_no_url_is_read_by_its_hosts(tmp_path: Path) -> None:
    about = {"isPartOf": "haiphong", "origin": "http://[bad"}
    writer = RollingWriter(tmp_path / "archive", "haiphong", 10**9, about)
    writer.append(response_records(page_of(1)))
    writer.close()
    done = reextract(tmp_path)

    assert (done.code, remarks(done, tmp_path / "b.db")) == (0, "")
    assert stored(tmp_path / "b.db") == [page_of(1).url]


# --- revisits, captures from the future, other records -------------------------------------------


def packed(*parts: bytes) -> bytes:
    return b"".join(map(gzip.compress, parts))


def raw(kind: str, url: str, block: bytes, *fields: str, at: str = "2025-07-01T00:00:00Z") -> bytes:
    head = [
        "WARC/1.0", f"WARC-Type: {kind}", f"WARC-Target-URI: {url}", f"WARC-Date: {at}", *fields,
        f"Content-Length: {len(block)}",
    ]  # fmt: skip
    return "\r\n".join(head).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def revisit(url: str, digest: str, *fields: str, kind: str = "text/html") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n".encode()
    return raw("revisit", url, head, f"WARC-Payload-Digest: {digest}", *fields)


def sightings(database: Path) -> dict[str, str]:
    found = rows(database, "SELECT url, last_seen_at FROM sightings")
    return {row["url"]: row["last_seen_at"][:10] for row in found}


def read(tmp_path: Path, path: Path, *words: str) -> Done:
    return scrapy("reextract", path, *words, "-s", f"DATABASE={tmp_path / 'a.db'}")


def test_a_revisit_finds_its_payload_by_its_digest_wherever_it_is(tmp_path: Path) -> None:
    page = page_of(1)
    digest = payload_digest(page.body)
    other = f"{HOME}/tin-tuc-su-kien/ban-sao-77.html"
    plain = page.url.replace("https", "http")
    path = write(tmp_path / "b.warc.gz", page)
    early = tmp_path / "a.warc.gz"  # it is read before its payload
    early.write_bytes(packed(revisit(other, digest), revisit(plain, digest)))
    done = scrapy("reextract", early, path, "-s", f"DATABASE={tmp_path / 'a.db'}")
    replay = ReplayIndex([tmp_path])

    assert (done.code, remarks(done, tmp_path / "a.db")) == (0, "")
    seen = sightings(tmp_path / "a.db")
    assert seen[other] == "2025-07-01"
    assert "2025-07-01" in {seen.get(plain), seen.get(page.url)}
    again = replay.find(other)
    assert again is not None
    assert (again.capture.url, again.capture.body) == (other, page.body)


def test_a_revisit_of_another_payload_does_not_get_the_text_before_it(tmp_path: Path) -> None:
    """The page changed, and the record with its new payload is in another file."""
    page = page_of(1)
    path = write(tmp_path / "a.warc.gz", page)
    refers = f"WARC-Refers-To-Target-URI: {page.url}"
    with path.open("ab") as file:
        file.write(packed(revisit(page.url, payload_digest(b"new text"), refers)))
    done = read(tmp_path, path)

    assert done.code == 10
    assert "it repeats a page that no archive here holds" in done.err
    assert sightings(tmp_path / "a.db") == {page.url: "2025-06-15"}


def test_a_revisit_that_names_url_and_date_finds_its_payload(tmp_path: Path) -> None:
    """Its digest is of another kind than the one of the response."""
    page = page_of(1)
    path = write(tmp_path / "a.warc.gz", page)
    refers = (
        f"WARC-Refers-To-Target-URI: {page.url}",
        f"WARC-Refers-To-Date: {warc_date(page.captured_at)}",
    )
    with path.open("ab") as file:
        file.write(packed(revisit(page.url, "sha256:00", *refers)))
    done = read(tmp_path, path)

    assert (done.code, remarks(done, tmp_path / "a.db")) == (0, "")
    assert sightings(tmp_path / "a.db") == {page.url: "2025-07-01"}


@pytest.mark.parametrize(
    ("name", "kind"), [("logo", "image/png"), ("logo.png", ""), ("a.css", "text/css")]
)
def test_a_revisit_of_a_picture_is_no_damage(tmp_path: Path, name: str, kind: str) -> None:
    path = write(tmp_path / "a.warc.gz", page_of(1))
    lost = revisit(f"{HOME}/{name}", "sha1:ELSEWHERE", kind=kind)
    if not kind:
        lost = lost.replace(b"Content-Type: \r\n", b"X-Powered: \r\n")
    with path.open("ab") as file:
        file.write(packed(lost))
    done = read(tmp_path, path)

    assert done.code == 0
    assert remarks(done, tmp_path / "a.db") == (
        "1 revisits of pictures and the like are left out: no payload is here\n"
    )


def test_a_capture_from_the_future_is_left_out_and_counted(tmp_path: Path) -> None:
    page = page_of(1)
    late = replace(page_of(1), body=page_of(2).body, captured_at=datetime(2199, 1, 1, tzinfo=UTC))
    path = write(tmp_path / "a.warc.gz", late, page)
    done = read(tmp_path, path)
    replay = ReplayIndex([path]).find(page.url)

    assert done.code == 0
    assert (
        remarks(done, tmp_path / "a.db")
        == "1 captures from the future are left out: correct their WARC-Date\n"
    )
    assert sightings(tmp_path / "a.db") == {page.url: "2025-06-15"}
    assert replay is not None
    assert replay.capture.body == page.body


def test_records_that_are_no_responses_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "a.warc.gz", page_of(1))
    with path.open("ab") as file:
        file.write(packed(raw("conversion", f"{HOME}/a.txt", b"x"), raw("continuation", HOME, b"")))
    done = read(tmp_path, path)

    assert done.code == 0
    assert remarks(done, tmp_path / "a.db") == (
        "2 conversion and continuation records are left out: they are no responses\n"
    )


def test_a_file_compressed_whole_is_read_checked_and_not_pruned(tmp_path: Path) -> None:
    path = write(tmp_path / "archive" / "a.warc.gz", page_of(1), page_of(2))
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes())))
    before = path.read_bytes()
    done = reextract(tmp_path, database="a.db")
    check = archive(tmp_path, "check")
    pruned = archive(tmp_path, "prune", "--older", "1d", "--drop-current")

    assert (done.code, check.code, pruned.code) == (0, 0, 0), done.err + check.err + pruned.err
    assert check.out.endswith("0 damaged, 0 missing, 0 orphans\n")
    assert len(stored(tmp_path / "a.db")) == 2
    assert path.read_bytes() == before
