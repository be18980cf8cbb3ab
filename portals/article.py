"""The item that every spider yields: one article as one page shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

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
    title: str
    body: str
    fetched_at: datetime
    external_id: str | None = None
    lead: str | None = None
    lead_prefix: str | None = None
    author: str | None = None
    source: str | None = None
    section: str | None = None
    published_at: str | None = None
    published_precision: str | None = None
    published_raw: str | None = None
    view_count: int | None = None
    language: str = "vi"
    images: list[Image] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    provenance: dict[str, str] = field(default_factory=dict)
    is_listing_url: bool = False
    via: str | None = None
    content_hash: str = ""
    hash_version: int = 0
    word_count: int = 0


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
