"""The regions of a page without a description: cards of other articles, frames, running text.

A page is a sequence of blocks. Blocks of lists, menus, comments and boxes are put aside; of the
others, the core is the stretch with the most running text. All rules look at what is shown and how
it is nested, none at a system.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from lxml.html import HtmlElement

from portals.extraction.blocks import Block
from portals.extraction.boxes import (
    PARAGRAPH_WORDS,
    author_cards,
    first_name,
    lone_cards,
    player_boxes,
    quotes_somebody,
    tags_around,
)
from portals.extraction.header import links_elsewhere
from portals.extraction.page import Page
from portals.extraction.roles import OUTSIDE, Role, roles_of
from portals.language.bylines import begins_byline
from portals.language.dates import find_date, without_date
from portals.language.headings import ends_article, is_box_heading, is_imprint
from portals.language.noise import is_noise
from portals.language.text import canonical, is_vietnamese, words

HEADLINE_WORDS = 4
"""A link of at least this many words names an article; menu entries have fewer."""

_CLOCK_PARTS = 4  # elements in a line, of which one may be named like a clock
_MIN_CARDS = 3
_HEADLINE_SHARE = 0.45  # of a line that is a headline with its date
_MIN_ROWS = 4  # records with a day each that make a list
_DATE_LINE = 40  # characters of a line with the day of a record
_MAX_DATE_WORDS, _BESIDE_DATE = 26, 9  # words of a row with date and name; without the date
_DAY = re.compile(
    r"(?<!\d)(?:\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d\d|(?:19|20)\d\d[/.-]\d{1,2}[/.-]\d{1,2})(?!\d)"
)
_WRITTEN_DAY = re.compile(rf"{_DAY.pattern}|(?<!\d)\d{{1,2}}\s+tháng\s", re.IGNORECASE)
_FIGURE_LEVELS = 3  # elements around a picture that can be its figure
_MAX_LEVELS = 6  # elements around a headline that can be its card
_CARD_LINES, _CARD_WORDS = 8, 110  # of the largest card: picture, date, headline, teaser
_CARD_TEXTS = 2  # its lines of running text
_CARD_REACH = 4  # lines between two headlines of a flat list
_MAX_COVER = 0.4  # share of the running text that an element put aside by its name may hold
_MAX_INSET = 0.25  # share of the running text that boxes beside it may hold
_BOXES = frozenset([Role.INSET, Role.FLOAT])
_FLOATING_WORDS = 8  # a floating line of fewer words is a signature or a date
_FRAME_TAGS = ("footer", "aside", "nav", "form")
_WALL = -60
_CONTAINER_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Core:
    """The running text of a page: its lines by number, and the element that holds most of them."""

    lines: tuple[int, ...]
    container: HtmlElement
    words: int


class Regions:
    """The regions of one page, each computed when first needed."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.blocks: Sequence[Block] = page.blocks
        self._roles: dict[HtmlElement, frozenset[Role]] = {}
        self._chains: dict[HtmlElement, tuple[HtmlElement, ...]] = {}

    def chain(self, element: HtmlElement) -> tuple[HtmlElement, ...]:
        """Return an element and those around it, from the inside out."""
        known = self._chains.get(element)
        if known is None:
            known = self._chains[element] = (element, *element.iterancestors())
        return known

    @cached_property
    def counts(self) -> list[int]:
        """The number of words of each line."""
        return [len(words(block.text)) for block in self.blocks]

    # --- names -----------------------------------------------------------------------------------

    def roles(self, element: HtmlElement) -> frozenset[Role]:
        """Return the roles of an element's own name."""
        known = self._roles.get(element)
        if known is None:
            known = self._roles[element] = roles_of(element)
        return known

    def roles_near(self, block: Block, levels: int = 2) -> frozenset[Role]:
        """Return the roles of the elements around a line, up to ``levels`` above its own."""
        around = self.chain(block.element)[: levels + 1]
        return frozenset().union(*(self.roles(element) for element in around))

    def is_clock(self, block: Block) -> bool:
        """Return True for a line that the theme names a clock: today, as the server had it."""
        inside = islice(block.element.iterdescendants("*"), _CLOCK_PARTS)
        named = any(Role.CLOCK in self.roles(element) for element in inside)
        return named or Role.CLOCK in self.roles_near(block, 1)

    # --- blocks that are put aside ---------------------------------------------------------------

    @cached_property
    def headlines(self) -> list[int]:
        """The lines that are links to other pages, with the words of a headline."""
        url = self.page.url
        return [
            i
            for i, block in enumerate(self.blocks)
            if block.links and _is_headline(block) and links_elsewhere(block, url)
        ]

    @cached_property
    def headline_set(self) -> frozenset[int]:
        """The lines of ``headlines``."""
        return frozenset(self.headlines)

    @cached_property
    def cards(self) -> frozenset[int]:
        """The lines of lists of other articles: headlines that recur in the same place."""
        groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for i in self.headlines:
            groups[tags_around(self.blocks[i].element)].append(i)
        found: set[int] = set()
        for group in groups.values():
            if len(group) >= _MIN_CARDS:
                found |= self._nested_cards(group)
                found |= self._flat_cards(group)
        lone = [i for i in self.headlines if i not in found]
        found |= lone_cards(lone, self.blocks, self.chain, self._sizes) if lone else set()
        return frozenset(found | self._dated_rows())

    def _dated_rows(self) -> set[int]:
        """Return the lines of records that have a day each: rows of a list of documents."""
        groups: dict[tuple[str, ...], list[HtmlElement]] = defaultdict(list)
        for block in self.blocks:
            if len(block.text) < _DATE_LINE and _DAY.search(block.text):
                groups[tags_around(block.element)].append(block.element)
        dated = [
            element for group in groups.values() if len(group) >= _MIN_ROWS for element in group
        ]
        if not dated:
            return set()
        held: Counter[HtmlElement] = Counter()
        for element in dated:
            for above in self.chain(element)[:_MAX_LEVELS]:
                held[above] += 1
        rows = {row for element in dated if (row := self._card(element, held)) is not None}
        titled = {row for row in rows if self._sizes.get(row, (0, 0, 0))[0] > 1}
        if len(titled) < _MIN_ROWS:
            return set()
        return {
            i
            for i, block in enumerate(self.blocks)
            if not titled.isdisjoint(self.chain(block.element))
        }

    def _nested_cards(self, group: Sequence[int]) -> set[int]:
        """Return the lines of the elements that hold one headline of ``group`` each."""
        own = {self.blocks[i].element for i in group}
        held: Counter[HtmlElement] = Counter()
        for element in own:
            for above in self.chain(element)[:_MAX_LEVELS]:
                held[above] += 1
        cards = {card for element in own if (card := self._card(element, held)) is not None}
        return {
            i
            for i, block in enumerate(self.blocks)
            if not cards.isdisjoint(self.chain(block.element))
        }

    def _card(self, element: HtmlElement, held: Counter[HtmlElement]) -> HtmlElement | None:
        """Return the largest element around a headline that is no larger than a card."""
        card = None
        for above in self.chain(element)[:_MAX_LEVELS]:
            lines, size, texts = self._sizes.get(above, (0, 0, 0))
            is_large = lines > _CARD_LINES or size > _CARD_WORDS or texts > _CARD_TEXTS
            if held[above] > 1 or is_large:
                break
            card = above
        return card

    @cached_property
    def _sizes(self) -> dict[HtmlElement, tuple[int, int, int]]:
        """Lines, words that are no links, and lines of running text in each element."""
        sizes: dict[HtmlElement, tuple[int, int, int]] = {}
        for block, size_of in zip(self.blocks, self.counts, strict=True):
            count = 0 if block.is_link else size_of
            text = count >= PARAGRAPH_WORDS
            for element in self.chain(block.element):
                lines, size, texts = sizes.get(element, (0, 0, 0))
                sizes[element] = (lines + 1, size + count, texts + text)
        return sizes

    def _flat_cards(self, group: Sequence[int]) -> set[int]:
        """Return the dates and teasers between headlines that are siblings of them."""
        parents = {id(self.blocks[i].element.getparent()) for i in group}
        if len(parents) > 1 and len(parents) == len(group):
            return set()
        gaps = [
            range(i + 1, after)
            for i, after in zip(group, [*group[1:], group[-1] + _CARD_REACH + 1], strict=True)
            if after - i <= _CARD_REACH + 1
        ]
        dated = sum(any(self._is_dated(j) for j in gap if j < len(self.blocks)) for gap in gaps)
        if len(gaps) < _MIN_CARDS or dated < len(gaps) / 2:
            return set()
        return {j for gap in gaps[:-1] for j in gap} | set(group)

    def _is_dated(self, index: int) -> bool:
        text = self.blocks[index].text
        return len(text) < 60 and find_date(text, self.page.fetched_at) is not None

    @cached_property
    def outside(self) -> frozenset[int]:
        """The lines of frames, comments, sharing, tags and boxes, by the names of elements."""
        around, sizes, total = self._named_elements()
        most = _MAX_COVER * total
        # A page builder wraps every paragraph in a "widget": such a name means nothing.
        shared: Counter[str] = Counter()
        for element, size in sizes.items():
            shared[first_name(element)] += size

        def is_box(element: HtmlElement) -> bool:
            size = max(sizes[element], shared[first_name(element)])
            return size <= most and element not in self._figures

        boxes = {i: [e for e in elements if is_box(e)] for i, elements in around.items()}
        lines = {i for i, found in boxes.items() if found and not self._is_quoted(i, found)}
        players = player_boxes(self.page.root, self.blocks, self.counts, self.chain)
        return frozenset(lines - self._own_captions(lines) | players) | self._insets(total)

    def _is_quoted(self, index: int, boxes: list[HtmlElement]) -> bool:
        """Return True if the only box around a line is an ``aside`` with a quotation."""
        return [box.tag for box in boxes] == ["aside"] and quotes_somebody(self.blocks[index])

    @cached_property
    def _figures(self) -> frozenset[HtmlElement]:
        """The elements that hold a picture with its caption and nothing else ("aside-img")."""
        parts: dict[HtmlElement, set[str]] = {}
        for block in self.blocks:
            part = "picture" if block.image else "caption" if block.caption else "text"
            for element in self.chain(block.element)[:_FIGURE_LEVELS]:
                parts.setdefault(element, set()).add(part)
        return frozenset(e for e, held in parts.items() if held == {"picture", "caption"})

    def _own_captions(self, lines: set[int]) -> set[int]:
        """Return the captions among ``lines`` whose picture is not put aside."""
        blocks = self.blocks
        return {
            i
            for i in lines
            if i and blocks[i].caption and blocks[i - 1].image and i - 1 not in lines
        }

    def _named_elements(
        self,
    ) -> tuple[dict[int, list[HtmlElement]], Counter[HtmlElement], int]:
        """Return the elements with an outside role by line, their words, and those of the page."""
        known = dict.fromkeys(author_cards(self.blocks, self.counts, self.chain, self.roles), True)
        sizes: Counter[HtmlElement] = Counter()
        around: dict[int, list[HtmlElement]] = {}
        total = 0
        for i, block in enumerate(self.blocks):
            size = self.counts[i] if not block.is_link and i not in self.cards else 0
            size = size if size >= PARAGRAPH_WORDS else 0
            total += size
            for element in self.chain(block.element):
                is_outside = known.get(element)
                if is_outside is None:
                    is_outside = known[element] = self._is_outside(element)
                if is_outside:
                    around.setdefault(i, []).append(element)
                    sizes[element] += size
        return around, sizes, total

    def _is_outside(self, element: HtmlElement) -> bool:
        if element.tag in ("body", "html", "main"):
            return False
        return element.tag in _FRAME_TAGS or not OUTSIDE.isdisjoint(self.roles(element))

    def _insets(self, total: int) -> frozenset[int]:
        """Return the lines of boxes that float, repeat the text or are in another language."""
        boxes: dict[int, HtmlElement] = {}
        sizes: Counter[HtmlElement] = Counter()
        for i, block in enumerate(self.blocks):
            box = self._box_around(block) if block.text and not block.caption else None
            if box is not None:
                boxes[i] = box
                sizes[box] += self.counts[i]
        if not boxes or sizes.total() > _MAX_INSET * total:
            return frozenset()
        text = " ".join(canonical(b.text) for i, b in enumerate(self.blocks) if i not in boxes)
        return frozenset(
            i
            for i, box in boxes.items()
            if (Role.FLOAT in self.roles(box) and sizes[box] >= _FLOATING_WORDS)
            or not is_vietnamese(self.blocks[i].text)
            or canonical(self.blocks[i].text) in text
        )

    def _box_around(self, block: Block) -> HtmlElement | None:
        """Return the outermost element with the name of a box beside the text, or None."""
        around = self.chain(block.element)[:_MAX_LEVELS]
        boxes = [element for element in around if self.roles(element) & _BOXES]
        return boxes[-1] if boxes else None

    @cached_property
    def aside(self) -> frozenset[int]:
        """All lines that are put aside."""
        return self.cards | self.outside

    # --- running text ----------------------------------------------------------------------------

    def is_paragraph(self, index: int) -> bool:
        """Return True if a line is running text that is not put aside."""
        block = self.blocks[index]
        if index in self.aside or block.is_link or index in self.headline_set:
            return False
        if block.caption == "figure":
            return False
        count = self.counts[index]
        if count < PARAGRAPH_WORDS:
            return False
        if count <= _MAX_DATE_WORDS and self._is_row_with_date(block.text):
            return False
        return not (begins_byline(block.text) and find_date(block.text, self.page.fetched_at))

    def _is_row_with_date(self, text: str) -> bool:
        """Return True for "PV - Thứ năm, 23/07/2026 06:00 (GMT+7) Chia sẻ Lưu tin"."""
        if text.endswith((".", ",", ";", ":")) or not _WRITTEN_DAY.search(text):
            return False
        if find_date(text, self.page.fetched_at) is None:
            return False
        return len(words(without_date(text))) <= _BESIDE_DATE

    @cached_property
    def core(self) -> Core | None:
        """The stretch of lines with the most running text, or None if there is none."""
        first, last = self._stretch()
        lines = [i for i in range(first, last + 1) if self.is_paragraph(i)]
        if not lines:
            return None
        sizes = {i: self.counts[i] for i in lines}
        container = self._container(sizes)
        own = tuple(i for i in lines if container in self.chain(self.blocks[i].element))
        return Core(own, container, sum(sizes[i] for i in own))

    def _stretch(self) -> tuple[int, int]:
        """Return the first and last line of the best stretch: the greatest sum of the weights."""
        best = (0, -1, 0)
        start, total = 0, 0
        for i in range(len(self.blocks)):
            if total <= 0:
                start, total = i, 0
            total += self._weight(i)
            if total > best[2]:
                best = (start, i, total)
        return best[0], best[1]

    def _weight(self, index: int) -> int:
        block = self.blocks[index]
        text = block.text
        if index in self.aside:
            return -2
        if block.image is not None or is_noise(text):
            return 0
        if is_imprint(text) or (ends_article(text) and not is_box_heading(text)):
            return _WALL
        count = self.counts[index]
        if block.is_link or index in self.headline_set:
            return -4 - count if count >= HEADLINE_WORDS else -4
        if count >= PARAGRAPH_WORDS:
            return min(count, 120)
        return -1

    def _container(self, sizes: dict[int, int]) -> HtmlElement:
        """Return the deepest element that holds most of the running text."""
        total = sum(sizes.values())
        held: Counter[HtmlElement] = Counter()
        for i, size in sizes.items():
            element = self.blocks[i].element
            for above in self.chain(element):
                held[above] += size
        heaviest = self.blocks[max(sizes, key=sizes.__getitem__)].element
        for element in self.chain(heaviest):
            if held[element] >= _CONTAINER_SHARE * total:
                return element
        return heaviest


def _is_headline(block: Block) -> bool:
    """Return True if a line is mostly a link with the words of a headline: a date can follow it."""
    longest = max(block.links, key=lambda link: len(link.text))
    is_main = len(longest.text) >= _HEADLINE_SHARE * len(block.text)
    return is_main and len(words(longest.text)) >= HEADLINE_WORDS
