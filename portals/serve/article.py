"""The page of an article, and its kept page from the archive."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from portals.archive.captures import Capture, capture_of
from portals.archive.records import Record, read_records
from portals.language.decoding import UndecodableTextError, decode
from portals.serve.asking import Answer, Ask, RefusedError, number
from portals.serve.pages import LOST, Site
from portals.store.article_page import ArticleView, article_view, moved_to
from portals.store.database import Store
from portals.store.history import Piece, excerpt
from portals.store.pages import PageRepository, StoredPage
from portals.store.sqlite import Database

_CONTEXT = 160  # characters of unchanged text around a change
_HTML = ("html", "text/plain")


class MovedError(Exception):
    """An article that became one with another; ``article_id``: the other one."""

    def __init__(self, article_id: int) -> None:
        super().__init__(article_id)
        self.article_id = article_id


def article(conn: sqlite3.Connection, ask: Ask, site: Site) -> Answer:
    """Return the page of an article. Raises RefusedError and MovedError."""
    article_id = number(ask.parts["id"], "no_article")
    view = article_view(conn, article_id)
    if view is None:
        if other := moved_to(conn, article_id):
            raise MovedError(other)
        raise RefusedError(404, "no_article")
    values = asdict(view)
    own = next((row for row in view.pages if row["id"] == view.article["page_id"]), None)
    kept = own or (view.pages[0] if view.pages else None)
    paragraphs = [part for part in view.article["body"].split("\n\n") if part.strip()]
    steps = values["history"]["steps"]
    for step, shown in zip(view.history.steps, steps, strict=True):
        shown["pieces"] = _shown(step.pieces)
    return Answer(
        "article.html",
        values,
        {
            "paragraphs": paragraphs,
            "kept": kept,
            "steps": list(reversed(steps)),
            "is_lost": _is_lost(view),
            "is_edited": len(steps) > 1 or any(e.cause == "portal" for e in view.history.edits),
            "titles": {name: row["title"] or name for name, row in site.catalogue(conn).items()},
        },
    )


def _is_lost(view: ArticleView) -> bool:
    return view.article["portal_state"] in LOST


def _shown(pieces: list[Piece]) -> list[dict[str, Any]]:
    """Return the changes, and of unchanged text only what is beside them."""
    last = len(pieces) - 1
    return [
        {
            "change": piece.change,
            "text": excerpt(piece.text, _CONTEXT, is_first=number_ == 0, is_last=number_ == last)
            if piece.change == "same"
            else piece.text,
        }
        for number_, piece in enumerate(pieces)
    ]


# --- the kept page -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeptPage:
    """An archived page: its text as UTF-8, or the bytes of something that is no page."""

    url: str
    fetched_at: str
    body: bytes
    is_html: bool


def kept_page(conn: sqlite3.Connection, folder: Path, page_id: int) -> KeptPage:
    """Return an archived page by its id. Raises RefusedError where it cannot be read."""
    repository = PageRepository(Store(Database(conn), folder))
    stored = repository.by_id(page_id)
    if stored is None:
        raise RefusedError(404, "no_page")
    holder = repository.by_id(stored.page.repeats) if stored.page.repeats else stored
    capture = _capture(holder)
    if capture is None:
        raise RefusedError(404, "page_missing")
    kind = (capture.content_type or "html").lower()
    if not any(name in kind for name in _HTML):
        return KeptPage(stored.page.url, stored.page.fetched_at, capture.body, is_html=False)
    try:
        text = decode(capture.body, capture.content_type).text
    except UndecodableTextError:
        text = capture.body.decode("utf-8", "replace")
    body = text.encode("utf-8", "replace")
    return KeptPage(stored.page.url, stored.page.fetched_at, body, is_html=True)


def _capture(stored: StoredPage | None) -> Capture | None:
    """Return what an archive holds of a page; None if it is not there."""
    if stored is None:
        return None
    page = stored.page
    try:
        record = next(read_records(page.path, page.offset, page.offset + 1), None)
    except OSError:
        return None
    found = capture_of(record) if isinstance(record, Record) else None
    return found if isinstance(found, Capture) else None
