"""A portal of the federation of Hải Phòng: lists, articles, their addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.support.pages.prose import stories
from tests.support.pages.synthetic import TODAY, text_of
from tests.support.pages.themes import Frame, Item, danaweb_1, danaweb_1_list

LIST = "/tin-tuc-su-kien"
ROBOTS = "/robots.txt"
FRAME = Frame(TODAY)


def sample_items(first: int, count: int) -> list[Item]:
    """Return articles of the federation, the newest first."""
    return [
        Item(f"{LIST}/{story.slug[:40]}-{story.number}.html", text_of(story, "Tin tức"))
        for story in reversed(list(stories(count, first)))
    ]


def list_path(number: int) -> str:
    """Return the address of a list page."""
    return LIST if number == 1 else f"{LIST}?page={number}"


FIRST_PAGE = f"^{LIST}$"
LATER_PAGE = re.escape(list_path(2))
ARTICLE = r"-\d+\.html"
"""Patterns of the addresses of lists and articles."""


def federation(
    items: Sequence[Item], per_page: int = 6, pinned: Sequence[Item] = ()
) -> dict[str, bytes]:
    """Return a DANAWEB portal with one list; ``pinned`` articles stand first on its first page."""
    pages = {item.url: danaweb_1(item.text, FRAME) for item in (*items, *pinned)}
    chunks = [list(items[i : i + per_page]) for i in range(0, len(items), per_page)]
    chunks[0] = [*pinned, *chunks[0]]
    for number, chunk in enumerate(chunks, 1):
        near = range(max(1, number - 2), min(len(chunks), number + 2) + 1)
        pager = [(list_path(n), str(n)) for n in near]
        pages[list_path(number)] = danaweb_1_list(chunk, FRAME, pager)
    pages[ROBOTS] = b"User-agent: *\nDisallow:\n"
    return pages
