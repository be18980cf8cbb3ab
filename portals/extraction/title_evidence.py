"""The title of a page without a description: all candidates, and the witnesses for each.

The text of the links that lead to a page nearly always is its title. The head of the page, its
address, the rank and name of an element, a date beside it and the text below it are witnesses too;
each can be wrong alone. The weights were set by hand on the templates of
``tests/fixtures/templates``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from portals.extraction.blocks import Block
from portals.extraction.header import leads_elsewhere
from portals.extraction.machine_metadata import MachineMetadata
from portals.extraction.page import Page
from portals.extraction.regions import Core, Regions
from portals.extraction.roles import Role
from portals.extraction.title_places import banners, is_fact, without_path
from portals.language.dates import DateReading, beside_date, find_date, without_date
from portals.language.noise import is_noise
from portals.language.sections import is_welcome
from portals.language.text import canonical, fold, is_vietnamese, words

_WEIGHTS = {
    "link text": 6.0,
    "head": 4.0,
    "address": 4.0,
    "h1": 2.5,
    "h2": 2.0,
    "h3": 1.0,
    "named": 2.0,
    "date beside": 2.0,
    "near the text": 1.5,
    "length": 1.5,
    "bold": 1.0,
    "centred": 0.5,
    "large": 1.5,
    "text above": -3.0,
    "short": -4.0,
    "long": -4.0,
    "sentence": -1.5,
    "running text": -4.0,
    "menu": -5.0,
    "put aside": -4.0,
    "link": -6.0,
    "fact": -4.0,
    "banner": -8.0,
    "other language": -2.5,
    "site": -5.0,
    "distance": -0.15,
    "list between": -6.0,
}
"""What each witness adds to a candidate for the title."""

MIN_TITLE = 3.5
"""A line with less support is no title."""

_MIN_TITLE_WORDS = 3
_LANGUAGE_LINES = 8  # lines of the text by which its language is recognised
_SENTENCE_WORDS = 22  # of a line with a full stop that is running text
_LIST_LINES = 6  # lines of other articles between a title and the text that is not its own
_MENU_WORDS, _SELF_WORDS = 8, 5  # of a menu entry; of one that leads to the page itself
_TEXT_BELOW = 0.6  # share of the running text that is below a title
_TITLE_REACH = 45  # lines above the text in which the title is searched
TAIL_LINES = 8
"""Lines below the text in which date, author and source are searched."""

_HEADLINE_WORDS = 5
_MIN_SLUG_WORDS = 4
_SLUG_SHARE = 0.75
_MAX_DATE_WORDS = 22
_SLUG_PARTS = re.compile(r"[^a-z0-9]+")
_NUMBERED = re.compile(r"(?:\d{1,2}|[IVX]{1,4}|[a-z])[.)]\s")
_COUNTER = re.compile(r":[\s\d.,]+$")
_LARGE = frozenset("4567")
_CUT = re.compile(r"(?:\.\.\.|…)\s*$")


@dataclass(slots=True)
class Candidate:
    """A line that may be a field, and the witnesses for it."""

    index: int
    text: str
    last: int
    support: float = 0.0
    witnesses: list[str] = field(default_factory=list)

    def add(self, witness: str, times: float = 1.0) -> None:
        """Add a witness."""
        self.support += _WEIGHTS[witness] * times
        if _WEIGHTS[witness] > 0:
            self.witnesses.append(witness)


class TitleEvidence:
    """The evidence for the title of one page."""

    def __init__(self, page: Page, metadata: MachineMetadata) -> None:
        self.page = page
        self.metadata = metadata
        self.regions = Regions(page)
        self.blocks = page.blocks

    # --- title -----------------------------------------------------------------------------------

    @cached_property
    def title(self) -> Candidate | None:
        """The best supported title, or None."""
        core = self.regions.core
        if core is None:
            return None
        candidates = [self._candidate(i, core) for i in self._title_lines(core)]
        best = max(candidates, key=lambda one: one.support, default=None)
        return best if best is not None and best.support >= MIN_TITLE else None

    @cached_property
    def lines(self) -> tuple[int, ...]:
        """The lines of running text below the title."""
        core, title = self.regions.core, self.title
        if core is None or title is None:
            return ()
        return tuple(i for i in core.lines if i > title.last)

    @cached_property
    def is_vietnamese(self) -> bool:
        """True if the running text is in Vietnamese."""
        core = self.regions.core
        return core is not None and is_vietnamese(
            " ".join(self.blocks[i].text for i in core.lines[:_LANGUAGE_LINES])
        )

    @property
    def first(self) -> int:
        """The first line of running text below the title."""
        return self.lines[0]

    @property
    def last(self) -> int:
        """The last line of running text."""
        return self.lines[-1]

    def _title_lines(self, core: Core) -> Iterator[int]:
        """Yield the lines that can be the title: most of the running text is below it."""
        latest, below = core.lines[0], 0
        for i in reversed(core.lines):
            below += len(words(self.blocks[i].text))
            if below >= _TEXT_BELOW * core.words:
                latest = i - 1 if i > core.lines[0] else i
                break
        previous = None
        for i, block in enumerate(self.blocks[: latest + 1]):
            if i < core.lines[0] - _TITLE_REACH and not self._is_named(i):
                continue
            if block.image is not None or not block.text or len(block.text) > 400:
                continue
            if block.heading and previous is not None and previous is block.element:
                continue  # a heading that is cut by breaks
            previous = block.element
            if self._can_be_title(i):
                yield i

    def _can_be_title(self, index: int) -> bool:
        """Return False for headlines of other articles and for lines that are only a date."""
        text = self.blocks[index].text
        if is_noise(text) or _COUNTER.search(text) or is_welcome(text):
            return False
        if index in self.regions.cards or index in self.regions.headline_set:
            plain = canonical(text)
            return plain in self._link_texts or self._address_share(plain) >= _SLUG_SHARE
        return index not in self.dates or len(words(without_date(text))) >= _MIN_TITLE_WORDS

    def _is_named(self, index: int) -> bool:
        text = canonical(self.blocks[index].text)
        return text in self._link_texts or text in self._head_names

    def _candidate(self, index: int, core: Core) -> Candidate:
        block = self.blocks[index]
        last = index
        text = without_path(block)
        first = next((i for i in core.lines if i > index), core.lines[-1])
        while (
            block.heading
            and last + 1 < first
            and self.blocks[last + 1].element is block.element
            and self.blocks[last + 1].text
        ):
            last += 1
            text = f"{text} {self.blocks[last].text}"
        if index in self.dates and len(words(rest := beside_date(text))) >= _MIN_TITLE_WORDS:
            text = rest
        found = Candidate(index, text, last)
        self._weigh_names(found)
        self._weigh_form(found, block)
        self._weigh_place(found, first)
        return found

    def _weigh_names(self, found: Candidate) -> None:
        plain = canonical(found.text)
        if plain in self._link_texts or self._is_part_of_link(plain):
            found.add("link text")
        is_menu = plain in self.menu_texts
        if plain in self._head_names and not is_menu:
            found.add("head")
        if self._address_share(plain) >= _SLUG_SHARE:
            found.add("address")
        if is_menu:
            found.add("menu")
        if plain in self.site_names:
            found.add("site")
        elif plain == canonical(self.page.head_title) and self._is_in_banner(found.index):
            found.add("banner")

    def _weigh_form(self, found: Candidate, block: Block) -> None:
        count = len(words(found.text))
        if 1 <= block.heading <= 3:
            found.add(f"h{block.heading}")
        elif block.bold:
            found.add("bold")
        self._weigh_style(found, block)
        if Role.TITLE in self.regions.roles_near(block):
            found.add("named")
        if witness := _length(count):
            found.add(witness)
        is_running = count > _SENTENCE_WORDS and found.text.endswith(".")
        if is_running or _NUMBERED.match(found.text):
            found.add("running text")
        elif found.text.endswith((".", ":", ";", ",")):
            found.add("sentence")
        if block.is_link and leads_elsewhere(block, self.page.url):
            found.add("link")
        if is_fact(block.element):
            found.add("fact")
        if self.is_vietnamese and not is_vietnamese(found.text):
            found.add("other language")

    def _weigh_style(self, found: Candidate, block: Block) -> None:
        if not block.heading and _is_large(block):
            found.add("large")
        if block.align == "center" and not block.is_link:
            found.add("centred")

    def _weigh_place(self, found: Candidate, first: int) -> None:
        if found.index in self.regions.aside and "link text" not in found.witnesses:
            found.add("put aside")
        near = range(max(0, found.index - 2), min(first + 1, found.last + 5))
        if any(i in self.dates for i in near):
            found.add("date beside")
        between = sum(
            1
            for i in range(found.last + 1, first)
            if self.blocks[i].text
            and i not in self.regions.aside
            and not is_fact(self.blocks[i].element)
        )
        core = self.regions.core
        if (
            core is not None
            and core.lines[0] < found.index
            and not self.blocks[found.index].heading
        ):
            found.add("text above")
        listed = sum(1 for i in range(found.last + 1, first) if i in self.regions.cards)
        if listed >= _LIST_LINES:
            found.add("list between")
        elif between <= 6:
            found.add("near the text")
        found.add("distance", between)

    @cached_property
    def _link_texts(self) -> frozenset[str]:
        given = [name for each in self.page.link_texts for name in (each, beside_date(each))]
        return frozenset(text for each in given if len(words(text := canonical(each))) >= 3)

    def _is_part_of_link(self, plain: str) -> bool:
        """Return True if a link has the beginning of the text, or the text with a teaser."""
        is_headline = len(plain.split()) >= _HEADLINE_WORDS
        for text in self.page.link_texts:
            if is_headline and canonical(text).startswith(f"{plain} "):
                return True
            if _CUT.search(text):
                start = canonical(_CUT.sub("", text))
                if len(start.split()) >= 4 and plain.startswith(start):
                    return True
        return False

    @cached_property
    def _head_names(self) -> frozenset[str]:
        names = set(self.page.head_names)
        if self.metadata.title:
            names.add(canonical(self.metadata.title.value))
        return frozenset(names - self.site_names)

    @cached_property
    def menu_texts(self) -> frozenset[str]:
        """The texts of links that are no headlines: menus and breadcrumbs."""
        return frozenset(self.labels)

    @cached_property
    def labels(self) -> dict[str, int]:
        """The texts of menus and breadcrumbs, with the first line that has each."""
        found: dict[str, int] = {}
        for i, block in enumerate(self.blocks):
            for link in block.links:
                count = len(words(link.text))
                if not 0 < count <= _MENU_WORDS or len(link.text) >= 80:
                    continue
                if count > _SELF_WORDS and not leads_elsewhere(block, self.page.url):
                    continue  # the title of an article is often a link to the article itself
                found.setdefault(canonical(link.text), i)
        return found

    @cached_property
    def site_names(self) -> frozenset[str]:
        """The names of the site in the head, canonical."""
        return self.metadata.site_names

    def _is_in_banner(self, index: int) -> bool:
        """Return True if a line is beside the logo, in a box without text: the site's name."""
        core = self.regions.core
        around = set(self.regions.chain(self.blocks[index].element))
        if core is not None:
            around.difference_update(self.regions.chain(self.blocks[core.lines[0]].element))
        return not self._banners.isdisjoint(around)

    @cached_property
    def _banners(self) -> frozenset[HtmlElement]:
        return banners(self.page)

    @cached_property
    def _slug(self) -> frozenset[str]:
        path = fold(unquote(urlsplit(self.page.url).path + " " + urlsplit(self.page.url).query))
        parts = [part for part in _SLUG_PARTS.split(path) if part.isalpha() or len(part) > 1]
        return frozenset(parts)

    def _address_share(self, plain: str) -> float:
        """Return the share of a text's words that the page's address has."""
        own = fold(plain).split()
        if len(own) < _MIN_SLUG_WORDS:
            return 0.0
        return sum(word in self._slug for word in own) / len(own)

    @cached_property
    def dates(self) -> dict[int, DateReading]:
        """The short lines with dates around the text, by number."""
        core = self.regions.core
        if core is None:
            return {}
        first, last = core.lines[0], core.lines[-1]
        reach = range(max(0, first - _TITLE_REACH), min(len(self.blocks), last + 1 + TAIL_LINES))
        found = {}
        for i in reach:
            text = self.blocks[i].text
            if text and len(text) < 200 and i not in self.regions.cards:
                is_short = len(words(text)) <= _MAX_DATE_WORDS
                if is_short and (reading := find_date(text, self.page.fetched_at)):
                    found[i] = reading
        return found


def _is_large(block: Block) -> bool:
    """Return True if the first font inside a line is larger than that of a text."""
    font = next(block.element.iter("font"), None)
    return font is not None and (font.get("size") or "").strip("+") in _LARGE


def _length(count: int) -> str:
    """Return the witness that the number of words of a line is, or ``""``."""
    if 5 <= count <= 35:
        return "length"
    if count < _MIN_TITLE_WORDS:
        return "short"
    return "long" if count > 45 else ""
