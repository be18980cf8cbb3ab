"""Answers of buttons "Xem thêm": the next part of a list, as a piece of HTML or as JSON.

Such an answer has no pager: the address of the part after it is its own, counted on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

from portals.discovery.pagers import DECLARED_NEXT

COUNTED = f"{DECLARED_NEXT}, counted"
"""The label of the part behind a part, whose address is counted on: a list may end before it."""

_MAX_VALUES = 50_000
_MAX_TITLE = 500
_ADDRESS = re.compile(r"(?:https?:/)?/[^\s<>\"']{2,2000}")
_TITLE_KEYS = ("title", "tieude", "tieu_de", "headline", "name", "ten")
_TITLED = re.compile(rf'"(?:{"|".join(_TITLE_KEYS)})"\s*:\s*"[^"]'.encode(), re.IGNORECASE)
NEXT_KEYS = frozenset(["next", "next_page_url", "nextpage", "next_url", "nextpageurl"])
"""Keys, in small letters, of the address of the part after a list."""

_PARTS = re.compile(r"<(?:html|head|body)\b|<!doctype", re.IGNORECASE)
_COUNTED = (
    re.compile(
        r"(?P<before>[?&](?:p|page|trang|pg|paged|page_?(?:index|num|number|no)|currentpage)=)"
        r"(?P<number>\d{1,5})(?=&|$)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?P<before>[/_-](?:page|trang|p)[/_-]?)(?P<number>\d{1,5})(?=/|\.|\?|$)", re.IGNORECASE
    ),
    re.compile(r"(?P<before>/)(?P<number>\d{1,4})(?=/?$|\?)"),
)
_OFFSET = re.compile(
    r"(?P<before>[?&](?:start|offset|skip|from|limitstart|begin)=)(?P<number>\d{1,6})(?=&|$)",
    re.IGNORECASE,
)


def is_fragment(text: str) -> bool:
    """Return True if a page is a piece of HTML, without the frame of a page."""
    return not _PARTS.search(text[:4096])


def counted_on(url: str, items: int) -> str | None:
    """Return the address of the part after the one at ``url``, which has ``items`` articles."""
    if match := _OFFSET.search(url):
        return _with_number(url, match, int(match["number"]) + items) if items else None
    for pattern in _COUNTED:
        if match := pattern.search(url):
            return _with_number(url, match, int(match["number"]) + 1)
    return None


def _with_number(url: str, match: re.Match[str], number: int) -> str:
    return f"{url[: match.start()]}{match['before']}{number}{url[match.end() :]}"


def html_of_json(body: bytes) -> bytes | None:
    """Return the links of a JSON answer as HTML in UTF-8, or None if it cannot be read as a list.

    Markup inside the JSON stays as it is; an object with a title and an address becomes a link.
    An answer without titles is the end of a list; one with titles and no address cannot be read.
    """
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    parts = list(_links(data))
    if not parts and _TITLED.search(body):
        return None
    return b"<p></p>" + "".join(f"<div>{part}</div>" for part in parts).encode()


def _links(data: Any) -> Iterator[str]:
    waiting, seen = [data], 0
    while waiting and seen < _MAX_VALUES:
        seen += 1
        value = waiting.pop(0)
        if isinstance(value, str) and "<a " in value:
            yield value
        elif isinstance(value, list):
            waiting[:0] = value
        elif isinstance(value, dict):
            yield from _link_of(value)
            waiting[:0] = [each for each in value.values() if isinstance(each, list | dict | str)]


def _link_of(item: dict[str, Any]) -> Iterator[str]:
    texts = {str(key).lower(): each for key, each in item.items() if isinstance(each, str)}
    title = next((texts[key] for key in _TITLE_KEYS if texts.get(key)), "")
    urls = [text for text in texts.values() if _ADDRESS.fullmatch(text) and not _is_picture(text)]
    if title and urls:
        yield f'<a href="{escape(urls[0])}">{escape(title[:_MAX_TITLE])}</a>'
    for key, text in texts.items():
        if key in NEXT_KEYS and _ADDRESS.fullmatch(text):
            yield f'<a rel="next" href="{escape(text)}">»</a>'


def _is_picture(url: str) -> bool:
    return bool(re.search(r"\.(?:jpe?g|png|gif|webp|svg)(?:$|\?)", url, re.IGNORECASE))
