"""Numbers of pages in URLs: which of them can be that of a page of one story."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

_WHOLE = re.compile(
    r"(?:showall|show_all|full|all|viewall|singlepage|single|toanbo|print_all)=(?:1|yes|true|all)?$"
    r"|(?:view|page|trang|p|mode|paged)=(?:all|full|single|toanbo|0)$|/(?:all|full|toan-bo)/?$",
    re.IGNORECASE,
)
_WORD = r"trang|page|paged|pages|pg|phan|part|p|tr"
_PATH_MARK = re.compile(rf"(?:[/_.-]|%20)(?:(?:{_WORD})[-_/=.]?)?$", re.IGNORECASE)
_QUERY_MARK = re.compile(r"(?:^|(?<=[?&]))(?P<key>[\w\[\].-]{1,30})=$")
_PAGE_KEY = re.compile(
    rf"(?:\w{{0,12}}[-_.])?(?:{_WORD}|pageno|page_?num(?:ber)?|pageindex|currentpage|cur_?page|cpage_?no"
    r"|pn|ipage|mpage|trangso|so_?trang|sotrang|pag|pid_page|start|limitstart)",
    re.IGNORECASE,
)
_OTHER_KEY = re.compile(
    r"c(?:om)?m(?:en)?t|cpage|binh|reply|y_?kien|anh|hinh|im(?:a)?g|photo|pic|slide|gallery|album"
    r"|vote|star|sao|rat|diem|ngay|thang|nam|day|month|year|date|tab|id$|lang|font|size|video"
    r"|list|tin|news|related|lienquan|khac",
    re.IGNORECASE,
)
_OTHER_PLACE = re.compile(r"comment|binh-?luan|respond|reply", re.IGNORECASE)
_FROM_ZERO = frozenset(["start", "limitstart"])
_TRACKING = re.compile(r"(?:utm_\w+|fbclid|gclid|zarsrc|ref|s(?:rc|ource)?)=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageNumber:
    """A number in a URL that can be that of a page. ``stem``: the URL without it, as a key."""

    stem: str
    key: str  # of the parameter, "" in a path
    number: int
    before: str = field(compare=False)
    after: str = field(compare=False)

    def at(self, number: int) -> str:
        """Return the URL of another page."""
        written = number - 1 if self.key in _FROM_ZERO else number
        return f"{self.before}{written}{self.after}"

    def is_of(self, other: PageNumber) -> bool:
        """Return True if both name pages of the same story."""
        return (self.stem, self.key) == (other.stem, other.key)


def places_in(url: str) -> Iterator[PageNumber]:
    """Yield the numbers of a URL that can be those of a page, the last first."""
    if _OTHER_PLACE.search(urlsplit(url).path):
        return
    start = len(url) - len(url.partition("://")[2].partition("/")[2])
    query = url.find("?")
    for match in reversed(list(re.finditer(r"(?<!\d)\d{1,2}(?!\d)", url))):
        if match.start() < start:
            break
        before, after = url[: match.start()], url[match.end() :]
        if 0 <= query < match.start():
            mark = _QUERY_MARK.search(before[query + 1 :])
            if mark is None or after[:1] not in ("", "&"):
                continue
            key = mark["key"].lower()
            stem = before[: query + 1 + mark.start()] + after.removeprefix("&")
        else:
            mark = _PATH_MARK.search(before)
            if mark is None or not re.match(r"/?$|/?\?|\.\w{2,5}(?:$|[?/])", after):
                continue
            key = ""
            stem = before[: mark.start()] + after
        number = int(match[0]) + (key in _FROM_ZERO)
        yield PageNumber(page_key(stem), key, number, before, after)


def page_key(url: str) -> str:
    """Return a URL as compared: without scheme, case of the path, closing slash and tracking."""
    parts = urlsplit(url)
    path = unquote(parts.path).casefold().rstrip("/") or "/"
    pairs = sorted(pair for pair in parts.query.split("&") if pair and not _TRACKING.match(pair))
    host = parts.netloc.lower().removeprefix("www.")
    return f"{host}{path}?{'&'.join(pairs)}"


def without_whole(url: str) -> str:
    """Return the key of the URL whose whole story ``url`` shows on one page, "" if it is none."""
    match = _WHOLE.search(url)
    return page_key(url[: match.start()].rstrip("?&")) if match else ""


def names_page(key: str) -> bool:
    """Return True if a parameter names a page, whatever the text beside the link."""
    return bool(_PAGE_KEY.fullmatch(key)) and not _OTHER_KEY.search(key)


def names_other(key: str) -> bool:
    """Return True if a parameter names something else: a picture, a comment, a day, stars."""
    return bool(_OTHER_KEY.search(key)) and not _PAGE_KEY.fullmatch(key)
