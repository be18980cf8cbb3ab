"""Recognising the CMS of a page by its fingerprints."""

from __future__ import annotations

import re

from portals.extraction.page import Page
from portals.extraction.themes import select
from portals.families import FAMILIES, Family

_HEAD = 4096  # characters in which ``fingerprint_text`` is searched


def recognise(page: Page) -> Family | None:
    """Return the family with the most fingerprints on ``page``, or None if it has none."""
    scores = {family.name: _score(page, family) for family in FAMILIES}
    best = max(FAMILIES, key=lambda family: scores[family.name])
    return best if scores[best.name] else None


def _score(page: Page, family: Family) -> int:
    score = sum(1 for css in family.fingerprints if select(page.root, css))
    if family.fingerprint_text and re.search(family.fingerprint_text, page.text[:_HEAD]):
        score += 2
    return score
