"""Deciding how a page is stored: as a new article, revision or sighting, or nothing new.

Pure functions of a page and of the related rows; nothing here reads or writes. The writer
(``article_writer``) looks up the rows and executes the decision.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property
from typing import Any, Literal

from portals.article import READER_VERSION, Article, field_names
from portals.store.history import figures
from portals.timestamps import utc

Outcome = Literal["new", "changed", "copy", "known", "reread"]
"""The outcome of storing a page: a new article (``new``), a new revision (``changed``), a new
sighting (``copy``), nothing new (``known``), or another text extracted from a page that was stored
before (``reread``)."""

Row = Mapping[str, Any]
"""A row of the database, by column name."""

MediaTable = Literal["images", "attachments"]
Media = Mapping[MediaTable, Sequence[tuple[str | None, str | None]]]
"""Images (URL, caption) and attachments (URL, title) in the order of the page."""

SIGHTING_FIELDS = field_names("sighting")
ARTICLE_FIELDS = field_names("column")
SEARCHED_FIELDS = field_names("searched")
_TEXT_FIELDS = field_names("text")
_EDITED_FIELDS = field_names("edited")


@dataclass(frozen=True)
class ReadPage:
    """A page as a run read it: its article, and the id of the archived page (None: not archived).

    ``from_archive``: the page may be one that was stored before. If its text differs now, the
    reader has changed and not the portal.
    """

    article: Article
    run_id: int
    from_archive: bool = False
    page_id: int | None = None

    @cached_property
    def seen_at(self) -> str:
        """When the page was served, as stored."""
        return utc(self.article.fetched_at)

    def is_last_seen(self, sighting: Row | None) -> bool:
        """Return True if the page is the archived one that its URL showed last."""
        return (
            self.from_archive
            and sighting is not None
            and bool(sighting["last_seen_at"] == self.seen_at)
        )


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision of an article, without its text. Revisions are sorted by (``seen_at``, ``id``)."""

    id: int
    seen_at: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class Candidates:
    """The articles that a page may belong to, by id.

    ``same_text``: the one that has or had its text. For an unknown URL, ``same_number``: the one
    with its external id; ``same_story``, also for a copy: the one of its title, time and nearly
    its text (``same_story.py``). ``is_copy``: the URL is known, but its article has revisions of
    other URLs only.
    """

    sighting: Row | None = None
    same_text: int | None = None
    same_number: int | None = None
    same_story: int | None = None
    is_copy: bool = False


def matching_article(article: Article, found: Candidates) -> int | None:
    """Return the id of the stored article that ``article`` belongs to, or None for a new one."""
    if article.is_listing_url:
        # A listing's URL shows its only article, which changes: it does not identify one.
        return found.same_text
    if found.same_text is not None:
        return found.same_text
    if found.sighting is None:
        return found.same_number if found.same_number is not None else found.same_story
    known = int(found.sighting["article_id"])
    # A copy from which a newer reader extracts another text becomes a separate article, unless it
    # is the same story in another theme.
    return None if found.is_copy and found.same_story != known else known


def _never(_: int) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Stored:
    """The stored rows related to a page. Functions are called only if their result is needed.

    ``article``: the matching one, with its ``revisions`` and ``media``. ``is_variant``: it is the
    same story in other words of the theme, whose text changes nothing. ``is_cited``: the article
    of the sighting refers to the page. ``holds_bytes``: returns True if the page of a revision is
    this one or has the same bytes at the same URL; None if one of the two is not archived.
    """

    sighting: Row | None = None
    article: Row | None = None
    revisions: Sequence[Revision] = ()
    is_variant: bool = False
    is_cited: bool = False
    holds_bytes: Callable[[int], bool | None] = _never
    media: Callable[[], Media] = dict


class RevisionStep(Enum):
    """The change to the revisions of an article."""

    NONE = auto()
    INSERT = auto()
    CITE = auto()
    """Set the page of a revision that was stored before pages were archived."""
    MOVE = auto()
    """Move a revision to an earlier time: an older page has the same text."""
    CORRECT = auto()
    """Replace the text of a revision: its page was read again, with another result."""
    DELETE = auto()


@dataclass(frozen=True, slots=True)
class Edit:
    """A field that changed at a URL, before and after."""

    field: str
    before: str | int | None
    after: str | int | None


@dataclass(frozen=True, slots=True)
class Decision:
    """The rows to be written for a page.

    ``article_id``: None for a new article. ``revision_id``: the revision to which ``step`` applies.
    ``article``, ``sighting``: columns that change; of a new one, all are written. ``moves_url``:
    the sighting is assigned to the article, if it belonged to another one. ``new_media``: tables
    whose rows of the article are replaced. ``cause``: who changed the fields of ``edits``.
    """

    outcome: Outcome
    article_id: int | None = None
    step: RevisionStep = RevisionStep.INSERT
    revision_id: int | None = None
    article: Row = field(default_factory=dict)
    sighting: Row = field(default_factory=dict)
    moves_url: bool = False
    new_media: Sequence[MediaTable] = ()
    edits: Sequence[Edit] = ()
    cause: Literal["portal", "reader"] = "portal"

    @property
    def is_text_changed(self) -> bool:
        """Return True if a text changes that is indexed and compared."""
        return not self.article.keys().isdisjoint(SEARCHED_FIELDS)

    @property
    def is_date_changed(self) -> bool:
        """Return True if the date changes, whose month selects the articles to compare."""
        return "published_at" in self.article


def decide(page: ReadPage, stored: Stored) -> Decision:
    """Return the decision on ``page``."""
    is_read_again = page.is_last_seen(stored.sighting) or (page.from_archive and stored.is_cited)
    cause: Literal["portal", "reader"] = "reader" if is_read_again else "portal"
    sighting, moves_url, edits = _sighting_changes(page, stored.sighting, is_again=is_read_again)
    if stored.article is None:
        return Decision(
            "new", sighting=sighting, moves_url=moves_url, edits=tuple(edits), cause=cause
        )
    if stored.is_variant:
        return Decision(
            "copy" if stored.sighting is None else "known",
            int(stored.article["id"]),
            RevisionStep.NONE,
            article=_seen_changes(page, stored.article),
            sighting=sighting,
            edits=edits,
            cause=cause,
        )
    outcome, step, revision_id = _revision_step(page, stored)
    changes: dict[str, Any] = {}
    new_media: list[MediaTable] = []
    quiet: list[Edit] = []
    if _shows_page(page, stored, outcome):
        new_media = _new_media(page.article, stored.media())
        changes = _field_changes(page, stored.article, has_new_media=bool(new_media))
        quiet = _quiet_edits(page.article, stored.article, changes)
        if outcome in ("changed", "reread"):
            changes["content_hash"] = page.article.content_hash
    changes |= _seen_changes(page, stored.article)
    return Decision(
        outcome="copy" if outcome == "known" and stored.sighting is None else outcome,
        article_id=int(stored.article["id"]),
        step=step,
        revision_id=revision_id,
        article=changes,
        sighting=sighting,
        moves_url=moves_url,
        new_media=new_media,
        edits=(*quiet, *edits),
        cause=cause,
    )


# --- revisions -----------------------------------------------------------------------------------


def _in_force(page: ReadPage, revisions: Sequence[Revision]) -> Revision | None:
    """Return the revision that was current when the page was served, or None."""
    return next((one for one in reversed(revisions) if one.seen_at <= page.seen_at), None)


def _next_later(page: ReadPage, revisions: Sequence[Revision]) -> Revision | None:
    return next((one for one in revisions if one.seen_at > page.seen_at), None)


def _revision_step(page: ReadPage, stored: Stored) -> tuple[Outcome, RevisionStep, int | None]:
    """Return the outcome, the change to the revisions, and the id of the revision concerned."""
    text = page.article.content_hash
    revisions = stored.revisions
    in_force, later = _in_force(page, revisions), _next_later(page, revisions)
    since_now = {one.content_hash for one in revisions if one.seen_at == page.seen_at}
    if in_force and in_force.content_hash == text:
        is_its_page = in_force.seen_at == page.seen_at and page.page_id is not None
        return "known", RevisionStep.CITE if is_its_page else RevisionStep.NONE, in_force.id
    if later and later.content_hash == text:
        return "known", RevisionStep.DELETE if text in since_now else RevisionStep.MOVE, later.id
    if _has_shown(text, stored):
        return "known", RevisionStep.NONE, None
    if in_force and stored.sighting and _is_same_page(page, in_force, stored):
        return "reread", _correction(text, in_force, revisions), in_force.id
    return "changed", RevisionStep.NONE if text in since_now else RevisionStep.INSERT, None


def _has_shown(text: str, stored: Stored) -> bool:
    """Return True if the URL shows its stored text, or a new URL shows any text of the article.

    A newer text at another URL of the article does not matter.
    """
    if stored.sighting is not None:
        return bool(stored.sighting["content_hash"] == text)
    return any(one.content_hash == text for one in stored.revisions)


def _is_same_page(page: ReadPage, revision: Revision, stored: Stored) -> bool:
    """Return True if ``revision`` was extracted from this page, or the same bytes at its URL."""
    if not page.from_archive:
        return False
    holds_bytes = stored.holds_bytes(revision.id) if page.page_id is not None else None
    if holds_bytes is not None:
        return holds_bytes
    assert stored.sighting is not None
    is_source = (
        page.is_last_seen(stored.sighting)
        and stored.sighting["content_hash"] == revision.content_hash
    )
    return is_source or revision.seen_at == page.seen_at


def _correction(text: str, revision: Revision, revisions: Sequence[Revision]) -> RevisionStep:
    is_known = any(
        one.content_hash == text and one.seen_at == revision.seen_at for one in revisions
    )
    return RevisionStep.DELETE if is_known else RevisionStep.CORRECT


# --- the article's row ---------------------------------------------------------------------------


def _shows_page(page: ReadPage, stored: Stored, outcome: Outcome) -> bool:
    """Return True if the article's row takes the page's fields: newest text, or last visit."""
    article = stored.article
    assert article is not None
    if outcome in ("changed", "reread"):
        return _next_later(page, stored.revisions) is None
    is_own = article["url"] == page.article.url
    shows_text = article["content_hash"] == page.article.content_hash
    # Copies elsewhere may have been seen since; only the last visit to this URL counts.
    last_visit = (stored.sighting or article)["last_seen_at"]
    is_cited = page.page_id is not None and article["page_id"] == page.page_id
    return bool(is_own and shows_text and (page.seen_at >= last_visit or is_cited))


def _field_changes(page: ReadPage, stored: Row, *, has_new_media: bool) -> dict[str, Any]:
    # A copy elsewhere may have a newer text, but not another author or date of this URL.
    article = page.article
    is_own = stored["portal"] == article.portal or stored["url"] == article.url
    fresh = {name: getattr(article, name) for name in (ARTICLE_FIELDS if is_own else _TEXT_FIELDS)}
    rules = article.provenance
    if not is_own:
        of_text = {name: rule for name, rule in rules.items() if name in SEARCHED_FIELDS}
        rules = {**json.loads(stored["provenance"]), **of_text}
    fresh["provenance"] = provenance_json(rules)
    changed = {name: value for name, value in fresh.items() if stored[name] != value}
    if has_new_media or changed.keys() - {"view_count"}:
        changed |= {"run_id": page.run_id, "page_id": page.page_id}
    if stored["page_id"] is None and page.page_id:
        changed["page_id"] = page.page_id
    if stored["reader_version"] != READER_VERSION:
        changed["reader_version"] = READER_VERSION
    return changed


def _seen_changes(page: ReadPage, stored: Row) -> dict[str, Any]:
    """Return the extended range of sightings, and the article's own URL if it had a listing's."""
    values: dict[str, Any] = {}
    if page.seen_at < stored["first_seen_at"]:
        values["first_seen_at"] = page.seen_at
    if page.seen_at > stored["last_seen_at"]:
        values["last_seen_at"] = page.seen_at
    article = page.article
    is_same_portal = stored["portal"] == article.portal
    if is_same_portal and stored["external_id"] is None and article.external_id:
        values |= {"external_id": article.external_id, "url": article.url}
    return values


def _quiet_edits(article: Article, stored: Row, changes: Row) -> list[Edit]:
    """Return changes of the lead, and of figures that the content hash ignores as punctuation."""
    if stored["url"] != article.url:
        return []
    edits = []
    if "lead" in changes:
        edits.append(Edit("lead", stored["lead"], changes["lead"]))
    if "body" in changes and stored["content_hash"] == article.content_hash:
        before, after = (Counter(figures(text)) for text in (stored["body"], changes["body"]))
        if before != after:
            edits.append(Edit("figures", ", ".join(before - after), ", ".join(after - before)))
    return edits


def provenance_json(rules: Mapping[str, str]) -> str:
    """Return the provenance of an article as stored."""
    return json.dumps(rules, ensure_ascii=False, sort_keys=True)


def media_of(article: Article) -> Media:
    """Return images and attachments as stored."""
    return {
        "images": [(image.url or None, image.caption) for image in article.images],
        "attachments": [(file.url, file.title) for file in article.attachments],
    }


def _new_media(article: Article, stored: Media) -> list[MediaTable]:
    return [table for table, rows in media_of(article).items() if stored.get(table, []) != rows]


# --- the sighting --------------------------------------------------------------------------------


def _sighting_changes(
    page: ReadPage, sighting: Row | None, *, is_again: bool
) -> tuple[dict[str, Any], bool, list[Edit]]:
    """Return the changed columns, whether the URL may move to another article, and the edits."""
    if sighting is None:
        return {}, False, []
    values: dict[str, Any] = {}
    if page.seen_at < sighting["first_seen_at"]:
        values["first_seen_at"] = page.seen_at
    if page.seen_at < sighting["last_seen_at"] and not is_again:
        return values, False, []
    fresh = {
        **{name: getattr(page.article, name) for name in SIGHTING_FIELDS},
        "content_hash": page.article.content_hash,
        "last_seen_at": max(page.seen_at, sighting["last_seen_at"]),
    }
    values |= {name: value for name, value in fresh.items() if sighting[name] != value}
    edits = [Edit(name, sighting[name], values[name]) for name in _EDITED_FIELDS if name in values]
    return values, True, edits
