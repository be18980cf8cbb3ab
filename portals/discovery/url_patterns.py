"""URL patterns: the part that URLs of the same kind of page have in common."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit

from portals.discovery.url_filters import matching_filter
from portals.language.text import fold
from portals.urls import url_key, without_visit

LONG_SLUG_WORDS = 4
"""Words from which a path segment counts as a headline's slug; menu entries have fewer."""

_NUMBER = re.compile(r"\d+")
_SUFFIX = re.compile(r"\.(?:html?|aspx?|php|jsp|cpx|s?html|bld|ldo|tld|epi|media)$", re.IGNORECASE)
_SCRIPT = re.compile(r"\.(?:php|aspx?|jsp|cfm|do|cgi)$", re.IGNORECASE)
_TRAILING_ID = re.compile(r"[-_.](?P<mark>[a-z]{0,4})\d{2,}$")
_HEX = re.compile(r"^(?=.*\d)[0-9a-f]{8,}(?:-[0-9a-f]+)*$")

_SKIPPED_FOLDERS = frozenset(
    """
    en english vi-en zh ko ja fr print in-bai ban-in in inbai print_article printpage savefile
    email rss feed feeds login logout dang-nhap dang-ky register signin admin wp-admin
    wp-login.php user users member search tim-kiem tag tags cart gio-hang lien-he contact
    sitemap.xml binh-luan comment comments share download rating tu-khoa tukhoa hashtag author
    """.split()
)
_SKIPPED_PARAMETERS = frozenset(
    """
    print sort order orderby share replytocom s q keyword search tukhoa download tmpl rt font
    fontsize tag author
    """.split()
)
"""Parameters of copies and forms. Not "view", "action", "mode": they name the pages of systems."""

_COPY_VALUES = re.compile(
    r"(?:format|type|layout|view|mode|action|task|act)="
    r"(?:pdf|print|in|rss|feed|atom|raw|email|mailto|login|logout|register|edit|add|search"
    r"|send|sendmail|send_mail|guibai|tag|tags|author)(?:&|$)"
)
_BEFORE_FIRST = re.compile(
    r"(?:^|[&_])(?:p|page|trang|cur|start|offset|pageindex)=-\d+(?:&|$)", re.IGNORECASE
)
"""A page before the first: an arrow back that is never switched off counts on without an end."""

_FILES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|ico|bmp|pdf|docx?|xlsx?|pptx?|zip|rar|7z|mp3|mp4|avi|flv|wmv|css|js"
    r"|xml|rss|json|txt|exe|apk|swf)$",
    re.IGNORECASE,
)


def pattern_of(url: str) -> str:
    """Return the pattern of ``url``: "/tin/gap-mat-dau-xuan-12.html" → "/tin/{slug}-{n}.html".

    Names of folders stay as they are; otherwise ``{n}`` replaces a number, ``{slug}`` four words or
    more, ``{name}`` fewer and ``{hex}`` a hash.
    """
    parts = urlsplit(url)
    *folders, last = unquote(without_visit(parts.path)).split("/")
    name = _part_pattern(last)
    if parts.query and _SCRIPT.search(last) and name.startswith("{name}"):
        name = fold(last)  # a program: "xem.php" and "gui.php" give different kinds of page
    path = "/".join([*(_folder_pattern(folder) for folder in folders), name])
    keys = sorted(parse_qsl(parts.query, keep_blank_values=True))
    if not keys:
        return path + ("?{token}" if parts.query else "")
    return path + "?" + "&".join(f"{key}={_value_pattern(key, value)}" for key, value in keys)


def article_pattern(url: str) -> str:
    """Return the pattern of ``url``, the same for short and long headlines before a number."""
    pattern = pattern_of(url)
    return pattern.replace("{slug}-", "{name}-") if "-{n}" in pattern else pattern


def folder_of(url: str, above: int = 0) -> str:
    """Return the path of ``url`` without suffix and closing slash, less ``above`` of its parts."""
    path = _SUFFIX.sub("", urlsplit(url_key(url)).path)
    return path if above == 0 else path.rsplit("/", above)[0]


def _folder_pattern(part: str) -> str:
    """Return a folder's name: pages of two folders are of two patterns until they are read."""
    pattern = _part_pattern(part)
    return fold(part) if pattern == "{name}" else pattern


def _part_pattern(part: str) -> str:
    if not part:
        return ""
    folded = fold(part)
    suffix = match[0] if (match := _SUFFIX.search(folded)) else ""
    stem = folded.removesuffix(suffix)
    if _NUMBER.fullmatch(stem):
        return "{n}" + suffix
    if _HEX.match(stem):
        return "{hex}" + suffix
    match = _TRAILING_ID.search(stem)
    if match and re.search(r"[a-z]", slug := stem[: match.start()]):
        return f"{_word_pattern(slug)}-{match['mark']}{{n}}{suffix}"
    return _word_pattern(stem) + suffix


def _word_pattern(stem: str) -> str:
    words = [word for word in re.split(r"[^a-z0-9]+", stem) if word]
    return "{slug}" if len(words) >= LONG_SLUG_WORDS else "{name}"


def _value_pattern(key: str, value: str) -> str:
    if value.strip().isdigit():
        return "{n}"
    is_program = key.lower() in _PROGRAM_KEYS and _PROGRAM.fullmatch(value)
    return value.lower() if is_program else _word_pattern(fold(value))


_PROGRAM_KEYS = frozenset(
    """
    act action view mode op option task mod module do cmd go nv subaction controller layout
    """.split()
)
"""Parameters that choose a program, as the name of a file does: each of them has its own pages."""

_PROGRAM = re.compile(r"[A-Za-z_.]{2,30}")


def is_skipped(url: str) -> bool:
    """Return True if ``url`` names a duplicate (print, language), a form, a feed or a file."""
    parts = urlsplit(url)
    path = fold(unquote(parts.path))
    if _FILES.search(path) or any(part in _SKIPPED_FOLDERS for part in path.split("/")):
        return True
    if matching_filter(url):
        return True
    if _COPY_VALUES.search(parts.query.casefold()) or _BEFORE_FIRST.search(parts.query):
        return True
    keys = parse_qsl(parts.query.casefold(), keep_blank_values=True)
    return any(
        key in _SKIPPED_PARAMETERS or (key in _LANGUAGE_KEYS and not value.startswith("vi"))
        for key, value in keys
    )


def without_session(url: str) -> str:
    """Return ``url`` without session ids, tracking and where to go back, which name no page."""
    parts = urlsplit(_PATH_SESSION.sub("", url))
    if not parts.query:
        return parts.geturl()
    pairs = [pair for pair in parts.query.split("&") if not _NAMES_NO_PAGE.match(pair)]
    return parts._replace(query="&".join(pairs)).geturl()


def has_session_id(url: str) -> bool:
    """Return True if ``url`` contains a session id."""
    pairs = urlsplit(url).query.split("&")
    return bool(_PATH_SESSION.search(url) or any(_SESSION_KEY.match(pair) for pair in pairs))


_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^?/#]*", re.IGNORECASE)
_SESSION_KEY = re.compile(
    r"(?:phpsessid|jsessionid|aspsessionid\w*|session_?id|sessid)=|sid=\w{16,}", re.IGNORECASE
)
_NAMES_NO_PAGE = re.compile(
    rf"{_SESSION_KEY.pattern}|(?:utm_\w+|fbclid|gclid|zarsrc|ref|source|s)="
    r"|(?:_\w+_)?(?:redirect|inheritredirect|back_?url|return_?url|referer|ref_?url)=",
    re.IGNORECASE,
)
_LANGUAGE_KEYS = frozenset(["lang", "language", "locale", "hl"])


def is_file(url: str) -> bool:
    """Return True if the extension of ``url`` is that of a picture, a document or a script."""
    return bool(_FILES.search(urlsplit(url).path))


def is_page_of(url: str, listing: str) -> bool:
    """Return True if ``url`` is another page of the listing at ``listing``.

    The two differ only in a page number: ``?page=2``, ``/trang-2``, ``/page/2/``, ``/2``,
    ``&BRSR=16``, ``-p2.html``.
    """
    if url == listing:
        return False
    return listing_of(url) in (listing_of(listing), _plain(listing))


def is_numbered_page_of(url: str, first: str) -> bool:
    """Return True if ``url`` is the address ``first`` of a listing and a number.

    The number is in parameters of any name (``?trangso=2``, ``&vi_tri=12``) or at the end of the
    path (``/t2.html``). Both may be URL keys.
    """
    own, begin = urlsplit(url_key(url)), urlsplit(url_key(first))
    pairs, known = (parse_qsl(one.query, keep_blank_values=True) for one in (own, begin))
    added = [value for key, value in pairs if (key, value) not in known]
    kept = [pair for pair in known if pair in pairs]
    if own.path == begin.path:
        is_numbered = 0 < len(added) <= _MAX_ADDED and all(map(_PAGE_NUMBER.fullmatch, added))
        return is_numbered and len(kept) == len(known)
    if begin.path == "/" or pairs != known:
        return False
    stem = _SUFFIX.sub("", begin.path)
    rest = own.path.removeprefix(stem)
    return rest != own.path and bool(_NUMBERED_REST.fullmatch(rest))


_MAX_ADDED = 2
_PAGE_NUMBER = re.compile(r"\d{1,6}")
_NUMBERED_REST = re.compile(r"[/_.,-][a-z]{0,12}[-_/=.]?\d{1,5}(?:\.[a-z]{3,5})?")


_PAGE_KEYS = re.compile(
    r"(?:^|(?<=[&?]))(?:p|page|trang|pg|paged|start|offset|brsr|pageindex|pagenum|pageno|currentpage|cur"
    r"|limitstart|_?\w+_cur|view_page|pn|from|s_cond)=\d*(?:&|$)",
    re.IGNORECASE,
)
_PAGE_PARTS = re.compile(
    r"(?:[/_.-](?:trang|page|p|pg|paged)[-_/=.]?\d{1,5}|/(?!(?:19|20)\d\d/?$)\d{1,4})(?=/?$|/?(?:\.html?|\.aspx|\.php)$)"
    r"|(?:&s_cond=)?&BRSR=\d+$",
    re.IGNORECASE,
)


def listing_of(url: str) -> str:
    """Return a key of the listing that ``url`` is a page of: the URL without the page number."""
    parts = urlsplit(url)
    return _plain(parts._replace(path=_PAGE_PARTS.sub("", parts.path)).geturl())


def listing_position(url: str) -> tuple[str, int]:
    """Return the listing that ``url`` is a page of, without its host, and the page number."""
    parts = urlsplit(url)
    marks = [*_PAGE_PARTS.findall(parts.path), *_PAGE_KEYS.findall(parts.query)]
    digits = re.findall(r"\d+", marks[-1]) if marks else []
    return listing_of(url).partition("/")[2].strip("?"), int(digits[-1][:6]) if digits else 1


def _plain(url: str) -> str:
    parts = urlsplit(url)
    path = re.sub(r"(?:/index)?(?:\.html?|\.aspx|\.php)?/?$", "", parts.path)
    query = _PAGE_KEYS.sub("", parts.query).strip("&")
    return f"{parts.netloc}{path}?{query}"
