"""The item that every spider yields: one article as one page shows it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

from portals.outcomes import REJECT_RULES, RejectCode, Stage

READER_VERSION = 3
"""Version of the reading rules. It grows when the same page would give another row."""


@dataclass(slots=True)
class Image:
    """A picture of the article: absolute address and the caption shown with it, if any."""

    url: str
    caption: str | None = None


@dataclass(slots=True)
class Attachment:
    """A file offered with the article: absolute address and the text of its link."""

    url: str
    title: str | None = None


MAX_BODY_CHARACTERS = 2_000_000
"""The longest text of the seed portals has 60,000; a page of this size is no article."""
MAX_FIELD_CHARACTERS = 1_000
"""Of fields without a limit of their own; what is longer was read from the wrong place."""

FieldFact = Literal["column", "text", "sighting", "compared", "counted", "searched", "edited"]
"""What may hold of a field of ``Article``.

``column``: a page gives it and ``articles`` has it as a column. ``text``: it belongs to the text,
which a copy on another portal may change. ``sighting``: each URL shows its own. ``compared``: a
re-extraction reports where it changes. ``counted``: its coverage is reported. ``searched``: it is
in the search index; ``edited``: its changes are recorded in ``edits``. The last two are in order:
the value of the fact is the field's place.
"""


def _facts(*facts: FieldFact, limit: int | None = None, **places: int) -> dict[str, Any]:
    """Return the metadata of a field; ``limit``: a text of one line with at most so many signs."""
    return {**dict.fromkeys(facts, True), **places, "limit": limit}


_LINE = MAX_FIELD_CHARACTERS


@dataclass(slots=True)
class Article:
    """One article as one page shows it.

    ``body`` holds paragraphs parted by one blank line, without lead, captions, byline and noise.
    ``published_at`` is ISO 8601 with +07:00, null where the page shows no readable date;
    ``provenance`` says which rule gave each field, or why there is none. ``fetched_at`` is when
    the page was served (aware), which for an archived page is the time of its capture. ``via``:
    the public archive that it came through, null where the portal answered.
    """

    portal: str
    url: str
    title: str = field(
        # Longer than any title: those that are too long are rejected, not left out.
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
        # Kept as evidence: a page may print the date inside a long line.
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
    content_hash: str = ""
    hash_version: int = field(default=0, metadata=_facts("column", "text"))
    word_count: int = field(default=0, metadata=_facts("column", "text"))


def field_names(fact: FieldFact) -> tuple[str, ...]:
    """Return the fields of ``Article`` of which ``fact`` holds, by their places in it."""
    having = [one for one in fields(Article) if fact in one.metadata]
    return tuple(one.name for one in sorted(having, key=lambda one: int(one.metadata[fact])))


def line_limits() -> dict[str, int]:
    """Return the fields that are one line of text, and how many characters they may have."""
    return {one.name: one.metadata["limit"] for one in fields(Article) if one.metadata.get("limit")}


@dataclass(slots=True)
class Reject:
    """A page that could not become a row: the code, and where and why in plain words.

    ``detail``: what was found instead. ``reason`` is the code's sentence, in which the caller may
    have filled in figures (``reject``).
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
    """Return the reject of a page, with ``figures`` filled into the code's sentence."""
    return Reject(url, code, detail, REJECT_RULES[code].message.format(**figures))
