"""The day that a listing shows for a page, beside what the page itself shows."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from portals.article import Article
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_article

TITLE = "Công đoàn phường An Lạc trao quà cho đoàn viên"
TEXT = "".join(
    f"<p>Đoạn {n}: ban chấp hành công đoàn cơ sở cho biết việc này được chuẩn bị trong nhiều tuần,"
    f" với sự góp sức của {n + 20} đoàn viên ở các tổ sản xuất.</p>"
    for n in range(1, 6)
)
SHOWN = "<p class=ngay>08:15 - 04/03/2026</p>"
ASIDE = "<aside><p>Lan Chi</p><p>06 Thg 3, 2026</p><p>02 Thg 1, 2026</p></aside>"


def read(header: str = "", aside: str = "", day: date | None = date(2026, 3, 6)) -> Article:
    markup = (
        f"<html><body>{aside}<article><h1>{TITLE}</h1>{header}<div>{TEXT}</div></article></body>"
    )
    page = Page.from_bytes(
        "http://mau.vn/bai-7.html", markup.encode(), "text/html", datetime(2026, 3, 9, tzinfo=UTC)
    )
    page.link_texts, page.listed_day = (TITLE,), day
    result = read_article(page, Recipe("mau", general=True))
    assert isinstance(result, Article)
    return result


def test_a_page_without_a_date_has_the_day_of_the_listing() -> None:
    article = read()

    assert article.published_at == "2026-03-06T00:00:00+07:00"
    assert article.published_precision == "day"
    assert "listing" in article.provenance["published_at"]


def test_without_a_listing_it_has_none() -> None:
    assert read(day=None).published_at is None


def test_the_date_beside_the_title_is_exacter() -> None:
    assert read(SHOWN).published_at == "2026-03-04T08:15:00+07:00"


def test_of_two_days_at_the_side_the_listing_names_the_right_one() -> None:
    article = read(aside=ASIDE)

    assert article.published_at == "2026-03-06T00:00:00+07:00"


@pytest.mark.parametrize(
    ("link_text", "is_named"),
    [
        (f"{TITLE} 06/03/2026", True),
        (f"{TITLE} Gần ba trăm suất quà được trao trong buổi sáng.", True),
        (f"{TITLE[:30]}…", True),
        ("Công đoàn phường Đồi Thông thăm đoàn viên", False),
    ],
    ids=["with its day", "with a teaser", "cut", "another article"],
)
def test_a_link_around_more_than_the_title_names_it(link_text: str, is_named: bool) -> None:  # noqa: FBT001
    markup = f"<html><body><article><h1>{TITLE}</h1>{SHOWN}<div>{TEXT}</div></article></body>"
    page = Page.from_bytes(
        "http://mau.vn/7", markup.encode(), "text/html", datetime(2026, 3, 9, tzinfo=UTC)
    )
    page.link_texts = (link_text,)

    result = read_article(page, Recipe("mau", general=True))

    assert isinstance(result, Article)
    assert ("link text" in result.provenance["title"]) is is_named
