"""Recognising the CMS of a page by its fingerprints."""

from __future__ import annotations

import re
from dataclasses import dataclass

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


_ORIGIN = re.compile(r"https?://([^/\s\"'<>\\]{1,250})$")


@dataclass(frozen=True, slots=True)
class NamedSystem:
    """A system whose JSON a page names: ``address`` of a list, ``host`` where it names one."""

    family: Family
    address: str = ""
    host: str = ""


def named_by(family: Family, page: Page) -> NamedSystem | None:
    """Return what ``page`` says of the JSON of ``family``, None if it names none."""
    match = family.json.sign_in(page.text) if family.json else None
    if match is None:
        return None
    address = (match[1] or "") if match.re.groups else ""
    before = _ORIGIN.search(page.text[max(0, match.start() - 260) : match.start()])
    return NamedSystem(family, address, before[1].lower() if before else "")
