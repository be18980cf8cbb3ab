"""What a clock ahead of the true one has stored is older than every page that is fetched later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from portals.article import Article
from portals.contract import normalise
from portals.store.article_decision import Revision, Stored
from portals.store.crawl_state import CrawlState, PageVisit
from portals.store.database import Store
from portals.store.future_times import future_times, true_until, without_future
from portals.store.holds import Hold, HoldRepository
from portals.store.portal_states import PortalState, PortalStateRepository
from portals.store.status import last_attempts, last_successes
from portals.timestamps import utc

NOW = datetime(2026, 3, 1, 5, tzinfo=UTC)
AHEAD = datetime(2039, 6, 1, tzinfo=UTC)
URL = "http://x.vn/bai-1.html"


@pytest.fixture
def store() -> Iterator[Store]:
    opened = Store.open(":memory:")
    opened.runs.start_run("x", NOW)
    yield opened
    opened.close()


def save(store: Store, words: str, at: datetime, *, from_archive: bool = False) -> str:
    article = Article(portal="x", url=URL, title="Bài trong ngày", body=words, fetched_at=at)
    return store.articles.save(normalise(article), 1, from_archive=from_archive)


def texts(store: Store) -> list[str]:
    """Return the text of the row, then those of its revisions in order."""
    sql = "SELECT body FROM articles UNION ALL SELECT * FROM (SELECT body FROM revisions"
    return [row[0] for row in store.db.execute(f"{sql} ORDER BY seen_at, id)").fetchall()]


def test_a_correction_is_newer_than_a_text_of_a_night_with_the_clock_ahead(store: Store) -> None:
    save(store, "Bản sai đầu tiên.", AHEAD)
    outcome = save(store, "Bản đã sửa.", NOW)

    assert outcome == "changed"
    assert texts(store) == ["Bản đã sửa.", "Bản sai đầu tiên.", "Bản đã sửa."]
    last = "SELECT max(last_seen_at) FROM (SELECT last_seen_at FROM articles UNION SELECT"
    assert store.db.execute(f"{last} last_seen_at FROM sightings)").fetchone() == (utc(NOW),)
    assert list(future_times(store.db.conn, NOW)) == []
    save(store, "Bản sửa lần hai.", NOW + timedelta(days=2))
    assert texts(store)[0] == "Bản sửa lần hai."


def test_an_unchanged_page_has_the_true_time_from_then_on(store: Store) -> None:
    save(store, "Vẫn như cũ.", AHEAD)

    assert save(store, "Vẫn như cũ.", NOW) == "known"
    assert texts(store) == ["Vẫn như cũ.", "Vẫn như cũ."]
    assert list(future_times(store.db.conn, NOW)) == []


def test_an_archive_proves_nothing_of_the_order(store: Store) -> None:
    save(store, "Bản mới.", AHEAD)
    save(store, "Bản cũ trong kho.", NOW, from_archive=True)

    assert texts(store)[0] == "Bản mới."


def test_a_clock_of_another_time_zone_is_not_ahead() -> None:
    seen = utc(NOW + timedelta(hours=23))
    stored = Stored(revisions=[Revision(1, seen, "a")])

    assert without_future(stored, utc(NOW), utc(NOW)) == stored
    assert true_until(utc(NOW)) == utc(NOW + timedelta(days=1))


def test_times_in_the_future_are_a_finding_of_each_table(store: Store) -> None:
    save(store, "Bản sai đầu tiên.", AHEAD)

    assert list(future_times(store.db.conn, AHEAD)) == []
    assert [found.split(":")[0] for found in future_times(store.db.conn, NOW)] == [
        "revisions", "sightings",
    ]  # fmt: skip
    assert "1 rows have a seen_at in the future" in next(future_times(store.db.conn, NOW))


def test_a_page_that_was_visited_in_the_future_is_due(store: Store) -> None:
    state = CrawlState(store, "x")
    for key, at in (("/ahead", AHEAD), ("/true", NOW)):
        visit = PageVisit(
            key, f"http://x.vn{key}", "article", 200, utc(at), utc(at),
            next_visit_at=utc(at + timedelta(days=20)),
        )  # fmt: skip
        state.save_visit(visit)

    assert state.due_urls(NOW, 9) == ["http://x.vn/ahead"]


def test_no_visit_and_no_traversal_keeps_a_time_of_the_future_after_the_next_run_began(
    store: Store,
) -> None:
    state = CrawlState(store, "x")
    for key, at in (("/list", AHEAD), ("/true", NOW)):
        state.save_visit(PageVisit(key, f"http://x.vn{key}", "listing", 200, utc(at), utc(at)))
    times = {
        "/whole": (utc(AHEAD), utc(AHEAD + timedelta(hours=1))),
        "/cut": (utc(AHEAD + timedelta(days=1)), utc(AHEAD)),
        "/later": (utc(NOW), utc(AHEAD)),
    }
    with store.writing():
        for listing, (started, completed) in times.items():
            store.db.conn.execute(
                "INSERT INTO listings (portal, listing, traversal_started_at, completed_at,"
                " run_id) VALUES ('x', ?, ?, ?, 1)",
                (listing, started, completed),
            )
    state.correct_times(NOW)

    assert list(future_times(store.db.conn, NOW)) == []
    seen = store.db.execute("SELECT key, fetched_at FROM page_visits ORDER BY key").fetchall()
    assert seen == [("/list", utc(NOW - timedelta(seconds=1))), ("/true", utc(NOW))]
    assert [state.is_completed(listing) for listing in times] == [True, False, False]


def test_a_hold_of_the_future_holds_nothing(store: Store) -> None:
    holds, day = HoldRepository(store), timedelta(days=1)
    holds.save(Hold("a.vn", "", "x", AHEAD + day), AHEAD)
    holds.save(Hold("b.vn", "", "x", NOW + day), NOW)

    assert [hold.server for hold in holds.active(NOW)] == ["b.vn"]


def test_a_portal_is_asked_again_though_its_last_night_was_in_the_future(store: Store) -> None:
    states, now = PortalStateRepository(store), datetime.now(UTC)
    ahead = now + timedelta(days=4000)
    true = PortalState("b", "gone", now.replace(microsecond=0), 3, now.replace(microsecond=0), "ok")
    states.save([PortalState("a", "gone", ahead, 3, ahead, "gone", ahead), true])
    found = states.all()

    assert found["b"] == true
    assert found["a"].seen_at <= datetime.now(UTC) - timedelta(days=7)
    assert (found["a"].since <= datetime.now(UTC), found["a"].alerted_at) == (True, None)


def test_a_run_of_the_future_is_no_attempt_and_no_success(store: Store) -> None:
    run = store.runs.start_run("x", AHEAD)
    store.runs.update_run(run, {"verdict": "ok", "finished_at": utc(AHEAD)})

    assert last_attempts(store.db)["x"][1] == utc(NOW)
    assert last_successes(store.db) == {}
