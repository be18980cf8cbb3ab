"""What one portal of the sample served a month later: news after a gap, edits, a page withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tests.sample.site import (
    VIETNAM,
    Served,
    entries,
    haiphong_entry,
    haiphong_items,
    haiphong_site,
)
from tests.support.pages.themes import Item

LATER = datetime(2025, 7, 14, 2, 0, tzinfo=VIETNAM)

WITHDRAWN, RENAMED, CORRECTED = 4861, 3560, 2742
"""Numbers of the articles that are gone, have another headline, and other figures."""


def later() -> list[Served]:
    """Return the responses, in the order in which they were captured."""
    known = [_now(item) for item in haiphong_items()]
    gone = [item for item in known if _is(item, WITHDRAWN)]
    new = [haiphong_entry(entry) for entry in reversed(entries("notices.toml"))]
    items = [*new, *(item for item in known if item not in gone)]
    return haiphong_site(items, gone, [*items, *gone], LATER)


def _now(item: Item) -> Item:
    """Return an article as its page is now."""
    text = item.text
    if _is(item, RENAMED):
        text = replace(text, title=f"{text.title} trong mùa dịch")
    if _is(item, CORRECTED):
        parts = [part.replace("120 suất quà", "210 suất quà") for part in text.paragraphs]
        text = replace(text, title=text.title.replace("120", "210"), paragraphs=parts)
    return Item(item.url, text)


def _is(item: Item, number: int) -> bool:
    return item.url.endswith(f"-{number}.html")
