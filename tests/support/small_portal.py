"""A portal of a home page, one listing and four articles."""

from __future__ import annotations

from tests.support.http_server import Answer
from tests.support.pages.prose import stories
from tests.support.pages.synthetic import TODAY, text_of
from tests.support.pages.themes import Frame, Item, danaweb_1, danaweb_1_list


def small_portal() -> tuple[dict[str, Answer], str]:
    """Return its pages by path, and the path of the listing."""
    items = [
        Item(f"/tin-tuc-su-kien/{s.slug}-{s.number}.html", text_of(s, "Tin")) for s in stories(4)
    ]
    pages = {item.url: Answer(danaweb_1(item.text, Frame(TODAY))) for item in items}
    first = "/tin-tuc-su-kien"
    pages[first] = Answer(danaweb_1_list(items, Frame(TODAY), []))
    menu = f'<ul class="menu"><li><a href="{first}">Tin</a></li></ul>'
    home = f"<html><title>Cổng</title>{menu}</html>"
    pages["/"] = Answer(home.encode())
    return pages, first
