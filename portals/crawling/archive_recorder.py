"""Archiving of every response of a live crawl in WARC files, as received from the network."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response

from portals.archive.captures import RENDERED, Capture, payload_digest
from portals.archive.link_facts import NO_FACTS, LinkFacts
from portals.archive.replay_index import record_at
from portals.archive.wayback import MEMENTO, VIA, PlaybackUrl, parse_playback_url
from portals.archive.writer import RevisitTarget, RollingWriter
from portals.crawling.modes import CrawlMode
from portals.crawling.run_log import RunLog
from portals.crawling.spider_outputs import (
    ARTICLE_URL,
    KIND,
    LINK_LEARNED,
    REFERRER,
    SYSTEM,
)
from portals.crawling.storage_guard import StorageGuard
from portals.network.replay_handler import CAPTURED_AT, PAGE
from portals.network.url_guard import UrlGuard
from portals.store.pages import ArchivedPage, PageRepository, StoredPage
from portals.timestamps import utc, utc_now
from portals.urls import host_of, rebase_url, url_key

_OK, _NOT_MODIFIED = 200, 304


class ArchiveRecorder:
    """Archives responses in ``folder``; page results record the position of each."""

    def __init__(
        self, crawler: Crawler, run_log: RunLog, guard: StorageGuard, folder: Path
    ) -> None:
        self.folder = folder
        self.crawler = crawler
        self.run_log = run_log
        self.guard = guard
        self.writer: RollingWriter | None = None
        self.pages = PageRepository(run_log.store)
        self.unsaved: list[ArchivedPage] = []
        """Responses that are archived and not yet stored with a page result."""
        crawler.signals.connect(self.response_downloaded, signals.response_downloaded)
        crawler.signals.connect(self.link_learned, LINK_LEARNED)
        run_log.before_end.append(self.close)

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Archive a response and set its position in ``request.meta[PAGE]``."""
        now = utc_now().replace(microsecond=0)
        request.meta[CAPTURED_AT] = now
        capture = Capture(
            request.url,
            response.status,
            _as_text(response.headers),
            response.body,
            now,
            is_rendered=RENDERED in response.flags,
        )
        try:
            page = self._archive(capture, request, response)
        except Exception as error:  # noqa: BLE001 - Scrapy would log it and go on without archive
            self.guard.on_failure("the archive", error)
            return
        request.meta[PAGE] = page
        self.unsaved.append(page)

    def link_learned(self, page: ArchivedPage, label: str, day: str) -> None:
        """Archive what a listing shows of a page that was fetched before."""
        try:
            record = record_at(page.path, page.offset)
            if record and self.writer:
                response_id = record.headers["warc-record-id"]
                self.writer.annotate(page.url, response_id, LinkFacts(label, day), utc_now())
        except Exception as error:  # noqa: BLE001 - likewise
            self.guard.on_failure("the archive", error)

    def _archive(self, capture: Capture, request: Request, response: Response) -> ArchivedPage:
        """Write a record and return its position. Raises OSError."""
        if self.writer is None:
            self.writer = self._new_writer(capture.captured_at)
        earlier = self._same_payload(capture)
        before = earlier.page if earlier else None
        target = RevisitTarget(before.url, before.fetched_at, before.digest) if before else None
        link = self._link_facts(request) if response.status == _OK else NO_FACTS
        headers = _as_text(request.headers)
        written = self.writer.write(capture, headers, target, link, request.body)
        is_playback = response.status == _OK and MEMENTO in response.headers
        played = self._playback_of(request.url) if is_playback else None
        return ArchivedPage(
            url=played.url if played else request.url,
            fetched_at=utc(played.captured_at if played else capture.captured_at),
            status=response.status,
            path=written.path,
            offset=written.offset,
            length=written.length,
            digest=written.digest,
            via=VIA if played else None,
            repeats=earlier.id if earlier else None,
        )

    def _link_facts(self, request: Request) -> LinkFacts:
        """Return what the link to a page says, for later readings of the archive."""
        given, spider = request.cb_kwargs, self.crawler.spider
        is_home = url_key(str(given.get("asked", request.url))) == url_key(
            getattr(spider, "home_url", "")
        )
        # On some systems a listing with one article shows the article.
        is_mixed = getattr(getattr(spider, "family", None), "can_listing_be_article", False)
        is_listing = request.meta.get(KIND) == "listing" and not is_mixed
        return LinkFacts(
            text=str(given.get("label", "")),
            day=str(given.get("day", "")),
            referrer=str(request.meta.get(REFERRER, "")),
            is_listing=is_listing or is_home,
            system=str(given.get(SYSTEM, "")),
            article_url=str(given.get(ARTICLE_URL, "")),
        )

    def _playback_of(self, url: str) -> PlaybackUrl | None:
        """Return page and time of a capture of the Wayback Machine, None for other URLs."""
        is_live = self.run_log.crawl.mode is CrawlMode.LIVE
        played = None if is_live else parse_playback_url(url)
        home_url = getattr(self.crawler.spider, "home_url", "")
        own = rebase_url(played.url, home_url) if played else None
        return PlaybackUrl(own, played.captured_at) if played and own else None

    def _same_payload(self, capture: Capture) -> StoredPage | None:
        """Return the archived page with the same payload, to which a revisit record refers."""
        if self.run_log.crawl.mode is not CrawlMode.LIVE:
            return None
        try:
            if capture.status == _NOT_MODIFIED:
                found = self.pages.newest(capture.url)
            else:
                found = self.pages.with_digest(capture.url, payload_digest(capture.body))
        except sqlite3.Error:
            return None  # the next write to the database reports it
        return found if found and found.page.path.is_file() else None

    def _new_writer(self, now: datetime) -> RollingWriter:
        settings, spider = self.crawler.settings, self.crawler.spider
        portal = spider.name if spider else "unknown"
        folder = self.folder / portal
        about = {"isPartOf": portal, "origin": getattr(spider, "home_url", "")}
        if cms := getattr(type(spider), "name", ""):
            about["system"] = cms  # the CMS spider of a portal without a spider; a key in old files
        guard: UrlGuard | None = getattr(spider, "url_guard", None)
        if guard is not None and len(guard.homes) > 1:
            about["hosts"] = " ".join(host_of(home) for home in guard.homes)
        name = f"{portal}-{now:%Y%m%dT%H%M%SZ}-{self.run_log.run_id}"
        return RollingWriter(folder, name, settings.getint("ARCHIVE_MAX_SIZE"), about)

    def sync(self) -> Sequence[ArchivedPage]:
        """Sync the file to disk and return the responses that are not stored in the database yet.

        A committed row must never point to bytes that a power failure loses. Raises OSError.
        """
        if self.unsaved and self.writer:
            self.writer.sync()
        return list(self.unsaved)

    def on_stored(self) -> None:
        """Clear the list of unsaved responses: they are committed."""
        self.unsaved.clear()

    def close(self) -> None:
        """Store the last responses (robots.txt, redirects) and close the file.

        Raises OSError and sqlite3.Error.
        """
        portal = self.run_log.crawl.portal
        try:
            with self.run_log.store.writing():
                for page in self.sync():
                    self.pages.add(portal, page)
            self.on_stored()
        finally:
            if self.writer:
                self.writer.close()


def _as_text(headers: Headers) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in values
    ]
