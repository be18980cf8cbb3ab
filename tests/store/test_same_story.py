"""A stored article at another address of its portal, in other words of the theme."""

from __future__ import annotations

from typing import Any

import pytest

from portals.article import Article, Attachment
from portals.contract import normalise
from portals.store.same_story import is_same_story
from tests.support.pages.prose import stories
from tests.support.pages.synthetic import TODAY

STORY, OTHER = stories(2)
BODY = "\n\n".join(STORY.paragraphs)
CAPTION = "Đoàn viên công đoàn cơ sở nhận quà tại hội trường xã."
NOTICE = "Văn phòng nghỉ ngày 2 tháng 9. Mọi việc gấp xin gọi số máy trực ban."


def article(**changes: Any) -> Article:
    values: dict[str, Any] = {
        "portal": "haiphong",
        "url": "http://x.vn/bai-viet/moi.2015",
        "title": STORY.title,
        "body": BODY,
        "fetched_at": TODAY,
        "published_at": "2024-03-20T08:15:00+07:00",
        "published_precision": "minute",
    }
    return normalise(Article(**(values | changes)))


def row(**changes: Any) -> dict[str, Any]:
    shown = article(**changes)
    names = ("title", "body", "external_id", "published_at", "published_precision")
    return {name: getattr(shown, name) for name in names}


@pytest.mark.parametrize(
    "shown",
    [
        article(body=f"{BODY}\n\n{CAPTION}"),
        article(body=f"{CAPTION}\n\n{BODY}"),
        article(title=STORY.title.upper()),
        article(published_at="2024-03-20T00:00:00+07:00", published_precision="day"),
        article(external_id=None),
    ],
    ids=["caption below", "caption above", "capitals", "no minute", "no number"],
)
def test_a_story_in_another_theme_is_the_same(shown: Article) -> None:
    assert is_same_story(shown, row(external_id="77"), [])


@pytest.mark.parametrize(
    "shown",
    [
        article(title=OTHER.title),
        article(body="\n\n".join(OTHER.paragraphs)),
        article(body="\n\n".join([*STORY.paragraphs[:1], *OTHER.paragraphs])),
        article(published_at="2024-03-20T14:15:00+07:00"),
        article(external_id="78"),
        article(attachments=[Attachment("http://x.vn/tep/cong-van-19.pdf")]),
    ],
    ids=["title", "text", "one common paragraph", "minute", "number", "files"],
)
def test_another_story_of_the_day_is_another(shown: Article) -> None:
    files = ["http://x.vn/upload/cong-van-18.pdf"]

    assert not is_same_story(shown, row(external_id="77"), files)


def test_a_notice_that_differs_in_a_day_is_another() -> None:
    assert not is_same_story(
        article(body=NOTICE.replace("2 tháng 9", "1 tháng 5")), row(body=NOTICE), []
    )
    assert is_same_story(article(body=NOTICE), row(body=NOTICE), [])
