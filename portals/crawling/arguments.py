"""The arguments that every spider takes with ``-a NAME=VALUE``."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args
from urllib.parse import urlsplit

from portals.archive.wayback import VIA
from portals.errors import PortalError
from portals.language.dates import UnreadableDateError, read_date

Revisits = Literal["due", "all", "none"]
"""Which known articles are fetched again: those the calendar wants, all, or none."""


class ArgumentError(PortalError):
    """A spider argument that cannot be used."""


@dataclass(frozen=True, slots=True)
class CrawlArguments:
    """What a crawl is limited to.

    ``origin``: scheme and host of a copy of the portal. ``since`` and ``until``: first and last day
    of publication (+07:00, both included). ``limit``: articles to read at most. ``section``: only
    listings whose address contains it. ``revisit``: which known articles are fetched again.
    ``backfill``: the time of the gaps in the kept articles is wanted. ``via``: the public archive
    that is read in the portal's place.
    """

    origin: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None
    section: str | None = None
    revisit: Revisits = "due"
    backfill: bool = False
    via: str | None = None

    @classmethod
    def parse(cls, given: dict[str, str]) -> CrawlArguments:
        """Read the text of the arguments. Raises ArgumentError."""
        known = [field.name for field in fields(cls)]
        if unknown := sorted(given.keys() - set(known)):
            raise ArgumentError(
                f"unknown spider argument {unknown[0]!r}; known are {', '.join(known)}"
            )
        until = day("until", given.get("until"))
        return cls(
            origin=_origin(given.get("origin")),
            since=day("since", given.get("since")),
            until=until + timedelta(days=1) if until else None,
            limit=_count("limit", given.get("limit")),
            section=given.get("section") or None,
            revisit=_revisit(given.get("revisit")),
            backfill=_backfill(given.get("backfill")),
            via=_via(given.get("via")),
        )

    @property
    def is_partial(self) -> bool:
        """Return True if only a part of the portal is wanted."""
        return bool(self.since or self.until or self.limit or self.section or self.backfill)

    def covers(self, published_at: str | None) -> bool:
        """Return True if an article of that date is wanted; one without a date always is."""
        if published_at is None:
            return True
        at = datetime.fromisoformat(published_at)
        return not ((self.since and at < self.since) or (self.until and at >= self.until))


def _origin(text: str | None) -> str | None:
    if not text:
        return None
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise ArgumentError(f"origin={text!r} is no address; give it like http://127.0.0.1:8000")
    if parts.username is not None or parts.password is not None:
        raise ArgumentError(
            "origin holds a name or a password, which would be stored; leave it out"
        )
    return f"{parts.scheme}://{parts.netloc}"


def _backfill(text: str | None) -> bool:
    if text not in (None, "", "gaps"):
        raise ArgumentError(f"backfill={text!r} is unknown; give backfill=gaps")
    return bool(text)


def _via(text: str | None) -> str | None:
    if text not in (None, "", VIA):
        raise ArgumentError(f"via={text!r} is unknown; give via={VIA}")
    return text or None


def _revisit(text: str | None) -> Revisits:
    for choice in get_args(Revisits):
        if text == choice:
            return choice  # type: ignore[no-any-return]
    if text:
        raise ArgumentError(f"revisit={text!r} is unknown; give due, all or none")
    return "due"


def day(name: str, text: str | None) -> datetime | None:
    """Return the beginning of a day (+07:00), None where none is given. Raises ArgumentError."""
    if not text:
        return None
    try:
        at = read_date(text, now=datetime.now(UTC) + timedelta(days=36500)).at
    except UnreadableDateError:
        raise ArgumentError(f"{name}={text!r} is no date; give it like 2024-01-31") from None
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _count(name: str, text: str | None) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentError(f"{name}={text!r} is no count; give a whole number from 1")
    return int(text)
