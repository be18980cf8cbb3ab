"""Archives: what was served is written, and read again whole or up to its last whole record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portals.archive.building import response_records
from portals.archive.captures import Capture, archive_files, read_captures
from portals.archive.records import Damage, read_records
from portals.archive.replay_index import ReplayIndex, record_at
from portals.archive.writer import ArchiveWriter, RollingWriter
from portals.errors import ArchiveError

AT = datetime(2025, 3, 1, 5, 0, tzinfo=UTC)


def capture(n: int, body: bytes = b"", days: int = 0, status: int = 200) -> Capture:
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Set-Cookie", "secret=1")]
    text = body or f"<p>Trang {n}</p>".encode()
    return Capture(f"http://x.vn/{n}.html?a=1", status, headers, text, AT + timedelta(days=days))


def write(path: Path, *captures: Capture) -> Path:
    writer = ArchiveWriter(path, "test")
    for item in captures:
        writer.write(item)
    writer.close()
    return path


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = write(tmp_path / "a.warc.gz", capture(1), capture(2, status=404))

    first, second = read_captures(path)

    assert (first.url, first.status, first.body, first.captured_at) == (
        "http://x.vn/1.html?a=1", 200, b"<p>Trang 1</p>", AT,
    )  # fmt: skip
    assert second.status == 404
    assert first.content_type == "text/html; charset=utf-8"


def test_cookies_are_left_out(tmp_path: Path) -> None:
    (read,) = read_captures(write(tmp_path / "a.warc.gz", capture(1)))

    assert [name for name, _ in read.headers if name.lower() == "set-cookie"] == []


@pytest.mark.parametrize("cut", [1, 10, 200])
def test_a_cut_file_is_read_to_its_last_whole_record(tmp_path: Path, cut: int) -> None:
    path = write(tmp_path / "a.warc.gz", *(capture(n) for n in range(5)))
    path.write_bytes(path.read_bytes()[:-cut])

    assert [item.url for item in read_captures(path)][:4] == [capture(n).url for n in range(4)]
    replay = ReplayIndex([path])
    assert replay.find(capture(3).url) is not None


def test_replay_answers_with_the_newest_capture(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.warc.gz",
        capture(1, b"old"),
        capture(1, b"new", days=2),
        capture(1, b"mid", days=1),
    )

    found = ReplayIndex([path]).find("http://x.vn/1.html?a=1")

    assert found is not None
    assert found.capture.body == b"new"


def test_replay_takes_http_and_https_for_one_address(tmp_path: Path) -> None:
    replay = ReplayIndex([write(tmp_path / "a.warc.gz", capture(1))])

    assert replay.find("https://x.vn/1.html?a=1") is not None
    assert replay.find("http://x.vn/2.html") is None


def test_replay_takes_a_host_with_and_without_www_for_one(tmp_path: Path) -> None:
    page = replace(capture(1), url="http://www.x.vn/1.html")
    replay = ReplayIndex([write(tmp_path / "a.warc.gz", page)])

    assert replay.find("http://www.x.vn/1.html") is not None
    assert replay.find("https://x.vn/1.html") is not None


def test_a_folder_is_read_as_one_archive(tmp_path: Path) -> None:
    write(tmp_path / "one" / "a.warc.gz", capture(1))
    write(tmp_path / "two" / "b.warc.gz", capture(2))

    assert len(ReplayIndex([tmp_path])) == 2


def test_a_missing_archive_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="there is no archive"):
        archive_files([tmp_path / "none.warc.gz"])


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="holds no WARC file"):
        archive_files([tmp_path])


def test_a_file_that_is_no_archive_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_text("this is not an archive\n" * 50)

    with pytest.raises(ArchiveError, match="no readable response"):
        ReplayIndex([path])


def test_the_same_captures_make_the_same_bytes(tmp_path: Path) -> None:
    writers = [ArchiveWriter(tmp_path / folder / "a.warc.gz", "test", AT) for folder in "xy"]
    for writer in writers:
        writer.write(capture(1))
        writer.close()

    assert writers[0].path.read_bytes() == writers[1].path.read_bytes()


# --- files of their own --------------------------------------------------------------------------


def test_two_runs_of_one_name_and_second_never_write_one_file(tmp_path: Path) -> None:
    """As two databases with one folder of archives do: same portal, second and run number."""
    name = "haiphong-20250301T050000Z-1"
    writers = [RollingWriter(tmp_path, name, 10**9, {"isPartOf": "haiphong"}) for _ in range(2)]
    for number in range(20):
        for writer in writers:
            written = writer.append(
                response_records(capture(number, bytes(number) + b"<p>Trang</p>"), [])
            )
            found = record_at(written.path, written.offset)
            assert found is not None
            assert found.length == written.length
    for writer in writers:
        writer.close()

    paths = archive_files([tmp_path])
    assert len(paths) == 2
    assert all(path.name.startswith(f"{name}-") for path in paths)
    assert [len(list(read_captures(path))) for path in paths] == [20, 20]
    assert not [
        found for path in paths for found in read_records(path) if isinstance(found, Damage)
    ]


@pytest.mark.parametrize("is_link", [True, False])
def test_a_file_that_exists_is_never_written(tmp_path: Path, *, is_link: bool) -> None:
    other, path = tmp_path / "other", tmp_path / "a.warc.gz"
    other.write_bytes(b"other")
    path.symlink_to(other) if is_link else path.write_bytes(b"other")

    with pytest.raises(FileExistsError):
        ArchiveWriter(path)
    assert (other.read_bytes(), path.read_bytes()) == (b"other", b"other")
