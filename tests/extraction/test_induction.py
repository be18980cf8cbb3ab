"""A portal's pages teach where its fields stand, and which lines are its frame."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portals.article import Article
from portals.extraction.induction import MIN_EXAMPLES, Example, induce, recurring_lines
from portals.extraction.page import Page
from portals.extraction.reader import read_article
from portals.extraction.themes import line_key
from tests.extraction.teachable import TEACHABLE, fields, pages
from tests.support.pages.synthetic import HOME, PLANS, TODAY, Plan, build
from tests.support.recipes import RECIPES


def examples(plan: Plan, count: int = 10) -> list[Example]:
    found = []
    for page in pages(plan)[:count]:
        article = read_article(page, RECIPES[plan.portal])
        assert isinstance(article, Article)
        found.append(Example(page, article))
    return found


@pytest.mark.parametrize("plan", TEACHABLE, ids=lambda plan: plan.name)
def test_after_ten_articles_the_learnt_paths_give_the_rows_of_the_layout(plan: Plan) -> None:
    recipe = RECIPES[plan.portal]
    theme = induce(examples(plan), recipe.layout)
    assert theme is not None
    learnt = replace(recipe, themes=(theme,), layout=None)

    for page in pages(plan)[10:]:
        assert fields(read_article(page, learnt)) == fields(read_article(page, recipe))


@pytest.mark.parametrize("plan", TEACHABLE[:2], ids=lambda plan: plan.name)
def test_a_learnt_path_does_not_take_a_page_of_another_kind(plan: Plan) -> None:
    recipe = RECIPES[plan.portal]
    theme = induce(examples(plan), recipe.layout)
    assert theme is not None
    learnt = replace(recipe, themes=(theme,), layout=None)
    site = build(plan, 40)

    for path in site.lists:
        page = Page.from_bytes(HOME + path, site.pages[path], fetched_at=TODAY)
        result = read_article(page, learnt)
        assert not isinstance(result, Article) or result.published_at is None


def test_no_path_is_learnt_where_title_and_text_are_lines_of_one_element() -> None:
    plan = next(plan for plan in PLANS if plan.portal == "brvt")

    assert induce(examples(plan), RECIPES["brvt"].layout) is None


def test_a_few_pages_teach_nothing() -> None:
    assert induce(examples(TEACHABLE[0], MIN_EXAMPLES - 1)) is None


def test_lines_of_the_frame_recur_and_lines_of_the_text_do_not() -> None:
    taught = examples(TEACHABLE[0])
    chrome = recurring_lines([example.page for example in taught])

    assert line_key("Trang chủ") in chrome
    for example in taught:
        for paragraph in example.article.body.split("\n\n"):
            assert line_key(paragraph) not in chrome


def test_a_counter_that_changes_recurs_all_the_same() -> None:
    counted = [
        Page(
            "http://x.vn/1", f"<p>Hôm nay: {n * 37}</p><p>Bài số {n} viết về chuyện khác</p>", TODAY
        )
        for n in range(5)
    ]

    assert line_key("Hôm nay: 612") in recurring_lines(counted)
