"""Home pages that only send on: by a meta refresh, a ``Refresh`` header or a script.

Sources: portals moved into a folder ("/congdoan/", "/web/guest") behind a page of one line, since
2005. DANAWEB pages refresh to themselves every 30 minutes, which is no forwarding.
"""

from __future__ import annotations

import re

from portals.discovery.links import found_links
from portals.extraction.page import Page
from portals.language.text import words
from portals.urls import url_key

_REFRESH = re.compile(r"^\s*\d*\s*[;,]?\s*(?:url\s*=)?\s*['\"]?([^'\"\s]+)", re.IGNORECASE)
_SCRIPT = re.compile(
    r"(?:window\.|document\.|self\.|top\.)*location(?:\.href)?\s*=\s*['\"]([^'\"]{1,2000})['\"]"
    r"|location\.(?:replace|assign)\(\s*['\"]([^'\"]{1,2000})['\"]",
    re.IGNORECASE,
)
_MAX_WORDS = 60  # a page with more has content of its own
_MAX_LINKS = 3
_SEARCHED = 20_000  # characters of markup


def forward_of(page: Page, refresh_header: str = "") -> str | None:
    """Return the absolute URL to which a page without content sends its readers, or None."""
    shown = sum(len(words(block.text)) for block in page.blocks[:_MAX_WORDS])
    if shown > _MAX_WORDS or len(found_links(page)) > _MAX_LINKS:
        return None
    for target in (_of_refresh(refresh_header), _of_meta(page), _of_script(page)):
        url = page.absolute(target) if target else None
        if url and url_key(url) != url_key(page.url):
            return url
    return None


def _of_refresh(content: str) -> str:
    match = _REFRESH.match(content)
    return match[1] if match and not match[1].isdigit() else ""


def _of_meta(page: Page) -> str:
    for meta in page.root.iter("meta"):
        if (meta.get("http-equiv") or "").lower() == "refresh":
            return _of_refresh(meta.get("content") or "")
    return ""


def _of_script(page: Page) -> str:
    match = _SCRIPT.search(page.text[:_SEARCHED])
    return (match[1] or match[2]) if match else ""
