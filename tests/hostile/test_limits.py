"""Limits: what a body may weigh, how long a page may be read, and when a run gives a portal up."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from portals.crawling.budget import OUT_OF_ERRORS, OUT_OF_REQUESTS, Budget
from portals.crawling.page_result import BudgetClass
from portals.discovery.url_filters import MAX_LINKS
from portals.extraction.time_limit import PageTimeoutError, time_limit
from portals.outcomes import REJECT_RULES, RejectCode
from tests.hostile.cases import CASES
from tests.support.bombs import bomb
from tests.support.commands import crawl_of, scrapy, scrapy_after
from tests.support.database import rows
from tests.support.hostile_server import FRAME, LIST, fault_path, good_path, hostile, http
from tests.support.pages.prose import story
from tests.support.pages.synthetic import text_of
from tests.support.pages.themes import Item, danaweb_1_list
from tests.support.project import PROJECT

FAULTS = {case.name: case.serve for case in CASES}

# --- bodies --------------------------------------------------------------------------------------

_INFLATE = """
import resource, sys
from portals.archive.encodings import EncodingError, decode_body
encoding, body = sys.argv[1], sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF)
try:
    decode_body(body, encoding)
except EncodingError as error:
    print(error)
after = resource.getrusage(resource.RUSAGE_SELF)
print((after.ru_maxrss - before.ru_maxrss) // 1024)
"""


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
def test_a_body_that_inflates_to_ten_gigabytes_is_refused_at_its_limit(encoding: str) -> None:
    """What was inflated is what the memory grew by: a decoder that went on would hold it all."""
    done = subprocess.run(
        [sys.executable, "-c", _INFLATE, encoding],
        input=bomb(encoding),
        capture_output=True,
        cwd=PROJECT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    reason, megabytes = done.stdout.decode().splitlines()
    assert reason == f"a {encoding.split(',', maxsplit=1)[0]} body of more than 16 MB"
    assert int(megabytes) < 50


@pytest.mark.parametrize("robots", ["bomb", "large", "noise"])
def test_whatever_robots_txt_is_the_portal_is_read(tmp_path: Path, robots: str) -> None:
    answers = {
        "bomb": http(bomb("gzip"), Content_Encoding="gzip"),
        "large": http(b"Disallow: /nothing\n" * 700_000, kind="text/plain"),
        "noise": http(bytes(range(256)) * 2000, kind="text/plain"),
    }
    with hostile([[good_path(1)]], {}, {"/robots.txt": answers[robots]}) as portal:
        done = scrapy(*crawl_of(portal.origin, tmp_path / "a.db"))

    assert done.code == 0, done.err
    assert len(rows(tmp_path / "a.db", "SELECT * FROM articles")) == 1


# --- time ----------------------------------------------------------------------------------------


def spin() -> None:
    while True:
        pass


def test_what_takes_too_long_is_ended() -> None:
    with pytest.raises(PageTimeoutError), time_limit(0.05):
        spin()


def test_code_that_takes_every_exception_for_its_own_is_ended_too() -> None:
    def swallows() -> None:
        try:
            spin()
        except BaseException:  # noqa: BLE001 - as some libraries do
            spin()

    with pytest.raises(PageTimeoutError), time_limit(0.05):
        swallows()


def test_a_limit_inside_another_leaves_that_one_on() -> None:
    def reads_then_spins() -> None:
        with time_limit(0.05):
            pass
        spin()

    with pytest.raises(PageTimeoutError), time_limit(0.05):
        reads_then_spins()


def test_what_is_quick_is_not_touched_and_no_timer_is_left() -> None:
    with time_limit(0.05):
        pass
    for _ in range(2_000_000):
        pass


def test_in_another_thread_nothing_is_limited() -> None:
    ended = []

    def work() -> None:
        with time_limit(0.001):
            ended.append(sum(range(1_000_000)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ended == [sum(range(1_000_000))]


_SPIN = """
import portals.extraction.reader as reader
whole = reader.read_article
def read_article(page, recipe):
    while page.url.endswith({path!r}):
        pass
    return whole(page, recipe)
reader.read_article = read_article
"""


def test_a_page_that_takes_too_long_is_a_reject_and_the_others_are_stored(tmp_path: Path) -> None:
    paths = [good_path(n) for n in (1, 2, 3)]
    with hostile([paths], {}) as portal:
        code = _SPIN.format(path=paths[1])
        done = scrapy_after(code, *crawl_of(portal.origin, tmp_path / "a.db"))

    assert done.code == 10, done.err  # the article is missing
    (reject,) = rows(tmp_path / "a.db", "SELECT * FROM rejects")
    assert (reject["url"], reject["reason"]) == (
        portal.origin + paths[1],
        REJECT_RULES[RejectCode.TOO_SLOW].message,
    )
    assert len(rows(tmp_path / "a.db", "SELECT * FROM articles")) == 2


_SPIN_AFTERWARDS = """
from spiders.base.portal import PortalSpider
whole = PortalSpider.parse_article
def parse_article(self, response, **kwargs):
    yield from whole(self, response, **kwargs)
    while True:
        pass
PortalSpider.parse_article = parse_article
"""


def test_what_a_page_gave_before_its_time_was_over_is_stored(tmp_path: Path) -> None:
    with hostile([[good_path(1)]], {}) as portal:
        scrapy_after(_SPIN_AFTERWARDS, *crawl_of(portal.origin, tmp_path / "a.db"))

    assert len(rows(tmp_path / "a.db", "SELECT * FROM articles")) == 1
    assert len(rows(tmp_path / "a.db", "SELECT * FROM rejects")) == 1


_SPIN_ON_LISTS = """
from spiders.base.listed_links import ListedLinks
whole = ListedLinks.items
def items(self, page, number):
    while page.url.endswith("page=2"):
        pass
    return whole(self, page, number)
ListedLinks.items = items
"""


def test_a_list_that_takes_too_long_is_a_hole_and_what_is_behind_it_is_read(
    tmp_path: Path,
) -> None:
    with hostile([[good_path(n)] for n in (1, 2, 3)], {}) as portal:
        done = scrapy_after(_SPIN_ON_LISTS, *crawl_of(portal.origin, tmp_path / "a.db"))

    assert (done.code, "page 2 of the list" in done.out) == (10, True), done.out
    stored = rows(tmp_path / "a.db", "SELECT url FROM articles ORDER BY url")
    assert [row["url"] for row in stored] == [portal.origin + good_path(n) for n in (1, 3)]


# --- budgets -------------------------------------------------------------------------------------


def spent(*pages: str, errors: int = 400, requests: int = 0) -> list[str | None]:
    budget = Budget(errors, requests)
    return [budget.charge(BudgetClass(page)) for page in pages]


@pytest.mark.parametrize(("result", "pages"), [("unanswered", 10), ("error", 50), ("empty", 400)])
def test_so_many_pages_in_a_row_end_a_run(result: str, pages: int) -> None:
    assert spent(*[result] * pages) == [None] * (pages - 1) + [OUT_OF_ERRORS]


def test_one_good_page_pays_for_all_before() -> None:
    nine = ["unanswered"] * 9
    told = spent(*nine, "good", *nine)

    assert set(told) == {None}


def test_requests_are_counted_whatever_comes_of_them() -> None:
    assert spent("good", "good", "good", requests=3) == [None, None, OUT_OF_REQUESTS]


def test_without_limits_nothing_ends() -> None:
    many = ["unanswered"] * 99
    assert set(spent(*many, errors=0)) == {None}


def test_a_portal_that_goes_down_is_left_and_the_next_run_goes_on(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    paths = [good_path(1), *(fault_path("no-answer", n) for n in range(2, 30)), good_path(30)]
    with hostile([paths], FAULTS) as portal:
        first = scrapy(*crawl_of(portal.origin, database))
        asked = len(portal.asked)
        second = scrapy(*crawl_of(portal.origin, database))

    assert (first.code, "too many pages in a row failed" in first.out) == (10, True), first.out
    assert 13 <= asked <= 14  # robots.txt, the list, one article, ten that are down
    assert second.code == 10
    runs = rows(database, "SELECT * FROM runs ORDER BY id")
    assert runs[1]["resumes"] == runs[0]["id"]


def test_what_fails_again_when_all_is_tried_once_more_is_left(tmp_path: Path) -> None:
    paths = []
    for n in range(2, 32):
        paths += [fault_path("no-answer", n), good_path(100 + n)]
    with hostile([paths], FAULTS) as portal:
        done = scrapy(*crawl_of(portal.origin, tmp_path / "a.db"))

    assert (done.code, "30 pages could not be fetched" in done.out) == (10, True), done.out
    # On a line that was kept open, Twisted itself asks once more.
    again = {path for path in portal.asked if portal.asked.count(path) > 2}
    assert 0 < len(again) <= 11


@pytest.mark.parametrize("status", ["304 Not Modified", "301 Moved", "503 Later"])
def test_an_empty_answer_that_names_an_encoding_is_what_its_status_says(
    tmp_path: Path, status: str
) -> None:
    path = f"{LIST}/x-11.html"
    answer = http(b"", status, Content_Encoding="gzip", Location=good_path(2))
    with hostile([[good_path(1), path]], {}, {path: answer}) as portal:
        scrapy(*crawl_of(portal.origin, tmp_path / "a.db"))

    reasons = [row["reason"] for row in rows(tmp_path / "a.db", "SELECT reason FROM rejects")]
    assert not any("cut short" in reason for reason in reasons)


def test_the_requests_of_a_run_are_limited_and_the_next_one_goes_on(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    paths = [good_path(n) for n in range(1, 9)]
    with hostile([paths], {}) as portal:
        command = crawl_of(portal.origin, database)
        first = scrapy(*command, "-s", "MAX_REQUESTS=4")
        assert len(portal.asked) <= 6
        second = scrapy(*command)

    assert (first.code, "MAX_REQUESTS" in first.out, second.code) == (10, True, 0), first.out
    assert len(rows(database, "SELECT * FROM articles")) == 8


# --- lists without an end ------------------------------------------------------------------------


def _list(paths: list[str], following: str) -> bytes:
    told = ((path, story(n)) for n, path in enumerate(paths))
    items = [Item(path, text_of(one, "Tin tức")) for path, one in told]
    return danaweb_1_list(items, FRAME, [(following, "Trang sau")])


def test_a_list_that_shows_its_last_page_for_ever_ends_by_a_rule(tmp_path: Path) -> None:
    pages = {
        f"{LIST}?page={n}": http(_list([good_path(2)], f"{LIST}?page={n + 1}")) for n in range(2, 9)
    }
    pages[LIST] = http(_list([good_path(1)], f"{LIST}?page=2"))
    with hostile([], {}, pages) as portal:
        done = scrapy(*crawl_of(portal.origin, tmp_path / "a.db"))

    assert done.code == 0, done.err
    ledger = rows(
        tmp_path / "a.db", "SELECT number, stop_reason FROM listing_pages ORDER BY number"
    )
    assert [(row["number"], row["stop_reason"]) for row in ledger] == [
        (1, None), (2, None), (3, "repeats an earlier page"),
    ]  # fmt: skip


def test_the_ledger_says_which_rules_left_addresses_alone(tmp_path: Path) -> None:
    strange = [f"{LIST}/vi/en/x-1.html", "/lich/2077/01", "/a/b/c" * 7, good_path(5)]
    strange.append(f"{good_path(5).upper()}/")
    page = _list(strange, f"{LIST};jsessionid=12?page=2")
    with hostile([], {}, {LIST: http(page)}) as portal:
        done = scrapy(*crawl_of(portal.origin, tmp_path / "a.db"))

    assert portal.asked.count(f"{LIST}?page=2") >= 1, done.err
    found = rows(tmp_path / "a.db", "SELECT rule, urls, example FROM skipped_urls")
    assert {row["rule"]: row["urls"] for row in found} == {
        "languages in a row": 1, "calendar": 1, "too deep": 1, "session id": 1,
        "duplicate": 1,
    }  # fmt: skip
    shown = scrapy("portals", "haiphong", "-s", f"DATABASE={tmp_path / 'a.db'}")
    assert "languages in a row" in shown.out


def test_one_page_leads_to_no_more_than_so_many(tmp_path: Path) -> None:
    links = "".join(f"<h2><a href={good_path(n)}>x</a></h2>" for n in range(1, MAX_LINKS + 3))
    page = f"<html><body><div class=wp-list>{links}</div></body></html>"
    with hostile([], {}, {LIST: http(page.encode())}) as portal:
        scrapy(*crawl_of(portal.origin, tmp_path / "a.db", "-s", "MAX_REQUESTS=2"))

    waiting = rows(tmp_path / "a.db", "SELECT count(*) AS n FROM frontier")[0]["n"]
    assert waiting == MAX_LINKS + 1  # and the list itself
    found = rows(tmp_path / "a.db", "SELECT rule, example FROM skipped_urls")
    assert found == [{"rule": "too many links", "example": portal.origin + LIST}]
