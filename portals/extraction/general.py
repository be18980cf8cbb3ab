"""The last strategy: article pages of unknown markup, starting from the title alone.

The title is the line that repeats the title in the head; the date is the nearest short line with a
date; the story runs from there to the links that close it. If that finds no text, trafilatura's
body is used.
"""

from __future__ import annotations

from portals.extraction.layout import Layout, LayoutReading, read_under
from portals.extraction.page import Page
from portals.extraction.story import ArticleContent
from portals.language.text import canonical, words

_ANY = Layout(date=r"(?!)")
_MIN_WORDS = 60
_MAX_FOREIGN = 1_000_000  # characters; trafilatura's time grows with the square of the links
_MAX_FOREIGN_TAGS = 20_000
_MAX_REPEATS = 3  # lines that repeat the title of the page


def read_general(page: Page, title: str, layout: Layout | None = None) -> LayoutReading | None:
    """Return the story under the line ``title``, or None if the page has none.

    ``layout``: the lines that end the text and the place of the lead, if they are known.
    """
    wanted = canonical(title)
    lines = [
        i
        for i, block in enumerate(page.blocks)
        if block.text and not block.is_link and canonical(block.text) == wanted
    ]
    for i in lines[:_MAX_REPEATS]:
        if reading := read_under(page, i, frozenset(), layout or _ANY, above=True):
            if reading.date is None:
                reading.date_reason = "no date beside the title"
            return reading
    return None


def read_with_trafilatura(page: Page) -> ArticleContent | None:
    """Return trafilatura's body, for a page whose structure is not recognised."""
    if len(page.text) > _MAX_FOREIGN or page.text.count("<") > _MAX_FOREIGN_TAGS:
        return None
    from trafilatura import bare_extraction  # noqa: PLC0415 - a second to import, rarely needed

    document = bare_extraction(page.text, url=page.url, include_comments=False, with_metadata=False)
    text = getattr(document, "text", None) if document else None
    paragraphs = [line for line in (text or "").split("\n") if line.strip()]
    if sum(len(words(line)) for line in paragraphs) < _MIN_WORDS:
        return None
    return ArticleContent(paragraphs=paragraphs)
