"""The download handler of ``REPLAY``: requests are answered from WARC files, never the network."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from portals.archive.replay_index import ReplayIndex
from portals.store.pages import ArchivedPage
from portals.timestamps import utc

CAPTURED_AT = "captured_at"
"""Key in ``Request.meta``: when the response was served (aware datetime)."""

NEAR = "near"
"""Key in ``Request.meta``: the capture nearest to this time is wanted (UTC, ISO 8601)."""

LISTING_PAGE = "listing_page"
"""Key in ``Request.meta``: which page of a listing a posted form leads to; it has no URL."""

PAGE = "archived_page"
"""Key in ``Request.meta``: where the response is archived (``ArchivedPage``)."""


@lru_cache(maxsize=1)
def open_replay(path: str) -> ReplayIndex:
    """Return the index of the archives in ``path``, cached per process. Raises ArchiveError."""
    return ReplayIndex([path])


class NotArchivedError(IgnoreRequest):
    """The archive does not hold the URL. This is counted and is not an error."""


class ReplayHandler(BaseDownloadHandler):
    """Answers from the WARC files named by the ``REPLAY`` setting."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.replay = open_replay(crawler.settings["REPLAY"])

    async def download_request(self, request: Request) -> Response:
        """Return the newest capture of the URL, or the nearest. Raises NotArchivedError."""
        near = request.meta.get(NEAR)
        at = datetime.fromisoformat(near) if near else None
        page = str(request.meta.get(LISTING_PAGE, ""))
        found = self.replay.find(request.url, at, request.body, page)
        if found is None:
            raise NotArchivedError(f"not archived: {request.url}")
        capture = found.capture
        request.meta[CAPTURED_AT] = capture.captured_at
        request.meta[PAGE] = ArchivedPage(
            url=capture.url,
            fetched_at=utc(capture.captured_at),
            status=capture.status,
            path=found.path,
            offset=found.offset,
            length=found.length,
            digest=found.digest,
            via=capture.via,
        )
        headers = Headers([(name, value) for name, value in capture.headers])
        kind = responsetypes.from_args(headers=headers, url=request.url, body=capture.body)
        return kind(
            url=request.url,
            status=capture.status,
            headers=headers,
            body=capture.body,
            request=request,
        )
