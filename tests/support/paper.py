"""A small paper in MasterCMS."""

from __future__ import annotations

from tests.sample.site import CAPTURED
from tests.support.http_server import Answer
from tests.support.pages.prose import stories
from tests.support.pages.synthetic import text_of
from tests.support.pages.themes import Frame, Item, mastercms_2018, mastercms_list


def paper(count: int, origin: str = "") -> dict[str, bytes | Answer]:
    """A small MasterCMS paper: one list, ``count`` articles."""
    items = [
        Item(f"{origin}/{story.slug}-{story.number}.html", text_of(story, "Hoạt động"))
        for story in stories(count)
    ]
    frame = Frame(CAPTURED)
    pages: dict[str, bytes | Answer] = {
        item.url.removeprefix(origin): mastercms_2018(item.text, frame) for item in items
    }
    for path in ("/cong-doan/hoat-dong", "/cong-doan/vi-loi-ich-doan-vien", "/lao-dong/viec-lam"):
        pages[path] = mastercms_list(items, frame, [])
    return pages
