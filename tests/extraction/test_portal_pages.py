"""The sample's own pages: each portal's shape with its decoys gives the text it was made from."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from portals.article import Article, Reject
from portals.contract import normalise
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_article
from portals.extraction.themes import compiled, theme_selectors
from portals.families import FAMILIES, Family
from tests.support.pages import themes
from tests.support.pages.prose import story
from tests.support.pages.shapes import DAY_ONLY, LEADLESS, SHAPES, frame
from tests.support.pages.synthetic import TODAY, text_of
from tests.support.pages.themes import Frame, Item, Text
from tests.support.recipes import SPIDERS


def read(portal: str, body: bytes, recipe: Recipe | None = None) -> Article | Reject:
    page = Page.from_bytes("http://example.vn/tin/bai-viet-77.html", body, fetched_at=TODAY)
    result = read_article(page, recipe or SPIDERS[portal].recipe())
    return normalise(result) if isinstance(result, Article) else result


def article(portal: str, body: bytes) -> Article:
    result = read(portal, body)
    assert isinstance(result, Article), result
    return result


@pytest.fixture(params=range(1, 9), ids=lambda n: f"story {n}")
def text(request: Any) -> Text:
    return text_of(story(request.param), "Tin hoạt động cơ sở")


@pytest.mark.parametrize("shape", SHAPES)
def test_title_body_and_captions_are_what_was_written(shape: str, text: Text) -> None:
    portal, render = SHAPES[shape]
    found = article(portal, render(text, frame()))

    assert found.title == text.title
    assert found.body.split("\n\n") == list(text.paragraphs)
    captions = [image.caption for image in found.images if image.caption]
    assert captions == ([] if portal == "tienlang" else list(text.captions))


@pytest.mark.parametrize("shape", SHAPES)
def test_the_date_is_the_articles_own_at_the_precision_shown(shape: str, text: Text) -> None:
    portal, render = SHAPES[shape]
    found = article(portal, render(text, frame()))
    assert text.published is not None

    shown = text.published.replace(second=0)
    if portal in DAY_ONLY:
        shown = shown.replace(hour=0, minute=0)
    assert found.published_at == shown.isoformat()
    assert found.published_precision == ("day" if portal in DAY_ONLY else "minute")


@pytest.mark.parametrize("shape", SHAPES)
def test_lead_and_author_are_what_was_written(shape: str, text: Text) -> None:
    portal, render = SHAPES[shape]
    found = article(portal, render(text, frame()))

    assert found.lead == (None if portal in LEADLESS else text.lead)
    assert found.author == text.author


@pytest.mark.parametrize("shape", SHAPES)
def test_provenance_names_a_rule_for_every_field_found(shape: str, text: Text) -> None:
    portal, render = SHAPES[shape]
    found = article(portal, render(text, frame()))

    for name in ("title", "body", "published_at", "author"):
        assert found.provenance[name]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_page_without_a_date_is_an_article_that_says_so(shape: str, text: Text) -> None:
    portal, render = SHAPES[shape]
    undated = Text(
        text.title, text.paragraphs, None, text.lead, text.author, text.source, text.section
    )
    body = render(undated, Frame(TODAY)).replace(
        b"<title>Chi ti", f"<title>{text.title} - ".encode()
    )
    body = body.replace(
        "Đài Phát thanh Tiên Lãng</title>".encode(), f"{text.title}</title>".encode()
    )

    found = article(portal, body)

    assert found.published_at is None
    assert found.published_precision is None
    assert found.provenance["published_at"].startswith("none: ")
    assert text.paragraphs[0] in found.body


@pytest.mark.parametrize("portal", ["ldtd", "haiphong"])
def test_the_layout_is_a_second_net_when_every_class_is_renamed(portal: str, text: Text) -> None:
    render = {"ldtd": themes.mastercms_2018, "haiphong": themes.danaweb_1}[portal]
    written = render(text, Frame(TODAY))
    body = re.sub(rb'(class|id)="[^"]*"', lambda m: m[1] + b'="c%d"' % (m.start() % 97), written)

    found = article(portal, body)

    assert found.title == text.title
    assert found.body.split("\n\n") == list(text.paragraphs)
    assert found.provenance["body"] == "layout"


@pytest.mark.parametrize("portal", sorted(SPIDERS))
def test_a_list_page_is_no_article(portal: str) -> None:
    items = [Item(f"/bai-{n}.html", text_of(story(n), "Tin tức")) for n in range(20, 28)]
    lists = [themes.mastercms_list(items, frame(), []), themes.danaweb_1_list(items, frame(), [])]
    for style in ("ul", "table", "div"):
        for date in (None, "%d/%m/%Y", "(%H:%M | %d/%m/%Y)", "%d/%m/%Y|%H:%M", "Ngày %d/%m/%Y"):
            heading = "Tin hoạt động cơ sở"
            page = themes.plain_list(items, frame(), [("?p=2", "2")], style, date, heading)
            assert isinstance(read(portal, page), Reject), (style, date)
    for page in lists:
        assert isinstance(read(portal, page), Reject)


@pytest.mark.parametrize("portal", sorted(SPIDERS))
@pytest.mark.parametrize("count", [1, 2])
def test_a_list_of_one_or_two_is_no_article(portal: str, count: int) -> None:
    items = [Item(f"/bai-{n}.html", text_of(story(n), "Tin tức")) for n in range(30, 30 + count)]
    for style in ("ul", "table", "div"):
        for date in ("%d/%m/%Y", "(%H:%M | %d/%m/%Y)", "%d/%m/%Y|%H:%M", "Ngày %d/%m/%Y"):
            body = themes.plain_list(items, frame(), [], style, date, "Tin hoạt động cơ sở")

            assert isinstance(read(portal, body), Reject)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the page shows nothing"),
        (b"<html><body></body></html>", "the page shows nothing"),
        (b"\x00\x00<<<>>>&&&", "no article on the page"),
        (themes.static_page("Giới thiệu", Frame(TODAY)), "no article on the page"),
    ],
)
def test_a_page_that_is_no_article_is_a_reject_with_its_reason(body: bytes, reason: str) -> None:
    result = read("brvt", body)

    assert isinstance(result, Reject)
    assert result.reason == reason


def test_an_error_page_that_answers_200_is_told_from_an_article() -> None:
    result = read("haiphong", themes.danaweb_404(Frame(TODAY)))

    assert isinstance(result, Reject)
    assert result.reason == "error page that answers 200"


def test_an_article_without_text_is_a_reject() -> None:
    body = (
        b'<div class="wrap-detail"><h1 class="t-semibold">Hai ba</h1>'
        b'<div class="detail-wp"></div></div>'
    )
    result = read("haiphong", body)

    assert isinstance(result, Reject)
    assert result.reason == "the article has no text"


def test_a_date_in_the_future_is_null_with_its_reason(text: Text) -> None:
    future = Text(text.title, text.paragraphs, TODAY + timedelta(days=9), text.lead)

    found = article("ldtd", themes.mastercms_2018(future, Frame(TODAY)))

    assert found.published_at is None
    assert "future" in found.provenance["published_at"]


def test_the_shorter_canonical_address_is_taken_where_its_number_is_the_same(text: Text) -> None:
    body = themes.mastercms_2018(text, Frame(TODAY)).replace(
        b"</head>", b'<link rel="canonical" href="http://example.vn/ten-bai-77.html"></head>'
    )

    assert article("ldtd", body).url == "http://example.vn/ten-bai-77.html"


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_selector_compiles(family: Family) -> None:
    lists = (*family.item_links, *family.pager_links, *family.section_links, *family.fingerprints)
    themes_of = [css for theme in family.themes for _, css in theme_selectors(theme)]
    for css in (*lists, *family.error_markers, *themes_of):
        assert compiled(css) is not None
