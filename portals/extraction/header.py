"""The header of an article: which line is its title, and which its date.

A date line is recognised by its pattern, whatever surrounds it: labels, controls and counters in
the same line, table cells or line breaks inside the date, the title in the same heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import urljoin, urlsplit

from portals.extraction.blocks import Block
from portals.extraction.page import Page
from portals.language.date_labels import tells_two_dates
from portals.language.dates import (
    DateReading,
    find_date,
    is_clock,
    is_date_label,
    without_zone,
)
from portals.language.headings import ends_article
from portals.language.noise import is_noise, read_view_count
from portals.language.text import canonical, words

_MAX_TITLE_WORDS = 60
_PARAGRAPH_WORDS = 20
_MAX_LINE = 400  # characters: a title of sixty words with a date
_MAX_PIECE = 24  # characters: a piece of a date that is split by cells or breaks
_HEADING_LINES = 6  # lines of a heading that is split by breaks, on either side
_MAX_PIECES = 4
_TITLE_REACH = 14  # lines between date and title: labels, hidden text, share buttons
_HEADLINE_WORDS = 4
_DATE_LINE = 60  # characters: a date with weekday, label, zone and views is no longer
_ABOVE, _BELOW = 3, 6  # lines above and below a title that can have its date

Side = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class DateLine:
    """A date on lines ``first`` to ``last``; ``title``: a title in the same line, or ``""``."""

    first: int
    last: int
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """The header of an article: its title and date, on lines ``first`` to ``last``.

    ``is_named``: the head of the page has the same title. ``is_heading``: it is an ``h1`` or
    ``h2``.
    """

    title: str
    first: int
    last: int
    date_text: str = ""
    is_named: bool = False
    is_heading: bool = False


def lenient(pattern: str) -> re.Pattern[str]:
    """Compile the pattern of a date so that its white space matches any white space or none."""
    pattern = re.sub(r"\\s[*+]|\\s| ", r"\\s*", pattern.replace(r"\|", r"\s*\|\s*"))
    return re.compile(rf"(?<![\d/:.])(?:{pattern})(?![\d/])", re.IGNORECASE)


def date_lines(blocks: Sequence[Block], pattern: re.Pattern[str], side: Side) -> list[DateLine]:
    """Return the lines of ``blocks`` with a date of ``pattern`` and no running text."""
    found: list[DateLine] = []
    for i, block in enumerate(blocks):
        if found and i <= found[-1].last:
            continue
        if line := _date_line(blocks, i, block, pattern, side):
            found.append(line)
    return found


def _date_line(
    blocks: Sequence[Block], index: int, block: Block, pattern: re.Pattern[str], side: Side
) -> DateLine | None:
    if not block.text or len(block.text) > _MAX_LINE:
        return None
    if match := pattern.search(block.text):
        if is_clock(block.text[: match.start()]) or tells_two_dates(block.text):
            return DateLine(index, index, block.text)
        return _alone(index, block, match, side)
    return _split_date(blocks, index, block, pattern)


def _split_date(
    blocks: Sequence[Block], index: int, block: Block, pattern: re.Pattern[str]
) -> DateLine | None:
    """Return a date that cells or breaks cut into pieces."""
    text = block.text
    if len(text) > _MAX_PIECE:
        return None
    for last in range(index + 1, min(index + _MAX_PIECES, len(blocks))):
        piece = blocks[last].text
        if not piece or len(piece) > _MAX_PIECE or pattern.fullmatch(piece):
            return None
        text += f" {piece}"
        if pattern.fullmatch(text):
            return DateLine(index, last, text)
    return None


def _alone(index: int, block: Block, match: re.Match[str], side: Side) -> DateLine | None:
    """Return the date line if the rest of the line is only labels, or only the title."""
    before, after = block.text[: match.start()].strip(), block.text[match.end() :].strip()
    is_plain_before = is_date_label(before) or _is_aside(before, block)
    is_plain_after = _is_aside(after, block)
    if is_plain_before and is_plain_after:
        return DateLine(index, index, match[0])
    title, is_other_plain = (
        (before, is_plain_after) if side == "before" else (after, is_plain_before)
    )
    title = title.strip(" -–|")
    if is_other_plain and block.heading and 3 <= len(words(title)) <= _MAX_TITLE_WORDS:
        return DateLine(index, index, match[0], title)
    return None


def _is_aside(text: str, block: Block) -> bool:
    """Return True if the text beside a date is a control, a counter, a time zone or empty."""
    for link in block.links:
        text = text.replace(link.text, " ")
    text = without_zone(text).strip(" \t|–-,;:()[]•·/")
    return not text or is_noise(text) or (len(text) < 60 and read_view_count(text) is not None)


# --- the title beside a date -------------------------------------------------------------------


def header_at(
    page: Page, line: DateLine, dates: frozenset[int], side: Side, noise: re.Pattern[str] | None
) -> Header | None:
    """Return the header of which ``line`` is the date, or None if there is no title beside it.

    The title is the line on the date's ``side``, up to the next date (``dates``), that equals the
    title in the head, otherwise the nearest.
    """
    if line.title:
        if leads_elsewhere(page.blocks[line.first], page.url):
            return None
        return _header(page, line.first, line, line.title)
    blocks = page.blocks
    index = None
    for i in _beside(blocks, line, dates, side):
        block = blocks[i]
        if _is_control(block, noise):
            continue
        if leads_elsewhere(block, page.url):
            # In a listing the line beside a date is the headline, a link to the article.
            return None if index is None else _header(page, index, line)
        is_title = 2 <= len(words(block.text)) <= _MAX_TITLE_WORDS
        if index is None:
            if not is_title:
                return None
            index = i
        if is_title and _is_named(page, _joined(blocks, i, dates)[2]):
            return _header(page, i, line, dates=dates)
        if i != index and len(words(block.text)) >= _PARAGRAPH_WORDS:
            break
    return None if index is None else _header(page, index, line, dates=dates)


def _beside(
    blocks: Sequence[Block], line: DateLine, dates: frozenset[int], side: Side
) -> list[int]:
    step = -1 if side == "before" else 1
    start = (line.first if side == "before" else line.last) + step
    reach = []
    for i in range(start, max(-1, min(len(blocks), start + step * _TITLE_REACH)), step):
        if i in dates:
            break
        reach.append(i)
    return reach


def _header(
    page: Page,
    index: int,
    line: DateLine,
    title: str = "",
    dates: frozenset[int] = frozenset(),
) -> Header:
    first, last, joined = _joined(page.blocks, index, dates)
    title = title or joined
    return Header(
        title,
        min(first, line.first),
        max(last, line.last),
        line.text,
        is_named=_is_named(page, title),
        is_heading=0 < page.blocks[index].heading <= 2,
    )


def _joined(blocks: Sequence[Block], index: int, dates: frozenset[int]) -> tuple[int, int, str]:
    """Return first line, last line and text of the heading at ``index``, joined over breaks."""
    first = last = index
    element = blocks[index].element
    if blocks[index].heading:
        top, bottom = max(0, index - _HEADING_LINES), min(len(blocks), index + _HEADING_LINES)
        while first > top and blocks[first - 1].element is element and first - 1 not in dates:
            first -= 1
        while last + 1 < bottom and blocks[last + 1].element is element and last + 1 not in dates:
            last += 1
    return first, last, " ".join(block.text for block in blocks[first : last + 1] if block.text)


def _is_named(page: Page, text: str) -> bool:
    return canonical(text) in page.head_names


def _is_control(block: Block, noise: re.Pattern[str] | None) -> bool:
    """Return True if a line between title and date is neither: a label, a row of buttons."""
    if block.image is not None or is_noise(block.text):
        return True
    if noise and noise.fullmatch(block.text):
        return True
    return block.is_link and (len(block.links) > 1 or len(words(block.text)) < _HEADLINE_WORDS)


def leads_elsewhere(block: Block, url: str) -> bool:
    """Return True if a line is a link to another page than ``url``."""
    return block.is_link and links_elsewhere(block, url)


def links_elsewhere(block: Block, url: str) -> bool:
    """Return True if a line has a link to another page than ``url``."""
    own = _identity(url, url)
    return any(_identity(link.url, url) != own for link in block.links)


def _identity(link: str, url: str) -> tuple[str, str, str]:
    """Return host, path and query of ``link``, without the parts that do not identify a page."""
    link = link.strip()
    if link.lower().startswith(("javascript:", "#")):
        link = url
    if link.startswith("/") and not link.startswith("//") and "/." not in link:
        return (_parts(url)[0], *_parts(link)[1:])
    if not link.startswith(("http://", "https://")):
        try:
            link = urljoin(url, link)
        except ValueError:
            return "", link, ""
    return _parts(link)


@lru_cache(maxsize=4096)
def _parts(link: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(link)
    except ValueError:
        return "", link, ""
    query = "&".join(part for part in parts.query.split("&") if part not in ("", "m=1"))
    return parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/"), query


# --- the date beside a title ---------------------------------------------------------------------


def date_beside(page: Page, index: int, *, above: bool) -> tuple[int, DateReading] | None:
    """Return the nearest short line under the title at ``index`` that is a date in any format.

    ``above``: the lines above the title are searched too, after those under it.
    """
    blocks = page.blocks
    near = [*_under(blocks, index), *range(index - 1, max(index - 1 - _ABOVE * above, -1), -1)]
    for i in near:
        text = blocks[i].text
        if not text or len(text) > _DATE_LINE or len(words(text)) > 14 or text.endswith("."):
            continue
        reading = find_date(text, page.fetched_at)
        # A date above the title may be today's, in the header of the site.
        if reading and not (i < index and reading.at.date() == page.fetched_at.date()):
            return i, reading
    return None


def _under(blocks: Sequence[Block], index: int) -> Iterator[int]:
    """Yield the lines under a title down to the article's text or end."""
    paragraphs = 0
    for i in range(index + 1, min(index + 1 + _BELOW, len(blocks))):
        paragraphs += len(words(blocks[i].text)) >= _PARAGRAPH_WORDS
        if paragraphs > 1 or ends_article(blocks[i].text):
            return
        yield i
