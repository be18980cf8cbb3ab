"""The URL of a picture: also of one that a script, a ``srcset`` or AMP puts into its place."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

PICTURE_TAGS = frozenset(["img", "amp-img"])

_TINY = 32  # pixels: smaller pictures are icons, smileys and counters
_IMAGE_URL = re.compile(
    r"[^\s\"'<>{}]+\.(?:jpe?g|png|gif|webp|avif|bmp|svg)(?:[?#][^\s,]*)?", re.IGNORECASE
)
_PLACEHOLDER = re.compile(
    r"^data:|(?:^|[/_-])(?:blank|spacer|placeholder|loading|loader|lazy|transparent|pixel|1x1|grey)"
    r"[\w-]*\.(?:gif|png|svg|jpe?g)",
    re.IGNORECASE,
)
_WIDTH = re.compile(r"(\d{1,5}(?:\.\d+)?)[wx]")


def picture_url(element: HtmlElement) -> str:
    """Return the URL of a picture as written, or ``""`` if it has none or is an icon."""
    return "" if _is_tiny(element) else _source_of(element)


def _source_of(element: HtmlElement) -> str:
    attributes = {str(name): str(value).strip() for name, value in element.attrib.items()}
    lazy = [value for name, value in attributes.items() if name.startswith("data-")]
    for value in lazy:
        if _IMAGE_URL.fullmatch(value) and not _PLACEHOLDER.search(value):
            return value
    source = (
        attributes.get("data-src") or attributes.get("data-original") or attributes.get("src", "")
    )
    if source and not _PLACEHOLDER.search(source):
        return source
    return _first([attributes.get("srcset", ""), *lazy]) or _of_picture(element)


def _of_picture(element: HtmlElement) -> str:
    """Return the URL that the ``source`` elements of the ``picture`` around an ``img`` give."""
    picture = element.getparent()
    if picture is None or picture.tag != "picture":
        return ""
    sources = list(picture.iter("source"))
    return _first([item.get("srcset") or item.get("data-srcset") or "" for item in sources])


def _first(srcsets: list[str]) -> str:
    return next((url for srcset in srcsets if srcset and (url := _largest(srcset))), "")


def _largest(srcset: str) -> str:
    """Return the URL of the largest picture of a ``srcset``: "a.jpg 300w, b.jpg 1024w"."""
    best, size = "", -1.0
    for part in srcset.split(", "):
        url, _, width = part.strip().rstrip(",").partition(" ")
        match = _WIDTH.fullmatch(width.strip())
        number = float(match[1]) if match else 0.0
        if url and number > size and not _PLACEHOLDER.search(url):
            best, size = url, number
    return best if _IMAGE_URL.search(best) else ""


def _is_tiny(element: HtmlElement) -> bool:
    sizes = [element.get(name, "").rstrip("px").strip() for name in ("width", "height")]
    return any(size.isdecimal() and len(size) < 6 and int(size) <= _TINY for size in sizes)
