"""Runs and rejects: what is recorded is what is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portals.article import Reject, reject
from portals.discovery.url_filters import SkippedUrls
from portals.outcomes import REJECT_RULES, RejectCode
from portals.store.crawl_state import CrawlState, PageVisit
from portals.store.database import Store
from portals.timestamps import utc

NOW = datetime(2025, 1, 1, 3, 0, tzinfo=UTC)
URL = "http://x.vn/1"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "a.db")
    yield opened
    opened.close()


def stored(store: Store, table: str) -> list[dict[str, Any]]:
    return list(store.db.table(table).rows)


@pytest.mark.parametrize("code", RejectCode)
def test_a_reject_is_stored_with_its_code_stage_and_sentence(
    store: Store, code: RejectCode
) -> None:
    run_id = store.runs.start_run("p", NOW)
    store.runs.record_reject(Reject(URL, code, "chi tiết"), run_id, NOW)

    assert stored(store, "rejects") == [
        {
            "url": URL, "stage": str(REJECT_RULES[code].stage),
            "reason": REJECT_RULES[code].message, "detail": "chi tiết",
            "at": "2025-01-01T03:00:00+00:00", "run_id": run_id, "code": str(code),
        }
    ]  # fmt: skip


def test_figures_are_filled_into_the_sentence_and_not_into_the_code(store: Store) -> None:
    run_id = store.runs.start_run("p", NOW)
    store.runs.record_reject(reject(URL, RejectCode.HTTP_STATUS, status=503), run_id, NOW)

    (row,) = stored(store, "rejects")
    assert (row["reason"], row["code"]) == ("the portal answered 503", "http_status")


def test_a_reject_without_a_code_from_an_earlier_release_gets_it_when_encountered_again(
    store: Store,
) -> None:
    run_id = store.runs.start_run("p", NOW)
    again = Reject(URL, RejectCode.NO_ARTICLE)
    row = {**asdict(again), "code": None, "at": "2024", "run_id": run_id}
    store.db.table("rejects").insert(row)
    store.runs.record_reject(again, run_id, NOW)

    (row,) = stored(store, "rejects")
    assert row["code"] == "no_article"


def test_rejects_are_counted_for_the_run_that_met_them_last(store: Store) -> None:
    first, second = store.runs.start_run("p", NOW), store.runs.start_run("p", NOW)
    for number in range(3):
        one = Reject(f"{URL}{number}", RejectCode.NO_ARTICLE)
        store.runs.record_reject(one, first, NOW)
    store.runs.record_reject(Reject(f"{URL}0", RejectCode.NO_ARTICLE), second, NOW)

    assert [store.runs.count_rejects(run) for run in (first, second)] == [2, 1]


def test_texts_of_a_reject_are_stored_on_one_line_and_cut(store: Store) -> None:
    run_id = store.runs.start_run("p", NOW)
    one = Reject(URL, RejectCode.BAD_BODY, "a\x00\nb " + "x" * 10_000, reason="một\n\nhai")
    store.runs.record_reject(one, run_id, NOW)

    (row,) = stored(store, "rejects")
    assert row["reason"] == "một hai"
    assert "\n" not in row["detail"]
    assert len(row["detail"]) == 2_000


def test_the_last_run_is_the_last_crawl_that_held_its_lock(store: Store) -> None:
    crawl = store.runs.start_run("p", NOW, '{"limit": "3"}')
    locked = store.runs.start_run("p", NOW)
    store.runs.update_run(locked, {"verdict": "locked"})
    store.runs.start_run("p", NOW, '{"command": "reextract"}')
    store.runs.start_run("other", NOW)

    assert store.runs.last_run("p") == (crawl, '{"limit": "3"}')
    assert store.runs.last_run("none") is None


def test_the_last_verdict_is_that_of_any_run(store: Store) -> None:
    run_id = store.runs.start_run("p", NOW)
    store.runs.update_run(run_id, {"verdict": "ok", "finished_at": "2025"})

    assert store.runs.last_verdict("p") == ("ok", "2025")
    assert store.runs.last_verdict("none") == (None, None)


@pytest.mark.parametrize(
    ("method", "subject", "ended"),
    [("end_killed_runs", "p", [0]), ("end_killed_commands", "reextract", [1, 3])],
)
def test_killed_runs_of_one_kind_are_ended(
    store: Store, method: str, subject: str, ended: list[int]
) -> None:
    runs = [
        store.runs.start_run(portal, NOW, arguments)
        for portal, arguments in (
            ("p", "{}"), ("p", '{"command": "reextract"}'), ("q", "{}"),
            ("q", '{"command": "reextract"}'),
        )
    ]  # fmt: skip
    later = NOW + timedelta(hours=1)
    getattr(store.runs, method)(subject, later)

    crashed = [row["id"] for row in stored(store, "runs") if row["verdict"] == "crashed"]
    assert crashed == [runs[place] for place in ended]
    first = next(row for row in stored(store, "runs") if row["id"] == crashed[0])
    assert (first["reason"], first["finished_at"]) == (
        "the process was killed",
        "2025-01-01T04:00:00+00:00",
    )


def test_a_learned_theme_is_replaced_and_deleted(store: Store) -> None:
    run_id, known = store.runs.start_run("p", NOW), store.url_knowledge
    known.save_learned_theme("p", '{"title": "h1"}', ["http://x.vn/1"], run_id, NOW)
    known.save_learned_theme("p", '{"title": "h2"}', ["http://x.vn/2"], run_id, NOW)

    (row,) = stored(store, "learned_themes")
    assert (known.learned_theme("p"), row["trained_on"]) == ('{"title": "h2"}', '["http://x.vn/2"]')
    known.save_learned_theme("p", None, [], run_id, NOW)
    assert known.learned_theme("p") is None


def test_skipped_urls_are_those_of_the_last_run(store: Store) -> None:
    run_id, known = store.runs.start_run("p", NOW), store.url_knowledge
    known.save_skipped_urls("p", [SkippedUrls("calendar", 9, "http://x.vn/2099")], run_id, NOW)
    known.save_skipped_urls("q", [SkippedUrls("too deep", 1, "http://y.vn/a/a/a")], run_id, NOW)
    found = [SkippedUrls("session id", 2, "http://x.vn/?sid=1")]
    known.save_skipped_urls("p", found, run_id, NOW)

    assert known.skipped_urls("p") == found


@pytest.mark.parametrize(
    ("status", "fingerprint", "deadly"), [(0, None, 1), (0, "text", 0), (404, None, 0)]
)
def test_an_article_at_which_a_process_died_counts_until_it_is_had_or_gone(
    store: Store, status: int, fingerprint: str | None, deadly: int
) -> None:
    run_id, at = store.runs.start_run("p", NOW), utc(NOW)
    store.runs.record_reject(Reject(URL, RejectCode.KILLED_PROCESS), run_id, NOW)
    visit = PageVisit("k", URL, "article", status, at, at, fingerprint=fingerprint)
    CrawlState(store, "p").save_visit(replace(visit, next_visit_at=at))

    assert store.runs.count_deadly("p") == deadly
    assert store.runs.count_deadly("q") == 0
