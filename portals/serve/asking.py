"""What a reader asks for: the parts of a URL, checked, and what is answered."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from portals.errors import PortalError
from portals.serve.words import word

_MAX_VALUE = 2_000  # characters of an argument
_ID = re.compile(r"[0-9]{1,15}", re.ASCII)


class RefusedError(PortalError):
    """A request that is answered with an error page: ``status`` of HTTP, ``key`` of the words."""

    def __init__(self, status: int, key: str) -> None:
        super().__init__(word(key, "en"))
        self.status = status
        self.key = key


@dataclass(frozen=True, slots=True)
class Ask:
    """A request: path without language and format, its named parts, and the query's arguments."""

    path: str
    language: str
    default_language: str
    parts: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_static(self) -> bool:
        """Return True for a page of a static copy, where nothing can be asked."""
        return False

    @property
    def has_search_page(self) -> bool:
        """Return True if the menu leads to a search; elsewhere its field is on every page."""
        return False

    @property
    def has_feed(self) -> bool:
        """Return True if the feed of this view has an address, where the view has one."""
        return True

    def style_url(self, digest: str) -> str:
        """Return the URL of the style sheet, which changes with its content."""
        return f"/style.css?v={digest}"

    def text(self, name: str) -> str | None:
        """Return an argument without white space around it; None if it is missing or empty."""
        return self.arguments.get(name, "").strip()[:_MAX_VALUE] or None

    def choice(self, name: str, known: Sequence[str]) -> str | None:
        """Return an argument that is one of ``known``, or None. Raises RefusedError."""
        value = self.text(name)
        if value is not None and value not in known:
            raise RefusedError(400, "bad_choice")
        return value

    def day(self, name: str) -> date | None:
        """Return an argument that is a day ("2025-03-31"), or None. Raises RefusedError."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise RefusedError(400, "bad_day") from None

    def days(self) -> tuple[str | None, str | None]:
        """Return the first day, and the day after the last one, as texts. Raises RefusedError."""
        since, until = self.day("since"), self.day("until")
        following = until + timedelta(days=1) if until and until < date.max else None
        return (since.isoformat() if since else None, following.isoformat() if following else None)

    def place(self, parts: int) -> list[str] | None:
        """Return the parts of the argument ``after``, where a list continues.

        Raises RefusedError where there are not so many.
        """
        value = self.text("after")
        if value is None:
            return None
        found = value.split("~", parts - 1)
        if len(found) != parts:
            raise RefusedError(400, "bad_place")
        return found

    def url(self, path: str, language: str | None = None, **arguments: object) -> str:
        """Return the URL of a page in this language, or another one; empty values are left out."""
        chosen = language or self.language
        prefix = "" if chosen == self.default_language else f"/{chosen}"
        given = {name: value for name, value in arguments.items() if value not in (None, "")}
        query = f"?{urlencode(given)}" if given else ""
        return f"{prefix}{quote(path, safe='/:~@[]')}{query}"

    def here(self, path: str | None = None, language: str | None = None, **changed: object) -> str:
        """Return the URL of this view with some arguments changed."""
        return self.url(path or self.path, language, **{**self.arguments, **changed})


@dataclass(frozen=True, slots=True)
class Answer:
    """A page: its template, and the values that it shows, which are also its JSON.

    ``extra``: values for the template only. ``entries``: ids of the articles of its feed.
    """

    template: str
    values: dict[str, Any]
    extra: dict[str, Any] = field(default_factory=dict)
    entries: list[int] | None = None


def number(text: str, missing: str | None = None) -> int:
    """Return the number of an article or a page, of an address or of a place in a list.

    ``missing``: what an address is answered that has more digits than any number here. Raises
    RefusedError.
    """
    if not _ID.fullmatch(text):
        raise RefusedError(404, missing) if missing else RefusedError(400, "bad_place")
    return int(text)
