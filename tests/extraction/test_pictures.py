"""Pictures and text as browsers show them: lazy pictures, tags without content, screen classes."""

from __future__ import annotations

import pytest

from portals.extraction.page import Page
from tests.support.pages.synthetic import TODAY


def blocks(markup: str) -> list[tuple[str, str | None]]:
    page = Page("http://mau.example.vn/tin", f"<body>{markup}</body>", TODAY)
    return [(block.text, block.image) for block in page.blocks]


PICTURES = {
    "data attribute": '<img src="data:image/gif;base64,AA" data-anything="/anh/a.jpg">',
    "placeholder file": '<img src="/img/blank.gif" data-original="/anh/a.jpg">',
    "srcset": '<img srcset="/anh/a-300.jpg 300w, /anh/a.jpg 1024w">',
    "noscript": '<img src="data:x"><noscript><img src="/anh/a.jpg"></noscript>',
    "picture": '<picture><source srcset="/anh/a.jpg"><img alt="Ảnh"></picture>',
    "AMP": '<amp-img src="/anh/a.jpg"><noscript><img src="/anh/a.jpg"></noscript></amp-img>',
}


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_has_the_url_that_browsers_load(kind: str) -> None:
    assert blocks(PICTURES[kind]) == [("", "/anh/a.jpg")]


def test_a_picture_and_its_fallback_are_one() -> None:
    assert blocks('<img src="/a.jpg"><noscript><img src="/a.jpg"></noscript>') == [("", "/a.jpg")]


@pytest.mark.parametrize("tag", ["source", "track", "embed", "wbr"])
def test_the_text_behind_a_tag_without_content_is_kept(tag: str) -> None:
    assert blocks(f'<p>Trước</p><{tag} src="/x"><p>Sau</p>') == [("Trước", None), ("Sau", None)]


@pytest.mark.parametrize("classes", ["hidden md:block", "d-none d-lg-flex", "hidden lg:grid"])
def test_what_a_computer_shows_is_shown(classes: str) -> None:
    assert blocks(f'<p class="{classes}">Nội dung</p>') == [("Nội dung", None)]


@pytest.mark.parametrize("classes", ["sr-only", "visually-hidden", "hidden", "lg:hidden"])
def test_what_a_computer_hides_is_hidden(classes: str) -> None:
    assert blocks(f'<p class="{classes}">Chia sẻ</p>') == []


def test_a_link_around_a_card_is_the_link_of_each_of_its_lines() -> None:
    page = Page("http://a.vn/", '<a href="/x"><h3>Tin một</h3><p>Tóm tắt</p></a>', TODAY)

    assert [block.is_link for block in page.blocks] == [True, True]
