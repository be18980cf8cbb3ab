"""One run of one portal: its row in ``runs``, its counters, its archive and its verdict."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response
from scrapy.utils.defer import _schedule_coro

from portals.archive.captures import Capture, payload_digest
from portals.archive.wayback import MEMENTO, VIA, PlaybackUrl, parse_playback_url
from portals.archive.writer import RevisitTarget, RollingWriter
from portals.article import Article, Reject
from portals.crawling.arguments import CrawlArguments, Revisits
from portals.crawling.verdicts import RunFacts, Verdict, judge
from portals.network.replay_handler import CAPTURED_AT, PAGE
from portals.store.article_writer import Outcome, utc
from portals.store.crawl_state import ListingPage
from portals.store.database import Store, StoredUrlPattern
from portals.store.pages import ArchivedPage, PageRepository, StoredPage
from portals.urls import rebase_url

if TYPE_CHECKING:
    from portals.crawling.scheduler import Frontier

logger = logging.getLogger(__name__)

COUNTERS = {  # column of ``runs``: key in the stats
    "requests": "downloader/request_count",
    "listings": "portal/listings",
    "articles_seen": "portal/parsed",
    "articles_known": "portal/skipped_known",
    "articles_new": "portal/articles_new",
    "articles_changed": "portal/articles_changed",
    "sightings_new": "portal/sightings_new",
    "rejects": "portal/rejects",
    "not_archived": "portal/not_archived",
    "errors": "portal/errors",
}


FIELDS = ("published_at", "author", "lead", "section")
"""Fields whose absence from articles that used to have them tells that a portal changed."""

_OK, _NOT_MODIFIED = 200, 304
_MIN_HISTORY, _MIN_SEEN = 20, 5  # articles before and now, from which shares say anything
_USUAL, _RARE = 0.8, 0.3  # shares of articles with a field, before and now


class RunRecorder:
    """Extension that keeps the books of a run in the database and the pages in the archive."""

    def __init__(self, crawler: Crawler, store: Store) -> None:
        assert crawler.stats is not None
        self.crawler = crawler
        self.stats = crawler.stats
        self.store = store
        self.run_id = 0
        self.verdict: Verdict = "crashed"
        self.reason = "the run did not start"
        self.archive: RollingWriter | None = None
        self.pages = PageRepository(store)
        self._unsaved: list[ArchivedPage] = []
        self.is_replay = bool(crawler.settings["REPLAY"])
        self.is_live = not self.is_replay
        self.revisits: Revisits = "due"
        self.has_storage_failed = False
        self.is_partial = False
        self.failed_pages = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RunRecorder:
        """Open the database of the run. Raises StorageError."""
        recorder = cls(crawler, Store.open(crawler.settings["DATABASE"]))
        connect = crawler.signals.connect
        connect(recorder.spider_error, signals.spider_error)
        connect(recorder.spider_closed, signals.spider_closed)
        connect(recorder.engine_stopped, signals.engine_stopped)
        if crawler.settings.get("ARCHIVE_DIR"):
            connect(recorder.response_downloaded, signals.response_downloaded)
        return recorder

    # --- beginning -----------------------------------------------------------------------------

    def begin(self, spider: Spider, frontier: Frontier) -> int | None:
        """Begin the run and return the one before it, if it can be resumed.

        It can where it was asked for the same. A run without an end was killed: nobody else holds
        the portal's lock.
        """
        self.frontier = frontier
        self.memory = frontier.memory
        arguments = getattr(spider, "given_arguments", {})
        wanted = getattr(spider, "arguments", None)
        if isinstance(wanted, CrawlArguments):
            self.is_partial = wanted.is_partial
            self.revisits = wanted.revisit
            self.is_live = not (self.is_replay or wanted.via)
        if self.is_replay:
            arguments = {**arguments, "REPLAY": str(self.crawler.settings["REPLAY"])}
        asked = json.dumps(arguments, sort_keys=True, ensure_ascii=False)
        now = datetime.now(UTC)
        previous = self.store.last_run(spider.name)
        self.store.end_killed_runs(spider.name, now)
        self.run_id = self.store.start_run(spider.name, now, asked)
        if previous is None or previous[1] != asked:
            return None
        return previous[0]

    def resumes(self, run_id: int) -> None:
        """Note that this run goes on with an earlier one."""
        self.store.update_run(self.run_id, {"resumes": run_id})

    # --- signals -------------------------------------------------------------------------------

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Keep a response as it came from the network."""
        now = datetime.now(UTC).replace(microsecond=0)
        request.meta[CAPTURED_AT] = now
        headers = _shown(response.headers)
        capture = Capture(request.url, response.status, headers, response.body, now)
        try:
            if self.archive is None:
                self.archive = self._new_archive(now)
            earlier = self._earlier(capture)
            before = earlier.page if earlier else None
            same = RevisitTarget(before.url, before.fetched_at, before.digest) if before else None
            written = self.archive.write(capture, _shown(request.headers), same)
        except OSError as error:
            self.storage_failed("the archive", error)
            return
        is_played = response.status == _OK and MEMENTO in response.headers
        played = self._played(request.url) if is_played else None
        page = ArchivedPage(
            url=played.url if played else request.url,
            fetched_at=utc(played.captured_at if played else now),
            status=response.status,
            path=written.path,
            offset=written.offset,
            length=written.length,
            digest=written.digest,
            via=VIA if played else None,
            repeats=earlier.id if earlier else None,
        )
        request.meta[PAGE] = page
        self._unsaved.append(page)

    def _played(self, url: str) -> PlaybackUrl | None:
        """Return of what page and time ``url`` is the capture, where an archive is read."""
        played = None if self.is_live else parse_playback_url(url)
        home = getattr(self.crawler.spider, "home_url", "")
        own = rebase_url(played.url, home) if played else None
        return PlaybackUrl(own, played.captured_at) if played and own else None

    def _earlier(self, capture: Capture) -> StoredPage | None:
        """Return the archived page whose payload this one repeats: it is not written twice."""
        if not self.is_live:
            return None
        try:
            if capture.status == _NOT_MODIFIED:
                found = self.pages.newest(capture.url)
            else:
                found = self.pages.with_digest(capture.url, payload_digest(capture.body))
        except sqlite3.Error:
            return None  # the next write to the database tells
        return found if found and found.page.path.is_file() else None

    def _new_archive(self, now: datetime) -> RollingWriter:
        settings, spider = self.crawler.settings, self.crawler.spider
        portal = spider.name if spider else "unknown"
        folder = Path(settings["ARCHIVE_DIR"]) / portal
        about = {"isPartOf": portal, "origin": getattr(spider, "home_url", "")}
        if system := getattr(type(spider), "name", ""):
            about["system"] = system  # the spider that reads a portal without one of its own
        name = f"{portal}-{now:%Y%m%dT%H%M%SZ}-{self.run_id}"
        return RollingWriter(folder, name, settings.getint("ARCHIVE_MAX_SIZE"), about)

    def keep_pages(self) -> dict[ArchivedPage, int]:
        """Enter what was archived into the database, inside the caller's transaction.

        Returns the pages with their ids. Those that could not be committed are entered again.
        """
        if self._unsaved and self.archive:
            self.archive.sync()
        portal = self.crawler.spider.name if self.crawler.spider else ""
        return {page: self.pages.add(portal, page) for page in self._unsaved}

    def pages_are_kept(self) -> None:
        """Forget what waited to be entered, now that it is committed."""
        self._unsaved.clear()

    def spider_error(self) -> None:
        """Count an exception that a callback let out."""
        self.stats.inc_value("portal/errors")
        self.stats.inc_value("portal/reader_errors")

    def spider_closed(self, reason: str) -> None:
        """End the run with its verdict."""
        self.verdict, self.reason = judge(self._facts(reason))
        if self.run_id == 0:  # not even its row could be written
            self.store.close()
            return
        try:
            self._close_archive()
            self._keep_left_alone()
        except (OSError, sqlite3.Error) as error:
            self.verdict, self.reason = "storage", f"the archive cannot be written: {error}"
        try:
            self.store.update_run(
                self.run_id,
                {
                    **self._counters(),
                    "finished_at": utc(datetime.now(UTC)),
                    "verdict": self.verdict,
                    "reason": self.reason or None,
                },
            )
        except sqlite3.Error as error:
            self.verdict, self.reason = "storage", f"the database cannot be written: {error}"
        self.store.close()

    def _close_archive(self) -> None:
        """Enter the last pages (robots.txt, redirects) and close the file."""
        try:
            with self.store.writing():
                self.keep_pages()
            self.pages_are_kept()
        finally:
            if self.archive:
                self.archive.close()

    def _keep_left_alone(self) -> None:
        """Keep what rules left alone, for the operator who looks for a page that is missing."""
        portal = self.crawler.spider.name if self.crawler.spider else ""
        found = self.frontier.traps.skipped()
        self.store.save_skipped_urls(portal, found, self.run_id, datetime.now(UTC))

    def engine_stopped(self) -> None:
        """Say how it ended, as the last line of the log."""
        logger.info("%s", self.summary())

    def _facts(self, reason: str) -> RunFacts:
        counted = {
            name: self.stats.get_value(key, 0)
            for name, key in {
                "responses": "portal/pages_read",
                "parsed": "portal/parsed",
                "listed_known": "portal/listed_known",
                "reader_errors": "portal/reader_errors",
                "storage_errors": "portal/storage_errors",
                "unreachable": "portal/unreachable",
                "timed_out": "portal/timed_out",
                "refused": "portal/refused",
                "challenges": "portal/challenges",
                "logins": "portal/logins",
                "parked": "portal/parked",
                "not_archived": "portal/not_archived",
                "outside_dates": "portal/outside_dates",
                "by_fallback": "portal/by_fallback",
                "shrunken_listings": "portal/shrunken_listings",
                "lost_captures": "portal/lost_captures",
                "offsite": "portal/offsite",
                "bad_certificates": "portal/bad_certificates",
                "truncated_listings": "portal/truncated_listings",
            }.items()
        }
        facts = RunFacts(
            finish_reason=reason,
            failed=self.failed_pages,
            is_resumed=self.frontier.resumed,
            **counted,
        )
        if self.has_storage_failed:
            return facts
        try:
            holes = self.memory.missing_pages(self.run_id)
            # A page that was tried twice is one reject, and none if it could be read at last.
            self.stats.set_value("portal/rejects", self.store.rejects_of(self.run_id))
            empty = sum(page.state == "empty" for page in holes)
            failed = max(0, self.failed_pages - empty)
            return replace(facts, failed=failed, missing_page=_in_words(holes), **self._history())
        except sqlite3.Error as error:
            self.storage_failed("the run", error)
            return replace(facts, storage_errors=1)

    def _history(self) -> dict[str, Any]:
        """Return what the portal's own history says: articles kept, and a field that is lost."""
        if not self.is_live:
            return {}
        portal = self.crawler.spider.name if self.crawler.spider else ""
        kept, shares = self.store.field_shares(portal, self.run_id, FIELDS)
        seen = self.stats.get_value("portal/parsed", 0)
        if kept < _MIN_HISTORY or seen < _MIN_SEEN:
            return {"stored_before": kept}
        for name in FIELDS:
            has = self.stats.get_value(f"portal/has_{name}", 0)
            if shares[name] >= _USUAL and has <= _RARE * seen:
                lost = f"{seen - has} of {seen} articles have no {name}, which this portal shows"
                return {"stored_before": kept, "missing_field": lost}
        return {"stored_before": kept}

    # --- what pipelines and spiders keep ---------------------------------------------------------

    def write(self, item: Article | Reject, page_id: int | None) -> Outcome | None:
        """Write an item of the page ``page_id``, inside the caller's transaction."""
        if isinstance(item, Reject):
            self.store.reject(item, self.run_id, datetime.now(UTC))
            return None
        return self.store.save(item, self.run_id, from_archive=not self.is_live, page_id=page_id)

    def count_outcomes(
        self, items: Sequence[Article | Reject], outcomes: Sequence[Outcome | None]
    ) -> None:
        """Count what was written, once it is."""
        for item, outcome in zip(items, outcomes, strict=True):
            if isinstance(item, Reject):
                self.stats.inc_value("portal/rejects")
                continue
            self.stats.inc_value("portal/parsed")
            for name in FIELDS:
                if getattr(item, name):
                    self.stats.inc_value(f"portal/has_{name}")
            if outcome in ("new", "changed"):
                self.stats.inc_value(f"portal/articles_{outcome}")
            if outcome in ("new", "copy"):
                self.stats.inc_value("portal/sightings_new")

    def storage_failed(self, what: str, error: Exception) -> None:
        """Count that the disk refused something, say so once, and end the crawl."""
        self.stats.inc_value("portal/storage_errors")
        if self.has_storage_failed:
            return
        self.has_storage_failed = True
        logger.error("cannot write %s: %s; free the disk, then run again", what, error)
        if self.run_id and self.crawler.engine is not None and self.crawler.engine.spider:
            _schedule_coro(self.crawler.engine.close_spider_async(reason="storage"))

    def learnt_shapes(self, portal: str) -> list[StoredUrlPattern]:
        """Return what earlier runs learnt of the portal's addresses."""
        return self.store.url_patterns(portal)

    def keep_shapes(self, portal: str, shapes: list[StoredUrlPattern]) -> None:
        """Keep what this run learnt of the portal's addresses."""
        self.store.save_url_patterns(portal, shapes, self.run_id, datetime.now(UTC))

    def learnt_theme(self, portal: str) -> str | None:
        """Return what the portal's pages taught earlier runs, as JSON."""
        return self.store.learned_theme(portal)

    def keep_theme(self, portal: str, theme: str | None, taught_by: list[str]) -> None:
        """Keep what the portal's pages taught."""
        self.store.save_learned_theme(portal, theme, taught_by, self.run_id, datetime.now(UTC))

    # --- words -----------------------------------------------------------------------------------

    def _counters(self) -> dict[str, int]:
        return {column: self.stats.get_value(key, 0) for column, key in COUNTERS.items()}

    def as_row(self) -> dict[str, str | int]:
        """Return the run as ``--json`` prints it."""
        count = self._counters()
        return {
            "portal": self.crawler.spider.name if self.crawler.spider else "",
            "verdict": self.verdict,
            "reason": self.reason,
            "run_id": self.run_id,
            "new": count["articles_new"],
            "changed": count["articles_changed"],
            "known": count["articles_seen"]
            - count["articles_new"]
            - count["articles_changed"]
            + count["articles_known"],
            "rejected": count["rejects"],
            "requests": count["requests"],
            "not_archived": count["not_archived"],
        }

    def summary(self) -> str:
        """Return the run in one line: "haiphong: ok, 30 new, 0 changed, …"."""
        row = self.as_row()
        text = (
            f"{row['portal']}: {row['verdict']}, {row['new']} new, {row['changed']} changed,"
            f" {row['known']} known, {row['rejected']} rejected, {row['requests']} requests"
        )
        if row["not_archived"]:
            text += f", {row['not_archived']} not archived"
        return f"{text} ({self.reason})" if self.reason else text


def _shown(headers: Headers) -> list[tuple[str, str]]:
    """Return headers as text."""
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in values
    ]


def _in_words(holes: Sequence[ListingPage]) -> str:
    """Say where the first hole in the ledger is, and how many there are."""
    if not holes:
        return ""
    first = holes[0]
    more = f", and {len(holes) - 1} more" if len(holes) > 1 else ""
    said = "could not be read" if first.state == "failed" else "is empty"
    return f"page {first.number} of the list {first.listing or '/'} {said}{more}"
