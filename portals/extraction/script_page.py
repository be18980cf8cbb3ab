"""Pages that are empty until a script builds them: what of such a page is seen without a browser.

Signs seen on portals of 2024 to 2026: ``div#root``, ``div#app`` or ``div#__next`` alone in the
body, ``ng-app`` and ``ng-view``, a state for Next.js or Nuxt, and a line that asks to enable
JavaScript.
"""

from __future__ import annotations

import re
from itertools import islice

from portals.article import Reject
from portals.extraction.page import Page
from portals.language.text import words
from portals.outcomes import RejectCode

_MAX_WORDS = (
    25  # of a page without content: a title, "Loading…", a line for browsers without script
)
_MAX_TEXT, _MAX_ELEMENTS = 20_000, 500  # characters and elements looked at
_ROOTS = re.compile(r"^(?:__next|__nuxt|root|app|app-root|main-app|react-root|q-app)$")
_ROOT_TAGS = ("app-root", "ng-view", "ui-view")
_ATTRIBUTES = ("ng-app", "data-ng-app", "ng-view", "data-ng-view", "ui-view", "data-reactroot")
_ASKS = re.compile(
    r"enable javascript|bật javascript|requires javascript|cần javascript", re.IGNORECASE
)


def script_built_sign(page: Page) -> str | None:
    """Return what shows that only a script builds ``page``, or None if it has content."""
    scripts = sum(1 for _ in page.root.iter("script"))
    shown = [word for block in page.blocks[:_MAX_WORDS] for word in words(block.text)]
    if not scripts or len(shown) > _MAX_WORDS or _has_links(page):
        return None
    seen = _root_of(page)
    if seen is None and _ASKS.search(page.text[:_MAX_TEXT]):
        seen = "a line that asks for JavaScript"
    if seen is None:
        return None
    return f"{seen}, {scripts} scripts, {len(shown)} words"


def _has_links(page: Page) -> bool:
    """Return True if a page leads anywhere: a menu that no script had to build."""
    return sum(1 for _ in page.root.iterfind(".//a[@href]")) > 2


def _root_of(page: Page) -> str | None:
    """Return the element that a script fills, as it would be selected."""
    for element in islice(page.root.iter("*"), _MAX_ELEMENTS):
        name = str(element.tag)
        if name in _ROOT_TAGS:
            return f"an empty {name}"
        if _ROOTS.match(element.get("id") or ""):
            return f"an empty {name}#{element.get('id')}"
        if found := next((one for one in _ATTRIBUTES if element.get(one) is not None), None):
            return f"{name}[{found}]"
    return None


def script_built_reject(page: Page) -> Reject | None:
    """Return the reject of a page that only a script builds, or None if it has content."""
    sign = script_built_sign(page)
    return Reject(page.url, RejectCode.NEEDS_BROWSER, sign) if sign else None
