"""The speed of re-extraction: ``scrapy reextract`` and trafilatura on the same WARC file.

``python -m benchmarks.reextract [PAGES] [ROUNDS]``. The archive contains articles of the project's
sample stories, with one listing page per ten. ``python -m benchmarks.reextract --captures`` uses
the captured pages of ``../shared`` instead, twenty times each. Every figure is of a whole command,
from its start to the last commit, alternately; trafilatura extracts title, date, author and text of
the same records with the same WARC reader, and stores nothing. Memory is the maximum over all
processes.

``python -m benchmarks.reextract --memory`` prints the memory for 5,000 and 50,000 pages.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import monotonic

import trafilatura

from portals.archive.captures import Capture, capture_of, read_captures
from portals.archive.reading import Range, ranges_of
from portals.archive.records import Record, read_records
from portals.archive.writer import ArchiveWriter
from tests.support.pages.prose import stories
from tests.support.pages.synthetic import TODAY, text_of
from tests.support.pages.themes import Frame, Item, danaweb_1, danaweb_1_list

PROJECT = Path(__file__).resolve().parents[1]
CAPTURES = PROJECT.parent / "shared" / "captures"
HOME = "https://congdoanhaiphong.vn"
FAMILIES = {"danaweb1": "danaweb", "danaweb2": "danaweb", "nukeviet": "nukeviet",
            "wordpress": "wordpress"}  # fmt: skip
REPEATS = 20
AT = datetime(2025, 6, 15, 2, 0, tzinfo=UTC)


def generated(count: int) -> Iterator[Capture]:
    """Yield the pages of a portal with ``count`` articles, a listing page before every ten."""
    frame = Frame(TODAY)
    listed: list[Item] = []
    for story in stories(count):
        path = f"/tin-tuc-su-kien/{story.slug}-{story.number}.html"
        listed.append(Item(path, text_of(story, "Tin tức")))
        if len(listed) == 10:
            url = f"{HOME}/tin-tuc-su-kien?page={story.number}"
            yield capture(url, danaweb_1_list(listed, frame, []), story.number)
            for item in listed:
                yield capture(HOME + item.url, danaweb_1(item.text, frame), story.number)
            listed = []


def capture(url: str, body: bytes, seconds: int) -> Capture:
    """Return a capture of a page, ``seconds`` after a fixed start."""
    headers = [("Content-Type", "text/html; charset=utf-8")]
    return Capture(url, 200, headers, body, AT + timedelta(seconds=seconds))


def write(path: Path, captures: Iterator[Capture]) -> int:
    """Write an archive and return its number of pages."""
    writer, count = ArchiveWriter(path), 0
    for count, item in enumerate(captures, 1):  # noqa: B007 - the count is wanted
        writer.write(item)
    writer.close()
    return count


def repeated(source: Path) -> Iterator[Capture]:
    """Yield the captured pages repeatedly, each time one day earlier: none is from the future."""
    found = [capture for capture in read_captures(source) if capture.status == 200]
    for day in range(REPEATS):
        for item in found:
            yield replace(item, captured_at=item.captured_at - timedelta(days=day))


def ours(path: Path, jobs: int, portal: str | None) -> tuple[float, int]:
    """Return the seconds of the command, and the maximum memory of its processes in kB."""
    with tempfile.TemporaryDirectory() as folder:
        words = [
            sys.executable, "-m", "scrapy", "reextract", str(path), "--jobs", str(jobs),
            "-s", f"DATABASE={folder}/a.db", *(("--portal", portal) if portal else ()),
        ]  # fmt: skip
        return timed(words)


def theirs(path: Path, jobs: int) -> tuple[float, int]:
    """Return seconds and memory of trafilatura over the same records."""
    return timed([sys.executable, "-m", "benchmarks.reextract", "--child", str(path), str(jobs)])


def timed(words: list[str]) -> tuple[float, int]:
    """Run a command and return its seconds and its maximum memory in kB."""
    began = monotonic()
    done = subprocess.Popen(words, cwd=PROJECT, stdout=subprocess.DEVNULL)  # noqa: S603
    _, status, usage = os.wait4(done.pid, 0)
    done.returncode = os.waitstatus_to_exitcode(status)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}")
    return monotonic() - began, usage.ru_maxrss


def extract(part: Range) -> int:
    """Read a range of an archive with trafilatura."""
    count = 0
    for record in read_records(part.path, part.start, part.end):
        found = capture_of(record) if isinstance(record, Record) else None
        if isinstance(found, Capture) and found.status == 200:
            text = found.body.decode("utf-8", "replace")
            trafilatura.bare_extraction(text, url=found.url, with_metadata=True)
            count += 1
    return count


def child(path: str, jobs: str) -> None:
    """Read an archive with trafilatura, in ``jobs`` processes."""
    ranges = list(ranges_of(Path(path)))
    if jobs == "1":
        print(sum(map(extract, ranges)))
        return
    with ProcessPoolExecutor(int(jobs)) as readers:
        print(sum(readers.map(extract, ranges)))


def compare(name: str, path: Path, pages: int, rounds: int, portal: str | None = None) -> None:
    """Print pages per second of both, with one process and with two."""
    speeds: dict[str, list[float]] = {}
    for _ in range(rounds):
        for who, jobs in (("ours", 1), ("ours", 2), ("trafilatura", 1), ("trafilatura", 2)):
            seconds, _ = ours(path, jobs, portal) if who == "ours" else theirs(path, jobs)
            speeds.setdefault(f"{who} {jobs}", []).append(pages / seconds)
    speed = {who: median(measured) for who, measured in speeds.items()}
    for who, measured in speeds.items():
        low, high = min(measured), max(measured)
        print(f"{name}\t{who}\t{speed[who]:.0f} pages/s\t({low:.0f}-{high:.0f})")
    print(f"{name}\ttwo jobs against one\t{speed['ours 2'] / speed['ours 1']:.2f}")
    for jobs in (1, 2):
        ratio = speed["ours 2"] / speed[f"trafilatura {jobs}"]
        print(f"{name}\tours with 2 jobs against trafilatura with {jobs}\t{ratio:.1f}")


def main(count: int = 10_000, rounds: int = 3) -> None:
    """Compare on generated pages."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "generated.warc.gz"
        pages = write(path, generated(count))
        compare(f"{pages} generated pages", path, pages, rounds)


def captures(rounds: int = 3) -> None:
    """Compare on captured pages."""
    with tempfile.TemporaryDirectory() as folder:
        for source in sorted(CAPTURES.glob("*.warc.gz")):
            name = re.sub(r"\..*", "", source.name)
            path = Path(folder) / source.name
            pages = write(path, repeated(source))
            compare(f"{name}, {pages} pages", path, pages, rounds, FAMILIES[name])


def memory() -> None:
    """Print the maximum memory of the command for archives of two sizes."""
    for count in (5_000, 50_000):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "generated.warc.gz"
            pages = write(path, generated(count * 10 // 11))
            for jobs in (1, 2):
                seconds, memory = ours(path, jobs, None)
                print(f"{pages} pages, {jobs} jobs\t{memory / 1024:.1f} MB\t{seconds:.0f} s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:4])
    elif sys.argv[1:2] == ["--captures"]:
        captures()
    elif sys.argv[1:2] == ["--memory"]:
        memory()
    else:
        main(*(int(text) for text in sys.argv[1:3]))
