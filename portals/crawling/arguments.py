"""The arguments that every spider takes with ``-a NAME=VALUE``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Literal, get_args
from urllib.parse import urlsplit

from portals.archive.wayback import VIA
from portals.catalogue import portals
from portals.errors import PortalError
from portals.language.dates import UnreadableDateError, read_date
from portals.redaction import without_secrets
from portals.timestamps import utc_now

_SHOWN = 8
"""Listings that an error names."""

Revisits = Literal["due", "all", "none", "settled"]
"""Which known articles are fetched again: those due for a revisit, all, none, or those due and the
pages that are settled."""


class ArgumentError(PortalError):
    """A spider argument that cannot be used."""


@dataclass(frozen=True, slots=True)
class CrawlArguments:
    """The spider arguments, which limit a crawl.

    ``origin``: scheme and host of a copy of the portal. ``since`` and ``until``: first and last day
    of publication (+07:00, both included). ``limit``: maximum number of articles. ``section``: only
    listings whose URL contains it. ``revisit``: which known articles are fetched again.
    ``backfill``: crawl the period of the publication gaps. ``via``: the public archive that is read
    instead of the portal.
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
        """Parse the arguments. Raises ArgumentError."""
        known = [field.name for field in fields(cls)]
        if unknown := sorted(given.keys() - set(known)):
            near = get_close_matches(unknown[0], known, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise ArgumentError(
                f"unknown spider argument {unknown[0]!r}; {hint}known are {', '.join(known)}"
            )
        since, until = period(given.get("since"), given.get("until"))
        return cls(
            origin=_origin(given.get("origin")),
            since=since,
            until=until,
            limit=_count("limit", given.get("limit")),
            section=given.get("section") or None,
            revisit=_revisit(given.get("revisit")),
            backfill=_backfill(given.get("backfill")),
            via=_via(given.get("via")),
        )

    @property
    def is_partial(self) -> bool:
        """Return True if the arguments limit the crawl to a part of the portal."""
        return bool(self.since or self.until or self.limit or self.section or self.backfill)

    def covers(self, published_at: str | None) -> bool:
        """Return True if the date is in the requested range, or if there is no date."""
        if published_at is None:
            return True
        at = datetime.fromisoformat(published_at)
        return not ((self.since and at < self.since) or (self.until and at >= self.until))


def parse_given(spider: str, given: Mapping[str, str]) -> CrawlArguments:
    """Parse the arguments of a crawl by ``spider``, of a portal or a CMS. Raises ArgumentError."""
    arguments = dict(given)
    if spider not in portals():  # the spider of a CMS: takes a portal name and needs an origin
        arguments.pop("portal", None)
        if "origin" not in arguments:
            raise ArgumentError(f"{spider} reads any site of its CMS: give -a origin=")
    return CrawlArguments.parse(arguments)


def _origin(text: str | None) -> str | None:
    if not text:
        return None
    try:
        parts = urlsplit(text)
        is_url = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        is_url = False
    if not is_url:
        shown = without_secrets(text)
        raise ArgumentError(f"origin={shown!r} is not a URL; give one like http://127.0.0.1:8000")
    if parts.username is not None or parts.password is not None:
        raise ArgumentError(
            "origin contains a user name or a password, which would be stored; remove it"
        )
    return f"{parts.scheme}://{parts.netloc}"


def _backfill(text: str | None) -> bool:
    if text not in (None, "", "gaps"):
        raise ArgumentError(f"backfill={text!r} is unknown; expected backfill=gaps")
    return bool(text)


def _via(text: str | None) -> str | None:
    if text not in (None, "", VIA):
        raise ArgumentError(f"via={text!r} is unknown; expected via={VIA}")
    return text or None


def _revisit(text: str | None) -> Revisits:
    for choice in get_args(Revisits):
        if text == choice:
            return choice  # type: ignore[no-any-return]
    if text:
        raise ArgumentError(f"revisit={text!r} is unknown; expected due, all, none or settled")
    return "due"


def day(name: str, text: str | None) -> datetime | None:
    """Return the start of a day (+07:00), None if no text is given. Raises ArgumentError."""
    if not text:
        return None
    try:
        at = read_date(text, now=utc_now() + timedelta(days=36500)).at
    except UnreadableDateError:
        raise ArgumentError(f"{name}={text!r} is not a date; expected 2024-01-31") from None
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def period(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    """Return the start of the day ``since`` and the end of the day ``until`` (+07:00).

    Raises ArgumentError, also where nothing can be between them.
    """
    first, last = day("since", since), day("until", until)
    if first and last and last < first:
        raise ArgumentError(
            f"until={until} is before since={since}: no article is of both; exchange them"
        )
    return first, last + timedelta(days=1) if last else None


def check_section(section: str | None, listings: Collection[str]) -> None:
    """Raise ArgumentError if none of the known ``listings`` (URLs) contains ``section``."""
    if not section or not listings or any(section in url for url in listings):
        return
    some = ", ".join(sorted(listings)[:_SHOWN])
    more = f" and {len(listings) - _SHOWN} more" if len(listings) > _SHOWN else ""
    raise ArgumentError(
        f"section={section!r}: no listing has it in its URL; known are {some}{more}"
    )


def _count(name: str, text: str | None) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentError(f"{name}={text!r} is not a count; expected a whole number from 1")
    return int(text)
