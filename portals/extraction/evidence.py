"""Reading a page without a description: for each field all candidates, and what speaks for each.

Where a system is known, the first plausible strategy is right. Where none is, no single witness may
decide: a line with a date can be the weather's, a comment's or that of another article's card. The
best supported candidate wins; ``provenance`` names its witnesses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from lxml.html import HtmlElement

from portals.extraction.blocks import Block
from portals.extraction.date_evidence import BESIDE_DATE, DateEvidence
from portals.extraction.roles import Role
from portals.extraction.title_evidence import TAIL_LINES
from portals.language.bylines import (
    Signature,
    is_author_label,
    names_other_person,
    read_byline,
    read_signature,
)
from portals.language.dates import without_date
from portals.language.headings import ends_article, is_box_heading
from portals.language.noise import is_noise, read_view_count
from portals.language.text import canonical, is_vietnamese, words

_LABEL_WORDS = 4  # a menu entry has fewer
_ABOVE_LINES = 4  # lines above the title that can have the view count
_MIN_LEAD_WORDS, _MAX_LEAD_WORDS = 12, 120
_MAX_NAMED_LEAD_WORDS = 250  # in an element that is named like a lead
_MAX_BYLINE = 160  # characters


class Evidence(DateEvidence):
    """The evidence on one page."""

    # --- header lines ----------------------------------------------------------------------------

    @cached_property
    def header_lines(self) -> list[int]:
        """The lines between title and text, with those just above the title."""
        title = self.title
        if title is None or not self.lines:
            return []
        above = range(max(0, title.index - _ABOVE_LINES), title.index)
        return [*above, *range(title.last + 1, self.first)]

    @cached_property
    def lead(self) -> tuple[int, str] | None:
        """The line of the lead and its rule, or None: above the text, or its first line."""
        title = self.title
        if title is None or not self.lines:
            return None
        for i in range(title.last + 1, self.first):
            is_named = Role.LEAD in self.regions.roles_near(self.blocks[i])
            if i in self.regions.aside and not is_named:
                continue
            if self._reads_as_lead(i) and (not self.date or i != self.date.index):
                return i, "above the text"
        return self._first_line_as_lead()

    def _reads_as_lead(self, index: int) -> bool:
        block = self.blocks[index]
        count = len(words(block.text))
        is_named = count > _MAX_LEAD_WORDS and Role.LEAD in self.regions.roles_near(block, 1)
        most = _MAX_NAMED_LEAD_WORDS if is_named else _MAX_LEAD_WORDS
        if block.is_link or block.caption or not _MIN_LEAD_WORDS <= count <= most:
            return False
        if index in self.dates and len(words(without_date(block.text))) < _MIN_LEAD_WORDS:
            return False
        assert self.title is not None
        is_title = canonical(block.text) == canonical(self.title.text)
        return not is_title and not self._is_foreign(index) and not is_noise(block.text)

    def _is_foreign(self, index: int) -> bool:
        """Return True for a line in another language: filler of the theme's maker, as a rule."""
        return self.is_vietnamese and not is_vietnamese(self.blocks[index].text)

    def _first_line_as_lead(self) -> tuple[int, str] | None:
        own = [i for i in self.lines if not self._is_foreign(i)]
        if len(own) < 2 or not self._reads_as_lead(own[0]):
            return None
        first = own[0]
        block = self.blocks[first]
        others = [self.blocks[i] for i in own[1:]]
        if Role.LEAD in self.regions.roles_near(block, 1):
            return first, "named"
        if block.heading and not any(other.heading == block.heading for other in others):
            return first, "heading"
        for style in ("bold", "italic"):
            share = sum(getattr(other, style) for other in others) / len(others)
            if getattr(block, style) and share < 0.5:
                return first, style
        parents = {id(other.element.getparent()) for other in others}
        is_apart = id(block.element.getparent()) not in parents and not any(
            other.element is block.element for other in others
        )
        if is_apart and len(parents) == 1:
            return first, "box of its own"
        return (first, "box of the title") if self.title_box is not None else None

    @cached_property
    def title_box(self) -> HtmlElement | None:
        """The element with the title and the first running text, but with no other, or None."""
        if self.title is None or len(self.lines) < 2:
            return None
        above = self.regions.chain(self.blocks[self.title.index].element)
        first = set(self.regions.chain(self.blocks[self.first].element))
        box = next((element for element in above if element in first), None)
        if box is None or any(self.is_within(i, box) for i in self.lines[1:]):
            return None
        return box

    @property
    def byline(self) -> Signature:
        """Author and source in the header."""
        return self._byline[0]

    @property
    def byline_index(self) -> int | None:
        """The line of the byline, or None."""
        return self._byline[1]

    @cached_property
    def _byline(self) -> tuple[Signature, int | None]:
        for i in self._byline_lines():
            block = self.blocks[i]
            text = block.text
            if not text or len(text) > _MAX_BYLINE or i == self._lead_index or self._in_menu(i):
                continue
            named = Role.AUTHOR in self.regions.roles_near(block, 1)
            rest = without_date(text) if i in self.dates else text
            if (i in self.dates and len(words(rest)) > BESIDE_DATE) or is_author_label(rest):
                continue
            if i and names_other_person(self.blocks[i - 1].text):
                continue
            signature = _linked_name(block, read_byline(rest, is_named=named))
            if signature and (signature.author or signature.source):
                return signature, i
        return Signature(), None

    def _in_menu(self, index: int) -> bool:
        """Return True if a line is one of three links or more below each other."""
        runs = (range(index - 2, index + 1), range(index - 1, index + 2), range(index, index + 3))
        return any(
            all(0 <= i < len(self.blocks) and self.blocks[i].is_link for i in run) for run in runs
        )

    def _byline_lines(self) -> Iterator[int]:
        title = self.title
        if title is None or not self.lines:
            return
        for i in range(title.last + 1, self.first):
            if i not in self.regions.cards:
                yield i
        yield from self._around_date()
        for i in range(max(0, title.index - 2), title.index):
            is_named = Role.AUTHOR in self.regions.roles_near(self.blocks[i], 1)
            if is_named or i in self.dates:
                yield i
        yield from self._beside_date_above(title.index)

    def _beside_date_above(self, title: int) -> Iterator[int]:
        """Yield the lines in one list with a date above the title: name, day, minutes to read."""
        if self.date is None or self.date.index >= title:
            return
        row = self.blocks[self.date.index].element.getparent()
        for i in (self.date.index - 1, self.date.index + 1):
            is_member = bool(self.replies) and self.blocks[i].is_link
            if 0 <= i < title and (is_member or self.blocks[i].element.getparent() is row):
                yield i

    def _around_date(self) -> Iterator[int]:
        """Yield the lines beside the date, where it follows a lead or is in a box of its own."""
        if self.date is None:
            return
        at = self.date.index
        is_in_card = Role.AUTHOR in self.regions.roles_near(self.blocks[at])
        after_lead = self._lead_index == self.first and self.first < at < self._second
        for i in (at - 1, at, at + 1):
            if not 0 <= i < len(self.blocks) or i in self.regions.cards:
                continue
            if (after_lead and self.first < i < self._second) or (
                is_in_card and Role.AUTHOR in self.regions.roles_near(self.blocks[i])
            ):
                yield i

    @property
    def _second(self) -> int:
        """The second line of running text, or the end of the page."""
        return self.lines[1] if len(self.lines) > 1 else len(self.blocks)

    @property
    def _lead_index(self) -> int | None:
        return self.lead[0] if self.lead else None

    @cached_property
    def view_count(self) -> int | None:
        """The number of views beside title or text."""
        lines = self.header_lines
        if self.lines:
            lines = [*lines, *range(self.last, min(len(self.blocks), self.last + TAIL_LINES))]
        counts = (
            read_view_count(self.blocks[i].text) for i in lines if len(self.blocks[i].text) < 200
        )
        return next((count for count in counts if count is not None), None)

    @property
    def led_by_label(self) -> bool:
        """True if the title is the text of a menu entry that leads to the page.

        Not every short text is one: "Bài trước" and "Chi tiết" lead to articles.
        """
        assert self.title is not None
        short = {text for text in self.page.link_texts if 0 < len(words(text)) < _LABEL_WORDS}
        return canonical(self.title.text) in {canonical(text) for text in short}

    @property
    def has_headline_above_text(self) -> bool:
        """True if the headline of another article is between the title and the text."""
        assert self.title is not None
        return any(self.title.last < i < self.first for i in self.regions.headlines)

    @cached_property
    def headings(self) -> list[str]:
        """The headings of the page that are not put aside."""
        return [
            block.text
            for i, block in enumerate(self.blocks)
            if 1 <= block.heading <= 3 and i not in self.regions.aside and len(block.text) < 200
        ]

    @property
    def signed(self) -> Signature:
        """Author and source in the lines below the text."""
        return self._signed[0]

    @cached_property
    def _signed(self) -> tuple[Signature, frozenset[int]]:
        """Author and source below the text, and the lines that have them."""
        if not self.lines:
            return Signature(), frozenset()
        author = source = None
        used = set()
        for i in self._signed_lines():
            block = self.blocks[i]
            named = self.regions.roles_near(block, 2)
            is_apart = block.align in ("right", "end") or block.bold or Role.AUTHOR in named
            text = without_date(block.text) if i in self.dates else block.text
            if is_author_label(self.blocks[i - 1].text):
                text, named = f"Tác giả: {text}", named | {Role.AUTHOR}
            elif is_author_label(text):
                continue
            found = read_signature(text, set_apart=is_apart) if text else None
            if found is None and Role.AUTHOR in named and not self.replies:
                found = read_byline(text, is_named=True)
            if found is not None:
                author, source = author or found.author, source or found.source
                used.add(i)
        return Signature(author=author, source=source), frozenset(used)

    def _signed_lines(self) -> Iterator[int]:
        last = self.last
        is_below_list = False
        for i in range(last + 1, min(len(self.blocks), last + 1 + TAIL_LINES)):
            block = self.blocks[i]
            named = self.regions.roles_near(block, 2)
            is_named = not {Role.AUTHOR, Role.SOURCE}.isdisjoint(named)
            if i in self.regions.cards:
                is_below_list = True
                continue
            if Role.COMMENTS in named or ends_article(block.text) or i in self.replies:
                return
            if is_below_list and not is_named:
                continue
            if (
                block.text
                and len(block.text) <= _MAX_BYLINE
                and (i not in self.regions.outside or is_named)
            ):
                yield i

    def shows(self, name: str) -> bool:
        """Return True if a line of the header, or below the text, has the first of the names."""
        wanted = f" {canonical(name.split(' - ', maxsplit=1)[0])} "
        below = range(self.last + 1, min(len(self.blocks), self.last + 1 + TAIL_LINES))
        return any(
            wanted in f" {canonical(self.blocks[i].text)} "
            for i in (*self.header_lines, *below)
            if len(self.blocks[i].text) <= _MAX_BYLINE
        )

    def is_no_author(self, name: str) -> bool:
        """Return True if a name is that of the site, of a menu entry or of the section."""
        plain = canonical(name)
        if is_box_heading(name) or ends_article(name):
            return True
        if name == self.byline.author and self._is_byline_named:
            return False
        above = self.labels.get(plain, len(self.blocks))
        is_menu = self.title is not None and above < self.title.index and above != self.byline_index
        return is_menu or plain in self.site_names

    @property
    def _is_byline_named(self) -> bool:
        index = self.byline_index
        return index is not None and Role.AUTHOR in self.regions.roles_near(self.blocks[index], 1)

    @cached_property
    def header_fields(self) -> frozenset[int]:
        """The lines with date and byline, which are no text wherever they are."""
        date = {self.date.index} if self.date else set()
        return frozenset(date | {i for i in (self.byline_index,) if i is not None})

    def repeats_byline(self, index: int) -> bool:
        """Return True if a line below the text has only the author that is known from elsewhere."""
        text = self.blocks[index].text
        author = self.byline.author or self.signed.author
        if author is None or read_signature(text, set_apart=True) is not None:
            return False  # a signature is read with the lines beside it
        is_named = Role.AUTHOR in self.regions.roles_near(self.blocks[index], 1)
        found = read_byline(text, is_named=is_named)
        return found is not None and found.author == author

    def used_lines(self, before: int) -> Iterator[int]:
        """Yield the lines above ``before`` that are date, byline or lead."""
        if self.date and self.date.index < before:
            yield self.date.index
        if self.lead and self.lead[0] < before:
            yield self.lead[0]

    def is_within(self, index: int, container: HtmlElement) -> bool:
        """Return True if a line is in ``container``."""
        return container in self.regions.chain(self.blocks[index].element)


def _linked_name(block: Block, found: Signature | None) -> Signature | None:
    """Return a signature whose name ends where its link ends: "Thu HàBáo Lao Động" has no space."""
    if found is None or found.author is None:
        return found
    for link in block.links:
        if link.text != found.author and found.author.startswith(link.text):
            linked = read_byline(link.text)
            return replace(found, author=linked.author) if linked and linked.author else found
    return found
