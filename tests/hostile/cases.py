"""The table of hostile answers: what stands at an article's address, and what must come of it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass

from tests.support.bombs import bomb
from tests.support.hostile_server import FRAME, LIST, Asked, http
from tests.support.http_server import RawAnswer
from tests.support.pages.prose import story
from tests.support.pages.synthetic import text_of
from tests.support.pages.themes import Item, danaweb_1_list, danaweb_404, static_page

BROKE_OFF = "the connection broke off"
CUT_SHORT = "the body ends before the announced length"
NOT_HTTP = "the answer is not HTTP"
NO_ANSWER = "the portal did not answer in time"
NO_ADDRESS = "the address redirects to no address"
OUTSIDE = "the address leads out of the portal"
CHALLENGE = "a challenge page in place of the portal"
LOGIN = "a login wall in place of the page"
PARKED = "the domain is parked or has expired"
TOO_LARGE = "the page is too large to read"
FILTERED = "the page is blocked on the way"
BROKEN = "an error of the portal that answers 200"
SERVER = "a page of the web server, not of the portal"
MISSING = "error page that answers 200"
NO_ARTICLE = "no article on the page"
NOT_WEB = "not a web page"


@dataclass(frozen=True, slots=True)
class Case:
    """One hostile answer. ``reason``: of its reject; None: the article is stored all the same.

    ``waits``: the client has to give up by the clock; ``is_heavy``: reading it takes a moment.
    """

    name: str
    serve: Callable[[Asked], RawAnswer]
    reason: str | None
    waits: bool = False
    is_heavy: bool = False


def _raw(text: str, *, resets: bool = False) -> Callable[[Asked], RawAnswer]:
    return lambda _: RawAnswer(text.encode("latin-1"), resets=resets)


def _drips(start: bytes, drop: bytes) -> Callable[[Asked], RawAnswer]:
    return lambda _: RawAnswer(start, drip=drop)


def _words(title: str, *paragraphs: str, status: str = "200 OK") -> Callable[[Asked], RawAnswer]:
    """A small page of somebody else's."""
    body = "".join(f"<p>{line}</p>" for line in paragraphs)
    page = (
        f"<html><head><meta charset=utf-8><title>{title}</title></head><body>{body}</body></html>"
    )
    return lambda _: http(page.encode(), status)


def _status(status: str, **headers: str) -> Callable[[Asked], RawAnswer]:
    return lambda _: http(b"", status, **headers)


def _to(location: str) -> Callable[[Asked], RawAnswer]:
    """A redirect; ``{origin}`` and ``{outside}`` are put in, ``{n}`` is the number."""
    return lambda asked: http(
        b"",
        "302 Found",
        Location=location.format(origin=asked.origin, outside=asked.outside, n=asked.number),
    )


def _packed(encoding: str, body: Callable[[bytes], bytes]) -> Callable[[Asked], RawAnswer]:
    return lambda asked: http(body(asked.page), Content_Encoding=encoding)


def _within(before: str = "", after: str = "", head: str = "") -> Callable[[Asked], RawAnswer]:
    """The good page with something before and after its text, or in its head."""

    def serve(asked: Asked) -> RawAnswer:
        page = asked.page.decode()
        page = page.replace("</head>", f"{head}</head>")
        page = page.replace('<div class="detail-wp', f'{before}<div class="detail-wp', 1)
        return http(
            page.replace('<div class="social-like', f'{after}<div class="social-like', 1).encode()
        )

    return serve


def _in_text(sign: str) -> Callable[[Asked], RawAnswer]:
    """The good page with a sign between all words of its title and text."""
    return lambda asked: http(asked.page.replace(b" c\xc3\xb4ng", f"{sign} công".encode()))


def _entities(_: Asked) -> RawAnswer:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    text = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "ha">{levels}]><rss>&e11;</rss>'
    return http(text.encode(), kind="text/xml")


def _feed(encoding: str) -> str:
    item = "<item><title>Công đoàn</title><link>http://10.0.0.1/</link></item>"
    return f'<?xml version="1.0" encoding="{encoding}"?><rss><channel>{item * 9}</channel></rss>'


def _external_entity(_: Asked) -> RawAnswer:
    text = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>'
    return http(text.encode(), kind="application/xml")


def _bomb(encoding: str) -> Case:
    name = f"bomb-{encoding.replace(', ', '-')}"
    inner = encoding.split(",", maxsplit=1)[0]
    packed = _packed(encoding, lambda _: bomb(encoding))
    return Case(name, packed, f"a {inner} body of more than 16 MB")


def _wrong_length(asked: Asked) -> RawAnswer:
    """The whole page, and a length beyond it."""
    return RawAnswer(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n" + asked.page)


_OK = b"HTTP/1.1 200 OK\r\n"
_PASSWORD = "<form><input name=u><input type=password name=p></form>"

CASES: tuple[Case, ...] = (
    # --- lines that break, and answers that are none ------------------------------------------
    Case("cut-line", _raw("", resets=True), BROKE_OFF),
    Case("no-answer", _raw(""), BROKE_OFF),
    Case("not-http", _raw("SSH-2.0-OpenSSH_9.2\r\n"), NOT_HTTP),
    Case("only-a-page", _raw("<html><body>Tin</body></html>"), BROKE_OFF),
    Case("cut-head", _raw("HTTP/1.1 200 OK\r\nContent-Type: te"), BROKE_OFF),
    Case("cut-body", _raw("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n<html>"), CUT_SHORT),
    Case("wrong-length", _wrong_length, None),
    Case("negative-length", _raw("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx"), NOT_HTTP),
    Case("wordy-length", _raw("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nx"), NOT_HTTP),
    Case(
        "two-lengths",
        _raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
        NOT_HTTP,
    ),
    Case(
        "bad-chunk",
        _raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"),
        CUT_SHORT,
    ),
    Case(
        "cut-chunk",
        _raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabc\r\n"),
        CUT_SHORT,
    ),
    Case("long-header", _raw(f"HTTP/1.1 200 OK\r\nX: {'x' * 200_000}\r\n\r\n"), BROKE_OFF),
    Case("silence", _drips(b"", b""), NO_ANSWER, waits=True),
    Case("flood-of-headers", _drips(_OK, b"X: y\r\n" * 20_000), "the headers are too large"),
    Case("endless-headers", _drips(_OK, b"X: y\r\n"), NO_ANSWER, waits=True),
    Case("drops", _drips(_OK + b"Content-Length: 9999\r\n\r\n", b"."), NO_ANSWER, waits=True),
    # --- statuses -----------------------------------------------------------------------------
    Case("status-999", _status("999 Denied"), "the portal answered 999"),
    Case("status-204", _status("204 No Content"), "the page shows nothing"),
    Case("status-401", _status("401 No"), "the portal answered 401"),
    Case("status-403", _status("403 No"), "the portal answered 403"),
    Case("status-404", _status("404 No"), "the portal answered 404"),
    Case("status-410", _status("410 Gone"), "the portal answered 410"),
    Case("status-429", _status("429 Slowly", Retry_After="soon"), "the portal answered 429"),
    Case("status-451", _status("451 No"), "the portal answered 451"),
    Case("status-500", _status("500 Oh"), "the portal answered 500"),
    Case("status-503", _status("503 Later", Retry_After="-5"), "the portal answered 503"),
    # --- redirects ----------------------------------------------------------------------------
    Case(
        "status-503-words",
        _words("Service Unavailable", "Later", status="503 Later"),
        "answered 503",
    ),
    Case(
        "status-403-words",
        _words("404 not found", "403", status="403 No"),
        "the portal answered 403",
    ),
    Case(
        "status-500-words", _words("", "Fatal error: x in /a.php", status="500 Oh"), "answered 500"
    ),
    Case("to-nowhere", _status("302 Found"), "the portal answered 302"),
    Case("to-itself", _to(LIST + "/loi-to-itself-{n}.html"), "the address redirects without end"),
    Case("to-home", _to("{origin}/"), "the portal answered 404"),
    Case("to-another-port", _to("{outside}/admin"), OUTSIDE),
    Case("to-loopback", _to("http://127.0.0.1:6379/"), OUTSIDE),
    Case("to-loopback-number", _to("http://2130706433/"), OUTSIDE),
    Case("to-metadata", _to("http://169.254.169.254/latest/meta-data/"), OUTSIDE),
    Case("to-mapped", _to("http://[::ffff:10.0.0.1]/"), OUTSIDE),
    Case("to-nothing", _to("http://0.0.0.0:22/"), OUTSIDE),
    Case("to-named-local", _to("http://localhost:5432/"), OUTSIDE),
    Case("to-somebody", _to("https://casino.example/"), OUTSIDE),
    Case("to-disguised", _to("http://127.0.0.1@169.254.169.254/"), OUTSIDE),
    Case("to-relative-host", _to("//casino.example/"), OUTSIDE),
    Case("to-file", _to("file:///etc/passwd"), "the portal answered 302"),
    Case("to-script", _to("javascript:alert(1)"), NO_ADDRESS),
    Case("to-no-address", _to("http://[::1"), NO_ADDRESS),
    # --- encodings of the body ----------------------------------------------------------------
    *(_bomb(encoding) for encoding in ("gzip", "deflate", "br", "zstd", "gzip, gzip")),
    Case(
        "cut-gzip",
        _packed("gzip", lambda page: gzip.compress(page)[:200]),
        "the gzip body is cut short",
    ),
    Case("lying-gzip", _packed("gzip", lambda page: page), None),
    Case(
        "unknown-encoding",
        _packed("compress", lambda page: b"\x1f\x9d" + page[::-1]),
        "the content encoding 'compress' is unknown",
    ),
    Case("unknown-encoding-of-text", _packed("compress", lambda page: page), None),
    Case("noise-in-br", _packed("br", lambda _: bytes(range(256)) * 9), "the br body is damaged"),
    Case("too-large", lambda _: http(b"<p>x</p>" * 2_300_000), "the page is too large"),
    # --- not text, or not in the encoding that it says ---------------------------------------
    Case("pdf", lambda _: http(b"%PDF-1.4", kind="application/pdf"), NOT_WEB),
    Case("picture-as-page", lambda _: http(b"\x89PNG\r\n\x1a\n" + bytes(99)), NOT_WEB),
    Case("zip-as-page", lambda _: http(b"PK\x03\x04" + bytes(99)), NOT_WEB),
    Case("noise", lambda _: http(bytes(range(128, 256)) * 99), "the text cannot be decoded"),
    Case("empty", lambda _: http(b""), "the page shows nothing"),
    Case("json", lambda _: http(b'{"error": "no such page"}'), NO_ARTICLE),
    Case(
        "wrong-charset", lambda asked: http(asked.page, kind="text/html; charset=iso-8859-1"), None
    ),
    Case("codec-charset", lambda asked: http(asked.page, kind="text/html; charset=base64"), None),
    Case(
        "utf-16", lambda asked: http(asked.page.decode().encode("utf-16"), kind="text/html"), None
    ),
    Case("mixed-encodings", lambda asked: http(asked.page + b"<p>\xff\xfe\xe3 ti\xeeng</p>"), None),
    Case("lying-feed", lambda _: http(_feed("utf-16").encode(), kind="text/xml"), NO_ARTICLE),
    Case("cut-letter", lambda asked: http(asked.page + "Lượ".encode()[:-1]), None),
    # --- somebody else's pages ----------------------------------------------------------------
    Case(
        "cloudflare",
        _words("Just a moment...", "Checking your browser", status="403 Forbidden"),
        CHALLENGE,
    ),
    Case("challenge-200", _words("Xin chờ", "Đang kiểm tra trình duyệt của bạn"), CHALLENGE),
    Case(
        "cookie-stub",
        _words("", "<script>document.cookie='a=1';location.reload()</script>"),
        CHALLENGE,
    ),
    Case(
        "waf",
        _words("Request Rejected", "The requested URL was rejected. Your support ID is: 1"),
        CHALLENGE,
    ),
    Case("login", _words("Đăng nhập hệ thống", _PASSWORD), LOGIN),
    Case("parked", _words("Tên miền", "Tên miền này đã hết hạn sử dụng"), PARKED),
    Case("suspended", _words("Account Suspended", "This account has been suspended."), PARKED),
    Case(
        "isp-block",
        _words("Thông báo", "Trang này đã bị chặn theo yêu cầu của cơ quan chức năng"),
        FILTERED,
    ),
    Case(
        "nginx",
        _words("Welcome to nginx!", "If you see this page, the server is installed."),
        SERVER,
    ),
    Case("apache", _words("Apache2 Ubuntu Default Page: It works", "It works!"), SERVER),
    Case("index-of", _words("Index of /", "backup.sql", "config.php.bak"), SERVER),
    Case("database-error", _words("Lỗi", "Error establishing a database connection"), BROKEN),
    Case("php-error", _words("", "Fatal error: Uncaught Error in /var/www/index.php:12"), BROKEN),
    Case("aspnet-error", _words("Runtime Error", "Server Error in '/' Application."), BROKEN),
    Case("maintenance", _words("Thông báo", "Website đang bảo trì, vui lòng quay lại sau"), BROKEN),
    Case("app-shell", _words("Cổng", "You need to enable JavaScript to run this app."), NO_ARTICLE),
    # --- the portal's own pages that are no articles -----------------------------------------
    Case("soft-404", _words("Không tìm thấy trang", "Trang bạn yêu cầu không tồn tại"), MISSING),
    Case("soft-404-in-theme", lambda _: http(danaweb_404(FRAME)), "error page that answers 200"),
    Case("static", lambda _: http(static_page("Liên hệ", FRAME)), NO_ARTICLE),
    Case("list", _to("{origin}" + LIST), NO_ARTICLE),
    Case("home-for-all", lambda _: http(home()), NO_ARTICLE),
    Case("empty-template", lambda asked: http(_emptied(asked.page)), NO_ARTICLE),
    Case(
        "frames",
        lambda _: http(b"<frameset><frame src=http://10.0.0.1/></frameset>"),
        "the page shows nothing",
    ),
    Case(
        "meta-refresh",
        lambda _: http(b"<meta http-equiv=refresh content='0;url=http://10.0.0.1/'>"),
        "the page shows nothing",
    ),
    # --- text that bites ----------------------------------------------------------------------
    Case("nul", _in_text("\0"), None),
    Case("controls", _in_text("\x1b\x07\x08\x7f"), None),
    Case("bidi", _in_text("\u202e\u2066\u200f"), None),
    Case("entity-controls", _in_text("&#0;&#27;&#x202e;&#xd800;&#xffffffff;"), None),
    Case("one-tag-more", _within(after="</div></div></table></font>"), None),
    Case("megabyte-attribute", _within(before=f"<p class='{'a ' * 500_000}'></p>"), None),
    Case("megabyte-links", _within(after=f"<a href='{'/x' * 500_000}'>x</a>" * 3), None),
    Case(
        "huge-colspan",
        _within(before="<table><td colspan=9007199254740991 rowspan=-1></table>"),
        None,
    ),
    Case("base-elsewhere", _within(head="<base href='http://10.0.0.1/'>"), None),
    Case("entities", _entities, NO_ARTICLE),
    Case("external-entity", _external_entity, NO_ARTICLE),
    Case("deep", _within(after="<div>" * 200_000), TOO_LARGE),
    Case("deep-before", _within(before="<b>" * 2_100), "the page is nested too deeply"),
    Case("nested", _within(after="<div><b>" * 900), None, is_heavy=True),
    Case("empty-lines", _within(after="<p></p>" * 300_000), TOO_LARGE),
    Case("some-empty-lines", _within(after="<p></p>" * 24_000), None, is_heavy=True),
    Case("many-links", _within(after="<a href=/x>x</a>" * 24_000), None, is_heavy=True),
    Case("one-line-again", _within(after="<p>Công đoàn cơ sở" * 45_000), None, is_heavy=True),
    Case(
        "wide-table", _within(after=f"<table><tr>{'<td>1' * 45_000}</table>"), None, is_heavy=True
    ),
    Case(
        "wide-text", _within(before=f"<table><tr>{'<td>1' * 45_000}</table>"), None, is_heavy=True
    ),
    Case("long-line", _within(after=f"<p>{'chữ ' * 400_000}</p>"), None, is_heavy=True),
    Case("script", _within(head=f"<script>{'x=1;' * 1_000_000}</script>"), None, is_heavy=True),
)


def home() -> bytes:
    """The home page, which some portals show at every address that they do not know."""
    told = (Item(f"{LIST}/tin-{n}.html", text_of(story(n), "Tin tức")) for n in range(5))
    return danaweb_1_list(list(told), FRAME, [])


def _emptied(page: bytes) -> bytes:
    """The template of an article without anything in it."""
    text = page.decode()
    start = text.index("<h1")
    end = text.index('<div class="social-like')
    nothing = '<h1 class="t-semibold"></h1><div class="detail-wp"></div>'
    return f"{text[:start]}{nothing}{text[end:]}".encode()
