"""Cases in which the readers of language were once wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from portals.language.bylines import read_signature, reads_as_scene, split_prefix
from portals.language.dates import VIETNAM, UnreadableDateError, find_date, read_date
from portals.language.decoding import decode
from portals.language.noise import is_noise, read_view_count
from portals.language.sections import is_pager_label, news_value
from portals.language.text import clean

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=VIETNAM)


def test_capital_xa_before_a_no_break_space_is_no_double_encoding() -> None:
    text = "UBND XÃ\u00a0ĐỒNG MẬN. HĐND XÃ\u00a0ĐỒNG MẬN. ĐOÀN XÃ\u00a0ĐỒNG MẬN."
    assert decode(text.encode()).text == text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Được đăng: Thứ hai, 11 Tháng 9 2023 14:21 Lượt xem: 1186", 1186),
        ("Đăng lúc 10:00. Lượt xem: 16", 16),
    ],
)
def test_a_number_before_a_labelled_counter_is_not_the_counter(text: Any, count: Any) -> None:
    assert read_view_count(text) == count


def test_a_date_glued_to_a_counter_is_neither_views_nor_noise() -> None:
    assert read_view_count("08.11.2018475 đã xem") in (475, None)
    assert not is_noise("08.11.2018475 đã xem")


@pytest.mark.parametrize(
    "text",
    ["2026-03-07T23:30:00+00", "datePublished: 2026-03-07T23:30:00Z", "2026-03-07T21:15:00 GMT+7"],
)
def test_the_t_of_a_stamp_is_no_weekday(text: Any) -> None:
    reading = find_date(text, NOW)
    assert reading is None or reading.iso in (
        "2026-03-08T06:30:00+07:00",
        "2026-03-07T21:15:00+07:00",
    )


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Cập nhật:05/08/2025", "2025-08-05T00:00:00+07:00"),
        ("Thứ hai,04/08/2025", "2025-08-04T00:00:00+07:00"),
        ("17:15,08/08/2024", "2024-08-08T17:15:00+07:00"),
        ("Cập nhật:09:54 29/05/2025", "2025-05-29T09:54:00+07:00"),
    ],
)
def test_a_date_is_read_behind_a_colon_or_comma_without_a_space(text: Any, iso: Any) -> None:
    assert read_date(text, NOW).iso == iso


def test_last_week_with_a_weekday_has_no_number() -> None:
    assert find_date("thứ 5 tuần trước", NOW) is None


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    with pytest.raises(UnreadableDateError):
        read_date("9" * 5000 + " phút trước", NOW)


@pytest.mark.parametrize("charset", ["hex", "base64", "rot13", "idna", "punycode", "undefined"])
def test_a_codec_that_is_no_charset_is_ignored(charset: Any) -> None:
    body = "<p>Đồng</p>".encode() + b"\xff"
    assert "Đồng" in decode(body, f"text/html; charset={charset}").text


@pytest.mark.parametrize(
    ("text", "author"),
    [
        ("VP. Công đoàn Viên chức tỉnh", "VP. Công đoàn Viên chức tỉnh"),
        ("Thu Hiền - Minh Thái ( Đài Nghĩa Đàn )", None),
        ("Hà Thu (T/h)", "Hà Thu"),
        ("Bài viết: Hà Thu (tổng hợp)", "Hà Thu"),
        ("Tin, ảnh: Hà Thu (LĐLĐ tỉnh)", "Hà Thu (LĐLĐ tỉnh)"),
    ],
)
def test_a_closing_line_names_its_author(text: Any, author: Any) -> None:
    s = read_signature(text, set_apart=True)
    assert s is not None
    assert author is None or s.author == author


@pytest.mark.parametrize(
    "text", ["Nguồn vốn: 20 tỷ đồng", "Nguồn lực: con người", "Nguồn kinh phí: ngân sách xã."]
)
def test_money_is_no_source(text: Any) -> None:
    assert read_signature(text) is None


@pytest.mark.parametrize("text", ["Hội nghị kết thúc", "Tổ chức thực hiện", "Đoàn kết là sức mạnh"])
def test_apart(text: Any) -> None:
    assert read_signature(text, set_apart=True) is None


@pytest.mark.parametrize(
    "text",
    [
        "Đọc thêm sách giúp công nhân mở mang hiểu biết.",
        "Xem thêm nhiều, người thợ càng hiểu nghề hơn.",
        "Bài liên quan đến nhà ở công nhân được bạn đọc gửi về nhiều.",
        "Xếp hạng các đội như sau",
        "Gửi bài viết về toà soạn",
    ],
)
def test_noise_sentence(text: Any) -> None:
    assert not is_noise(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ảnh hưởng của mưa lũ khiến 40 hộ phải rời nhà.",
        "Ban hành nghị quyết về nhà ở cho công nhân.",
    ],
)
def test_scene(text: Any) -> None:
    assert not reads_as_scene(text)


@pytest.mark.parametrize("text", ["(video) Mới đây", "(ảnh) Mới đây", "(Ông) là người"])
def test_prefix(text: Any) -> None:
    assert split_prefix(text)[0] is None


def test_the_mark_of_an_agency_before_the_end_of_a_line() -> None:
    assert split_prefix("Tin - VnExpress\n") == (None, "Tin")


@pytest.mark.parametrize(
    "label",
    [
        "Trang sau »",
        "Tiếp »",
        "Next ›",
        "Sau >",
        "« Trang đầu",
        "Trang trước",
        "Previous",
        "Xem tiếp",
        "Xem thêm »",
    ],
)
def test_pager(label: Any) -> None:
    assert is_pager_label(label)


@pytest.mark.parametrize(
    ("label", "v"),
    [
        ("Văn hoá - Du lịch", 1),
        ("Du lịch", 0),
        ("Tín dụng", 0),
        ("Đang cập nhật", 0),
        ("tin_tuc", 1),
        ("Lịch sử", 0),
    ],
)
def test_news(label: Any, v: Any) -> None:
    assert news_value(label) == v


def test_vt() -> None:
    assert clean("dòng một\vdòng hai") == "dòng một dòng hai"


def test_noon() -> None:
    assert read_date("1:30 trưa 05/08/2025", NOW).iso == "2025-08-05T13:30:00+07:00"


@pytest.mark.parametrize(
    "t",
    [
        "05/08/2025 • 10:15",
        "10 giờ 15 ngày 05/08/2025",
        "05/08/2025 lúc 10 giờ 15",
        "05/08/2025 05:07 P.M.",
    ],
)
def test_time_lost(t: Any) -> None:
    r = read_date(t, NOW)
    assert (r.at.hour, r.at.minute) in ((10, 15), (17, 7))


def test_zero() -> None:
    with pytest.raises(UnreadableDateError):
        read_date("01 Jan 0000 00:00 GMT", NOW)
