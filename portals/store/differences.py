"""What a re-extraction would change: the fields of stored articles, before and after."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portals.article import field_names
from portals.errors import StorageError
from portals.files import folder_beside
from portals.store.database import Store
from portals.store.identity import identify_file, missing_database, opened_to_read

FIELDS = field_names("compared")
"""Fields that are compared: all that are extracted from a page."""

_MEDIA = {
    "images": "SELECT url, caption FROM images WHERE article_id = ? ORDER BY position",
    "attachments": "SELECT url, title FROM attachments WHERE article_id = ? AND page_url IS NULL"
    " ORDER BY position",
}

_SHOWN = 60  # characters of an example


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one article. An article that would be added has the one field ``article``."""

    portal: str
    url: str
    field: str
    before: str | int | None
    after: str | int | None


@contextmanager
def trial_copy(path: str | Path) -> Iterator[Store]:
    """Open a temporary copy of the database at ``path``, for a dry run. Raises StorageError."""
    source = Path(path)
    if not source.is_file():
        raise StorageError(missing_database(path))
    identify_file(source)  # messages about the copy would name a file that is gone
    with folder_beside(source) as folder:
        target = folder / "trial.db"
        with opened_to_read(source) as stored, closing(sqlite3.connect(target)) as copied:
            stored.backup(copied)
        store = Store.open(target)
        store.folder = source.resolve().parent  # paths of archives are relative to the original
        try:
            yield store
        finally:
            store.close()


def fields_at(store: Store, url: str) -> dict[str, str | int | None]:
    """Return the stored fields of the article at ``url``; empty if there is none."""
    rows = store.db.query(
        "SELECT a.* FROM sightings s JOIN articles a ON a.id = s.article_id WHERE s.url = ?", [url]
    )
    row: Mapping[str, Any] | None = next(rows, None)
    if row is None:
        return {}
    shown = {name: row[name] for name in FIELDS if name not in _MEDIA}
    media = {
        name: json.dumps(store.db.execute(sql, [row["id"]]).fetchall(), ensure_ascii=False)
        for name, sql in _MEDIA.items()
    }
    return {**shown, **media}


def differences(
    portal: str,
    url: str,
    before: Mapping[str, str | int | None],
    after: Mapping[str, str | int | None],
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
    """Return the number of differing articles per portal and field, the first as an example."""
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


def _short(value: str | int | None) -> str | None:
    text = None if value is None else str(value)
    return text if text is None or len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
