"""Words by which Vietnamese portals name their pages: news sections, static pages, pagers."""

from __future__ import annotations

import re

from portals.language.text import fold

_NEWS = re.compile(
    r"\b(?:(?<!thong )tin|su kien|hoat dong|thoi su|thong bao|tieu diem|bai viet|chuyen muc|kinh te"
    r"|xa hoi|van hoa|chinh tri|phong trao|cong doan|xay dung dang|dang|doan the|news|lao dong"
    r"|giao duc|y te|quoc phong|an ninh|nong thon|phap luat|thi dua)\b"
)
_STATIC = re.compile(
    r"\b(?:gioi thieu|lien he|so do|co cau|to chuc bo may|chuc nang|nhiem vu|dang nhap|dang ky"
    r"|thu vien|hinh anh|video|hoi dap|gop y|y kien|lich|danh ba|van ban|tai lieu|thu tuc|trang chu"
    r"|about|contact|login|sitemap|site map|search|tim kiem|rss|faq|quang cao|ban do|dieu khoan)\b"
)
_NEXT = re.compile(
    r"^(?:trang (?:sau|tiep|ke|tiep theo)|tiep|tiep theo|ke tiep|sau|next|xem them|cu hon|older.*"
    r"|>+|»|›|→|▶|►)$"
)
_FIRST_OR_LAST = re.compile(r"^(?:dau|cuoi|trang dau|trang cuoi|first|last|\|?<+\|?|>+\||«|‹|←)$")
_PAGE_NUMBER = re.compile(r"^(?:trang )?\[?(\d{1,5})\]?$")


def news_value(label: str) -> int:
    """Return how much a link's words promise a news section: 1 yes, -1 a static page, 0 unknown."""
    words = fold(label).replace("-", " ")
    if _STATIC.search(words):
        return -1
    return 1 if _NEWS.search(words) else 0


_STRONG_NEWS = re.compile(
    r"\b(?:(?<!thong )tin|su kien|hoat dong|thoi su|thong bao|news|van ban moi|tin moi)\b"
)


def names_news(label: str) -> bool:
    """Tell whether a menu entry's words name news beyond doubt ("Tin tức - sự kiện")."""
    words = fold(label).replace("-", " ")
    if re.search(r"\bvan ban moi\b", words):
        return True
    return bool(_STRONG_NEWS.search(words)) and not _STATIC.search(words)


def is_pager_label(label: str) -> bool:
    """Tell whether a link's words lead to another page of the same list ("2", "Trang sau", "»")."""
    words = fold(label).strip()
    if not words:
        return False
    bare = words.strip(" .…")
    return bool(_PAGE_NUMBER.match(bare) or _NEXT.match(bare) or _FIRST_OR_LAST.match(bare))
