"""The item that every spider yields: one article as one page shows it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

from portals.outcomes import REJECT_RULES, RejectCode, Stage

READER_VERSION = 9
"""Version of the reading rules. It grows when the same page would give another row."""


@dataclass(slots=True)
class Image:
    """A picture of the article: absolute URL and the caption shown with it, if any."""

    url: str
    caption: str | None = None


@dataclass(slots=True)
class Attachment:
    """A file offered with the article: absolute URL and the text of its link."""

    url: str
    title: str | None = None


MAX_BODY_CHARACTERS = 2_000_000
"""Limit of ``body``. The longest text of the first five portals has 60,000 characters."""
MAX_FIELD_CHARACTERS = 1_000
"""Limit of fields without one of their own; a longer value was read from the wrong element."""


@dataclass(frozen=True, slots=True)
class StoryParts:
    """The pages of a story: the number of the one that was read, from 1, and the URLs of all."""

    number: int
    urls: tuple[str, ...]


FieldFact = Literal["column", "text", "sighting", "compared", "counted", "searched", "edited"]
"""A property of a field of ``Article``, which decides where else the field is used.

``column``: read from the page and stored in the column of ``articles`` with the same name.
``text``: part of the text of the article, which other portals may change in their copies.
``sighting``: stored for each URL in ``sightings``. ``compared``: ``reextract --dry-run`` reports
its changes. ``counted``: its coverage is reported. ``searched``: in the search index. ``edited``:
its changes are recorded in ``edits``. The last two have an order: their value is the position.
"""


def _facts(*facts: FieldFact, limit: int | None = None, **places: int) -> dict[str, Any]:
    """Return the metadata of a field; ``limit``: longest allowed one-line text, in characters."""
    return {**dict.fromkeys(facts, True), **places, "limit": limit}


_LINE = MAX_FIELD_CHARACTERS


@dataclass(slots=True)
class Article:
    """One article as one page shows it.

    ``body`` holds paragraphs separated by one blank line, without lead, captions, byline, noise.
    ``published_at`` is ISO 8601 with +07:00, null where the page shows no readable date;
    ``provenance`` says which rule gave each field, or why there is none. ``fetched_at`` is when
    the page was served (aware), which for an archived page is the time of its capture. ``via``:
    the public archive that it came through, null where the portal answered. ``parts``: the pages
    of the story, None if it has one; ``missing_parts``: those of them that ``body`` lacks.
    """

    portal: str
    url: str
    title: str = field(
        # No limit here: validation rejects the article if its title is too long.
        metadata=_facts(
            "column",
            "text",
            "sighting",
            "compared",
            limit=MAX_BODY_CHARACTERS,
            searched=1,
            edited=1,
        )
    )
    body: str = field(metadata=_facts("column", "text", "compared", searched=3))
    fetched_at: datetime
    external_id: str | None = field(
        default=None, metadata=_facts("column", "compared", limit=_LINE)
    )
    lead: str | None = field(
        # Some portals print the first paragraphs as the lead.
        default=None,
        metadata=_facts("column", "text", "compared", "counted", limit=20_000, searched=2),
    )
    lead_prefix: str | None = field(
        default=None, metadata=_facts("column", "text", "compared", limit=_LINE)
    )
    author: str | None = field(
        default=None,
        metadata=_facts("column", "sighting", "compared", "counted", limit=_LINE, edited=3),
    )
    source: str | None = field(
        default=None,
        metadata=_facts("column", "sighting", "compared", "counted", limit=_LINE, edited=4),
    )
    section: str | None = field(
        default=None,
        metadata=_facts("column", "sighting", "compared", "counted", limit=_LINE, edited=5),
    )
    published_at: str | None = field(
        default=None,
        metadata=_facts("column", "sighting", "compared", "counted", limit=_LINE, edited=2),
    )
    published_precision: str | None = field(
        default=None, metadata=_facts("column", "sighting", "compared", limit=_LINE)
    )
    published_raw: str | None = field(
        # Stored as evidence: a page may print the date inside a long line.
        default=None,
        metadata=_facts("column", "compared", limit=10_000),
    )
    view_count: int | None = field(default=None, metadata=_facts("column", "sighting", "compared"))
    language: str = field(default="vi", metadata=_facts("column", "text", "compared", limit=_LINE))
    images: list[Image] = field(default_factory=list, metadata=_facts("compared"))
    attachments: list[Attachment] = field(default_factory=list, metadata=_facts("compared"))
    provenance: dict[str, str] = field(default_factory=dict)
    is_listing_url: bool = False
    via: str | None = field(default=None, metadata=_facts(limit=_LINE))
    parts: StoryParts | None = None
    missing_parts: int = 0
    content_hash: str = ""
    hash_version: int = field(default=0, metadata=_facts("column", "text"))
    word_count: int = field(default=0, metadata=_facts("column", "text"))


def field_names(fact: FieldFact) -> tuple[str, ...]:
    """Return the names of the fields of ``Article`` that have ``fact``, by their position in it."""
    having = [one for one in fields(Article) if fact in one.metadata]
    return tuple(one.name for one in sorted(having, key=lambda one: int(one.metadata[fact])))


def line_limits() -> dict[str, int]:
    """Return the one-line fields of ``Article`` with their limits in characters."""
    return {one.name: one.metadata["limit"] for one in fields(Article) if one.metadata.get("limit")}


@dataclass(slots=True)
class Reject:
    """A page that could not become a row: the code, its stage and its reason as a sentence.

    ``detail``: what was found instead. ``reason``: the message of the code; ``reject()`` fills in
    its placeholders.
    """

    url: str
    code: RejectCode
    detail: str | None = None
    reason: str = ""
    stage: Stage = field(init=False)

    def __post_init__(self) -> None:
        rule = REJECT_RULES[self.code]
        self.stage = rule.stage
        self.reason = self.reason or rule.message


def reject(url: str, code: RejectCode, detail: str | None = None, **figures: object) -> Reject:
    """Return the reject of a page; ``figures`` are the placeholders of the code's message."""
    return Reject(url, code, detail, REJECT_RULES[code].message.format(**figures))
