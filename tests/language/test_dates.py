"""Every date form that was seen on a portal, and every way in which a text is no date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portals.language.dates import VIETNAM, UnreadableDateError, find_date, read_date
from tests.language.vietnamese import UNHURRIED, DateRow, date_rows, decomposed, sentence

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=VIETNAM)

ROWS = date_rows("dates.tsv")
DECOYS = date_rows("decoys.tsv")

each_row = pytest.mark.parametrize("row", ROWS, ids=[row.text for row in ROWS])
each_decoy = pytest.mark.parametrize("row", DECOYS, ids=[row.text for row in DECOYS])


def reading_of(text: str) -> tuple[str, str]:
    """Return what a row of the tables holds: the instant and its precision, or two dashes."""
    reading = find_date(text, NOW)
    return (reading.iso, reading.precision) if reading else ("-", "-")


# --- the tables ----------------------------------------------------------------------------------


@each_row
def test_a_seen_form_reads_as_its_table_says(row: DateRow) -> None:
    assert reading_of(row.text) == (row.expected, row.precision)


@each_decoy
def test_a_decoy_reads_as_the_date_it_shows(row: DateRow) -> None:
    assert reading_of(row.text) == (row.expected, row.precision)


@pytest.mark.parametrize(
    "variant",
    [
        pytest.param(decomposed, id="decomposed letters"),
        pytest.param(lambda text: text.replace(" ", "\u00a0"), id="no-break spaces"),
        pytest.param(lambda text: text.replace(" ", "&nbsp;"), id="spaces as entities"),
        pytest.param(lambda text: text.replace(" ", " \r\n\t "), id="runs of white space"),
        pytest.param(lambda text: f"\ufeff\u200b {text} \u200e", id="invisible signs around"),
        pytest.param(str.upper, id="upper case"),
        pytest.param(str.lower, id="lower case"),
    ],
)
@each_row
def test_a_seen_form_reads_alike_however_it_is_typed(
    row: DateRow, variant: Callable[[str], str]
) -> None:
    assert reading_of(variant(row.text)) == (row.expected, row.precision)


MONTHS = ["Một", "Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Mười"]
MONTHS += ["Mười Một", "Mười Hai"]


@pytest.mark.parametrize(("number", "name"), list(enumerate(MONTHS, start=1)))
def test_a_month_is_read_by_its_name(number: int, name: str) -> None:
    assert reading_of(f"2 Tháng {name}, 2024") == (f"2024-{number:02}-02T00:00:00+07:00", "day")


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("12:00 AM", "00:00"),
        ("12:30 SA", "00:30"),
        ("0:05 AM", "00:05"),
        ("8:05 AM", "08:05"),
        ("08:05 sáng", "08:05"),
        ("12:00 PM", "12:00"),
        ("12:15 CH", "12:15"),
        ("11:30 trưa", "11:30"),
        ("12:15 trưa", "12:15"),
        ("5:07 PM", "17:07"),
        ("05:07PM", "17:07"),
        ("11:59 CH", "23:59"),
        ("2:10 chiều", "14:10"),
        ("7:45 tối", "19:45"),
        ("15:33 PM", "15:33"),
        ("20:56 CH", "20:56"),
        ("00:05 PM", "00:05"),
        ("14h30", "14:30"),
        ("24:00", None),
        ("25:61", None),
    ],
)
def test_the_half_of_the_day_moves_only_the_hours_of_a_twelve_hour_clock(
    clock: str, expected: str | None
) -> None:
    iso, precision = reading_of(f"04/03/2024 | {clock}")
    assert iso == f"2024-03-04T{expected or '00:00'}:00+07:00"
    assert precision == ("minute" if expected else "day")


# --- what is no date -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("31/02/2020", "impossible"),
        ("00/01/2020", "impossible"),
        ("32/13/2020", "impossible"),
        ("12/25/2020", "impossible"),
        ("29/02/2023", "impossible"),
        ("29-02-1900", "impossible"),
        ("31.4.2024", "impossible"),
        ("ngày 31 tháng 4 năm 2024", "impossible"),
        ("5 tháng 13 năm 2024", "impossible"),
        ("2024-02-30", "impossible"),
        ("2024-13-01T00:00:00+07:00", "impossible"),
        ("2024-03-01T25:00:00+07:00", "impossible"),
        ("2024-03-01T10:00:00+99:99", "impossible"),
        ("2023-02-29+0704:37:54", "impossible"),
        ("2024-03-01+0799:37:54", "impossible"),
        ("Fri, 30 Feb 2024 21:30:54 GMT", "impossible"),
        ("Thu, 29 Feb 2024 21:30:54 +9999", "impossible"),
        ("Thu, 29 Feb 2024 21:30:54 GMT+99", "impossible"),
        ("1 tháng 1 năm 1899", "impossible"),
        ("99999999999 phút trước", "impossible"),
        ("9999 tuần trước", "impossible"),
        ("9999-12-31T23:59:59-07:00", "impossible"),
        ("0001-01-01T00:00:00+14:00", "impossible"),
        ("01/01/1899", "no date"),
        ("1899-12-31", "no date"),
        ("99/99/9999", "no date"),
        ("2/9", "no date"),
        ("tháng 9 năm 2024", "no date"),
        ("08:30", "no date"),
        ("hội nghị người lao động", "no date"),
        ("12.345.678 đồng", "no date"),
        ("0" * 70, "no date"),
        ("01/01/2050", "future"),
        ("1/1/99", "future"),
        ("ngày 1 tháng 1 năm 9999", "future"),
        ("2027-03-01T04:37:54+07:00", "future"),
        ("23/11/2026 12:01", "future"),
    ],
)
def test_what_is_no_date_is_refused_with_the_reason_and_the_text(text: str, reason: str) -> None:
    with pytest.raises(UnreadableDateError) as refusal:
        read_date(text, NOW)
    assert reason in str(refusal.value)
    assert f"'{text}'" in str(refusal.value)


@pytest.mark.parametrize("text", ["", "   ", "\r\n\t", "&nbsp;", "\u00a0\u200b\ufeff"])
def test_nothing_is_no_date(text: str) -> None:
    with pytest.raises(UnreadableDateError, match=r"^no date in ''$"):
        read_date(text, NOW)


@pytest.mark.parametrize("text", ["9" * 3000, "9" * 3000 + "/01/2020", "1" * 3000 + " ngày trước"])
def test_a_huge_number_is_refused_with_its_beginning_only(text: str) -> None:
    with pytest.raises(UnreadableDateError) as refusal:
        read_date(text, NOW)
    assert text[:80] in str(refusal.value)
    assert len(str(refusal.value)) < 160


def test_the_first_date_decides_even_if_it_is_impossible() -> None:
    with pytest.raises(UnreadableDateError):
        read_date("31/02/2020 (sửa ngày 01/03/2020)", NOW)


@pytest.mark.parametrize(
    "text",
    [
        "ngày 5 tháng 8 năm 2025 (sửa 06/08/2025)",
        "05/08/2025 (sửa ngày 6 tháng 8 năm 2025)",
        "2025-08-05 (sửa 06/08/2025)",
    ],
)
def test_the_first_date_decides_whatever_the_forms(text: str) -> None:
    assert reading_of(text) == ("2025-08-05T00:00:00+07:00", "day")


def test_a_clock_that_runs_two_days_fast_is_forgiven() -> None:
    assert reading_of("23/11/2026 12:00") == ("2026-11-23T12:00:00+07:00", "minute")


def test_without_now_a_past_date_is_read_as_well() -> None:
    assert read_date("Ngày 01/03/2022").iso == "2022-03-01T00:00:00+07:00"


# --- what a reading says -------------------------------------------------------------------------


def test_a_reading_keeps_the_cleaned_text_that_was_read() -> None:
    assert read_date(" (13:06&nbsp;| \n11/07/2018) ", NOW).raw == "(13:06 | 11/07/2018)"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("13/12/2016|18:32", "numeric"),
        ("21 tháng 09 năm 2025", "spelled"),
        ("2024-03-01", "iso-day"),
        ("2024-03-01T04:37:54+07:00", "iso"),
        ("2024-03-01+0704:37:54", "nukeviet-meta"),
        ("Mon, 07 Sep 2026 19:51:09 +0700", "rfc822"),
        ("Thu, 29 Feb 2024 21:02:54 GMT", "rfc822-minutes-are-the-month"),
        ("2 ngày trước", "relative"),
    ],
)
def test_a_reading_names_the_form_it_was_read_by(text: str, rule: str) -> None:
    assert read_date(text, NOW).rule == rule


def test_relative_dates_count_from_midnight_in_vietnam() -> None:
    just_past_midnight = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)  # 01:00 on the 21st
    assert read_date("hôm qua", just_past_midnight).iso == "2026-11-20T00:00:00+07:00"
    assert read_date("3 giờ trước", just_past_midnight).iso == "2026-11-20T00:00:00+07:00"
    assert read_date("5 phút trước", just_past_midnight).iso == "2026-11-21T00:55:00+07:00"
    assert read_date("Hôm qua, 15:20", just_past_midnight).iso == "2026-11-20T15:20:00+07:00"
    assert read_date("00:10 hôm nay", just_past_midnight).iso == "2026-11-21T00:10:00+07:00"


def test_feed_minutes_are_trusted_where_they_are_not_the_month() -> None:
    stamp = "Thu, 29 Feb 2024 21:03:54 GMT"
    assert reading_of(stamp) == ("2024-03-01T04:03:54+07:00", "minute")


@pytest.mark.parametrize("zone", ["GMT+7", "+0700", ""])
def test_feed_minutes_are_trusted_where_the_zone_is_not_gmt(zone: str) -> None:
    stamp = f"Sat, 25 Jul 2026 20:07:31 {zone}"
    assert reading_of(stamp) == ("2026-07-25T20:07:31+07:00", "minute")


# --- day first, always ---------------------------------------------------------------------------

FORMS = [
    "{d}/{m}/{y}",
    "{d:02}/{m:02}/{y}",
    "{d}-{m}-{y}",
    "{d:02}-{m:02}-{y}",
    "{d}.{m}.{y}",
    "{d:02}.{m:02}.{y}",
    "ngày {d} tháng {m} năm {y}",
    "Ngày {d:02} tháng {m:02} năm {y}",
    "{d} Tháng {m} {y}",
    "{y}-{m:02}-{d:02}",
]
CLOCKS = ["{h:02}:{n:02}", "{h}:{n:02}", "{h}h{n:02}", "{h:02}:{n:02}:{s:02}"]
PLACES = [
    *("{clock} {day}", "{clock} | {day}", "{clock}, {day}", "Cập nhật lúc {clock} ngày {day}"),
    *("{day} {clock}", "{day}|{clock}", "{day} - {clock}", "{day}, {clock}", "{day} @ {clock}"),
    *("({day} lúc {clock})", "Thứ hai, {day}, {clock} (GMT+7)"),
]

each_form = pytest.mark.parametrize("form", FORMS)
days = st.dates(date(1997, 1, 1), NOW.date())


def shown(form: str, day: date) -> str:
    return form.format(d=day.day, m=day.month, y=day.year)


@each_form
@given(day=days)
@UNHURRIED
def test_a_written_day_reads_back(form: str, day: date) -> None:
    assert reading_of(shown(form, day)) == (f"{day}T00:00:00+07:00", "day")


@each_form
@given(day=days, at=st.times(), clock=st.sampled_from(CLOCKS), place=st.sampled_from(PLACES))
@UNHURRIED
def test_a_written_day_and_time_read_back(
    form: str, day: date, at: time, clock: str, place: str
) -> None:
    at = at.replace(second=at.second if "{s" in clock else 0, microsecond=0)
    text = place.format(
        day=shown(form, day), clock=clock.format(h=at.hour, n=at.minute, s=at.second)
    )
    assert reading_of(text) == (datetime.combine(day, at, VIETNAM).isoformat(), "minute")


@pytest.mark.parametrize(
    "weekday",
    [
        *("Thứ hai", "Thứ Ba", "thứ tư", "THỨ NĂM", "Thứ sáu", "Thứ bảy", "Thứ bẩy", "Chủ nhật"),
        *("Thứ 2", "thứ 7", "T2", "T7", "CN"),
    ],
)
@given(day=days, form=st.sampled_from(FORMS))
@UNHURRIED
def test_a_weekday_is_ignored_even_between_time_and_day(weekday: str, form: str, day: date) -> None:
    written = f"{weekday}, {shown(form, day)}"
    assert reading_of(written) == (f"{day}T00:00:00+07:00", "day")
    assert reading_of(f"08:05 {written}") == (f"{day}T08:05:00+07:00", "minute")
    assert reading_of(f"08:05 | {written}") == (f"{day}T08:05:00+07:00", "minute")


@each_form
@given(day=days, before=sentence, after=sentence)
@UNHURRIED
def test_words_around_a_date_do_not_change_it(
    form: str, day: date, before: str, after: str
) -> None:
    text = f"{before} - {shown(form, day)}. {after}"
    assert reading_of(text) == (f"{day}T00:00:00+07:00", "day")


@given(day=st.dates(date(2000, 1, 1), NOW.date()), mark=st.sampled_from("/-."))
@UNHURRIED
def test_a_year_of_two_digits_is_of_this_century(day: date, mark: str) -> None:
    text = f"{day.day}{mark}{day.month}{mark}{day.year % 100:02}"
    assert reading_of(text) == (f"{day}T00:00:00+07:00", "day")


# --- machine formats -----------------------------------------------------------------------------

stamps = st.datetimes(datetime(1997, 1, 1), datetime(2026, 11, 20))  # noqa: DTZ001 - zone follows
zones = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(stamp=stamps, zone=zones, gap=st.sampled_from(["T", " ", "t"]), colon=st.booleans())
@UNHURRIED
def test_iso_with_any_offset_is_the_same_instant_in_vietnam(
    stamp: datetime, zone: timezone, gap: str, *, colon: bool
) -> None:
    instant = stamp.replace(tzinfo=zone)
    offset = instant.strftime("%z")
    text = stamp.isoformat(gap) + (f"{offset[:3]}:{offset[3:]}" if colon else offset)
    reading = read_date(text, NOW)
    assert (reading.at, reading.precision) == (instant, "minute")
    assert reading.at.utcoffset() == timedelta(hours=7)


@given(stamp=stamps)
@UNHURRIED
def test_iso_in_zulu_time_is_universal_time(stamp: datetime) -> None:
    assert read_date(f"{stamp.isoformat()}Z", NOW).at == stamp.replace(tzinfo=UTC)


@given(stamp=stamps)
@UNHURRIED
def test_iso_without_an_offset_is_vietnamese_time(stamp: datetime) -> None:
    assert read_date(stamp.isoformat(), NOW).at == stamp.replace(tzinfo=VIETNAM)


@given(stamp=stamps, zone=zones)
@UNHURRIED
def test_a_mail_date_with_any_offset_is_the_same_instant_in_vietnam(
    stamp: datetime, zone: timezone
) -> None:
    instant = stamp.replace(microsecond=0, tzinfo=zone)
    reading = read_date(format_datetime(instant), NOW)
    assert (reading.at, reading.precision) == (instant, "minute")
    assert reading.at.utcoffset() == timedelta(hours=7)


@given(stamp=stamps)
@UNHURRIED
def test_a_feed_date_in_gmt_is_an_instant_unless_its_minutes_are_the_month(
    stamp: datetime,
) -> None:
    instant = stamp.replace(microsecond=0, tzinfo=UTC)
    assume(instant.minute != instant.month)
    reading = read_date(format_datetime(instant, usegmt=True), NOW)
    assert (reading.at, reading.precision) == (instant, "minute")


# --- whatever is fed in --------------------------------------------------------------------------

PIECES = [
    *"/-.:,|@()[]+ \u00a0\u200b²½٣１",
    *("0", "1", "7", "12", "13", "24", "31", "32", "60", "99", "1899", "2024", "2026", "9999"),
    *("ngày", "tháng", "năm", "mười", "một", "lúc", "thứ", "chủ nhật", "T2", "CN", "trước", "phút"),
    *("giờ", "tuần", "hôm qua", "AM", "CH", "sáng", "GMT", "GMT+7", "+07", "+0700", "Z", "T"),
    *("Mon, ", " Feb ", " Sep ", "&#x2B;", "&nbsp;", "08:30", "07/10/2018", "2024-03-01"),
]


def read_or_refuse(text: str) -> None:
    """Read ``text``; fail on any error but a refusal, and on a reading that makes no sense."""
    try:
        reading = read_date(text, NOW)
    except UnreadableDateError:
        assert find_date(text, NOW) is None
        return
    assert find_date(text, NOW) == reading
    assert reading.at.utcoffset() == timedelta(hours=7)
    assert 1990 <= reading.at.year <= 2026
    assert reading.precision == "minute" or reading.at.time() == time()


@given(text=st.text())
@UNHURRIED
def test_any_text_is_read_or_refused(text: str) -> None:
    read_or_refuse(text)


@given(text=st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@UNHURRIED
def test_any_mixture_of_pieces_of_dates_is_read_or_refused(text: str) -> None:
    read_or_refuse(text)


@given(
    text=st.from_regex(r"\A(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Za-z]{3} \d{4} \d\d:\d\d(?::\d\d)?")
    | st.from_regex(r"\A\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?\Z")
    | st.from_regex(r"\A\d{4}-\d\d-\d\d\+07\d\d:\d\d:\d\d\Z")
    | st.from_regex(r"\A\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4} \d{1,2}:\d\d [AP]M\Z")
)
@UNHURRIED
def test_any_numbers_in_the_right_places_are_read_or_refused(text: str) -> None:
    read_or_refuse(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ngày đăng: 9-1-2017 Giờ đăng: 13:12 Đã xem: 988",
        "Ngày: 09/01/2017 Thời gian: 13:12",
        "Giờ đăng: 13:12 Ngày đăng: 9/1/2017",
        "Đăng ngày 9/1/2017, đăng lúc: 13h12",
    ],
)
def test_day_and_time_with_labels_of_their_own_are_one_date(text: str) -> None:
    assert reading_of(text) == ("2017-01-09T13:12:00+07:00", "minute")
