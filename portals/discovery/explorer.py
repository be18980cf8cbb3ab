"""Deciding which URLs of a portal to crawl next, from the kinds of the pages read so far.

Links are grouped by the pattern of their URL. A few URLs of each pattern are sampled; patterns of
article pages are crawled in full, patterns of listing pages are followed with their pagers, and
other patterns are skipped. The budget for pages that are neither grows with the articles found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Literal

from portals.discovery.budget import ExplorationBudget
from portals.discovery.copies import StoryNames, StoryTexts, has_named_copies
from portals.discovery.index_pages import IndexPages
from portals.discovery.links import TITLE_WORDS
from portals.discovery.listing_pages import ListingPages, whole_key
from portals.discovery.pattern_kinds import accepts_undated, kind_by_pages
from portals.discovery.promise import (
    SAMPLES,
    STATIC_PROMISE,
    best_promise,
    is_headline,
    promise_of,
    samples_of,
)
from portals.discovery.script_lists import is_item_place
from portals.discovery.targets import (
    CrawlTarget,
    ExplorationStep,
    FoundLink,
    PageKind,
    PatternKind,
    UrlPattern,
)
from portals.discovery.url_patterns import folder_of, is_skipped, pattern_of
from portals.language.text import words
from portals.outcomes import StopReason
from portals.urls import host_of

MIN_LISTED = 3
"""A page with at least this many links to articles is a listing page."""

MAX_EMPTY_LISTINGS = 4
"""A listing pattern is exhausted after this many pages in a row without a new article."""

MAX_PATTERNS = 5_000
"""URL patterns that are tracked; a portal has some dozens, a crawler trap one for every link."""

MAX_UNJUDGED = 20_000
"""URLs queued per pattern until the pattern is classified."""

_BATCH = 8  # listing pages of one pattern that are requested at once
_MAX_RECONSIDERED = 300  # pages not recognised as listings when read, which are checked again later


class Explorer:
    """The state of one exploration: ``on_page`` and ``on_failure`` return the next targets.

    ``learned``: URL patterns of earlier runs. ``is_known``: returns True for the URL of an article
    that is not requested again; ``kind_of``: returns what the CMS says of an address: articles are
    crawled without samples until they turn out to be none, what is ``other`` is not requested;
    ``stops_at_known``: a listing ends at a page with known articles only. ``is_recent``: returns
    True for a known article that was found after the last whole crawl: the pages behind it may
    not have been read.
    """

    def __init__(
        self,
        home: str,
        learned: Iterable[UrlPattern] = (),
        is_known: Callable[[str], bool] = lambda _: False,
        *,
        kind_of: Callable[[str], PatternKind] = lambda _: "unknown",
        is_recent: Callable[[str], bool] = lambda _: False,
        stops_at_known: bool = False,
    ) -> None:
        self.home = home
        self.is_known = is_known
        self.is_recent = is_recent
        self.kind_of = kind_of
        self.pages = ListingPages(stops_at_known=stops_at_known)
        self.names = StoryNames()
        self.copies: list[str] = []
        self._indexes = IndexPages()
        self._folders: set[str] = set()
        self.host = host_of(home)
        self.patterns: dict[str, UrlPattern] = {}
        for pattern in learned:
            self.patterns[pattern.name] = replace(pattern, trusted=True)
        self.budget = ExplorationBudget()
        self._known_keys = {whole_key(home)}
        self._requested: dict[str, str] = {}
        self._found: set[str] = set()
        self._shown: set[str] = set()
        self._texts = StoryTexts()
        self._labels: dict[str, str] = {}
        self._days: dict[str, str] = {}
        self._not_listings: dict[str, list[FoundLink]] = {}
        self._late_targets: list[CrawlTarget] = []
        self.unsorted = 0

    def starts(self, urls: Iterable[str]) -> list[CrawlTarget]:
        """Return the targets for declared listings."""
        return [CrawlTarget(url, "listing") for url in urls if self._request(url)]

    # --- events of the crawl -------------------------------------------------------------------

    def on_page(
        self,
        url: str,
        kind: PageKind,
        links: Sequence[FoundLink],
        content_hash: str | None = None,
    ) -> ExplorationStep:
        """Record a page that was read and return whether it is a listing, with the next targets."""
        is_next_page = self.pages.is_later_page(url)
        is_hidden, kind = kind == "hidden", "other" if kind == "hidden" else kind
        pattern = self._finish(url)
        own = [link for link in links if self._is_own(link.url)]
        if kind == "article":
            self._on_article(pattern, url, content_hash)
            self._collect(own, url, is_story=True)
            return ExplorationStep(is_listing=False, targets=self._next())
        self.names.discard(url)
        self._found.discard(whole_key(url))
        fresh = self._collect(own, url)
        unaddressed = frozenset(link.url for link in links if is_item_place(link.url))
        listed = self._listed(own) | unaddressed
        shows_first = self._shows_first(listed)
        has_new = bool(self._listed(fresh) or shows_first or unaddressed - self._shown)
        proven = any(self._kind_of(each) == "article" for each in shows_first)
        fewest = 1 if is_next_page or proven else MIN_LISTED
        is_listing = kind == "other" and len(listed) >= fewest
        if kind == "other" and not is_listing and len(self._not_listings) < _MAX_RECONSIDERED:
            self._not_listings[url] = own
        if pattern is not None:
            pattern.hidden += is_hidden and not is_listing
            self._on_no_article(pattern, url, kind, is_listing=is_listing, has_new=has_new)
            is_leaf = kind == "other" and not is_listing and self._are_known(listed)
            is_bare = kind == "other" and not is_listing and pattern.is_index
            pattern.empty_streak += (is_leaf and not has_new) or is_bare
        if kind == "other" and not is_listing:
            fresh += self._collect(own, url, leaves_pager=False)
            self._indexes.add(url, (link.url for link in fresh))
        if not is_listing:
            return ExplorationStep(is_listing, self._next(), len(listed))
        self._count_indexes(url)
        self._shown |= listed
        pages, stopped = self._pages(url, own, listed, has_new=has_new)
        return ExplorationStep(is_listing, [*pages, *self._next()], len(listed), stopped)

    def on_failure(self, url: str, *, is_new: bool = True) -> list[CrawlTarget]:
        """Record that ``url`` could not be read and return the next targets.

        ``is_new``: it was requested; otherwise it is known to be gone.
        """
        pattern = self._finish(url)
        self.names.discard(url)
        self._found.discard(whole_key(url))
        if pattern is not None:
            pattern.pages_read += 1
            pattern.others += 1
            pattern.hidden += 1
            if is_new:
                self.budget.wasted_requests += 1
            self._judge(pattern)
        return self._next()

    def leads_to_others(self, links: Iterable[FoundLink]) -> bool:
        """Return True if the headlines of a page lead to pages that are known to be no articles.

        So does a list of documents, whose headlines promised articles before any was read.
        """
        headlines = (link.url for link in links if len(words(link.text)) >= TITLE_WORDS)
        return sum(self._kind_of(url) == "other" for url in headlines) >= MIN_LISTED

    def accepts_undated(self, url: str) -> bool:
        """Return True if a page without a date at ``url`` is nevertheless an article.

        It is one if its URL pattern is one of articles and its link text is a headline: links to
        static pages ("Giới thiệu") have a word or two.
        """
        pattern = self.patterns.get(pattern_of(url))
        if pattern is None or not self.is_led_to_by_headline(url):
            return False
        return accepts_undated(pattern)

    def is_led_to_by_headline(self, url: str) -> bool:
        """Return True if the text of the link to a requested page is a headline."""
        return len(words(self._labels.get(whole_key(url), ""))) >= TITLE_WORDS

    def day_of(self, url: str) -> str:
        """Return the day (ISO 8601) that a listing shows beside the link to ``url``, or ""."""
        return self._days.get(whole_key(url), "")

    def exhausted(self) -> list[UrlPattern]:
        """Return the listing patterns that were abandoned with URLs still queued."""
        listings = (pattern for pattern in self.patterns.values() if pattern.kind == "listing")
        return [each for each in listings if each.queued]

    def learned(self) -> list[UrlPattern]:
        """Return the patterns of the pages that were read."""
        return [pattern for pattern in self.patterns.values() if pattern.pages_read]

    # --- one page ------------------------------------------------------------------------------

    def _finish(self, url: str) -> UrlPattern | None:
        name = self._requested.pop(whole_key(url), None)
        self._known_keys.add(whole_key(url))
        if name is None:
            return None
        pattern = self.patterns[name]
        pattern.in_flight -= 1
        return pattern

    def _on_article(self, pattern: UrlPattern | None, url: str, content_hash: str | None) -> None:
        self.budget.articles += 1
        self._folders.add(folder_of(url, above=1))
        if pattern is None:
            return
        pattern.pages_read += 1
        owner = self.names.owner_of(url)
        is_named = bool(owner)
        is_copy = self._texts.is_copy(content_hash, pattern.name, url, is_named=is_named)
        if is_copy:
            pattern.named_copies += is_named
        elif owner not in ("", url) and whole_key(owner) not in self._requested:
            pattern.namesakes += 1
        if is_copy and not pattern.trusted:
            pattern.duplicates += 1
            self.budget.wasted_requests += 1
        else:
            pattern.articles += 1
            pattern.example = pattern.example or url
        self._judge(pattern)

    def _on_no_article(
        self, pattern: UrlPattern, url: str, kind: PageKind, *, is_listing: bool, has_new: bool
    ) -> None:
        pattern.pages_read += 1
        if is_listing:
            pattern.listings += 1
            pattern.example = pattern.example or url
            pattern.empty_streak = 0 if has_new else pattern.empty_streak + 1
            self.budget.empty_listings += not has_new
        elif kind == "undated" and self.is_led_to_by_headline(url):
            pattern.undated += 1
        else:
            pattern.others += 1
            self.budget.wasted_requests += 1
        self._judge(pattern)

    def _count_indexes(self, listing: str) -> None:
        """Count the pages that led to a listing as listings themselves."""
        for page in self._indexes.leading_to(listing):
            pattern = self.patterns.get(pattern_of(page))
            if pattern is None or pattern.kind == "article":
                continue
            pattern.listings += 1
            pattern.indexes += 1
            pattern.others = max(0, pattern.others - 1)
            pattern.empty_streak = 0
            self.budget.refund()
            pattern.kind = kind_by_pages(pattern)
            self._not_listings.pop(page, None)

    def _listed(self, links: Iterable[FoundLink]) -> frozenset[str]:
        """Return the URLs among ``links`` that are articles, or probably are: by their headline."""
        return frozenset(
            link.url
            for link in links
            if (kind := self._kind_of(link.url)) == "article"
            or (kind in ("unknown", "listing") and is_headline(link.text))
        )

    def _are_known(self, listed: frozenset[str]) -> bool:
        """Return True for a list of one or two articles, as that of a letter or a tag."""
        return bool(listed) and all(
            self._kind_of(each) == "article" or whole_key(each) in self._known_keys
            for each in listed
        )

    def _pages(
        self, url: str, own: Sequence[FoundLink], listed: frozenset[str], *, has_new: bool
    ) -> tuple[list[CrawlTarget], StopReason | None]:
        """Return the other pages of the listing at ``url``, or why it is followed no further."""
        found = frozenset(each for each in listed if self._is_found(each))
        has_looped = self.budget.has_looped
        stopped = self.pages.why_stop(url, listed, found, has_new=has_new, has_looped=has_looped)
        if stopped:
            return [], stopped
        targets = []
        for link in self.pages.leading_on(url, own):
            if not self.pages.leads_back(url, link) and self._request(link.url):
                self.pages.follow(url, link)
                targets.append(CrawlTarget(link.url, "page", form=link.form))
        return targets, None

    def _is_found(self, url: str) -> bool:
        """Return True for an article, probably, that no whole crawl before this one found."""
        pattern = self.patterns.get(pattern_of(url))
        is_waiting = pattern is not None and (url in pattern.queued or url in pattern.held)
        return whole_key(url) in self._found or is_waiting or self.is_recent(url)

    def _shows_first(self, listed: Iterable[str]) -> list[str]:
        """Return the new articles that a page lists first, although stories may lead to them."""
        return [each for each in listed if each not in self._shown and self._is_found(each)]

    def _judge(self, pattern: UrlPattern) -> None:
        before = pattern.kind
        if not pattern.trusted or pattern.kind == "other":
            pattern.kind = kind_by_pages(pattern)
        if pattern.kind == "article" and before != "article":
            self._reconsider_pages()

    def _reconsider_pages(self) -> None:
        """Classify pages again whose links have meanwhile turned out to be articles."""
        for url, own in list(self._not_listings.items()):
            proven = [link for link in own if self._kind_of(link.url) == "article"]
            pattern = self.patterns.get(pattern_of(url))
            if not proven or pattern is None:
                continue
            del self._not_listings[url]
            pattern.listings += 1
            pattern.others = max(0, pattern.others - 1)
            self.budget.refund()
            pattern.kind = kind_by_pages(pattern)
            self._late_targets += self._pages(url, own, self._listed(own), has_new=True)[0]

    # --- links ---------------------------------------------------------------------------------

    def _is_own(self, url: str) -> bool:
        if is_item_place(url):
            return False
        is_own = host_of(url) == self.host and not is_skipped(url)
        return is_own and self.kind_of(url) != "other"

    def _pattern(self, name: str, url: str) -> UrlPattern:
        """Return the pattern called ``name``, a new one with what the CMS says of ``url``."""
        if name not in self.patterns:
            is_expected = self.kind_of(url) == "article"
            kind: PatternKind = "article" if is_expected else "unknown"
            self.patterns[name] = UrlPattern(name, kind, is_expected=is_expected)
        return self.patterns[name]

    def _kind_of(self, url: str) -> PatternKind:
        pattern = self.patterns.get(pattern_of(url))
        return pattern.kind if pattern else "unknown"

    def _collect(
        self,
        links: Iterable[FoundLink],
        page: str,
        *,
        is_story: bool = False,
        leaves_pager: bool = True,
    ) -> list[FoundLink]:
        """Queue links that are new under their patterns and return them.

        Other pages of the listing at ``page`` are not queued: its pager is followed instead. On a
        page that is no listing (``leaves_pager``: False) numbers are days, or years.
        """
        fresh = []
        for link in links:
            name = pattern_of(link.url)
            if link.day:
                self._days.setdefault(whole_key(link.url), link.day)
            if not self._has_room(name):
                self.unsorted += 1
                continue
            pattern = self._pattern(name, link.url)
            if link.url in pattern.queued:
                if len(link.text) > len(pattern.queued[link.url]):
                    pattern.queued[link.url] = link.text
                continue
            if whole_key(link.url) in self._known_keys or link.url in pattern.held:
                continue
            if leaves_pager and self.pages.is_pager(page, link, is_story=is_story):
                continue
            if self.is_known(link.url):
                self._record_known(pattern, link)
                continue
            pattern.queued[link.url] = link.text
            fresh.append(link)
        return fresh

    def _has_room(self, name: str) -> bool:
        if name in self.patterns:
            return len(self.patterns[name].queued) < MAX_UNJUDGED
        return len(self.patterns) < MAX_PATTERNS

    def _record_known(self, pattern: UrlPattern, link: FoundLink) -> None:
        self._known_keys.add(whole_key(link.url))
        self.names.add(link.url)
        self._texts.add_headline(link.text, pattern.name, link.url)
        self.budget.articles += 1
        pattern.articles += 1
        pattern.example = pattern.example or link.url
        if pattern.kind == "unknown":
            pattern.kind = "article"

    def _request(self, url: str) -> bool:
        key = whole_key(url)
        if key in self._known_keys:
            return False
        self._known_keys.add(key)
        name = pattern_of(url)
        pattern = self._pattern(name, url)
        self._labels[key] = pattern.queued.pop(url, "")
        self.names.add(url)
        pattern.in_flight += 1
        self._requested[key] = name
        self._found.add(key)
        return True

    # --- what next -----------------------------------------------------------------------------

    def _next(self) -> list[CrawlTarget]:
        targets, self._late_targets = self._late_targets, []
        for pattern in list(self.patterns.values()):
            for url in self.names.copies_in(pattern, self._has_articles):
                pattern.queued.pop(url, None)
                pattern.held.pop(url, None)
                self._known_keys.add(whole_key(url))
                self.copies.append(url)
            if pattern.kind == "article":
                targets += self._article_targets(pattern)
            elif pattern.kind == "listing" and self._is_followed(pattern):
                targets += self._listing_targets(pattern)
        for pattern in self._by_promise():
            wanted = samples_of(pattern) - pattern.pages_read - pattern.in_flight
            is_static = best_promise(pattern) <= STATIC_PROMISE
            if pattern.kind == "unknown" and wanted > 0 and not is_static:
                targets += self._targets(pattern, wanted, "sample")
        if not targets and not self._requested:
            targets = self._explore_further()
        return targets

    def _article_targets(self, pattern: UrlPattern) -> list[CrawlTarget]:
        """Return the queued articles of a pattern.

        Possible copies of others wait until some of them were read: are they none, all are read.
        """
        if pattern.namesakes:
            pattern.queued.update(pattern.held)
            pattern.held.clear()
        targets = []
        for url, label in sorted(pattern.queued.items(), key=promise_of, reverse=True):
            if not pattern.namesakes and self.names.knows(url):
                pattern.held[url] = pattern.queued.pop(url)
            elif self._request(url):
                targets.append(CrawlTarget(url, "article", label, self.day_of(url)))
        while pattern.held and pattern.in_flight < SAMPLES:
            url, label = pattern.held.popitem()
            if self._request(url):
                targets.append(CrawlTarget(url, "article", label, self.day_of(url)))
        return targets

    def _listing_targets(self, pattern: UrlPattern) -> list[CrawlTarget]:
        """Return listings of a pattern to read next: first those whose folder has articles."""
        left = MAX_EMPTY_LISTINGS - (0 if pattern.articles else pattern.empty_streak)
        room = min(_BATCH, SAMPLES + pattern.listings, left) - pattern.in_flight
        proven = [url for url in pattern.queued if folder_of(url) in self._folders]
        targets = [
            CrawlTarget(url, "listing") for url in proven[: max(0, room)] if self._request(url)
        ]
        return targets if proven else self._targets(pattern, room, "listing")

    def _has_articles(self, url: str) -> bool:
        """Return True if the pattern of an address has articles: a list owns no story's name."""
        pattern = self.patterns.get(pattern_of(url))
        return pattern is not None and pattern.articles > 0

    def _is_followed(self, pattern: UrlPattern) -> bool:
        """Return True if a listing pattern is still crawled; one with articles too always is."""
        if pattern.articles:
            return True
        return pattern.empty_streak < MAX_EMPTY_LISTINGS and not self.budget.has_looped

    def _explore_further(self) -> list[CrawlTarget]:
        """With no request in flight, spend the remaining budget on the most promising pattern."""
        if copies := [p for p in self.patterns.values() if p.queued and has_named_copies(p)]:
            return self._targets(copies[0], 1, "sample")
        if self.budget.is_spent:
            return []
        for pattern in self._by_promise():
            is_static = best_promise(pattern) <= STATIC_PROMISE
            if is_static and pattern.others >= self.budget.static_samples:
                pattern.kind = "other"  # and is so in the next night
                continue
            if pattern.duplicates < SAMPLES and (not pattern.trusted or not self.budget.articles):
                return self._targets(pattern, 1, "sample")
        return []

    def _by_promise(self) -> list[UrlPattern]:
        """Return the unclassified patterns with queued URLs, the most promising first."""
        undecided = [
            s for s in self.patterns.values() if s.queued and s.kind in ("unknown", "other")
        ]
        return sorted(undecided, key=best_promise, reverse=True)

    def _targets(
        self, pattern: UrlPattern, count: int, purpose: Literal["article", "listing", "sample"]
    ) -> list[CrawlTarget]:
        ranked = sorted(pattern.queued.items(), key=promise_of, reverse=True)[: max(0, count)]
        return [
            CrawlTarget(url, purpose, label, self.day_of(url))
            for url, label in ranked
            if self._request(url)
        ]
