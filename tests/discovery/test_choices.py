"""Choices that lead to pages of a list, and what is no such choice."""

from __future__ import annotations

import pytest

from portals.discovery.links import found_links
from portals.extraction.page import Page

LIST = "http://a.vn/muc"
OPTIONS = '<option value="">Chọn</option><option value="10-2026">Tháng 10</option>'
NOW = "<input type='hidden' name='muc' value='3'>"


def links_of(markup: str) -> list[tuple[str, str]]:
    page = Page.from_bytes(LIST, markup.encode(), "text/html; charset=utf-8")
    return [(link.url, link.text) for link in found_links(page)]


@pytest.mark.parametrize(
    ("markup", "url"),
    [
        (
            f"<select onchange=\"location.href='/muc?thang='+this.value\">{OPTIONS}</select>",
            f"{LIST}?thang=10-2026",
        ),
        (
            "<select onchange=\"window.location='/muc/'+this.options[this.selectedIndex].value"
            f"+'.html'\">{OPTIONS}</select>",
            f"{LIST}/10-2026.html",
        ),
        (
            f'<form action="/muc">{NOW}<select name="thang" onchange="this.form.submit()">'
            f"{OPTIONS}</select></form>",
            f"{LIST}?muc=3&thang=10-2026",
        ),
        (
            f'<form action="/muc"><select name="t">{OPTIONS}<option value="9-2026"></select>'
            "<button>Xem</button></form>",
            f"{LIST}?t=10-2026",
        ),
        (
            "<select onChange=\"MM_jumpMenu('parent',this,0)\">"
            '<option value="so2.htm">Tháng 10</option></select>',
            "http://a.vn/so2.htm",
        ),
    ],
)
def test_what_can_be_chosen_is_a_link(markup: str, url: str) -> None:
    assert (url, "Tháng 10") in links_of(markup)


@pytest.mark.parametrize(
    "markup",
    [
        f'<select onchange="to(this.value)">{OPTIONS}</select>',
        '<form><select name="tinh"><option value="1">An<option value="b">Bắc</select></form>',
        '<form method="post"><select name="t" onchange="this.form.submit()">'
        f"{OPTIONS}</select></form>",
        '<form><input name="tukhoa"><select name="t" onchange="this.form.submit()">'
        f"{OPTIONS}</select></form>",
    ],
)
def test_the_fields_of_a_visitor_are_no_links(markup: str) -> None:
    assert links_of(markup) == []
