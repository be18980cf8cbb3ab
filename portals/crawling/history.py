"""Results of earlier crawls of a portal, as spiders query them.

``History`` is empty; Scrapy's own tools, which store nothing, use it. ``StoredHistory`` reads the
database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from portals.article import Reject
from portals.crawling.modes import CrawlMode
from portals.crawling.page_result import CrawlContext
from portals.crawling.revisit_policy import is_gone
from portals.store.articles import first_seen_at, last_seen_urls, portal_totals
from portals.store.crawl_state import CrawlState, PageVisit
from portals.store.database import Store
from portals.store.forgotten import ForgottenUrls
from portals.store.gaps import Gap, gaps_of
from portals.store.pages import PageRepository
from portals.store.request_queue import RequestQueue
from portals.store.url_knowledge import StoredUrlPattern
from portals.timestamps import utc, utc_now


class History:
    """The history of a portal of which nothing is stored.

    ``is_live``: pages come from the portal, not from an archive, and its visits count.
    ``is_resumed``: this crawl resumes an interrupted one.
    """

    is_live = False
    is_resumed = False

    def last_visit(self, key: str) -> PageVisit | None:  # noqa: ARG002
        """Return the last visit to the page ``key``, None where an archive is replayed."""
        return None

    def known_since(self, key: str, url: str) -> str | None:  # noqa: ARG002
        """Return when an article was first fetched: its page, or a list that holds it."""
        return None

    def is_gone(self, key: str) -> bool:  # noqa: ARG002
        """Return True for a page that was gone in the last week and never was of use."""
        return False

    def due_urls(self, limit: int, *, with_settled: bool = False) -> list[str]:  # noqa: ARG002
        """Return known articles that are due for a revisit, longest due first.

        ``with_settled``: also pages that are settled, whenever they are due.
        """
        return []

    def first_pages(self) -> dict[str, str]:
        """Return the URL of the first page of each listing that an earlier crawl read, by key."""
        return {}

    def read_at(self, listing: str, number: int) -> str | None:  # noqa: ARG002
        """Return when a page of ``listing`` was last read, None if it never was."""
        return None

    def completed_at(self, listing: str) -> str | None:  # noqa: ARG002
        """Return when the last traversal of ``listing`` ended that missed no page."""
        return None

    def is_completed(self, listing: str) -> bool:  # noqa: ARG002
        """Return True if the last traversal of ``listing`` missed no page."""
        return False

    def alternate_urls(self, lease_id: int) -> list[str]:  # noqa: ARG002
        """Return the other URLs under which listings showed a requested page."""
        return []

    def exploration_log(self) -> Iterable[tuple[str, list[Any]]]:
        """Yield URL and page data of the exploration log of an interrupted crawl."""
        return ()

    def url_patterns(self) -> list[StoredUrlPattern]:
        """Return what earlier runs learned of the portal's URLs."""
        return []

    def learned_theme(self) -> str | None:
        """Return the selectors that earlier runs learned, as JSON."""
        return None

    def save_knowledge(
        self, patterns: Sequence[StoredUrlPattern], theme: str | None, trained_on: list[str]
    ) -> None:
        """Store what this run learned."""

    def save_rejects(self, rejects: Sequence[Reject]) -> None:
        """Store rejects that only the end of the run gives."""

    def article_urls(self) -> list[str]:
        """Return the URLs of the articles seen last."""
        return []

    def stored_articles(self) -> int:
        """Return the number of URLs at which articles are stored."""
        return 0

    def gaps(self) -> list[Gap]:
        """Return the publication gaps of the stored articles."""
        return []

    def holds_capture(self, url: str, captured_at: datetime, via: str) -> bool:  # noqa: ARG002
        """Return True if a capture of a public archive is stored and was read."""
        return False

    def is_forgotten(self, url: str, number: str | None) -> bool:  # noqa: ARG002
        """Return True if the article at ``url``, with the portal's own number, was taken down."""
        return False


class StoredHistory(History):
    """The history of a portal in the database."""

    def __init__(self, store: Store, crawl: CrawlContext, *, is_resumed: bool = False) -> None:
        self._store = store
        self._crawl = crawl
        self._state = CrawlState(store, crawl.portal)
        self._queue = RequestQueue(store, crawl.portal)
        self._forgotten = ForgottenUrls.of(store.db.conn)
        self.is_live = crawl.mode is CrawlMode.LIVE
        self.is_resumed = is_resumed

    def last_visit(self, key: str) -> PageVisit | None:
        """Return the last visit to the page ``key``, None where an archive is replayed."""
        return self._state.last_visit(key) if self.is_live else None

    def known_since(self, key: str, url: str) -> str | None:
        """Return when an article was first fetched: its page, or a list that holds it."""
        visit = self.last_visit(key)
        if visit is not None or not self.is_live:
            return visit.first_fetched_at if visit else None
        return first_seen_at(self._store.db.conn, url)

    def is_gone(self, key: str) -> bool:
        """Return True for a page that was gone in the last week and never was of use."""
        visit = self.last_visit(key)
        if visit is None or (visit.is_settled and self._crawl.revisits == "settled"):
            return False
        return is_gone(visit, utc_now())

    def due_urls(self, limit: int, *, with_settled: bool = False) -> list[str]:
        """Return known articles that are due for a revisit, longest due first.

        ``with_settled``: also pages that are settled, whenever they are due.
        """
        if not self.is_live:
            return []
        return self._state.due_urls(utc_now(), limit, with_settled=with_settled)

    def first_pages(self) -> dict[str, str]:
        """Return the URL of the first page of each listing that an earlier crawl read, by key."""
        return self._state.first_pages()

    def read_at(self, listing: str, number: int) -> str | None:
        """Return when a page of ``listing`` was last read, None if it never was."""
        return self._state.read_at(listing, number)

    def completed_at(self, listing: str) -> str | None:
        """Return when the last traversal of ``listing`` ended that missed no page."""
        return self._state.completed_at(listing)

    def is_completed(self, listing: str) -> bool:
        """Return True if the last traversal of ``listing`` missed no page."""
        return self._state.is_completed(listing)

    def alternate_urls(self, lease_id: int) -> list[str]:
        """Return the other URLs under which listings showed a requested page."""
        return self._queue.alternate_urls(lease_id)

    def exploration_log(self) -> Iterable[tuple[str, list[Any]]]:
        """Yield URL and page data of the exploration log of an interrupted crawl."""
        return self._queue.exploration_log()

    def url_patterns(self) -> list[StoredUrlPattern]:
        """Return what earlier runs learned of the portal's URLs."""
        return self._store.url_knowledge.url_patterns(self._crawl.portal)

    def learned_theme(self) -> str | None:
        """Return the selectors that earlier runs learned, as JSON."""
        return self._store.url_knowledge.learned_theme(self._crawl.portal)

    def save_knowledge(
        self, patterns: Sequence[StoredUrlPattern], theme: str | None, trained_on: list[str]
    ) -> None:
        """Store what this run learned."""
        now, portal, run_id = utc_now(), self._crawl.portal, self._crawl.run_id
        self._store.url_knowledge.save_url_patterns(portal, patterns, run_id, now)
        self._store.url_knowledge.save_learned_theme(portal, theme, trained_on, run_id, now)

    def save_rejects(self, rejects: Sequence[Reject]) -> None:
        """Store rejects that only the end of the run gives."""
        with self._store.writing():
            for reject in rejects:
                self._store.runs.record_reject(reject, self._crawl.run_id, utc_now())

    def article_urls(self) -> list[str]:
        """Return the URLs of the articles seen last."""
        return last_seen_urls(self._store.db.conn, self._crawl.portal)

    def stored_articles(self) -> int:
        """Return the number of URLs at which articles are stored."""
        return portal_totals(self._store.db.conn, self._crawl.portal).sightings

    def gaps(self) -> list[Gap]:
        """Return the publication gaps of the stored articles."""
        return gaps_of(self._store, self._crawl.portal)

    def holds_capture(self, url: str, captured_at: datetime, via: str) -> bool:
        """Return True if a capture of a public archive is stored and was read."""
        return PageRepository(self._store).holds(url, utc(captured_at), via)

    def is_forgotten(self, url: str, number: str | None) -> bool:
        """Return True if the article at ``url``, with the portal's own number, was taken down."""
        return self._forgotten.covers(self._crawl.portal, url, number)
