"""Re-reading archives: extracts the articles of a range of a file. Runs in any process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from portals.archive.captures import (
    PARTIAL_KINDS,
    Capture,
    Revisit,
    capture_of,
    is_url,
    payload_digest,
)
from portals.archive.json_captures import has_own_article_url, is_json, read_json_capture
from portals.archive.link_facts import (
    COMPANION_KINDS,
    MAX_COMPANIONS,
    NO_FACTS,
    LinkFacts,
    companions_of,
    link_facts,
)
from portals.archive.records import Damage, Record, is_compressed_whole, read_records
from portals.article import Article, Reject
from portals.catalogue import portal_name_fault
from portals.contract import normalise, why_invalid
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_safely
from portals.extraction.unreadable import UnreadablePageError
from portals.outcomes import RejectCode
from portals.store.pages import ArchivedPage, ShownKind
from portals.timestamps import utc
from portals.urls import host_of, rebase_url

RANGE = 2 * 1024 * 1024
"""Bytes of an archive per unit of work: some two hundred pages."""


@dataclass(frozen=True, slots=True)
class Recipes:
    """The recipes by which archived pages are read, and which pages are.

    ``by_name``: recipes by portal. ``hosts``: portals by host. ``forced``: the portal whose recipe
    reads every page. ``only``: read the pages of this portal only. ``since`` and ``latest``
    (aware): skip earlier and later captures; one from the future would be the newest for good.
    """

    by_name: Mapping[str, Recipe]
    hosts: Mapping[str, str]
    forced: str | None = None
    only: str | None = None
    since: datetime | None = None
    latest: datetime | None = None

    def recipe_of(self, url: str, about: Mapping[str, str]) -> Recipe | None:
        """Return the recipe of a page by its file's ``warcinfo`` (``about``) or its host, or None.

        A portal that has no spider of its own is read by the recipe of its CMS.
        """
        if self.forced:
            return self.by_name[self.forced]
        host, portal = host_of(url), about.get("ispartof", "")
        if portal and host in own_hosts(about):
            if portal in self.by_name:
                return self.by_name[portal]
            if about.get("system", "") in self.by_name:
                return replace(self.by_name[about["system"]], portal=portal)
        name = self.hosts.get(host)
        return self.by_name[name] if name else None


@dataclass(frozen=True, slots=True)
class Range:
    """A part of an archive, in bytes; ``about``: the fields of the file's ``warcinfo`` record."""

    path: Path
    start: int
    end: int
    about: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PageRead:
    """The result for one archived page.

    ``revisit``: its payload has to be looked up first; it is read with what its own ``link`` says.
    """

    recipe: Recipe
    page: ArchivedPage
    shown: ShownKind | None = None
    item: Article | Reject | None = None
    revisit: Revisit | None = None
    link: LinkFacts = NO_FACTS

    @property
    def portal(self) -> str:
        """The portal of the page."""
        return self.recipe.portal


class LeftOut(StrEnum):
    """Why whole records are not read."""

    FUTURE = "future"
    PARTIAL = "partial"
    NO_DOCUMENT = "no_document"
    FORGOTTEN = "forgotten"


@dataclass(slots=True)
class RangeRead:
    """The result for a range: pages, damage, and what is left out, by foreign host and by reason.

    ``began`` and ``ended``: offsets of the start of its first and the end of its last record; None
    if no record begins in it.
    """

    range: Range
    pages: list[PageRead] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    foreign: Counter[str] = field(default_factory=Counter)
    left_out: Counter[LeftOut] = field(default_factory=Counter)
    began: int | None = None
    ended: int | None = None


def own_hosts(about: Mapping[str, str]) -> frozenset[str]:
    """Return the hosts of the portal of a file: its origin, and those of its interfaces."""
    return frozenset([host_of(about.get("origin", "")), *about.get("hosts", "").split()])


def ranges_of(path: Path) -> Iterator[Range]:
    """Yield the ranges of an archive. Raises OSError."""
    size = path.stat().st_size
    about = about_file(path)
    is_divisible = path.suffix.lower() == ".gz" and not is_compressed_whole(path)
    step = RANGE if is_divisible else max(size, 1)
    for start in range(0, size, step):
        yield Range(path, start, min(start + step, size), about)


def about_file(path: Path) -> dict[str, str]:
    """Return the fields of the ``warcinfo`` record of an archive, names in lower case.

    An origin that is no URL, and a portal with an impossible name, are left out: others may have
    written the file. Raises OSError.
    """
    first = next(read_records(path, 0, 1), None)
    if not isinstance(first, Record) or first.kind != "warcinfo":
        return {}
    lines = first.block.decode("utf-8", "replace").splitlines()
    pairs = (line.partition(":") for line in lines)
    about = {name.strip().lower(): value.strip() for name, _, value in pairs}
    is_sound = is_url(about.get("origin", "")) and not portal_name_fault(about.get("ispartof", ""))
    return about if is_sound else {**about, "origin": "", "ispartof": ""}


def read_range(part: Range, recipes: Recipes, start: int | None = None) -> RangeRead:
    """Read every page whose record begins in ``part``, from ``start`` on. Raises OSError."""
    read = RangeRead(part)
    for record, companions in _with_companions(read, part.start if start is None else start):
        found = record if isinstance(record, Damage) else capture_of(record)
        if isinstance(found, Damage):
            read.damage.append(found)
        elif found is not None and isinstance(record, Record):
            _add_page(read, record, found, recipes, link_facts(record, companions))
        elif isinstance(record, Record) and record.kind in PARTIAL_KINDS:
            read.left_out[LeftOut.PARTIAL] += 1
    return read


def _with_companions(read: RangeRead, start: int) -> Iterator[tuple[Record | Damage, list[Record]]]:
    """Yield the records of a range, each with the records after it that may belong to it.

    Those of the last record can be beyond the end of the range, and those at its beginning belong
    to a record before it.
    """
    part = read.range
    owner: Record | Damage | None = None
    companions: list[Record] = []
    for record in read_records(part.path, start, part.end):
        read.began = record.offset if read.began is None else read.began
        read.ended = record.offset + record.length
        if isinstance(record, Record) and record.kind in COMPANION_KINDS:
            companions.append(record)
            continue
        if owner is not None:
            yield owner, companions
        owner, companions = record, []
    if owner is None:
        return
    if isinstance(owner, Record) and len(companions) < MAX_COMPANIONS:
        companions += companions_of(part.path, companions[-1] if companions else owner)
    yield owner, companions


def _add_page(
    read: RangeRead, record: Record, found: Capture | Revisit, recipes: Recipes, link: LinkFacts
) -> None:
    about = read.range.about
    recipe = recipes.recipe_of(record.url or "", about) or recipes.recipe_of(found.url, about)
    if recipe is None:
        if not isinstance(found, Capture) or "html" in (found.content_type or "html"):
            read.foreign[host_of(found.url)] += 1
        return
    if recipes.only not in (None, recipe.portal):
        return
    if recipes.latest and found.captured_at > recipes.latest:
        read.left_out[LeftOut.FUTURE] += 1
        return
    found = _with_portal_url(found, about)
    page = _page(read.range.path, record, found)
    is_wanted = recipes.since is None or found.captured_at >= recipes.since
    if isinstance(found, Revisit):
        if is_wanted:
            read.pages.append(PageRead(recipe, page, revisit=found, link=link))
    elif found.status != 200 or not is_wanted:
        read.pages.append(PageRead(recipe, page))  # recorded, but not extracted
    else:
        read.pages += [
            PageRead(recipe, page, shown, item)
            for shown, item in read_captured(found, recipe, link, about)
        ]


def _with_portal_url(found: Capture | Revisit, about: Mapping[str, str]) -> Capture | Revisit:
    """Return a capture of a public archive with the URL at the portal's origin."""
    if isinstance(found, Revisit) or not found.via:
        return found
    return replace(found, url=rebase_url(found.url, about.get("origin", "")) or found.url)


def _page(path: Path, record: Record, found: Capture | Revisit) -> ArchivedPage:
    digest = record.headers.get("warc-payload-digest")
    if digest is None and isinstance(found, Capture):
        digest = payload_digest(found.body)
    return ArchivedPage(
        url=found.url,
        fetched_at=utc(found.captured_at),
        status=found.status,
        path=path,
        offset=record.offset,
        length=record.length,
        digest=digest or "",
        via=found.via if isinstance(found, Capture) else None,
    )


def read_captured(
    capture: Capture, recipe: Recipe, link: LinkFacts, about: Mapping[str, str]
) -> list[tuple[ShownKind, Article | Reject | None]]:
    """Return the kinds of what a capture holds, with its articles: a list in JSON has several.

    ``about``: the fields of the file's ``warcinfo``, which name the portal's hosts.
    """
    if not is_json(capture) and not link.system:
        return [read_capture(capture, recipe, link)]
    items = []
    if has_own_article_url(capture, link, own_hosts(about)):
        home = about.get("origin") or capture.url
        items = read_json_capture(capture, recipe.portal, link, home)
    found = [_of_item(item, capture) for item in items]
    return found or [("list" if link.is_listing else "other", None)]


def _of_item(item: Article | Reject, capture: Capture) -> tuple[ShownKind, Article | Reject | None]:
    """Return the kind of an article, normalised as when stored, or of what is none."""
    if isinstance(item, Reject):
        return ("reject", item) if item.code is RejectCode.READER_FAILED else ("other", None)
    normalise(item)
    item.via = capture.via
    if code := why_invalid(item):
        return "reject", Reject(item.url, code, item.title[:200] or None)
    return "article", item


def read_capture(
    capture: Capture, recipe: Recipe, link: LinkFacts = NO_FACTS
) -> tuple[ShownKind, Article | Reject | None]:
    """Return the kind of one capture, with its article, or a reject if the reader failed.

    ``link``: what the link to it says. Most pages of an archive are listings, menus and error
    pages, which are not rejects. What a crawl requested as a listing is one. A later page
    of a story has the kind ``other``; what it shows is returned with it.
    """
    if link.is_listing:
        return "list", None
    try:
        page = Page.from_bytes(capture.url, capture.body, capture.content_type, capture.captured_at)
    except UnreadablePageError:
        return "other", None
    link.add_to(page)
    result = read_safely(page, recipe)
    if isinstance(result, Article) and result.parts is not None and result.parts.number > 1:
        return "other", result  # a later page of a story is no article of its own
    shown, item = _of_item(result, capture)
    if not isinstance(item, Article):
        return shown, item
    # Without a crawl the link to the page is unknown: its URL decides whether it is an article.
    is_proven = item.published_at is not None or bool(recipe.themes)
    return ("article" if is_proven else "undated"), item
