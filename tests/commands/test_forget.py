"""Taking an article down: nothing is left of it in any file, and nothing brings it back."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from scrapy.settings import Settings

from portals.actions.forget import Action
from portals.archive.taking_down import ArchiveTakedown, FileTakedown
from portals.store.portal_lock import PortalLock
from tests.support.archive_life import archive, crawl, edit, files, reextract
from tests.support.commands import scrapy
from tests.support.database import content, rows
from tests.support.federation import federation, sample_items
from tests.support.http_server import Answer, FakePortal, serving
from tests.support.kill_points import killed_everywhere, run_to
from tests.support.pages.themes import Item
from tests.support.processes import Done

SENTENCE = "Bà Tôn Nữ Vô Danh ở hẻm 77 gửi đơn vì bị trả lương chậm zyxwvut tháng."
WORD = "zyxwvut"


def private(item: Item) -> Item:
    """The same article with a sentence that nobody else has."""
    text = replace(item.text, paragraphs=[*item.text.paragraphs, SENTENCE])
    return replace(item, text=text)


def holds_sentence(folder: Path) -> list[str]:
    """Return the names of the files that hold the sentence or its word, packed or not."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
        if SENTENCE.encode() in data or WORD.encode() in data:
            found.append(path.name)
    return found


@dataclass(frozen=True)
class Crawled:
    """A portal that was crawled twice, and whose first article is private."""

    portal: FakePortal
    item: Item
    folder: Path

    @property
    def url(self) -> str:
        return f"{self.portal.origin}{self.item.url}"


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("crawled") / "data"
    folder.mkdir()
    first, *others = sample_items(1, 4)
    item = private(first)
    with serving(federation([item, *others], per_page=2)) as portal:
        assert crawl(portal, folder).code == 0
        edit(portal, item)
        assert crawl(portal, folder, "-a", "revisit=all").code == 0
        again = scrapy("similar", "--update", "-s", f"DATABASE={folder / 'a.db'}")
        assert again.code == 0, again.err
        assert holds_sentence(folder)[0] == "a.db"
        yield Crawled(portal, item, folder)


@pytest.fixture
def folder(crawled: Crawled, tmp_path: Path) -> Path:
    return Path(shutil.copytree(crawled.folder, tmp_path / "data"))


def forget(folder: Path, *words: str) -> Done:
    return scrapy("forget", *words, *settings(folder))


def settings(folder: Path) -> tuple[str, ...]:
    return ("-s", f"DATABASE={folder / 'a.db'}", "-s", f"ARCHIVE_DIR={folder / 'archive'}")


@pytest.fixture
def forgotten(folder: Path, crawled: Crawled) -> Path:
    done = forget(folder, crawled.url)
    assert done.code == 0, done.err
    return folder


def test_no_file_holds_the_article_and_everything_else_is_whole(
    crawled: Crawled, folder: Path
) -> None:
    before = content(folder / "a.db")
    pasted = crawled.url.removeprefix("http://") + "/?utm_source=mail#top"
    trial = forget(folder, pasted, "--dry-run")
    untouched = content(folder / "a.db")
    done = forget(folder, pasted, "--reason", "đơn thư")

    assert (trial.code, done.code) == (0, 0), trial.err + done.err
    assert untouched == before
    assert trial.out == done.out.replace("taken down", "would be taken down")
    assert f"{crawled.url} (haiphong): article 1, 2 revisions, taken down\n" in done.out
    assert "snapshots and exports made earlier are not touched" in done.out
    assert holds_sentence(folder) == []
    after = content(folder / "a.db")
    kept = [row for row in before["articles"] if SENTENCE not in row["body"]]
    assert [without_place(row) for row in after["articles"]] == list(map(without_place, kept))
    (mark,) = rows(folder / "a.db", "SELECT portal, key, reason, state FROM forgotten_urls")
    assert mark == {
        "portal": "haiphong", "key": crawled.item.url, "reason": "đơn thư", "state": "done",
    }  # fmt: skip
    check = archive(folder, "check")
    assert check.out.endswith("0 damaged, 0 missing, 0 orphans\n"), check.out
    assert scrapy("verify", *settings(folder)).code == 0
    assert scrapy("show", crawled.url, *settings(folder)).code == 2


def without_place(row: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if name != "page_id"}


def test_a_crawl_does_not_request_it_and_no_archive_brings_it_back(
    crawled: Crawled, forgotten: Path
) -> None:
    portal, other = crawled.portal, sample_items(1, 4)[1]
    portal.asked.clear()
    portal.first[other.url] = [Answer(b"", 302, {"Location": crawled.item.url})]
    run = crawl(portal, forgotten, "-a", "revisit=all")
    read = reextract(forgotten, *files(crawled.folder), database="a.db")

    assert (run.code, read.code) == (0, 0), run.err + read.err
    assert other.url in portal.asked
    assert crawled.item.url not in portal.asked
    sql = "SELECT urls, example FROM skipped_urls WHERE rule = 'forgotten'"
    assert rows(forgotten / "a.db", sql) == [{"urls": 1, "example": ""}]
    (reject,) = rows(forgotten / "a.db", "SELECT url, code FROM rejects")
    assert reject == {"url": f"{portal.origin}{other.url}", "code": "forgotten"}
    assert "captures of articles that were taken down ('scrapy forget') are left out" in read.err
    assert holds_sentence(forgotten) == []


def test_a_mark_is_listed_and_after_undo_the_page_is_fetched_again(
    crawled: Crawled, forgotten: Path
) -> None:
    listed = forget(forgotten, "--list", "--json")
    undone = forget(forgotten, "--undo", f"https://www.{crawled.url.removeprefix('http://')}")
    crawled.portal.asked.clear()
    run = crawl(crawled.portal, forgotten)

    assert [row["key"] for row in json.loads(listed.out)] == [crawled.item.url]
    assert undone.code == 0, undone.err
    assert run.code == 0, run.err
    assert crawled.item.url in crawled.portal.asked
    assert len(content(forgotten / "a.db")["articles"]) == 4


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("http://x.vn/nothing.html",), 2, "there is no article 'http://x.vn/nothing.html'"),
        (("--undo", "http://x.vn/a"), 2, "was not taken down"),
        ((), 2, "give URLs, or one of --list and --resume"),
    ],
)
def test_what_is_not_there_is_one_line(
    folder: Path, words: tuple[str, ...], code: int, says: str
) -> None:
    done = forget(folder, *words)

    assert done.code == code
    assert says in done.err
    assert "Traceback" not in done.err


def test_a_running_crawl_is_named_and_nothing_is_touched(crawled: Crawled, folder: Path) -> None:
    before = content(folder / "a.db")
    with PortalLock(folder / "a.db", "haiphong").hold():
        done = forget(folder, crawled.url)

    assert done.code == 14
    assert "another run of haiphong is alive (process" in done.err
    assert content(folder / "a.db") == before


def test_a_reader_of_an_old_state_is_told_and_resume_finishes(
    crawled: Crawled, folder: Path
) -> None:
    with closing(sqlite3.connect(folder / "a.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM articles").fetchone()
        done = forget(folder, crawled.url)
    states = rows(folder / "a.db", "SELECT state FROM forgotten_urls")
    again = forget(folder, "--resume")

    assert done.code == 10
    assert "'scrapy forget --resume' finishes when it has ended" in done.err
    assert states == [{"state": "begun"}]
    assert again.code == 0, again.err
    assert "resuming: the taking down of 1 URLs was interrupted" in again.err
    assert holds_sentence(folder) == []
    assert rows(folder / "a.db", "SELECT state FROM forgotten_urls") == [{"state": "done"}]


def killed_state(folder: Path, crawled: Crawled) -> str:
    """Check what a killed command left; return the state in which it was found."""
    check = archive(folder, "check")
    assert check.code == 0, check.err
    marks = rows(folder / "a.db", "SELECT state FROM forgotten_urls")
    sql = "SELECT count(*) AS n FROM articles WHERE body LIKE '%zyxwvut%'"
    (left,) = rows(folder / "a.db", sql)
    assert left["n"] == (0 if marks else 1)
    again = forget(folder, crawled.url)
    assert again.code == 0, again.err
    assert ("resuming: " in again.err) == (marks == [{"state": "begun"}])
    assert holds_sentence(folder) == []
    check = archive(folder, "check")
    assert check.out.endswith("0 damaged, 0 missing, 0 orphans\n"), check.out
    return marks[0]["state"] if marks else "old"


def test_a_kill_after_the_rows_were_deleted_is_resumed(crawled: Crawled, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    words = ("forget", crawled.url, *settings(folder))
    shutil.copytree(crawled.folder, folder)
    number = 1
    while not rows(folder / "a.db", "SELECT 1 FROM archive_rewrites"):
        assert run_to(number, folder, words) == -9
        number += 1

    assert killed_state(folder, crawled) == "begun"


@pytest.mark.nightly  # processes for every third boundary: more do not end in ten minutes
def test_taking_down_may_be_killed_anywhere(crawled: Crawled, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    words = ("forget", crawled.url, *settings(folder))
    states = {
        killed_state(folder, crawled)
        for _ in killed_everywhere(crawled.folder, folder, words, step=3)
    }

    assert states == {"old", "begun", "done"}


def test_records_that_stay_outside_are_not_counted_as_taken_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = tmp_path / "sample.warc.gz"
    action = Action()
    action.settings = Settings({"DATABASE": str(tmp_path / "a.db")})
    plan = ArchiveTakedown({theirs: FileTakedown(theirs, is_ours=False, offsets={0, 9})})
    action._tell([], plan, Namespace(json=False, dry_run=False))
    printed = capsys.readouterr()

    assert printed.out.startswith("0 records in 0 archives taken down\n")
    assert printed.err == (
        f"2 records stay in {theirs}, a file outside ARCHIVE_DIR; remove them there\n"
    )
