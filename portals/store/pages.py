"""The tables ``pages`` and ``archives``: every archived response, and what it was."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from portals.store.database import Store
from portals.store.future_times import true_until
from portals.timestamps import utc, utc_now

ShownKind = Literal["article", "undated", "list", "reject", "other"]
"""The kind of a page: article, article without a date, listing page, rejected page, or other."""


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """One response in an archive: offset and length in bytes, ``fetched_at`` UTC, ISO 8601.

    ``repeats``: the id of the page whose record has the payload, if this one is a revisit.
    """

    url: str
    fetched_at: str
    status: int
    path: Path
    offset: int
    length: int
    digest: str
    via: str | None = None
    repeats: int | None = None


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A row of ``pages``: its id, its portal and the ``ArchivedPage``."""

    id: int
    portal: str
    page: ArchivedPage


_COLUMNS = (
    "p.id, p.portal, p.url, p.fetched_at, p.status, a.path, p.offset, p.length, p.digest, p.via,"
    " p.repeats"
)
_FROM = f"SELECT {_COLUMNS} FROM pages p JOIN archives a ON a.id = p.archive_id"  # noqa: S608

_PAGE_OR_REPEAT = "SELECT id FROM pages WHERE id = :page OR repeats = :page"
_STORIES = f"SELECT page_id FROM page_parts WHERE part_id IN ({_PAGE_OR_REPEAT})"  # noqa: S608
_OR_LAST_VISIT = """
    UNION ALL
    SELECT 1 FROM pages p JOIN sightings s ON s.url = p.url
    WHERE p.id = :page AND p.status = 200 AND NOT EXISTS (
        SELECT 1 FROM pages later
        WHERE later.url = p.url AND later.status = 200 AND later.repeats IS NOT p.id
            AND (later.fetched_at, later.id) > (p.fetched_at, p.id)
            AND later.fetched_at <= :true_until
    )
"""
"""A page that a clock ahead has dated is no later one: re-extractions leave it out."""
_CITED = f"""
    SELECT 1 FROM revisions WHERE page_id IN ({_PAGE_OR_REPEAT})
    UNION ALL
    SELECT 1 FROM articles WHERE page_id IN ({_PAGE_OR_REPEAT})
    {_OR_LAST_VISIT}
"""  # noqa: S608 - constants
_SHOWN = f"""
    SELECT 1 FROM articles WHERE page_id IN ({_PAGE_OR_REPEAT})
    UNION ALL
    SELECT 1 FROM revisions r JOIN articles a ON a.id = r.article_id
    WHERE r.content_hash = a.content_hash AND r.page_id IN ({_PAGE_OR_REPEAT})
    {_OR_LAST_VISIT}
"""  # noqa: S608 - constants


class PageRepository:
    """The tables ``pages`` and ``archives``. Paths are relative to the database's folder."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.db = store.db
        self._relative_paths: dict[Path, str] = {}

    def add(self, portal: str, page: ArchivedPage) -> int:
        """Store a page, inside the caller's transaction, and return its id, old or new.

        If another file has the same path as a known one, its pages replace the known ones.
        """
        archive_id = self._archive_id(page.path)
        values = (
            portal, page.url, page.fetched_at, page.status, archive_id, page.offset, page.length,
            page.digest, page.repeats, page.via,
        )  # fmt: skip
        cursor = self.db.conn.execute(
            "INSERT INTO pages (portal, url, fetched_at, status, archive_id, offset, length,"
            " digest, repeats, via) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (archive_id, offset) DO UPDATE SET portal = excluded.portal,"
            " url = excluded.url, fetched_at = excluded.fetched_at, status = excluded.status,"
            " length = excluded.length, digest = excluded.digest, repeats = excluded.repeats,"
            " via = excluded.via, showed = NULL"
            " WHERE excluded.url != url OR excluded.digest != digest RETURNING id",
            values,
        )
        row = (
            cursor.fetchone()
            or self.db.conn.execute(
                "SELECT id FROM pages WHERE archive_id = ? AND offset = ?",
                (archive_id, page.offset),
            ).fetchone()
        )
        return int(row[0])

    def record_page_kind(self, page_id: int, shown: ShownKind) -> None:
        """Store the kind of a page, inside the caller's transaction.

        ``other`` never replaces a known kind: only a crawl recognises listing pages.
        """
        self.db.conn.execute(
            "UPDATE pages SET showed = ? WHERE id = ? AND showed IS NOT ?"
            " AND (showed IS NULL OR ? != 'other')",
            (shown, page_id, shown, shown),
        )

    def add_part(self, first_id: int, number: int, part_id: int) -> None:
        """Store that the text of a story was read from the page too, in the caller's transaction.

        ``first_id``: the story's first page; ``number``: of the page in the story, from 2.
        """
        self.db.conn.execute(
            "INSERT INTO page_parts (page_id, number, part_id) VALUES (?, ?, ?)"
            " ON CONFLICT (page_id, number) DO UPDATE SET part_id = excluded.part_id",
            (first_id, number, part_id),
        )

    def _stories_of(self, page_id: int) -> list[int]:
        """Return the first pages of the stories of which the page is a part."""
        found = self.db.conn.execute(_STORIES, {"page": page_id})
        return [int(row[0]) for row in found.fetchall()]

    def newest(self, url: str, before: str | None = None) -> StoredPage | None:
        """Return the newest page of ``url`` with its own payload, fetched before a time (UTC)."""
        return next(
            self._query(
                "WHERE p.url = ? AND p.repeats IS NULL AND p.fetched_at <= ? AND p.status != 304"
                " ORDER BY p.fetched_at DESC, p.id DESC LIMIT 1",
                url,
                before or "9999",
            ),
            None,
        )

    def at(self, url: str, fetched_at: str) -> StoredPage | None:
        """Return the page of ``url`` that was fetched at that second (UTC), the last if several."""
        where = "WHERE p.url = ? AND p.fetched_at = ? ORDER BY p.id DESC LIMIT 1"
        return next(self._query(where, url, fetched_at), None)

    def with_digest(self, url: str, digest: str) -> StoredPage | None:
        """Return a page of ``url`` whose payload has the digest, or None."""
        return next(
            self._query(
                "WHERE p.url = ? AND p.digest = ? AND p.repeats IS NULL LIMIT 1", url, digest
            ),
            None,
        )

    def with_payload(self, digest: str, url: str) -> StoredPage | None:
        """Return a page whose payload has the digest, one of ``url`` if there is one, or None."""
        return next(self.payloads(digest, url), None)

    def payloads(self, digest: str, url: str) -> Iterator[StoredPage]:
        """Yield the pages whose payload has the digest, those of ``url`` first."""
        where = "WHERE p.digest = ? AND p.repeats IS NULL ORDER BY p.url = ? DESC, p.id"
        return self._query(where, digest, url)

    def urls(self) -> Iterator[tuple[int, str, str]]:
        """Yield id, portal and URL of every page."""
        yield from self.db.conn.execute("SELECT id, portal, url FROM pages")

    def holds(self, url: str, fetched_at: str, via: str) -> bool:
        """Return True if the capture was fetched from the archive ``via`` before, and was read."""
        found = self.db.conn.execute(
            "SELECT 1 FROM pages WHERE url = ? AND fetched_at = ? AND via = ?"
            " AND showed IS NOT NULL",
            (url, fetched_at, via),
        )
        return found.fetchone() is not None

    def captures_of(self, portal: str, url: str) -> list[StoredPage]:
        """Return the pages of ``url`` with the status 200, with http or https, in any order."""
        bare = url.partition("://")[2]
        both = (f"https://{bare}", f"http://{bare}")
        where = "WHERE p.url IN (?, ?) AND p.portal = ? AND p.status = 200"
        return list(self._query(where, *both, portal))

    def undated(self, portal: str) -> Iterator[StoredPage]:
        """Yield the pages of ``portal`` that are articles without a date."""
        found = self.db.conn.execute(
            "SELECT id FROM pages WHERE portal = ? AND showed = 'undated' ORDER BY id", (portal,)
        )
        for (page_id,) in found.fetchall():
            yield from self._query("WHERE p.id = ?", page_id)

    def by_id(self, page_id: int) -> StoredPage | None:
        """Return a page by its id, or None."""
        return next(self._query("WHERE p.id = ?", page_id), None)

    def in_archive(self, path: Path) -> Iterator[StoredPage]:
        """Yield the pages in one archive, in the order of their offsets."""
        return self._query("WHERE a.path = ? ORDER BY p.offset", self.relative(path))

    def is_cited(self, page_id: int) -> bool:
        """Return True if a revision or article refers to the page, or it is its URL's last one.

        A later page of a story is cited if its first page is.
        """
        pages = (page_id, *self._stories_of(page_id))
        return any(self._exists(_CITED, self._values(each)) for each in pages)

    def is_shown(self, page_id: int) -> bool:
        """Return True if an article has the text of the page, or it is its URL's last one."""
        pages = (page_id, *self._stories_of(page_id))
        return any(self._exists(_SHOWN, self._values(each)) for each in pages)

    def repeats_of(self, page_id: int) -> list[int]:
        """Return the ids of the pages whose payload is in the record of this one."""
        rows = self.db.conn.execute("SELECT id FROM pages WHERE repeats = ?", (page_id,))
        return [int(row[0]) for row in rows.fetchall()]

    def set_repeated(self, page_id: int, payload_id: int) -> None:
        """Let a revisit repeat another page with the same payload, in the caller's transaction."""
        sql = "UPDATE pages SET repeats = ? WHERE id = ?"
        self.db.conn.execute(sql, (payload_id, page_id))

    def _values(self, page_id: int) -> dict[str, object]:
        return {"page": page_id, "true_until": true_until(utc(utc_now()))}

    def _exists(self, sql: str, values: Mapping[str, object]) -> bool:
        return self.db.conn.execute(sql, values).fetchone() is not None

    def drop(self, page_ids: Iterable[int]) -> None:
        """Delete pages, inside the caller's transaction; references to them become null."""
        rows = [(page_id,) for page_id in page_ids]
        self.db.conn.executemany("DELETE FROM pages WHERE id = ?", rows)

    def move(self, path: Path, target: Path, places: Mapping[int, tuple[int, int]]) -> None:
        """Move the rows of pages in ``path`` to ``target``.

        ``places``: new offset and length by old offset, in bytes. Inside the caller's transaction.
        Pages at other offsets are deleted. An archive that has no rows gets none.
        """
        conn = self.db.conn
        old = conn.execute(
            "SELECT id FROM archives WHERE path = ?", (self.relative(path),)
        ).fetchone()
        if old is None:
            return
        cursor = conn.execute("INSERT INTO archives (path) VALUES (?)", (self.relative(target),))
        rows = [(cursor.lastrowid, *new, old[0], before) for before, new in places.items()]
        conn.executemany(
            "UPDATE pages SET archive_id = ?, offset = ?, length = ?"
            " WHERE archive_id = ? AND offset = ?",
            rows,
        )
        conn.execute("DELETE FROM archives WHERE id = ?", old)

    def portals(self) -> list[str]:
        """Return the portals with archived pages, sorted."""
        rows = self.db.conn.execute("SELECT DISTINCT portal FROM pages ORDER BY portal").fetchall()
        return [str(row[0]) for row in rows]

    def portals_in(self, path: Path) -> list[str]:
        """Return the portals with pages in one archive, sorted."""
        rows = self.db.conn.execute(
            "SELECT DISTINCT p.portal FROM pages p JOIN archives a ON a.id = p.archive_id"
            " WHERE a.path = ? ORDER BY p.portal",
            (self.relative(path),),
        ).fetchall()
        return [str(row[0]) for row in rows]

    def archives(self) -> list[Path]:
        """Return the paths of the archives with pages."""
        rows = self.db.conn.execute("SELECT path FROM archives ORDER BY path").fetchall()
        return [self.absolute(row[0]) for row in rows]

    def articles_in(
        self, paths: Iterable[Path], portal: str | None
    ) -> Iterator[tuple[str, str, str]]:
        """Yield URL, headline and capture time of the articles in archives, newest first."""
        names = json.dumps([self.relative(path) for path in paths])
        yield from self.db.conn.execute(
            "SELECT p.url, articles.title, p.fetched_at FROM articles"
            " JOIN pages p ON p.id = articles.page_id JOIN archives a ON a.id = p.archive_id"
            " WHERE a.path IN (SELECT value FROM json_each(?1))"
            " AND p.portal = coalesce(?2, p.portal)"
            " ORDER BY articles.published_at DESC, articles.id DESC",
            (names, portal),
        )

    def archives_of(self, portal: str, since: str = "") -> list[Path]:
        """Return the archives with pages of ``portal`` that were fetched at ``since`` or later."""
        rows = self.db.conn.execute(
            "SELECT DISTINCT a.path FROM pages p JOIN archives a ON a.id = p.archive_id"
            " WHERE p.portal = ? AND p.fetched_at >= ? ORDER BY a.path",
            (portal, since),
        ).fetchall()
        return [self.absolute(row[0]) for row in rows]

    def relative(self, path: Path) -> str:
        """Return ``path`` as stored: relative to the database's folder."""
        if path not in self._relative_paths:
            relative = Path(os.path.relpath(path.resolve(), self.store.folder)).as_posix()
            self._relative_paths[path] = relative
        return self._relative_paths[path]

    def absolute(self, relative: str) -> Path:
        """Return the absolute path of a stored path."""
        return Path(os.path.normpath(self.store.folder / relative))

    def _query(self, where: str, *values: object) -> Iterator[StoredPage]:
        cursor = self.db.conn.execute(f"{_FROM} {where}", values)
        for row in cursor:
            yield self._known(row)

    def _known(self, row: Sequence[object]) -> StoredPage:
        page_id, portal, url, fetched_at, status, path, offset, length, digest, via, repeats = row
        page = ArchivedPage(
            url=str(url),
            fetched_at=str(fetched_at),
            status=int(str(status)),
            path=self.absolute(str(path)),
            offset=int(str(offset)),
            length=int(str(length)),
            digest=str(digest),
            via=None if via is None else str(via),
            repeats=None if repeats is None else int(str(repeats)),
        )
        return StoredPage(int(str(page_id)), str(portal), page)

    def _archive_id(self, path: Path) -> int:
        """Return the id of an archive, which is inserted if it is new."""
        relative = self.relative(path)
        conn = self.db.conn
        if row := conn.execute("SELECT id FROM archives WHERE path = ?", (relative,)).fetchone():
            return int(row[0])
        cursor = conn.execute("INSERT INTO archives (path) VALUES (?)", (relative,))
        assert cursor.lastrowid is not None
        return cursor.lastrowid
