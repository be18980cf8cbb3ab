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

from portals.discovery.addresses import address_key, host_of
from portals.discovery.paging import REPEATS
from portals.discovery.shapes import is_left_alone, is_page_of, section_of, shape_of
from portals.discovery.visits import FoundLink, PageKind, Seen, Shape, ShapeKind, Visit
from portals.language.sections import is_pager_label, news_value
from portals.language.text import words

SAMPLES = 2
"""Pages read of a shape before its first verdict."""

PATIENCE = 6
"""Pages read of a shape to which headlines lead, before it is given up: some may be galleries."""

TITLE_WORDS = 5
"""A link with as many words reads as a headline."""

MIN_LISTED = 3
"""A page that leads to as many articles is a list."""

BARREN_LISTINGS = 4
"""After as many list pages in a row that led to nothing new, a shape of lists is exhausted."""

BARREN_PAGES = 8
"""After as many pages of one list in a row that led to nothing new, its pager is left."""

MAX_SHAPES = 5_000
"""Kinds of addresses that are told apart; a portal has some dozens, a trap one for every link."""

MAX_UNJUDGED = 20_000
"""Addresses of one kind that wait for a verdict on it."""

_BATCH = 8  # lists of one shape that are asked for at once
_FREE_LISTS = 40  # lists that may lead to nothing new, beside half as many as articles: no loop
_LISTS_PER_ARTICLE = 0.5  # of addresses (facets, calendars, sessions) costs more
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
        learnt: Iterable[Shape] = (),
        is_known: Callable[[str], bool] = lambda _: False,
        *,
        stops_at_known: bool = False,
    ) -> None:
        self.home = home
        self.is_known = is_known
        self.stops_at_known = stops_at_known
        self.host = host_of(home)
        self.shapes: dict[str, Shape] = {}
        for shape in learnt:
            self.shapes[shape.name] = replace(shape, trusted=True)
        self.articles = 0
        self.wasted = 0
        self._seen = {_key(home)}
        self._asked: dict[str, str] = {}
        self._hashes: dict[str, str] = {}
        self._labels: dict[str, str] = {}
        self._pages_asked: set[str] = set()
        self._list_contents: dict[str, set[int]] = {}
        self._barren_pages: dict[str, int] = {}
        self._no_lists: dict[str, list[FoundLink]] = {}
        self._late: list[Visit] = []
        self.unsorted = 0
        self.barren_lists = 0

    # --- what the crawl tells ------------------------------------------------------------------

    def see(
        self,
        url: str,
        kind: PageKind,
        links: Sequence[FoundLink],
        content_hash: str | None = None,
    ) -> Seen:
        """Take in one page that was read and return what to read next."""
        is_page = _key(url) in self._pages_asked
        shape = self._answered(url)
        own = [link for link in links if self._is_own(link.url)]
        if kind == "article":
            self._see_article(shape, url, content_hash)
            self._collect(own, url)
            return Seen(is_list=False, visits=self._next())
        fresh = self._collect(own, url)
        listed = self._listed(own)
        fertile = bool(self._listed(fresh))
        proven = any(self._kind_of(link.url) == "article" for link in fresh)
        is_list = kind == "other" and len(listed) >= (1 if is_page or proven else MIN_LISTED)
        if kind == "other" and not is_list and len(self._no_lists) < _KEPT_PAGES:
            self._no_lists[url] = own
        if shape is not None:
            self._see_no_article(shape, url, kind, is_list=is_list, is_fertile=fertile)
        if not is_list:
            return Seen(is_list, self._next(), len(listed))
        pages, stopped = self._pages(url, own, listed, is_fertile=fertile)
        return Seen(is_list, [*pages, *self._next()], len(listed), stopped)

    def failed(self, url: str) -> list[Visit]:
        """Take in that ``url`` could not be read and return what to read next."""
        shape = self._answered(url)
        if shape is not None:
            shape.pages_read += 1
            shape.others += 1
            self.wasted += 1
            self._judge(shape)
        return self._next()

    def accepts_undated(self, url: str) -> bool:
        """Tell whether a page without a date at ``url`` is an article all the same.

        It is one where its shape is one of articles and a headline led to it: static pages
        ("Giới thiệu") are reached from menus by a word or two.
        """
        shape = self.shapes.get(shape_of(url))
        label = self._labels.get(_key(url), "")
        if shape is None or len(words(label)) < TITLE_WORDS:
            return False
        return shape.articles >= SAMPLES or shape.undated > max(SAMPLES, shape.others)

    def exhausted(self) -> list[Shape]:
        """Return the shapes of lists that were left while some of their addresses still waited."""
        lists = (shape for shape in self.shapes.values() if shape.kind == "listing")
        return [shape for shape in lists if shape.waiting and not self._is_followed(shape)]

    def learnt(self) -> list[Shape]:
        """Return the shapes of which pages were read."""
        return [shape for shape in self.shapes.values() if shape.pages_read]

    # --- one page ------------------------------------------------------------------------------

    def _answered(self, url: str) -> Shape | None:
        name = self._asked.pop(_key(url), None)
        self._seen.add(_key(url))
        if name is None:
            return None
        shape = self.shapes[name]
        shape.under_way -= 1
        return shape

    def _see_article(self, shape: Shape | None, url: str, content_hash: str | None) -> None:
        self.articles += 1
        if shape is None:
            return
        shape.pages_read += 1
        first = self._hashes.setdefault(content_hash, shape.name) if content_hash else shape.name
        if first != shape.name and not shape.trusted:
            shape.twins += 1
            self.wasted += 1
        else:
            shape.articles += 1
            shape.example = shape.example or url
        self._judge(shape)

    def _see_no_article(
        self, shape: Shape, url: str, kind: PageKind, *, is_list: bool, is_fertile: bool
    ) -> None:
        shape.pages_read += 1
        if is_list:
            shape.listings += 1
            shape.example = shape.example or url
            shape.barren = 0 if is_fertile else shape.barren + 1
            self.barren_lists += not is_fertile
        elif kind == "undated" and len(words(self._labels.get(_key(url), ""))) >= TITLE_WORDS:
            shape.undated += 1
        else:
            shape.others += 1
            self.wasted += 1
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
        self, url: str, own: Sequence[FoundLink], listed: frozenset[str], *, is_fertile: bool
    ) -> tuple[list[Visit], str]:
        """Return the other pages of the list at ``url``, or why it ends: nothing in it is new."""
        section = section_of(url)
        contents = self._list_contents.setdefault(section, set())
        barren = 0 if is_fertile else self._barren_pages.get(section, 0) + 1
        self._barren_pages[section] = barren
        # Past its end a list shows its last or first page again, with other side boxes perhaps.
        rules = {
            "known": barren > 0 and self.stops_at_known,
            REPEATS: hash(listed) in contents,
            f"{BARREN_PAGES} pages without news": barren >= BARREN_PAGES,
            "too many lists without news": self._has_looped(),
        }
        if stopped := next((rule for rule, applies in rules.items() if applies), ""):
            return [], stopped
        contents.add(hash(listed))
        visits = []
        for link in own:
            if is_pager_label(link.text) and is_page_of(link.url, url) and self._ask(link.url):
                self._pages_asked.add(_key(link.url))
                visits.append(Visit(link.url, "page"))
        return visits, ""

    def _has_looped(self) -> bool:
        return self.barren_lists > _FREE_LISTS + _LISTS_PER_ARTICLE * self.articles

    def _judge(self, shape: Shape) -> None:
        before = shape.kind
        if not shape.trusted or shape.kind == "other":
            shape.kind = self._verdict(shape)
        if shape.kind == "article" and before != "article":
            self._look_again()

    def _verdict(self, shape: Shape) -> ShapeKind:
        stories = shape.articles + shape.undated
        if shape.twins >= SAMPLES and shape.twins > shape.articles:
            return "other"
        if shape.listings:
            return "listing"
        if stories >= SAMPLES and stories >= shape.others:
            return "article"
        if stories and not shape.waiting and shape.articles:
            return "article"
        patience = PATIENCE if _leads_by_headlines(shape) else SAMPLES
        return "other" if shape.others >= patience and not shape.articles else "unknown"

    def _look_again(self) -> None:
        """Pages that listed nothing known when they were read may be lists after all."""
        for url, own in list(self._no_lists.items()):
            proven = [link for link in own if self._kind_of(link.url) == "article"]
            shape = self.shapes.get(shape_of(url))
            if not proven or shape is None:
                continue
            del self._no_lists[url]
            shape.listings += 1
            shape.others = max(0, shape.others - 1)
            self.wasted = max(0, self.wasted - 1)
            shape.kind = self._verdict(shape)
            self._late += self._pages(url, own, self._listed(own), is_fertile=True)[0]

    # --- links ---------------------------------------------------------------------------------

    def _is_own(self, url: str) -> bool:
        return host_of(url) == self.host and not is_left_alone(url)

    def _kind_of(self, url: str) -> ShapeKind:
        shape = self.shapes.get(shape_of(url))
        return shape.kind if shape else "unknown"

    def _collect(self, links: Iterable[FoundLink], page: str) -> list[FoundLink]:
        """Put links not met before into their shapes' waiting lists and return them.

        Other pages of the list at ``page`` do not wait: a list's own pager leads to them.
        """
        fresh = []
        for link in links:
            name = shape_of(link.url)
            if not self._has_room(name):
                self.unsorted += 1
                continue
            shape = self.shapes.setdefault(name, Shape(name))
            if link.url in shape.waiting:
                if len(link.text) > len(shape.waiting[link.url]):
                    shape.waiting[link.url] = link.text
                continue
            if _key(link.url) in self._seen:
                continue
            if is_pager_label(link.text) and is_page_of(link.url, page):
                continue
            if self.is_known(link.url):
                self._take_known(shape, link)
                continue
            shape.waiting[link.url] = link.text
            fresh.append(link)
        return fresh

    def _has_room(self, name: str) -> bool:
        if name in self.shapes:
            return len(self.shapes[name].waiting) < MAX_UNJUDGED
        return len(self.shapes) < MAX_SHAPES

    def _take_known(self, shape: Shape, link: FoundLink) -> None:
        self._seen.add(_key(link.url))
        self.articles += 1
        shape.articles += 1
        shape.example = shape.example or link.url
        if shape.kind == "unknown":
            shape.kind = "article"

    def _ask(self, url: str) -> bool:
        key = _key(url)
        if key in self._seen:
            return False
        self._seen.add(key)
        name = shape_of(url)
        shape = self.shapes.setdefault(name, Shape(name))
        self._labels[key] = shape.waiting.pop(url, "")
        shape.under_way += 1
        self._asked[key] = name
        return True

    # --- what next -----------------------------------------------------------------------------

    def _next(self) -> list[Visit]:
        visits, self._late = self._late, []
        for shape in list(self.shapes.values()):
            if shape.kind == "article":
                visits += self._take(shape, len(shape.waiting), "article")
            elif shape.kind == "listing" and self._is_followed(shape):
                visits += self._take(shape, _BATCH - shape.under_way, "listing")
        for shape in self._by_promise():
            samples = PATIENCE if shape.others and _leads_by_headlines(shape) else SAMPLES
            wanted = samples - shape.pages_read - shape.under_way
            if shape.kind == "unknown" and wanted > 0 and _best_promise(shape) > _STATIC_PROMISE:
                visits += self._take(shape, wanted, "sample")
        if not visits and not self._asked:
            visits = self._explore_further()
        return visits

    def _is_followed(self, shape: Shape) -> bool:
        """Tell whether a shape of lists is still read; one that holds articles too always is."""
        if shape.articles:
            return True
        return shape.barren < BARREN_LISTINGS and not self._has_looped()

    def _explore_further(self) -> list[Visit]:
        """Nothing is under way: spend what is left of the ration on the most promising rest."""
        if self.wasted >= _FREE_READS + _READS_PER_ARTICLE * self.articles:
            return []
        for shape in self._by_promise():
            if shape.twins < SAMPLES and (not shape.trusted or not self.articles):
                return self._take(shape, 1, "sample")
        return []

    def _by_promise(self) -> list[Shape]:
        """Return the shapes that wait for a verdict, the most promising first."""
        open_shapes = [
            s for s in self.shapes.values() if s.waiting and s.kind in ("unknown", "other")
        ]
        return sorted(open_shapes, key=_best_promise, reverse=True)

    def _take(
        self, shape: Shape, count: int, purpose: Literal["article", "listing", "sample"]
    ) -> list[Visit]:
        ranked = sorted(shape.waiting.items(), key=_promise, reverse=True)[: max(0, count)]
        return [Visit(url, purpose) for url, _ in ranked if self._ask(url)]


def _leads_by_headlines(shape: Shape) -> bool:
    return any(len(words(label)) >= TITLE_WORDS for label in shape.waiting.values())


_STATIC_PROMISE = (1, 0)


def _best_promise(shape: Shape) -> tuple[int, int]:
    return max(map(_promise, shape.waiting.items()))


def _promise(link: tuple[str, str]) -> tuple[int, int]:
    """Rank a link: headlines first, then news sections by name, static pages last."""
    url, text = link
    if len(words(text)) >= TITLE_WORDS + 2:
        return 3, len(text)
    value = news_value(text) or news_value(urlsplit(url).path)
    return 1 + value, 1000 - min(len(url), 999)


def _key(url: str) -> str:
    """Return ``url`` so that twins by scheme, ``www.``, slash and case of the host are one."""
    return f"{host_of(url)}{address_key(url)}"
