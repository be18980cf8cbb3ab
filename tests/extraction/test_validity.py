"""Old captures are read by the description that held when they were served."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from portals.article import Article
from portals.extraction.layout import Layout
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_article
from portals.extraction.themes import Theme
from portals.extraction.validity import Validity

FIRST = "Ngày 12 tháng 1, công đoàn cơ sở đã trao quà cho đoàn viên có hoàn cảnh khó khăn."
PAGE = f"""
<html><head><title>Công đoàn cơ sở chăm lo đoàn viên</title></head><body>
<div class="above"><h2>Chăm lo đoàn viên ngày Tết</h2></div>
<h1>Công đoàn cơ sở chăm lo đoàn viên</h1>
<p class="day">Ngày 12/01/2019</p>
<div class="text"><p>{FIRST}</p>
<p>Mỗi phần quà gồm gạo, dầu ăn và một phần tiền mặt, do đoàn viên trong phường góp lại.</p>
<p>Ban chấp hành cho biết sẽ đến thăm từng gia đình trước ngày nghỉ.</p></div>
</body></html>
"""
OLD = Theme("old", title=("h2",), body=("div.text",), date=("p.day",))
NEW = Theme("new", title=("h1",), body=("div.text",), date=("p.day",))
CHANGED = date(2020, 6, 1)
THEMES = (
    replace(NEW, validity=Validity(since=CHANGED)),
    replace(OLD, validity=Validity(until=date(2020, 5, 31))),
)


def read(recipe: Recipe, served: datetime) -> Article:
    article = read_article(Page("http://x.vn/tin-1.html", PAGE, served), recipe)
    assert isinstance(article, Article), article
    return article


@pytest.mark.parametrize(
    ("served", "theme"),
    [
        (datetime(2019, 2, 1, tzinfo=UTC), "old"),
        (datetime(2020, 5, 31, 16, 59, tzinfo=UTC), "old"),
        (datetime(2020, 5, 31, 17, 0, tzinfo=UTC), "new"),  # the first of June in Vietnam
        (datetime(2024, 1, 1, tzinfo=UTC), "new"),
    ],
)
def test_the_selectors_of_the_day_are_asked(served: datetime, theme: str) -> None:
    article = read(Recipe("x", themes=THEMES), served)

    assert article.provenance["body"] == f"selectors:{theme}"
    assert article.title.startswith("Chăm lo" if theme == "old" else "Công đoàn")


def test_the_layout_of_the_day_is_asked() -> None:
    now = Layout(date=r"Ngày \d{2}/\d{2}/\d{4}")
    before = replace(now, lead="first", validity=Validity(until=CHANGED))
    recipe = Recipe("x", layout=now, layouts=(before,))

    assert read(recipe, datetime(2019, 2, 1, tzinfo=UTC)).lead == FIRST
    assert read(recipe, datetime(2021, 1, 1, tzinfo=UTC)).lead is None


def test_a_recipe_without_dates_is_the_same_at_any_time() -> None:
    recipe = Recipe("x", themes=(OLD, NEW))

    assert recipe.at(datetime(2019, 1, 1, tzinfo=UTC)) is recipe
