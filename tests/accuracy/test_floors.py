"""What a row says is what the page said, and this cannot slip."""

from __future__ import annotations

import re

import pytest

from portals.article import Article
from portals.contract import normalise
from portals.extraction.page import Page
from portals.extraction.reader import read_article
from portals.families.recognition import recognise
from tests.accuracy.scoring import floors, score_capture, slips
from tests.support.captures import FAMILIES, captured_pages, recipe_of


def test_no_score_is_below_its_floor() -> None:
    assert list(slips()) == [], "see python -m tests.accuracy"


def test_every_shape_and_capture_has_floors() -> None:
    assert set(FAMILIES) <= floors().keys()
    assert all(len(row) == 9 for row in floors().values())


needs_captures = pytest.mark.skipif(
    not captured_pages("nukeviet"), reason="the captures are not beside the project"
)


@needs_captures
@pytest.mark.parametrize("name", FAMILIES)
def test_real_pages_of_a_system_are_read_exactly(name: str) -> None:
    assert score_capture(name) == dict.fromkeys(score_capture(name), 1.0) | {
        "body_precision": pytest.approx(1.0, abs=0.02)
    }


@needs_captures
@pytest.mark.parametrize("name", FAMILIES)
def test_a_page_tells_its_family(name: str) -> None:
    assert {recognise(page) for page, _ in captured_pages(name)} == {FAMILIES[name]}


@needs_captures
@pytest.mark.parametrize("name", FAMILIES)
def test_title_date_author_and_body_survive_the_renaming_of_every_class_and_id(name: str) -> None:
    for page, gold in captured_pages(name):
        renamed = re.sub(
            r'\b(class|id|itemprop|itemtype)="[^"]*"',
            lambda match: f'{match[1]}="z{match.start() % 9973}"',
            page.text,
        )
        article = read_article(Page(page.url, renamed, page.fetched_at), recipe_of(FAMILIES[name]))
        assert isinstance(article, Article), page.url
        normalise(article)
        optional = set(gold["body_optional"])
        needed = [paragraph for paragraph in gold["body"] if paragraph not in optional]
        if gold["lead"] is None:
            needed = needed[1:]  # an empty lead cannot be told from a first paragraph any more
        got = [p for p in article.body.split("\n\n") if p not in optional]

        assert (article.title, article.published_at, article.author) == (
            gold["title"], gold["published_at"], gold["author"],
        )  # fmt: skip
        assert got == needed
        assert not article.provenance["body"].startswith("selectors")
