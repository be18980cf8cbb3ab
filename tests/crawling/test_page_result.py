"""A page result is data: it survives JSON, and another process can store it."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.article import Article, Attachment, Image, Reject
from portals.contract import normalise
from portals.crawling.apply import apply
from portals.crawling.modes import CrawlMode
from portals.crawling.page_result import (
    Applied,
    BudgetClass,
    CrawlContext,
    FailureKind,
    PageResult,
    RequestedPage,
    StoryOrigin,
    budget_class,
    is_retryable,
    page_kind,
)
from portals.crawling.page_result_json import from_json, to_json
from portals.crawling.spider_outputs import ExplorationRecord, KnownArticle, ListingPageRead
from portals.outcomes import RejectCode
from portals.store.database import Store
from portals.store.pages import ArchivedPage
from portals.store.request_queue import QueuedRequest, RequestQueue
from tests.support.database import content, rows
from tests.support.project import PROJECT

NOW = datetime(2025, 3, 1, 2, 0, tzinfo=UTC)
AT = "2025-03-01T02:00:00+00:00"
LISTING = "http://cd.example.vn/tin-tuc"
URL = "http://cd.example.vn/tin-tuc/ban-an-ca-12.html"

TEXT = st.text(max_size=20)
MOMENTS = st.integers(0, 2**31).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
PAGES = st.builds(ArchivedPage, path=st.builds(Path, st.text("abc/", min_size=1, max_size=9)))
ORIGINS = st.builds(StoryOrigin, page=st.none() | PAGES)
ARTICLES = st.builds(Article, fetched_at=MOMENTS, published_at=st.none() | TEXT)
RESULTS = st.builds(
    PageResult,
    request=st.builds(RequestedPage, story=st.none() | ORIGINS),
    archived=st.lists(PAGES, max_size=2),
    answer=st.none() | PAGES,
    articles=st.lists(ARTICLES, max_size=2),
    requests=st.lists(
        st.builds(QueuedRequest, request=st.dictionaries(TEXT, JSON, max_size=3)), max_size=2
    ),
    exploration=st.lists(st.builds(ExplorationRecord, page=st.lists(JSON, max_size=3)), max_size=2),
    applied=st.none(),
)


def result(**changes: object) -> PageResult:
    crawl = CrawlContext("haiphong", 1)
    page = RequestedPage(1, "article 12", URL, "article")
    made = PageResult(crawl, page, AT, 200)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def article() -> Article:
    return normalise(
        Article(
            portal="haiphong",
            url=URL,
            title="Bữa ăn ca được nâng lên ba mươi nghìn đồng",
            body="Công đoàn khu công nghiệp vừa thỏa thuận với chủ doanh nghiệp.\n\nTừ tháng tư.",
            fetched_at=NOW,
            images=[Image("http://cd.example.vn/a.jpg", "Bữa ăn ca")],
            attachments=[Attachment("http://cd.example.vn/a.pdf", "Thỏa ước")],
            provenance={"title": "h1", "body": "selectors"},
        )
    )


@given(RESULTS)
def test_a_result_comes_back_from_json_as_it_was(made: PageResult) -> None:
    assert from_json(to_json(made)) == made


@given(RESULTS)
def test_a_result_is_one_line_of_json(made: PageResult) -> None:
    assert "\n" not in to_json(made)


def test_what_storing_changed_is_no_part_of_the_json() -> None:
    assert from_json(to_json(result(applied=Applied(["new"])))).applied is None


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"crawl": 1}', "không phải JSON"])
def test_what_is_no_result_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="not a page result"):
        from_json(line)


def everything() -> PageResult:
    return result(
        articles=[article()],
        rejects=[Reject(f"{URL}?in=1", RejectCode.NO_ARTICLE, "Bản in")],
        requests=[QueuedRequest("article 13", f"{URL}3", {"callback": "parse_article"}, 1)],
        listing_pages=[
            ListingPageRead("/tin-tuc", 1, "http://cd.example.vn/tin-tuc", "fetched", 6)
        ],
        exploration=[ExplorationRecord(URL, ["article", [], "h"])],
        known=[KnownArticle("article 14", f"{URL}4")],
        archived=[
            ArchivedPage(URL, "2025-03-01T02:00:00+00:00", 200, Path("a.warc"), 0, 9, "sha1:A")
        ],
    )


def prepared(path: Path) -> Store:
    """Make a database in which the page of ``result()`` is leased."""
    store = Store.open(path)
    assert store.runs.start_run("haiphong", NOW) == 1
    queue = RequestQueue(store, "haiphong")
    queue.add([QueuedRequest("article 12", URL, {"callback": "parse_article"})])
    assert queue.lease(1)[0].id == 1
    return store


TABLES = ("frontier", "exploration_log", "page_visits", "listing_pages", "rejects", "pages")
IN_A_FRESH_PROCESS = """
import sys
from portals.crawling.apply import apply
from portals.crawling.page_result_json import from_json
from portals.store.database import Store
store = Store.open(sys.argv[1])
print(apply(store, from_json(sys.stdin.readline())).outcomes)
store.close()
"""


def test_a_line_of_json_is_stored_by_a_fresh_process_as_by_the_crawl(tmp_path: Path) -> None:
    here, there = tmp_path / "here.db", tmp_path / "there.db"
    store = prepared(here)
    apply(store, everything())
    store.close()
    prepared(there).close()
    done = subprocess.run(
        [sys.executable, "-c", IN_A_FRESH_PROCESS, str(there)],
        input=to_json(everything()) + "\n",
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "['new']\n"), done.stderr
    assert content(there) == content(here)
    for table in TABLES:
        sql = f"SELECT * FROM {table}"
        assert rows(there, sql) == rows(here, sql)
        assert rows(here, sql), table


def test_storing_says_what_it_changed(tmp_path: Path) -> None:
    store = prepared(tmp_path / "a.db")
    applied = apply(store, everything())
    store.close()

    assert (applied.outcomes, applied.enqueued) == (["new"], 1)
    assert (applied.listed_known, applied.skipped_known) == (1, 1)


def test_a_known_article_that_is_not_due_is_skipped(tmp_path: Path) -> None:
    store = prepared(tmp_path / "a.db")
    apply(store, result(articles=[article()]))
    again = QueuedRequest("article 12", URL, {"meta": {"kind": "article"}})
    applied = apply(store, result(requests=[again], status=200))
    store.close()

    assert (applied.enqueued, applied.listed_known) == (0, 1)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"articles": [article()]}, "article"),
        ({"listing_pages": [ListingPageRead("/", 1, URL, "fetched")]}, "list"),
        ({"rejects": [Reject(URL, RejectCode.NO_ARTICLE)]}, "reject"),
        ({}, "other"),
    ],
)
def test_what_a_page_was(changes: dict[str, object], kind: str) -> None:
    assert page_kind(result(**changes)) == kind


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"failure": FailureKind.NO_ANSWER, "status": 0}, True),
        ({"failure": FailureKind.HTTP_STATUS, "status": 503}, True),
        ({"failure": FailureKind.HTTP_STATUS, "status": 429}, True),
        ({"failure": FailureKind.HTTP_STATUS, "status": 404}, False),
        ({"failure": FailureKind.PERMANENT, "status": 0}, False),
        ({"failure": FailureKind.BODY_CUT_SHORT, "status": 0}, True),
        ({"rejects": [Reject(URL, RejectCode.BROKEN_PORTAL)]}, True),
        ({"rejects": [Reject(URL, RejectCode.ERROR_PAGE)]}, False),
        ({"listing_pages": [ListingPageRead("/", 2, URL, "failed")]}, True),
        ({"wants_retry": True}, True),
        ({}, False),
    ],
)
def test_transient_failures_are_tried_again(changes: dict[str, object], expected: bool) -> None:  # noqa: FBT001
    assert is_retryable(result(**changes)) is expected


def test_an_archive_that_does_not_answer_is_not_tried_again() -> None:
    replay = CrawlContext("haiphong", 1, CrawlMode.REPLAY)

    assert not is_retryable(result(crawl=replay, failure=FailureKind.NO_ANSWER, status=0))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"articles": [article()]}, BudgetClass.GOOD),
        ({"listing_pages": [ListingPageRead("/", 1, URL, "unchanged")]}, BudgetClass.GOOD),
        ({"failure": FailureKind.NO_ANSWER, "status": 0}, BudgetClass.UNANSWERED),
        ({"failure": FailureKind.HTTP_STATUS, "status": 502}, BudgetClass.ERROR),
        ({"failure": FailureKind.HTTP_STATUS, "status": 404}, BudgetClass.GOOD),
        ({"failure": FailureKind.IGNORED, "status": 0}, BudgetClass.EMPTY),
        ({"rejects": [Reject(URL, RejectCode.NO_ARTICLE)]}, BudgetClass.EMPTY),
    ],
)
def test_what_a_page_costs_the_budget(changes: dict[str, object], expected: BudgetClass) -> None:
    assert budget_class(result(**changes)) is expected
