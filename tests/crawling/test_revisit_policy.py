"""What is remembered of a visit, and when a portal's validators are believed."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError

from portals.article import Article, Reject
from portals.contract import normalise
from portals.crawling.page_result import CrawlContext, PageResult, RequestedPage
from portals.crawling.page_work import failure_kind
from portals.crawling.revisit_policy import (
    archived_visit,
    is_gone,
    is_missing_article,
    is_settled,
    is_undecided_sample,
    may_be_sampled,
    validators,
    visit_after,
)
from portals.crawling.spider_outputs import ListingPageRead, PageKind
from portals.network.decoding import UnreadableBodyError
from portals.network.url_guard import OffsiteRequestError
from portals.outcomes import RejectCode
from portals.store.crawl_state import CrawlState, PageState, PageVisit
from portals.store.database import Store
from portals.store.pages import ArchivedPage
from portals.timestamps import utc

NOW = datetime(2025, 6, 15, 2, 0, tzinfo=UTC)
URL = "http://cd.example.vn/tin-tuc"
MODIFIED = "Sat, 14 Jun 2025 01:00:00 GMT"
BEFORE = PageVisit(
    "/tin-tuc", URL, "listing", 200, "2025-06-01T02:00:00+00:00", "2025-06-14T02:00:00+00:00",
    '"v1"', None, "f1", 6, 1,
)  # fmt: skip
ARTICLE = normalise(
    Article(
        portal="haiphong",
        url=URL,
        title="Công đoàn phường tặng quà đoàn viên",
        body="Sáng nay, công đoàn phường trao quà cho đoàn viên khó khăn.",
        published_at="2025-06-14T08:00:00+07:00",
        published_precision="minute",
        fetched_at=NOW,
    )
)


def result(kind: PageKind, status: int = 200, headers: dict[str, str] | None = None) -> PageResult:
    given = headers or {}
    return PageResult(
        CrawlContext("haiphong", 1),
        RequestedPage(1, "/tin-tuc", URL, kind),
        utc(NOW),
        status,
        given.get("ETag"),
        given.get("Last-Modified"),
    )


def listed(fingerprint: str = "f1", **headers: str) -> PageResult:
    marks = {name.replace("_", "-"): value for name, value in headers.items()}
    read = result("listing", headers=marks)
    read.listing_pages.append(ListingPageRead("/tin-tuc", 1, URL, "fetched", 6, fingerprint))
    return read


def after(read: PageResult, before: PageVisit | None = None) -> PageVisit:
    visit = visit_after(read, before)
    assert visit is not None
    return visit


def yesterday(visit: PageVisit) -> PageVisit:
    """Return a visit as if it had been made a night earlier."""
    at = datetime.fromisoformat(visit.fetched_at) - timedelta(days=1)
    return replace(visit, fetched_at=utc(at))


def failing(kind: PageKind, error: Exception) -> PageResult:
    status = error.response.status if isinstance(error, HttpError) else 0
    read = result(kind, status)
    read.failure = failure_kind(error)
    return read


def refused(status: int) -> HttpError:
    response = Response(URL, status=status)
    response.request = Request(URL)
    return HttpError(response)


def test_an_article_is_remembered_with_its_text_and_its_next_visit() -> None:
    read = result("article")
    read.articles.append(ARTICLE)
    visit = after(read)

    assert (visit.kind, visit.status, visit.fingerprint) == ("article", 200, ARTICLE.content_hash)
    assert visit.next_visit_at == "2025-06-15T22:00:00+00:00"


def test_a_list_that_holds_whole_articles_is_a_list_and_no_article_that_is_due() -> None:
    """JSON of a portal: its address was revisited as an article, in vain, every night."""
    read = listed()
    read.articles.append(replace(ARTICLE, url="http://cd.example.vn/bai-mot"))
    own = listed()
    own.articles.append(ARTICLE)

    assert (after(read).kind, after(read).next_visit_at) == ("listing", None)
    assert after(own).kind == "article"


def test_a_list_is_remembered_with_its_links_and_is_never_due() -> None:
    visit = after(listed())

    assert (visit.kind, visit.fingerprint, visit.listed_articles) == ("listing", "f1", 6)
    assert visit.next_visit_at is None


def test_the_validators_of_the_answer_are_remembered() -> None:
    visit = after(listed(ETag='"v1"', Last_Modified=MODIFIED))

    assert (visit.etag, visit.last_modified) == ('"v1"', MODIFIED)


def test_the_first_visit_stays_the_first() -> None:
    visit = after(listed(), BEFORE)

    assert (visit.first_fetched_at, visit.fetched_at) == (
        BEFORE.first_fetched_at, "2025-06-15T02:00:00+00:00",
    )  # fmt: skip


NEXT_NIGHT, A_WEEK = "2025-06-15T14:00:00+00:00", "2025-06-22T02:00:00+00:00"
UNREAD = replace(BEFORE, kind="article", fingerprint=None, listed_articles=None)


@pytest.mark.parametrize("status", [404, 410])
def test_an_article_that_was_withdrawn_is_looked_for_after_a_month(status: int) -> None:
    """The second night says so too: the first one may have been a bad one."""
    had = replace(BEFORE, kind="article", fingerprint="text")
    first = after(failing("article", refused(status)), had)
    second = after(failing("article", refused(status)), yesterday(first))

    assert (first.status, first.next_visit_at) == (status, NEXT_NIGHT)
    assert (second.status, second.next_visit_at) == (status, "2025-07-15T02:00:00+00:00")


def test_a_page_that_is_gone_and_never_was_an_article_is_looked_for_after_a_week() -> None:
    first = after(failing("article", refused(404)))
    second = after(failing("article", refused(404)), yesterday(first))

    assert (first.next_visit_at, second.next_visit_at) == (NEXT_NIGHT, A_WEEK)


@pytest.mark.parametrize("error", [refused(503), DownloadTimeoutError("60 s")])
def test_an_article_that_could_not_be_fetched_is_tried_the_next_night(error: Exception) -> None:
    assert after(failing("article", error)).next_visit_at == "2025-06-15T14:00:00+00:00"


def rejected(code: RejectCode, error: Exception | None = None) -> PageResult:
    read = failing("article", error) if error else result("article")
    read.rejects.append(Reject(URL, code))
    return read


NONE = (
    RejectCode.NO_ARTICLE, RejectCode.NO_BODY, RejectCode.ERROR_PAGE, RejectCode.LOGIN,
    RejectCode.REDIRECTED_HOME, RejectCode.NOT_A_WEB_PAGE,
)  # fmt: skip


@pytest.mark.parametrize("code", NONE)
def test_an_address_that_showed_no_article_in_two_nights_is_looked_at_again_after_a_week(
    code: RejectCode,
) -> None:
    first = after(rejected(code))
    same_night = after(rejected(code), first)
    second = after(rejected(code), yesterday(first))

    assert (first.next_visit_at, second.next_visit_at) == (NEXT_NIGHT, A_WEEK)
    assert same_night.next_visit_at == NEXT_NIGHT
    assert not is_missing_article(rejected(code), first)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (RejectCode.TIMED_OUT, DownloadTimeoutError("60 s")),
        (RejectCode.NO_HOST, OSError("no host")),
        (RejectCode.EMPTY_PAGE, None),
        (RejectCode.READER_FAILED, None),
    ],
)
def test_a_night_in_which_something_hid_a_page_does_not_say_that_it_is_no_article(
    code: RejectCode, error: Exception | None
) -> None:
    first = yesterday(after(rejected(code, error)))
    second = after(rejected(RejectCode.REDIRECTED_HOME), first)

    assert second.next_visit_at == NEXT_NIGHT
    third = after(rejected(RejectCode.REDIRECTED_HOME), yesterday(second))
    assert third.next_visit_at == A_WEEK


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (RejectCode.OFFSITE, OffsiteRequestError("http://khac.example/")),
        (RejectCode.BODY_TOO_LARGE, DownloadCancelledError("too large")),
    ],
)
def test_a_request_that_failed_and_says_that_there_is_no_article_is_no_other(
    code: RejectCode, error: Exception
) -> None:
    second = after(rejected(code, error), UNREAD)

    assert second.next_visit_at == A_WEEK
    assert not is_missing_article(rejected(code, error), None)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (RejectCode.EMPTY_PAGE, None),
        (RejectCode.UNDECODABLE, None),
        (RejectCode.TOO_SLOW, None),
        (RejectCode.TOO_DEEP, None),
        (RejectCode.TOO_LARGE, None),
        (RejectCode.NEEDS_BROWSER, None),
        (RejectCode.INVALID_TITLE, None),
        (RejectCode.FUTURE_DATE, None),
        (RejectCode.CHALLENGE, None),
        (RejectCode.READER_FAILED, None),
        (RejectCode.BAD_BODY, UnreadableBodyError("not gzip")),
        (RejectCode.HTTP_STATUS, refused(400)),
        (RejectCode.HTTP_STATUS, refused(403)),
        (RejectCode.BAD_REDIRECT, ValueError("[")),
    ],
)
def test_a_page_that_hides_an_article_is_missing_and_due_every_night(
    code: RejectCode, error: Exception | None
) -> None:
    read = rejected(code, error)

    assert after(read, UNREAD).next_visit_at == NEXT_NIGHT
    assert is_missing_article(read, UNREAD)
    assert not is_missing_article(read, replace(UNREAD, fingerprint="text"))


def nights(read: PageResult, number: int, before: PageVisit | None = None) -> PageVisit:
    """Return the visit after so many nights, a day each, that gave the same."""
    for _ in range(number):
        before = after(read, yesterday(before) if before else None)
    assert before is not None
    return before


SAME = [
    (RejectCode.EMPTY_PAGE, None),
    (RejectCode.TOO_SLOW, None),
    (RejectCode.HTTP_STATUS, refused(500)),
    (RejectCode.TIMED_OUT, DownloadTimeoutError("60 s")),
]


@pytest.mark.parametrize(("code", "error"), SAME)
def test_a_page_with_the_same_fault_in_seven_nights_is_settled_and_due_in_a_week(
    code: RejectCode, error: Exception | None
) -> None:
    read = rejected(code, error)
    six, seven, eight = (nights(read, number) for number in (6, 7, 8))

    assert [is_settled(read, visit) for visit in (six, seven, eight)] == [False, True, True]
    assert [visit.next_visit_at for visit in (six, seven, eight)] == [NEXT_NIGHT, A_WEEK, A_WEEK]


def test_attempts_of_one_night_settle_nothing() -> None:
    read = rejected(RejectCode.EMPTY_PAGE)
    visit = nights(read, 6)
    for _ in range(5):
        visit = after(read, visit)

    assert (visit.unread_nights, is_settled(read, visit)) == (6, False)


def test_a_settled_page_with_another_fault_is_asked_nightly_again() -> None:
    other = rejected(RejectCode.CHALLENGE)
    visit = nights(other, 1, nights(rejected(RejectCode.EMPTY_PAGE), 9))

    assert (visit.unread_nights, visit.next_visit_at) == (1, NEXT_NIGHT)
    assert not is_settled(other, visit)


@pytest.mark.parametrize(
    ("code", "error"),
    [(RejectCode.NO_HOST, OSError("no host")), (RejectCode.READER_FAILED, None)],
)
def test_a_fault_of_the_server_or_our_own_settles_no_page(
    code: RejectCode, error: Exception | None
) -> None:
    read = rejected(code, error)

    assert not is_settled(read, nights(read, 9))
    blank = nights(rejected(RejectCode.EMPTY_PAGE), 6)
    between = nights(read, 3, blank)
    assert nights(rejected(RejectCode.EMPTY_PAGE), 1, between).is_settled


def broken_link(**given: Any) -> PageResult:
    """A page that a menu leads to, or the first page of a list, which answers 500."""
    read = failing("listing", refused(500))
    read.request = replace(read.request, key="/cu")
    read.rejects.append(Reject(URL, RejectCode.HTTP_STATUS))
    if given:
        read.listing_pages.append(ListingPageRead("/cu", url=URL, state="failed", **given))
    return read


@pytest.mark.parametrize(
    ("read", "is_over"),
    [
        (broken_link(), True),
        (broken_link(number=1), True),
        (broken_link(number=2), False),
        (broken_link(number=1, is_declared=True), False),
        (replace(broken_link(), request=replace(broken_link().request, key="/")), False),
    ],
)
def test_a_link_of_a_menu_that_is_always_broken_is_settled_unless_it_must_lead_on(
    read: PageResult, *, is_over: bool
) -> None:
    visit = nights(read, 7)

    assert is_settled(read, visit) is is_over
    assert is_gone(visit, NOW + timedelta(days=1)) is is_over
    assert not is_gone(visit, NOW + timedelta(days=7))


def test_a_page_that_was_read_once_and_may_have_led_to_lists_is_never_settled() -> None:
    good = result("listing")
    good.request = replace(good.request, key="/cu")

    assert not is_settled(broken_link(), nights(broken_link(), 9, after(good)))


def test_a_blank_page_keeps_the_article_that_an_earlier_visit_had() -> None:
    had = replace(UNREAD, fingerprint="text")
    blank = rejected(RejectCode.EMPTY_PAGE)
    visit = nights(blank, 3, had)

    assert visit.fingerprint == "text"
    assert not is_missing_article(blank, visit)


def test_an_article_that_is_had_again_is_settled_no_more() -> None:
    read = result("article")
    read.articles.append(ARTICLE)
    visit = nights(read, 1, nights(rejected(RejectCode.EMPTY_PAGE), 9))

    assert (visit.unread_as, visit.unread_nights) == (None, 0)


@pytest.mark.parametrize(
    ("code", "again"), [(RejectCode.NO_ARTICLE, False), (RejectCode.EMPTY_PAGE, True)]
)
def test_the_sample_of_a_sitemap_says_what_its_urls_are_in_the_second_night(
    code: RejectCode, *, again: bool
) -> None:
    first = result("announcement")
    first.request = replace(first.request, source="http://cd.example.vn/sitemap.xml")
    once = after(first)
    second = replace(first, rejects=[Reject(URL, code)])
    twice = after(second, once)

    assert is_undecided_sample(first, None)
    assert is_undecided_sample(second, once) is again
    tomorrow = NOW + timedelta(days=1)
    assert [may_be_sampled(visit, tomorrow) for visit in (None, once, twice)] == [True, True, again]
    assert not may_be_sampled(once, NOW)


def test_a_sample_that_is_an_article_is_none_any_more() -> None:
    read = result("announcement")
    read.request = replace(read.request, source="http://cd.example.vn/sitemap.xml")
    read.articles.append(ARTICLE)

    assert not is_undecided_sample(read, None)
    assert not may_be_sampled(after(read), NOW + timedelta(days=999))


def test_a_link_of_a_menu_is_gone_after_two_nights() -> None:
    once = after(failing("other", refused(404)))
    twice = replace(once, first_fetched_at="2025-06-14T02:00:00+00:00")

    assert (is_gone(once, NOW), is_gone(twice, NOW)) == (False, True)
    assert not is_gone(twice, NOW + timedelta(days=7))


def test_an_article_outside_the_dates_that_were_asked_for_is_not_remembered() -> None:
    assert visit_after(result("article"), None) is None


def test_no_answer_has_the_status_0() -> None:
    assert after(failing("listing", DownloadTimeoutError("60 s"))).status == 0


def test_unchanged_keeps_what_was_known_and_is_another_truth() -> None:
    visit = after(result("listing", 304), BEFORE)

    assert visit == replace(BEFORE, fetched_at="2025-06-15T02:00:00+00:00", validator_trust=2)


@pytest.mark.parametrize(
    ("etag", "fingerprint", "trust"),
    [('"v1"', "f1", 2), ('"v2"', "f2", 2), ('"v2"', "f1", 1), ('"v1"', "f2", -1)],
    ids=["same and same", "other and other", "other mark, same text", "same mark, other text"],
)
def test_what_an_answer_says_of_the_validator(etag: str, fingerprint: str, trust: int) -> None:
    assert after(listed(fingerprint, ETag=etag), BEFORE).validator_trust == trust


def test_a_validator_that_lied_is_never_believed_again() -> None:
    assert after(listed(ETag='"v1"'), replace(BEFORE, validator_trust=-1)).validator_trust == -1


def test_a_page_that_failed_once_does_not_forget_that_its_validator_lied() -> None:
    liar = replace(BEFORE, validator_trust=-1)
    failed = after(failing("listing", DownloadTimeoutError("60 s")), liar)

    assert after(listed("f2", ETag='"v1"'), failed).validator_trust == -1


def test_a_page_that_failed_once_keeps_what_was_known_of_it() -> None:
    failed = after(failing("listing", DownloadTimeoutError("60 s")), BEFORE)

    assert failed == replace(
        BEFORE, status=0, fetched_at="2025-06-15T02:00:00+00:00", next_visit_at=None
    )


@pytest.mark.parametrize("state", ["failed", "empty"])
def test_a_list_that_shows_something_else_is_still_a_list(state: PageState) -> None:
    hidden = result("listing")
    hidden.listing_pages.append(ListingPageRead("/tin-tuc", 1, URL, state))

    assert after(hidden, BEFORE).listed_articles == BEFORE.listed_articles


def test_without_validators_nothing_is_learnt() -> None:
    assert after(listed(), None).validator_trust == 0


@pytest.mark.parametrize("trust", [-1, 0, 1, 7, 14])
def test_validators_are_not_sent_before_they_are_trusted_nor_when_checked(trust: int) -> None:
    assert validators(replace(BEFORE, validator_trust=trust)) == {}


@pytest.mark.parametrize(
    ("marks", "headers"),
    [
        ({"etag": '"v1"'}, {"If-None-Match": '"v1"'}),
        ({"etag": None, "last_modified": MODIFIED}, {"If-Modified-Since": MODIFIED}),
        (
            {"etag": '"v1"', "last_modified": MODIFIED},
            {"If-None-Match": '"v1"', "If-Modified-Since": MODIFIED},
        ),
    ],
)
def test_trusted_validators_are_sent(marks: dict[str, Any], headers: dict[str, str]) -> None:
    assert validators(replace(BEFORE, validator_trust=2, **marks)) == headers


def test_a_page_never_visited_has_no_validators() -> None:
    assert validators(None) == {}


def test_the_validators_of_an_error_page_are_not_sent() -> None:
    assert validators(replace(BEFORE, status=503, validator_trust=5)) == {}


@given(st.lists(st.sampled_from(["unchanged", "changed"]), min_size=1, max_size=40))
def test_an_honest_portal_is_trusted_after_three_visits(nights: list[str]) -> None:
    version = 0
    visit = after(listed("f0", ETag='"v0"'))
    for night in nights:
        version += night == "changed"
        visit = after(listed(f"f{version}", ETag=f'"v{version}"'), visit)

    assert visit.validator_trust == len(nights)


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_a_validator_that_once_lied_is_never_sent(changes: list[bool]) -> None:
    version = 0
    visit = after(listed("f0", ETag='"mai"'))
    for has_changed in [*changes, True]:
        version += has_changed
        visit = after(listed(f"f{version}", ETag='"mai"'), visit)

    assert validators(visit) == {}


def test_the_calendar_runs_from_the_visit_and_not_from_the_publication() -> None:
    read = result("article")
    read.articles.append(replace(ARTICLE, published_at="2012-01-01T08:00:00+07:00"))
    read.fetched_at = utc(NOW + timedelta(days=1))
    visit = visit_after(read, None)

    assert visit is not None
    assert visit.next_visit_at == "2027-06-06T02:00:00+00:00"


# --- what an archive says ------------------------------------------------------------------------

CAPTURED = "2025-06-10T02:00:00+00:00"


def archived(kind: PageKind, status: int = 200, via: str | None = None) -> PageResult:
    one = result(kind, status)
    one.answer = ArchivedPage(URL, CAPTURED, status, Path("a.warc"), 0, 9, "sha1:A", via)
    return one


def test_an_archived_article_was_there_when_it_was_captured() -> None:
    found = archived("article")
    found.articles = [ARTICLE]

    visit = archived_visit(found)

    assert visit is not None
    assert (visit.fetched_at, visit.fingerprint) == (CAPTURED, ARTICLE.content_hash)
    assert visit.next_visit_at is None


@pytest.mark.parametrize(("status", "code"), [(404, None), (410, None), (200, "error_page")])
def test_an_archived_answer_says_that_an_article_is_gone(status: int, code: str | None) -> None:
    found = archived("article", status)
    found.rejects = [Reject(URL, RejectCode(code or "http_status"))]

    visit = archived_visit(found)

    assert visit is not None
    assert (visit.status, visit.fingerprint, visit.fetched_at) == (status, None, CAPTURED)


@pytest.mark.parametrize(
    ("kind", "status", "code", "via"),
    [
        ("article", 500, "http_status", None),
        ("article", 200, "too_slow", None),
        ("article", 200, "no_article", None),
        ("listing", 404, "http_status", None),
        ("article", 404, "http_status", "wayback"),
    ],
)
def test_other_archived_answers_say_nothing_of_an_article(
    kind: PageKind, status: int, code: str, via: str | None
) -> None:
    found = archived(kind, status, via)
    found.rejects = [Reject(URL, RejectCode(code))]

    assert archived_visit(found) is None


def test_the_last_answer_of_an_archive_holds_and_is_no_visit_for_a_crawl(tmp_path: Path) -> None:
    there = PageVisit("k", URL, "article", 200, CAPTURED, CAPTURED, fingerprint="f")
    gone = replace(there, status=404, fetched_at="2025-06-12T02:00:00+00:00", fingerprint=None)
    live = replace(there, first_fetched_at=utc(NOW), fetched_at=utc(NOW), next_visit_at=utc(NOW))
    with closing(Store.open(tmp_path / "a.db")) as store:
        state = CrawlState(store, "haiphong")
        for visit in (gone, there):
            state.save_archived_visit(visit)
        kept = store.db.execute("SELECT status, fetched_at FROM page_visits").fetchall()
        known, due = state.last_visit("k"), state.due_urls(NOW + timedelta(days=999), 9)
        state.save_visit(live)
        state.save_archived_visit(gone)

        assert [tuple(row) for row in kept] == [(404, gone.fetched_at)]
        assert (known, due) == (None, [])
        assert state.last_visit("k") == live
