"""Pages that are no portal's: challenges, login walls, parked domains, a server's own pages.

Told by what they say, since they answer with any status; only where a page shows no article and
no list. Sources: the walls that Vietnamese hosts and Cloudflare put up, 2016-2026, and the pages
of registrars where .vn domains lapse.
"""

from __future__ import annotations

import re
from typing import Literal

from portals.extraction.page import Page
from portals.language.text import words

Unusual = Literal["challenge", "login", "parked", "server"]

REASONS: dict[Unusual, str] = {
    "challenge": "a challenge page in place of the portal",
    "login": "a login wall in place of the page",
    "parked": "the domain is parked or has expired",
    "server": "a page of the web server, not of the portal",
}

_LOOKED_AT = 60_000  # characters of markup; such pages are small
_MAX_WORDS = 400  # a page that shows more is one of the portal's own
_MARKUP: tuple[tuple[Unusual, str], ...] = (
    ("challenge", r"document\.cookie\s*=.{0,200}location\.(?:reload|href|replace)"),
    ("challenge", r"/cdn-cgi/challenge-platform|cf[-_]chl|_Incapsula_Resource|sucuri_cloudproxy"),
    ("challenge", r"g-recaptcha|h-captcha|hcaptcha\.com/1/api"),
    ("parked", r"sedoparking|parkingcrew|bodis\.com|parklogic|domainparking"),
    ("login", r"<input[^>]+type\s*=\s*[\"']?password"),
)
_TEXT: tuple[tuple[Unusual, str], ...] = (
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
_FLAGS = re.IGNORECASE | re.DOTALL
_BY_MARKUP = [(kind, re.compile(pattern, _FLAGS)) for kind, pattern in _MARKUP]
_BY_TEXT = [(kind, re.compile(pattern, _FLAGS)) for kind, pattern in _TEXT]


def unusual(page: Page) -> Unusual | None:
    """Return what a page without article and list is instead, where its words tell."""
    shown = " ".join(block.text for block in page.blocks[:200])
    if len(words(shown)) > _MAX_WORDS:
        return None
    text = f"{page.head_title} {shown}"
    by_text = next((kind for kind, pattern in _BY_TEXT if pattern.search(text)), None)
    if by_text:
        return by_text
    markup = page.text[:_LOOKED_AT]
    return next((kind for kind, pattern in _BY_MARKUP if pattern.search(markup)), None)
