"""The column ``evidence`` of the catalogue, which is English, in Vietnamese."""

from __future__ import annotations

import re

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_DAY = re.compile(rf"\b(?:(\d{{1,2}}) )?({'|'.join(_MONTHS)}) (\d{{4}})\b")
_BETWEEN = re.compile(r"; |: (?=inferred)")

_PARTS: tuple[tuple[str, str], ...] = (
    (r"newest evidence is of (\S+)", r"dấu vết mới nhất: \1"),
    (r"the newest page known is of (\S+)", r"trang mới nhất từng thấy: \1"),
    (r"articles of (\S+)", r"có bài tháng \1"),
    (r"articles of (\S+) and (\S+)", r"có bài tháng \1 và tháng \2"),
    (r"article of (\S+)", r"có bài ngày \1"),
    (r"inferred", "suy ra"),
    (r"inferred, not observed", "suy ra, chưa kiểm chứng"),
    (r"the provinces were merged on that day", "ngày hai tỉnh, thành sáp nhập"),
    (r"districts were abolished on that day", "ngày bỏ cấp huyện"),
    (r"an older host of its successor", "địa chỉ cũ của trang kế tiếp"),
    (r"an older host of the same federation", "địa chỉ cũ của cùng liên đoàn"),
    (r"an older system on the same host", "hệ thống cũ ở cùng địa chỉ"),
    (
        r"merged with other media of (.+) on that day",
        r"ngày sáp nhập với các cơ quan báo chí khác của \1",
    ),
    (r"the owner is not confirmed", "chưa rõ cơ quan chủ quản"),
    (r"the owner is a guess", "cơ quan chủ quản là phỏng đoán"),
    (r"the body was reorganised", "cơ quan đã sắp xếp lại"),
    (r"the province was merged into (.+)", r"tỉnh đã nhập vào \1"),
    (
        r"the body was wound up under the plan of (\S+), the province merged in (\S+)",
        r"cơ quan kết thúc hoạt động theo kế hoạch tháng \1, tỉnh sáp nhập tháng \2",
    ),
    (r"the body was wound up", "cơ quan đã kết thúc hoạt động"),
    (r"the paper moved to (\S+)", r"báo đã chuyển sang \1"),
    (
        r"the papers of both provinces were merged on that day; certificate expired by (\S+)",
        r"ngày báo của hai tỉnh sáp nhập; chứng chỉ đã hết hạn, thấy vào tháng \1",
    ),
    (r"the ministry was dissolved", "bộ đã giải thể"),
    (r"the ministry was merged into (.+)", r"bộ đã nhập vào \1"),
    (r"the committee was dissolved", "ban đã giải thể"),
    (r"the commune was formed in (\S+)", r"xã thành lập tháng \1"),
    (r"a log-in is needed", "phải đăng nhập"),
    (r"merged into its successor", "đã nhập vào trang kế tiếp"),
    (r"its home page answers programs with a captcha", "trang chủ hỏi captcha khi máy truy cập"),
    (r"the server refuses programs", "máy chủ từ chối chương trình"),
    (r"TLS with a small DH key", "TLS dùng khoá DH ngắn"),
    (
        r"it refuses programs with a page of status 200",
        "máy chủ từ chối chương trình bằng một trang mã 200",
    ),
    (r"its certificate is for another name", "chứng chỉ thuộc tên miền khác"),
)  # fmt: skip


def in_vietnamese(text: str) -> str | None:
    """Return what the packaged catalogue says of a portal in Vietnamese, or None.

    None: it is a sentence of somebody else, such as of a ``portals.csv`` in the data folder.
    """
    dated = _DAY.sub(_numeric, text)
    whole = _translated(dated)
    if whole is not None:
        return whole
    parts = [_translated(part) for part in _BETWEEN.split(dated)]
    return "; ".join(part for part in parts if part) if all(parts) else None


def _translated(part: str) -> str | None:
    for pattern, said in _PARTS:
        if found := re.fullmatch(pattern, part):
            return found.expand(said)
    return None


def _numeric(found: re.Match[str]) -> str:
    day, month, year = found.groups()
    shown = f"{_MONTHS.index(month) + 1}/{year}"
    return f"{day}/{shown}" if day else shown
