"""Portals that no longer answer, read from the captures of a public archive."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from portals.archive.captures import read_captures
from portals.archive.wayback import (
    CdxRecord,
    UnreadableIndexError,
    parse_cdx_page,
    parse_playback_url,
    playback_url,
    undo_rewriting,
)
from portals.store.portal_lock import PortalLock
from tests.support.commands import QUICK, scrapy
from tests.support.database import content, rows
from tests.support.http_server import Answer
from tests.support.pages.prose import SampleStory, stories
from tests.support.pages.synthetic import TODAY, text_of
from tests.support.pages.themes import Frame, danaweb_1, danaweb_1_list, danaweb_404
from tests.support.processes import Done
from tests.support.wayback_server import Kept, Machine, wayback

HOME = "https://congdoanhaiphong.vn"
LIST = "/tin-tuc-su-kien"
FRAME = Frame(TODAY)
AT = "20240503080910"
LATER = "20240907121314"
BUSY = Answer(b"<html><h1>429 Too Many Requests</h1></html>", 429)


def url_of(story: SampleStory) -> str:
    return f"{HOME}{LIST}/{story.slug}-{story.number}.html"


def page_of(story: SampleStory, *, ending: str = "") -> bytes:
    text = text_of(story, "Tin tức")
    return danaweb_1(
        replace(text, paragraphs=[*text.paragraphs, *([ending] if ending else [])]), FRAME
    )


def kept(story: SampleStory, timestamp: str = AT, *, ending: str = "", **changes: Any) -> Kept:
    return replace(Kept(timestamp, url_of(story), page_of(story, ending=ending)), **changes)


def others() -> list[Kept]:
    """What else the archive has of the portal: lists, pictures, pages that were gone."""
    empty = danaweb_1_list([], FRAME, [])
    return [
        Kept(AT, f"{HOME}/", empty),
        Kept(AT, f"{HOME}{LIST}", empty),
        Kept(AT, f"{HOME}/uploads/anh.jpg", b"JFIF", mimetype="image/jpeg"),
        Kept(AT, f"{HOME}{LIST}/tin-da-xoa-9999.html", b"gone", status=404),
    ]


def crawl(machine: Machine, database: Path, *more: str, name: str = "haiphong") -> Done:
    return scrapy(
        "crawl", name, "-a", "via=wayback", "-s", f"WAYBACK={machine.origin}",
        "-s", f"DATABASE={database}", "-s", f"ARCHIVE_DIR={database.parent / 'archive'}",
        "-s", 'DOWNLOAD_SLOTS={"wayback-index": {"delay": 0}}', "-s", "WAYBACK_PAUSE=0.2",
        *QUICK, *more,
    )  # fmt: skip


def stored(database: Path) -> list[str]:
    return sorted(row["url"] for row in rows(database, "SELECT url FROM articles"))


def rejects(database: Path) -> dict[str, str]:
    found = rows(database, "SELECT url, reason FROM rejects")
    return {row["url"].split("id_/")[-1]: row["reason"] for row in found}


def test_the_articles_of_a_portal_come_from_its_captures(tmp_path: Path) -> None:
    told = list(stories(4))
    with wayback([*map(kept, told), *others()]) as machine:
        done = crawl(machine, tmp_path / "a.db")

    assert done.code == 0, done.err
    assert stored(tmp_path / "a.db") == sorted(map(url_of, told))
    assert rows(tmp_path / "a.db", "SELECT DISTINCT via, seen_at FROM revisions") == [
        {"via": "wayback", "seen_at": "2024-05-03T08:09:10+00:00"}
    ]
    assert [path for path in machine.asked if not path.startswith(("/cdx/", "/web/"))] == []


def test_two_captures_of_an_edited_article_are_two_revisions(tmp_path: Path) -> None:
    (story,) = stories(1)
    captures = [kept(story), kept(story, "20240601000000"), kept(story, LATER, ending="Tin thêm.")]
    with wayback(captures) as machine:
        crawl(machine, tmp_path / "a.db")

    found = rows(tmp_path / "a.db", "SELECT seen_at, body FROM revisions ORDER BY seen_at")
    assert [row["seen_at"] for row in found] == [
        "2024-05-03T08:09:10+00:00",
        "2024-09-07T12:13:14+00:00",
    ]
    assert [row["body"].endswith("Tin thêm.") for row in found] == [False, True]
    assert len(stored(tmp_path / "a.db")) == 1
    assert sum("/web/" in path for path in machine.asked) == 2, "the same payload is asked once"


def test_addresses_are_those_of_the_portal_whatever_was_captured(tmp_path: Path) -> None:
    story, other = stories(2)
    old = url_of(story).replace("https://", "http://www.").replace(".vn/", ".vn:80/")
    with wayback([kept(story, url=old), kept(other)]) as machine:
        crawl(machine, tmp_path / "a.db")

    assert stored(tmp_path / "a.db") == sorted([url_of(story), url_of(other)])


def test_pages_that_the_archive_rewrote_are_read_as_they_were(tmp_path: Path) -> None:
    raw, rewritten = tmp_path / "raw" / "a.db", tmp_path / "rewritten" / "a.db"
    with wayback([kept(story) for story in stories(3)]) as machine:
        crawl(machine, raw)
        machine.rewrites_all = True
        crawl(machine, rewritten)

    drop = {"run_id", "page_id", "first_seen_at", "last_seen_at"}
    assert _without(content(rewritten), drop) == _without(content(raw), drop)


def _without(tables: dict[str, list[dict[str, Any]]], names: set[str]) -> dict[str, Any]:
    return {
        table: [{k: v for k, v in row.items() if k not in names} for row in found]
        for table, found in tables.items()
    }


@pytest.mark.parametrize("status", [429, 503])
def test_an_archive_that_is_busy_is_waited_for(tmp_path: Path, status: int) -> None:
    told = list(stories(3))
    with wayback(map(kept, told)) as machine:
        machine.first = {
            "/cdx/": [replace(BUSY, status=status)],
            "/web/": [replace(BUSY, status=status)],
        }
        done = crawl(machine, tmp_path / "a.db")

    assert done.code == 0, done.err
    assert stored(tmp_path / "a.db") == sorted(map(url_of, told))


def test_an_archive_that_stays_busy_is_incomplete_and_its_page_no_article(tmp_path: Path) -> None:
    told = list(stories(3))
    with wayback(map(kept, told)) as machine:
        machine.first = {f"/web/{AT}id_/{url_of(told[1])}": [BUSY] * 50}
        done = crawl(machine, tmp_path / "a.db")
        assert done.code == 10, done.err
        assert len(stored(tmp_path / "a.db")) == 2
        assert rejects(tmp_path / "a.db")[url_of(told[1])] == "the archive cannot be reached"

        machine.first.clear()
        again = crawl(machine, tmp_path / "a.db")

    assert again.code == 0, again.err
    assert stored(tmp_path / "a.db") == sorted(map(url_of, told))


@pytest.mark.nightly
def test_an_index_that_stays_busy_is_incomplete(tmp_path: Path) -> None:
    with wayback(map(kept, stories(2))) as machine:
        machine.first = {"/cdx/": [BUSY] * 50}
        done = crawl(machine, tmp_path / "a.db")

    assert done.code == 10, done.err
    assert "page 1 of the list wayback could not be read" in done.out


@pytest.mark.parametrize(
    "body", [b"<html><p>Too many requests from your network</p></html>", b'{"error": "busy"}']
)
def test_an_answer_in_the_place_of_a_page_is_never_stored(tmp_path: Path, body: bytes) -> None:
    (story,) = stories(1)
    with wayback([kept(story)]) as machine:
        machine.first = {"/web/": [Answer(body)] * 9}
        done = crawl(machine, tmp_path / "a.db")

    assert done.code == 10, done.err
    assert stored(tmp_path / "a.db") == []
    assert rejects(tmp_path / "a.db") == {
        url_of(story): "the archive answered with a page of its own"
    }


def test_an_archive_that_recovers_is_asked_again_for_what_it_did_not_play(tmp_path: Path) -> None:
    story, other = stories(2)
    with wayback([kept(story), kept(other)]) as machine:
        machine.first = {f"/web/{AT}id_/{url_of(story)}": [Answer(b"<p>Too many requests</p>")] * 9}
        crawl(machine, tmp_path / "a.db")
        assert stored(tmp_path / "a.db") == [url_of(other)]
        machine.first.clear()
        done = crawl(machine, tmp_path / "a.db")

    assert done.code == 0, done.err
    assert len(stored(tmp_path / "a.db")) == 2
    done = scrapy("reextract", tmp_path / "archive", "-s", f"DATABASE={tmp_path / 'b.db'}")
    assert stored(tmp_path / "b.db") == stored(tmp_path / "a.db")


@pytest.mark.parametrize("odd", ["http://[x.vn]/a-1.html", "http://x.vn]:80/a-1.html"])
def test_an_odd_address_in_the_index_costs_itself(tmp_path: Path, odd: str) -> None:
    (story,) = stories(1)
    with wayback([kept(story)]) as machine:
        index = [["timestamp", "original", "mimetype", "statuscode", "digest"]]
        index += [[AT, odd, "text/html", "200", "X"], [AT, url_of(story), "text/html", "200", "Y"]]
        machine.first = {"/cdx/": [Answer(json.dumps(index).encode())]}
        done = crawl(machine, tmp_path / "a.db")

    assert done.code == 0, done.err
    assert stored(tmp_path / "a.db") == [url_of(story)]


def test_what_came_from_the_archive_is_not_pruned_for_its_age(tmp_path: Path) -> None:
    with wayback(map(kept, stories(2))) as machine:
        crawl(machine, tmp_path / "a.db")
        done = scrapy(
            "archive", "prune", "--older", "1d", "--drop-current",
            "-s", f"DATABASE={tmp_path / 'a.db'}", "-s", f"ARCHIVE_DIR={tmp_path / 'archive'}",
        )  # fmt: skip
        again = crawl(machine, tmp_path / "a.db")

    assert done.code == 0, done.err
    assert "0 new, 0 changed, 2 known" in again.out


def test_an_index_that_answers_no_list_is_incomplete(tmp_path: Path) -> None:
    with wayback(map(kept, stories(2))) as machine:
        machine.first = {"/cdx/": [Answer(b"<html>Sorry</html>")] * 9}
        done = crawl(machine, tmp_path / "a.db")

    assert done.code == 10, done.err


@pytest.mark.parametrize("has_neighbour", [False, True])
def test_a_capture_that_cannot_be_had_is_incomplete(tmp_path: Path, *, has_neighbour: bool) -> None:
    story, other = stories(2)
    captures = [kept(story, is_lost=True), kept(other)]
    if has_neighbour:
        captures.append(kept(story, LATER, ending="Tin thêm."))
    with wayback(captures) as machine:
        done = crawl(machine, tmp_path / "a.db")

    assert done.code == 10, done.err
    assert "1 captures are listed by the archive and cannot be had" in done.out
    wanted = {url_of(other), url_of(story)} if has_neighbour else {url_of(other)}
    assert set(stored(tmp_path / "a.db")) == wanted
    seen = rows(tmp_path / "a.db", "SELECT DISTINCT seen_at FROM revisions ORDER BY 1")
    assert len(seen) == 1 + has_neighbour, "no page is stored under another one's time"


def test_a_capture_of_an_error_page_is_a_reject(tmp_path: Path) -> None:
    story, other = stories(2)
    with wayback([kept(story, body=danaweb_404(FRAME)), kept(other)]) as machine:
        done = crawl(machine, tmp_path / "a.db")

    assert done.code == 0, done.err
    assert stored(tmp_path / "a.db") == [url_of(other)]
    assert rejects(tmp_path / "a.db") == {url_of(story): "error page that answers 200"}


def test_an_index_of_many_pages_is_read_to_its_end(tmp_path: Path) -> None:
    told = list(stories(7))
    with wayback(map(kept, told)) as machine:
        machine.page_size = 3
        crawl(machine, tmp_path / "a.db")

    assert machine.index_asked() == 3
    assert stored(tmp_path / "a.db") == sorted(map(url_of, told))


def test_a_second_run_asks_for_nothing_that_is_kept(tmp_path: Path) -> None:
    with wayback(map(kept, stories(3))) as machine:
        crawl(machine, tmp_path / "a.db")
        before = content(tmp_path / "a.db")
        machine.asked.clear()
        done = crawl(machine, tmp_path / "a.db")

    assert done.code == 0, done.err
    assert "0 new, 0 changed, 3 known" in done.out
    assert [path for path in machine.asked if path.startswith("/web/")] == []
    assert content(tmp_path / "a.db") == before


def test_a_run_that_was_stopped_goes_on(tmp_path: Path) -> None:
    told = list(stories(6))
    with wayback(map(kept, told)) as machine:
        stopped = crawl(machine, tmp_path / "a.db", "-s", "CLOSESPIDER_ITEMCOUNT=2")
        half = len(stored(tmp_path / "a.db"))
        asked = len(machine.asked)
        done = crawl(machine, tmp_path / "a.db")

    assert (stopped.code, done.code) == (10, 0), done.err
    assert 0 < half < 6
    assert machine.index_asked() == 1, "the index is not asked again"
    assert len(machine.asked) - asked <= 6
    assert stored(tmp_path / "a.db") == sorted(map(url_of, told))


def test_only_captures_since_a_day_are_listed(tmp_path: Path) -> None:
    story, other = stories(2)
    with wayback([kept(story), kept(other, LATER)]) as machine:
        crawl(machine, tmp_path / "a.db", "-a", "since=2024-06-01")

    assert [path for path in machine.asked if url_of(story) in path] == []


def test_a_portal_that_nobody_described_is_read_too(tmp_path: Path) -> None:
    told = list(stories(3))
    home = "http://khoicqdn.baria-vungtau.gov.vn"
    captures = [kept(story, url=url_of(story).replace(HOME, home)) for story in told]
    with wayback(captures) as machine:
        done = crawl(machine, tmp_path / "a.db", name="brvt")

    assert done.code == 0, done.err
    assert len(stored(tmp_path / "a.db")) == 3


def test_what_was_read_is_archived_and_can_be_read_again(tmp_path: Path) -> None:
    told = list(stories(2))
    captures = [kept(told[0]), kept(told[0], LATER, ending="Tin thêm."), kept(told[1])]
    database, again = tmp_path / "a.db", tmp_path / "b.db"
    with wayback(captures) as machine:
        machine.rewrites_all = True
        crawl(machine, database)
    done = scrapy("reextract", tmp_path / "archive", "-s", f"DATABASE={again}")

    assert done.code == 0, done.err
    drop = {"run_id", "page_id"}
    assert _without(content(again), drop) == _without(content(database), drop)
    (archive,) = (tmp_path / "archive").rglob("*.warc.gz")
    assert [capture.via for capture in read_captures(archive) if capture.via] == ["wayback"] * 3


def test_a_crawl_of_a_portal_that_is_gone_says_so_and_offers_the_archive(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with PortalLock(database, "brvt").hold():  # it ends before anything is asked
        done = scrapy("crawl", "brvt", "-s", f"DATABASE={database}")

    assert done.code == 14
    assert done.err.splitlines()[0].startswith("brvt is gone since 2025")
    assert "scrapy crawl brvt -a via=wayback" in done.err


# --- addresses and answers -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://web.archive.org/web/20240503080910id_/http://x.vn/a", "http://x.vn/a"),
        ("https://web.archive.org/web/20240503080910/http://x.vn:80/a?b=1", "http://x.vn/a?b=1"),
        ("https://web.archive.org/web/20240503080910im_/https:/x.vn/a", "https://x.vn/a"),
        ("https://web.archive.org/web/20241399080910id_/http://x.vn/a", None),
        ("https://web.archive.org/web/2024/http://x.vn/a", None),
        ("http://x.vn/web/a", None),
    ],
)
def test_addresses_of_captures_are_told(url: str, expected: str | None) -> None:
    found = parse_playback_url(url)

    assert (found.url if found else None) == expected


def test_a_capture_is_asked_for_as_it_was_served() -> None:
    line = CdxRecord(AT, "http://x.vn:80/a", "text/html", "200", "X")
    url = playback_url("http://127.0.0.1:1/", line)
    found = parse_playback_url(url)

    assert url == f"http://127.0.0.1:1/web/{AT}id_/http://x.vn:80/a"
    assert found is not None
    assert found.captured_at == datetime(2024, 5, 3, 8, 9, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("played", "own"),
    [
        (b'<a href="/web/20240503080910/http://x.vn/a">', b'<a href="http://x.vn/a">'),
        (
            b'<img src="//web.archive.org/web/20240503im_/https://y.vn/b.jpg">',
            b'<img src="https://y.vn/b.jpg">',
        ),
        (b"<!-- BEGIN WAYBACK TOOLBAR INSERT -->x<!-- END WAYBACK TOOLBAR INSERT --><p>", b"<p>"),
        (b"<p><!--\n     FILE ARCHIVED ON 08:09:10 May 03, 2024 -->", b"<p>"),
        (b"<a href='/web/tin-tuc'>", b"<a href='/web/tin-tuc'>"),
    ],
)
def test_the_traces_of_the_archive_are_undone(played: bytes, own: bytes) -> None:
    assert undo_rewriting(played) == own


def test_an_empty_index_lists_nothing() -> None:
    assert parse_cdx_page(b"[]") == parse_cdx_page(b"")


@pytest.mark.parametrize("body", [b"<html>", b"{}", b"3", b'["a"]', b"\xff\xfe"])
def test_an_answer_that_is_no_index_is_told(body: bytes) -> None:
    with pytest.raises(UnreadableIndexError):
        parse_cdx_page(body)
