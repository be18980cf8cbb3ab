"""The pages of a story are told from all that looks like its pager."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from portals.article import Article
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_safely
from tests.support.project import PROJECT

pytestmark = pytest.mark.quick

FOLDER = PROJECT / "tests" / "fixtures" / "parts"
TITLE = "Hội nghị người lao động nhà máy đường Đồng Mận"
TEXTS = [
    f"Đoạn {n}: các đại biểu thảo luận về thỏa ước lao động tập thể, bữa ăn ca, tiền thưởng và"
    " việc chăm lo cho gia đình công nhân có hoàn cảnh khó khăn trong năm nay."
    for n in range(1, 8)
]


def cases(name: str) -> list[Any]:
    found = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["case"]
    return [pytest.param(case, id=case["system"]) for case in found]


def read(case: dict[str, Any]) -> Article:
    html = case["html"].replace("[[title]]", TITLE)
    for number, text in enumerate(TEXTS, 1):
        html = html.replace(f"[[{number}]]", text)
    page = (
        f"<html><head><title>{TITLE}</title>{case.get('head', '')}</head><body>"
        f'<div class="top"><a href="/">Trang chủ</a></div>{html}</body></html>'
    )
    result = read_safely(
        Page.from_bytes(case["url"], page.encode(), "text/html"), Recipe("x", general=True)
    )
    assert isinstance(result, Article), result
    return result


@pytest.mark.parametrize("case", [*cases("first"), *cases("further")])
def test_the_pages_of_a_story_are_found_and_nothing_else(case: dict[str, Any]) -> None:
    article = read(case)
    found = list(article.parts.urls) if article.parts else []
    assert found == case.get("parts", [])
    assert (article.parts.number if article.parts else 1) == case.get("number", 1)
    assert [line for line in article.body.split("\n\n") if len(line) < 80] == case.get("lines", [])


@pytest.mark.parametrize(
    "line",
    ["Trang: 1 2", "Trang 1/3", "[1] [2] [3]", "1 2 3 Sau »", "Page 1 of 4", "« Trước 1 2 3"],
)
def test_a_line_of_a_pager_without_links_is_no_paragraph(line: str) -> None:
    case = {
        "url": "https://a.vn/tin/hoi-nghi-5.html",
        "html": "<div><h1>[[title]]</h1><div>12/03/2024 08:15</div><div class=body>"
        f"<p>[[1]]</p><p>[[2]]</p><p>{line}</p><p>[[3]]</p></div></div>",
    }
    assert read(case).body.split("\n\n") == TEXTS[:3]


@pytest.mark.parametrize(
    "line",
    ["Trang 2 ghi:", "1. Mở đầu", "Trang trí 1 2 3 phòng", "Phần 1", "2024", "Năm 2023/2024"],
)
def test_a_short_line_of_the_text_is_no_pager(line: str) -> None:
    case = {
        "url": "https://a.vn/tin/hoi-nghi-5.html",
        "html": "<div><h1>[[title]]</h1><div>12/03/2024 08:15</div><div class=body>"
        f"<p>[[1]]</p><p>[[2]]</p><p>{line}</p><p>[[3]]</p></div></div>",
    }
    assert line in read(case).body.split("\n\n")
