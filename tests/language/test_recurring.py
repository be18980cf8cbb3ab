"""Lines of a theme among the texts of a portal's stories."""

from __future__ import annotations

import pytest

from portals.language.recurring import StoryText, recurring_lines, without_recurring
from portals.language.text import canonical
from tests.support.pages.prose import stories

INVITATION = "Mời bạn đọc theo dõi trang của Công đoàn huyện Tân Sơn trên mạng xã hội mỗi ngày"
COVER = (
    "Ban Thường vụ Liên đoàn Lao động huyện thông báo để các công đoàn cơ sở biết và triển khai "
    "thực hiện nghiêm túc, gửi báo cáo kết quả về huyện trước ngày cuối tháng theo quy định."
)


def texts_of(count: int, *, before: str = "", within: str = "", after: str = "") -> list[StoryText]:
    """Return stories whose theme prints lines before, within and after the text."""
    found = []
    for story in stories(count):
        first, *rest = story.paragraphs
        lines = [before, first, within, *rest, after]
        found.append(StoryText(story.lead, tuple(line for line in lines if line)))
    return found


def learned(texts: list[StoryText]) -> set[str]:
    return set(recurring_lines(texts).values())


@pytest.mark.parametrize("place", ["before", "within", "after"])
def test_a_line_in_every_story_recurs_wherever_it_is(place: str) -> None:
    assert learned(texts_of(12, **{place: INVITATION})) == {INVITATION}


def test_stories_of_a_portal_without_such_lines_keep_everything() -> None:
    assert learned(texts_of(40)) == set()


def test_three_stories_suffice_and_two_do_not() -> None:
    assert learned(texts_of(3, after=INVITATION)) == {INVITATION}
    assert learned(texts_of(2, after=INVITATION)) == set()


def test_a_long_line_in_half_of_the_stories_recurs() -> None:
    assert learned([*texts_of(20), *texts_of(20, within=INVITATION)]) == {INVITATION}


def test_a_paragraph_of_a_series_is_text() -> None:
    assert learned([*texts_of(30), *texts_of(10, within=INVITATION)]) == set()


def test_a_short_line_in_half_of_the_stories_is_text() -> None:
    assert learned([*texts_of(20), *texts_of(20, before="Kính gửi:")]) == set()


def test_a_short_line_in_nearly_every_story_recurs() -> None:
    assert learned([*texts_of(1), *texts_of(39, within="Không làm gì")]) == {"Không làm gì"}


def test_a_short_line_beside_a_longer_one_recurs_with_it() -> None:
    texts = [
        StoryText(one.lead, (*one.paragraphs, "Theo dõi")) for one in texts_of(20, after=INVITATION)
    ]
    assert learned([*texts_of(20), *texts]) == {INVITATION, "Theo dõi"}


def test_two_stories_suffice_for_a_line_in_another_language() -> None:
    assert learned(texts_of(2, within="Read the full story")) == {"Read the full story"}


def test_stories_of_a_foreign_edition_share_no_foreign_line() -> None:
    first = StoryText(
        None, ("Hanoi (TS)", "The union of the district met on Monday to elect a board.")
    )
    other = StoryText(
        None, ("Hanoi (TS)", "Wages of the sugar mill will rise by a tenth in spring.")
    )
    assert learned([first, other]) == set()


@pytest.mark.parametrize(
    "line",
    [
        "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Kính gửi: Các công đoàn cơ sở trực thuộc Liên đoàn Lao động huyện Tân Sơn",
        "CHƯƠNG I",
        "- Như Điều 3;",
    ],
)
def test_formulae_of_documents_stay(line: str) -> None:
    assert learned(texts_of(20, before=line)) == set()


def test_a_covering_text_of_several_announcements_stays() -> None:
    texts = [StoryText(None, (f"Thông báo số {number}/TB-LĐLĐ", COVER)) for number in range(1, 21)]
    assert learned(texts) == set()


def test_a_daily_bulletin_with_other_figures_stays() -> None:
    line = "Giá bán lẻ xăng trên địa bàn tỉnh hôm nay là {} đồng một lít, thay đổi so với hôm qua"
    texts = [
        StoryText(one.lead, (*one.paragraphs, line.format(number)))
        for number, one in enumerate(texts_of(20))
    ]
    assert learned(texts) == set()


def test_a_lead_that_is_the_same_everywhere_is_no_lead() -> None:
    site = "Cổng thông tin của Liên đoàn Lao động huyện Tân Sơn, nơi gặp gỡ của đoàn viên"
    texts = [StoryText(site, one.paragraphs) for one in texts_of(12)]
    lines = recurring_lines(texts)
    assert without_recurring(texts[0], lines) == StoryText(None, texts[0].paragraphs)


def test_a_story_of_which_hardly_anything_would_remain_is_kept_whole() -> None:
    short = StoryText(None, ("Chùm ảnh", INVITATION))
    assert without_recurring(short, {canonical(INVITATION)}) is short
