"""How much of a page's running text its article holds: a row with a small part of it is hollow."""

from __future__ import annotations

from collections import Counter

from portals.extraction.page import Page
from portals.language.text import words

_LINE_WORDS = 12  # a shorter line is a label
_MAX_LINES = 50_000  # lines remembered of one crawl
_FEW_PAGES = 3  # until then, what recurs is not known
_ALL_PAGES, _EVERY = 20, 5  # every page at first, then each fifth: blocks take milliseconds
_MIN_WORDS = 200  # of running text; comments and teasers can be as much on a short page
_HOLLOW = 0.25


class RunningText:
    """The running text of the pages of one crawl.

    Lines that recur from page to page (teasers, imprints) are not counted: good articles of papers
    with long side columns have a third of all running text of their page (2026).
    """

    def __init__(self) -> None:
        self._pages = self._looked_at = 0
        self._lines: Counter[int] = Counter()

    def is_hollow(self, page: Page, word_count: int) -> bool | None:
        """Return True if an article of ``word_count`` words is a small part of its page's text.

        None if the page is not looked at. The pages of an article are looked at once each.
        """
        self._pages += 1
        if self._pages > _ALL_PAGES and self._pages % _EVERY:
            return None
        lines = {
            hash(block.text): count
            for block in page.blocks
            if block.image is None
            and not block.is_link
            and (count := len(words(block.text))) >= _LINE_WORDS
        }
        own = sum(count for line, count in lines.items() if not self._lines[line])
        if len(self._lines) < _MAX_LINES:
            self._lines.update(lines.keys())
        self._looked_at += 1
        if self._looked_at <= _FEW_PAGES:
            return None
        return own >= _MIN_WORDS and word_count < _HOLLOW * own
