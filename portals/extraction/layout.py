"""Extracting an article by the order of its lines, independent of tags and class names.

A layout declares, for one portal, the pattern of the date line and the lines around it. The page is
an ordered list of blocks; the date line anchors the header, and the story runs from there to the
line that ends it. The same declaration works for tables, ``div``, ``font`` and ``br``, and for text
pasted from Word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from statistics import median
from typing import Literal

from portals.extraction.blocks import Block
from portals.extraction.header import (
    DateLine,
    Header,
    date_beside,
    date_lines,
    header_at,
    leads_elsewhere,
    lenient,
)
from portals.extraction.page import Page
from portals.extraction.story import ArticleContent, read_story
from portals.extraction.story_end import end_of_story, without_page_frames
from portals.extraction.validity import ALWAYS, Validity
from portals.language.dates import DateReading, UnreadableDateError, read_date
from portals.language.noise import is_noise, read_view_count
from portals.language.text import canonical, words

MIN_STORY_WORDS = 20
"""A story has at least this many words; the shortest real articles seen have about 30."""

_MIN_UNDATED_WORDS = 60
_LIST_GAP_WORDS = 60
_HEADLINE_WORDS = 4
_VIEWS_ABOVE, _VIEWS_BELOW = 3, 4  # lines around header and end that can have the view count
_TRIED = 20  # dated headers of one page for which a story is extracted
_MAX_NAMED = 3  # lines that repeat the title of the page


@dataclass(frozen=True)
class Layout:
    """The order of the lines on the article pages of one portal. Patterns match whole lines.

    ``date``: the publication date line. ``title``: the side of it on which the title is.
    ``lead``: the first line of the story is its lead: always, or only if it is bold.
    ``section_before``: the control below the line with the section. ``ends``: lines that end the
    story, in addition to the common ones. ``noise``: lines to drop, in addition to the common ones.
    ``plain_captions``: captions have no style of their own and are recognised by their wording.
    ``validity``: the days on which the portal had this layout.
    """

    date: str
    title: Literal["before", "after"] = "before"
    lead: Literal["", "first", "bold"] = ""
    section_before: str | None = None
    ends: tuple[str, ...] = ()
    noise: tuple[str, ...] = ()
    plain_captions: bool = False
    validity: Validity = ALWAYS

    @cached_property
    def date_pattern(self) -> re.Pattern[str]:
        """The date line, compiled."""
        return lenient(self.date)

    @cached_property
    def end_pattern(self) -> re.Pattern[str] | None:
        """The lines of ``ends``, compiled."""
        return _any_of(self.ends)

    @cached_property
    def noise_pattern(self) -> re.Pattern[str] | None:
        """The lines of ``noise``, compiled."""
        return _any_of(self.noise)

    @cached_property
    def section_pattern(self) -> re.Pattern[str] | None:
        """The control of ``section_before``, compiled."""
        return _any_of((self.section_before,) if self.section_before else ())


@dataclass(slots=True)
class LayoutReading:
    """The fields that a layout found; ``date_reason``: why there is no date."""

    title: str
    story: ArticleContent
    date: DateReading | None = None
    date_reason: str = ""
    section: str | None = None
    view_count: int | None = None


def read_layout(page: Page, layout: Layout) -> LayoutReading | None:
    """Return the article that ``layout`` finds on the page, or None.

    Of several dated headers, one with the title of the page's head is preferred, then one that is a
    heading, then the one with the longest story.
    """
    dates = date_lines(page.blocks, layout.date_pattern, layout.title)
    dated = frozenset(i for line in dates for i in range(line.first, line.last + 1))
    headers = [
        (header, gap)
        for line, gap, is_apart in _apart(page.blocks, dates)
        if (header := header_at(page, line, dated, layout.title, layout.noise_pattern))
        and (is_apart or header.is_named)
        and not _begins_with_headline(page, header.last + 1, layout)
    ]
    headers.sort(key=lambda item: (item[0].is_named, item[0].is_heading, item[1]), reverse=True)
    found = [(header, read_around(page, header, dated, layout)) for header, _ in headers[:_TRIED]]
    found = [item for item in found if item[1].story.word_count >= MIN_STORY_WORDS]
    best = max(
        found,
        key=lambda item: (item[0].is_named, item[0].is_heading, item[1].story.word_count),
        default=None,
    )
    if best is None or not best[0].is_named:
        named = _read_named(page, dated, layout)
        if named:
            return named
    if best is None:
        return None
    header, reading = best
    _read_date_line(reading, header.date_text, page.fetched_at)
    return reading


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    return (
        re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
        if patterns
        else None
    )


def _apart(blocks: Sequence[Block], dates: Sequence[DateLine]) -> list[tuple[DateLine, int, bool]]:
    """Return each date line, the words between it and the next, and whether they can be a story.

    In a listing of dated links none can.
    """
    ends = [*(line.first for line in dates[1:]), len(blocks)]
    gaps = [
        _plain_words(blocks[line.last + 1 : end]) for line, end in zip(dates, ends, strict=False)
    ]
    least = min(_LIST_GAP_WORDS, 3 * median(gaps) + 1) if len(dates) > 2 else 0
    return [(line, gap, gap >= least) for line, gap in zip(dates, gaps, strict=True)]


def _begins_with_headline(page: Page, start: int, layout: Layout) -> bool:
    for block in page.blocks[start : start + 4]:
        if block.image is None and not _is_header_noise(block, layout):
            is_headline = block.is_link and len(words(block.text)) >= _HEADLINE_WORDS
            return is_headline and leads_elsewhere(block, page.url)
    return False


def _plain_words(blocks: Sequence[Block]) -> int:
    return sum(len(words(block.text)) for block in blocks if not block.is_link)


def _is_header_noise(block: Block, layout: Layout) -> bool:
    text = block.text
    return is_noise(text) or bool(layout.noise_pattern and layout.noise_pattern.fullmatch(text))


def read_around(page: Page, header: Header, dated: frozenset[int], layout: Layout) -> LayoutReading:
    """Return the story under ``header``; ``dated``: the lines with dates."""
    blocks = page.blocks
    start = header.last + 1
    part = without_page_frames(blocks, start, header.first)
    numbers = {id(block): i for i, block in enumerate(part)} if dated else {}
    later = frozenset(numbers[id(blocks[i])] for i in dated if id(blocks[i]) in numbers)
    end = end_of_story(part, later, layout.end_pattern)
    content = [block for i, block in enumerate(part[:end]) if i not in later]
    story = read_story(
        _without_repeated_title(content, header.title),
        noise=layout.noise_pattern,
        lead=layout.lead,
        plain_captions=layout.plain_captions,
    )
    near = [
        *blocks[max(0, header.first - _VIEWS_ABOVE) : start + _VIEWS_BELOW],
        *part[max(0, end - _VIEWS_BELOW) : end + _VIEWS_BELOW],
    ]
    counted = (read_view_count(block.text) for block in near if len(block.text) < 200)
    return LayoutReading(
        title=header.title,
        story=story,
        section=_section(blocks, header.first, layout),
        view_count=next((count for count in counted if count is not None), None),
    )


def _without_repeated_title(blocks: list[Block], title: str) -> list[Block]:
    """Return ``blocks`` without repetitions of the title above or below the text."""
    wanted = canonical(title)
    repeats = {i for i, block in enumerate(blocks) if canonical(block.text) == wanted}
    if not repeats:
        return blocks
    texts = [i for i, b in enumerate(blocks) if i not in repeats and len(words(b.text)) >= 12]
    first, last = (texts[0], texts[-1]) if texts else (len(blocks), 0)
    return [b for i, b in enumerate(blocks) if i not in repeats or first < i < last]


def _section(blocks: Sequence[Block], title: int, layout: Layout) -> str | None:
    if layout.section_pattern is None:
        return None
    for i in range(title - 1, 0, -1):
        if layout.section_pattern.fullmatch(blocks[i].text):
            return blocks[i - 1].text or None
    return None


def _read_date_line(reading: LayoutReading, text: str, now: datetime) -> None:
    try:
        reading.date = read_date(text, now)
    except UnreadableDateError as error:
        reading.date_reason = str(error)


def _read_named(page: Page, dated: frozenset[int], layout: Layout) -> LayoutReading | None:
    """Return the story under the line that equals the title in the head, above any date line.

    If the page shows its date, it is in another format than the portal's.
    """
    names = page.head_names
    lines = [
        i
        for i, block in enumerate(page.blocks)
        if block.text and canonical(block.text) in names and not leads_elsewhere(block, page.url)
    ]
    for i in lines[:_MAX_NAMED]:
        if reading := read_under(page, i, dated, layout, above=layout.title == "after"):
            reading.date_reason = reading.date_reason or "no date line on the page"
            return reading
    return None


def read_under(
    page: Page, index: int, dated: frozenset[int], layout: Layout, *, above: bool
) -> LayoutReading | None:
    """Return the story of at least ``MIN_STORY_WORDS`` under the title at ``index``, or None.

    Its date is the nearest short line with a date of any format under the title (or ``above`` it).
    """
    found = date_beside(page, index, above=above)
    last = max(index, found[0]) if found else index
    until = min((i for i in dated if i > last), default=len(page.blocks))
    if longest_text(page.blocks[last + 1 : until]) < _MIN_UNDATED_WORDS:
        return None
    header = Header(page.blocks[index].text, index, last)
    reading = read_around(page, header, dated, layout)
    if reading.story.word_count < MIN_STORY_WORDS:
        return None
    if found:
        reading.date = found[1]
    return reading


def longest_text(blocks: Sequence[Block]) -> int:
    """Return the number of words in the longest run of lines without a headline link.

    In a listing, texts are teasers between headlines; an article has no such links between its
    lines.
    """
    longest = run = 0
    for block in blocks:
        if block.is_link and len(words(block.text)) >= _HEADLINE_WORDS:
            run = 0
        elif not block.is_link:
            run += len(words(block.text))
        longest = max(longest, run)
    return longest
