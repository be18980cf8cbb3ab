"""The pages of a story that is parted: the pager of a text among other rows of numbers.

A link leads to another page of the same story if its URL differs from the page's own by a number
only, and if that number is its label. Comments, related news and galleries have such links too: the
pager of a story is inside its text or directly below it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml.html import HtmlElement

from portals.article import StoryParts
from portals.extraction.blocks import Block
from portals.extraction.part_urls import (
    PageNumber,
    names_other,
    names_page,
    page_key,
    places_in,
    without_whole,
)
from portals.language.headings import ends_article, is_box_heading, is_imprint
from portals.language.sections import is_back_label, is_next_label, is_pager_line
from portals.language.text import canonical, clean, words

MAX_PARTS = 30
"""Pages of one story; the longest known has 12."""

_MAX_LABEL = 40  # characters
_CACHED_LABELS = 4096  # menus repeat theirs on every page
_MAX_LINE = 200  # characters of a line of a pager
_MAX_URL = 2_000
_MAX_APART = 60  # words between the text and its pager: signature, credits
_MAX_ABOVE = 12  # lines between a pager and the text below it
_REACH = 2  # lines without links between two lines of one pager
_HEADLINE_WORDS, _HEADLINES = 5, 2
_PREFIX = 60  # characters by which a paragraph is found again
_PARAGRAPH_WORDS = 6

_NUMBER_LABEL = re.compile(
    r"(?:(?:trang|page|phần|p\.?)\s*)?[\[(]?\s*(\d{1,2})\s*[\])]?\.?", re.IGNORECASE
)
_WHOLE_LABEL = re.compile(
    r"(?:xem|đọc|hiển thị|hiện)\s+(?:toàn bộ|tất cả|toàn văn|đầy đủ"
    r"|(?:trên |trong )?(?:một|1) trang)\b.{0,30}|tất cả các trang"
    r"|(?:view|show) (?:all|as (?:a )?single page).{0,12}|all pages"
    r"|single page",
    re.IGNORECASE,
)
_COMMENTS = re.compile(
    r"^(?:\d+\s+)?(?:bình luận|ý kiến|phản hồi|comments?|thảo luận)\b", re.IGNORECASE
)
_LABELLED = re.compile(r"\b(?:trang|page|pages|phần)\b", re.IGNORECASE)


@dataclass(slots=True)
class Pager:
    """A row of links to other pages of one story: lines ``first`` to ``last`` of the page."""

    first: int
    last: int
    number: int = 1
    urls: dict[int, str] = field(default_factory=dict)
    place: PageNumber | None = None
    whole: str = ""
    is_numbered: bool = False  # not only arrows: articles have neighbours with numbers, too


class Pagers:
    """The pagers among the links of a page; ``own``: the URLs that the page has."""

    def __init__(self, own: Sequence[str], base: str, root: HtmlElement) -> None:
        self._own = [page_key(url) for url in own]
        self._own_places = [place for url in own for place in places_in(url)]
        self._base = base
        self._root = root
        self._known: dict[tuple[str, str], _Part | None] = {}

    @cached_property
    def are_possible(self) -> bool:
        """Return True if a link of the page looks like one of a pager."""
        return any(self._leads_to_part(element) for element in self._root.iter("a"))

    def _leads_to_part(self, element: HtmlElement) -> bool:
        text = _text_of(element)
        if not text or _read_label(text) is None:
            return False  # as nearly all links of a page
        href = element.get("href") or ""
        is_address = 0 < len(href) < _MAX_URL and not href.startswith(("#", "javascript:"))
        return is_address and self._part(href, text) is not None

    def find(self, lines: Sequence[Block]) -> list[Pager]:
        """Return the pagers among ``lines``, each with the lines that it takes."""
        if not self.are_possible:
            return []
        found: list[Pager] = []
        for i, line in enumerate(lines):
            parts = self._parts_in(line)
            if not parts:
                continue
            if found and _are_one(lines[found[-1].last + 1 : i]):
                found[-1].last = i
            else:
                found.append(Pager(i, i))
            _add(found[-1], parts)
        valid = [pager for pager in found if _is_sound(pager)]
        for pager in valid:
            _widen(pager, lines)
        return valid

    def without(self, lines: list[Block]) -> list[Block]:
        """Return ``lines`` without the lines of pagers."""
        pagers = self.find(lines)
        if not pagers:
            return lines
        taken = {i for pager in pagers for i in range(pager.first, pager.last + 1)}
        return [line for i, line in enumerate(lines) if i not in taken]

    def next_in_head(self) -> Pager | None:
        """Return the pager that ``link rel=next`` means, or None."""
        for link in self._root.iterfind(".//link[@rel='next']"):
            part = self._part(link.get("href") or "", "»")
            if part and part.place and part.number == part.own + 1:
                pager = Pager(-1, -1)
                _add(pager, [part])
                return pager
        return None

    def parts_of(
        self, lines: Callable[[], Sequence[Block]], own: str, paragraphs: Sequence[str]
    ) -> StoryParts | None:
        """Return the pages of the story with ``paragraphs``, or None if it has one page only.

        ``lines``: returns those of the whole page; ``own``: the URL of the page.
        """
        found = self.find(lines()) if self.are_possible else []
        if found:  # else what the head names could be a pager that does not belong to the text
            places = _places_of(lines(), paragraphs)
            own_pagers = (each for each in found if _belongs(each, lines(), places))
            return next((parts for each in own_pagers if (parts := _parts(each, own))), None)
        pager = self.next_in_head()
        return _parts(pager, own) if pager else None

    def _parts_in(self, line: Block) -> list[_Part]:
        """Return the links of a line to other parts, if it is a line of a pager."""
        if not line.links or len(line.text) > _MAX_LINE:
            return []
        parts = [self._part(link.url, link.text) for link in line.links]
        found = [part for part in parts if part is not None]
        rest = line.text
        for link, part in zip(line.links, parts, strict=True):
            if part is not None or link.text.strip("[]() .").isdigit():
                rest = rest.replace(link.text, " ", 1)
        if not found or not is_pager_line(rest):
            return []
        is_labelled = bool(_LABELLED.search(line.text))
        return [part for part in found if part.is_sure or is_labelled]

    def _part(self, href: str, label: str) -> _Part | None:
        known = (href, label)
        if known not in self._known:
            self._known[known] = self._read(href, label)
        return self._known[known]

    def _read(self, href: str, text: str) -> _Part | None:
        label = _read_label(text)
        if label is None or len(href) > _MAX_URL:
            return None
        try:
            url, fragment = urldefrag(urljoin(self._base, href.strip()))
            if fragment or urlsplit(url).scheme not in ("http", "https"):
                return None
        except ValueError:
            return None
        if label.is_whole:
            is_own = without_whole(url) in self._own
            return _Part(1, 1, url, None, is_whole=True) if is_own else None
        return self._numbered(url, label)

    def _numbered(self, url: str, label: _Label) -> _Part | None:
        wanted, step = label.number, label.step
        for place in places_in(url):
            own = self._own_number(place)
            expected = wanted if wanted is not None else (own or 0) + step
            if own is not None and place.number == expected and 0 < expected <= MAX_PARTS:
                is_numbered = wanted is not None or bool(place.key or label.is_labelled)
                return _Part(own, expected, url, place, is_numbered=is_numbered)
        return self._first(url, wanted, step)

    def _first(self, url: str, wanted: int | None, step: int) -> _Part | None:
        """Return the link to the first page from a later one: its URL has no number."""
        key = page_key(url)
        for place in self._own_places:
            is_first = wanted == 1 or (wanted is None and step == -1 and place.number == 2)
            if is_first and place.stem == key and 1 < place.number <= MAX_PARTS:
                return _Part(place.number, 1, url, place)
        return None

    def _own_number(self, place: PageNumber) -> int | None:
        """Return the number of the page itself among those that ``place`` is of, or None."""
        for own in self._own_places:
            if own.is_of(place) and 0 < own.number <= MAX_PARTS:
                return own.number
        return 1 if place.stem in self._own else None


@dataclass(frozen=True, slots=True)
class _Label:
    """What the text of a link says of the part of a story that it leads to.

    ``number``: that of the part, or None; ``step``: 1 to the next part, -1 to the one before it.
    """

    number: int | None
    step: int
    is_whole: bool
    is_labelled: bool


@lru_cache(maxsize=_CACHED_LABELS)
def _read_label(text: str) -> _Label | None:
    """Return what the text of a link means to a pager, or None if it is no label of one."""
    label = clean(text)
    if not label or len(label) > _MAX_LABEL:
        return None
    if _WHOLE_LABEL.fullmatch(label):
        return _Label(None, 0, is_whole=True, is_labelled=False)
    named = _NUMBER_LABEL.fullmatch(label)
    step = 1 if is_next_label(label) else -1 if is_back_label(label) else 0
    if not named and not step:
        return None
    number = int(named[1]) if named else None
    return _Label(number, step, is_whole=False, is_labelled=bool(_LABELLED.search(label)))


@dataclass(frozen=True, slots=True)
class _Part:
    """A link to a part of a story. ``own``: the number of the page that has the link."""

    own: int
    number: int
    url: str
    place: PageNumber | None
    is_whole: bool = False
    is_numbered: bool = True

    @property
    def is_sure(self) -> bool:
        """True if the URL says that it is a page, whatever the text beside the link."""
        if self.place is None or not self.place.key:
            return True
        return names_page(self.place.key)


def _parts(pager: Pager, own: str) -> StoryParts | None:
    urls = dict(pager.urls)
    urls[pager.number] = own
    if pager.place is not None:
        last = min(max(urls), MAX_PARTS)
        for number in range(1, last + 1):
            urls.setdefault(number, pager.place.at(number))
    elif pager.whole:
        urls = {1: own, 2: pager.whole}
    ordered = tuple(urls[number] for number in sorted(urls) if number <= MAX_PARTS)
    return StoryParts(pager.number, ordered) if len(ordered) > 1 else None


def _add(pager: Pager, parts: Sequence[_Part]) -> None:
    for part in parts:
        if part.is_whole:
            pager.whole = pager.whole or part.url
            continue
        pager.number = part.own
        pager.is_numbered = pager.is_numbered or part.is_numbered
        pager.urls.setdefault(part.number, part.url)
        if pager.place is None or part.number > 1:
            pager.place = part.place


def _is_sound(pager: Pager) -> bool:
    """Return True if the links lead on from the page, or back to the page before it."""
    if pager.whole:
        return True
    if pager.place and names_other(pager.place.key):
        return False
    if pager.number == 1:
        return 2 in pager.urls
    return pager.number - 1 in pager.urls and pager.is_numbered


def _are_one(between: Sequence[Block]) -> bool:
    """Return True if the lines between two lines of links belong to one pager."""
    return len(between) <= _REACH and all(
        line.image is None and is_pager_line(line.text) for line in between
    )


def _widen(pager: Pager, lines: Sequence[Block]) -> None:
    """Add the lines beside it that have no link: the number of the page itself, "Trang:"."""
    while pager.first > 0 and _is_beside(lines[pager.first - 1]):
        pager.first -= 1
    while pager.last + 1 < len(lines) and _is_beside(lines[pager.last + 1]):
        pager.last += 1


def _is_beside(line: Block) -> bool:
    return line.image is None and len(line.text) <= _MAX_LABEL and is_pager_line(line.text)


def _places_of(lines: Sequence[Block], paragraphs: Sequence[str]) -> list[int]:
    """Return the lines of ``lines`` that are paragraphs of the text."""
    wanted = {
        canonical(text)[:_PREFIX] for text in paragraphs if len(words(text)) >= _PARAGRAPH_WORDS
    }
    return [i for i, line in enumerate(lines) if canonical(line.text)[:_PREFIX] in wanted]


def _belongs(pager: Pager, lines: Sequence[Block], places: Sequence[int]) -> bool:
    """Return True if a pager is inside the text, directly below it, or above its first line."""
    before = max((i for i in places if i < pager.first), default=None)
    after = min((i for i in places if i > pager.last), default=None)
    if before is not None and after is not None:
        return True
    if before is not None:
        between = lines[before + 1 : pager.first]
        if sum(len(words(line.text)) for line in between if not line.is_link) > _MAX_APART:
            return False
        return not _ends_text(between)
    if after is not None and after - pager.last <= _MAX_ABOVE:
        return not _ends_text(lines[pager.last + 1 : after])
    return False


def _ends_text(between: Sequence[Block]) -> bool:
    """Return True if the lines end the text: other articles, comments, the footer."""
    if any(
        ends_article(line.text)
        or is_box_heading(line.text)
        or is_imprint(line.text)
        or _COMMENTS.match(line.text)
        for line in between
    ):
        return True
    headlines = sum(line.is_link and len(words(line.text)) >= _HEADLINE_WORDS for line in between)
    return headlines >= _HEADLINES


def _text_of(element: HtmlElement) -> str:
    """Return the text of a link as written, "" if it is too long for a label."""
    text = "".join(element.itertext()) if len(element) else element.text or ""
    return text if len(text) < 4 * _MAX_LABEL else ""
