"""Filters for URLs that lead nowhere: calendars, loops of folders, languages in a row.

Such crawler traps are endless and contain no article. Each URL is skipped by a named rule, and the
table ``skipped_urls`` has the number of URLs per rule, with an example.
Sources: the language switch of Liferay (33 articles became 12,636 URLs, 2023), relative links
without a slash, booking calendars, faceted listings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from portals.timestamps import utc_now

Rule = Literal[
    "too long",
    "too deep",
    "too many parameters",
    "repeated folders",
    "languages in a row",
    "calendar",
    "session id",
    "duplicate",
    "copy or form",
    "gone",
    "too many links",
    "lists without news",
    "too many kinds",
    "queue full",
    "forgotten",
]

MEANINGS: dict[Rule, str] = {
    "too long": "a URL of more than 2,000 characters",
    "too deep": "a URL with more than 16 folders",
    "too many parameters": "a URL with more than 16 parameters",
    "repeated folders": "folders that repeat themselves, as relative links in a loop make them",
    "languages in a row": "a language switch that appends itself, like `/vi/en/vi/`",
    "calendar": "a day, month or year in which no portal has news: before 1990, after next year",
    "session id": "a URL with a session id; it is requested without it",
    "duplicate": "another URL of the same page: other case, slashes, encoding or folders",
    "copy or form": "an explored portal's print version, feed, tag, search, file or other language",
    "gone": "a page of no use that answered 404 or 410 in the last week",
    "too many links": "links of one page beyond its first 5,000",
    "lists without news": "listing pages of a pattern after several without a new article",
    "too many kinds": "links beyond 5,000 URL patterns, or 20,000 queued URLs of one pattern",
    "forgotten": "an article that was taken down (`scrapy forget`); without an example",
    "queue full": "URLs beyond the first million queued in the frontier",
}

FORGOTTEN: Rule = "forgotten"
"""The rule of articles that were taken down; its URLs are counted and not stored."""

MAX_LINKS = 5_000
"""Requests that one page may lead to."""

MAX_QUEUED = 1_000_000
"""URLs queued per portal; each takes some 300 bytes of the database."""

_MAX_LENGTH, _MAX_FOLDERS, _MAX_PARAMETERS = 2_000, 16, 16
_FIRST_YEAR = 1990  # no portal of the country is older
_MAX_COUNTED = 10_000  # distinct URLs remembered, so that each is counted once

_REPEATED = re.compile(r"((?:/[^/]+){1,4})\1\1(?:/|$)|(/[^/]+/[^/]+)\2(?:/|$)")
_NO_NUMBER = re.compile(r"[^\d/]")
_LANGUAGES = re.compile(r"(?:/(?:vi|en|vn|zh|cn|ko|ja|fr|ru)){2,}(?:/|$)", re.IGNORECASE)
_PATH_DAY = re.compile(  # "/2024/05" may be an id and a page: a month needs a word before it
    r"/(?P<day>(?:19|2[01])\d\d)[/-](?:0?[1-9]|1[0-2])[/-](?:0?[1-9]|[12]\d|3[01])/?$"
    r"|^(?:/[^/]*(?:lich|calendar|event|ngay|thang|date|archive)[^/]*)?"
    r"/(?P<month>(?:19|2[01])\d\d)[/-](?:0?[1-9]|1[0-2])/?$",
    re.IGNORECASE,
)
_DAY_KEYS = re.compile(
    r"(?:date|day|month|year|ngay|thang|nam|thangnam|tungay|denngay)", re.IGNORECASE
)
_YEAR = re.compile(r"(?<!\d)((?:19|2[01])\d\d)(?!\d)")


@lru_cache(maxsize=2048)  # menus recur on every page, and exploration asks twice per URL
def matching_filter(url: str) -> Rule | None:
    """Return the rule by which ``url`` is skipped, or None. Raises ValueError if it is no URL."""
    if len(url) > _MAX_LENGTH:
        return "too long"
    parts = urlsplit(url)
    if parts.path.count("/") > _MAX_FOLDERS:
        return "too deep"
    if parts.query.count("&") >= _MAX_PARAMETERS:
        return "too many parameters"
    if _LANGUAGES.search(parts.path):
        return "languages in a row"
    repeated = _REPEATED.search(parts.path)
    if repeated and _NO_NUMBER.search(repeated[0]):  # "/muc/1/1/1" are levels of a menu
        return "repeated folders"
    years = (int(year) for year in _years(parts.path, parts.query))
    latest = utc_now().year + 1
    return "calendar" if any(not _FIRST_YEAR <= year <= latest for year in years) else None


def _years(path: str, query: str) -> Iterator[str]:
    """Yield the years of the dates in a URL's path and query."""
    if match := _PATH_DAY.search(path):
        yield match["day"] or match["month"]
    for key, value in parse_qsl(query):
        if _DAY_KEYS.fullmatch(key) and (match := _YEAR.search(value)):
            yield match[1]


@dataclass(frozen=True, slots=True)
class SkippedUrls:
    """The URLs that one rule skipped in one run: how many, and the first as an example."""

    rule: Rule
    urls: int
    example: str


class UrlFilters:
    """Counts the URLs skipped by each rule; beyond 10,000 URLs, repeated ones count again."""

    def __init__(self) -> None:
        self._examples: dict[Rule, str] = {}
        self._counts: dict[Rule, int] = {}
        self._counted: set[int] = set()

    def record(self, rule: Rule, url: str, urls: int = 1) -> None:
        """Count a skipped URL (or ``urls`` of them, ``url`` as their example), once per rule."""
        key = hash((rule, url))
        if key in self._counted:
            return
        if len(self._counted) < _MAX_COUNTED:
            self._counted.add(key)
        self._examples.setdefault(rule, "" if rule == FORGOTTEN else url[:_MAX_LENGTH])
        self._counts[rule] = self._counts.get(rule, 0) + urls

    def skipped(self) -> list[SkippedUrls]:
        """Return the counts and examples of every rule that skipped a URL."""
        return [SkippedUrls(rule, self._counts[rule], url) for rule, url in self._examples.items()]
