"""The last net: any article page at all, known by nothing but its title.

The title is the line that the head names; a date is the nearest short line beside it that is one;
the story runs from there to the links that close it. Where even that finds no text, trafilatura's
body is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portals.extraction.blocks import Block
from portals.extraction.layout import Layout, LayoutReading, longest_text, read_around
from portals.extraction.page import Page
from portals.extraction.story import Story
from portals.language.dates import DateReading, find_date
from portals.language.text import canonical, words

_ANY = Layout(date=r"(?!)")
_DATE_LINE = 60  # characters: a date with weekday, label, zone and views is no longer
_ABOVE, _BELOW = 3, 6  # lines beside the title in which its date stands
_MIN_WORDS = 60


@dataclass(frozen=True, slots=True)
class _DateLine:
    index: int
    reading: DateReading


def read_general(page: Page, title: str, layout: Layout | None = None) -> LayoutReading | None:
    """Return the story under the line ``title``, or None where the page shows none.

    ``layout`` says what ends the text and how its lead is set apart, where that is known.
    """
    wanted = canonical(title)
    for i, block in enumerate(page.blocks):
        if block.is_link or not block.text or canonical(block.text) != wanted:
            continue
        date = _date_beside(page, i)
        start = date.index if date and date.index > i else i
        reading = read_around(page.blocks, i, start, len(page.blocks), layout or _ANY)
        if longest_text(page.blocks[start + 1 :]) >= _MIN_WORDS:
            if date:
                reading.date = date.reading
            else:
                reading.date_reason = "no date beside the title"
            return reading
    return None


def _date_beside(page: Page, title: int) -> _DateLine | None:
    blocks = page.blocks
    near = [
        *range(title + 1, min(title + 1 + _BELOW, len(blocks))),
        *range(title - 1, max(title - 1 - _ABOVE, -1), -1),
    ]
    for i in near:
        text = blocks[i].text
        if not text or len(text) > _DATE_LINE or not _is_date_line(blocks, i):
            continue
        reading = find_date(text, page.fetched_at)
        if reading and not (i < title and reading.at.date() == page.fetched_at.date()):
            return _DateLine(i, reading)
    return None


def _is_date_line(blocks: Sequence[Block], index: int) -> bool:
    """Tell whether a line is short enough to be a date with its label, and no sentence."""
    return len(words(blocks[index].text)) <= 14 and not blocks[index].text.endswith(".")


def read_foreign(page: Page) -> Story | None:
    """Return trafilatura's body, for a page whose own shape nobody can tell."""
    from trafilatura import bare_extraction  # noqa: PLC0415 - a second to import, rarely needed

    document = bare_extraction(page.text, url=page.url, include_comments=False, with_metadata=False)
    text = getattr(document, "text", None) if document else None
    paragraphs = [line for line in (text or "").split("\n") if line.strip()]
    if sum(len(words(line)) for line in paragraphs) < _MIN_WORDS:
        return None
    return Story(paragraphs=paragraphs)
