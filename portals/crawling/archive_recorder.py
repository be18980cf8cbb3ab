"""Archiving of every response of a live crawl in WARC files, as received from the network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response

from portals.archive.appending import Appender, RawRecord, WarcAppender, new_writer
from portals.archive.captures import RENDERED, Capture
from portals.archive.link_facts import NO_FACTS, LinkFacts
from portals.archive.wayback import MEMENTO, PlaybackUrl, parse_playback_url
from portals.archive.writer import RollingWriter
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
from portals.network.replay_handler import CAPTURED_AT, LISTING_PAGE, PAGE
from portals.network.url_guard import UrlGuard
from portals.store.pages import ArchivedPage, PageRepository
from portals.timestamps import utc_now
from portals.urls import host_of, rebase_url, url_key

_OK = 200


class ArchiveRecorder:
    """Archives responses in ``folder``; page results record the position of each."""

    def __init__(
        self, crawler: Crawler, run_log: RunLog, guard: StorageGuard, folder: Path
    ) -> None:
        self.folder = folder
        self.crawler = crawler
        self.run_log = run_log
        self.guard = guard
        self.pages = PageRepository(run_log.store)
        self.appender: Appender = WarcAppender(self.pages, self._new_writer)
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
            page = self.appender.append(self._record(capture, request, response))
        except Exception as error:  # noqa: BLE001 - Scrapy would log it and go on without archive
            self.guard.on_failure("the archive", error)
            return
        request.meta[PAGE] = page
        self.unsaved.append(page)

    def link_learned(self, page: ArchivedPage, label: str, day: str) -> None:
        """Archive what a listing shows of a page that was fetched before."""
        try:
            self.appender.annotate(page, LinkFacts(label, day), utc_now())
        except Exception as error:  # noqa: BLE001 - likewise
            self.guard.on_failure("the archive", error)

    def _record(self, capture: Capture, request: Request, response: Response) -> RawRecord:
        """Return what is written of a response."""
        is_ok = response.status == _OK
        return RawRecord(
            capture,
            _as_text(request.headers),
            request.body,
            self._link_facts(request) if is_ok else NO_FACTS,
            self._playback_of(request.url) if is_ok and MEMENTO in response.headers else None,
            is_live=self.run_log.crawl.mode is CrawlMode.LIVE,
            listing_page=str(request.meta.get(LISTING_PAGE, "")) if request.body else "",
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

    def about(self) -> dict[str, str]:
        """Return what the first record of every file says of the portal."""
        spider = self.crawler.spider
        home_url = getattr(spider, "home_url", "")
        about = {"isPartOf": spider.name if spider else "unknown", "origin": home_url}
        if cms := getattr(type(spider), "name", ""):
            about["system"] = cms  # the CMS spider of a portal without a spider; a key in old files
        guard: UrlGuard | None = getattr(spider, "url_guard", None)
        if guard is not None and len(guard.homes) > 1:
            about["hosts"] = " ".join(host_of(home) for home in guard.homes)
        return about

    def _new_writer(self, now: datetime) -> RollingWriter:
        largest = self.crawler.settings.getint("ARCHIVE_MAX_SIZE")
        return new_writer(self.folder, self.about(), self.run_log.run_id, now, largest)

    def sync(self) -> Sequence[ArchivedPage]:
        """Sync the file to disk and return the responses that are not stored in the database yet.

        A committed row must never point to bytes that a power failure loses. Raises OSError.
        """
        if self.unsaved:
            self.appender.sync()
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
            self.appender.close()


def _as_text(headers: Headers) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in values
    ]
