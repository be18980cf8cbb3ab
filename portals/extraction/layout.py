"""Reading a page by its layout: what stands where, whatever the tags and classes are called.

A layout declares, for one portal, how the date line looks and what stands around it. The page is
an ordered list of blocks; the date line anchors the header, the story runs from there to the line
that ends it. The same declaration reads tables, ``div``, ``font`` and ``br``, or Word paste.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from statistics import median
from typing import Literal
from urllib.parse import urljoin

from portals.extraction.blocks import Block
from portals.extraction.page import Page
from portals.extraction.story import Story, read_story
from portals.language.bylines import ends_article, is_noise, read_signature, read_view_count
from portals.language.dates import DateReading, UnreadableDate, read_date
from portals.language.text import canonical, words

MIN_STORY_WORDS = 20
"""A story has at least this many words; the shortest real notices seen have about 30."""

_MIN_UNDATED_WORDS = 60
_MAX_TITLE_WORDS = 60
_TITLE_REACH = 14  # lines between date and title: labels, hidden marks, share buttons
_LIST_GAP_WORDS = 60
_PARAGRAPH_WORDS = 20
_HEADLINE_WORDS = 4
_HEADING_WORDS = 5


@dataclass(frozen=True)
class Layout:
    """What stands where on the article pages of one portal. Patterns match whole lines.

    ``date``: the publication date line. ``title``: on which side of it the title stands.
    ``lead``: the first line of the story is its lead, or is if it is bold. ``section_before``: the
    control whose line above names the section. ``ends``: lines that end the story, beside the
    common ones. ``noise``: lines to leave out, beside the common ones. ``plain_captions``: captions
    are plain lines, told by their wording.
    """

    date: str
    title: Literal["before", "after"] = "before"
    lead: Literal["", "first", "bold"] = ""
    section_before: str | None = None
    ends: tuple[str, ...] = ()
    noise: tuple[str, ...] = ()
    plain_captions: bool = False

    @cached_property
    def date_pattern(self) -> re.Pattern[str]:
        """The date line, compiled."""
        return re.compile(self.date, re.IGNORECASE)

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
    """What a layout found; ``date_reason`` says why there is no date."""

    title: str
    story: Story
    date: DateReading | None = None
    date_reason: str = ""
    section: str | None = None
    view_count: int | None = None


def read_layout(page: Page, layout: Layout) -> LayoutReading | None:
    """Return what the page shows under ``layout``, or None where it shows no article."""
    blocks = page.blocks
    dates = [i for i, block in enumerate(blocks) if layout.date_pattern.fullmatch(block.text)]
    for anchor in _article_anchors(blocks, dates):
        title = _title_index(page, anchor, layout)
        if title is None:
            continue
        if _begins_with_headline(blocks, max(anchor, title) + 1, layout):
            continue  # an item of a list: its headline is a link
        following = next((i for i in dates if i > max(anchor, title)), len(blocks))
        reading = read_around(blocks, title, anchor, following, layout)
        if reading.story.word_count >= MIN_STORY_WORDS:
            _read_date_line(reading, blocks[anchor].text, page.fetched_at)
            return reading
    return None if dates else _read_undated(page, layout)


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    return (
        re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
        if patterns
        else None
    )


def _article_anchors(blocks: Sequence[Block], dates: Sequence[int]) -> list[int]:
    """Return the date lines that a story can follow: those in a list of dated links cannot."""
    if len(dates) < 3:
        return list(dates)
    gaps = {
        anchor: _plain_words(blocks[anchor + 1 : following])
        for anchor, following in zip(dates, [*dates[1:], len(blocks)], strict=True)
    }
    usual = median(gaps.values())
    return [i for i in dates if gaps[i] >= _LIST_GAP_WORDS or gaps[i] > 3 * usual]


def _begins_with_headline(blocks: Sequence[Block], start: int, layout: Layout) -> bool:
    for block in blocks[start : start + 4]:
        if block.image is None and not _is_header_noise(block, layout):
            return block.is_link and len(words(block.text)) >= _HEADLINE_WORDS
    return False


def _plain_words(blocks: Sequence[Block]) -> int:
    return sum(len(words(block.text)) for block in blocks if not block.is_link)


def _title_index(page: Page, anchor: int, layout: Layout) -> int | None:
    """Return the line beside the date that the head names as the title, else the nearest one."""
    step = -1 if layout.title == "before" else 1
    blocks = page.blocks
    beside = range(anchor + step, max(-1, min(len(blocks), anchor + step * _TITLE_REACH)), step)
    lines = [
        i for i in beside if blocks[i].image is None and not _is_header_noise(blocks[i], layout)
    ]
    if not lines or _leads_elsewhere(blocks[lines[0]], page.url):
        return None  # in a list the line beside a date is the headline, a link to the article
    named = (i for i in lines if canonical(blocks[i].text) in page.head_names)
    index = next(named, lines[0])
    if _leads_elsewhere(blocks[index], page.url):
        return None
    return index if 2 <= len(words(blocks[index].text)) <= _MAX_TITLE_WORDS else None


def _is_header_noise(block: Block, layout: Layout) -> bool:
    text = block.text
    return (
        is_noise(text)
        or bool(layout.noise_pattern and layout.noise_pattern.fullmatch(text))
        or bool(layout.date_pattern.fullmatch(text))
    )


def _leads_elsewhere(block: Block, url: str) -> bool:
    return block.is_link and any(
        urljoin(url, link.url).split("#")[0] != url for link in block.links
    )


def read_around(
    blocks: Sequence[Block], title: int, anchor: int, following: int, layout: Layout
) -> LayoutReading:
    """Return the story that begins under ``title`` and ``anchor`` and ends before ``following``."""
    start = max(title, anchor) + 1
    end = _end_index(blocks, start, following, layout)
    counted = (read_view_count(block.text) for block in blocks[anchor : min(anchor + 4, end)])
    story = read_story(
        blocks[start:end],
        noise=layout.noise_pattern,
        lead=layout.lead,
        plain_captions=layout.plain_captions,
    )
    return LayoutReading(
        title=blocks[title].text,
        story=story,
        section=_section(blocks, title, layout),
        view_count=next((count for count in counted if count is not None), None),
    )


def _end_index(blocks: Sequence[Block], start: int, following: int, layout: Layout) -> int:
    end = following
    if following < len(blocks) and blocks[following - 1].is_link:
        end -= 1  # a dated link follows: its title line is not of the story
    for i in range(start, end):
        text = blocks[i].text
        if ends_article(text) or (layout.end_pattern and layout.end_pattern.fullmatch(text)):
            end = i
            break
    return _before_closing_links(blocks, start, end)


def _before_closing_links(blocks: Sequence[Block], start: int, end: int) -> int:
    """Return where the list of links begins that closes the story, if one does.

    Links between paragraphs are a box inside the story (MasterCMS prints one under the lead);
    links with no paragraph after them are other news, menus or the footer.
    """
    last_paragraph = start
    for i in range(start, end):
        if not blocks[i].is_link and len(words(blocks[i].text)) >= _PARAGRAPH_WORDS:
            last_paragraph = i
    for i in range(last_paragraph + 1, end - 1):
        if blocks[i].is_link and blocks[i + 1].is_link:
            return i - 1 if i - 1 > last_paragraph and _heads_links(blocks[i - 1]) else i
    return end


def _heads_links(block: Block) -> bool:
    """Tell whether a line is the heading of the links below it, and not a signature."""
    is_short = 0 < len(words(block.text)) <= _HEADING_WORDS and block.text[-1].isalnum()
    return is_short and read_signature(block.text, set_apart=True) is None


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
    except UnreadableDate as error:
        reading.date_reason = str(error)


def _read_undated(page: Page, layout: Layout) -> LayoutReading | None:
    """Read a page that shows no date line: its title is the line that the head names."""
    for i, block in enumerate(page.blocks):
        if not block.text or block.is_link or canonical(block.text) not in page.head_names:
            continue
        reading = read_around(page.blocks, i, i, len(page.blocks), layout)
        end = _end_index(page.blocks, i + 1, len(page.blocks), layout)
        if longest_text(page.blocks[i + 1 : end]) >= _MIN_UNDATED_WORDS:
            reading.date_reason = "no date line on the page"
            return reading
    return None


def longest_text(blocks: Sequence[Block]) -> int:
    """Return the words of the longest run of lines that no headline link interrupts.

    In a list, texts are teasers between headlines; an article runs on.
    """
    longest = run = 0
    for block in blocks:
        if block.is_link and len(words(block.text)) >= _HEADLINE_WORDS:
            run = 0
        elif not block.is_link:
            run += len(words(block.text))
        longest = max(longest, run)
    return longest
