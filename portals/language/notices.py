"""Wording of pages shown instead of content: challenges, logins, parked domains, error pages.

Sources: interstitials of Vietnamese hosting companies and of Cloudflare, 2016-2026, and pages of
registrars for lapsed .vn domains.
"""

from __future__ import annotations

import re
from typing import Literal

from portals.language.text import one_letter_d

Notice = Literal["challenge", "login", "parked", "server", "filtered", "broken", "missing"]

_WORDS: tuple[tuple[Notice, str], ...] = (
    ("challenge", r"just a moment\b|checking your browser|ddos protection by"),
    ("challenge", r"verify(?:ing)? (?:that )?you are (?:a )?human|enable javascript and cookies"),
    ("challenge", r"attention required.{0,5}cloudflare|đang kiểm tra trình duyệt"),
    ("challenge", r"xác (?:minh|nhận|thực) (?:rằng )?bạn (?:không phải )?là .{0,4}(?:người|robot)"),
    ("challenge", r"request rejected.{0,200}support id|web application firewall|sucuri website"),
    ("challenge", r"imunify360|mod_security|access denied.{0,80}(?:firewall|security)"),
    ("filtered", r"bị chặn .{0,20}theo yêu cầu|truy cập .{0,40}bị (?:nhà mạng|isp) .{0,20}chặn"),
    ("filtered", r"blocked by .{0,40}(?:provider|authorit|court)"),
    ("challenge", r"(?:vui lòng|xin) nhập mã (?:xác nhận|bảo mật|captcha)"),
    ("parked", r"domain (?:name )?(?:is|may be) (?:for sale|parked|available)|buy this domain"),
    ("parked", r"this domain (?:has )?expired|domain has expired|tên miền .{0,60}hết hạn"),
    ("parked", r"tên miền (?:này )?(?:đang|được) (?:rao bán|chờ|bảo lưu)"),
    ("parked", r"tên miền (?:này )?(?:đã )?được đăng ký (?:thành công|bởi|tại|qua)"),
    ("parked", r"tên miền .{0,40}chưa .{0,20}website|account (?:has been )?suspended"),
    ("parked", r"website (?:này )?(?:đã )?(?:bị )?(?:tạm )?(?:khóa|ngưng|dừng)"),
    ("server", r"welcome to nginx|apache2? .{0,20}default page|it works!|iis windows server"),
    ("broken", r"error establishing a database connection|database (?:connection )?error"),
    ("broken", r"(?:fatal|parse) error: .{0,300} (?:in|on) (?:/|[a-z]:|line)|sqlstate\["),
    ("broken", r"(?:warning|notice|error): .{1,200} on line \d+|could not connect to the database"),
    ("broken", r"server error in .{1,40} application|whitelabel error page|ora-\d{5}\b"),
    ("broken", r"(?:internal server|bad gateway|service (?:temporarily )?unavailable)\b"),
    ("broken", r"(?:website|trang web|hệ thống|cổng).{0,40} đang (?:được )?(?:bảo trì|nâng cấp)"),
    ("broken", r"(?:đã )?(?:xảy ra|có|gặp) (?:một )?(?:lỗi|sự cố) (?:trong|khi|hệ thống|máy chủ)"),
    ("broken", r"(?:hệ thống|máy chủ|trang|cổng).{0,30} (?:gặp|xảy ra|có) (?:lỗi|sự cố)\b"),
    ("broken", r"tạm (?:ngừng|dừng) (?:phục vụ|hoạt động|truy cập).{0,120} (?:bảo trì|nâng cấp)"),
    ("missing", r"không tìm thấy (?:trang|nội dung|bài|dữ liệu|đường dẫn|liên kết)"),
    (
        "missing",
        r"(?:trang|bài viết|liên kết|đường dẫn|địa chỉ).{0,40} không (?:còn )?tồn tại",
    ),
    ("missing", r"(?:bài viết|nội dung|tin) .{0,20}đã (?:bị |được )?(?:xóa|xoá|gỡ)"),
    ("missing", r"không có gì (?:ở đây|để hiển thị)|nội dung .{0,40}không (?:còn )?tồn tại"),
    ("missing", r"page (?:was |could |can ?)?not (?:be )?found|error 404|404 (?:error|not found)"),
    ("server", r"default (?:web )?(?:site|page).{0,30}(?:plesk|cpanel|directadmin)|index of /"),
)
_PATTERNS = [(kind, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for kind, pattern in _WORDS]


def read_notice(text: str) -> Notice | None:
    """Return the kind of notice that the text of a small page is, or None if it is none."""
    text = one_letter_d(text)
    return next((kind for kind, pattern in _PATTERNS if pattern.search(text)), None)
