"""Replacing the words of a page, so that a fixture keeps a portal's markup and none of its text.

Each word is always replaced by the same other word, so that a title still equals the headline in
the head of the page. Short lines (menus, labels, controls) stay, since the reader depends on them;
so do numbers and URLs. Scripts, styles and comments are emptied.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from dataclasses import dataclass, replace

from portals.article import Article, Reject
from portals.errors import PortalError
from portals.extraction.reader import Recipe
from portals.language.decoding import decode
from portals.language.text import canonical, words
from portals.operations.fixtures import read_served
from portals.operations.site_probe import FetchedPage

_MIN_WORDS = 5
"""Lines with fewer words are labels, unless the article has them."""

_INVENTED = """
    mây gió trăng sông núi đồi ruộng lúa khoai ngô vườn cây cành lá hoa quả hạt rễ suối thác hồ ao
    biển đảo cát sóng thuyền buồm chèo lưới cá tôm cua ốc chim én cò vạc trâu bò ngựa dê tre trúc
    mai cúc lan sen gạo nếp muối đường mật trà nắng mưa sương tuyết xanh đỏ vàng tím nâu hồng
""".split()

_KEPT = frozenset(
    """
    thứ hai ba tư năm sáu bảy chủ nhật ngày tháng giờ lúc ảnh nguồn theo tác giả bài tin video clip
    đăng cập
    """.split()
)
"""Words by which the reader recognises dates, captions and sources."""

_WORD = re.compile(r"[^\W\d_]+")
_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_ATTRIBUTE = re.compile(
    r"""(\b(?:alt|title|content)\s*=\s*)(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE
)
_PARTS = re.compile(
    r"(?P<comment><!--.*?-->)"
    r"|(?P<open><(?P<tag>script|style)\b[^>]*>)(?P<code>.*?)(?P<close></(?P=tag)\s*>)"
    r"|(?P<markup><[^>]*>)|(?P<text>[^<]+)",
    re.DOTALL | re.IGNORECASE,
)


class RewriteError(PortalError):
    """The page is read differently once its words are replaced."""


def rewrite(served: FetchedPage, recipe: Recipe) -> tuple[FetchedPage, Article | Reject]:
    """Return the page in invented words (UTF-8), and what is extracted from it with ``recipe``.

    Raises RewriteError if it is read differently from the page as served.
    """
    before = read_served(served, recipe)
    short = [] if isinstance(before, Reject) else _short_texts(before)
    text = decode(served.body, served.content_type).text
    body = _Rewriter(frozenset(map(canonical, short))).page(text).encode()
    rewritten = replace(served, body=body, content_type="text/html; charset=utf-8")
    after = read_served(rewritten, recipe)
    if fault := _difference(before, after):
        raise RewriteError(
            f"{served.url} is read differently in invented words ({fault});"
            " write the fixture by hand, in words of your own"
        )
    return rewritten, after


def _short_texts(article: Article) -> list[str]:
    """Return the texts of an article that may be as short as a label."""
    captions = [image.caption for image in article.images]
    texts = [article.title, article.lead, article.author, *captions, *article.body.split("\n\n")]
    return [text for text in texts if text]


@dataclass(frozen=True, slots=True)
class _Rewriter:
    """``short``: canonical lines that are replaced though they are short."""

    short: frozenset[str]

    def page(self, text: str) -> str:
        """Return the markup ``text`` in invented words."""
        return _PARTS.sub(self._part, text)

    def _part(self, part: re.Match[str]) -> str:
        if part["comment"]:
            return ""
        if part["markup"]:
            return _ATTRIBUTE.sub(self._attribute, part["markup"])
        if part["text"]:
            return html.escape(self._line(html.unescape(part["text"])), quote=False)
        is_data = "ld+json" in part["open"].lower()
        code = _JSON_TEXT.sub(self._json_text, part["code"]) if is_data else ""
        return f"{part['open']}{code}{part['close']}"

    def _attribute(self, match: re.Match[str]) -> str:
        value = html.unescape(match[2] if match[2] is not None else match[3])
        return f'{match[1]}"{html.escape(self._line(value))}"'

    def _json_text(self, match: re.Match[str]) -> str:
        try:
            value = json.loads(match[0], strict=False)
        except ValueError:
            return '""'
        return json.dumps(self._line(value), ensure_ascii=False)

    def _line(self, text: str) -> str:
        is_label = len(words(text)) < _MIN_WORDS and canonical(text) not in self.short
        is_address = "://" in text and " " not in text.strip()
        return text if is_label or is_address else _WORD.sub(_invented, text)


def _invented(match: re.Match[str]) -> str:
    word = match[0]
    small = word.casefold()
    if small in _KEPT:
        return word
    number = int.from_bytes(hashlib.sha256(small.encode()).digest()[:4], "big")
    other = _INVENTED[number % len(_INVENTED)]
    if word.isupper() and len(word) > 1:
        return other.upper()
    return other.capitalize() if word[0].isupper() else other


def _difference(before: Article | Reject, after: Article | Reject) -> str | None:
    """Return the field that is read differently, apart from its words, or None."""
    if isinstance(before, Reject) or isinstance(after, Reject):
        codes = [one.code if isinstance(one, Reject) else "an article" for one in (before, after)]
        return None if codes[0] == codes[1] else f"{codes[0]}, then {codes[1]}"
    shapes = [_shape(article) for article in (before, after)]
    return next((name for name in shapes[0] if shapes[0][name] != shapes[1][name]), None)


def _shape(article: Article) -> dict[str, object]:
    """Return the values of an article that must not change: its facts and word counts."""
    texts = {name: getattr(article, name) for name in ("title", "lead", "author", "section")}
    return {
        "url": article.url,
        "published_at": article.published_at,
        "published_precision": article.published_precision,
        "external_id": article.external_id,
        "body": [len(words(paragraph)) for paragraph in article.body.split("\n\n")],
        "images": [image.url for image in article.images],
        **{name: len(words(text)) if text else None for name, text in texts.items()},
    }
