"""What challenges, login walls, parked domains and web servers say in place of a portal's page.

Sources: the walls of Vietnamese hosts and of Cloudflare, 2016-2026, and the pages of registrars
where .vn domains lapse.
"""

from __future__ import annotations

import re
from typing import Literal

Notice = Literal["challenge", "login", "parked", "server"]

_WORDS: tuple[tuple[Notice, str], ...] = (
    ("challenge", r"just a moment\b|checking your browser|ddos protection by"),
    ("challenge", r"verify(?:ing)? (?:that )?you are (?:a )?human|enable javascript and cookies"),
    ("challenge", r"attention required.{0,5}cloudflare|đang kiểm tra trình duyệt"),
    ("challenge", r"xác (?:minh|nhận|thực) (?:rằng )?bạn (?:không phải )?là .{0,4}(?:người|robot)"),
    ("challenge", r"(?:vui lòng|xin) nhập mã (?:xác nhận|bảo mật|captcha)"),
    ("parked", r"domain (?:name )?(?:is|may be) (?:for sale|parked|available)|buy this domain"),
    ("parked", r"this domain (?:has )?expired|domain has expired|tên miền .{0,60}hết hạn"),
    ("parked", r"tên miền (?:này )?(?:đang|được) (?:rao bán|chờ|bảo lưu)"),
    ("parked", r"tên miền .{0,40}chưa .{0,20}website|account (?:has been )?suspended"),
    ("parked", r"website (?:này )?(?:đã )?(?:bị )?(?:tạm )?(?:khóa|ngưng|dừng)"),
    ("server", r"welcome to nginx|apache2? .{0,20}default page|it works!|iis windows server"),
    ("server", r"default (?:web )?(?:site|page).{0,30}(?:plesk|cpanel|directadmin)|index of /"),
)
_PATTERNS = [(kind, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for kind, pattern in _WORDS]


def read_notice(text: str) -> Notice | None:
    """Return what the words of a small page say it is, or None where they say nothing of it."""
    return next((kind for kind, pattern in _PATTERNS if pattern.search(text)), None)
