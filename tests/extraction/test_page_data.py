"""Articles that stand in a page as data for its script, in the forms of several frameworks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from portals.article import Article, Reject
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_article

TITLE = "Thợ lò Sông Mây có thêm hai bữa ăn giữa ca"
LEAD = "Từ tháng Ba, bếp ăn của mỏ phục vụ thêm hai bữa nóng cho ca đêm, theo thỏa ước vừa được ký."
PARAGRAPHS = [
    f"Đoạn {n}: chủ tịch công đoàn mỏ cho biết bếp ăn đã chuẩn bị trong nhiều tuần, với sự góp sức"
    f" của {n + 20} người ở phân xưởng số {n}."
    for n in range(1, 6)
]
HTML = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
STORY = {
    "id": 77, "title": TITLE, "slug": "tho-lo-song-may", "sapo": LEAD, "content": HTML,
    "publishedAt": "2026-03-05T01:40:00.000Z", "author": {"id": 3, "name": "Lan Chi"},
}  # fmt: skip
OTHER = STORY | {
    "id": 78,
    "title": "Lớp học đêm ở khu nhà trọ Bình Yên",
    "content": f"{HTML}<p>x</p>",
}
TEASERS = [{"title": f"Tin khác số {n} của phân xưởng này", "sapo": "Một dòng."} for n in range(9)]


def next_js(story: dict[str, Any]) -> str:
    state = {"props": {"pageProps": {"article": story, "related": TEASERS}}, "page": "/bai/[slug]"}
    return f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(state)}</script>'


def nuxt_3(story: dict[str, Any]) -> str:
    """Values by their numbers, objects after one another."""
    flat: list[Any] = [{"article": 1}, {}]
    for key, value in story.items():
        if isinstance(value, dict):
            numbers = {name: len(flat) + at for at, name in enumerate(value)}
            flat += [*value.values(), numbers]
        else:
            flat.append(value)
        flat[1][key] = len(flat) - 1
    return f'<script id="__NUXT_DATA__" type="application/json">{json.dumps(flat)}</script>'


def a_state(story: dict[str, Any]) -> str:
    return f"<script>window.__INITIAL_STATE__ = {json.dumps({'post': {'detail': story}})};</script>"


def json_ld(story: dict[str, Any]) -> str:
    node = {
        "@type": "NewsArticle", "headline": story["title"], "description": story["sapo"],
        "articleBody": "\n".join(PARAGRAPHS), "datePublished": "2026-03-05T08:40:00+07:00",
        "author": {"@type": "Person", "name": "Lan Chi"},
    }  # fmt: skip
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def vietnamese_names(story: dict[str, Any]) -> str:
    names = {"title": "TieuDe", "sapo": "TrichDan", "content": "NoiDung", "publishedAt": "NgayDang"}
    renamed = {names.get(key, key): value for key, value in story.items()}
    renamed |= {"TacGia": "Lan Chi", "NgayDang": 1772674800000}
    return f'<script type="application/json">{json.dumps([renamed])}</script>'


def data_in_a_text(story: dict[str, Any]) -> str:
    names = {
        "title": "tieu_de",
        "sapo": "tom_tat",
        "content": "noi_dung",
        "publishedAt": "ngay_dang",
    }
    renamed = {names.get(key, key): value for key, value in story.items() if key != "author"}
    inner = json.dumps({"data": renamed | {"tac_gia": {"id": 3, "ho_ten": "Lan Chi"}}})
    outer = json.dumps({"status": 200, "body": inner}).replace("<", "\\u003c")
    return f'<script type="application/json" data-sveltekit-fetched>{outer}</script>'


FORMS = [next_js, nuxt_3, a_state, json_ld, vietnamese_names, data_in_a_text]


def read(script: str, url: str = "http://mau.vn/bai/tho-lo-song-may", title: str = TITLE) -> Any:
    markup = (
        f"<html><head><title>{title}</title></head><body><div id=root></div>{script}"
        "<footer>Cổng tin Sông Mây, phường Bình Yên</footer></body></html>"
    )
    page = Page.from_bytes(url, markup.encode(), "text/html", datetime(2026, 3, 9, tzinfo=UTC))
    return read_article(page, Recipe("mau", general=True))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_the_article_in_the_data_of_a_page_is_read(form: Any) -> None:
    article = read(form(STORY))

    assert isinstance(article, Article), article
    assert article.title == TITLE
    assert article.published_at == "2026-03-05T08:40:00+07:00"
    assert (article.lead, article.author) == (LEAD, "Lan Chi")
    assert article.body.split("\n\n") == PARAGRAPHS
    assert "data in" in article.provenance["title"]


def test_of_two_articles_in_the_data_that_of_the_page_is_read() -> None:
    article = read(next_js(STORY | {"next": OTHER}))

    assert isinstance(article, Article)
    assert article.title == TITLE


def test_two_articles_that_nothing_names_are_no_article() -> None:
    result = read(next_js(STORY | {"next": OTHER}), "http://mau.vn/bai?id=4", "Cổng tin Sông Mây")

    assert isinstance(result, Reject)


@pytest.mark.parametrize(
    "script",
    [
        next_js({"title": TITLE, "items": TEASERS}),
        '<script id="__NEXT_DATA__" type="application/json">{"props": [[[[</script>',
        f"<script>window.__S__ = function(){{ return {json.dumps(STORY)} }}</script>",
        f'<script type="application/json">{"[" * 5000}{"]" * 5000}</script>',
        '<script id="__NUXT_DATA__" type="application/json">[{"name": 999, "body": -4}]</script>',
    ],
    ids=["teasers only", "cut", "code", "deep", "numbers of nothing"],
)  # fmt: skip
def test_other_data_give_no_article(script: str) -> None:
    assert isinstance(read(script), Reject)


def test_a_page_that_shows_its_text_is_read_as_shown() -> None:
    shown = f"<h1>{TITLE}</h1><p>08:15 - 04/03/2026</p><div>{HTML}</div>"

    article = read(next_js(STORY | {"content": HTML.replace("nhiều tuần", "một ngày")}) + shown)

    assert isinstance(article, Article)
    assert "nhiều tuần" in article.body
    assert article.published_at == "2026-03-04T08:15:00+07:00"
