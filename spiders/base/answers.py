"""What a response is: when it was served, what was asked, whether it is a page."""

from __future__ import annotations

import re
from datetime import datetime

from scrapy.http import HtmlResponse, Response

from portals.archive.encodings import decode_body
from portals.discovery.fragments import html_of_json
from portals.discovery.pagers import DECLARED_NEXT, header_next, refresh_target
from portals.discovery.targets import FoundLink
from portals.extraction.page import Page
from portals.extraction.unreadable import UnreadablePageError
from portals.network.replay_handler import CAPTURED_AT
from portals.timestamps import utc_now


def page_or_none(response: Response) -> Page | None:
    """Return the parsed page of a response, or None if it cannot be parsed."""
    kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
    try:
        return Page.from_bytes(response.url, response.body, kind)
    except UnreadablePageError:
        return None


def is_web_page(content_type: str, body: bytes) -> bool:
    """Return False for pictures, documents and other files."""
    if content_type and not re.search(
        r"html|xml|text/plain|octet-stream", content_type, re.IGNORECASE
    ):
        return False
    start = body[:2048].lstrip()
    return not start.startswith((b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04"))


def part_of_list(response: Response) -> Response:
    """Return the answer of a button "Xem thêm" as HTML if it is JSON that names articles."""
    kind = (response.headers.get("Content-Type") or b"").lower()
    if b"json" not in kind and response.body[:1] not in (b"{", b"["):
        return response
    body = html_of_json(response.body)
    if body is None:
        return response
    headers = {"Content-Type": "text/html; charset=utf-8"}
    return response.replace(body=body, headers=headers, cls=HtmlResponse)


def header_links(response: Response) -> list[FoundLink]:
    """Return the next page of a list that the headers ``Refresh`` and ``Link`` lead to."""
    refresh, link = (
        (response.headers.get(name) or b"").decode("latin-1") for name in ("Refresh", "Link")
    )
    found = ((refresh_target(refresh), "»"), (header_next(link), DECLARED_NEXT))
    return [FoundLink(address, label) for address, label in found if address]


def asked(response: Response) -> str:
    """Return the URL that was requested, before redirects."""
    return str(response.meta.get("redirect_urls", [response.url])[0])


def fetched_at(response: Response) -> datetime:
    """Return when the response was served."""
    at = response.meta.get(CAPTURED_AT)
    return at if isinstance(at, datetime) else utc_now()


def unzipped(body: bytes) -> bytes:
    """Return the content of a gzip file (``sitemap.xml.gz``). Raises EncodingError."""
    return decode_body(body, "gzip") if body[:2] == b"\x1f\x8b" else body
