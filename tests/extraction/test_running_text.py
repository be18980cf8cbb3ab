"""Articles that hold a small part of what their page shows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portals.extraction.page import Page
from portals.extraction.running_text import RunningText

TEASERS = "".join(
    f"<p>Tin thứ {n} ở cột bên, dài cả một đoạn về việc làm và tiền lương của thợ ở xưởng {n}.</p>"
    for n in range(30)
)


def page(number: int, paragraphs: int = 12) -> Page:
    text = "".join(
        f"<p>Bài {number}, đoạn {n}: ban chấp hành công đoàn cơ sở cho biết việc này được chuẩn bị"
        f" trong nhiều tuần, với sự góp sức của {number + n} đoàn viên trong phân xưởng.</p>"
        for n in range(paragraphs)
    )
    markup = f"<html><body><div>{text}</div><aside>{TEASERS}</aside></body></html>"
    return Page.from_bytes(f"http://mau.vn/{number}", markup.encode())


def looked_at(sizes: Iterator[int] | list[int], **options: int) -> list[bool | None]:
    crawl = RunningText()
    return [crawl.is_hollow(page(n, **options), size) for n, size in enumerate(sizes)]


def test_a_row_with_one_paragraph_of_many_is_hollow() -> None:
    assert looked_at([330, 330, 330, 330, 30]) == [None, None, None, False, True]


def test_long_side_columns_make_no_row_hollow() -> None:
    """They have more words than the article, on every page."""
    assert looked_at([165] * 8, paragraphs=6)[3:] == [False] * 5


def test_a_short_page_is_never_hollow() -> None:
    assert looked_at([5] * 6, paragraphs=3)[3:] == [False] * 3


@pytest.mark.parametrize("count", [20, 45])
def test_after_the_first_pages_each_fifth_is_looked_at(count: int) -> None:
    found = looked_at([330] * count)

    assert sum(one is not None for one in found) == 17 + (count - 20) // 5
