"""What the link to a page says of it, kept in the archive and read from there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.archive.captures import Capture
from portals.archive.companions import RecordIndex
from portals.archive.link_facts import LinkFacts, later_facts
from portals.archive.reading import Range, Recipes, about_file, read_range
from portals.archive.records import Record, read_records
from portals.archive.writer import ArchiveWriter
from portals.article import Article
from portals.extraction.reader import Recipe
from tests.support.commands import QUICK, scrapy
from tests.support.database import rows
from tests.support.http_server import serving
from tests.support.listed_days import listed_days

AT = datetime(2026, 3, 9, 2, tzinfo=UTC)
PAGES, DAYS = listed_days()
RECIPES = Recipes({"mau": Recipe("mau", general=True)}, {"mau.vn": "mau"})
LABEL = "Phường An Lạc đợt 2 trao quà cho đoàn viên khó khăn"


def archive(path: Path, *links: LinkFacts) -> Path:
    """Write one article for each of ``links``, with its request and what the link says."""
    writer = ArchiveWriter(path, started_at=AT)
    for number, link in enumerate(links):
        url = f"http://mau.vn/tin/bai-so-{1000 - number}.html"
        body = PAGES[f"/tin/bai-so-{1000 - number}.html"]
        capture = Capture(
            url, 200, [("Content-Type", "text/html")], body, AT + timedelta(seconds=number)
        )
        writer.write(capture, [("Accept", "*/*")], link=link)
    writer.close()
    return path


def days_read(path: Path, step: int | None = None) -> list[str | None]:
    """Return the days of the articles of an archive, read in ranges of ``step`` bytes."""
    size = path.stat().st_size
    starts = range(0, size, step or size)
    found = []
    for start in starts:
        part = Range(path, start, min(size, start + (step or size)), about_file(path))
        for page in read_range(part, RECIPES).pages:
            day = page.item.published_at if isinstance(page.item, Article) else None
            found.append(day and day[:10])
    return found


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200)


@given(_TEXT, st.sampled_from(["", "2026-03-06"]), st.booleans())
def test_facts_survive_the_record(text: str, day: str, is_listing: bool) -> None:  # noqa: FBT001
    facts = LinkFacts(" ".join(text.split()), day, "http://mau.vn/?a=1", is_listing)

    assert LinkFacts.parse(facts.block()) == facts


def test_a_text_with_line_breaks_adds_no_field() -> None:
    facts = LinkFacts.parse(LinkFacts("Tin mới\r\nexpected: listing", "2026-03-06").block())

    assert facts == LinkFacts("Tin mới expected: listing", "2026-03-06")


@pytest.mark.parametrize(
    "block", [b"", b"\xff\xfe\x00", b"fetchTimeMs: 12\r\nhopsFromSeed: LL\r\n", b"link-day: soon"]
)
def test_metadata_of_other_programs_say_nothing(block: bytes) -> None:
    assert not LinkFacts.parse(block)


def test_a_page_is_read_with_what_its_own_record_says(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "a.warc.gz",
        LinkFacts(LABEL, "2026-03-06"),
        LinkFacts(),
        LinkFacts("", "2026-02-28"),
    )

    assert days_read(path) == ["2026-03-06", None, "2026-02-28"]


def test_a_range_that_ends_between_a_response_and_its_metadata_reads_both(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.warc.gz", *(LinkFacts("", f"2026-02-{n:02}") for n in range(1, 9)))
    whole = days_read(path)

    assert whole == [f"2026-02-{n:02}" for n in range(1, 9)]
    for step in (300, 700, 1111, 2000):
        assert days_read(path, step) == whole


def test_pruning_a_response_takes_its_metadata_along(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.warc.gz", LinkFacts(LABEL), LinkFacts("Tin khác của phường này"))
    index = RecordIndex.of(path)
    first = next(entry for entry in index.entries if entry.kind == "response")

    kinds = [entry.kind for entry in index.without({first.offset})]

    assert kinds == ["warcinfo", "response", "request", "metadata"]


def test_what_is_learned_later_is_found_in_the_next_file_of_the_run(tmp_path: Path) -> None:
    path = archive(tmp_path / "mau-7-00000.warc.gz", LinkFacts(LABEL))
    response = next(
        found
        for found in read_records(path)
        if isinstance(found, Record) and found.kind == "response"
    )
    later = ArchiveWriter(tmp_path / "mau-7-00001.warc.gz", started_at=AT)
    name = response.headers["warc-record-id"]
    later.annotate(response.url or "", name, LinkFacts(LABEL, "2026-03-06"), AT)
    later.close()

    assert later_facts(path) == {name: LinkFacts(LABEL, "2026-03-06")}


@pytest.mark.crawl
def test_the_archive_of_a_crawl_gives_its_rows_also_where_listings_alone_show_the_day(
    tmp_path: Path,
) -> None:
    place = ("-s", f"ARCHIVE_DIR={tmp_path / 'w'}")
    with serving(PAGES) as portal:
        crawled = scrapy(
            "crawl", "portal", "-a", f"origin={portal.origin}", "-a", "portal=mau", *QUICK, *place,
            "-s", f"DATABASE={tmp_path / 'a.db'}",
        )  # fmt: skip
    again = scrapy("reextract", tmp_path / "w", "-s", f"DATABASE={tmp_path / 'b.db'}")

    fields = "SELECT url, title, published_at, published_precision, body FROM articles ORDER BY url"
    found = rows(tmp_path / "a.db", fields)
    assert (crawled.code, again.code) == (0, 0), (crawled, again)
    assert {row["url"].removeprefix(portal.origin): row["published_at"][:10] for row in found} == {
        path: day.isoformat() for path, day in DAYS.items()
    }
    assert {row["published_precision"] for row in found} == {"day"}
    assert rows(tmp_path / "b.db", fields) == found
