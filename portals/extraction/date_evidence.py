"""The date of a page without a description: all lines with a date, and what speaks for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import islice
from typing import TypeGuard

from lxml.html import HtmlElement

from portals.extraction.boxes import tags_around
from portals.extraction.header import leads_elsewhere
from portals.extraction.roles import Role
from portals.extraction.title_evidence import Candidate, TitleEvidence
from portals.language.date_labels import (
    is_document_day,
    names_document_day,
    names_member_day,
    names_update,
)
from portals.language.dates import (
    DateReading,
    clock_in,
    find_date,
    find_moment,
    without_date,
)
from portals.language.noise import is_noise
from portals.language.text import canonical, words

BESIDE_DATE = 9
"""Words of a line with a date that are no sentence."""

_NOW = timedelta(minutes=15)
_CLOCK_LINES = 2  # lines above and below that of a day that can have its time
_LINE_PARTS = 12  # elements inside the line of a date that can have it as an attribute
_MAX_VALUE = 40  # characters of such an attribute
_MAX_LEVELS = 12  # elements above a line in which its place is named


@dataclass(frozen=True, slots=True)
class DatedLine:
    """The line with the publication date."""

    index: int
    reading: DateReading
    support: float


class DateEvidence(TitleEvidence):
    """The evidence for the date of publication of one page."""

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
        label = block.text if words(rest) or not index else self.blocks[index - 1].text
        witnesses = (
            (2.0, is_noise(rest) or not words(rest)),
            (-5.0, _is_sentence(block.text, rest)),
            (-6.0, is_document_day(block.text) and not is_named),
            (-3.0, names_document_day(label)),
            (-12.0, names_member_day(label)),
            (2.0, reading.precision == "minute"),
            (2.0, is_named),
            (3.0, Role.AUTHOR in self.regions.roles_near(block) and not words(rest)),
            (-6.0, index < title.index and self.regions.is_clock(block)),
            (-10.0, Role.COMMENTS in self.regions.roles_near(block, _MAX_LEVELS)),
            (-10.0, index in self.replies),
            (3.0, index == self._first_post),
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
            is_below_lead = len(self.lines) > 1 and index < self.lines[1]
            return 2.0 if is_below_lead and index not in self.regions.aside else -2.0
        if index > last:
            return 1.5 - 0.2 * (index - last)
        distance = title.index - index
        is_now = self._is_today(index) and self._is_now(index)
        return 2.5 - 0.5 * distance - 4.0 * self._is_today(index) - 3.0 * is_now

    @cached_property
    def replies(self) -> frozenset[int]:
        """The dates below the text that are set like one above it: of the replies in a thread."""
        groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for i in self.dates:
            groups[tags_around(self.blocks[i].element)].append(i)
        posts = [group for group in groups.values() if self._is_of_a_post(min(group))]
        return frozenset(i for group in posts for i in group if i > self.last)

    def _is_of_a_post(self, index: int) -> bool:
        """Return True for a date above the text that is not the clock of the page."""
        return index < self.first and not self._is_today(index)

    def _is_today(self, index: int) -> bool:
        at = self.dates[index].at
        return at.date() == self.page.fetched_at.astimezone(at.tzinfo).date()

    def _is_now(self, index: int) -> bool:
        """Return True for the time at which the page was served: a clock."""
        reading = self.dates[index]
        return reading.precision == "minute" and abs(reading.at - self.page.fetched_at) < _NOW

    @cached_property
    def _first_post(self) -> int | None:
        """The date of the first post of a thread, or None."""
        shapes = {tags_around(self.blocks[i].element) for i in self.replies}
        above = (i for i in self.dates if i < self.first)
        return next((i for i in above if tags_around(self.blocks[i].element) in shapes), None)

    def minute_of(self, shown: DatedLine) -> tuple[DateReading, str] | None:
        """Return the minute that machine data give for a shown day, with the rule, or None."""
        if clock := self._clock_beside(shown.index):
            reading = find_date(f"{clock} {shown.reading.at:%d/%m/%Y}", self.page.fetched_at)
            if _refines(reading, shown.reading):
                return reading, "shown day and time"
        near = self._near_times(shown)
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

    def moment_of(self, shown: DatedLine) -> tuple[DateReading, str] | None:
        """Return the moment that machine data give for a relative date ("2 giờ trước"), or None."""
        for element in self._near_times(shown):
            for value in element.attrib.values():
                if len(value) <= _MAX_VALUE and (at := find_moment(value, self.page.fetched_at)):
                    return at, "attribute of the shown date"
        if self.metadata.date is not None:
            return self.metadata.date, self.metadata.date_rule
        return None

    def _near_times(self, shown: DatedLine) -> tuple[HtmlElement, ...]:
        """Return the elements of a shown date: of its line, inside and around it."""
        element = self.blocks[shown.index].element
        inside = islice(element.iterdescendants("*"), _LINE_PARTS)
        return (element, *inside, *element.iterancestors("time"))

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


def _is_sentence(text: str, rest: str) -> bool:
    """Return True if the rest of a line with a date is running text."""
    count = len(words(rest))
    return count > BESIDE_DATE or (text.endswith(".") and count > 4)


def _refines(exact: DateReading | None, shown: DateReading) -> TypeGuard[DateReading]:
    """Return True if ``exact`` has the minute of the day ``shown``."""
    return exact is not None and exact.precision == "minute" and exact.at.date() == shown.at.date()
