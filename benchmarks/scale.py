"""Scaling: the cost per article in a database of a million articles against ten thousand.

``python -m benchmarks.scale [ROWS] [FILE]`` generates articles from the project's sample stories
(the syllables of a story in random order, so that there are only intended similarities; two of a
hundred articles repeat half of an earlier one), and measures at 10,000 and at ROWS (1,000,000):

- the time to store one more article and to compare it with all others (median of batches);
- the time of searches (p95), and of the plain FTS5 query of the same words;
- the size of the file, per article.

An existing FILE is extended, so that a long run can be continued.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from portals.article import READER_VERSION, Article
from portals.contract import normalise
from portals.language.shingles import shingles
from portals.store.database import Store
from portals.store.search import FORMS, SearchQuery, match_of, search
from portals.store.similar import bands_of, update
from tests.support.pages.prose import stories

AT = datetime(2025, 6, 15, 2, 0, tzinfo=UTC)
BEGINNING, APART = datetime(2010, 1, 1, tzinfo=UTC), timedelta(minutes=8)
"""Articles are published eight minutes apart: a million of them in fifteen years."""
CHUNK = 1_000
SMALL = 10_000
BATCHES, BATCH = 7, 100
QUERIES = 60
OTHERS = 1_500_000  # first number of the texts that are added while measuring


@dataclass(frozen=True, slots=True)
class Made:
    """An article with its derived rows in the database."""

    article: Article
    forms: dict[str, tuple[str, str]]
    bands: list[int]


def published(number: int) -> str:
    """Return the publication time of an article."""
    return f"{BEGINNING + number * APART:%Y-%m-%dT%H:%M:00+07:00}"


def text_of(number: int, syllables: list[str]) -> list[str]:
    """Return the syllables of a story in random order, in sentences of twenty."""
    chance = random.Random(number)  # noqa: S311 - repeatable, not secret
    shuffled = chance.sample(syllables, len(syllables))
    return [" ".join(shuffled[i : i + 20]) for i in range(0, len(shuffled), 20)]


def article_of(number: int, title: str, paragraphs: tuple[str, ...], before: list[str]) -> Article:
    """Return an article; every fiftieth repeats half of the one before it."""
    sentences = text_of(number, " ".join(paragraphs).split())
    if number % 50 == 0 and before:
        half = len(sentences) // 2
        sentences[:half] = before[:half]
    before[:] = sentences
    return normalise(
        Article(
            portal=("haiphong", "ldtd", "brvt", "tienlang", "kiengiang")[number % 5],
            url=f"https://example.vn/tin/{number}.html",
            title=title,
            body=".\n\n".join(sentences),
            fetched_at=AT + timedelta(minutes=number),
            external_id=str(number),
            published_at=published(number),
            published_precision="minute",
            provenance={"title": "benchmark", "body": "benchmark"},
        )
    )


def articles(first: int, last: int) -> Iterator[Article]:
    """Yield the articles with the numbers ``first`` to ``last`` (exclusive)."""
    before: list[str] = []
    for number, story in enumerate(stories(last - first, first), first):
        yield article_of(number, story.title, story.paragraphs, before)


def make(bounds: tuple[int, int]) -> list[Made]:
    """Generate articles with their indexed forms and bands. Runs in any process."""
    made = []
    for article in articles(*bounds):
        forms = {name: (form(article.title), form(article.body)) for name, form in FORMS.items()}
        made.append(Made(article, forms, bands_of(shingles(article.body))))
    return made


def build(store: Store, rows: int) -> None:
    """Fill the database up to ``rows`` articles, in bulk, with the same rows as a crawl."""
    conn = store.db.conn
    conn.execute("PRAGMA synchronous = OFF")
    conn.execute("PRAGMA cache_size = -4000000")
    have = conn.execute("SELECT coalesce(max(id), 0) FROM articles").fetchone()[0]
    bounds = [(i, min(i + CHUNK, rows)) for i in range(have, rows, CHUNK)]
    with ProcessPoolExecutor(2) as makers:
        under_way = [makers.submit(make, part) for part in bounds[:4]]
        for number in range(len(bounds)):
            made = under_way.pop(0).result()
            if number + 4 < len(bounds):
                under_way.append(makers.submit(make, bounds[number + 4]))
            with store.writing():
                _insert(conn, made)
    conn.execute("PRAGMA synchronous = FULL")
    conn.execute("PRAGMA cache_size = -2000")
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.execute("ANALYZE")


def _insert(conn: sqlite3.Connection, made: list[Made]) -> None:
    seen = "2025-06-15T02:00:00+00:00"
    first = conn.execute("SELECT coalesce(max(id), 0) FROM articles").fetchone()[0] + 1
    numbered = list(enumerate(made, first))
    conn.executemany(
        "INSERT INTO articles (id, content_hash, hash_version, portal, url, external_id, title,"
        " body, published_at, published_precision, language, word_count, provenance,"
        " first_seen_at, last_seen_at, run_id, reader_version)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'minute', 'vi', ?, '{}', ?, ?, 1, ?)",
        (
            (
                i, m.article.content_hash, m.article.hash_version, m.article.portal, m.article.url,
                m.article.external_id, m.article.title, m.article.body, m.article.published_at,
                m.article.word_count, seen, seen, READER_VERSION,
            )
            for i, m in numbered
        ),
    )  # fmt: skip
    conn.executemany(
        "INSERT INTO revisions (article_id, content_hash, title, body, seen_at, run_id)"
        " VALUES (?, ?, ?, ?, ?, 1)",
        ((i, m.article.content_hash, m.article.title, m.article.body, seen) for i, m in numbered),
    )
    conn.executemany(
        "INSERT INTO sightings (url, article_id, portal, external_id, content_hash, title,"
        " published_at, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                m.article.url, i, m.article.portal, m.article.external_id, m.article.content_hash,
                m.article.title, m.article.published_at, seen, seen,
            )
            for i, m in numbered
        ),
    )  # fmt: skip
    for name in FORMS:
        conn.executemany(
            f"INSERT INTO search_{name} (rowid, title, text) VALUES (?, ?, ?)",  # noqa: S608
            ((i, *m.forms[name]) for i, m in numbered),
        )
    bands = sorted(
        (_month(m.article.published_at or ""), band, i) for i, m in numbered for band in m.bands
    )
    conn.executemany("INSERT OR IGNORE INTO minhash_bands VALUES (?, ?, ?)", bands)


def _month(published_at: str) -> int:
    return 12 * int(published_at[:4]) + int(published_at[5:7])


def cost(store: Store, run_id: int, first: int) -> tuple[float, float]:
    """Return the milliseconds to store an article and to compare it, medians of batches."""
    storing, comparing = [], []
    for number in range(BATCHES):
        start = first + number * BATCH
        batch = [
            replace(article, published_at=published(start + i))
            for i, article in enumerate(articles(OTHERS + start, OTHERS + start + BATCH))
        ]
        began = perf_counter()
        with store.writing():
            for article in batch:
                store.articles.save(article, run_id)
        storing.append((perf_counter() - began) / BATCH * 1000)
        began = perf_counter()
        for _ in update(store):
            pass
        comparing.append((perf_counter() - began) / BATCH * 1000)
    return median(storing), median(comparing)


def queries(rows: int) -> list[str]:
    """Return realistic queries: two to four words of headlines, half of them without diacritics."""
    chance = random.Random(7)  # noqa: S311
    found = []
    for story in stories(QUERIES, chance.randrange(max(1, rows - QUERIES))):
        syllables = story.title.split()
        start = chance.randrange(max(1, len(syllables) - 4))
        query = " ".join(syllables[start : start + chance.randint(2, 4)])
        found.append(query if len(found) % 2 else FORMS["folded"](query))
    return found


def searches(store: Store, rows: int) -> tuple[float, float]:
    """Return p95 in milliseconds of our search and of the plain query."""
    conn = store.db.conn
    ours, bare = [], []
    for query in queries(rows):
        form = "exact" if FORMS["folded"](query) != FORMS["exact"](query) else "folded"
        sql = f"SELECT rowid FROM search_{form} WHERE search_{form} MATCH ? ORDER BY rank LIMIT 20"  # noqa: S608
        for who in (bare, ours, bare, ours):  # the second time, the cache is warm for both
            began = perf_counter()
            if who is bare:
                conn.execute(sql, (match_of(query, form),)).fetchall()
            else:
                search(conn, SearchQuery(query))
            who.append(perf_counter() - began)
    return _p95(ours[1::2]), _p95(bare[1::2])


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1] * 1000


def measure(store: Store, path: Path, rows: int, run_id: int) -> float:
    """Print the cost at ``rows`` articles; return the milliseconds per article."""
    size = path.stat().st_size / rows
    ours, bare = searches(store, rows)
    storing, comparing = cost(store, run_id, rows)
    print(f"{rows} articles\t{size:.0f} bytes per article")
    print(f"\tstored in {storing:.2f} ms, compared in {comparing:.2f} ms per article")
    print(
        f"\tsearch p95 {ours:.1f} ms, bare FTS5 {bare:.1f} ms, ratio {ours / bare:.2f}", flush=True
    )
    return storing + comparing


def main(rows: int = 1_000_000, file: str = "") -> None:
    """Measure at 10,000 articles and at ``rows``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(file or f"{folder}/scale.db")
        store = Store.open(path)
        run_id = store.runs.start_run("haiphong", AT)
        costs = []
        for count in (SMALL, rows):
            build(store, count)
            costs.append(measure(store, path, count, run_id))
        print(f"one article more, at {rows} against {SMALL}\t{costs[1] / costs[0]:.2f}")
        store.close()


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:2]), *sys.argv[2:3])
