"""Labels of links on Vietnamese portals: news sections, static pages, pagers.

A label with diacritics is matched with them ("Tín dụng" is not "tin"); a part of a URL has none and
is matched folded.
"""

from __future__ import annotations

import re

from portals.language.text import clean, fold

_NEWS_WORDS = (
    "tin", "sự kiện", "hoạt động", "thời sự", "thông báo", "tiêu điểm", "bài viết", "chuyên mục",
    "kinh tế", "xã hội", "văn hóa", "chính trị", "phong trào", "công đoàn", "xây dựng đảng", "đảng",
    "đoàn thể", "news", "lao động", "giáo dục", "y tế", "quốc phòng", "an ninh", "nông thôn",
    "pháp luật", "thi đua",
)  # fmt: skip
_STRONG_NEWS_WORDS = ("tin", "sự kiện", "hoạt động", "thời sự", "thông báo", "news", "văn bản mới")
_STATIC_WORDS = (
    "giới thiệu", "liên hệ", "sơ đồ", "cơ cấu", "tổ chức bộ máy", "chức năng", "nhiệm vụ",
    "đăng nhập", "đăng ký", "thư viện", "hình ảnh", "video", "hỏi đáp", "góp ý", "ý kiến",
    "lịch(?! sử)", "danh bạ", "văn bản", "tài liệu", "thủ tục", "trang chủ", "about", "contact",
    "login", "sitemap", "site map", "search", "tìm kiếm", "rss", "faq", "quảng cáo", "bản đồ",
    "điều khoản",
)  # fmt: skip


def _pattern(words: tuple[str, ...], *, folded: bool) -> re.Pattern[str]:
    """Return a pattern of whole words; "thông tin", "du lịch", "lịch sử" have other meanings."""
    plain = [fold(word) if folded else word for word in words]
    before = "(?<!thong )(?<!du )" if folded else "(?<!thông )(?<!du )"
    return re.compile(rf"\b{before}(?:{'|'.join(plain)})\b")


_NEWS = {folded: _pattern(_NEWS_WORDS, folded=folded) for folded in (True, False)}
_STRONG_NEWS = {folded: _pattern(_STRONG_NEWS_WORDS, folded=folded) for folded in (True, False)}
_STATIC = {folded: _pattern(_STATIC_WORDS, folded=folded) for folded in (True, False)}
_NEW_DOCUMENTS = re.compile(r"\b(?:văn bản|van ban) (?:mới|moi)\b")
_ARROWS = re.compile(r"[\s.…»«›‹→←▶►◄<>|]+")
_ARROW = re.compile(r"[»«›‹→←▶►◄<>]")
_OTHER_PAGE = re.compile(
    r"^(?:trang )?(?:sau|tiep|tiep theo|ke|ke tiep|truoc|dau|cuoi)$"
    r"|^(?:next|prev|previous|first|last)(?: page)?$|^xem (?:them|tiep)$"
    r"|^(?:(?:cac )?(?:tin|bai|bai viet) )?(?:cu|moi) hon$|^(?:older|newer)\b.*$"
    r"|^(?:xem|tai) them (?:tin|bai)(?: (?:viet|bai|tuc))?$|^tai them$|^load more$"
)
_LOADS_MORE = re.compile(
    r"^(?:xem|tai|hien thi|doc) them(?: (?:cac )?(?:tin|bai|noi dung)\b.{0,16})?$"
    r"|^(?:load|show|view) more\b.{0,16}$"
)
_LOADS_MORE_STORIES = re.compile(
    r"^(?:xem|tai|hien thi) them (?:cac )?(?:tin|bai)\b.{0,16}$|^load more\b"
)
_PAGE_NUMBER = re.compile(r"^(?:trang )?\[?(\d{1,5})\]?$")


def _prepared(label: str) -> tuple[str, bool]:
    text = re.sub(r"[-_/]+", " ", clean(label).casefold())
    is_ascii = text.isascii()
    return (fold(text) if is_ascii else text.replace("hoá", "hóa"), is_ascii)


def news_value(label: str) -> int:
    """Return 1 if a label names a news section, -1 if a static page, 0 if it is unknown."""
    text, folded = _prepared(label)
    if _NEW_DOCUMENTS.search(text):
        return 1
    if _STATIC[folded].search(text):
        return -1
    return 1 if _NEWS[folded].search(text) else 0


def names_news(label: str) -> bool:
    """Return True if the label of a menu entry clearly means news ("Tin tức - sự kiện")."""
    text, folded = _prepared(label)
    return news_value(label) >= 0 and bool(_STRONG_NEWS[folded].search(text))


_NEXT_PAGE = re.compile(
    r"^(?:[»›>→]|>>|next|sau|(?:trang )?(?:sau|tiếp)\b.{0,8}|tiếp theo)", re.IGNORECASE
)
_BACK_OR_LAST = re.compile(
    r"^(?:[«‹<←]|<<|prev|newer|trước|trang trước|đầu|cuối|first|last|(?:.{0,12} )?mới hơn)",
    re.IGNORECASE,
)


def is_next_label(label: str) -> bool:
    """Return True if a pager's label leads to the next page ("»", "Trang sau")."""
    return bool(_NEXT_PAGE.match(label))


def is_back_label(label: str) -> bool:
    """Return True if a pager's label leads to the previous, first or last page ("«", "Cuối")."""
    return bool(_BACK_OR_LAST.match(label))


def is_ahead_or_last(label: str) -> bool:
    """Return True unless a pager's label leads to the first or the previous page."""
    return not is_back_label(label) or fold(label).split()[-1:] in (["cuoi"], ["last"])


def loads_more(label: str, *, is_strict: bool = False) -> bool:
    """Return True if a button adds the next page to a list ("Xem thêm", "Tải thêm tin").

    ``is_strict``: only if the label says that it is news; "Xem thêm" may also unfold a text.
    """
    bare = _ARROWS.sub(" ", fold(label)).strip()
    return bool((_LOADS_MORE_STORIES if is_strict else _LOADS_MORE).match(bare))


def is_pager_label(label: str) -> bool:
    """Return True if a label leads to another page of the same listing ("2", "Trang sau »")."""
    if not label.strip():
        return False
    bare = _ARROWS.sub(" ", fold(label)).strip()
    if not bare:
        return bool(_ARROW.search(label))
    return bool(_PAGE_NUMBER.match(bare) or _OTHER_PAGE.match(bare))


_PAGER_TOKEN = re.compile(
    r"trang(?:\s+(?:sau|trước|tiếp(?: theo)?|đầu|cuối|kế(?: tiếp)?))?|pages?|phần|of|trên|sau|trước"
    r"|tiếp(?: theo)?|đầu|cuối|next|prev(?:ious)?|first|last|(?<!\d)\d{1,2}(?!\d)|[\s\W_]+",
    re.IGNORECASE,
)
_TIME = re.compile(r"\d\s*[:.hg]\s*\d\d|\d\s*[/.-]\s*\d+\s*[/.-]\s*\d")
_PAGER_LINE = re.compile(  # without a link: "Trang: 1 2", "Trang 1/3", "[1] [2]", "1 2 Sau »"
    r"(?:trang|pages?|phần)\s*:?\s*(?:\W*1\W+2\b|\d+\s*(?:/|of|trên)\s*\d+).*|\[1\]\W+\[2\].*"
    r"|1\W+2\b.*(?:sau|tiếp|next|cuối|last|[»›>])\W*|.*\b(?:trước|prev)\b.*\b1\W+2\b.*",
    re.IGNORECASE,
)


def is_pager_line(text: str) -> bool:
    """Return True if a line has nothing but numbers and the words and signs of a pager."""
    return not _PAGER_TOKEN.sub("", text) and not _TIME.search(text)


def is_pager_text(text: str) -> bool:
    """Return True if a line is a pager by its text alone ("Trang: 1 2 3", "[1] [2] Sau »")."""
    return bool(_PAGER_LINE.fullmatch(text)) and is_pager_line(text)


_DOCUMENT_NUMBER = re.compile(r"(?:số\s*:?\s*)?\d+(?:/\d{4})?/[A-ZĐ]{2,}[\w-]*", re.IGNORECASE)
_WELCOME = re.compile(r"chào mừng (?:bạn|quý|các bạn)\b", re.IGNORECASE)


def begins_with_document_number(text: str) -> bool:
    """Return True if a line begins with the number of a document ("Số 15/NQ-HĐND")."""
    return bool(_DOCUMENT_NUMBER.match(text))


def is_welcome(text: str) -> bool:
    """Return True if a line greets the visitors of a site."""
    return bool(_WELCOME.search(text))
