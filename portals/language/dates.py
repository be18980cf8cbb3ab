"""Reading the dates that Vietnamese portals print.

The day always comes first, the zone is +07:00 if none is given, weekdays are ignored (portals print
wrong ones). A time of day is never invented: a text with only a day gives 00:00 with precision
``day``. python-dateutil parses the machine formats, where it is right; dates written by people are
parsed by this module's patterns, because stock parsers swap day and month or find nothing.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Literal

from dateutil import parser as dateutil_parser

from portals.language.date_labels import WEEKDAY, from_publication
from portals.language.text import clean, one_letter_d
from portals.timestamps import utc_now

Precision = Literal["minute", "day"]

VIETNAM = timezone(timedelta(hours=7))
"""Asia/Ho_Chi_Minh: +07:00 without summer time since 1975."""

EARLIEST_YEAR = 1990
"""Vietnam has been on the Internet since 1997; a few papers put older archives online."""

FUTURE_TOLERANCE = timedelta(days=2)
"""Tolerance for wrong server clocks; anything later is not a publication date."""


class UnreadableDateError(ValueError):
    """The text contains no date, or an impossible one; the message says which."""


@dataclass(frozen=True, slots=True)
class DateReading:
    """A parsed date: ``at`` in +07:00, ``rule`` the name of the format, ``raw`` the source text."""

    at: datetime
    precision: Precision
    rule: str
    raw: str

    @property
    def iso(self) -> str:
        """The instant as stored: ISO 8601 with +07:00."""
        return self.at.isoformat()


_TIME = (
    r"(?P<hour>\d{1,2})\s?(?::|h|g|giờ)\s?(?P<minute>\d{2}|\d(?=\s*phút))(?!\d?/)(?::(?P<second>\d{2}))?['’′]?"
    r"(?:\s*phút\b)?(?:,?\s*(?P<half>[ap]\.?m|sa|ch|sáng|trưa|chiều|tối)\b)?"
)
_BETWEEN = (
    r"(?:[\s,;|@•·()\[\]–—-]|(?:giờ(?: đăng)?|ngày(?: đăng)?|đăng lúc|thời gian)\s*:"
    rf"|ngày|lúc|vào|hồi|phút|{WEEKDAY})*"
)
_MONTH_WORDS = {
    "một": 1, "giêng": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7,
    "bẩy": 7, "tám": 8, "chín": 9, "mười": 10, "mười một": 11, "mười hai": 12, "chạp": 12,
}  # fmt: skip
_MONTH = "(?P<month>" + "|".join(sorted(_MONTH_WORDS, key=len, reverse=True)) + r"|\d{1,2})"
_NUMERIC = (
    r"(?<!\d)(?<!\d[.:/])(?P<day>\d{1,2})(?P<mark>[./-]|\s-\s)(?P<month>\d{1,2})(?P=mark)"
    r"(?P<year>(?:19|20)\d{2}|\d{2}(?!\d))"
)
_MONTH_MARK = r"(?:(?:tháng|thg\.?)\s+|th\.?\s?(?=\d))"
"""Before a month's number: WordPress in Vietnamese abbreviates to "Th9"."""

_SPELLED = rf"(?<!\d)(?P<day>\d{{1,2}})\s+{_MONTH_MARK}{_MONTH}\b,?(?:\s+năm)?\s+(?P<year>\d{{4}})"
_MONTH_FIRST = (  # WordPress with "F j, Y" in Vietnamese
    rf"(?<![^\W\d_]){_MONTH_MARK}{_MONTH}\s+(?P<day>\d{{1,2}}),?\s+(?:năm\s+)?"
    r"(?P<year>\d{4})(?!\d)"
)
_ENGLISH_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
         "august aug", "september sept sep", "october oct", "november nov", "december dec"), 1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH_WORDS |= _ENGLISH_MONTHS
_ENGLISH_MONTH = f"(?P<month>{'|'.join(_ENGLISH_MONTHS)})"
_ENGLISH = (
    r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]"
    rf"{_ENGLISH_MONTH}\b\.?,?[\s-](?P<year>\d{{4}})(?!\d)"
)
_ENGLISH_MONTH_FIRST = (
    rf"\b{_ENGLISH_MONTH}\b\.?\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}})(?!\d)"
)
_ISO_DAY = (
    r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)"
    r"(?P<day>\d{1,2})(?!\d)"
)
_DATES = (
    ("numeric", _NUMERIC),
    ("spelled", _SPELLED),
    ("month-first", _MONTH_FIRST),
    ("english", _ENGLISH),
    ("english-month-first", _ENGLISH_MONTH_FIRST),
    ("iso-day", _ISO_DAY),
)
_TIME_FIRST = {
    name: re.compile(rf"(?<!\d)(?<!\d[/.:-]){_TIME}{_BETWEEN}{day}") for name, day in _DATES
}
_DATE_FIRST = {name: re.compile(rf"{day}(?:{_BETWEEN}{_TIME})?") for name, day in _DATES}
_ISO = re.compile(
    r"(?<!\d)(?P<day>\d{4}-\d\d-\d\d)[t ](?P<time>\d\d:\d\d(?::\d\d)?)(?P<part>[.,]\d{1,9})?"
    r"\s*(?:(?P<zone>z|[+-]\d\d(?::?\d\d)?)|\(?(?:gmt|utc)\s?(?P<offset>[+-]\d{1,2}))?(?!\d)",
    re.IGNORECASE,
)
_NUKEVIET_META = re.compile(r"^(\d{4}-\d\d-\d\d)\+07(\d\d:\d\d:\d\d)$")
_RFC822 = re.compile(
    r"^(?:[a-z]{3},\s*)?\d{1,2} [a-z]{3} (?:19|20)\d\d \d\d:\d\d(?::\d\d)?"
    r"\s*(?P<zone>[+-]\d{4}|gmt|utc?|z)?\s*(?P<offset>[+-]\d{1,2})?$",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"(?<!thứ )\b(\d{1,12})\s+(giây|phút|giờ|tiếng|ngày|tuần)\s+trước\b")
_NAMED_DAY = r"\bhôm\s(?P<day>nay|qua)\b"
_DAY_AND_TIME = tuple(
    re.compile(pattern)
    for pattern in (rf"{_NAMED_DAY}{_BETWEEN}{_TIME}", rf"(?<!\d){_TIME}{_BETWEEN}{_NAMED_DAY}")
)
"""Of today only with a time: in a text, and beside a clock, "hôm nay" is no date."""

_RELATIVE_UNITS = {
    "giây": timedelta(seconds=1), "phút": timedelta(minutes=1), "giờ": timedelta(hours=1),
    "tiếng": timedelta(hours=1), "ngày": timedelta(days=1), "tuần": timedelta(weeks=1),
}  # fmt: skip
_MAYBE_DATE = re.compile(r"\d|qua\b", re.IGNORECASE)
_NOON_ENDS = 4  # "1:30 trưa" is after twelve, "11:30 trưa" before
_MORNING = frozenset(["am", "sa", "sáng"])


_WRITTEN = re.compile(
    "|".join(
        re.sub(r"\?P<\w+>", "?:", pattern).replace("(?P=mark)", r"(?:[-/.]|\s-\s)")
        for name, day in _DATES
        for pattern in (rf"(?<![\d/.:-]){_TIME}{_BETWEEN}{day}", rf"{day}(?:{_BETWEEN}{_TIME})?")
    )
)
_AROUND_DATE = re.compile(
    rf"{WEEKDAY}|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|\(?(?:gmt|utc)\s?[+-]?\d{0,2}(?::\d\d)?\)?"
    r"|(?<![^\W\d_])(?:ngày|lúc|vào(?: lúc)?|hồi|thời gian)(?![^\W\d_])"
    r"|(?:ngày |được |giờ )?(?:đăng(?: tải| tin| bài)?(?: bởi)?|cập nhật|xuất bản|phát hành"
    r"|publish(?:ed)?|posted|update[d]?|tạo)(?: (?:lúc|ngày|on|at|vào))*(?![^\W\d_])\s*:?",
)


_DATE_LABEL = re.compile(
    r"(?:(?:tin |bài )?(?:ngày|đăng|đăng tải|đăng lúc|ngày đăng|đăng ngày|ngày đăng tin"
    r"|ngày cập nhật|cập nhật|cập nhật lúc|cập nhật ngày|thời gian|lúc|xuất bản|ngày xuất bản"
    r"|posted|posted on|date))?[\s:,|/–-]*",
    re.IGNORECASE,
)
_ZONE_MARK = re.compile(r"\(?(?:gmt|utc)\s?\+?\d{0,2}\)?", re.IGNORECASE)


def is_date_label(text: str) -> bool:
    """Return True if ``text`` is empty or a label before a date ("Đăng ngày:", "|")."""
    return bool(_DATE_LABEL.fullmatch(one_letter_d(text)))


_CLOCK = re.compile(rf"(?:lúc\s*)?{_TIME}[\s,|–-]*", re.IGNORECASE)


_CLOCK_LABEL = re.compile(r"^(?:giờ(?: đăng)?|lúc|vào lúc|thời gian)\s*:?\s*", re.IGNORECASE)


def clock_in(text: str) -> str:
    """Return the time of day that a line of its own has ("Giờ đăng: 03:48"), or ``""``."""
    rest = _CLOCK_LABEL.sub("", text.strip())
    return rest if is_clock(rest) else ""


def is_clock(text: str) -> bool:
    """Return True if ``text`` is a time of day and nothing else ("09:15 |")."""
    return bool(_CLOCK.fullmatch(text.casefold().strip()))


def without_date(text: str) -> str:
    """Return the rest of a line with a date: without it, its labels, its weekday and its zone."""
    rest = clean(text)
    folded = one_letter_d(rest.casefold())
    if len(folded) != len(rest):
        return rest
    for pattern in (_ISO, _WRITTEN, *_DAY_AND_TIME, _RELATIVE, _AROUND_DATE):
        cut = [match.span() for match in pattern.finditer(folded)]
        for start, end in reversed(cut):
            rest = f"{rest[:start]} {rest[end:]}"
            folded = f"{folded[:start]} {folded[end:]}"
    return " ".join(rest.split()).strip(" \t|–—-,;:()[]•·/")


_BEFORE_DATE = re.compile(r"(?:\s*[(\[|–—-])?\s*(?:ngày|lúc|cập nhật)?:?\s*$", re.IGNORECASE)


_WITHIN_PHRASE = re.compile(
    r"(?<![^\W\d_])(?:từ|đến|tới|hết|của|sau|trước|kể từ|tại|và)$", re.IGNORECASE
)
"""Before a day that belongs to the words of a title: "Lịch công tác từ 23/11 đến 29/11/2026"."""


def beside_date(text: str) -> str:
    """Return the text before the date of a line, or the text after it: "Title (13.01.2017)".

    A line whose date is part of a phrase is returned as it is.
    """
    shown = clean(text)
    folded = one_letter_d(shown.casefold())
    match = _WRITTEN.search(folded) if len(folded) == len(shown) else None
    if match is None:
        return shown
    before = _BEFORE_DATE.sub("", shown[: match.start()])
    if before.count("(") > before.count(")") or _WITHIN_PHRASE.search(before):
        return shown
    return before.strip() or shown[match.end() :].strip(" )]|–—-:")


def without_zone(text: str) -> str:
    """Return ``text`` without the time zone after a date ("(GMT+7)")."""
    return _ZONE_MARK.sub(" ", text)


def read_date(text: str, now: datetime | None = None) -> DateReading:
    """Return the first date in ``text``, with the time of day beside it.

    ``now`` (aware; default: the current time) is when the page was served: relative dates count
    from it, and later dates are refused. Raises UnreadableDateError.
    """
    now = now or utc_now()
    raw = _GLUED.sub(r"\1 ", clean(html.unescape(text)))
    return _read(from_publication(raw), now)


_GLUED = re.compile(r"(\d{2}\s?(?:SA|CH|AM|PM))(?=[A-ZĐ][^\W\d_A-Z])")
"""Half of the day with the next label, of elements that only a style sheet parts."""


def _read(raw: str, now: datetime) -> DateReading:
    for read in (_read_machine, _read_written, _read_relative):
        if reading := read(raw, now):
            return _checked(reading, now)
    raise UnreadableDateError(f"no date in {raw[:80]!r}")


def find_date(text: str, now: datetime | None = None) -> DateReading | None:
    """Return the date in ``text`` as ``read_date`` does, or None if there is none."""
    if not _MAYBE_DATE.search(text):
        return None
    try:
        return read_date(text, now)
    except UnreadableDateError:
        return None


_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")  # seconds or milliseconds since 1970, from 2001 on


def find_moment(value: str, now: datetime | None = None) -> DateReading | None:
    """Return the date in the attribute of an element: as ``find_date``, or a Unix time."""
    if not _EPOCH.fullmatch(value):
        return find_date(value, now)
    at = datetime.fromtimestamp(int(value[:10]), UTC).astimezone(VIETNAM)
    limit = (now or utc_now()) + FUTURE_TOLERANCE
    return DateReading(at, "minute", "unix", value) if at <= limit else None


def _checked(reading: DateReading, now: datetime) -> DateReading:
    if reading.at.year < EARLIEST_YEAR:
        raise UnreadableDateError(f"impossible year in {reading.raw[:80]!r}")
    if reading.at > now + FUTURE_TOLERANCE:
        raise UnreadableDateError(f"date in the future: {reading.raw[:80]!r}")
    return reading


def _read_machine(raw: str, _now: datetime) -> DateReading | None:
    if match := _NUKEVIET_META.match(raw):
        # PHP's "T" in the format expanded to the zone: 2024-03-01+0704:37:54 is 04:37:54.
        at = _parsed(f"{match[1]}T{match[2]}+07:00", raw)
        return DateReading(at, "minute", "nukeviet-meta", raw)
    if match := _ISO.search(raw):
        zone = match["zone"] or (f"{int(match['offset']):+03d}" if match["offset"] else "+07:00")
        at = _parsed(f"{match['day']}T{match['time']}{match['part'] or ''}{zone.upper()}", raw)
        return DateReading(at, "minute", "iso", raw)
    if match := _RFC822.match(raw):
        return _read_rfc822(raw, match)
    return None


def _parsed(stamp: str, raw: str) -> datetime:
    try:
        at: datetime = dateutil_parser.isoparse(stamp)
        return at.astimezone(VIETNAM)
    except (ValueError, OverflowError) as error:
        raise UnreadableDateError(f"impossible date {raw[:80]!r}") from error


def _read_rfc822(raw: str, match: re.Match[str]) -> DateReading:
    # dateutil takes "GMT+7" for seven hours west of Greenwich, so the zone is read here.
    stamp = raw[: match.start("zone")] if match["zone"] else raw
    try:
        zone = _zone(match["zone"], match["offset"])
        at = dateutil_parser.parse(stamp, ignoretz=True).replace(tzinfo=zone)
        local = at.astimezone(VIETNAM)
    except (ValueError, OverflowError) as error:
        raise UnreadableDateError(f"impossible date {raw[:80]!r}") from error
    if (match["zone"] or "").lower() == "gmt" and not match["offset"] and at.minute == at.month:
        # NukeViet 3.4-4.5 prints the month instead of the minutes: only the day is reliable.
        day = datetime.combine(local.date(), time(), VIETNAM)
        return DateReading(day, "day", "rfc822-minutes-are-the-month", raw)
    return DateReading(local, "minute", "rfc822", raw)


def _zone(name: str | None, offset: str | None) -> timezone:
    if offset:
        return timezone(timedelta(hours=int(offset)))
    if name and name[0] in "+-":
        hours, minutes = int(name[:3]), int(name[0] + name[3:])
        return timezone(timedelta(hours=hours, minutes=minutes))
    return UTC if name else VIETNAM


def _read_written(raw: str, _now: datetime) -> DateReading | None:
    folded = one_letter_d(raw.casefold())
    best: tuple[int, str, re.Match[str]] | None = None
    for name, pattern in _DATE_FIRST.items():
        match = pattern.search(folded)
        if match and (best is None or match.start() < best[0]):
            best = (match.start(), name, match)
    if best is None:
        return None
    _, name, match = best
    # A time before the date belongs to it; one after it may belong to the next date.
    for before in _TIME_FIRST[name].finditer(folded):
        if before.start("day") == match.start("day"):
            match = before
            break
    day = _day_of(match, raw)
    clock = _clock_of(match)
    if clock is None:
        return DateReading(datetime.combine(day, time(), VIETNAM), "day", name, raw)
    return DateReading(datetime.combine(day, clock, VIETNAM), "minute", name, raw)


def _day_of(match: re.Match[str], raw: str) -> date:
    year, month = int(match["year"]), _MONTH_WORDS.get(match["month"])
    try:
        year = 2000 + year if len(match["year"]) == 2 else year
        return date(year, month or int(match["month"]), int(match["day"]))
    except ValueError as error:
        raise UnreadableDateError(f"impossible date {raw[:80]!r}") from error


def _clock_of(match: re.Match[str]) -> time | None:
    if match["hour"] is None:
        return None
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    if hour > 23 or minute > 59:
        return None
    half = match["half"]
    # Correct for the 12-hour clock and for the malformed "15:33 PM" alike.
    half = half.replace(".", "") if half else None
    if half in _MORNING:
        hour = 0 if hour == 12 else hour
    elif half and 0 < hour < (_NOON_ENDS if half == "trưa" else 12):
        hour += 12
    return time(hour, minute, second if second < 60 else 0)


def _read_relative(raw: str, now: datetime) -> DateReading | None:
    folded = one_letter_d(raw.casefold())
    local = now.astimezone(VIETNAM)
    if match := _RELATIVE.search(folded):
        count = int(match[1])
        if count > 10_000:
            raise UnreadableDateError(f"impossible date {raw[:80]!r}")
        try:
            at = local - count * _RELATIVE_UNITS[match[2]]
        except OverflowError:
            raise UnreadableDateError(f"impossible date {raw[:80]!r}") from None
        if match[2] in ("giây", "phút"):
            return DateReading(at.replace(second=0, microsecond=0), "minute", "relative", raw)
        return DateReading(_midnight(at), "day", "relative", raw)
    for pattern in _DAY_AND_TIME if "hôm" in folded else ():
        if (match := pattern.search(folded)) and (clock := _clock_of(match)):
            day = local.date() - timedelta(days=match["day"] == "qua")
            return DateReading(datetime.combine(day, clock, VIETNAM), "minute", "named-day", raw)
    if re.search(r"\bhôm qua\b", folded):
        return DateReading(_midnight(local - timedelta(days=1)), "day", "relative", raw)
    return None


def _midnight(at: datetime) -> datetime:
    return datetime.combine(at.date(), time(), VIETNAM)
