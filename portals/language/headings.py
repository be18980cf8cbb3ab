"""Lines that end an article or head a box of links: other news, comments, the site's imprint."""

from __future__ import annotations

import re

from portals.language.text import one_letter_d

_ENDS_ARTICLE = re.compile(
    r"^(?:xem tin khác|(?:các )?tin(?: bài)? khác|tin liên quan|tin mới hơn|tin cũ hơn"
    r"|(?:các )?(?:tin|bài)(?: viết)? đã đưa|(?:các )?(?:tin|bài)(?: viết)? (?:trước|tiếp theo)"
    r"|(?:các )?(?:tin|bài|tin bài|bài viết|tin tức) cùng (?:chuyên mục|chủ đề|mục|loại|tác giả)"
    r"|(?:các )?(?:tin|bài|tin bài|bài viết|tin tức) (?:mới nhất|gần đây|xem nhiều)"
    r"|(?:các )?(?:tin|bài|bài viết) đã (?:đăng|viết|đọc)"
    r"|cùng (?:chuyên mục|chủ đề|mục|tác giả)|những tin (?:mới|cũ) hơn"
    r"|(?:các |những )?(?:bài|bài viết|bài đăng|(?:chùm |bộ )?ảnh|video|clip|phóng sự|câu hỏi"
    r"|thông báo|chủ đề|chương trình|sự kiện) (?:khác|tương tự|liên quan|gần đây|cùng \S+(?: \S+)?)"
    r"|(?:các )?(?:bình luận|ý kiến|góp ý|phản hồi|thảo luận)(?: của)?"
    r" (?:bạn đọc|độc giả|thính giả|khán giả)"
    r"|ý kiến phản hồi|bình luận|chuyên đề|lượt truy cập|đang trực tuyến.*"
    r"|hiển thị\s*:\s*\d+ / \d+.*"
    r"|designed and maintained by.*|tin đọc nhiều|đọc nhiều nhất|tin nổi bật)\s*:?$",
    re.IGNORECASE,
)
_BOX_HEADING = re.compile(
    r"^(?:(?:tin|bài)(?: bài| viết)? liên quan|tin nổi bật|tin đọc nhiều|đọc nhiều nhất)\s*:?$",
    re.IGNORECASE,
)
_IMPRINT = re.compile(
    r"^(?:©|®|copyright\b|bản quyền (?:thuộc|của|©|\d)|cơ quan (?:chủ quản|quản lý)\s*:"
    r"|giấy phép (?:số|thiết lập|xuất bản|hoạt động)[^.]{0,80}$"
    r"|chịu trách nhiệm (?:chính|nội dung|xuất bản)\s*[:(]|all rights reserved"
    r"|trang chủ\s*[|•·]|\d+ (?:bình luận|phản hồi|ý kiến|trả lời)$"
    r"|(?:bình luận|ý kiến|góp ý|phản hồi|thảo luận)(?: của)?"
    r"(?: (?:bạn đọc|độc giả|thính giả|khán giả|phản hồi))?\s*\(\d+\)"
    r"|(?:ý kiến của bạn|gửi (?:bình luận|ý kiến|phản hồi)|viết bình luận)\s*:?$"
    r"|(?:mời |quý )?(?:bạn đọc|độc giả|quý vị|khán giả)\b.{0,160}"
    r"(?:đường dây nóng|hotline|hòm thư|e-?mail|gửi về)\b"
    r"|ghi rõ nguồn .{0,60}khi )",
    re.IGNORECASE,
)


def is_imprint(text: str) -> bool:
    """Return True if a line belongs to the footer of a page: owner, licence, comments."""
    return bool(_IMPRINT.match(one_letter_d(text)))


def is_box_heading(text: str) -> bool:
    """Return True if a line is the heading of a link box, which can occur within a text."""
    return bool(_BOX_HEADING.match(one_letter_d(text)))


def ends_article(text: str) -> bool:
    """Return True if a line is a heading below the article: other news, comments."""
    return len(text) < 80 and bool(_ENDS_ARTICLE.match(one_letter_d(text)))
