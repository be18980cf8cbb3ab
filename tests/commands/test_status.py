"""``scrapy status``: rows of a store whose runs and articles are known to the day."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portals.article import Article, Reject
from portals.catalogue import portals
from portals.contract import normalise
from portals.errors import StorageError
from portals.outcomes import RejectCode
from portals.store.database import Store
from portals.store.portal_states import PortalState, PortalStateRepository
from portals.store.status import PortalStatus, due, not_attempted, portal_statuses
from tests.support.commands import scrapy
from tests.support.project import SAMPLE

NOW = datetime(2025, 3, 10, 3, 0, tzinfo=UTC)
COLUMNS = [
    "portal", "verdict", "last_run", "newest", "expected", "overdue", "articles", "rejects",
    "old_reader", "reason", "tls_exception", "tls_level", "proxy", "browser", "held_until",
]  # fmt: skip


def days(*numbers: int, month: int = 1, hour: int = 8) -> list[str]:
    return [f"2025-{month:02}-{number:02}T{hour:02}:00:00+07:00" for number in numbers]


def add_run(store: Store, portal: str, started: datetime, verdict: str | None = "ok") -> int:
    run_id = store.runs.start_run(portal, started)
    if verdict:
        ended = (started + timedelta(minutes=5)).isoformat(timespec="seconds")
        values = {"finished_at": ended, "verdict": verdict, "reason": f"was {verdict}"}
        store.runs.update_run(run_id, {**values, "rejects": 3})
    return run_id


def add_articles(store: Store, portal: str, run_id: int, dates: list[str | None]) -> None:
    for number, at in enumerate(dates):
        article = Article(
            portal=portal,
            url=f"http://{portal}.vn/bai-{number}.html",
            title=f"Bài số {number} của {portal}",
            body=f"Hội nghị lần thứ {number} của {portal} nói về người lao động.",
            fetched_at=NOW,
            external_id=str(number),
            published_at=at,
            published_precision="minute" if at else None,
        )
        store.articles.save(normalise(article), run_id)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "articles.db")
    yield opened
    opened.close()


def status(store: Store, portal: str, now: datetime = NOW) -> PortalStatus:
    (found,) = [one for one in portal_statuses(store.db, [portal], now) if one.portal == portal]
    return found


# --- the rhythm ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ([], None),
        (days(1, 2, 3, 4), None),
        (days(1, 2, 3, 4, 5), "2025-01-08T08:00:00+07:00"),
        (days(5, 1, 3, 9, 7), "2025-01-15T08:00:00+07:00"),  # every second day, in any order
        (days(1, 2, 3, 4, 20), "2025-01-23T08:00:00+07:00"),  # one long silence is no rhythm
        (days(1, 2, 5, 8, 9), "2025-01-15T08:00:00+07:00"),  # gaps 1, 3, 3, 1: two days
        ([*days(1, 1, 1, 1, 1), *days(8, 8, 8)], "2025-01-29T08:00:00+07:00"),
        (days(4, 4, 4, 4, 4), "2025-01-05T08:00:00+07:00"),  # one day: no gap, so one day
    ],
)
def test_the_next_article_is_due_after_three_usual_gaps(
    published: list[str], expected: str | None
) -> None:
    at = due(published)

    assert (at.isoformat() if at else None) == expected


def test_only_the_last_articles_tell_the_rhythm(store: Store) -> None:
    run_id = add_run(store, "ldtd", NOW)
    old = [f"2024-{month:02}-01T08:00:00+07:00" for month in range(1, 11)]
    add_articles(store, "ldtd", run_id, [*old, *(days(*range(1, 31)) + days(*range(1, 31)))])

    assert status(store, "ldtd").expected == "2025-02-02T08:00:00+07:00"


def test_twin_addresses_do_not_make_a_rhythm(store: Store) -> None:
    run_id = add_run(store, "ldtd", NOW)
    add_articles(store, "ldtd", run_id, [*days(1, 2, 3, 4)])
    with store.writing():
        store.db.execute(
            "INSERT INTO sightings (url, article_id, portal, content_hash, title, published_at,"
            " first_seen_at, last_seen_at) SELECT url || '?amp', article_id, portal, content_hash,"
            " title, published_at, first_seen_at, last_seen_at FROM sightings"
        )

    found = status(store, "ldtd")
    assert (found.articles, found.expected) == (8, None)


# --- one portal ----------------------------------------------------------------------------------


def test_a_portal_shows_its_last_run_and_its_newest_article(store: Store) -> None:
    add_run(store, "ldtd", NOW - timedelta(days=1), "gone")
    run_id = add_run(store, "ldtd", NOW, "incomplete")
    add_articles(store, "ldtd", run_id, [*days(1, 3, 5, 7, 9, month=3), None])

    assert status(store, "ldtd") == PortalStatus(
        portal="ldtd",
        verdict="incomplete",
        last_run="2025-03-10T03:00:00+00:00",
        newest="2025-03-09T08:00:00+07:00",
        expected="2025-03-15T08:00:00+07:00",
        overdue=False,
        articles=6,
        rejects=3,
        old_reader=0,
        reason="was incomplete",
    )


def test_what_an_older_reader_made_is_counted(store: Store) -> None:
    add_articles(store, "ldtd", add_run(store, "ldtd", NOW), [*days(1, 2, 3)])
    store.db.execute("UPDATE articles SET reader_version = reader_version - 1 WHERE id < 3")

    assert status(store, "ldtd").old_reader == 2


def test_a_portal_is_overdue_once_the_day_has_passed(store: Store) -> None:
    add_articles(store, "ldtd", add_run(store, "ldtd", NOW), [*days(1, 2, 3, 4, 5)])
    expected = datetime.fromisoformat("2025-01-08T08:00:00+07:00")

    assert not status(store, "ldtd", expected).overdue
    assert status(store, "ldtd", expected + timedelta(seconds=1)).overdue


def test_a_portal_that_was_never_crawled_has_empty_fields(store: Store) -> None:
    assert status(store, "brvt") == PortalStatus(
        "brvt",
        None,
        None,
        None,
        None,
        overdue=False,
        articles=0,
        rejects=None,
        old_reader=0,
        reason=None,
    )


def test_a_run_without_an_end_is_shown_while_it_is_the_newest(store: Store) -> None:
    add_run(store, "ldtd", NOW - timedelta(days=2))
    add_run(store, "ldtd", NOW - timedelta(days=1), None)
    running = status(store, "ldtd")
    add_run(store, "ldtd", NOW, "drift")

    assert (running.verdict, running.last_run) == ("running?", "2025-03-09T03:00:00+00:00")
    assert status(store, "ldtd").verdict == "drift"


def test_portals_with_runs_are_shown_beside_those_that_were_asked_for(store: Store) -> None:
    add_run(store, "copy", NOW)

    names = [one.portal for one in portal_statuses(store.db, ["ldtd", "brvt"], NOW)]
    assert names == ["brvt", "copy", "ldtd"]


def test_what_was_not_attempted_is_told_with_its_last_attempt(store: Store) -> None:
    age = timedelta(days=2)
    add_run(store, "edge", NOW - age)
    add_run(store, "failed", NOW - timedelta(days=1), "crashed")
    add_run(store, "killed", NOW - timedelta(days=1), None)
    add_run(store, "late", NOW - age - timedelta(seconds=1))
    add_run(store, "locked", NOW - timedelta(days=9))
    add_run(store, "locked", NOW, "locked")
    names = ["edge", "failed", "killed", "late", "locked", "never"]

    assert not_attempted(store.db, names, age, NOW) == {
        "late": "2025-03-08T02:59:59+00:00",
        "locked": "2025-03-01T03:00:00+00:00",
        "never": None,
    }


def test_a_database_of_something_else_is_one_line(store: Store) -> None:
    store.db.execute("ALTER TABLE runs RENAME TO walks")

    with pytest.raises(StorageError, match="no such table"):
        portal_statuses(store.db, [], NOW)
    with pytest.raises(StorageError, match="no such table"):
        not_attempted(store.db, [], timedelta(days=1), NOW)


# --- the command ---------------------------------------------------------------------------------


@pytest.fixture
def database(store: Store, tmp_path: Path) -> str:
    """Return the option that names a database with a crawl of today, and one of ten days ago."""
    now = datetime.now(UTC)
    add_articles(store, "ldtd", add_run(store, "ldtd", now), [*days(1, 2, 3, 4, 5)])
    add_run(store, "brvt", now - timedelta(days=10), "gone")
    return f"DATABASE={tmp_path / 'articles.db'}"


def test_the_command_prints_a_line_for_each_portal_that_was_crawled(database: str) -> None:
    done = scrapy("status", "-s", database)

    assert (done.code, done.err) == (0, "")
    head, *lines = [line.split("\t") for line in done.out.splitlines()]
    assert head == COLUMNS
    assert [line[:2] for line in lines] == [["brvt", "gone"], ["ldtd", "ok"]]


def test_with_all_it_prints_a_line_for_each_portal_with_a_spider(database: str) -> None:
    done = scrapy("status", "--all", "-s", database)

    assert (done.code, done.err) == (0, "")
    head, *lines = [line.split("\t") for line in done.out.splitlines()]
    assert head == COLUMNS
    assert [line[0] for line in lines] == sorted(portals())
    found = {line[0]: line for line in lines}
    assert {name: line[1] for name, line in found.items() if line[1]} == {
        "brvt": "gone", "ldtd": "ok",
    }  # fmt: skip
    assert found["ldtd"][3:8] == [
        "2025-01-05T08:00:00+07:00", "2025-01-08T08:00:00+07:00", "true", "5", "3",
    ]  # fmt: skip
    assert [name for name, line in found.items() if line[5] == "true"] == ["ldtd"]


def test_the_command_prints_json(database: str) -> None:
    done = scrapy("status", "ldtd", "--json", "-s", database)

    row: dict[str, Any]
    (row,) = json.loads(done.out)
    assert list(row) == COLUMNS
    assert (row["verdict"], row["overdue"], row["articles"]) == ("ok", True, 5)


def test_portals_that_nobody_attempted_are_named_and_counted_as_failure(database: str) -> None:
    done = scrapy("status", "brvt", "tienlang", "ldtd", "--max-age", "2d", "-s", database)

    assert done.code == 1
    assert len(done.out.splitlines()) == 4
    first, second = done.err.splitlines()
    assert first.startswith("brvt: not attempted since 20")
    assert second == "tienlang: never attempted; look at the schedule's log"


def test_a_portal_that_is_taken_for_gone_need_not_be_attempted(database: str, store: Store) -> None:
    known = PortalState("brvt", "gone", NOW, 3, NOW, "gone", NOW)
    PortalStateRepository(store).save([known])
    assert PortalStateRepository(store).all() == {"brvt": known}
    done = scrapy("status", "--max-age", "2d", "-s", database)

    late = [line.partition(":")[0] for line in done.err.splitlines()]
    assert "brvt" not in late
    assert "haiphong" in late


@pytest.mark.parametrize(
    ("names", "age"), [(("ldtd",), "12h"), (("ldtd", "brvt"), "2w"), (("ldtd", "ldtd"), "1d")]
)
def test_attempts_within_the_age_are_no_failure(
    names: tuple[str, ...], age: str, database: str
) -> None:
    done = scrapy("status", *names, "--max-age", age, "-s", database)

    assert (done.code, done.err) == (0, "")
    assert len(done.out.splitlines()) == 1 + len(set(names))


def test_settled_pages_are_named_with_the_command_that_requests_them(
    database: str, store: Store
) -> None:
    with store.writing():
        store.db.execute(
            "INSERT INTO page_visits (portal, key, url, kind, status, first_fetched_at, fetched_at,"
            " unread_as, unread_nights, next_visit_at) VALUES ('ldtd', '/x', 'http://x.vn/x',"
            " 'article', 200, '2025-03-01', '2025-03-09', 'empty_page', 7, '2025-03-16')"
        )
    store.runs.record_reject(Reject("http://x.vn/x", RejectCode.EMPTY_PAGE), 1, NOW)
    done = scrapy("status", "ldtd", "--settled", "--json", "-s", database)

    (page,) = json.loads(done.out)
    assert (page["url"], page["reason"], page["nights"]) == (
        "http://x.vn/x", "the page shows nothing", 7,
    )  # fmt: skip
    assert not page["is_stored"]
    assert "scrapy crawl ldtd -a revisit=settled" in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere",), "there is no portal 'nowhere'"),
        (("--max-age", "soon"), "'soon' is no duration; "),
        (("--max-age", ""), "'' is no duration; "),
    ],
)
def test_what_cannot_be_shown_is_refused_in_one_line(
    arguments: tuple[str, ...], words: str, database: str
) -> None:
    done = scrapy("status", *arguments, "-s", database)

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert words in done.err


def test_a_missing_database_is_one_line(tmp_path: Path) -> None:
    done = scrapy("status", "--max-age", "2d", "-s", f"DATABASE={tmp_path / 'none.db'}")

    assert (done.code, done.out, done.err.count("\n")) == (15, "", 1)
    assert "there is no database" in done.err


def test_the_command_writes_nothing(database: str, store: Store, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "articles.db") as connection:
        before = list(connection.iterdump())
    connection.close()
    scrapy("status", "-s", database)

    assert list(store.db.conn.iterdump()) == before


def test_a_re_extraction_is_no_attempt_to_crawl(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    scrapy("reextract", SAMPLE, "-s", f"DATABASE={database}")
    done = scrapy("status", "ldtd", "--max-age", "2d", "-s", f"DATABASE={database}")

    assert done.code == 1
    assert "ldtd" in done.err


def test_where_nothing_was_crawled_it_says_so(tmp_path: Path) -> None:
    Store.open(tmp_path / "a.db").close()
    done = scrapy("status", "--db", tmp_path / "a.db")

    assert (done.code, done.out) == (0, "")
    assert done.err == "no portal was crawled; crawl first, or give --db FILE\n"
