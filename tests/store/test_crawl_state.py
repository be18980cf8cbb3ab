"""What is remembered of a portal between crawls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portals.article import Reject, reject
from portals.outcomes import RejectCode, StopReason
from portals.store.crawl_state import CrawlState, ListingPage, PageState, PageVisit
from portals.store.database import Store

NOW = datetime(2025, 3, 1, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
VISIT = PageVisit(
    "article 7", "http://cd.example.vn/hoi-thi-7.html", "article", 200,
    "2025-03-01T02:00:00+00:00", "2025-03-01T02:00:00+00:00", '"v1"',
    "Sat, 01 Mar 2025 01:00:00 GMT", "9c", None, 1, "2025-03-02T02:00:00+00:00",
)  # fmt: skip
LIST = "/tin-tuc"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "a.db")
    yield opened
    opened.close()


@pytest.fixture
def memory(store: Store) -> CrawlState:
    store.runs.start_run("haiphong", NOW)
    store.runs.start_run("haiphong", NOW)
    return CrawlState(store, "haiphong")


def page(number: int, state: PageState = "fetched", items: int = 6) -> ListingPage:
    return ListingPage(LIST, number, f"{LIST}?page={number}", state, items)


def walk(
    memory: CrawlState,
    *pages: ListingPage,
    stopped: StopReason | None = StopReason.END,
    at: datetime = NOW,
) -> None:
    memory.begin_traversal(LIST, at, 1)
    for one in pages:
        memory.record_listing_page(one, at, 1)
    if stopped:
        memory.end_traversal(LIST, pages[-1].number, stopped)
    memory.complete_traversals(at, [1], is_whole=True)


def test_a_visit_comes_back_as_it_was(memory: CrawlState) -> None:
    memory.save_visit(VISIT)

    assert memory.last_visit("article 7") == VISIT


def test_a_page_never_visited_is_not_recalled(memory: CrawlState) -> None:
    assert memory.last_visit("article 8") is None


def test_a_later_visit_replaces_all_but_the_time_of_the_first(memory: CrawlState) -> None:
    memory.save_visit(VISIT)
    later = PageVisit(
        VISIT.key, "/b", "article", 404, "2025-04-01", "2025-04-01", validator_trust=-1,
        next_visit_at="2025-05-01",
    )  # fmt: skip
    memory.save_visit(later)

    assert memory.last_visit(VISIT.key) == replace(later, first_fetched_at=VISIT.first_fetched_at)


def test_portals_do_not_recall_each_others_visits(store: Store, memory: CrawlState) -> None:
    memory.save_visit(VISIT)

    assert CrawlState(store, "ldtd").last_visit(VISIT.key) is None


def test_articles_are_due_from_their_time_on(memory: CrawlState) -> None:
    memory.save_visit(VISIT)

    assert memory.due_urls(LATER - timedelta(seconds=1), 9) == []
    assert memory.due_urls(LATER, 9) == [VISIT.url]


def test_the_longest_due_come_first_up_to_the_limit(memory: CrawlState) -> None:
    for day in (3, 1, 2):
        memory.save_visit(
            replace(VISIT, key=str(day), url=f"/{day}", next_visit_at=f"2025-02-0{day}T00:00:00")
        )

    assert memory.due_urls(NOW, 2) == ["/1", "/2"]


def test_a_sitemap_can_be_forgotten_and_no_article(memory: CrawlState) -> None:
    for kind in ("other", "article"):
        memory.save_visit(replace(VISIT, key=kind, kind=kind, fingerprint="named"))
        memory.forget_announcement(kind)
    visits = [memory.last_visit(kind) for kind in ("other", "article")]

    assert [visit and visit.fingerprint for visit in visits] == [None, "named"]


def test_what_may_be_a_missing_article_is_due_before_all_others_and_without_a_limit(
    memory: CrawlState,
) -> None:
    night = VISIT.fetched_at[:8] + "09T00:00:00+00:00"
    for number in range(4):
        fingerprint = "text" if number < 2 else None
        visit = replace(
            VISIT, key=str(number), url=f"/{number}", fingerprint=fingerprint, fetched_at=night,
            next_visit_at=night.replace("T00", "T12"),
        )  # fmt: skip
        memory.save_visit(visit)

    assert memory.due_urls(LATER, 1) == ["/2", "/3", "/0"]


def test_lists_are_never_due(memory: CrawlState) -> None:
    memory.save_visit(replace(VISIT, kind="listing", next_visit_at=None))

    assert memory.due_urls(LATER, 9) == []


def test_a_walk_to_the_end_counts(memory: CrawlState) -> None:
    walk(memory, page(1), page(2))

    assert memory.completed_at(LIST) == "2025-03-01T02:00:00+00:00"


def test_a_walk_that_was_cut_off_does_not_count(memory: CrawlState) -> None:
    walk(memory, page(1), stopped=None)

    assert memory.completed_at(LIST) is None


@pytest.mark.parametrize("state", ["failed", "empty"])
def test_a_walk_with_a_hole_does_not_count(memory: CrawlState, state: PageState) -> None:
    walk(memory, page(1), page(2, state, 0), page(3))

    assert memory.completed_at(LIST) is None


def test_a_walk_with_a_hole_leaves_the_time_of_the_one_before(memory: CrawlState) -> None:
    walk(memory, page(1))
    walk(memory, page(1), page(2, "failed", 0), page(3), at=LATER)

    assert memory.completed_at(LIST) == "2025-03-01T02:00:00+00:00"


def test_a_walk_counts_once_its_hole_is_mended(memory: CrawlState) -> None:
    walk(memory, page(1), page(2, "failed", 0), page(3))
    walk(memory, page(1), page(2), page(3), at=LATER)

    assert memory.completed_at(LIST) == "2025-03-02T02:00:00+00:00"


def test_pages_behind_the_end_of_a_list_that_became_shorter_are_no_holes(
    memory: CrawlState,
) -> None:
    walk(memory, page(1), page(2), page(3, "failed", 0), page(4))
    walk(memory, page(1), page(2), at=LATER)

    assert memory.completed_at(LIST) == "2025-03-02T02:00:00+00:00"


def test_an_exploration_counts_where_it_is_whole(memory: CrawlState) -> None:
    memory.begin_traversal("", NOW, 1)
    memory.complete_traversals(NOW, [1], is_whole=False)
    before = memory.completed_at("")
    memory.complete_traversals(NOW, [1], is_whole=True)

    assert (before, memory.completed_at("")) == (None, "2025-03-01T02:00:00+00:00")


def test_an_exploration_with_a_missing_page_does_not_count(memory: CrawlState) -> None:
    memory.begin_traversal("", NOW, 1)
    memory.record_listing_page(page(2, "failed", 0), NOW, 1)
    memory.complete_traversals(NOW, [1], is_whole=True)

    assert memory.completed_at("") is None


def test_a_walk_of_another_crawl_does_not_count(memory: CrawlState) -> None:
    """Its articles may not have been requested: it was discarded, or of a part of the list."""
    memory.begin_traversal(LIST, NOW, 1)
    memory.end_traversal(LIST, 1, StopReason.OLDER_THAN_SINCE)
    memory.complete_traversals(NOW, [3, 2], is_whole=True)

    assert memory.completed_at(LIST) is None


def cut_walk(memory: CrawlState, pages: int, *, cut_after: int) -> int:
    """Record a walk in two runs; return the number of lists to be read again."""
    first, last = (memory.store.runs.start_run("haiphong", at) for at in (NOW, LATER))
    memory.begin_traversal(LIST, NOW, first)
    for number in range(1, pages + 1):
        run_id = first if number <= cut_after else last
        memory.record_listing_page(page(number), NOW, run_id)
    memory.end_traversal(LIST, pages, StopReason.KNOWN)
    return memory.complete_traversals(LATER, [last, first], is_whole=True)


@pytest.mark.parametrize(("pages", "read_again"), [(3, [1, 1, 1]), (201, [1, 0, 1])])
def test_a_walk_that_an_interruption_cut_is_read_again_and_a_long_one_once(
    memory: CrawlState, pages: int, read_again: list[int]
) -> None:
    again = [cut_walk(memory, pages, cut_after=number) for number in (1, 2, 1)]

    assert again == read_again
    assert bool(memory.completed_at(LIST)) is (0 in read_again)


def test_a_short_walk_over_a_long_list_is_read_again_after_an_interruption(
    memory: CrawlState,
) -> None:
    """Only the pages that were read make it costly, not those that the list has."""
    walk(memory, *map(page, range(1, 210)))
    again = [cut_walk(memory, 3, cut_after=number) for number in (1, 2, 1)]

    assert again == [1, 1, 1]


def test_a_walk_that_ended_before_the_interruption_counts(memory: CrawlState) -> None:
    assert cut_walk(memory, 3, cut_after=3) == 0
    assert memory.completed_at(LIST) == "2025-03-02T02:00:00+00:00"


def test_a_walk_of_the_last_run_of_a_crawl_counts(memory: CrawlState, store: Store) -> None:
    first, last = (store.runs.start_run("haiphong", at) for at in (NOW, LATER))
    memory.begin_traversal(LIST, LATER, last)
    memory.end_traversal(LIST, 1, StopReason.END)
    memory.complete_traversals(LATER, [last, first], is_whole=True)

    assert memory.completed_at(LIST) == "2025-03-02T02:00:00+00:00"


def test_what_is_first_fetched_by_a_clock_that_was_put_back_is_after_the_last_walk(
    memory: CrawlState,
) -> None:
    """Else it would be taken for an article of before the walk, with all pages behind it read."""
    walk(memory, page(1), at=LATER)
    memory.save_visit(replace(VISIT, first_fetched_at="2025-03-01T20:00:00+00:00"))
    visit = memory.last_visit(VISIT.key)

    assert visit
    assert visit.first_fetched_at == "2025-03-02T02:00:01+00:00"


def test_expected_pages_do_not_replace_what_was_read(memory: CrawlState, store: Store) -> None:
    memory.record_listing_page(page(2, items=4), NOW, 1)
    memory.record_expected_pages(LIST, [(2, "/x"), (3, "/y")], LATER, 2)

    pages = store.db.query(
        "SELECT number, state, listed_articles AS items FROM listing_pages ORDER BY number"
    )
    assert list(pages) == [
        {"number": 2, "state": "fetched", "items": 4},
        {"number": 3, "state": "expected", "items": 0},
    ]


def test_what_is_usual_is_what_the_first_page_led_to(memory: CrawlState) -> None:
    memory.record_listing_page(page(1, items=20), NOW, 1)
    memory.record_listing_page(page(2, items=3), NOW, 1)

    assert memory.usual_length(LIST) == 20


def test_nothing_is_usual_for_a_list_never_read(memory: CrawlState) -> None:
    assert memory.usual_length(LIST) == 0


def test_holes_are_those_of_the_run(memory: CrawlState) -> None:
    memory.record_listing_page(page(2, "failed", 0), NOW, 1)
    memory.record_listing_page(page(1), NOW, 2)
    memory.record_listing_page(page(3, "empty", 0), NOW, 2)

    assert memory.missing_pages([2]) == [page(3, "empty", 0)]


def test_rejects_of_a_page_are_forgotten_and_others_are_not(
    memory: CrawlState, store: Store
) -> None:
    store.runs.record_reject(reject("/a", RejectCode.HTTP_STATUS, status=503), 1, NOW)
    store.runs.record_reject(Reject("/a", RejectCode.EMPTY_PAGE), 1, NOW)
    store.runs.record_reject(reject("/b", RejectCode.HTTP_STATUS, status=503), 1, NOW)
    memory.delete_rejects("/a")

    left = {(row["url"], row["stage"]) for row in store.db.table("rejects").rows}
    assert left == {("/b", "fetch")}
