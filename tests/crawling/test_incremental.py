"""A second crawl asks for little: what earlier ones knew of lists, articles and validators."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import command, scrapy
from tests.support.database import copy_database, rows
from tests.support.federation import FRAME, LIST, ROBOTS, federation, list_path, sample_items
from tests.support.http_server import (
    Answer,
    FakePortal,
    ServedRequest,
    answers,
    http_server,
    serving,
)
from tests.support.kills import Killing, kill_crawl
from tests.support.pages.prose import stories
from tests.support.pages.synthetic import PLANS, build, text_of
from tests.support.pages.themes import Item, danaweb_1
from tests.support.processes import Done
from tests.support.variants import some


@dataclass(slots=True)
class Nights:
    """Crawls of one portal, night after night."""

    portal: FakePortal
    database: Path
    spider: str = "haiphong"

    def crawl(self, *more: str) -> Done:
        """Let a night pass and crawl."""
        self.pass_night()
        self.portal.asked.clear()
        return scrapy(*command(self.spider, self.portal.origin, self.database, *more))

    def pass_night(self) -> None:
        """Move everything that was visited a day into the past."""
        if not self.database.exists():
            return
        self.write(
            "UPDATE page_visits SET"
            " first_fetched_at = replace(datetime(first_fetched_at, '-1 day'),"
            " ' ', 'T') || '+00:00', fetched_at = replace(datetime(fetched_at, '-1 day'),"
            " ' ', 'T') || '+00:00'"
        )
        self.write(
            "UPDATE listings SET"
            " completed_at = replace(datetime(completed_at, '-1 day', '+1 minute'),"
            " ' ', 'T') || '+00:00',"
            " traversal_started_at = replace(datetime(traversal_started_at, '-1 day'), ' ', 'T')"
            " || '+00:00'"
        )

    def write(self, sql: str, *values: object) -> None:
        """Write to the database."""
        with closing(sqlite3.connect(self.database)) as connection:
            connection.execute(sql, values)
            connection.commit()

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Return the rows of a query."""
        return rows(self.database, sql, *values)

    def show(self, items: Sequence[Item], pinned: Sequence[Item] = ()) -> None:
        """Let the portal show other articles."""
        self.portal.pages = {
            path: Answer(page) for path, page in federation(items, pinned=pinned).items()
        }

    @property
    def asked(self) -> list[str]:
        """What the last crawl asked for, without robots.txt."""
        return [path for path in self.portal.asked if path != ROBOTS]

    @property
    def articles(self) -> int:
        """Articles in the database."""
        return len(self.rows("SELECT 1 FROM articles"))


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    """A federation of 18 articles on three list pages, crawled once for all tests."""
    with serving(federation(sample_items(1, 18))) as portal:
        nights = Nights(portal, tmp_path_factory.mktemp("first") / "a.db")
        done = nights.crawl()
        assert done.out.startswith("haiphong: ok, 18 new"), done
        yield nights


@pytest.fixture
def nights(first_night: Nights, tmp_path: Path) -> Nights:
    """The federation as it was first, and a copy of the database of its first crawl."""
    portal, database = first_night.portal, tmp_path / "a.db"
    portal.pages, portal.asked, portal.first = answers(federation(sample_items(1, 18))), [], {}
    copy_database(first_night.database, database)
    return Nights(portal, database)


# --- nothing new ---------------------------------------------------------------------------------


def test_a_second_crawl_of_a_list_asks_for_its_first_page_only(nights: Nights) -> None:
    nights.crawl()

    assert sorted(nights.portal.asked) == [ROBOTS, LIST]


def test_a_second_crawl_counts_the_articles_of_the_first_page_as_known(nights: Nights) -> None:
    done = nights.crawl()

    assert done.out.startswith("haiphong: ok, 0 new, 0 changed, 6 known, 0 rejected"), done


def test_a_second_crawl_of_an_explored_portal_asks_for_the_home_and_each_section(
    tmp_path: Path,
) -> None:
    site = build(PLANS[0], 60)
    with serving(site.pages) as portal:
        nights = Nights(portal, tmp_path / "a.db", "kiengiang")
        assert nights.crawl().code == 0
        done = nights.crawl()

    assert sorted(nights.asked) == ["/", *(PLANS[0].section(n) for n in range(4))]
    assert done.out.startswith("kiengiang: ok, 0 new, 0 changed, 28 known"), done


# --- edits and what is due -----------------------------------------------------------------------


def test_an_edited_article_is_a_revision_where_all_are_revisited(nights: Nights) -> None:
    items = sample_items(1, 18)
    edited = items[7]
    said = text_of(next(stories(1, 500)), "Tin tức")
    nights.portal.pages[edited.url] = Answer(danaweb_1(said, FRAME))
    done = nights.crawl("-a", "revisit=all")

    assert done.out.startswith("haiphong: ok, 0 new, 1 changed, 17 known"), done
    assert nights.articles == 18
    assert len(nights.rows("SELECT 1 FROM revisions")) == 19


def test_an_article_that_is_due_is_visited_though_no_list_shows_it(nights: Nights) -> None:
    gone = sample_items(1, 18)[9]
    nights.show([item for item in sample_items(1, 18) if item != gone])
    nights.portal.pages[gone.url] = Answer(danaweb_1(gone.text, FRAME))
    nights.write(
        "UPDATE page_visits SET next_visit_at = '2020-01-01T00:00:00+00:00' WHERE url = ?",
        nights.portal.origin + gone.url,
    )
    nights.crawl()

    assert sorted(nights.asked) == sorted([LIST, gone.url])


def test_an_article_that_was_due_is_not_due_again_the_next_night(nights: Nights) -> None:
    due = sample_items(1, 18)[9]
    nights.write(
        "UPDATE page_visits SET next_visit_at = '2020-01-01T00:00:00+00:00' WHERE url = ?",
        nights.portal.origin + due.url,
    )
    nights.crawl()
    nights.crawl()

    assert nights.asked == [LIST]


def test_with_revisit_none_nothing_is_due(nights: Nights) -> None:
    nights.write(
        "UPDATE page_visits SET next_visit_at = '2020-01-01T00:00:00+00:00' WHERE kind = 'article'"
    )
    nights.crawl("-a", "revisit=none")

    assert nights.asked == [LIST]


def test_articles_of_an_explored_portal_are_visited_when_due(tmp_path: Path) -> None:
    site = build(PLANS[0], 40)
    due = max(site.articles)
    with serving(site.pages) as portal:
        nights = Nights(portal, tmp_path / "a.db", "kiengiang")
        nights.crawl()
        nights.write(
            "UPDATE page_visits SET next_visit_at = '2020-01-01T00:00:00+00:00' WHERE url = ?",
            portal.origin + due,
        )
        done = nights.crawl()

    assert [path for path in nights.asked if path in site.articles] == [due], done


# --- new articles --------------------------------------------------------------------------------


def test_a_new_article_is_fetched_and_no_other(nights: Nights) -> None:
    items = sample_items(1, 19)
    nights.show(items)
    done = nights.crawl()

    assert nights.asked == [LIST, items[0].url]
    assert done.out.startswith("haiphong: ok, 1 new, 0 changed, 5 known"), done


def test_a_new_article_of_an_explored_portal_is_fetched_and_no_other(tmp_path: Path) -> None:
    site = build(PLANS[0], 40)
    with serving(site.pages) as portal:
        nights = Nights(portal, tmp_path / "a.db", "kiengiang")
        nights.crawl()
        later = build(PLANS[0], 44)  # one more at the head of each section
        portal.pages = {path: Answer(page) for path, page in later.pages.items()}
        done = nights.crawl()

    fetched = {path for path in nights.asked if path in later.articles}
    assert fetched == later.articles.keys() - site.articles.keys(), done


def test_pinned_articles_hide_no_new_one_on_the_same_page(nights: Nights) -> None:
    items = sample_items(1, 19)
    nights.show(items, pinned=sample_items(1, 18)[10:15])
    nights.crawl()

    assert [path for path in nights.asked if path.endswith(".html")] == [items[0].url]


def test_pinned_articles_hide_no_new_ones_on_the_next_page(nights: Nights) -> None:
    items = sample_items(1, 25)
    nights.show(items, pinned=sample_items(1, 18)[10:15])
    nights.crawl()

    fetched = {path for path in nights.asked if path.endswith(".html")}
    assert fetched == {item.url for item in items[:7]}


def test_the_list_is_walked_as_far_as_it_shows_new_articles(nights: Nights) -> None:
    nights.show(sample_items(1, 25))
    done = nights.crawl()

    assert [path for path in nights.asked if not path.endswith(".html")] == [LIST, list_path(2)]
    assert done.out.startswith("haiphong: ok, 7 new"), done


# --- holes ---------------------------------------------------------------------------------------


def test_a_hole_makes_the_next_crawl_walk_past_known_articles(tmp_path: Path) -> None:
    pages: dict[str, bytes | Answer] = {**federation(sample_items(1, 18))}
    with serving({**pages, list_path(2): Answer(b"", 503)}) as portal:
        nights = Nights(portal, tmp_path / "a.db")
        assert nights.crawl().code == 10
        portal.pages[list_path(2)] = Answer(federation(sample_items(1, 18))[list_path(2)])
        done = nights.crawl()

    assert done.out.startswith("haiphong: ok, 6 new, 0 changed, 12 known"), done


def test_a_hole_among_new_articles_is_mended_the_next_night(nights: Nights) -> None:
    nights.show(sample_items(1, 32))
    whole = nights.portal.pages[list_path(2)]
    nights.portal.pages[list_path(2)] = Answer(b"", 503)
    nights.crawl()
    nights.portal.pages[list_path(2)] = whole
    nights.crawl()

    assert nights.articles == 32


def test_once_the_hole_is_mended_the_first_page_is_enough(nights: Nights) -> None:
    nights.show(sample_items(1, 32))
    whole = nights.portal.pages[list_path(2)]
    nights.portal.pages[list_path(2)] = Answer(b"", 503)
    nights.crawl()
    nights.portal.pages[list_path(2)] = whole
    nights.crawl()
    nights.crawl()

    assert nights.asked == [LIST]


# --- arguments -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bound", some(["since=2016-01-01", "until=2030-01-01"], ["until=2030-01-01"])
)
def test_with_bounds_all_pages_are_walked_and_no_known_article_is_fetched(
    nights: Nights, bound: str
) -> None:
    done = nights.crawl("-a", bound)

    assert nights.asked == [LIST, list_path(2), list_path(3)]
    assert done.out.startswith("haiphong: ok, 0 new, 0 changed, 18 known"), done


@pytest.mark.parametrize(
    "bound", some(["since=2017-01-06", "until=2017-01-03", "limit=4"], ["limit=4"])
)
def test_what_a_bounded_crawl_left_out_is_found_by_the_next_full_one(
    tmp_path: Path, bound: str
) -> None:
    with serving(federation(sample_items(1, 18))) as portal:
        nights = Nights(portal, tmp_path / "a.db")
        nights.crawl("-a", bound)
        assert 0 < nights.articles < 18
        nights.crawl()

    assert nights.articles == 18


def test_what_a_bounded_exploration_left_out_is_found_by_the_next_full_one(tmp_path: Path) -> None:
    site = build(PLANS[0], 40)
    with serving(site.pages) as portal:
        nights = Nights(portal, tmp_path / "a.db", "kiengiang")
        nights.crawl("-a", "since=2017-01-10")
        assert 0 < nights.articles < 40
        nights.crawl()

    assert nights.articles == 40


@contextmanager
def interrupted(database: Path, after: int) -> Iterator[Nights]:
    """A portal whose first crawl was killed when it asked for the ``after``-th page."""
    with serving(federation(sample_items(1, 18))) as portal:
        killing = Killing()
        portal.asked = killing
        kill_crawl(killing, command("haiphong", portal.origin, database), after)
        yield Nights(portal, database)


def test_an_interrupted_crawl_is_resumed(tmp_path: Path) -> None:
    with interrupted(tmp_path / "a.db", 6) as nights:
        nights.crawl()

    assert nights.rows("SELECT resumes FROM runs ORDER BY id") == [
        {"resumes": None}, {"resumes": 1},
    ]  # fmt: skip


def test_other_arguments_do_not_resume_an_interrupted_crawl(tmp_path: Path) -> None:
    with interrupted(tmp_path / "a.db", 6) as nights:
        nights.crawl("-a", "since=2016-01-01")

    assert nights.rows("SELECT resumes FROM runs WHERE id = 2") == [{"resumes": None}]
    assert nights.articles == 18


def test_resume_0_begins_anew(tmp_path: Path) -> None:
    with interrupted(tmp_path / "a.db", 6) as nights:
        nights.crawl("-s", "RESUME=0")

    assert nights.rows("SELECT resumes FROM runs WHERE id = 2") == [{"resumes": None}]
    assert LIST in nights.asked
    assert nights.articles == 18


# --- validators ----------------------------------------------------------------------------------


@dataclass(slots=True)
class Validating:
    """A server that answers 304; ``conditions``: the headers with which lists were asked for."""

    origin: str
    pages: dict[str, bytes]
    header: str
    frozen: str | None = None
    conditions: list[str | None] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def mark(self, path: str) -> str:
        """Return the validator of a page."""
        if self.frozen:
            return self.frozen
        digest = hashlib.sha256(self.pages[path]).digest()
        if self.header == "ETag":
            return f'"{digest.hex()[:12]}"'
        return f"Mon, 0{1 + digest[0] % 9} Jan 2024 0{digest[1] % 10}:{10 + digest[2] % 50}:00 GMT"

    def answer(self, request: ServedRequest) -> Answer:
        """Return the page, or 304 to a request that names its validator."""
        self.asked.append(request.path)
        condition = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[self.header]
        named = request.headers.get(condition)
        if request.path == LIST:
            self.conditions.append(named)
        if not (body := self.pages.get(request.path)):
            return Answer(b"", 404)
        validator = self.mark(request.path)
        return Answer(body, 304 if named == validator else 200, {self.header: validator})


@contextmanager
def validating(pages: dict[str, bytes], header: str = "ETag") -> Iterator[Validating]:
    """Serve ``pages`` with validators; a request that names the right one is answered 304."""
    portal = Validating("", dict(pages), header)
    with http_server(portal.answer) as server:
        portal.origin = server.origin
        yield portal


@dataclass(slots=True)
class ValidatedNights(Nights):
    """Crawls of a portal that gives validators."""

    portal: Validating  # type: ignore[assignment]

    @property
    def trust(self) -> int:
        """What is held of the list's validator."""
        (row,) = self.rows("SELECT validator_trust FROM page_visits WHERE key = ?", LIST)
        return int(row["validator_trust"])


def trusted(portal: Validating, database: Path) -> ValidatedNights:
    """Crawl once, and let the list's validator have told the truth twice."""
    nights = ValidatedNights(portal, database)
    nights.crawl()
    nights.write("UPDATE page_visits SET validator_trust = 2 WHERE key = ?", LIST)
    return nights


def test_a_validator_that_told_the_truth_twice_is_sent(tmp_path: Path) -> None:
    with validating(federation(sample_items(1, 12))) as portal:
        nights = ValidatedNights(portal, tmp_path / "a.db")
        for _ in range(4):
            nights.crawl()

    assert portal.conditions == [None, None, None, portal.mark(LIST)]


@pytest.mark.parametrize("header", some(["ETag", "Last-Modified"], ["ETag"]))
def test_an_unchanged_list_ends_its_section_as_ok_with_its_articles_known(
    tmp_path: Path, header: str
) -> None:
    with validating(federation(sample_items(1, 12)), header) as portal:
        nights = trusted(portal, tmp_path / "a.db")
        done = nights.crawl()

    assert portal.conditions[-1] == portal.mark(LIST)
    assert (done.code, nights.asked) == (0, [LIST])
    assert done.out.startswith("haiphong: ok, 0 new, 0 changed, 6 known"), done


def test_a_changed_list_is_read_where_its_validator_is_trusted(tmp_path: Path) -> None:
    with validating(federation(sample_items(1, 12))) as portal:
        nights = trusted(portal, tmp_path / "a.db")
        portal.pages = federation(sample_items(1, 13))
        done = nights.crawl()

    assert done.out.startswith("haiphong: ok, 1 new"), done


def test_a_list_that_changes_under_the_same_validator_is_never_believed_again(
    tmp_path: Path,
) -> None:
    with validating(federation(sample_items(1, 12))) as portal:
        portal.frozen = '"xua-nay-van-the"'
        nights = ValidatedNights(portal, tmp_path / "a.db")
        for count in (12, 13, 14):
            portal.pages = federation(sample_items(1, count))
            nights.crawl()

    assert (nights.trust, nights.articles) == (-1, 14)
    assert portal.conditions == [None] * 3


def test_every_seventh_visit_finds_out_a_trusted_validator_that_lies(tmp_path: Path) -> None:
    with validating(federation(sample_items(1, 12))) as portal:
        portal.frozen = '"xua-nay-van-the"'
        nights = trusted(portal, tmp_path / "a.db")
        nights.write("UPDATE page_visits SET validator_trust = 7 WHERE key = ?", LIST)
        portal.pages = federation(sample_items(1, 13))
        nights.crawl()

    assert (nights.trust, nights.articles) == (-1, 13)


def test_a_hole_is_mended_where_the_first_page_is_unchanged(tmp_path: Path) -> None:
    pages = federation(sample_items(1, 18))
    with validating({path: page for path, page in pages.items() if path != list_path(2)}) as portal:
        nights = trusted(portal, tmp_path / "a.db")
        assert nights.articles == 12
        portal.pages = pages
        nights.crawl()

    assert nights.articles == 18


def test_an_interrupted_walk_goes_on_where_the_first_page_is_unchanged(tmp_path: Path) -> None:
    with validating(federation(sample_items(1, 18))) as portal:
        nights = ValidatedNights(portal, tmp_path / "a.db")
        nights.crawl("-a", "limit=3")
        nights.write("UPDATE page_visits SET validator_trust = 2 WHERE key = ?", LIST)
        nights.crawl()

    assert nights.articles == 18
