"""Lines among a text that are no text: controls, labels, counters, rows of links.

Sources of the rules: as in ``portals.language.bylines``.
"""

from __future__ import annotations

import re

from portals.language.sections import is_pager_text
from portals.language.text import one_letter_d

_VIEWS = re.compile(
    r"(?:số\s+)?(?:lượt\s+(?:xem|đọc|truy cập)|số\s+lần\s+đọc|view\s*count|đã\s+xem|xem)"
    r"\s*:\s*(?P<count>[\d.,]+)"
    r"|(?<![\d.,:/])(?P<before>\d{1,3}(?:[.,]\d{3})+|\d{1,7})\s*"
    r"(?:l(?:ượt|ần)\s+(?:xem|đọc)|đã\s+xem|views?)\b(?!\s*:)",
    re.IGNORECASE,
)
_MAX_CONTROLS = 120  # characters of a row of controls, parted by bars
_MAX_COUNTER = 200  # characters: a line with a counter is short
_NOISE = re.compile(
    r"^(?:"
    r"đọc bài viết|\[?\s*(?:trở về|quay về|quay lại|về đầu trang)\s*\]?"
    r"|xem với cỡ chữ.*|cỡ chữ\b.{0,12}|màu chữ.{0,12}|nghe (?:đọc )?(?:bài|nội dung).{0,20}|null"
    r"|\d\d:\d\d(?: ?/ ?\d\d:\d\d)?|(?:ngày )?cập nhật(?: lúc| ngày)? ?:[\s\d:/.,|-]{6,30}"
    r"|theo dõi (?:chúng tôi|báo|trang)\b.{0,60}|đánh giá(?: bài viết)?\s*:?.{0,10}"
    r"|(?:tệp|file|tập tin|tài liệu|văn bản)(?: tin)?\s*(?:đính )?kèm(?: theo)?\s*"
    r"(?::.{0,160})?"
    r"|bản in|in bài(?: viết)?|in trang.{0,12}|gửi bài viết|gởi bài viết|chia sẻ:?"
    r"|quảng cáo|advertisements?|tài trợ"
    r"|(?:(?:facebook|twitter|zalo|linkedin|pinterest|telegram|messenger|tiktok|youtube|whatsapp)"
    r"[\s|,·]*)+"
    r"|share|tweet|print|email|trở lại|quay lại|về đầu trang|a-? ?a ?a?\+?"
    r"|(?:từ khóa|từ khoá|tags?|thẻ|chủ đề)\s*:.*"
    r"|(?:link|đường dẫn)(?: bài(?: viết)?)? (?:nguồn|gốc)\b.{0,200}"
    r"|(?:chuyên mục|danh mục|thể loại)\s*:.{0,60}"
    r"|tổng số điểm của bài viết là.*|click để đánh giá.*|xếp hạng ?:.{0,30}"
    r"|chú ý: việc đăng lại bài viết.*"
    r"|(?:>>+|->|»|▶|►)\s*.{0,220}"
    r"|(?:xem thêm|đọc thêm|(?:tin |bài |tin bài )liên quan|có thể bạn quan tâm)\s*(?::.{0,160})?"
    r")$",
    re.IGNORECASE,
)


def is_noise(text: str) -> bool:
    """Return True if a line among the text is a control, a label or a row of links."""
    text = one_letter_d(text)
    if len(text) < _MAX_CONTROLS and "|" in text:
        return all(not part.strip() or is_noise(part.strip()) for part in text.split("|"))
    if len(text) < _MAX_CONTROLS and is_pager_text(text):
        return True
    if text[:1] in "-–—*" and _NOISE.match(text.strip("-–—* ")):
        return True
    return bool(_NOISE.match(text)) or (
        len(text) < 60 and bool(_VIEWS.fullmatch(text.strip("() ")))
    )


_COUNTS = re.compile(
    r"(?<![\d.,:/])\d[\d.,]*(?:k\+?\s*(?:lượt\s+)?(?:xem|đọc|views?)"
    r"|k?\+?\s*(?:(?:lượt\s+)?(?:thích|bình luận|chia sẻ)|phút đọc|min(?:ute)?s? read|comments?))"
    r"(?![^\W\d_])",
    re.IGNORECASE,
)
_NO_COUNT = re.compile(r"[(\[]\s*\|\s*(?:[)\]]|$)")


def without_counts(text: str) -> str:
    """Return a line of a header without the numbers of views, comments, minutes to read."""
    if not any(map(str.isdigit, text)):
        return text
    rest = _COUNTS.sub(" | ", _VIEWS.sub(" | ", text))
    return " ".join(_NO_COUNT.sub(" | ", rest).split())


def read_view_count(text: str) -> int | None:
    """Return the number of views in "Lượt xem: 16.717" or "475 đã xem", or None."""
    match = _VIEWS.search(text[-_MAX_COUNTER:])
    if not match:
        return None
    digits = re.sub(r"\D", "", match["count"] or match["before"])
    return int(digits) if 0 < len(digits) <= 12 else None
