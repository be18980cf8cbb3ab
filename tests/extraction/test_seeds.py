"""The five seed pages, in every markup, give exactly the rows of their gold file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from portals.article import Article
from portals.contract import normalise
from portals.extraction.page import Page
from portals.extraction.reader import read_article
from tests.support.pages import themes
from tests.support.pages.markups import MARKUPS, Markup
from tests.support.pages.themes import Frame, Text
from tests.support.recipes import SPIDERS
from tests.support.seeds import gold, seed_lines

FIELDS = (
    "title", "lead", "lead_prefix", "body", "captions", "author", "source", "section",
    "published_at", "published_precision", "view_count",
)  # fmt: skip
NOW = datetime(2026, 11, 21, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not gold(), reason="the seeds are not beside the project")


def row(portal: str, body: bytes) -> dict[str, Any]:
    page = Page.from_bytes("http://example.vn/bai-viet-1.html", body, fetched_at=NOW)
    article = read_article(page, SPIDERS[portal].recipe())
    assert isinstance(article, Article), article
    normalise(article)
    found = {name: getattr(article, name, None) for name in FIELDS}
    found["body"] = article.body.split("\n\n")
    found["captions"] = [image.caption for image in article.images if image.caption]
    return found


@pytest.mark.parametrize("pictures", [True, False], ids=["with pictures", "text only"])
@pytest.mark.parametrize("markup", MARKUPS, ids=lambda markup: markup.__name__)
@pytest.mark.parametrize("portal", sorted(SPIDERS))
def test_a_seed_gives_its_row_in_any_markup(portal: str, markup: Markup, *, pictures: bool) -> None:
    lines = seed_lines(portal, pictures=pictures)
    wanted = {name: gold()[portal][name] for name in FIELDS}

    assert row(portal, markup(lines, wanted["title"])) == wanted


@pytest.mark.parametrize(
    ("portal", "theme"),
    [
        ("ldtd", themes.mastercms_2018),
        ("ldtd", themes.mastercms_2_9),
        ("haiphong", themes.danaweb_1),
        ("kiengiang", themes.kiengiang),
        ("brvt", themes.brvt),
        ("tienlang", themes.tienlang),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_seed_gives_its_row_in_the_shape_of_its_portal(portal: str, theme: Any) -> None:
    wanted = {name: gold()[portal][name] for name in FIELDS}
    text = Text(
        title=wanted["title"],
        paragraphs=wanted["body"],
        published=datetime.fromisoformat(wanted["published_at"]),
        lead=wanted["lead"],
        author=wanted["author"],
        source=wanted["source"],
        section=wanted["section"] or "",
        captions=wanted["captions"],
        views=wanted["view_count"] or 0,
    )

    found = row(portal, theme(text, Frame(NOW)))

    assert found | {"section": None} == wanted | {"section": None}
