"""Pages that are no news: challenges, login walls, parked domains, errors that answer 200.

Told by their words (``language/notices.py``) and their markup, since they answer with any status;
only where a page shows no article and no list.
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
"""What a page is rejected as that is no page of the portal."""

_LOOKED_AT = 60_000  # characters of markup; such pages are small
_MAX_WORDS = 400  # a page that shows more is one of the portal's own
_FEW_WORDS = 60  # an error or a block has no menu and no story
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
    """Return what a page without article and list is instead, where its words tell."""
    shown = " ".join(block.text for block in page.blocks[:200])
    size = len(words(shown))
    if size > _MAX_WORDS:
        return None
    text = f"{page.head_title} {shown}"
    if (notice := read_notice(text)) and (notice not in _SMALL or size <= _FEW_WORDS):
        return notice
    markup = page.text[:_LOOKED_AT]
    return next((kind for kind, pattern in _BY_MARKUP if pattern.search(markup)), None)
