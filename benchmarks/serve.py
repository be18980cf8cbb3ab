"""Reading: how fast the web site answers 20 readers over a large database.

``python -m benchmarks.serve [ROWS] [FILE] [SECONDS]`` fills FILE up to ROWS articles (1,000,000) of
every portal of the catalogue, with authors, sections, later texts, edits, copies and withdrawn
pages, serves it with ``serve``, and lets 20 readers read for SECONDS (60). Each asks for the next
page half a second to a second and a half after the last one. Of 100 requests

- 40 are news: the first page, one of a portal, kind, province, author or section, or a later one;
- 25 are articles, 12 searches of two or three words by rank or by day, 10 pages of portals;
- 5 maps of the provinces, 4 edits, 2 withdrawn articles, 2 operations.

Printed are the median and the 95th percentile by kind of page, in milliseconds, and the machine's
load. An existing FILE is extended, so that a long run can be continued.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import monotonic, perf_counter
from urllib.parse import urlencode

from portals.catalogue import portals
from portals.language.text import content_hash
from portals.store.database import Store
from portals.store.search import FORMS
from tests.support.pages.prose import stories

READERS = 20
CHUNK = 1_000
APART = timedelta(minutes=8)
BEGINNING = datetime(2010, 1, 1, tzinfo=UTC)
SEEN = "2025-06-15T02:00:00+00:00"
LATER = "2025-06-16T02:00:00+00:00"
AUTHORS, SECTIONS, RUNS = 400, 40, 30
EDITED, COPIED, GONE = 100, 50, 500  # every so many articles

Row = tuple[object, ...]


def articles(first: int, last: int) -> Iterator[tuple[Row, dict[str, tuple[str, str]]]]:
    """Yield rows of ``articles`` with their indexed forms, by number."""
    names = list(portals())
    for number, story in enumerate(stories(last - first, first), first):
        chance = random.Random(number)  # noqa: S311 - repeatable, not secret
        words = " ".join(story.paragraphs).split()
        chance.shuffle(words)
        lines = [" ".join(words[i : i + 20]) for i in range(0, len(words), 20)]
        body, title = ".\n\n".join(lines), f"{story.title} {number}"
        at = BEGINNING + number * APART
        row = (
            number, content_hash(title, body), names[int(chance.random() ** 2 * len(names))],
            f"https://example.vn/tin/{number}.html", title, body,
            f"Tác giả {chance.randrange(AUTHORS)}", f"Mục {chance.randrange(SECTIONS)}",
            f"{at:%Y-%m-%dT%H:%M:00+07:00}", len(words),
        )  # fmt: skip
        yield row, {name: (form(title), form(body)) for name, form in FORMS.items()}


def build(path: Path, rows: int) -> None:
    """Fill the database at ``path`` up to ``rows`` articles."""
    store = Store.open(path)
    conn = store.db.conn
    conn.execute("PRAGMA synchronous = OFF")
    conn.execute("PRAGMA cache_size = -1000000")
    have = conn.execute("SELECT coalesce(max(id), 0) FROM articles").fetchone()[0]
    if not have:
        with store.writing():
            _insert_runs(conn)
    for first in range(have + 1, rows + 1, CHUNK):
        made = list(articles(first, min(first + CHUNK, rows + 1)))
        with store.writing():
            _insert(conn, made)
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()


def _insert_runs(conn: sqlite3.Connection) -> None:
    conn.executemany(
        "INSERT INTO runs (portal, started_at, finished_at, verdict, reason, articles_new)"
        " VALUES (?, ?, ?, ?, ?, 3)",
        (
            (name, SEEN, SEEN, "ok" if number % 7 else "incomplete", None)
            for number in range(RUNS)
            for name in portals()
        ),
    )


def _insert(conn: sqlite3.Connection, made: list[tuple[Row, dict[str, tuple[str, str]]]]) -> None:
    rows = [row for row, _ in made]
    conn.executemany(
        "INSERT INTO articles (id, content_hash, hash_version, portal, url, title, body, author,"  # noqa: S608
        " section, published_at, word_count, published_precision, language, provenance,"
        " first_seen_at, last_seen_at, run_id)"
        f" VALUES (?, ?, 2, ?, ?, ?, ?, ?, ?, ?, ?, 'minute', 'vi', '{{}}', '{SEEN}', '{SEEN}', 1)",
        rows,
    )
    texts = [(row[0], row[1], row[4], row[5], SEEN) for row in rows]
    texts += [(i, f"{h}b", t, f"{b} sửa", LATER) for i, h, t, b, _ in texts if _is(i, EDITED)]
    conn.executemany(
        "INSERT INTO revisions (article_id, content_hash, title, body, seen_at, run_id)"
        " VALUES (?, ?, ?, ?, ?, 1)",
        texts,
    )
    places = [(row[3], row[0], row[2], row[1], row[4], row[8]) for row in rows]
    places += [(f"{u}?copy", i, "ldtd", h, t, at) for u, i, _, h, t, at in places if _is(i, COPIED)]
    conn.executemany(
        "INSERT INTO sightings (url, article_id, portal, content_hash, title, published_at,"  # noqa: S608
        f" first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, ?, ?, '{SEEN}', '{SEEN}')",
        places,
    )
    conn.executemany(
        "INSERT INTO edits (article_id, url, field, before, after, seen_at, cause, run_id)"  # noqa: S608
        f" VALUES (?, ?, 'title', 'Tít cũ', ?, '{LATER}', 'portal', 1)",
        [(row[0], row[3], row[4]) for row in rows if _is(row[0], EDITED)],
    )
    conn.executemany(
        "INSERT INTO page_visits (portal, key, url, kind, status, first_fetched_at, fetched_at,"  # noqa: S608
        f" fingerprint) VALUES (?, ?, ?, 'article', ?, '{SEEN}', ?, ?)",
        [
            (
                row[2],
                str(row[3]),
                row[3],
                *((404, SEEN, None) if _is(row[0], GONE) else (200, LATER, "f")),
            )
            for row in rows
        ],
    )
    for name in FORMS:
        conn.executemany(
            f"INSERT INTO search_{name} (rowid, title, text) VALUES (?, ?, ?)",  # noqa: S608
            ((row[0], *forms[name]) for row, forms in made),
        )


def _is(number: object, every: int) -> bool:
    return isinstance(number, int) and number % every == 0


class Reader:
    """One reader: the pages that it asks for, and how long each took."""

    def __init__(self, port: int, rows: int, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.rows = rows
        self.took: list[tuple[str, float]] = []
        self.faults: list[str] = []
        self.names = list(portals())
        self.words = [story.title.split() for story in stories(60, 5)]

    def read(self, until: float, ending: threading.Event) -> None:
        """Read until a time of the monotonic clock."""
        while monotonic() < until:
            kind, path = self.next_page()
            began = perf_counter()
            self.connection.request("GET", path)
            answer = self.connection.getresponse()
            answer.read()
            self.took.append((kind, (perf_counter() - began) * 1000))
            if answer.status != 200:
                self.faults.append(f"{answer.status} {path}")
            ending.wait(0.5 + self.chance.random())

    def next_page(self) -> tuple[str, str]:
        """Return kind and path of the next page."""
        kinds: dict[str, tuple[int, Callable[[], str]]] = {
            "news": (40, self.news),
            "article": (25, lambda: f"/article/{self.chance.randint(1, self.rows)}"),
            "search": (12, self.search),
            "portal": (10, lambda: f"/portal/{self.chance.choice(self.names)}"),
            "provinces": (5, lambda: "/provinces"),
            "edits": (4, lambda: "/edits"),
            "withdrawn": (2, lambda: "/withdrawn"),
            "operations": (2, lambda: "/operations"),
        }
        weights = [weight for weight, _ in kinds.values()]
        (kind,) = self.chance.choices(list(kinds), weights)
        return kind, kinds[kind][1]()

    def news(self) -> str:
        """Return a page of news: the first one, a filtered or a later one."""
        number = self.chance.randint(1, self.rows)
        at = BEGINNING + number * APART
        query = self.chance.choice(
            [
                {}, {}, {"portal": self.chance.choice(self.names)}, {"kind": "provincial"},
                {"province_now": "Hải Phòng"}, {"author": f"Tác giả {number % AUTHORS}"},
                {"section": f"Mục {number % SECTIONS}"}, {"until": f"{at:%Y-%m-%d}"},
                {"after": f"{at:%Y-%m-%dT%H:%M:00+07:00}~{number}"},
                {"portal": self.chance.choice(self.names), "since": f"{at:%Y-%m-%d}"},
            ]
        )  # fmt: skip
        return f"/?{urlencode(query)}"

    def search(self) -> str:
        """Return a search of some words of a headline."""
        words = self.chance.choice(self.words)
        start = self.chance.randrange(max(1, len(words) - 3))
        query = " ".join(words[start : start + self.chance.randint(2, 3)])
        if self.chance.random() < 0.5:
            query = FORMS["folded"](query)
        order = {"order": "day"} if self.chance.random() < 0.25 else {}
        return f"/search?{urlencode({'q': query, **order})}"


@contextmanager
def served(path: Path) -> Iterator[int]:
    """Serve the database; yield the port."""
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "portals", "serve", "--db", path, "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        try:
            yield int(line.split("/")[2].rpartition(":")[2])
        finally:
            server.terminate()


def main(rows: int = 1_000_000, file: str = "", seconds: int = 60) -> None:
    """Build, read and print."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(file or f"{folder}/serve.db")
        build(path, rows)
        with served(path) as port:
            readers = [Reader(port, rows, seed) for seed in range(READERS)]
            until, ending = monotonic() + seconds, threading.Event()
            threads = [threading.Thread(target=one.read, args=(until, ending)) for one in readers]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    print(f"{rows} articles, {READERS} readers, {seconds} s; load {os.getloadavg()[0]:.1f}")
    took = defaultdict(list)
    for reader in readers:
        for kind, milliseconds in reader.took:
            took[kind].append(milliseconds)
            took["all"].append(milliseconds)
    for kind, times in took.items():
        p95 = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
        print(f"{kind}\t{len(times)} answers\tmedian {median(times):.0f} ms\tp95 {p95:.0f} ms")
    print(json.dumps([fault for reader in readers for fault in reader.faults][:10]))


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        *(int(text) for text in given[:1]),
        *given[1:2],
        *(int(text) for text in given[2:3]),
    )
