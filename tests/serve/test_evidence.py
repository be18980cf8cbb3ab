"""What the catalogue says of the state of a portal, in Vietnamese."""

from __future__ import annotations

import pytest

from portals.catalogue import portals
from portals.serve.evidence import in_vietnamese
from portals.serve.rendering import evidence

pytestmark = pytest.mark.quick


def test_every_sentence_of_the_catalogue_is_translated() -> None:
    said = {row.evidence for row in portals().values() if row.evidence}

    assert len(said) > 40
    assert [text for text in said if in_vietnamese(text) is None] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("newest evidence is of 2026-01", "dấu vết mới nhất: 2026-01"),
        ("the newest page known is of 12 December 2024", "trang mới nhất từng thấy: 12/12/2024"),
        (
            "the body was reorganised: inferred, not observed",
            "cơ quan đã sắp xếp lại; suy ra, chưa kiểm chứng",
        ),
        ("articles of July 2025 and February 2026", "có bài tháng 7/2025 và tháng 2/2026"),
        ("a friend said so; newest evidence is of 2026", None),
    ],
)
def test_sentences_and_their_days(text: str, said: str | None) -> None:
    assert in_vietnamese(text) == said


def test_what_is_not_translated_is_marked_as_english() -> None:
    assert evidence("vi", "<b>") == '<span lang="en">&lt;b&gt;</span>'
    assert evidence("vi", "a log-in is needed") == '<span lang="vi">phải đăng nhập</span>'
    assert evidence("en", "a log-in is needed") == '<span lang="en">a log-in is needed</span>'
