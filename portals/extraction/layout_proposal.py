"""Proposing the layout of a portal without a description, from a few of its article pages.

The text of the link to a page is its title, so that a date line is correct if the layout built on
it finds that title and a date. Every proposal is tried on all pages; the best one is returned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal

from portals.article import Article
from portals.extraction.layout import Layout
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_safely
from portals.language.dates import find_date
from portals.language.text import canonical

_MAX_DATE_LINE = 100  # characters: a date with weekday, label and counter is no longer
_MAX_PROPOSALS = 24  # date formats tried; a page has two or three
_SIDES: tuple[Literal["before", "after"], ...] = ("before", "after")
_WEEKDAY = re.compile(r"(?:thứ\s+(?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|chủ\s*nhật)", re.IGNORECASE)
_DATE = re.compile(  # a date with the label, weekday and time of day beside it
    r"(?P<label>(?:[^\W\d]+\s){0,2}[^\W\d]+\s?:\s*)?"
    r"(?P<date>(?:(?:thứ\s+(?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|chủ\s*nhật)[\s,;-]*)?"
    r"[(\[]?(?:\d{1,2}:\d{2}(?::\d{2})?[\s,;|-]*)?"
    r"(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}-\d{2}-\d{2}|\d{1,2} tháng \d{1,2},? năm \d{4})"
    r"(?:[\s,;|-]*\d{1,2}:\d{2}(?::\d{2})?)?[)\]]?)",
    re.IGNORECASE,
)


def propose_layout(examples: Sequence[tuple[Page, str]]) -> Layout | None:
    """Return the layout that works for most of ``examples`` (page, link text), or None.

    It works for a page if it finds the link text as the title, and a date.
    """
    patterns = dict.fromkeys(pattern for page, _ in examples for pattern in date_patterns(page))
    layouts = [
        Layout(date=pattern, title=side)
        for pattern in islice(patterns, _MAX_PROPOSALS)
        for side in _SIDES
    ]
    scores = {layout: _score(layout, examples) for layout in layouts}
    best = max(layouts, key=scores.__getitem__, default=None)
    return best if best and scores[best][0] else None


def date_patterns(page: Page) -> Iterator[str]:
    """Yield patterns for the date lines of ``page``: first with their label, then without."""
    for block in page.blocks:
        if len(block.text) > _MAX_DATE_LINE or find_date(block.text, page.fetched_at) is None:
            continue
        if match := _DATE.search(block.text):
            if match["label"]:
                yield _pattern(match["label"] + match["date"])
            yield _pattern(match["date"])


def _pattern(text: str) -> str:
    """Return a pattern for lines in the format of ``text``: any weekday, any number."""
    parts = re.split(rf"({_WEEKDAY.pattern}|\d+|\s+)", text.strip(), flags=re.IGNORECASE)
    return "".join(_part_pattern(part) for part in parts)


def _part_pattern(part: str) -> str:
    if _WEEKDAY.fullmatch(part):
        return r"(?:thứ \w+|chủ nhật)"
    if part.isspace():
        return " "
    if not part.isdecimal():
        return re.escape(part).replace(r"\-", "-")
    return r"\d{4}" if len(part) == 4 else r"\d{1,2}"


def _score(layout: Layout, examples: Sequence[tuple[Page, str]]) -> tuple[int, int, int]:
    """Return a sort key: first the number of pages that ``layout`` works for.

    Among equals, one with a time of day is better, then one that matches fewer lines.
    """
    recipe = Recipe(portal="proposal", layout=layout)
    results = [(read_safely(page, recipe), headline) for page, headline in examples]
    read = [
        result
        for result, headline in results
        if isinstance(result, Article)
        and result.published_at
        and canonical(result.title) == canonical(headline)
    ]
    timed = [article for article in read if article.published_precision == "minute"]
    return len(read), len(timed), len(layout.date)
