"""The systems that a row of the catalogue names, also one after the other on one host.

``NukeViet`` is a system; ``NukeViet (guess)`` one that no page of the portal has shown;
``MasterCMS<2021-05 NukeViet`` says that NukeViet replaced MasterCMS in May 2021, ``<?`` that the
day is not known. What is no system of ``FAMILIES`` is explored.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from portals.extraction.layout import Layout
from portals.extraction.validity import ALWAYS, Validity
from portals.families import FAMILIES, Family

UNDESCRIBED = ("", "unknown", "custom", "ASP.NET", "IBM-WCM", "JSON")
"""Words of the catalogue for systems of which no pattern is known."""

_GUESS = re.compile(r"\s*\((?:guess)\)$")
_UNTIL = re.compile(r"(?P<title>[^<]+)<(?P<day>\?|\d{4}(?:-\d\d(?:-\d\d)?)?)")


@dataclass(frozen=True, slots=True)
class Systems:
    """What runs a portal. ``family``: what is known of it, with the themes of all its systems.

    ``layouts``: layouts of earlier systems. ``is_guess``: no page has shown it.
    """

    family: Family | None = None
    layouts: tuple[Layout, ...] = ()
    is_guess: bool = False


def read_systems(text: str) -> Systems:
    """Return the systems that the column ``cms`` names; a text that names none gives none."""
    is_guess = bool(_GUESS.search(text))
    try:
        spans = _spans(text)
    except ValueError:
        return Systems(_by_first_word(text), (), is_guess)
    if not spans:
        return Systems()
    if len(spans) == 1:
        return Systems(spans[0][0], (), is_guess)
    return Systems(_joined(spans), tuple(_earlier_layouts(spans)), is_guess)


def systems_fault(text: str) -> str | None:
    """Return what is wrong with the column ``cms``, or None."""
    try:
        _spans(text)
    except ValueError as error:
        return str(error)
    return None


def system_words(text: str) -> frozenset[str]:
    """Return the systems that the column ``cms`` names, in small letters."""
    words = (word.partition("<")[0] for word in _GUESS.sub("", text.strip()).split())
    return frozenset(word.casefold() for word in words if word)


def _spans(text: str) -> list[tuple[Family, Validity]]:
    """Return every system with the days on which it served pages. Raises ValueError."""
    bare = _GUESS.sub("", text.strip())
    if bare in UNDESCRIBED:
        return []
    found: list[tuple[Family, Validity]] = []
    since: date | None = None
    *earlier, last = bare.split()
    for word in earlier:
        match = _UNTIL.fullmatch(word)
        if match is None:
            raise ValueError(f"{word!r} is no system with the day on which it ended: TITLE<YYYY-MM")
        until = None if match["day"] == "?" else _first_day(match["day"])
        if since and until and until <= since:
            raise ValueError(f"{word!r} ends before it begins")
        found.append((_titled(match["title"]), Validity(since, _day_before(until))))
        since = until
    found.append((_titled(last), Validity(since)))
    return found


def _first_day(text: str) -> date:
    year, month, day = (*map(int, text.split("-")), 1, 1)[:3]
    return date(year, month, day)


def _day_before(day: date | None) -> date | None:
    return day - timedelta(days=1) if day else None


def _titled(title: str) -> Family:
    for family in FAMILIES:
        if title.casefold() in (family.title.casefold(), family.name):
            return family
    known = ", ".join([*(family.title for family in FAMILIES), *UNDESCRIBED[1:]])
    raise ValueError(f"unknown system {title!r}; there are {known}")


def _by_first_word(text: str) -> Family | None:
    """Return the family that a free text of an earlier catalogue begins with ("NukeViet 3")."""
    first = text.split(maxsplit=1)[0].casefold() if text.strip() else ""
    return next((f for f in FAMILIES if first in (f.name, f.title.casefold())), None)


def _joined(spans: Sequence[tuple[Family, Validity]]) -> Family:
    """Return the newest family, which also reads the pages of the others from their days.

    It has no numbers of articles: those of two systems may be the same.
    """
    newest = spans[-1][0]
    return replace(
        newest,
        themes=tuple(
            replace(theme, validity=validity)
            for family, validity in reversed(spans)
            for theme in family.themes
        ),
        articles=tuple(one for family, _ in reversed(spans) for one in _articles(family)),
        listings=tuple(one for family, _ in reversed(spans) for one in family.listings),
        external_id=None,
    )


def _articles(family: Family) -> tuple[str, ...]:
    return (*family.articles, family.article_path) if family.article_path else family.articles


def _earlier_layouts(spans: Sequence[tuple[Family, Validity]]) -> list[Layout]:
    dated = [(one.layout, days) for one, days in spans[:-1] if days != ALWAYS]
    return [replace(layout, validity=days) for layout, days in dated if layout]
