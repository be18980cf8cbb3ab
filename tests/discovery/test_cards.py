"""The day that a listing shows beside a headline, read from the article's card."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portals.discovery.links import found_links
from portals.extraction.page import Page

FETCHED = datetime(2026, 3, 9, 2, tzinfo=UTC)
HEADLINES = (
    "Công đoàn phường An Lạc trao quà cho đoàn viên",
    "Thợ giỏi xưởng dệt Phú Thịnh thi tay nghề",
    "Ba trăm suất cơm trưa miễn phí ở cảng Đông",
    "Nhà trọ mới cho công nhân khu Bình Yên",
)
DAYS = ("05/03/2026", "04/03/2026", "02/03/2026", "27/02/2026")


def days_of(cards: list[str], around: str = "{}") -> list[str]:
    """Return the days of the links of a page with ``cards``, in order."""
    markup = f"<html><body>{around.format(''.join(cards))}</body></html>"
    page = Page.from_bytes("http://mau.vn/tin", markup.encode(), "text/html", FETCHED)
    return [link.day for link in found_links(page)]


def link(number: int, inside: str = "") -> str:
    return f'<a href="/bai-{number}.html">{HEADLINES[number]}{inside}</a>'


@pytest.mark.parametrize(
    "card",
    [
        "<div class=o><h3>{link}</h3><p>Tin ngắn.</p><span>{day}</span></div>",
        "<li><i>{day}</i> {link}</li>",
        "<table><tr><td>{link}</td></tr><tr><td>Đăng lúc 08:15 ngày {day}</td></tr></table>",
        "<div><a href='/bai-{n}.html'><img src=x alt=''></a><div>{link}</div><em>{day}</em></div>",
        "<div><time datetime='{iso}T07:30:00+07:00'>hôm nọ</time>{link}</div>",
    ],
    ids=["below", "before", "a table each", "picture and headline", "time element"],
)  # fmt: skip
def test_the_day_in_the_card_of_a_headline_is_its_own(card: str) -> None:
    cards = [
        card.format(link=link(n), day=day, n=n, iso="-".join(reversed(day.split("/"))))
        for n, day in enumerate(DAYS)
    ]

    found = [day for day in days_of(cards) if day]

    assert found == ["2026-03-05", "2026-03-04", "2026-03-02", "2026-02-27"]


def test_a_link_around_the_whole_card_has_its_day_and_the_text_of_its_heading() -> None:
    cards = [
        f'<a href="/bai-{n}.html"><h3>{HEADLINES[n]}</h3><p>Lời dẫn của tin.</p><i>{day}</i></a>'
        for n, day in enumerate(DAYS)
    ]
    markup = f"<html><body>{''.join(cards)}</body></html>"
    page = Page.from_bytes("http://mau.vn/tin", markup.encode(), "text/html", FETCHED)

    found = [(each.text, each.day) for each in found_links(page)]

    assert found[0] == (HEADLINES[0], "2026-03-05")
    assert found[3] == (HEADLINES[3], "2026-02-27")


def test_the_day_of_the_page_is_that_of_no_card() -> None:
    cards = [f"<p>{link(n)}</p>" for n in range(4)]

    assert days_of(cards, "<div>Thứ hai, 09/03/2026</div>{}") == [""] * 4


def test_a_card_with_two_days_has_none() -> None:
    cards = [
        f"<div>{link(n)}<i>{day}</i><i>{'01/01/2026' if n == 0 else day}</i></div>"
        for n, day in enumerate(DAYS)
    ]

    assert days_of(cards)[0] == ""
    assert days_of(cards)[1] == "2026-03-04"


def test_days_in_a_teaser_and_in_a_headline_are_those_of_the_story() -> None:
    cards = [
        f'<div><a href="/bai-{n}.html">Hội nghị ngày 06/03/2026 ở xã {n}</a>'
        f"<p>Từ ngày 10/02/2026 đến nay, công đoàn cơ sở đã vận động được nhiều suất quà.</p></div>"
        for n in range(4)
    ]

    assert days_of(cards) == [""] * 4


def test_two_cards_with_a_day_are_too_few() -> None:
    cards = [f"<div>{link(n)}<i>{day}</i></div>" for n, day in enumerate(DAYS[:2])]

    assert days_of(cards) == ["", ""]
