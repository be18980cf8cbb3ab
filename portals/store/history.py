"""The history of an article: its revisions in order, and unmarked edits of other fields."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Literal

from portals.language.text import canonical
from portals.urls import pasted_forms

Change = Literal["same", "deleted", "inserted"]

_FIGURE = re.compile(r"\d+(?:[.,/:-]\d+)*")
_MAX_WORDS = 20_000  # words of a text; longer ones are compared by paragraphs


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that was unchanged, removed or added."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """One revision of an article and its differences from the one before.

    ``flags``: those of ``title``, ``figures`` (numbers in the text), ``text`` and ``lead`` that
    changed; ``via``: the public archive that served it.
    """

    revision_id: int
    seen_at: str
    via: str | None
    title: str
    flags: list[str] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Edit:
    """A field that changed at a URL; ``cause``: the portal, or a newer version of the reader."""

    url: str
    field: str
    before: str | None
    after: str | None
    seen_at: str
    cause: str


@dataclass(frozen=True, slots=True)
class History:
    """The history of one article. ``gone_at``: when its page was found withdrawn, if it was."""

    article_id: int
    portal: str
    url: str
    title: str
    published_at: str | None
    steps: list[Step]
    edits: list[Edit]
    gone_at: str | None


def find_article(conn: sqlite3.Connection, given: str) -> int | None:
    """Return the id of the article with an id, or a URL in any form that is pasted, or None.

    Raises sqlite3.Error.
    """
    if given.isdecimal() and len(given) < 16:
        sql = (
            "SELECT id FROM articles WHERE id = :id"
            " UNION SELECT article_id FROM article_redirects WHERE old_id = :id"
        )
        row = conn.execute(sql, {"id": int(given)}).fetchone()
    else:
        sql = "SELECT article_id FROM sightings WHERE url = ?"
        found = (conn.execute(sql, (url,)).fetchone() for url in pasted_forms(given))
        row = next((one for one in found if one), None)
    return int(row[0]) if row else None


def history_of(conn: sqlite3.Connection, article_id: int) -> History:
    """Return the history of an existing article. Raises sqlite3.Error."""
    portal, url, title, published_at = conn.execute(
        "SELECT portal, url, title, published_at FROM articles WHERE id = ?", (article_id,)
    ).fetchone()
    revisions = conn.execute(
        "SELECT id, seen_at, via, title, lead, body FROM revisions WHERE article_id = ?"
        " ORDER BY seen_at, id",
        (article_id,),
    ).fetchall()
    edits = conn.execute(
        "SELECT url, field, before, after, seen_at, cause FROM edits WHERE article_id = ?"
        " ORDER BY id",
        (article_id,),
    )
    gone = conn.execute(
        "SELECT max(gone_at) FROM withdrawn WHERE article_id = ? AND url = ?", (article_id, url)
    ).fetchone()
    return History(
        article_id=article_id,
        portal=portal,
        url=url,
        title=title,
        published_at=published_at,
        steps=list(_steps(revisions)),
        edits=[Edit(*row) for row in edits],
        gone_at=gone[0],
    )


def _steps(
    revisions: Sequence[tuple[int, str, str | None, str, str | None, str]],
) -> Iterator[Step]:
    before: tuple[str, str | None, str] | None = None
    for revision_id, seen_at, via, title, lead, body in revisions:
        flags, pieces = [], []
        if before is not None:
            flags = _flags(before, (title, lead, body))
            for old, new in zip(before, (title, lead, body), strict=True):
                pieces += difference(old or "", new or "")
        yield Step(revision_id, seen_at, via, title, flags, pieces)
        before = (title, lead, body)


def _whole(title: str, lead: str | None, body: str) -> str:
    return "\n\n".join(part for part in (title, lead, body) if part)


def _flags(before: tuple[str, str | None, str], after: tuple[str, str | None, str]) -> list[str]:
    changed = {
        "title": canonical(before[0]) != canonical(after[0]),
        "lead": canonical(before[1] or "") != canonical(after[1] or ""),
        "text": canonical(before[2]) != canonical(after[2]),
        "figures": figures(_whole(*before)) != figures(_whole(*after)),
    }
    return [name for name, is_changed in changed.items() if is_changed]


def figures(text: str) -> list[str]:
    """Return the numbers, dates and times of a text, sorted."""
    return sorted(_FIGURE.findall(text))


def difference(before: str, after: str) -> list[Piece]:
    """Return the difference of two texts as runs of words."""
    if before == after:
        return [Piece("same", after)] if after else []
    old, new = _pieces(before), _pieces(after)
    matcher = SequenceMatcher(
        None, [piece.strip() for piece in old], [piece.strip() for piece in new], autojunk=False
    )
    found: list[Piece] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            found.append(Piece("same", _joined(new[k:m])))
            continue
        if j > i:
            found.append(Piece("deleted", _joined(old[i:j])))
        if m > k:
            found.append(Piece("inserted", _joined(new[k:m])))
    return found


def excerpt(text: str, context: int, *, is_first: bool, is_last: bool) -> str:
    """Return what of an unchanged text is beside changes: ``context`` characters at each end.

    ``is_first`` and ``is_last``: nothing changed before it, or after it.
    """
    head = "" if is_first else text[:context]
    tail = "" if is_last else text[-context:]
    if len(text) <= len(head) + len(tail):
        return text
    return f"{head}…{tail}"


def _pieces(text: str) -> list[str]:
    """Return a text as words with the white space after them, or as paragraphs if it is long."""
    found = re.findall(r"\S+\s*", text)
    if len(found) <= _MAX_WORDS:
        return found
    return re.findall(r"(?:.|\n(?!\n))+\s*", text)


def _joined(pieces: Sequence[str]) -> str:
    return "".join(pieces)
