"""The SQLite file: opened, migrated, and written one article at a time, whole or not at all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlite_utils import Database

from portals.article import Article, Reject
from portals.catalogue import Portal, portals
from portals.discovery.url_filters import SkippedUrls
from portals.errors import StorageError
from portals.language.text import clean
from portals.store.article_writer import Outcome, save
from portals.store.migrations import migrations
from portals.store.upgrade import upgrade
from portals.timestamps import utc

BUSY_TIMEOUT_SECONDS = 60
"""How long a writer waits for another one; nightly crawls of several portals share one file."""

_MAX_TOLD = 2_000  # characters of what a reject says

VERSION = len(list(migrations.pending(Database(memory=True))))
"""Version of the schema (``PRAGMA user_version``)."""

_CATALOGUED = (
    "name", "title", "kind", "province_then", "province_now", "home_url", "cms", "state", "since",
    "successor", "evidence", "hosts", "tls_exception",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoredUrlPattern:
    """What was learnt of one shape of address of a portal."""

    pattern: str
    kind: Literal["article", "listing", "other"]
    pages_read: int
    articles: int
    listings: int
    example: str


class Store:
    """One database file. Every public method that writes does so in one transaction."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db = db
        self.folder = folder

    @classmethod
    def open(cls, path: str | Path) -> Store:
        """Open ``path``, made and migrated where needed. Raises StorageError."""
        path = Path(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)
            return cls._of(connection, path)
        except (sqlite3.Error, OSError) as error:
            raise StorageError(
                f"cannot use the database {path}: {error}; give a writable file with -s DATABASE="
            ) from error

    @classmethod
    def _of(cls, connection: sqlite3.Connection, path: Path) -> Store:
        try:
            db = _configured(connection)
            upgrade(db, path)
            store = cls(db, path.resolve().parent)
            store.save_catalogue(portals().values())
        except BaseException:
            connection.close()
            raise
        return store

    @classmethod
    def open_existing(cls, path: str | Path) -> Store:
        """Open a ``path`` that is there, to write to it. Raises StorageError."""
        if not Path(path).is_file():
            raise StorageError(f"there is no database {path}; crawl first, or give -s DATABASE=")
        return cls.open(path)

    @classmethod
    def open_to_read(cls, path: str | Path) -> Store:
        """Open an existing ``path`` without writing to it. Raises StorageError."""
        path = Path(path)
        if not path.is_file():
            raise StorageError(f"there is no database {path}; crawl first, or give -s DATABASE=")
        try:
            connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_SECONDS
            )
            connection.execute("SELECT 1 FROM articles LIMIT 1")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.Error as error:
            raise StorageError(f"cannot read the database {path}: {error}") from error
        if version < VERSION:  # of an earlier release: brought up to date once
            connection.close()
            cls.open(path).close()
            return cls.open_to_read(path)
        return cls(Database(connection), path.resolve().parent)

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the write lock from the start, so that two writers queue instead of colliding."""
        if self.db.conn.in_transaction:
            yield
            return
        self.db.conn.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.conn.rollback()
            raise
        self.db.conn.execute("COMMIT")

    def save_catalogue(self, catalogue: Iterable[Portal]) -> None:
        """Let the table ``portals`` say what the catalogue does."""
        wanted = {tuple(getattr(row, name) or None for name in _CATALOGUED) for row in catalogue}
        names = ", ".join(_CATALOGUED)
        kept = set(self.db.conn.execute(f"SELECT {names} FROM portals"))  # noqa: S608 - our names
        if kept == wanted:
            return
        with self.writing():
            self.db.conn.execute("DELETE FROM portals")
            marks = ", ".join("?" * len(_CATALOGUED))
            self.db.conn.executemany(
                f"INSERT INTO portals ({names}) VALUES ({marks})",  # noqa: S608 - our names
                sorted(wanted, key=str),
            )

    # --- runs ---------------------------------------------------------------------------------

    def start_run(self, portal: str, now: datetime, arguments: str = "{}") -> int:
        """Record the start of a run and return its id."""
        with self.writing():
            cursor = self.db.execute(
                "INSERT INTO runs (portal, started_at, arguments) VALUES (?, ?, ?)",
                [portal, utc(now), arguments],
            )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def last_run(self, portal: str) -> tuple[int, str] | None:
        """Return id and arguments of the portal's last crawl that held its lock."""
        rows = self.db.query(
            "SELECT id, arguments FROM runs WHERE portal = ? AND verdict IS NOT 'locked'"
            " AND arguments ->> 'command' IS NULL ORDER BY id DESC LIMIT 1",
            [portal],
        )
        return next(((row["id"], row["arguments"]) for row in rows), None)

    def end_killed_runs(self, portal: str, now: datetime) -> None:
        """Give crawls that have no end the verdict that a killed process cannot give."""
        with self.writing():
            self.db.execute(
                "UPDATE runs SET verdict = 'crashed', finished_at = ?,"
                " reason = 'the process was killed' WHERE portal = ? AND verdict IS NULL"
                " AND arguments ->> 'command' IS NULL",
                [utc(now), portal],
            )

    def update_run(self, run_id: int, values: Mapping[str, str | int | None]) -> None:
        """Set columns of a run."""
        with self.writing():
            self.db.table("runs").update(run_id, dict(values))

    # --- articles -----------------------------------------------------------------------------

    def save(
        self,
        article: Article,
        run_id: int,
        *,
        from_archive: bool = False,
        page_id: int | None = None,
    ) -> Outcome:
        """Store what one page shows, fetched or read again, and return what was new about it.

        ``page_id``: where the page lies in the archives.
        """
        with self.writing():
            return save(self.db.conn, article, run_id, from_archive=from_archive, page_id=page_id)

    def reject(self, reject: Reject, run_id: int, now: datetime) -> None:
        """Record a page that could not become a row; met again, its row is updated."""
        texts = {name: _storable(value) for name, value in asdict(reject).items()}
        with self.writing():
            self.db.table("rejects").upsert(
                {**texts, "at": utc(now), "run_id": run_id},
                pk=("url", "stage", "reason"),
            )

    def field_shares(
        self, portal: str, before_run: int, names: Sequence[str]
    ) -> tuple[int, dict[str, float]]:
        """Return how many of the portal's last articles are kept from before, and field shares."""
        counted = ", ".join(f"count({name})" for name in names)
        row = self.db.execute(
            f"SELECT count(*), {counted} FROM (SELECT * FROM articles"  # noqa: S608 - our own names
            " WHERE portal = ? AND run_id < ? ORDER BY id DESC LIMIT 200)",
            [portal, before_run],
        ).fetchone()
        kept = int(row[0])
        shares = {name: n / kept if kept else 0.0 for name, n in zip(names, row[1:], strict=True)}
        return kept, shares

    def rejects_of(self, run_id: int) -> int:
        """Return how many pages a run rejected."""
        row = self.db.execute("SELECT count(*) FROM rejects WHERE run_id = ?", [run_id]).fetchone()
        return int(row[0])

    def save_skipped_urls(
        self, portal: str, found: Sequence[SkippedUrls], run_id: int, now: datetime
    ) -> None:
        """Keep what the rules of one run left alone, in place of what they did before."""
        with self.writing():
            self.db.execute("DELETE FROM skipped_urls WHERE portal = ?", [portal])
            self.db.table("skipped_urls").insert_all(
                {"portal": portal, **asdict(one), "recorded_at": utc(now), "run_id": run_id}
                for one in found
            )

    def skipped_urls(self, portal: str) -> list[SkippedUrls]:
        """Return what the rules of the portal's last run left alone."""
        rows = self.db.query(
            "SELECT rule, urls, example FROM skipped_urls WHERE portal = ? ORDER BY rule",
            [portal],
        )
        return [SkippedUrls(**row) for row in rows]

    # --- shapes -------------------------------------------------------------------------------

    def url_patterns(self, portal: str) -> list[StoredUrlPattern]:
        """Return what earlier runs learnt of the addresses of ``portal``."""
        rows = self.db.query(
            "SELECT pattern, kind, pages_read, articles, listings, example FROM url_patterns"
            " WHERE portal = ? ORDER BY kind, articles DESC, pattern",
            [portal],
        )
        return [StoredUrlPattern(**row) for row in rows]

    def learned_theme(self, portal: str) -> str | None:
        """Return the JSON of the theme that the pages of ``portal`` taught, if any did."""
        rows = self.db.query("SELECT theme FROM learned_themes WHERE portal = ?", [portal])
        return next((str(row["theme"]) for row in rows), None)

    def save_learned_theme(
        self, portal: str, theme: str | None, taught_by: Sequence[str], run_id: int, now: datetime
    ) -> None:
        """Keep what the pages of ``portal`` taught; ``None`` forgets it."""
        if theme == self.learned_theme(portal):
            return
        with self.writing():
            self.db.execute("DELETE FROM learned_themes WHERE portal = ?", [portal])
            if theme is not None:
                self.db.table("learned_themes").insert(
                    {
                        "portal": portal,
                        "theme": theme,
                        "trained_on": json.dumps(list(taught_by)),
                        "learned_at": utc(now),
                        "run_id": run_id,
                    }
                )

    def save_url_patterns(
        self, portal: str, shapes: Sequence[StoredUrlPattern], run_id: int, now: datetime
    ) -> None:
        """Keep what a run learnt of the addresses of ``portal``."""
        known = {shape.pattern: shape for shape in self.url_patterns(portal)}
        fresh = [shape for shape in shapes if known.get(shape.pattern) != shape]
        with self.writing():
            self.db.table("url_patterns").upsert_all(
                [
                    {"portal": portal, **asdict(shape), "learned_at": utc(now), "run_id": run_id}
                    for shape in fresh
                ],
                pk=("portal", "pattern"),
            )


def _storable(text: str | None) -> str | None:
    """Return a text of whoever wrote it so that it can be stored and shown, on one line."""
    return None if text is None else clean(text)[:_MAX_TOLD]


def _configured(connection: sqlite3.Connection) -> Database:
    # Write-ahead logging lets readers read while a crawl writes; FULL survives a power cut.
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return Database(connection)
