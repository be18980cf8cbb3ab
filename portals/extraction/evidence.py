"""Reading a page without a description: for each field all candidates, and what speaks for each.

Where a system is known, the first plausible strategy is right. Where none is, no single witness may
decide: a line with a date can be the weather's, a comment's or that of another article's card. The
best supported candidate wins; ``provenance`` names its witnesses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeGuard

from lxml.html import HtmlElement

from portals.extraction.header import leads_elsewhere
from portals.extraction.roles import Role
from portals.extraction.title_evidence import TAIL_LINES, Candidate, TitleEvidence
from portals.language.bylines import (
    Signature,
    ends_article,
    is_author_label,
    is_box_heading,
    is_noise,
    read_byline,
    read_signature,
    read_view_count,
)
from portals.language.dates import (
    DateReading,
    clock_in,
    find_date,
    is_document_day,
    names_update,
    without_date,
)
from portals.language.text import canonical, is_vietnamese, words

_LABEL_WORDS = 4  # a menu entry has fewer
_ABOVE_LINES = 4  # lines above the title that can have the view count
_MIN_LEAD_WORDS, _MAX_LEAD_WORDS = 12, 120
_MAX_BYLINE = 160  # characters
_BESIDE_DATE = 9  # words of a line with a date that are no sentence
_CLOCK_LINES = 2  # lines above and below that of a day that can have its time
_MAX_LEVELS = 12  # elements above a line in which its place is named


@dataclass(frozen=True, slots=True)
class DatedLine:
    """The line with the publication date."""

    index: int
    reading: DateReading
    support: float


class Evidence(TitleEvidence):
    """The evidence on one page."""

    # --- date ------------------------------------------------------------------------------------

    @cached_property
    def date(self) -> DatedLine | None:
        """The best supported date of publication that the page shows, or None."""
        title = self.title
        if title is None or not self.lines:
            return None
        lines = [
            DatedLine(i, reading, self._date_support(i, reading, title))
            for i, reading in self.dates.items()
        ]
        best = max(lines, key=lambda one: one.support, default=None)
        return best if best is not None and best.support > 0 else None

    def _date_support(self, index: int, reading: DateReading, title: Candidate) -> float:
        block = self.blocks[index]
        is_title = title.index <= index <= title.last
        if is_title and canonical(block.text) == canonical(title.text):
            return -9.0  # a day in the words of the title
        rest = "" if is_title else without_date(block.text)
        is_named = Role.DATE in self.regions.roles_near(block, 1)
        machine = self.metadata.date
        witnesses = (
            (2.0, is_noise(rest) or not words(rest)),
            (-5.0, _is_sentence(block.text, rest)),
            (-6.0, is_document_day(block.text) and not is_named),
            (2.0, reading.precision == "minute"),
            (2.0, is_named),
            (-6.0, index < title.index and self.regions.is_clock(block)),
            (-10.0, Role.COMMENTS in self.regions.roles_near(block, _MAX_LEVELS)),
            (-2.0, index in self.regions.aside),
            (-1.0, names_update(block.text)),
            (-3.0, block.is_link and leads_elsewhere(block, self.page.url)),
            (3.0, machine is not None and machine.at.date() == reading.at.date()),
            (3.0, self.page.listed_day == reading.at.date()),
        )
        return self._date_place(index, title) + sum(w for w, applies in witnesses if applies)

    def _date_place(self, index: int, title: Candidate) -> float:
        first, last = self.first, self.last
        if title.index <= index <= first:
            return 4.0 - 0.2 * max(0, index - title.last)
        if first < index <= last:
            return -2.0
        if index > last:
            return 1.5 - 0.2 * (index - last)
        distance = title.index - index
        is_today = (
            self.dates[index].at.date()
            == self.page.fetched_at.astimezone(self.dates[index].at.tzinfo).date()
        )
        return 2.5 - 0.5 * distance - (4.0 if is_today else 0.0)

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
        if block.is_link or block.caption or not _MIN_LEAD_WORDS <= count <= _MAX_LEAD_WORDS:
            return False
        assert self.title is not None
        is_title = canonical(block.text) == canonical(self.title.text)
        is_foreign = self.is_vietnamese and not is_vietnamese(block.text)
        return not is_title and not is_foreign and not is_noise(block.text)

    def _first_line_as_lead(self) -> tuple[int, str] | None:
        first = self.first
        block = self.blocks[first]
        if len(self.lines) < 2 or not self._reads_as_lead(first):
            return None
        others = [self.blocks[i] for i in self.lines[1:]]
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
        return None

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
            if (i in self.dates and len(words(rest)) > _BESIDE_DATE) or is_author_label(rest):
                continue
            signature = read_byline(rest, is_named=named)
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
        for i in range(max(0, title.index - 2), title.index):
            is_named = Role.AUTHOR in self.regions.roles_near(self.blocks[i], 1)
            if is_named or i in self.dates:
                yield i

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

    def minute_of(self, shown: DatedLine) -> tuple[DateReading, str] | None:
        """Return the minute that machine data give for a shown day, with the rule, or None."""
        if clock := self._clock_beside(shown.index):
            reading = find_date(f"{clock} {shown.reading.at:%d/%m/%Y}", self.page.fetched_at)
            if _refines(reading, shown.reading):
                return reading, "shown day and time"
        element = self.blocks[shown.index].element
        near = (element, *element.iter("time"), *element.iterancestors("time"))
        for times, rule in ((near, "the shown day"), (self._times(), "the same day")):
            exact = {
                reading.at: reading
                for time in times
                if (reading := self._machine_date(time)) and _refines(reading, shown.reading)
            }
            if len(exact) == 1:
                return next(iter(exact.values())), f"time datetime of {rule}"
        machine = self.metadata.date
        if _refines(machine, shown.reading):
            return machine, f"{self.metadata.date_rule} of the shown day"
        return None

    def _clock_beside(self, index: int) -> str:
        """Return the time of day in a line beside that of the day, or ``""``."""
        beside = range(
            max(0, index - _CLOCK_LINES), min(len(self.blocks), index + _CLOCK_LINES + 1)
        )
        return next((clock for i in beside if (clock := clock_in(self.blocks[i].text))), "")

    @property
    def machine_time(self) -> DateReading | None:
        """The time in the element around title and text, if it has one only, or None."""
        times = {at.at: at for time in self._times() if (at := self._machine_date(time))}
        return next(iter(times.values())) if len(times) == 1 else None

    def _machine_date(self, element: HtmlElement) -> DateReading | None:
        value = element.get("datetime") or (element.get("title") if element.tag == "abbr" else "")
        return find_date(value, self.page.fetched_at) if value else None

    def _times(self) -> Iterator[HtmlElement]:
        """Yield the times in the element around title and text, but for comments and cards."""
        assert self.title is not None
        core = self.regions.core
        title = self.blocks[self.title.index].element
        above = set(title.iterancestors())
        if core is None:
            return
        scope = next((e for e in core.container.iterancestors() if e in above), None)
        if scope is None:
            return
        cards = {self.blocks[i].element for i in self.regions.cards}
        for time in scope.iter("time", "abbr"):
            around = (time, *time.iterancestors())
            if not any(e in cards or Role.COMMENTS in self.regions.roles(e) for e in around):
                yield time

    @cached_property
    def signed(self) -> Signature:
        """Author and source in the lines below the text, outside its element."""
        if not self.lines:
            return Signature()
        author = source = None
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
            if found is None and Role.AUTHOR in named:
                found = read_byline(text, is_named=True)
            if found is not None:
                author, source = author or found.author, source or found.source
        return Signature(author=author, source=source)

    def _signed_lines(self) -> Iterator[int]:
        last = self.last
        for i in range(last + 1, min(len(self.blocks), last + 1 + TAIL_LINES)):
            block = self.blocks[i]
            named = self.regions.roles_near(block, 2)
            if i in self.regions.cards or Role.COMMENTS in named:
                return
            if ends_article(block.text):
                return
            is_named = not {Role.AUTHOR, Role.SOURCE}.isdisjoint(named)
            if (
                block.text
                and len(block.text) <= _MAX_BYLINE
                and (i not in self.regions.outside or is_named)
            ):
                yield i

    def is_no_author(self, name: str) -> bool:
        """Return True if a name is that of the site, of a menu entry or of the section."""
        plain = canonical(name)
        if is_box_heading(name) or ends_article(name):
            return True
        if name == self.byline.author and self._is_byline_named:
            return False
        above = self.labels.get(plain, len(self.blocks))
        is_menu = self.title is not None and above < self.title.index
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

    def used_lines(self, before: int) -> Iterator[int]:
        """Yield the lines above ``before`` that are date, byline or lead."""
        if self.date and self.date.index < before:
            yield self.date.index
        if self.lead and self.lead[0] < before:
            yield self.lead[0]

    def is_within(self, index: int, container: HtmlElement) -> bool:
        """Return True if a line is in ``container``."""
        return container in self.regions.chain(self.blocks[index].element)


def _is_sentence(text: str, rest: str) -> bool:
    """Return True if the rest of a line with a date is running text."""
    count = len(words(rest))
    return count > _BESIDE_DATE or (text.endswith(".") and count > 4)


def _refines(exact: DateReading | None, shown: DateReading) -> TypeGuard[DateReading]:
    """Return True if ``exact`` has the minute of the day ``shown``."""
    return exact is not None and exact.precision == "minute" and exact.at.date() == shown.at.date()
