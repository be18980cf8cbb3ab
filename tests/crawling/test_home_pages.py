"""A home page that names the lists and cannot be read: which lists are missing is not known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response
from scrapy.spidermiddlewares.httperror import HttpError
from scrapy.utils.test import get_crawler
from twisted.python.failure import Failure

from portals.article import Reject
from portals.crawling.history import History
from portals.crawling.spider_outputs import ListingPageRead
from portals.families import FAMILIES
from portals.outcomes import RejectCode
from portals.store.crawl_state import PageVisit
from spiders.base.listing import ListingFinder
from spiders.families.danaweb import DanawebSpider

HOME = "http://127.0.0.1:8000/"
LIST = f"{HOME}tin-tuc-su-kien"
PDF = HtmlResponse(HOME, headers={"Content-Type": "application/pdf"}, body=b"%PDF-1.4")


@pytest.fixture
def spider() -> DanawebSpider:
    return DanawebSpider.from_crawler(get_crawler(DanawebSpider), origin=HOME[:-1], portal="mau")


@pytest.fixture
def finder(spider: DanawebSpider) -> ListingFinder:
    assert isinstance(spider.finder, ListingFinder)
    return spider.finder


def missing(outputs: Iterator[object]) -> list[tuple[str, int, str]]:
    """Return listing, number and state of the recorded listing pages."""
    pages = [one for one in outputs if isinstance(one, ListingPageRead)]
    return [(one.listing, one.number, one.state) for one in pages]


def failed(status: int, **given: str) -> Any:
    failure: Any = Failure(HttpError(Response(HOME, status=status)))  # type: ignore[no-untyped-call]
    failure.request = Request(HOME, cb_kwargs=given)
    return failure


def test_a_home_page_that_is_no_page_is_missing(finder: ListingFinder) -> None:
    assert missing(finder.parse_home(PDF)) == [("/", 1, "failed")]


def test_a_home_page_that_failed_is_missing(finder: ListingFinder) -> None:
    assert missing(finder.on_home_error(failed(404))) == [("/", 1, "failed")]


class Before(History):
    """What earlier crawls found: lists by key, and the day of the first one."""

    def __init__(self, lists: dict[str, str], since: str) -> None:
        self.lists, self.since = lists, since

    def first_pages(self) -> dict[str, str]:
        return self.lists

    def last_visit(self, key: str) -> PageVisit | None:
        return PageVisit(key, HOME, "other", 200, self.since, self.since)


DECLARED = {"/tin-tuc-su-kien": LIST}
BOTH = {**DECLARED, "/thoi-su": f"{HOME}thoi-su"}
OLD, YOUNG = "2020-01-01T00:00:00+00:00", "2999-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("lists", "since", "found"),
    [
        ({}, YOUNG, [("/", 1, "failed")]),
        (DECLARED, YOUNG, [("/", 1, "failed")]),
        (DECLARED, OLD, []),
        (BOTH, YOUNG, []),
    ],
)
def test_a_failed_home_page_beside_declared_lists_is_missing_where_it_may_name_more(
    finder: ListingFinder, lists: dict[str, str], since: str, found: list[tuple[str, int, str]]
) -> None:
    finder.listings, finder.is_complete = ("/tin-tuc-su-kien",), False
    finder.spider.history = Before(lists, since)
    outputs = list(finder.on_home_error(failed(404)))

    assert missing(iter(outputs)) == found
    asked = [one.url for one in outputs if isinstance(one, Request)]
    assert asked == list(lists.values())


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ({"is_declared": True}, [("/tin", 1, "failed")]),
        ({"number": 2, "last": 3}, [("/tin", 2, "failed")]),
        ({"number": 3, "last": 3}, []),
        ({}, []),
    ],
)
def test_a_list_that_leads_to_the_home_page_is_missing_where_it_must_be_there(
    finder: ListingFinder, place: dict[str, int], found: list[tuple[str, int, str]]
) -> None:
    response = HtmlResponse(HOME, body=b"<p>Trang ch</p>", request=Request(LIST))
    response.meta["redirect_urls"] = [LIST]

    assert missing(finder.parse_listing(response, listing="/tin", **place)) == found


def test_a_script_built_home_page_that_names_no_list_is_missing(spider: DanawebSpider) -> None:
    built = spider.script_built
    outputs = list(built.parse_script_built_home(PDF, "pubarticles"))
    shell = HtmlResponse(HOME, body=b"<title>Tin</title><div id='root'></div>", encoding="utf-8")
    other = list(built.parse_script_built_home(shell, "pubarticles"))

    assert missing(iter(outputs)) == missing(iter(other)) == [("/", 1, "failed")]
    codes = [one.code for one in [*outputs, *other] if isinstance(one, Reject)]
    assert codes == [RejectCode.NOT_A_WEB_PAGE, RejectCode.NEEDS_BROWSER]


def test_a_menu_that_failed_is_missing_besides_the_lists_that_are_known(
    spider: DanawebSpider,
) -> None:
    system = next(one.name for one in FAMILIES if one.json and one.json.menu)
    failure = failed(404, system=system)

    assert missing(spider.script_built.on_json_menu_error(failure)) == [("/", 1, "failed")]
