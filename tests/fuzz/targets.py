"""What is fuzzed: functions that take bytes, and fail where a reader fails or breaks its promise.

Bytes choose pieces of pages rather than letters: most random text is no page.
"""

from __future__ import annotations

import sqlite3
import tempfile
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from portals.archive.captures import capture_of, read_captures
from portals.archive.encodings import EncodingError, decode_body
from portals.archive.records import Record, read_records
from portals.archive.wayback import (
    UnreadableIndexError,
    parse_cdx_page,
    parse_playback_url,
    undo_rewriting,
)
from portals.article import Article, Reject
from portals.contract import normalise, why_invalid
from portals.discovery.links import found_links, news_sections
from portals.discovery.url_filters import matching_filter
from portals.discovery.url_patterns import is_skipped, listing_position, pattern_of, without_session
from portals.extraction.interstitials import classify_interstitial
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_article
from portals.extraction.unreadable import UnreadablePageError
from portals.families.recognition import recognise
from portals.language.bylines import read_signature, split_prefix
from portals.language.dates import find_date
from portals.language.decoding import UndecodableTextError, decode
from portals.language.noise import is_noise
from portals.language.text import canonical, clean, content_hash, fold
from portals.store.search import FORMS, match_of
from portals.urls import host_of, url_key
from spiders.brvt import BaRiaVungTauSpider
from spiders.families.nukeviet import NukeVietSpider
from spiders.families.wordpress import WordPressSpider
from spiders.haiphong import HaiPhongSpider
from spiders.kiengiang import KienGiangSpider
from spiders.ldtd import LaoDongThuDoSpider
from spiders.tienlang import TienLangSpider

NOW = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
URL = "http://congdoan.example/tin-tuc/cong-doan-co-so-hop-ban-123.html"
RECIPES: tuple[Recipe, ...] = tuple(
    spider.recipe()
    for spider in (
        BaRiaVungTauSpider, HaiPhongSpider, KienGiangSpider, LaoDongThuDoSpider, NukeVietSpider,
        TienLangSpider, WordPressSpider,
    )
)  # fmt: skip

_WORDS = ("Công đoàn cơ sở họp bàn việc chăm lo Tết cho người lao động", "Hải Phòng", "x", "")
_TAGS = (
    "div p span b i a li ul td tr table h1 h2 h3 br img font center article section head body html"
    " title script style form aside footer nav figure figcaption blockquote pre time strong em"
).split()
_CLASSES = (
    "wrap-detail detail-wp t-semibold time article-detail-title __MASTERCMS_CONTENT bodytext"
    " entry-title entry-content hometext wp-list paginate_button breadcrumb others error404 hidden"
).split()
PIECES: tuple[bytes, ...] = tuple(
    piece.encode("utf-8", "surrogatepass")
    for piece in (
        *(f"<{tag}>" for tag in _TAGS),
        *(f"</{tag}>" for tag in _TAGS),
        *(f'<div class="{name}">' for name in _CLASSES),
        *(f'<p class="{name}" style="text-align:right;font-weight:bold">' for name in _CLASSES),
        *_WORDS, *(f"{word}. " * 9 for word in _WORDS),
        "Thứ hai, 02/01/2017", "(10:20 | 01/02/2020)", "Ngày 30/02/2024", "3 giờ trước", "hôm qua",
        "Cập nhật: 12:02 ngày 11/08/2023", "Thứ năm - 01/03/2024 04:37", "99999 ngày trước",
        "Tác giả: ", "Nguồn: ", "Theo ", "(Theo TTXVN)", "Ảnh: ", "Lan Anh", "Lượt xem: 1186",
        "Các tin khác", "Tin liên quan", "Xem tiếp", "Trang sau", "1", "2", "»", "\xa0" * 9,
        '<a href="/tin/bai-1.html">', '<a href="?page=2">', '<a href="http://[::1%;sid=x]/">',
        '<a href="//x', '<img src=a width=²>', '<img src="/a.jpg" data-src="b">', "<a rel=author>",
        '<a href="/van-ban.pdf">', '<base href="http://[">', '<link rel=canonical href="//[">',
        '<meta property="og:title" content="', '<meta charset="utf-16">',
        '<meta name=author content=',
        '<script type="application/ld+json">', '{"@type":"NewsArticle","headline":"', '"author":',
        '"\\ud800"', '"datePublished":"2024-01-01T00:00:00Z"', '{"@graph":[', "]}", "[[[[", "}",
        "&#0;", "&#xD800;", "&#x202e;", "&#150;", "&amp;amp;#32;", "&lt;", "\x00", "\x1b[31m",
        "\x9b",
        "\u0323\u0301", "\u202e", "\ufeff", "\ud800", "\U0001f600", "TrÆ°á»ng", "á»", "<!--", "-->",
        "<![CDATA[", "<?xml version='1.0'?>", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "&a;", '"', "'",
        ">",
        "<", "\n", "\n\n", " ", "\t", ":", "-", "|", "/", "(", ")", "display:none",
        "<td colspan=99>",
    )
)  # fmt: skip


def page_from(data: bytes) -> bytes:
    """Return the page that bytes stand for: each chooses a piece; odd ones more than once."""
    parts = []
    for at, byte in enumerate(data):
        times = 40 if byte >= 250 and at % 3 == 0 else 1
        parts.append(PIECES[(byte + 7 * (at % 29)) % len(PIECES)] * times)
    return b"".join(parts)


def _is_plain(text: str) -> bool:
    """Return True if a text holds nothing that nobody sees, and can be stored."""
    text.encode()
    return not any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co") for sign in text)


def text(data: bytes) -> None:
    """Cleaning, folding, hashing: the same at the second time, and plain."""
    raw = page_from(data).decode("utf-8", "surrogatepass")
    for given in (raw, data.decode("utf-8", "surrogateescape")):
        cleaned = clean(given)
        assert _is_plain(cleaned)
        assert clean(cleaned) == cleaned
        assert canonical(canonical(given)) == canonical(given)
        assert _is_plain(fold(given))
        content_hash(given, given)
        split_prefix(cleaned)
        is_noise(cleaned)
        read_signature(cleaned, set_apart=True)


def decoding(data: bytes) -> None:
    """Any bytes are text, or say that they are none."""
    kind, _, body = data.partition(b"|")
    try:
        decoded = decode(body, kind.decode("latin-1"))
    except UndecodableTextError:
        return
    decoded.text.encode("utf-8", "replace")


def dates(data: bytes) -> None:
    """A date is of the years that portals have, or none."""
    given = page_from(data).decode("utf-8", "replace")[:400]
    for line in (given, data.decode("utf-8", "replace")):
        reading = find_date(line, NOW)
        assert reading is None or 1990 <= reading.at.year <= 2027


def layout(data: bytes) -> None:
    """Every recipe makes an article or a reject of any page, and articles can be stored."""
    try:
        page = Page.from_bytes(URL, page_from(data), "text/html", NOW)
    except UnreadablePageError:
        return
    for recipe in RECIPES:
        result = read_article(page, recipe)
        if isinstance(result, Reject):
            continue
        assert isinstance(result, Article)
        _check(normalise(result))


def _check(article: Article) -> None:
    if why_invalid(article):
        return
    texts = [article.title, *article.body.split("\n\n"), article.lead, article.author]
    texts += [article.source, article.section, article.published_raw, article.url]
    texts += [value for image in article.images for value in (image.url, image.caption)]
    texts += [value for file in article.attachments for value in (file.url, file.title)]
    for value in texts:
        assert value is None or _is_plain(value), ascii(value)


def blocks(data: bytes) -> None:
    """What a page shows is plain; what it leads to are addresses."""
    try:
        page = Page.from_bytes(URL, page_from(data), None, NOW)
        shown = page.blocks
    except UnreadablePageError:
        return
    assert all(_is_plain(block.text) for block in shown)
    classify_interstitial(page)
    recognise(page)
    news_sections(page)
    for link in found_links(page):
        assert urlsplit(link.url).scheme in ("http", "https")
        if host_of(link.url) != host_of(URL):
            continue  # as spiders do, before anything else
        bare = without_session(link.url)
        for read in (matching_filter, is_skipped, pattern_of, listing_position, url_key):
            read(bare)


def records(data: bytes) -> None:
    """A damaged archive is read as far as it goes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.warc.gz"
        path.write_bytes(_archive(data))
        list(read_records(path))
        list(read_captures(path))


_ARCHIVE_PIECES = (
    b"WARC/1.1\r\n", b"WARC-Type: response\r\n", b"WARC-Type: revisit\r\n", b"\r\n", b"\r\n\r\n",
    b"WARC-Target-URI: http://x.vn/a-1.html\r\n", b"WARC-Target-URI: http://[\r\n",
    b"WARC-Date: 2024-01-01T00:00:00Z\r\n", b"WARC-Date: 9999-12-31T23:59:59-23:59\r\n",
    b"Content-Length: 30\r\n", b"Content-Length: -1\r\n", b"Content-Length: 99999999999\r\n",
    b"Content-Length: \xc2\xb2\r\n", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 \xc2\xb2\r\n",
    b"Content-Encoding: gzip\r\n", b"Content-Encoding: br, zstd\r\n", b"\x1f\x8b\x08",
    b"Transfer-Encoding: chunked\r\n", b"5\r\nabcde\r\n", b"-5\r\n", b"<p>x</p>", b"\x00", b"x",
)  # fmt: skip


def _archive(data: bytes) -> bytes:
    return b"".join(_ARCHIVE_PIECES[byte % len(_ARCHIVE_PIECES)] for byte in data)


def captures(data: bytes) -> None:
    """Any record is a capture, damage, or nothing."""
    headers = {
        "warc-type": "response",
        "warc-target-uri": "http://x.vn/" + data[:20].decode("latin-1"),
        "warc-date": data[20:40].decode("latin-1"),
    }
    for block in (data, _archive(data)):
        capture_of(Record(0, len(block), headers, block))
        headers["warc-date"] = "2024-01-01T00:00:00Z"
        undo_rewriting(block)
        parse_playback_url(data.decode("latin-1"))


def encodings(data: bytes) -> None:
    """Any body of any encoding is decoded, within the limit, or not."""
    names = ("gzip", "deflate", "br", "zstd", "gzip, br", "x")
    name, body = names[data[0] % len(names)] if data else "gzip", data[1:]
    try:
        assert len(decode_body(body, name, 1 << 20)) <= 1 << 20
    except EncodingError:
        return


def index(data: bytes) -> None:
    """The index of the archive answers with captures, or is none."""
    for body in (data, b'[["a"],' + data + b"]"):
        try:
            page = parse_cdx_page(body)
        except UnreadableIndexError:
            continue
        for line in page.records:
            parse_playback_url(line.original)
        (page.resume_key or "").encode()


_DATABASE = sqlite3.connect(":memory:")
for _form in FORMS:
    _DATABASE.execute(f"CREATE VIRTUAL TABLE search_{_form} USING fts5(text)")
    _DATABASE.execute(f"INSERT INTO search_{_form} VALUES ('cong doan')")


def search(data: bytes) -> None:
    """Nothing that is typed is read as syntax."""
    for query in (
        data.decode("utf-8", "surrogateescape"),
        page_from(data).decode("utf-8", "replace"),
    ):
        for form in FORMS:
            if match := match_of(query, form):
                sql = f"SELECT rowid FROM search_{form} WHERE search_{form} MATCH ?"
                _DATABASE.execute(sql, (match,)).fetchall()


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        text, decoding, dates, layout, blocks, records, captures, encodings, index, search,
    )
}  # fmt: skip
