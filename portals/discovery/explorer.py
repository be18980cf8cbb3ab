"""Deciding which addresses of a portal to read, from what the pages read so far turned out to be.

Links are grouped by the shape of their address. A few of each shape are read; shapes whose pages
are articles are read in full, shapes whose pages list articles are followed with their pagers,
and the rest is left alone. Reading pages that are neither is rationed by the articles found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Literal
from urllib.parse import urlsplit

from portals.discovery.targets import (
    CrawlTarget,
    ExplorationStep,
    FoundLink,
    PageKind,
    PatternKind,
    UrlPattern,
)
from portals.discovery.url_patterns import is_page_of, is_skipped, listing_of, pattern_of
from portals.language.sections import is_pager_label, news_value
from portals.language.text import words
from portals.outcomes import StopReason
from portals.urls import host_of, url_key

SAMPLES = 2
"""Pages read of a shape before its first verdict."""

PATIENCE = 6
"""Pages read of a shape to which headlines lead, before it is given up: some may be galleries."""

TITLE_WORDS = 5
"""A link with as many words reads as a headline."""

MIN_LISTED = 3
"""A page that leads to as many articles is a list."""

MAX_EMPTY_LISTINGS = 4
"""After as many list pages in a row that led to nothing new, a shape of lists is exhausted."""

MAX_EMPTY_PAGES = 8
"""After as many pages of one list in a row that led to nothing new, its pager is left."""

MAX_PATTERNS = 5_000
"""Kinds of addresses that are told apart; a portal has some dozens, a trap one for every link."""

MAX_UNJUDGED = 20_000
"""Addresses of one kind that wait for a verdict on it."""

_BATCH = 8  # lists of one shape that are asked for at once
_FREE_LISTINGS = 40  # lists that may lead to nothing new, beside half as many as articles: no loop
_LISTINGS_PER_ARTICLE = 0.5  # of addresses (facets, calendars, sessions) costs more
_KEPT_PAGES = 300  # pages that were no list when they were read, looked at again later

_FREE_READS = 4
_READS_PER_ARTICLE = 0.12


class Explorer:
    """The memory of one exploration. Feed it pages with ``see``; it answers with visits.

    ``is_known``: tells of an address that it is an article which needs no visit;
    ``stops_at_known``: a list page with nothing but such articles ends its list.
    """

    def __init__(
        self,
        home: str,
        learnt: Iterable[UrlPattern] = (),
        is_known: Callable[[str], bool] = lambda _: False,
        *,
        stops_at_known: bool = False,
    ) -> None:
        self.home = home
        self.is_known = is_known
        self.stops_at_known = stops_at_known
        self.host = host_of(home)
        self.patterns: dict[str, UrlPattern] = {}
        for shape in learnt:
            self.patterns[shape.name] = replace(shape, trusted=True)
        self.articles = 0
        self.wasted_requests = 0
        self._known_keys = {_key(home)}
        self._asked: dict[str, str] = {}
        self._hashes: dict[str, str] = {}
        self._labels: dict[str, str] = {}
        self._pages_asked: set[str] = set()
        self._list_contents: dict[str, set[int]] = {}
        self._empty_streaks: dict[str, int] = {}
        self._not_listings: dict[str, list[FoundLink]] = {}
        self._late_targets: list[CrawlTarget] = []
        self.unsorted = 0
        self.empty_listings = 0

    # --- what the crawl tells ------------------------------------------------------------------

    def on_page(
        self,
        url: str,
        kind: PageKind,
        links: Sequence[FoundLink],
        content_hash: str | None = None,
    ) -> ExplorationStep:
        """Take in one page that was read and return what to read next."""
        is_page = _key(url) in self._pages_asked
        shape = self._answered(url)
        own = [link for link in links if self._is_own(link.url)]
        if kind == "article":
            self._on_article(shape, url, content_hash)
            self._collect(own, url)
            return ExplorationStep(is_listing=False, targets=self._next())
        fresh = self._collect(own, url)
        listed = self._listed(own)
        has_new = bool(self._listed(fresh))
        proven = any(self._kind_of(link.url) == "article" for link in fresh)
        is_list = kind == "other" and len(listed) >= (1 if is_page or proven else MIN_LISTED)
        if kind == "other" and not is_list and len(self._not_listings) < _KEPT_PAGES:
            self._not_listings[url] = own
        if shape is not None:
            self._on_no_article(shape, url, kind, is_list=is_list, has_new=has_new)
        if not is_list:
            return ExplorationStep(is_list, self._next(), len(listed))
        pages, stopped = self._pages(url, own, listed, has_new=has_new)
        return ExplorationStep(is_list, [*pages, *self._next()], len(listed), stopped)

    def on_failure(self, url: str) -> list[CrawlTarget]:
        """Take in that ``url`` could not be read and return what to read next."""
        shape = self._answered(url)
        if shape is not None:
            shape.pages_read += 1
            shape.others += 1
            self.wasted_requests += 1
            self._judge(shape)
        return self._next()

    def accepts_undated(self, url: str) -> bool:
        """Return True if a page without a date at ``url`` is an article all the same.

        It is one where its shape is one of articles and a headline led to it: static pages
        ("Giới thiệu") are reached from menus by a word or two.
        """
        shape = self.patterns.get(pattern_of(url))
        label = self._labels.get(_key(url), "")
        if shape is None or len(words(label)) < TITLE_WORDS:
            return False
        return shape.articles >= SAMPLES or shape.undated > max(SAMPLES, shape.others)

    def exhausted(self) -> list[UrlPattern]:
        """Return the shapes of lists that were left while some of their addresses still waited."""
        lists = (shape for shape in self.patterns.values() if shape.kind == "listing")
        return [shape for shape in lists if shape.queued and not self._is_followed(shape)]

    def learned(self) -> list[UrlPattern]:
        """Return the shapes of which pages were read."""
        return [shape for shape in self.patterns.values() if shape.pages_read]

    # --- one page ------------------------------------------------------------------------------

    def _answered(self, url: str) -> UrlPattern | None:
        name = self._asked.pop(_key(url), None)
        self._known_keys.add(_key(url))
        if name is None:
            return None
        shape = self.patterns[name]
        shape.in_flight -= 1
        return shape

    def _on_article(self, shape: UrlPattern | None, url: str, content_hash: str | None) -> None:
        self.articles += 1
        if shape is None:
            return
        shape.pages_read += 1
        first = self._hashes.setdefault(content_hash, shape.name) if content_hash else shape.name
        if first != shape.name and not shape.trusted:
            shape.duplicates += 1
            self.wasted_requests += 1
        else:
            shape.articles += 1
            shape.example = shape.example or url
        self._judge(shape)

    def _on_no_article(
        self, shape: UrlPattern, url: str, kind: PageKind, *, is_list: bool, has_new: bool
    ) -> None:
        shape.pages_read += 1
        if is_list:
            shape.listings += 1
            shape.example = shape.example or url
            shape.empty_streak = 0 if has_new else shape.empty_streak + 1
            self.empty_listings += not has_new
        elif kind == "undated" and len(words(self._labels.get(_key(url), ""))) >= TITLE_WORDS:
            shape.undated += 1
        else:
            shape.others += 1
            self.wasted_requests += 1
        self._judge(shape)

    def _listed(self, links: Iterable[FoundLink]) -> frozenset[str]:
        """Return the addresses among ``links`` that are articles, or promise to be."""
        return frozenset(
            link.url
            for link in links
            if (kind := self._kind_of(link.url)) == "article"
            or (kind in ("unknown", "listing") and len(words(link.text)) >= TITLE_WORDS)
        )

    def _pages(
        self, url: str, own: Sequence[FoundLink], listed: frozenset[str], *, has_new: bool
    ) -> tuple[list[CrawlTarget], StopReason | None]:
        """Return the other pages of the list at ``url``, or why it ends: nothing in it is new."""
        section = listing_of(url)
        contents = self._list_contents.setdefault(section, set())
        streak = 0 if has_new else self._empty_streaks.get(section, 0) + 1
        self._empty_streaks[section] = streak
        # Past its end a list shows its last or first page again, with other side boxes perhaps.
        rules = {
            StopReason.KNOWN: streak > 0 and self.stops_at_known,
            StopReason.REPEATS: hash(listed) in contents,
            StopReason.NOTHING_NEW: streak >= MAX_EMPTY_PAGES,
            StopReason.LOOP: self._has_looped(),
        }
        if stop_reason := next((rule for rule, applies in rules.items() if applies), None):
            return [], stop_reason
        contents.add(hash(listed))
        visits = []
        for link in own:
            if is_pager_label(link.text) and is_page_of(link.url, url) and self._ask(link.url):
                self._pages_asked.add(_key(link.url))
                visits.append(CrawlTarget(link.url, "page"))
        return visits, None

    def _has_looped(self) -> bool:
        return self.empty_listings > _FREE_LISTINGS + _LISTINGS_PER_ARTICLE * self.articles

    def _judge(self, shape: UrlPattern) -> None:
        before = shape.kind
        if not shape.trusted or shape.kind == "other":
            shape.kind = self._verdict(shape)
        if shape.kind == "article" and before != "article":
            self._reconsider_pages()

    def _verdict(self, shape: UrlPattern) -> PatternKind:
        stories = shape.articles + shape.undated
        if shape.duplicates >= SAMPLES and shape.duplicates > shape.articles:
            return "other"
        if shape.listings:
            return "listing"
        if stories >= SAMPLES and stories >= shape.others:
            return "article"
        if stories and not shape.queued and shape.articles:
            return "article"
        patience = PATIENCE if _leads_by_headlines(shape) else SAMPLES
        return "other" if shape.others >= patience and not shape.articles else "unknown"

    def _reconsider_pages(self) -> None:
        """Pages that listed nothing known when they were read may be lists after all."""
        for url, own in list(self._not_listings.items()):
            proven = [link for link in own if self._kind_of(link.url) == "article"]
            shape = self.patterns.get(pattern_of(url))
            if not proven or shape is None:
                continue
            del self._not_listings[url]
            shape.listings += 1
            shape.others = max(0, shape.others - 1)
            self.wasted_requests = max(0, self.wasted_requests - 1)
            shape.kind = self._verdict(shape)
            self._late_targets += self._pages(url, own, self._listed(own), has_new=True)[0]

    # --- links ---------------------------------------------------------------------------------

    def _is_own(self, url: str) -> bool:
        return host_of(url) == self.host and not is_skipped(url)

    def _kind_of(self, url: str) -> PatternKind:
        shape = self.patterns.get(pattern_of(url))
        return shape.kind if shape else "unknown"

    def _collect(self, links: Iterable[FoundLink], page: str) -> list[FoundLink]:
        """Put links not met before into their shapes' waiting lists and return them.

        Other pages of the list at ``page`` do not wait: a list's own pager leads to them.
        """
        fresh = []
        for link in links:
            name = pattern_of(link.url)
            if not self._has_room(name):
                self.unsorted += 1
                continue
            shape = self.patterns.setdefault(name, UrlPattern(name))
            if link.url in shape.queued:
                if len(link.text) > len(shape.queued[link.url]):
                    shape.queued[link.url] = link.text
                continue
            if _key(link.url) in self._known_keys:
                continue
            if is_pager_label(link.text) and is_page_of(link.url, page):
                continue
            if self.is_known(link.url):
                self._take_known(shape, link)
                continue
            shape.queued[link.url] = link.text
            fresh.append(link)
        return fresh

    def _has_room(self, name: str) -> bool:
        if name in self.patterns:
            return len(self.patterns[name].queued) < MAX_UNJUDGED
        return len(self.patterns) < MAX_PATTERNS

    def _take_known(self, shape: UrlPattern, link: FoundLink) -> None:
        self._known_keys.add(_key(link.url))
        self.articles += 1
        shape.articles += 1
        shape.example = shape.example or link.url
        if shape.kind == "unknown":
            shape.kind = "article"

    def _ask(self, url: str) -> bool:
        key = _key(url)
        if key in self._known_keys:
            return False
        self._known_keys.add(key)
        name = pattern_of(url)
        shape = self.patterns.setdefault(name, UrlPattern(name))
        self._labels[key] = shape.queued.pop(url, "")
        shape.in_flight += 1
        self._asked[key] = name
        return True

    # --- what next -----------------------------------------------------------------------------

    def _next(self) -> list[CrawlTarget]:
        visits, self._late_targets = self._late_targets, []
        for shape in list(self.patterns.values()):
            if shape.kind == "article":
                visits += self._take(shape, len(shape.queued), "article")
            elif shape.kind == "listing" and self._is_followed(shape):
                visits += self._take(shape, _BATCH - shape.in_flight, "listing")
        for shape in self._by_promise():
            samples = PATIENCE if shape.others and _leads_by_headlines(shape) else SAMPLES
            wanted = samples - shape.pages_read - shape.in_flight
            if shape.kind == "unknown" and wanted > 0 and _best_promise(shape) > _STATIC_PROMISE:
                visits += self._take(shape, wanted, "sample")
        if not visits and not self._asked:
            visits = self._explore_further()
        return visits

    def _is_followed(self, shape: UrlPattern) -> bool:
        """Return True if a shape of lists is still read; one that holds articles too always is."""
        if shape.articles:
            return True
        return shape.empty_streak < MAX_EMPTY_LISTINGS and not self._has_looped()

    def _explore_further(self) -> list[CrawlTarget]:
        """Nothing is under way: spend what is left of the ration on the most promising rest."""
        if self.wasted_requests >= _FREE_READS + _READS_PER_ARTICLE * self.articles:
            return []
        for shape in self._by_promise():
            if shape.duplicates < SAMPLES and (not shape.trusted or not self.articles):
                return self._take(shape, 1, "sample")
        return []

    def _by_promise(self) -> list[UrlPattern]:
        """Return the shapes that wait for a verdict, the most promising first."""
        open_shapes = [
            s for s in self.patterns.values() if s.queued and s.kind in ("unknown", "other")
        ]
        return sorted(open_shapes, key=_best_promise, reverse=True)

    def _take(
        self, shape: UrlPattern, count: int, purpose: Literal["article", "listing", "sample"]
    ) -> list[CrawlTarget]:
        ranked = sorted(shape.queued.items(), key=_promise, reverse=True)[: max(0, count)]
        return [CrawlTarget(url, purpose) for url, _ in ranked if self._ask(url)]


def _leads_by_headlines(shape: UrlPattern) -> bool:
    return any(len(words(label)) >= TITLE_WORDS for label in shape.queued.values())


_STATIC_PROMISE = (1, 0)


def _best_promise(shape: UrlPattern) -> tuple[int, int]:
    return max(map(_promise, shape.queued.items()))


def _promise(link: tuple[str, str]) -> tuple[int, int]:
    """Rank a link: headlines first, then news sections by name, static pages last."""
    url, text = link
    if len(words(text)) >= TITLE_WORDS + 2:
        return 3, len(text)
    value = news_value(text) or news_value(urlsplit(url).path)
    return 1 + value, 1000 - min(len(url), 999)


def _key(url: str) -> str:
    """Return ``url`` so that twins by scheme, ``www.``, slash and case of the host are one."""
    return f"{host_of(url)}{url_key(url)}"
