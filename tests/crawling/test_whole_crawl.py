"""A crawl that was interrupted has the verdict that it would have had in one run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portals.article import Reject, reject
from portals.crawling.verdict_facts import RunFacts
from portals.crawling.verdicts import Judgement, judge
from portals.crawling.whole_crawl import KEYS, counters_as_json, judge_whole_crawl
from portals.outcomes import Counter, RejectCode
from portals.store.crawl_state import CrawlState, ListingPage, PageVisit
from portals.store.database import Store
from tests.support.commands import crawl_of, scrapy, scrapy_after
from tests.support.database import rows
from tests.support.http_server import Answer, serving
from tests.support.nights import Nights
from tests.support.small_portal import small_portal
from tests.support.variants import some_rows

NOW = datetime(2026, 11, 1, 20, tzinfo=UTC)
PORTAL, PAGE = "mot", "http://cong-doan.example/tin/1.html"
RESUMED = RunFacts("finished", responses=20, parsed=10, is_resumed=True)

FAULTY = """
from spiders.base.portal import PortalSpider
whole = PortalSpider.read_with_recipe
def part(own, page):
    if page.url.endswith({path!r}):
        raise ZeroDivisionError("thử")
    return whole(own, page)
PortalSpider.read_with_recipe = part
"""


@pytest.fixture
def store() -> Iterator[Store]:
    """Hold run 2, which resumes run 1; each read ten articles."""
    with closing(Store.in_memory()) as memory:
        counts: dict[str, int] = {Counter.PARSED: 10, Counter.PAGES_READ: 20}
        memory.runs.start_run(PORTAL, NOW)
        memory.runs.start_run(PORTAL, NOW)
        first = counters_as_json(counts, {})
        memory.runs.update_run(1, {"counters": first})
        second = counters_as_json(counts, memory.runs.counters(1) or {})
        memory.runs.update_run(2, {"counters": second, "resumes": 1})
        yield memory


def judged(store: Store, facts: RunFacts = RESUMED) -> Judgement:
    return judge_whole_crawl(judge(facts), facts, store, PORTAL, 2, is_live=True)


def count(store: Store, counter: Counter, number: int) -> None:
    """Let the first run have counted something."""
    counts: dict[str, int] = {Counter.PARSED: 20, Counter.PAGES_READ: 40, counter: number}
    store.runs.update_run(2, {"counters": counters_as_json(counts, {})})


def test_a_crawl_in_which_nothing_was_wrong_is_ok(store: Store) -> None:
    assert judged(store) == Judgement("ok")


@pytest.mark.parametrize(
    ("found", "verdict", "code"),
    [
        (Reject(PAGE, RejectCode.READER_FAILED), "crashed", "reader_errors"),
        (Reject(PAGE, RejectCode.SPIDER_FAILED), "crashed", "reader_errors"),
        (Reject(PAGE, RejectCode.KILLED_PROCESS), "crashed", "reader_errors"),
        (Reject(PAGE, RejectCode.PIPELINE_FAILED), "crashed", "reader_errors"),
        (Reject(PAGE, RejectCode.NOT_STORABLE), "crashed", "reader_errors"),
        (reject(PAGE, RejectCode.HTTP_STATUS, status=403), "incomplete", "refused"),
        (Reject(PAGE, RejectCode.CHALLENGE), "incomplete", "challenges"),
        (Reject(PAGE, RejectCode.PART_MISSING), "incomplete", "missing_parts"),
        (Reject(PAGE, RejectCode.CHANGED_JSON), "incomplete", "some_changed_json"),
        (Reject(PAGE, RejectCode.NO_ARTICLE), "ok", ""),
        (reject(PAGE, RejectCode.HTTP_STATUS, status=404), "ok", ""),
    ],
)
def test_a_page_rejected_before_the_interruption_counts(
    store: Store, found: Reject, verdict: str, code: str
) -> None:
    store.runs.record_reject(found, 1, NOW)

    assert judged(store)[::2] == (verdict, code)


@pytest.mark.parametrize(
    ("counter", "number", "code"),
    [
        (Counter.BY_FALLBACK, 10, "by_fallback"),
        (Counter.HOLLOW, 3, "ok"),
        (Counter.UNFOLLOWED_PAGERS, 1, "unfollowed_pager"),
        (Counter.UNADDRESSED, 3, "unaddressed_articles"),
        (Counter.TRUNCATED_LISTINGS, 1, "truncated_listings"),
        (Counter.SHRUNKEN_LISTINGS, 1, "shrunken_listings"),
        (Counter.UNDATED, 9, "undated_pages"),
        (Counter.MISSING_ARTICLES, 1, "missing_articles"),
    ],
)
def test_what_was_counted_before_the_interruption_counts(
    store: Store, counter: Counter, number: int, code: str
) -> None:
    count(store, counter, number)
    if code == "ok":
        store.runs.update_run(2, {"counters": '{"parsed": 20, "hollow": 3, "hollow_checked": 20}'})

    judgement = judged(store)
    assert (judgement.code or judgement.verdict) == code


def test_a_listing_page_that_failed_before_the_interruption_is_missing(store: Store) -> None:
    page = ListingPage("/tin", 3, "http://cong-doan.example/tin?page=3", "failed", 0)
    CrawlState(store, PORTAL).record_listing_page(page, NOW, 1)

    assert judged(store) == Judgement(
        "incomplete", "since run 1: page 3 of the list /tin could not be read", "missing_page"
    )


def test_a_crawl_that_found_no_article_in_any_run_is_not_ok(store: Store) -> None:
    for run in (1, 2):
        store.runs.update_run(run, {"counters": "{}"})
    facts = RunFacts("finished", is_resumed=True)

    assert judged(store, facts).code == "nothing_found"


def test_a_settled_page_that_was_rejected_before_the_interruption_counts_no_more(
    store: Store,
) -> None:
    store.runs.record_reject(Reject(PAGE, RejectCode.CHALLENGE), 1, NOW)
    visit = PageVisit(PAGE, PAGE, "article", 200, "2026-10-01", "2026-11-01")
    CrawlState(store, PORTAL).save_visit(replace(visit, unread_as="challenge", unread_nights=7))

    assert judged(store).verdict == "ok"


def test_the_verdict_of_this_night_is_kept_where_it_is_not_ok(store: Store) -> None:
    store.runs.record_reject(Reject(PAGE, RejectCode.READER_FAILED), 1, NOW)
    facts = RunFacts("finished", unreachable=5, is_resumed=True)

    assert judged(store, facts) == judge(facts)


def test_a_portal_that_could_not_be_reached_before_the_interruption_is_gone(store: Store) -> None:
    """The run that resumes it has nothing left to request."""
    store.runs.record_reject(Reject(PAGE, RejectCode.NO_HOST), 1, NOW)
    for run in (1, 2):
        store.runs.update_run(run, {"counters": '{"unreachable": 1}'})

    assert judged(store, RunFacts("finished", failed=1, is_resumed=True)).verdict == "gone"


def test_a_crawl_that_an_earlier_release_began_is_judged_by_its_last_run(store: Store) -> None:
    store.runs.record_reject(Reject(PAGE, RejectCode.READER_FAILED), 1, NOW)
    store.runs.update_run(2, {"counters": None})

    assert judged(store) == Judgement("ok")


def test_a_crawl_of_three_runs_has_the_counters_of_all(store: Store) -> None:
    first = counters_as_json({Counter.UNFOLLOWED_PAGERS: 1, Counter.PARSED: 5}, {})
    store.runs.update_run(1, {"counters": first})
    second = counters_as_json({Counter.PARSED: 2}, store.runs.counters(1) or {})
    store.runs.update_run(2, {"counters": second})

    assert store.runs.counters(2) == {"parsed": 7, "unfollowed_pagers": 1}
    assert Counter.PARSED in KEYS


def test_an_exception_before_the_interruption_is_not_forgotten(tmp_path: Path) -> None:
    """The page is done; only its reject and the counters know that it could not be read."""
    pages, listing = small_portal()
    first = next(path for path in pages if path != listing)
    database = tmp_path / "a.db"
    with serving(pages) as portal:
        crawl = crawl_of(portal.origin, database, "-s", "CONCURRENT_REQUESTS=1")
        code = FAULTY.format(path=first)
        interrupted = scrapy_after(code, *crawl, "-s", "MAX_REQUESTS=4", "-L", "ERROR")
        resumed = scrapy(*crawl)

    before, last = rows(database, "SELECT reason_code, counters FROM runs")
    assert (interrupted.code, before["reason_code"]) == (17, "reader_errors")
    assert (resumed.code, last["reason_code"]) == (17, "reader_errors")
    assert json.loads(last["counters"])["parsed"] == 3


CHALLENGED = Answer(
    b"<html><head><title>Just a moment...</title></head><body>Checking your browser"
    b" before accessing the site.<form id='challenge-form'></form></body></html>"
)


SERVER_PAGE = Answer(b"<html><title>Welcome to nginx!</title><h1>Welcome to nginx!</h1></html>")
HIDDEN = [
    (CHALLENGED, "", "incomplete"),
    (SERVER_PAGE, "", "incomplete"),
    (None, FAULTY, "crashed"),
    (Answer(b""), "", "incomplete"),
    (Answer(b"", 400), "", "incomplete"),
    (Answer(b"not found", 404), "", "ok"),
]


@pytest.mark.parametrize(("first", "code", "verdict"), some_rows(HIDDEN, [0, 2]))
def test_the_next_night_requests_an_article_again_that_something_hid(
    tmp_path: Path, first: Answer | None, code: str, verdict: str
) -> None:
    pages, listing = small_portal()
    path = next(path for path in pages if path != listing)
    with serving(pages) as portal:
        nights = Nights(tmp_path, {"mot": portal.origin}, code=code and code.format(path=path))
        portal.pages[path] = first or pages[path]
        nights.run(0)
        nights.code = ""
        portal.pages[path] = pages[path]
        nights.run(1)

    first_night, second = rows(nights.database, "SELECT verdict FROM runs")
    assert (first_night["verdict"], second["verdict"]) == (verdict, "ok")
    assert rows(nights.database, "SELECT count(*) AS n FROM sightings") == [{"n": 4}]


def test_a_page_that_is_had_after_the_interruption_is_none_that_failed(tmp_path: Path) -> None:
    pages, listing = small_portal()
    first = next(path for path in pages if path != listing)
    database = tmp_path / "a.db"
    with serving(pages) as portal:
        crawl = crawl_of(portal.origin, database, "-s", "CONCURRENT_REQUESTS=1")
        portal.pages[first] = Answer(b"later", 429)
        interrupted = scrapy(*crawl, "-s", "MAX_REQUESTS=4", "-s", "RETRY_ENABLED=0")
        portal.pages[first] = pages[first]
        resumed = scrapy(*crawl)

    assert (interrupted.code, resumed.code) == (10, 0), resumed
    assert rows(database, "SELECT count(*) AS n FROM sightings") == [{"n": 4}]
