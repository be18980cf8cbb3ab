"""The SQLite file: opened, migrated, and written one article at a time, whole or not at all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlite_utils import Database

from portals.article import Article, Reject
from portals.errors import StorageError
from portals.store.migrations import migrations

BUSY_TIMEOUT_SECONDS = 30
"""How long a writer waits for another one; nightly crawls of several portals share one file."""

Outcome = Literal["new", "changed", "copy", "known"]
"""What a stored page was: a new article, a new text or a new address of one, or nothing new."""

_SHOWN = (
    "title", "author", "source", "section", "published_at", "published_precision", "view_count",
)  # fmt: skip
_ARTICLE_FIELDS = (
    "external_id", "title", "lead_prefix", "lead", "body", "author", "source", "section",
    "published_at", "published_precision", "published_raw", "view_count", "language", "word_count",
    "hash_version",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _MediaTable:
    """The statements that keep what hangs on an article in order."""

    select: str
    delete: str
    insert: str


_IMAGES = _MediaTable(
    "SELECT url, caption FROM images WHERE article_id = ? ORDER BY position",
    "DELETE FROM images WHERE article_id = ?",
    "INSERT INTO images (article_id, position, url, caption) VALUES (?, ?, ?, ?)",
)
_ATTACHMENTS = _MediaTable(
    "SELECT url, title FROM attachments WHERE article_id = ? ORDER BY position",
    "DELETE FROM attachments WHERE article_id = ?",
    "INSERT INTO attachments (article_id, position, url, title) VALUES (?, ?, ?, ?)",
)


@dataclass(frozen=True, slots=True)
class LearntShape:
    """What was learnt of one shape of address of a portal."""

    shape: str
    kind: Literal["article", "listing", "other"]
    pages_read: int
    articles: int
    listings: int
    example: str


def utc(moment: datetime) -> str:
    """Return ``moment`` (aware) as stored: UTC, ISO 8601, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


class Store:
    """One database file. Every public method that writes does so in one transaction."""

    def __init__(self, db: Database) -> None:
        self.db = db

    @classmethod
    def open(cls, path: str | Path) -> Store:
        """Open ``path``, made and migrated where needed. Raises StorageError."""
        path = Path(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)
            try:
                return cls(_prepared(connection))
            except BaseException:
                connection.close()
                raise
        except (sqlite3.Error, OSError) as error:
            raise StorageError(
                f"cannot use the database {path}: {error}; give a writable file with -s DATABASE="
            ) from error

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
        except sqlite3.Error as error:
            raise StorageError(f"cannot read the database {path}: {error}") from error
        return cls(Database(connection))

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

    # --- runs ---------------------------------------------------------------------------------

    def start_run(self, portal: str, now: datetime) -> int:
        """Record the start of a run and return its id."""
        with self.writing():
            cursor = self.db.execute(
                "INSERT INTO runs (portal, started_at) VALUES (?, ?)", [portal, utc(now)]
            )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def update_run(self, run_id: int, values: Mapping[str, str | int | None]) -> None:
        """Set columns of a run."""
        with self.writing():
            self.db.table("runs").update(run_id, dict(values))

    # --- articles -----------------------------------------------------------------------------

    def save(self, article: Article, run_id: int) -> Outcome:
        """Store what one page shows and return what was new about it."""
        with self.writing():
            return _Saving(self.db, article, run_id).save()

    def reject(self, reject: Reject, run_id: int, now: datetime) -> None:
        """Record a page that could not become a row; met again, its row is updated."""
        with self.writing():
            self.db.table("rejects").upsert(
                {**asdict(reject), "at": utc(now), "run_id": run_id},
                pk=("url", "stage", "reason"),
            )

    # --- shapes -------------------------------------------------------------------------------

    def learnt_shapes(self, portal: str) -> list[LearntShape]:
        """Return what earlier runs learnt of the addresses of ``portal``."""
        rows = self.db.query(
            "SELECT shape, kind, pages_read, articles, listings, example FROM shapes"
            " WHERE portal = ? ORDER BY kind, articles DESC, shape",
            [portal],
        )
        return [LearntShape(**row) for row in rows]

    def learnt_theme(self, portal: str) -> str | None:
        """Return the JSON of the theme that the pages of ``portal`` taught, if any did."""
        rows = self.db.query("SELECT theme FROM learnt_themes WHERE portal = ?", [portal])
        return next((str(row["theme"]) for row in rows), None)

    def keep_theme(
        self, portal: str, theme: str | None, taught_by: Sequence[str], run_id: int, now: datetime
    ) -> None:
        """Keep what the pages of ``portal`` taught; ``None`` forgets it."""
        if theme == self.learnt_theme(portal):
            return
        with self.writing():
            self.db.execute("DELETE FROM learnt_themes WHERE portal = ?", [portal])
            if theme is not None:
                self.db.table("learnt_themes").insert(
                    {
                        "portal": portal,
                        "theme": theme,
                        "taught_by": json.dumps(list(taught_by)),
                        "learnt_at": utc(now),
                        "run_id": run_id,
                    }
                )

    def keep_shapes(
        self, portal: str, shapes: Sequence[LearntShape], run_id: int, now: datetime
    ) -> None:
        """Keep what a run learnt of the addresses of ``portal``."""
        known = {shape.shape: shape for shape in self.learnt_shapes(portal)}
        fresh = [shape for shape in shapes if known.get(shape.shape) != shape]
        with self.writing():
            self.db.table("shapes").upsert_all(
                [
                    {"portal": portal, **asdict(shape), "learnt_at": utc(now), "run_id": run_id}
                    for shape in fresh
                ],
                pk=("portal", "shape"),
            )


def _prepared(connection: sqlite3.Connection) -> Database:
    # Write-ahead logging lets readers read while a crawl writes; FULL survives a power cut.
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    db = Database(connection)
    if migrations.pending(db):
        connection.execute("BEGIN IMMEDIATE")
        try:
            migrations.apply(db)
            connection.execute(f"PRAGMA user_version = {len(migrations.applied(db))}")
        except BaseException:
            connection.rollback()
            raise
        connection.execute("COMMIT")
    return db


class _Saving:
    """The decisions for one page, inside one transaction."""

    def __init__(self, db: Database, article: Article, run_id: int) -> None:
        self.db = db
        self.article = article
        self.run_id = run_id
        self.seen_at = utc(article.fetched_at)

    def save(self) -> Outcome:
        sighting = self._row("SELECT * FROM sightings WHERE url = ?", self.article.url)
        holder = self._holder(sighting)
        if holder is None:
            article_id = self._insert_article()
            self._insert_revision(article_id)
            outcome: Outcome = "new"
        else:
            article_id = holder["id"]
            outcome = self._meet(holder, sighting)
            self._note_seen(holder)
        if sighting is None and outcome == "known":
            outcome = "copy"
        self._upsert_sighting(article_id, sighting)
        return outcome

    def _row(self, sql: str, *values: object) -> dict[str, Any] | None:
        return next(self.db.query(sql, list(values)), None)

    def _holder(self, sighting: dict[str, Any] | None) -> dict[str, Any] | None:
        """Return the article that this page is a text of, if it is known."""
        same_text = self._row(
            "SELECT a.* FROM revisions r JOIN articles a ON a.id = r.article_id"
            " WHERE r.content_hash = ? ORDER BY a.content_hash = r.content_hash DESC, a.id LIMIT 1",
            self.article.content_hash,
        )
        if self.article.stands_at_listing:
            # The list's address shows whichever article is alone in it: no text of one story.
            return same_text
        article_id = sighting["article_id"] if sighting else self._twin()
        if article_id is None:
            return same_text
        if same_text and same_text["id"] != article_id:
            return same_text
        return self._row("SELECT * FROM articles WHERE id = ?", article_id)

    def _twin(self) -> int | None:
        """Return the article that stands under the same number at another address."""
        if self.article.external_id is None:
            return None
        row = self._row(
            "SELECT article_id FROM sightings WHERE portal = ? AND external_id = ?",
            self.article.portal,
            self.article.external_id,
        )
        return row["article_id"] if row else None

    def _meet(self, holder: dict[str, Any], sighting: dict[str, Any] | None) -> Outcome:
        article = self.article
        in_force = self._row(
            "SELECT * FROM revisions WHERE article_id = ? AND seen_at <= ?"
            " ORDER BY seen_at DESC, id DESC LIMIT 1",
            holder["id"],
            self.seen_at,
        )
        later = self._row(
            "SELECT * FROM revisions WHERE article_id = ? AND seen_at > ?"
            " ORDER BY seen_at, id LIMIT 1",
            holder["id"],
            self.seen_at,
        )
        if in_force and in_force["content_hash"] == article.content_hash:
            self._refresh(holder)
            return "known"
        if later and later["content_hash"] == article.content_hash:
            self.db.execute(
                "UPDATE revisions SET seen_at = ? WHERE id = ?", [self.seen_at, later["id"]]
            )
            self._refresh(holder)
            return "known"
        if sighting and sighting["content_hash"] == article.content_hash:
            # This address shows what it showed: another one may have moved on, that is its news.
            self._refresh(holder)
            return "known"
        if sighting is None and self._has_text(holder["id"]):
            self._refresh(holder)
            return "known"
        self._insert_revision(holder["id"])
        if later is None:
            self._show_newest(holder)
        return "changed"

    def _has_text(self, article_id: int) -> bool:
        """Tell whether the article has or had this text: then a new address is a copy of it."""
        return bool(
            self._row(
                "SELECT 1 FROM revisions WHERE article_id = ? AND content_hash = ?",
                article_id,
                self.article.content_hash,
            )
        )

    def _insert_article(self) -> int:
        article = self.article
        row = {name: getattr(article, name) for name in _ARTICLE_FIELDS}
        row |= {
            "content_hash": article.content_hash,
            "portal": article.portal,
            "url": article.url,
            "provenance": json.dumps(article.provenance, ensure_ascii=False, sort_keys=True),
            "first_seen_at": self.seen_at,
            "last_seen_at": self.seen_at,
            "run_id": self.run_id,
        }
        article_id = self.db.table("articles").insert(row).last_pk
        assert isinstance(article_id, int)
        self._write_media(article_id)
        return article_id

    def _insert_revision(self, article_id: int) -> None:
        article = self.article
        self.db.table("revisions").insert(
            {
                "article_id": article_id,
                "content_hash": article.content_hash,
                "title": article.title,
                "lead": article.lead,
                "body": article.body,
                "seen_at": self.seen_at,
                "run_id": self.run_id,
            },
            ignore=True,
        )

    def _show_newest(self, holder: dict[str, Any]) -> None:
        """Let ``articles`` show this page's text, unless another story has it already."""
        self._update_article(holder["id"], {"content_hash": self.article.content_hash})
        self._show_fields(holder)

    def _note_seen(self, holder: dict[str, Any]) -> None:
        """Widen the time over which the story was seen; take its own address from a list's."""
        values: dict[str, Any] = {}
        if self.seen_at < holder["first_seen_at"]:
            values["first_seen_at"] = self.seen_at
        if self.seen_at > holder["last_seen_at"]:
            values["last_seen_at"] = self.seen_at
        article = self.article
        is_same_portal = holder["portal"] == article.portal
        if is_same_portal and holder["external_id"] is None and article.external_id:
            values |= {"external_id": article.external_id, "url": article.url}
        if values:
            self._update_article(holder["id"], values)

    def _refresh(self, holder: dict[str, Any]) -> None:
        """Show what the page shows, where it is the story's own address and newest text."""
        is_own = holder["url"] == self.article.url
        shows_text = holder["content_hash"] == self.article.content_hash
        if is_own and shows_text and self.seen_at >= holder["last_seen_at"]:
            self._show_fields(holder)

    def _show_fields(self, holder: dict[str, Any]) -> None:
        if values := self._changed_fields(holder):
            self._update_article(holder["id"], values)

    def _changed_fields(self, holder: dict[str, Any]) -> dict[str, Any]:
        fresh = {name: getattr(self.article, name) for name in _ARTICLE_FIELDS}
        fresh["provenance"] = json.dumps(
            self.article.provenance, ensure_ascii=False, sort_keys=True
        )
        changed = {name: value for name, value in fresh.items() if holder[name] != value}
        if changed.keys() - {"view_count"}:
            changed["run_id"] = self.run_id
        self._write_media(holder["id"])
        return changed

    def _update_article(self, article_id: int, values: Mapping[str, Any]) -> None:
        self.db.table("articles").update(article_id, dict(values))

    def _write_media(self, article_id: int) -> None:
        images: list[tuple[str | None, str | None]] = [
            (image.url or None, image.caption) for image in self.article.images
        ]
        files: list[tuple[str | None, str | None]] = [
            (file.url, file.title) for file in self.article.attachments
        ]
        self._replace(_IMAGES, article_id, images)
        self._replace(_ATTACHMENTS, article_id, files)

    def _replace(
        self, table: _MediaTable, article_id: int, rows: list[tuple[str | None, str | None]]
    ) -> None:
        if self.db.execute(table.select, [article_id]).fetchall() == rows:
            return
        self.db.execute(table.delete, [article_id])
        self.db.conn.executemany(
            table.insert, [(article_id, position, *row) for position, row in enumerate(rows)]
        )

    def _upsert_sighting(self, article_id: int, known: dict[str, Any] | None) -> None:
        article = self.article
        shown = {name: getattr(article, name) for name in _SHOWN}
        if known is None:
            row = {
                "url": article.url,
                "article_id": article_id,
                "portal": article.portal,
                "external_id": article.external_id,
                "content_hash": article.content_hash,
                **shown,
                "first_seen_at": self.seen_at,
                "last_seen_at": self.seen_at,
            }
            self.db.table("sightings").insert(row)
            return
        values: dict[str, Any] = {}
        if self.seen_at < known["first_seen_at"]:
            values["first_seen_at"] = self.seen_at
        if self.seen_at >= known["last_seen_at"]:
            fresh = {
                **shown,
                "article_id": article_id,
                "content_hash": article.content_hash,
                "last_seen_at": self.seen_at,
            }
            values |= {name: value for name, value in fresh.items() if known[name] != value}
        if values:
            self.db.table("sightings").update(article.url, values)


__all__ = ["BUSY_TIMEOUT_SECONDS", "LearntShape", "Outcome", "Store", "utc"]
