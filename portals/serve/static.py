"""The site as files: the pages of ``serve`` with relative links, which need no server."""

from __future__ import annotations

import hashlib
import posixpath
import re
import sqlite3
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from portals.language.text import fold
from portals.serve.article import MovedError
from portals.serve.asking import Answer, Ask, RefusedError
from portals.serve.memo import Memo
from portals.serve.pages import Page, Site
from portals.serve.rendering import as_atom, day, html, style
from portals.serve.routes import ROUTES
from portals.serve.search_files import (
    PARTS_FOLDER,
    SCRIPT_FILE,
    SEARCHED,
    SearchIndex,
    script,
    write_index,
)
from portals.serve.words import word
from portals.store.export import feed_rows

STYLE_FILE = "style.css"

_FEED, _NOT_WRITTEN = ".atom", ".json"
_ROOTS = ("/", "/portals", "/provinces", "/edits", "/withdrawn", "/operations")
_SEARCH = "/search"
_IN_FOLDER = 1_000  # articles
_READABLE = 60  # characters of what is chosen, in the name of a file
_FEED_ARGUMENTS = {"portal", "after"}
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Link:
    """An address of the site: its path, the arguments sorted by name, and ``.atom`` for a feed."""

    path: str
    arguments: tuple[tuple[str, str], ...] = ()
    shape: str = ""

    @classmethod
    def to(cls, path: str, arguments: Mapping[str, object]) -> Link:
        """Return the link to an address; empty arguments are left out."""
        given = sorted(
            (name, str(value)) for name, value in arguments.items() if value not in (None, "")
        )
        shape = _FEED if path.endswith(_FEED) else ""
        bare = path.removesuffix(shape)
        return cls("/" if bare == "/news" else bare, tuple(given), shape)

    @property
    def file(self) -> str:
        """Return the file of the page, relative to the folder of the site."""
        name = _file_of_path(self.path, is_plain=not (self.arguments or self.shape))
        if self.arguments:
            name = f"{name}/{_file_of_arguments(dict(self.arguments))}"
        return f"{name}{self.shape or '.html'}"


def _file_of_path(path: str, *, is_plain: bool) -> str:
    first, _, rest = path.strip("/").partition("/")
    if first == "article":
        return f"article/{int(rest) // _IN_FOLDER}/{int(rest)}"
    if rest:
        return f"{first}/{_exact(rest)}"
    if first:
        return first
    return "index" if is_plain else "news"


def _file_of_arguments(arguments: dict[str, str]) -> str:
    if month := _month_of(arguments):
        return month
    if set(arguments) == {"portal"}:
        return f"portal-{_exact(arguments['portal'])}"
    shown = "-".join(_slug(value) for name, value in arguments.items() if name != "after")
    return f"{shown[:_READABLE]}-{_digest(urlencode(arguments))}".strip("-")


def _month_of(arguments: dict[str, str]) -> str | None:
    """Return the month ("2025-03") that is chosen as a whole, and nothing else."""
    if set(arguments) != {"since", "until"} or not arguments["since"].endswith("-01"):
        return None
    following = date.fromisoformat(arguments["until"]) + timedelta(days=1)
    month = arguments["since"][:7]
    is_whole = following.day == 1 and arguments["until"].startswith(month)
    return month if is_whole else None


def _exact(name: str) -> str:
    """Return a name as a part of a file's; two names never give the same."""
    slug = _slug(name)
    return name if slug == name.replace("_", "-") else f"{slug}-{_digest(name)}".strip("-")


def _slug(text: str) -> str:
    return _NOT_IN_NAMES.sub("-", fold(text)).strip("-")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class StaticAsk(Ask):
    """A page of the static site. ``links`` collects what it links to."""

    file: str = "index.html"
    links: list[Link] = field(default_factory=list)
    search: SearchIndex | None = None

    @property
    def has_search_page(self) -> bool:
        """Return True if the copy has an index."""
        return self.search is not None

    @property
    def is_static(self) -> bool:
        """Return True."""
        return True

    @property
    def has_feed(self) -> bool:
        """Return True for feeds of everything and of one portal."""
        return set(self.arguments) <= _FEED_ARGUMENTS

    def style_url(self, digest: str) -> str:
        """Return the style sheet's file, relative to this page."""
        return f"{self.to(STYLE_FILE)}?v={digest}"

    def url(self, path: str, language: str | None = None, **arguments: object) -> str:
        """Return the file of a page, relative to this one, and remember that it is needed."""
        assert language in (None, self.language), "a static site has one language"
        link = Link.to(path, arguments)
        if not path.endswith(_NOT_WRITTEN):  # it is among the values of a page, not on it
            self.links.append(link)
        return self.to(link.file)

    def to(self, file: str) -> str:
        """Return the address of a file, relative to this page."""
        return posixpath.relpath(file, posixpath.dirname(self.file) or ".")


def write_pages(
    conn: sqlite3.Connection, folder: Path, language: str, searched: int = SEARCHED
) -> Iterator[Link]:
    """Write the pages below ``folder``, which exists; yield each that was written.

    Every page is reached from the news, whose list is complete. ``searched``: articles that the
    search finds, the newest; 0: there is none. Raises OSError, sqlite3.Error.
    """
    (folder / STYLE_FILE).write_bytes(style()[0])
    site = Site(Memo(lifetime=float("inf")))
    index = _index(conn, folder, language, searched, site) if searched else None
    waiting = deque(Link(path) for path in (*_ROOTS, *([_SEARCH] if index else [])))
    known = set(waiting)
    while waiting:
        link = waiting.popleft()
        body, links = _page(conn, link, site, language, index)
        target = folder / link.file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
        for one in links:
            if one not in known:
                known.add(one)
                waiting.append(one)
        yield link


def _index(
    conn: sqlite3.Connection, folder: Path, language: str, searched: int, site: Site
) -> SearchIndex:
    def card_of(row: Mapping[str, Any]) -> tuple[str, str]:
        at = row["published_at"]
        shown = day(language, at[:10]) if at else word("undated", language)
        return Link(f"/article/{row['id']}").file, shown

    return write_index(conn, folder, searched, sum(site.counts(conn).values()), card_of)


def _search(conn: sqlite3.Connection, ask: Ask, site: Site) -> Answer:
    """Return the page that searches in the reader's browser."""
    del conn, site
    assert isinstance(ask, StaticAsk)
    assert ask.search is not None
    values = asdict(ask.search)
    values["folder"] = ask.to(PARTS_FOLDER)
    values["script_url"] = f"{ask.to(SCRIPT_FILE)}?v={script()[1]}"
    return Answer("search_files.html", values)


def _page(
    conn: sqlite3.Connection, link: Link, site: Site, language: str, index: SearchIndex | None
) -> tuple[bytes, list[Link]]:
    """Return a page with the links on it."""
    page, parts = _route(link.path)
    ask = StaticAsk(
        link.path, language, language, parts, dict(link.arguments), link.file, [], index
    )
    try:
        answer = page(conn, ask, site)
    except MovedError as moved:
        other = Link(f"/article/{moved.article_id}", (), link.shape)
        page, parts = _route(other.path)
        answer = page(conn, StaticAsk(other.path, language, language, parts), site)
    except RefusedError as error:
        values = {"status": error.status, "reason": word(error.key, language)}
        answer = Answer("error.html", values)
    if not link.shape:
        return html(ask, answer).encode(), ask.links
    rows = feed_rows(conn, answer.entries or [])
    address = Ask(link.path, language, language, {}, ask.arguments).here(f"{link.path}{_FEED}")
    return as_atom(rows, address, word("site", language)), []


def _route(path: str) -> tuple[Page, dict[str, str]]:
    for pattern, page in ((_SEARCH, _search), *ROUTES):
        if found := re.fullmatch(pattern, path):
            return page, found.groupdict()
    raise AssertionError(f"no page answers {path}")
