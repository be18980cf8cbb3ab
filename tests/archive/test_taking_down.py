"""Which records go from the archives with a URL that is taken down."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portals.archive.building import RevisitTarget
from portals.archive.captures import Capture
from portals.archive.checking import Checked, check
from portals.archive.reading import Recipes
from portals.archive.records import Record, read_records
from portals.archive.taking_down import ArchiveSearch, ArchiveTakedown, remove
from portals.archive.wayback import MEMENTO
from portals.archive.writer import ArchiveWriter
from portals.store.database import Store
from portals.store.forgotten import Address, ForgottenUrls
from portals.store.pages import ArchivedPage, PageRepository
from portals.timestamps import utc

AT = datetime(2023, 6, 15, 2, tzinfo=UTC)
OWN, OTHER = "http://x.vn/a.html", "http://x.vn/in/a.html"
SECRET = b"<p>zyxwvut</p>"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "a.db")
    yield opened
    opened.close()


def capture(url: str = OWN, body: bytes = SECRET) -> Capture:
    return Capture(url, 200, [(MEMENTO, "x")], body, AT)


def writer(folder: Path, name: str, portal: str = "x") -> ArchiveWriter:
    about = {"isPartOf": portal, "origin": f"http://{portal}.vn/"}
    return ArchiveWriter(folder / name, started_at=AT, about=about)


def add(pages: PageRepository, to: ArchiveWriter, one: Capture, repeats: int | None = None) -> int:
    """Write a record, of a revisit if it repeats a page, and its row; return its id."""
    known = pages.by_id(repeats) if repeats else None
    earlier = RevisitTarget(known.page.url, utc(AT), known.page.digest) if known else None
    at = to.write(one, asked=[("Accept", "*/*")], earlier=earlier)
    page = ArchivedPage(
        one.url, utc(AT), 200, at.path, at.offset, at.length, at.digest, repeats=repeats
    )
    with pages.store.writing():
        return pages.add("x", page)


def take(store: Store, folder: Path, *, is_everywhere: bool = True) -> ArchiveTakedown:
    pages = PageRepository(store)
    forgotten = ForgottenUrls(addresses=[Address("x", OWN)])
    found = ArchiveSearch(pages, folder, Recipes({}, {}), forgotten)
    *_, plan = found.find(found.files({"x"}) if is_everywhere else [])
    list(remove(pages, plan))
    return plan


def urls(folder: Path) -> list[str]:
    """Return type and URL of every record but those about the files."""
    return [
        f"{record.kind} {record.url}"
        for path in sorted(folder.rglob("*.warc*"))
        for record in read_records(path)
        if isinstance(record, Record) and record.kind != "warcinfo"
    ]


def faults(store: Store, folder: Path) -> list[str]:
    files = sorted(folder.rglob("*.warc*"))
    return [one.reason for one in check(files, PageRepository(store), Checked())]


def test_requests_go_with_their_response_and_what_a_killed_crawl_left_too(
    store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "archive"
    first = writer(folder / "x", "x-1.warc.gz")
    add(PageRepository(store), first, capture())
    add(PageRepository(store), first, capture("http://x.vn/b.html", b"<p>b</p>"))
    first.write(capture("https://www.x.vn/a.html?utm_source=a"))  # without a row: an orphan
    first.write(capture(f"https://web.archive.org/web/20230615020000id_/{OWN}"))
    first.close()
    plan = take(store, folder)

    assert (
        sum(len(file.offsets) for file in plan.ours) == 4
    )  # the response, its request, and the two without a row
    assert urls(folder) == ["response http://x.vn/b.html", "request http://x.vn/b.html"]
    assert faults(store, folder) == []


def test_a_revisit_elsewhere_goes_if_nothing_else_has_its_payload(
    store: Store, tmp_path: Path
) -> None:
    pages, folder = PageRepository(store), tmp_path / "archive"
    first, second = writer(folder, "a.warc.gz"), writer(folder, "b.warc.gz")
    held = add(pages, first, capture())
    add(pages, second, capture(OTHER), repeats=held)
    first.close()
    second.close()
    plan = take(store, folder)

    assert plan.repeating == [OTHER]
    assert urls(folder) == []
    assert faults(store, folder) == []


def test_a_revisit_elsewhere_stays_with_another_record_of_its_payload(
    store: Store, tmp_path: Path
) -> None:
    pages, folder = PageRepository(store), tmp_path / "archive"
    first, second = writer(folder, "a.warc.gz"), writer(folder, "b.warc.gz")
    held = add(pages, first, capture())
    same = add(pages, second, capture("http://x.vn/b.html"))
    again = add(pages, second, capture(OTHER), repeats=held)
    first.close()
    second.close()
    plan = take(store, folder)
    known = pages.by_id(again)

    assert plan.repeating == []
    assert known is not None
    assert known.page.repeats == same
    assert faults(store, folder) == []


def test_a_revisit_without_a_row_goes_too(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    first = writer(folder, "a.warc.gz")
    first.write(capture(OTHER), earlier=RevisitTarget(OWN, utc(AT), None))
    first.close()
    take(store, folder)

    assert urls(folder) == []


def test_a_file_that_was_compressed_whole_is_written_anew_record_by_record(
    store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "archive"
    first = writer(folder, "a.warc.gz")
    first.write(capture())
    first.write(capture("http://x.vn/b.html", b"<p>b</p>"))
    first.close()
    whole = folder / "a.warc.gz"
    whole.write_bytes(gzip.compress(gzip.decompress(whole.read_bytes())))
    offset, length = next(
        (record.offset, record.length)
        for record in read_records(whole)
        if isinstance(record, Record) and record.url == "http://x.vn/b.html"
    )
    with store.writing():
        page = ArchivedPage("http://x.vn/b.html", utc(AT), 200, whole, offset, length, "")
        page_id = PageRepository(store).add("x", page)
    take(store, folder)
    known = PageRepository(store).by_id(page_id)

    assert urls(folder) == ["response http://x.vn/b.html"]
    assert known is not None
    (record,) = [
        one
        for one in read_records(known.page.path)
        if isinstance(one, Record) and one.offset == known.page.offset
    ]
    assert record.length == known.page.length
    assert b"zyxwvut" not in gzip.decompress(known.page.path.read_bytes())


def test_a_file_outside_the_folder_is_named_and_not_changed(store: Store, tmp_path: Path) -> None:
    first = writer(tmp_path / "theirs", "a.warc.gz")
    add(PageRepository(store), first, capture())
    first.close()
    before = first.path.read_bytes()
    plan = take(store, tmp_path / "archive")

    assert [file.path for file in plan.foreign] == [first.path]
    assert plan.ours == []
    assert first.path.read_bytes() == before
    assert store.db.table("pages").count == 0
