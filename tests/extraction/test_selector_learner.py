"""Reading on by learnt paths, checked now and then, learnt anew when the template changes."""

from __future__ import annotations

import re

import pytest

from portals.article import Article
from portals.extraction.page import Page
from portals.extraction.selector_learner import (
    CHECK_EVERY,
    TRAINING_SIZE,
    SelectorLearner,
    theme_from_json,
    theme_to_json,
)
from tests.extraction.teachable import TEACHABLE, fields, pages
from tests.support.pages.synthetic import TODAY, Plan
from tests.support.recipes import RECIPES

PLAN = TEACHABLE[0]
RECIPE = RECIPES[PLAN.portal]


def taught() -> SelectorLearner:
    teacher = SelectorLearner(RECIPE)
    for page in pages(PLAN)[:TRAINING_SIZE]:
        teacher.read(page)
    return teacher


def reader_used(article: object) -> str:
    assert isinstance(article, Article), article
    return article.provenance["body"]


def test_after_a_lesson_the_learnt_paths_read() -> None:
    teacher = taught()
    page = pages(PLAN)[TRAINING_SIZE]

    assert reader_used(teacher.read(page)) == "selectors:learnt"
    assert len(teacher.trained_on) == TRAINING_SIZE


def test_a_learnt_theme_is_kept_and_read_back() -> None:
    theme = taught().theme
    assert theme is not None

    assert theme_from_json(theme_to_json(theme)) == theme


def test_now_and_then_the_layout_is_asked_too() -> None:
    teacher = taught()
    readers_used = [
        reader_used(teacher.read(page))
        for page in pages(PLAN, 120)[TRAINING_SIZE : TRAINING_SIZE + CHECK_EVERY]
    ]

    assert readers_used.count("layout") == 1
    assert teacher.disagreements == 0


def test_when_the_template_changes_rows_stay_right_and_paths_are_learnt_anew() -> None:
    teacher = taught()
    changed = [
        Page(page.url, re.sub(r'class="(\w[\w-]*)"', r'class="new-\1"', page.text), TODAY)
        for page in pages(PLAN, 60)[TRAINING_SIZE:]
    ]

    for page, old in zip(changed, pages(PLAN, 60)[TRAINING_SIZE:], strict=True):
        wanted = SelectorLearner(RECIPE).read(old)
        assert fields(teacher.read(page)) == fields(wanted)
    assert teacher.disagreements == 1
    assert reader_used(teacher.read(changed[0])) == "selectors:learnt"


def test_a_page_that_only_the_layout_can_read_is_not_lost() -> None:
    teacher = taught()
    page = pages(PLAN, 60)[30]
    odd = Page(page.url, page.text.replace('class="ms-rtestate-field"', ""), TODAY)

    assert fields(teacher.read(odd))["body"] == fields(SelectorLearner(RECIPE).read(page))["body"]


@pytest.mark.parametrize("plan", TEACHABLE, ids=lambda plan: plan.name)
def test_every_teachable_portal_is_learnt_in_one_lesson(plan: Plan) -> None:
    teacher = SelectorLearner(RECIPES[plan.portal])
    for page in pages(plan)[:TRAINING_SIZE]:
        teacher.read(page)

    assert teacher.theme is not None
