"""Articles on several pages in the archives: their later pages are looked up by URL and time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from portals.archive.captures import Capture, capture_of
from portals.archive.link_facts import NO_FACTS, LinkFacts, later_facts
from portals.archive.reading import read_capture
from portals.archive.replay_index import nearest, record_at
from portals.article import Article, Reject
from portals.contract import normalise, why_invalid
from portals.extraction.joining import join_all
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_safely
from portals.extraction.unreadable import UnreadablePageError
from portals.outcomes import RejectCode
from portals.store.pages import PageRepository, StoredPage
from portals.urls import url_key


@dataclass(slots=True)
class WholeStory:
    """An article as all its archived pages show it; ``parts``: number and id of the later ones."""

    article: Article
    parts: list[tuple[int, int]] = field(default_factory=list)
    missing: list[Reject] = field(default_factory=list)

    @property
    def is_valid(self) -> bool:
        """True if the joined text is within the limits of the contract."""
        return why_invalid(self.article) is None


class ArchivedStories:
    """The stories that the archives hold, which are read when all their pages are known."""

    def __init__(self, pages: PageRepository) -> None:
        self.pages = pages
        self.found: Counter[str] = Counter()
        self._firsts: dict[str, dict[int, None]] = {}
        self._begun_elsewhere: dict[str, dict[str, None]] = {}

    def keep(self, portal: str, page_id: int, item: object) -> bool:
        """Return True if a page belongs to a story of several pages, which is stored later."""
        if not isinstance(item, Article) or item.parts is None:
            return False
        self.found[portal] += 1
        if item.parts.number == 1:
            self._firsts.setdefault(portal, {})[page_id] = None
        else:  # perhaps of a story that an earlier re-extraction read without it
            self._begun_elsewhere.setdefault(portal, {})[item.parts.urls[0]] = None
        return True

    def firsts(self, portal: str) -> list[StoredPage]:
        """Return the first pages of the stories, the earliest first."""
        known = {page_id: self.pages.by_id(page_id) for page_id in self._firsts.get(portal, {})}
        for url in self._begun_elsewhere.get(portal, {}):
            known |= {one.id: one for one in self.pages.captures_of(portal, url)}
        found = [one for one in known.values() if one is not None]
        return sorted(found, key=lambda one: (one.page.fetched_at, one.id))

    def read(self, first: StoredPage, recipe: Recipe, link: LinkFacts) -> WholeStory | None:
        """Return the story of a first page, None if that is in no archive, or no article.

        ``link``: what the link to it says. An article without a date is stored with the others of
        its kind.
        """
        capture = load_capture(self.pages, first)
        shown, item = read_capture(capture, recipe, link) if capture else ("other", None)
        if shown != "article" or not isinstance(item, Article):
            return None
        return self.whole(first, item, recipe)

    def whole(self, first: StoredPage, article: Article, recipe: Recipe) -> WholeStory:
        """Return the article with the text of the captures of its later pages."""
        at = datetime.fromisoformat(first.page.fetched_at)
        ids: dict[str, int] = {}

        def read(url: str) -> Article | Reject | None:
            part = self._part(first.portal, url, at)
            if part is None:
                return None
            ids[url] = part[0]
            return read_part(part[1], recipe, article.title)

        joined = join_all(article, read)
        urls = article.parts.urls if article.parts else ()
        missing = [
            Reject(urls[number - 1], RejectCode.PART_MISSING, f"page {number}: {reason}"[:200])
            for number, reason in joined.missing.items()
        ]
        normalise(article)
        return WholeStory(article, [(n, ids[urls[n - 1]]) for n in joined.added], missing)

    def _part(self, portal: str, url: str, at: datetime) -> tuple[int, Capture] | None:
        """Return the page of ``url`` that belongs to a first page captured at ``at``, or None."""
        captures = self.pages.captures_of(portal, url)
        timed = [(datetime.fromisoformat(one.page.fetched_at), one) for one in captures]
        known = nearest(timed, at)
        capture = load_capture(self.pages, known) if known else None
        return (known.id, capture) if known and capture else None


def read_part(capture: Capture, recipe: Recipe, title: str) -> Article | Reject:
    """Return the article of a later page of a story with the title ``title``, or its reject."""
    try:
        page = Page.from_bytes(capture.url, capture.body, capture.content_type, capture.captured_at)
    except UnreadablePageError as error:
        return Reject(capture.url, error.code, error.detail)
    page.link_texts = (title,)
    return read_safely(page, recipe)


def load_capture(pages: PageRepository, known: StoredPage) -> Capture | None:
    """Return an archived page as it was served, or None if it is in no archive any more."""
    holder = pages.by_id(known.page.repeats) if known.page.repeats else known
    if holder is None:
        return None
    try:
        record = record_at(holder.page.path, holder.page.offset)
    except OSError:
        return None
    found = capture_of(record) if record else None
    is_it = isinstance(found, Capture) and url_key(found.url) == url_key(holder.page.url)
    if not isinstance(found, Capture) or not is_it:
        return None
    served_at = datetime.fromisoformat(known.page.fetched_at)
    return replace(found, url=known.page.url, captured_at=served_at)


def later_link_facts(known: StoredPage, by_file: dict[Path, dict[str, LinkFacts]]) -> LinkFacts:
    """Return what an archive says of the link to a stored page; ``by_file``: what is read of it."""
    path = known.page.path
    try:
        record = record_at(path, known.page.offset)
        if path not in by_file:
            by_file[path] = later_facts(path)
    except OSError:
        return NO_FACTS
    record_id = record.headers.get("warc-record-id", "") if record else ""
    return by_file[path].get(record_id, NO_FACTS)
