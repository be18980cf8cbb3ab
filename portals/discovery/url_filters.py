"""Addresses that lead nowhere: calendars, loops of folders, languages in a row.

Such addresses have no end, and no article stands at them. Each is left alone by a rule that has a
name, and the ledger ``left_alone`` says how many a rule took, with an example.
Sources: the language switch of Liferay (33 articles became 12,636 addresses, 2023), relative links
without a slash, booking calendars, faceted lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

Rule = Literal[
    "too long",
    "too deep",
    "too many parameters",
    "repeated folders",
    "languages in a row",
    "calendar",
    "session id",
    "duplicate",
    "too many links",
    "lists without news",
    "too many kinds",
    "queue full",
]

MEANINGS: dict[Rule, str] = {
    "too long": "an address of more than 2,000 characters",
    "too deep": "an address with more than 16 folders",
    "too many parameters": "an address with more than 16 parameters",
    "repeated folders": "folders that repeat themselves, as relative links in a loop make them",
    "languages in a row": "a language switch that appends itself, like `/vi/en/vi/`",
    "calendar": "a day, month or year in which no portal has news: before 1990, after next year",
    "session id": "an address with the number of a visit; it is asked for without it",
    "duplicate": "another address of the same page: other case, slashes, encoding or folders",
    "too many links": "links of one page beyond its first 5,000",
    "lists without news": "lists of a kind of which several in a row led to nothing new",
    "too many kinds": "links beyond 5,000 kinds of addresses, or 20,000 that wait of one kind",
    "queue full": "URLs beyond the first million that wait in the frontier",
}

MAX_LINKS = 5_000
"""Requests that one page may lead to."""

MAX_QUEUED = 1_000_000
"""Addresses of one portal that wait; each takes some 300 bytes of the database."""

_MAX_LENGTH, _MAX_FOLDERS, _MAX_PARAMETERS = 2_000, 16, 16
_FIRST_YEAR = 1990  # no portal of the country is older
_KEPT = 10_000  # addresses that are told apart while they are counted

_REPEATED = re.compile(r"((?:/[^/]+){1,4})\1\1(?:/|$)|(/[^/]+/[^/]+)\2(?:/|$)")
_LANGUAGES = re.compile(r"(?:/(?:vi|en|vn|zh|cn|ko|ja|fr|ru)){2,}(?:/|$)", re.IGNORECASE)
_PATH_DAY = re.compile(  # a year and a month are an id and a page, where nothing says otherwise
    r"/(?P<day>(?:19|2[01])\d\d)[/-](?:0?[1-9]|1[0-2])[/-](?:0?[1-9]|[12]\d|3[01])/?$"
    r"|^(?:/[^/]*(?:lich|calendar|event|ngay|thang|date|archive)[^/]*)?"
    r"/(?P<month>(?:19|2[01])\d\d)[/-](?:0?[1-9]|1[0-2])/?$",
    re.IGNORECASE,
)
_DAY_KEYS = re.compile(
    r"(?:date|day|month|year|ngay|thang|nam|thangnam|tungay|denngay)", re.IGNORECASE
)
_YEAR = re.compile(r"(?<!\d)((?:19|2[01])\d\d)(?!\d)")


@lru_cache(maxsize=2048)  # menus come back on every page, and explorers ask twice
def matching_filter(url: str) -> Rule | None:
    """Return the rule by which ``url`` is left alone, or None. Raises ValueError for no address."""
    if len(url) > _MAX_LENGTH:
        return "too long"
    parts = urlsplit(url)
    if parts.path.count("/") > _MAX_FOLDERS:
        return "too deep"
    if parts.query.count("&") >= _MAX_PARAMETERS:
        return "too many parameters"
    if _LANGUAGES.search(parts.path):
        return "languages in a row"
    if _REPEATED.search(parts.path):
        return "repeated folders"
    years = (int(year) for year in _years(parts.path, parts.query))
    latest = datetime.now(UTC).year + 1
    return "calendar" if any(not _FIRST_YEAR <= year <= latest for year in years) else None


def _years(path: str, query: str) -> Iterator[str]:
    """Yield the years of the dates that an address asks for."""
    if match := _PATH_DAY.search(path):
        yield match["day"] or match["month"]
    for key, value in parse_qsl(query):
        if _DAY_KEYS.fullmatch(key) and (match := _YEAR.search(value)):
            yield match[1]


@dataclass(frozen=True, slots=True)
class SkippedUrls:
    """What one rule took in one run: how many addresses, and the first of them."""

    rule: Rule
    urls: int
    example: str


class UrlFilters:
    """Counts the addresses that rules leave alone; beyond 10,000, some more than once."""

    def __init__(self) -> None:
        self._examples: dict[Rule, str] = {}
        self._counts: dict[Rule, int] = {}
        self._met: set[int] = set()

    def record(self, rule: Rule, url: str, addresses: int = 1) -> None:
        """Take in an address that was left alone; one that was met before does not count again."""
        mark = hash((rule, url))
        if mark in self._met:
            return
        if len(self._met) < _KEPT:
            self._met.add(mark)
        self._examples.setdefault(rule, url[:_MAX_LENGTH])
        self._counts[rule] = self._counts.get(rule, 0) + addresses

    def skipped(self) -> list[SkippedUrls]:
        """Return what every rule took."""
        return [SkippedUrls(rule, self._counts[rule], url) for rule, url in self._examples.items()]
