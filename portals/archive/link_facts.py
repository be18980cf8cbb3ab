"""What the link to a page says of it, kept beside the response in a WARC ``metadata`` record.

The text of a link nearly always is the title of the article behind it, and the listing shows its
day. A crawl reads pages with both, and so must every later reading of its archive.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from glob import escape
from itertools import islice
from pathlib import Path
from typing import Self

from portals.archive.records import Record, read_records
from portals.extraction.page import Page

CONTENT_TYPE = "application/warc-fields"

COMPANION_KINDS = frozenset(["request", "metadata"])
"""Types of records that belong to a response."""

MAX_COMPANIONS = 3
"""Records after a response that are looked at."""

_MAX_TEXT = 500  # characters
_REFERRER, _TEXT, _DAY, _EXPECTED = "via", "link-text", "link-day", "expected"
_SYSTEM, _ARTICLE = "json-system", "article-url"
_MAX_URL = 4_000  # characters
_LISTING = "listing"


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """The text of the link, the day shown beside it (ISO 8601), and the page that it is on.

    ``is_listing``: the crawl requested the page as a listing and looked for no article in it.
    ``system``: the response is JSON of this system (its name); ``article_url``: the public URL of
    the article that it holds.
    """

    text: str = ""
    day: str = ""
    referrer: str = ""
    is_listing: bool = False
    system: str = ""
    article_url: str = ""

    def __bool__(self) -> bool:
        """Return True if anything is known."""
        return self != NO_FACTS

    def block(self) -> bytes:
        """Return the block of the record: ``name: value`` lines."""
        values = {
            _REFERRER: self.referrer,
            _TEXT: self.text,
            _DAY: self.day,
            _EXPECTED: _LISTING if self.is_listing else "",
            _SYSTEM: self.system,
            _ARTICLE: self.article_url,
        }
        given = ((name, " ".join(value.split())) for name, value in values.items() if value)
        return "".join(f"{name}: {value}\r\n" for name, value in given).encode("utf-8", "replace")

    @classmethod
    def parse(cls, block: bytes) -> Self:
        """Return the facts of a record; other programs write other fields, which are ignored."""
        lines = block[:64_000].decode("utf-8", "replace").splitlines()
        pairs = (line.partition(":") for line in lines)
        fields = {name.strip().lower(): value.strip() for name, _, value in pairs}
        short = {name: value[:_MAX_TEXT] for name, value in fields.items()}
        return cls(
            text=short.get(_TEXT, ""),
            day=_day(short.get(_DAY, "")),
            referrer=short.get(_REFERRER, ""),
            is_listing=short.get(_EXPECTED) == _LISTING,
            system=short.get(_SYSTEM, ""),
            article_url=fields.get(_ARTICLE, "")[:_MAX_URL],
        )

    def add_to(self, page: Page) -> None:
        """Give ``page`` what the link says, before it is read."""
        if self.text:
            page.link_texts = (self.text,)
        if self.day:
            page.listed_day = date.fromisoformat(self.day)


NO_FACTS = LinkFacts()


def link_facts(response: Record, companions: Iterable[Record]) -> LinkFacts:
    """Return what the records after a response, which may belong to it, say of the link to it."""
    own_id = response.headers.get("warc-record-id")
    for record in companions:
        if record.kind == "metadata" and _owner_of(record) == own_id:
            return LinkFacts.parse(record.block)
    return NO_FACTS


def later_facts(path: Path) -> dict[str, LinkFacts]:
    """Return what the last metadata record on each response says, by the id of the response.

    A crawl may learn the day of a page long after its response is written, also when the next file
    of the run has begun. Raises OSError.
    """
    series = path.name.rpartition("-")[0]
    files = sorted(path.parent.glob(f"{escape(series)}-*")) if series else [path]
    found: dict[str, LinkFacts] = {}
    for file in files:
        for record in read_records(file):
            if not isinstance(record, Record) or record.kind != "metadata":
                continue
            if facts := LinkFacts.parse(record.block):
                found[_owner_of(record)] = facts
    return found


def _owner_of(record: Record) -> str:
    headers = record.headers
    return headers.get("warc-concurrent-to") or headers.get("warc-refers-to") or ""


def companions_of(path: Path, record: Record) -> list[Record]:
    """Return the few records after ``record`` that belong to a response. Raises OSError."""
    found = []
    for other in islice(read_records(path, record.offset + record.length), MAX_COMPANIONS):
        if not isinstance(other, Record) or other.kind not in COMPANION_KINDS:
            break
        found.append(other)
    return found


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
