"""Files of records: read from any place on, and on behind whatever is damaged."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portals.archive import records
from portals.archive.building import RevisitTarget
from portals.archive.captures import Capture, archive_files, capture_of
from portals.archive.encodings import EncodingError, dechunk, decode_body
from portals.archive.reading import ranges_of
from portals.archive.records import CUT, Damage, Record, read_records
from portals.archive.replay_index import record_at
from portals.archive.writer import ArchiveWriter
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


def test_several_records_in_a_later_member_are_told(whole: Path) -> None:
    first, *rest = members(whole)
    together = gzip.compress(b"".join(map(gzip.decompress, rest)))
    whole.write_bytes(first + together)

    (found,) = damage(whole)
    assert "several records in one gzip member" in found.reason


# --- files as other programs write them ----------------------------------------------------------


@pytest.fixture
def compressed_whole(tmp_path: Path) -> Path:
    path = archive(tmp_path / "whole.warc.gz", 40)
    path.write_bytes(gzip.compress(b"".join(map(gzip.decompress, members(path)))))
    return path


def test_a_file_that_was_compressed_whole_is_read(compressed_whole: Path) -> None:
    found = [one for one in read_records(compressed_whole) if isinstance(one, Record)]

    assert [one.url for one in found[1:]] == [f"http://x.vn/{n}.html" for n in range(1, 41)]
    assert damage(compressed_whole) == []
    (part,) = ranges_of(compressed_whole)
    assert urls(compressed_whole, part.start, part.end) == [one.url for one in found]
    for one in found[::9]:
        assert record_at(compressed_whole, one.offset) == one


def test_a_file_that_was_compressed_whole_is_read_up_to_its_damage(compressed_whole: Path) -> None:
    data = compressed_whole.read_bytes()
    compressed_whole.write_bytes(data[: len(data) * 2 // 3])

    count = len(urls(compressed_whole))
    assert 5 < count < 41
    (found,) = damage(compressed_whole)
    assert found.reason == "the gzip data ends in the middle of a record"


def end_with(end: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data.removesuffix(b"\r\n\r\n") + end


def version(name: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(b"WARC/1.1", name, 1)


def bare_line_feeds(data: bytes) -> bytes:
    head, _, rest = data.partition(b"\r\n\r\n")
    return head.replace(b"\r\n", b"\n") + b"\n\n" + rest.removesuffix(b"\r\n\r\n") + b"\n\n"


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "0.17": version(b"WARC/0.17"),
    "0.18": version(b"WARC/0.18"),
    "line feeds": bare_line_feeds,
    "no blank lines": end_with(b""),
    "one line end": end_with(b"\r\n"),
    "three line ends": end_with(b"\r\n\r\n\r\n"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("is_packed", [True, False])
def test_every_form_is_read_whole(tmp_path: Path, form: str, *, is_packed: bool) -> None:
    path = archive(tmp_path / "a.warc.gz")
    parts = [FORMS[form](gzip.decompress(part)) for part in members(path)]
    path = tmp_path / ("b.WARC.GZ" if is_packed else "b.WARC")
    path.write_bytes(b"".join(gzip.compress(part) if is_packed else part for part in parts))

    assert urls(path) == [None, *(f"http://x.vn/{n}.html" for n in range(1, 7))]
    assert damage(path) == []
    assert archive_files([tmp_path]) == [tmp_path / "a.warc.gz", path]


def test_a_length_that_counts_the_line_ends_is_still_told(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.warc.gz", 3)
    parts = [gzip.decompress(part) for part in members(path)]
    size = len(parts[2].partition(b"\r\n\r\n")[2]) - 4
    parts[2] = parts[2].replace(b"Content-Length: %d" % size, b"Content-Length: %d" % (size + 4), 1)
    for path in (tmp_path / "b.warc.gz", tmp_path / "b.warc"):
        is_packed = path.suffix == ".gz"
        path.write_bytes(b"".join(gzip.compress(part) if is_packed else part for part in parts))
        assert urls(path) == [None, "http://x.vn/1.html", "http://x.vn/3.html"]
        assert [found.url for found in damage(path)] == ["http://x.vn/2.html"]


def test_an_arc_file_is_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.arc"
    path.write_bytes(b"filedesc://a.arc 0.0.0.0 20240310020000 text/plain 73\n1 0 test\n\n")

    (found,) = damage(path)
    assert found.reason.startswith("an ARC file; convert it")


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


@pytest.mark.parametrize("kind", ["warcinfo", "request", "metadata", "conversion"])
def test_other_records_are_no_captures(kind: str) -> None:
    assert capture_of(record(b"HTTP/1.1 200 OK\r\n\r\n", warc_type=kind)) is None


def test_a_file_of_a_packed_site_is_a_page() -> None:
    found = capture_of(record(b"<p>Trang</p>", warc_type="resource", content_type="text/html"))

    assert isinstance(found, Capture)
    assert (found.status, found.content_type, found.body) == (200, "text/html", b"<p>Trang</p>")


@pytest.mark.parametrize("url", ["urn:uuid:1", "file:///a.html", "dns:x.vn"])
def test_a_resource_that_has_no_address_in_the_web_is_no_page(url: str) -> None:
    assert capture_of(record(b"<p>", warc_type="resource", warc_target_uri=url)) is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("20240310020304", "2024-03-10T02:03:04"), ("2024", "2024-01-01T00:00:00"),
        ("2024-03", "2024-03-01T00:00:00"), ("2024-03-10", "2024-03-10T00:00:00"),
        ("2024-03-10T02:03:04.123456789Z", "2024-03-10T02:03:04.123456"),
    ],
)  # fmt: skip
def test_dates_of_every_precision_are_read(text: str, at: str) -> None:
    found = capture_of(record(b"HTTP/1.1 200 OK\n\n<p>", warc_date=text))

    assert isinstance(found, Capture)
    assert found.captured_at == datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert found.body == b"<p>"


NONSENSE = (
    "UTF8", "ISO-8859-1", "text/html", "binary", "amz-1.0", "8bit", "identity, x-unknown",
)  # fmt: skip


@pytest.mark.parametrize("names", NONSENSE)
@pytest.mark.parametrize("body", [b"<p>Trang</p>", b"\xef\xbb\xbf \n<html>", b"User-agent: *\n"])
def test_a_content_encoding_that_is_none_is_ignored_where_the_body_is_text(
    names: str, body: bytes
) -> None:
    assert decode_body(body, names) == body
    assert decode_body(gzip.compress(body), f"gzip, {names}") == body
    assert decode_body(gzip.compress(body), f"{names}, gzip") == body


def test_a_body_that_is_no_text_needs_its_encoding() -> None:
    with pytest.raises(EncodingError, match="'x-packed' is unknown"):
        decode_body(b"\x00\x01", "x-packed")


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
