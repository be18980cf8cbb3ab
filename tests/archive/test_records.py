"""Files of records: read from any place on, and on behind whatever is damaged."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portals.archive import records
from portals.archive.captures import Capture, capture_of
from portals.archive.encodings import EncodingError, dechunk, decode_body
from portals.archive.records import CUT, Damage, Record, read_records
from portals.archive.writer import ArchiveWriter, RevisitTarget
from tests.support.pages.prose import stories

AT = datetime(2025, 3, 1, 5, 0, tzinfo=UTC)


def page(number: int) -> bytes:
    (story,) = list(stories(number))[-1:]
    return f"<h1>{story.title}</h1><p>{' '.join(story.paragraphs)}</p>".encode()


def archive(path: Path, count: int = 6) -> Path:
    writer = ArchiveWriter(path, "test", AT)
    for number in range(1, count + 1):
        at = AT + timedelta(minutes=number)
        writer.write(Capture(f"http://x.vn/{number}.html", 200, [], page(number), at))
    writer.close()
    return path


def urls(path: Path, start: int = 0, end: int | None = None) -> list[str | None]:
    return [found.url for found in read_records(path, start, end) if isinstance(found, Record)]


def damage(path: Path) -> list[Damage]:
    return [found for found in read_records(path) if isinstance(found, Damage)]


def offsets(path: Path) -> list[int]:
    return [found.offset for found in read_records(path)]


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    return archive(tmp_path / "a.warc.gz")


def test_records_come_in_order_with_their_place(whole: Path) -> None:
    found = [record for record in read_records(whole) if isinstance(record, Record)]

    assert [record.url for record in found[1:]] == [f"http://x.vn/{n}.html" for n in range(1, 7)]
    assert [record.offset for record in found[1:]] == [r.offset + r.length for r in found[:-1]]
    assert found[-1].offset + found[-1].length == whole.stat().st_size


def test_a_flipped_byte_costs_one_record(whole: Path) -> None:
    data, places = bytearray(whole.read_bytes()), offsets(whole)
    data[(places[3] + places[4]) // 2] ^= 0x55
    whole.write_bytes(data)

    assert urls(whole) == [None, *(f"http://x.vn/{n}.html" for n in (1, 2, 4, 5, 6))]
    (found,) = damage(whole)
    assert (found.offset, found.offset + found.length) == (places[3], places[4])
    assert "gzip data is damaged" in found.reason


@settings(max_examples=60)
@given(st.data())
def test_whatever_byte_is_flipped_costs_two_records_at_most(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = archive(tmp_path_factory.mktemp("x") / "a.warc.gz", 4)
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)

    assert len(urls(path)) >= 3
    assert all(found.reason for found in damage(path))


@pytest.mark.parametrize("cut", [1, 8, 200])
def test_a_cut_file_is_read_to_its_last_whole_record(whole: Path, cut: int) -> None:
    whole.write_bytes(whole.read_bytes()[:-cut])

    assert urls(whole)[-1] == "http://x.vn/5.html"
    (found,) = damage(whole)
    assert found.reason == CUT


def test_what_was_written_behind_a_cut_is_read(whole: Path, tmp_path: Path) -> None:
    more = archive(tmp_path / "b.warc.gz", 2).read_bytes()
    whole.write_bytes(whole.read_bytes()[:-100] + more)

    assert urls(whole)[-2:] == ["http://x.vn/1.html", "http://x.vn/2.html"]
    assert len(damage(whole)) == 1


@pytest.mark.parametrize("length", [0, 7, 99_999])
@pytest.mark.parametrize("is_packed", [True, False])
def test_a_false_length_costs_one_record(tmp_path: Path, length: int, *, is_packed: bool) -> None:
    path = archive(tmp_path / "a.warc.gz")
    parts = [gzip.decompress(part) for part in members(path)]
    head, _, rest = parts[3].partition(b"Content-Length: ")
    digits, _, tail = rest.partition(b"\r\n")
    parts[3] = head + f"Content-Length: {length}\r\n".encode() + tail
    assert int(digits) != length
    path = tmp_path / ("b.warc.gz" if is_packed else "b.warc")
    path.write_bytes(b"".join(gzip.compress(part) if is_packed else part for part in parts))

    assert urls(path) == [None, *(f"http://x.vn/{n}.html" for n in (1, 2, 4, 5, 6))]
    (found,) = damage(path)
    assert found.url == "http://x.vn/3.html"


def members(path: Path) -> list[bytes]:
    data, places = path.read_bytes(), [*offsets(path), path.stat().st_size]
    return [data[start:end] for start, end in pairwise(places)]


def test_a_record_that_inflates_without_end_is_told_and_left(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MAX_RECORD", 1024 * 1024)
    bomb = b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://x.vn/bomb\r\n"
    bomb = gzip.compress(bomb + b"Content-Length: 50000000\r\n\r\n" + bytes(50_000_000))
    parts = members(whole)
    whole.write_bytes(b"".join([*parts[:2], bomb, *parts[2:]]))

    assert urls(whole) == [None, *(f"http://x.vn/{n}.html" for n in range(1, 7))]
    (found,) = damage(whole)
    assert (found.url, found.reason) == ("http://x.vn/bomb", "a record of more than 1 MB")


def test_several_records_in_one_member_are_told(whole: Path) -> None:
    whole.write_bytes(gzip.compress(b"".join(gzip.decompress(part) for part in members(whole))))

    (found,) = damage(whole)
    assert "several records in one gzip member" in found.reason


@pytest.mark.parametrize("content", [b"", b"no archive at all\n" * 99, b"\x1f\x8b\x08junk" * 99])
def test_what_is_no_archive_holds_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(content)

    assert urls(path) == []
    assert len(damage(path)) == bool(content)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 100), max_size=6), st.booleans())
def test_ranges_that_meet_give_every_record_once(
    tmp_path_factory: pytest.TempPathFactory,
    cuts: list[int],
    is_packed: bool,  # noqa: FBT001
) -> None:
    folder = tmp_path_factory.mktemp("x")
    path = archive(folder / "a.warc.gz")
    if not is_packed:
        plain = folder / "a.warc"
        plain.write_bytes(b"".join(gzip.decompress(part) for part in members(path)))
        path = plain
    size = path.stat().st_size
    edges = [0, *sorted(size * cut // 100 for cut in cuts), size]

    parts = [urls(path, a, b) for a, b in pairwise(edges)]
    assert [url for part in parts for url in part] == urls(path)


# --- what records hold ---------------------------------------------------------------------------


def record(block: bytes, **headers: str) -> Record:
    said = {"warc-type": "response", "warc-target-uri": "http://x.vn/a"}
    said["warc-date"] = "2025-03-01T05:00:00Z"
    return Record(0, 10, said | {k.replace("_", "-"): v for k, v in headers.items()}, block)


def test_a_chunked_and_packed_answer_is_unpacked() -> None:
    body = gzip.compress(b"<p>Trang</p>")
    chunked = (
        b"5\r\n" + body[:5] + b"\r\n%x;x=1\r\n" % (len(body) - 5) + body[5:] + b"\r\n0\r\n\r\n"
    )
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
    found = capture_of(record(head + chunked))

    assert isinstance(found, Capture)
    assert (found.status, found.body, found.headers) == (200, b"<p>Trang</p>", [])


def test_an_answer_of_common_crawl_is_read_though_its_body_is_unpacked() -> None:
    head = b"HTTP/1.1 200 OK\r\nX-Crawler-Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n\r\n"
    found = capture_of(record(head + b"<html>Trang</html>", warc_target_uri="<http://x.vn/a>"))

    assert isinstance(found, Capture)
    assert (found.url, found.body) == ("http://x.vn/a", b"<html>Trang</html>")


@pytest.mark.parametrize(
    ("block", "headers"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08broken", {}),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: rot13\r\n\r\nabc", {}),
        (b"SSH-2.0-OpenSSH\r\n", {}),
        (b"HTTP/1.1 200 OK\r\n\r\nabc", {"warc_date": "yesterday"}),
    ],
)
def test_what_cannot_be_read_is_damage_and_no_page(block: bytes, headers: dict[str, str]) -> None:
    found = capture_of(record(block, **headers))

    assert isinstance(found, Damage)
    assert found.url == "http://x.vn/a"


@pytest.mark.parametrize("kind", ["warcinfo", "request", "metadata", "resource"])
def test_other_records_are_no_captures(kind: str) -> None:
    assert capture_of(record(b"HTTP/1.1 200 OK\r\n\r\n", warc_type=kind)) is None


def test_a_packed_body_that_inflates_without_end_is_refused() -> None:
    bomb = gzip.compress(bytes(40_000_000))

    with pytest.raises(EncodingError, match="more than 16 MB"):
        decode_body(bomb, "gzip")


@given(st.binary(max_size=300))
def test_any_bytes_are_dechunked_or_left(body: bytes) -> None:
    assert len(dechunk(body)) <= len(body)


# --- writing -------------------------------------------------------------------------------------


def test_a_revisit_names_what_it_repeats_and_holds_no_body(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    writer = ArchiveWriter(path, "test", AT)
    capture = Capture("http://x.vn/1.html", 200, [], page(1), AT)
    first = writer.write(capture)
    earlier = RevisitTarget(capture.url, "2025-03-01T05:00:00+00:00", first.digest)
    again = writer.write(capture, earlier=earlier)
    writer.close()

    found = [record for record in read_records(path) if isinstance(record, Record)][-1]
    assert found.kind == "revisit"
    assert found.headers["warc-profile"].endswith("/revisit/identical-payload-digest")
    assert found.headers["warc-refers-to-date"] == "2025-03-01T05:00:00Z"
    assert (found.headers["warc-payload-digest"], again.digest) == (first.digest, first.digest)
    assert again.length < first.length


def test_requests_are_kept_without_their_secrets(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    writer = ArchiveWriter(path, "test", AT)
    asked = [("User-Agent", "tin"), ("Cookie", "D1N=geheim"), ("Authorization", "Basic geheim")]
    writer.write(Capture("http://x.vn/1.html", 200, [("Set-Cookie", "geheim")], b"<p>", AT), asked)
    writer.close()

    blocks = [found.block for found in read_records(path) if isinstance(found, Record)]
    assert b"User-Agent: tin" in blocks[-1]
    assert b"geheim" not in b"".join(blocks)
