"""Reading single pages of any site: what the reader sees, and by which rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portals.archive.captures import archive_files, read_captures
from portals.article import Article, Reject
from portals.extraction.page import Page
from portals.extraction.reader import Recipe
from portals.extraction.unreadable import UnreadablePageError
from portals.families import recipe_for
from portals.families.recognition import recognise
from portals.operations.fixtures import TEXT_FIELDS, read_served
from portals.operations.site_probe import FetchedPage
from portals.urls import host_of

_PAGES = (".html", ".htm", ".xhtml")
_OK = 200


def pages_in(path: Path) -> Iterator[FetchedPage]:
    """Yield the pages of a saved page or of a WARC file. Raises ArchiveError, OSError."""
    if path.suffix.lower() in _PAGES:
        saved_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        yield FetchedPage(_url_of(path), path.read_bytes(), "text/html", saved_at)
        return
    for file in archive_files([path]):
        for capture in read_captures(file):
            kind = capture.content_type or ""
            if capture.status == _OK and ("html" in kind or not kind):
                yield FetchedPage(capture.url, capture.body, kind, capture.captured_at)


def _url_of(path: Path) -> str:
    """Return the URL that a saved page gives as its own, else one made of the file's name."""
    placeholder = f"http://localhost/{path.name}"
    try:
        page = Page.from_bytes(placeholder, path.read_bytes(), "text/html")
    except UnreadablePageError:
        return placeholder
    link = next(iter(page.root.iterfind(".//link[@rel='canonical']")), None)
    return (
        page.absolute(str(link.get("href") or "")) or placeholder
        if link is not None
        else placeholder
    )


def read_any(served: FetchedPage) -> Article | Reject:
    """Return the article of a page of any site: by its system if known, else by its evidence."""
    try:
        page = Page.from_bytes(served.url, served.body, served.content_type, served.fetched_at)
    except UnreadablePageError as error:
        return Reject(served.url, error.code, error.detail)
    family, portal = recognise(page), host_of(served.url)
    recipe = recipe_for(portal, family) if family else Recipe(portal, general=True)
    return read_served(served, recipe)


def shown_fields(url: str, result: Article | Reject) -> dict[str, Any]:
    """Return a result as printed: the fields and their rules, or the code of the reject."""
    if isinstance(result, Reject):
        return {
            "url": url,
            "reject": str(result.code),
            "reason": result.reason,
            "detail": result.detail,
        }
    return {
        "url": result.url,
        **{name: getattr(result, name) for name in TEXT_FIELDS},
        "body": result.body.split("\n\n"),
        "images": [asdict(image) for image in result.images],
        "attachments": [asdict(one) for one in result.attachments],
        "provenance": result.provenance,
    }
