"""Pages without content: challenges, login walls, parked domains, errors that answer 200.

They are recognised by their text (``language/notices.py``) and markup, since they can have any
status; only pages that are neither an article nor a listing are checked.
"""

from __future__ import annotations

import re

from portals.extraction.page import Page
from portals.language.notices import Notice, read_notice
from portals.language.text import words
from portals.outcomes import RejectCode

INTERSTITIAL_CODES: dict[Notice, RejectCode] = {
    "challenge": RejectCode.CHALLENGE,
    "login": RejectCode.LOGIN,
    "parked": RejectCode.PARKED,
    "server": RejectCode.SERVER_PAGE,
    "filtered": RejectCode.FILTERED,
    "broken": RejectCode.BROKEN_PORTAL,
    "missing": RejectCode.ERROR_PAGE,
}
"""The reject code of each kind of interstitial."""

_SEARCHED = 60_000  # characters of markup; such pages are small
_MAX_WORDS = 400  # a page with more words is content of the portal
_FEW_WORDS = 60  # an error page or a block page has no menu and no story
_SMALL: frozenset[Notice] = frozenset(["filtered", "broken", "missing"])
_MARKUP: tuple[tuple[Notice, str], ...] = (
    ("challenge", r"document\.cookie\s*=.{0,200}location\.(?:reload|href|replace)"),
    ("challenge", r"/cdn-cgi/challenge-platform|cf[-_]chl|_Incapsula_Resource|sucuri_cloudproxy"),
    ("challenge", r"g-recaptcha|h-captcha|hcaptcha\.com/1/api"),
    ("parked", r"sedoparking|parkingcrew|bodis\.com|parklogic|domainparking"),
    ("login", r"<input[^<>]{1,300}?type\s*=\s*[\"']?password"),
)
_FLAGS = re.IGNORECASE | re.DOTALL
_BY_MARKUP = [(kind, re.compile(pattern, _FLAGS)) for kind, pattern in _MARKUP]


def classify_interstitial(page: Page) -> Notice | None:
    """Return the kind of interstitial that a page without article or listing is, or None."""
    shown = " ".join(block.text for block in page.blocks[:200])
    size = len(words(shown))
    if size > _MAX_WORDS:
        return None
    text = f"{page.head_title} {shown}"
    if (notice := read_notice(text)) and (notice not in _SMALL or size <= _FEW_WORDS):
        return notice
    markup = page.text[:_SEARCHED]
    return next((kind for kind, pattern in _BY_MARKUP if pattern.search(markup)), None)
