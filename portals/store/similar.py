"""Near-duplicates: edited copies of a story on other portals, found by locality-sensitive hashing.

Every text has a MinHash of its folded word shingles; articles that share a band of it are compared
shingle by shingle. Bands are stored by month, and an article is compared with those of its month
and the two adjacent ones, so that the cost of a look-up does not grow with the number of articles:
news is copied within days. ``everywhere`` searches all months for one article. Articles are neither
merged nor deleted: exact copies share an article anyway.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from portals.language.shingles import resemblance, shingles
from portals.language.text import SHORT_BODY_WORDS, words
from portals.store.database import Store
from portals.store.transactions import let_others_write

SIMILAR = 0.15
"""Similarity (Jaccard, shingles of four syllables) from which a pair is stored.

Of pairs in which the shorter article shares at least half of its sentences, 97 % reach it;
unrelated articles have less than 0.01.
"""

PERMUTATIONS, ROWS = 128, 2
"""64 bands of two: of pairs at the threshold 77 % share one, at 0.2 93 %, at 0.3 99.8 %."""

_BATCH = 200  # articles in a transaction
_LONG_BAND = 400  # articles: a band shared by more comes from boilerplate and is ignored


@dataclass(frozen=True, slots=True)
class Similar:
    """An article that is similar to another one; similarity from 0 to 1."""

    article_id: int
    similarity: float


@cache
def _sketcher() -> Any:
    from datasketch import MinHash  # noqa: PLC0415 - half a second to import

    return MinHash(num_perm=PERMUTATIONS, seed=1, hashfunc=int)


def bands_of(numbers: NDArray[np.uint64]) -> list[int]:
    """Return the bands of a text's shingles as signed 64-bit numbers; none without shingles."""
    if not len(numbers):
        return []
    sketch = _sketcher().copy()
    sketch.update_batch(numbers.tolist())
    values = sketch.hashvalues.astype(np.uint64).reshape(-1, ROWS)
    positions = np.arange(len(values), dtype=np.uint64)
    mixed = positions * np.uint64(0x9E3779B97F4A7C15)
    for column in range(ROWS):
        mixed = (mixed ^ values[:, column]) * np.uint64(0xC2B2AE3D27D4EB4F)
        mixed ^= mixed >> np.uint64(29)
    found: list[int] = mixed.view(np.int64).tolist()
    return found


def queue_length(store: Store) -> int:
    """Return the number of articles that have not been compared since their text changed."""
    row = store.db.conn.execute("SELECT count(*) FROM similarity_queue").fetchone()
    return int(row[0])


def update(store: Store, pause: Callable[[], None] = let_others_write) -> Iterator[int]:
    """Compare the queued articles and yield the number per transaction.

    ``pause``: called between transactions. Raises sqlite3.Error.
    """
    conn = store.db.conn
    while True:
        with store.writing():
            rows = conn.execute(
                f"SELECT id, title, body, {_MONTH} FROM articles WHERE id IN ("  # noqa: S608
                "SELECT article_id FROM similarity_queue ORDER BY article_id LIMIT ?)",
                (_BATCH,),
            ).fetchall()
            for article_id, title, body, month in rows:
                _compare(conn, article_id, _compared_text(title, body), month)
        if not rows:
            return
        yield len(rows)
        pause()


_MONTH = (
    "12 * substr(coalesce(published_at, first_seen_at), 1, 4)"
    " + substr(coalesce(published_at, first_seen_at), 6, 2) AS month"
)


def _compared_text(title: str, body: str) -> str:
    """Return the text to compare: a short body ("see the pictures") with its title before it."""
    return body if len(words(body)) >= SHORT_BODY_WORDS else f"{title}\n{body}"


def _compare(conn: sqlite3.Connection, article_id: int, text: str, month: int) -> None:
    """Store an article's bands and its similar pairs, inside the caller's transaction."""
    own = _numbers(text)
    bands = bands_of(own)
    conn.execute(
        "DELETE FROM similar WHERE article_id = ? OR other_id = ?", (article_id, article_id)
    )
    for found in _resembling(conn, article_id, own, bands, range(month - 1, month + 2)):
        pair = sorted((article_id, found.article_id))
        conn.execute("INSERT INTO similar VALUES (?, ?, ?)", (*pair, found.similarity))
    # Bands of an older text may remain: they only add candidates, which are compared.
    rows = [(month, band, article_id) for band in bands]
    conn.executemany("INSERT OR IGNORE INTO minhash_bands VALUES (?, ?, ?)", rows)
    conn.execute("DELETE FROM similarity_queue WHERE article_id = ?", (article_id,))


def _resembling(
    conn: sqlite3.Connection,
    article_id: int,
    own: NDArray[np.uint64],
    bands: list[int],
    months: Iterable[int],
) -> Iterator[Similar]:
    """Yield the articles of ``months`` that share a band and are similar to ``own`` shingles."""
    candidates: set[int] = set()
    for month in months:
        candidates |= _sharing(conn, bands, month)
    for other_id in sorted(candidates - {article_id}):
        row = conn.execute("SELECT title, body FROM articles WHERE id = ?", (other_id,)).fetchone()
        similarity = resemblance(own, _numbers(_compared_text(*row))) if row else 0.0
        if similarity >= SIMILAR:
            yield Similar(other_id, round(similarity, 4))


@lru_cache(maxsize=1_000)  # articles of a month are compared with the same candidates
def _numbers(text: str) -> NDArray[np.uint64]:
    return shingles(text)


def _sharing(conn: sqlite3.Connection, bands: list[int], month: int) -> set[int]:
    marks = ", ".join("?" * len(bands))
    holders: dict[int, list[int]] = defaultdict(list)
    rows = conn.execute(
        f"SELECT band, article_id FROM minhash_bands WHERE month = ? AND band IN ({marks}) LIMIT ?",  # noqa: S608
        (month, *bands, len(bands) * _LONG_BAND),
    )
    for band, holder in rows:
        holders[band].append(holder)
    return {one for found in holders.values() if len(found) < _LONG_BAND for one in found}


def everywhere(conn: sqlite3.Connection, article_id: int) -> list[Similar]:
    """Return the articles of any month that are similar to one, the most similar first."""
    title, body, month = conn.execute(
        f"SELECT title, body, {_MONTH} FROM articles WHERE id = ?",  # noqa: S608
        (article_id,),
    ).fetchone()
    first, last = conn.execute("SELECT min(month), max(month) FROM minhash_bands").fetchone()
    own = shingles(_compared_text(title, body))
    months = range(first or month, (last or month) + 1)
    found = _resembling(conn, article_id, own, bands_of(own), months)
    return sorted(found, key=lambda one: (-one.similarity, one.article_id))
