"""What a re-extraction would change: the fields of stored articles, before and after."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from portals.errors import StorageError
from portals.store.database import Store

FIELDS = (
    "title", "lead_prefix", "lead", "body", "author", "source", "section", "published_at",
    "published_precision", "images",
)  # fmt: skip
"""Fields that are compared. Views are left out: they differ with the day, not with the reader."""

_SHOWN = 60  # characters of an example


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one article. An article that would be added has the one field ``article``."""

    portal: str
    url: str
    field: str
    before: str | None
    after: str | None


@contextmanager
def trial_copy(path: str | Path) -> Iterator[Store]:
    """Open a copy of the database at ``path``, to try things on. Raises StorageError."""
    source = Path(path)
    if not source.is_file():
        raise StorageError(f"there is no database {path}; crawl first, or give -s DATABASE=")
    with TemporaryDirectory(prefix="trial-", dir=source.parent) as folder:
        target = Path(folder) / "trial.db"
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as stored,
            closing(sqlite3.connect(target)) as copied,
        ):
            stored.backup(copied)
        store = Store.open(target)
        try:
            yield store
        finally:
            store.close()


def fields_at(store: Store, url: str) -> dict[str, str | None]:
    """Return what is stored of the article at ``url``; empty where none is."""
    rows = store.db.query(
        "SELECT a.* FROM sightings s JOIN articles a ON a.id = s.article_id WHERE s.url = ?", [url]
    )
    row: Mapping[str, Any] | None = next(rows, None)
    if row is None:
        return {}
    images = store.db.execute(
        "SELECT url, caption FROM images WHERE article_id = ? ORDER BY position", [row["id"]]
    ).fetchall()
    shown = {name: row[name] for name in FIELDS if name != "images"}
    return {**shown, "images": json.dumps(images, ensure_ascii=False)}


def differences(
    portal: str, url: str, before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> list[Difference]:
    """Return the fields in which two readings of the page at ``url`` differ."""
    if not before:
        return [Difference(portal, url, "article", None, after.get("title"))] if after else []
    return [
        Difference(portal, url, name, before[name], after[name])
        for name in FIELDS
        if before[name] != after.get(name)
    ]


def counted(found: Iterable[Difference]) -> list[dict[str, Any]]:
    """Return how many articles differ, per portal and field, with the first as an example."""
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], Difference] = {}
    for difference in found:
        key = (difference.portal, difference.field)
        counts[key] += 1
        examples.setdefault(key, difference)
    return [
        {
            "portal": portal,
            "field": field,
            "articles": count,
            "example": examples[portal, field].url,
            "before": _short(examples[portal, field].before),
            "after": _short(examples[portal, field].after),
        }
        for (portal, field), count in sorted(counts.items())
    ]


def _short(text: str | None) -> str | None:
    return text if text is None or len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
