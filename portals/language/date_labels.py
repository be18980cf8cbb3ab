"""What the words beside a date say of it: an update, a document's day, a member's first day."""

from __future__ import annotations

import re

from portals.language.text import one_letter_d

WEEKDAY = r"(?:thứ\s*(?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|chủ\s*nhật|\bt[2-7]\b|\bcn\b)"
"""Pattern of the name of a day, lower case."""

_MAX_TWO_DATES = 200  # characters of a line with the dates of publication and update
_DOCUMENT_DAY = re.compile(
    r"^(?!bởi|by\b|tác giả|viết|đăng)[^\d,]{2,30},\s*ngày\s+\d{1,2}\s+tháng\s", re.IGNORECASE
)


def is_document_day(text: str) -> bool:
    """Return True for the place and day of a document: "Hà Nội, ngày 01 tháng 02 năm 2024"."""
    if not (match := _DOCUMENT_DAY.match(text)):
        return False
    return not re.match(WEEKDAY, match[0].casefold())


_UPDATED = re.compile(
    r"cập nhật|chỉnh sửa|sửa (?:lúc|ngày|đổi)|\bupdated?\b|\bmodified\b", re.IGNORECASE
)
_PUBLISHED = re.compile(
    r"(?:ngày|giờ|thời gian)?\s*(?:đăng(?: tải| tin| bài)?|xuất bản|phát hành|published|posted)"
    r"(?: (?:lúc|ngày|on|at))?\s*:?\s*(?=.{0,24}\d)",
    re.IGNORECASE,
)


def names_update(text: str) -> bool:
    """Return True if a line says when a page was updated, not when it was published."""
    text = one_letter_d(text)
    return bool(_UPDATED.search(text)) and not _PUBLISHED.search(text)


def tells_two_dates(text: str) -> bool:
    """Return True if a line has the dates of an update and of the publication."""
    text = one_letter_d(text)
    is_short = len(text) <= _MAX_TWO_DATES
    return is_short and bool(_UPDATED.search(text)) and bool(_PUBLISHED.search(text))


def from_publication(raw: str) -> str:
    """Return the part of a line with the publication date, if it has that of an update too."""
    if len(raw) > _MAX_TWO_DATES or not (updated := _UPDATED.search(one_letter_d(raw))):
        return raw
    published = _PUBLISHED.search(one_letter_d(raw))
    if published is None:
        return raw
    if published.start() > updated.start():
        return raw[published.start() :]
    return raw[: updated.start()]


_MEMBER_DAY = re.compile(
    r"(?:ngày )?(?:tham gia|gia nhập|sinh nhật|ngày sinh)\b|(?:join(?:ed)?|member since)\b",
    re.IGNORECASE,
)
_DOCUMENT_LABEL = re.compile(
    r"(?:ngày )?(?:ban hành|ký|(?:còn |có |hết )?hiệu lực|hết hạn)\b|(?:số )?giấy phép\b",
    re.IGNORECASE,
)


def names_member_day(text: str) -> bool:
    """Return True for the first day of a member of a forum ("Ngày tham gia: 12-08-2011")."""
    return bool(_MEMBER_DAY.match(one_letter_d(text)))


def names_document_day(text: str) -> bool:
    """Return True if a label before a day is that of a document ("Ngày ban hành")."""
    return bool(_DOCUMENT_LABEL.match(one_letter_d(text)))
