"""What one page becomes: the decisions by which a row is new, changed, a copy or known."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from portals.article import READER_VERSION, Article
from portals.store import search
from portals.store.history import figures
from portals.timestamps import utc

__all__ = ["ArticleWriter", "Outcome", "save", "utc"]  # utc: until its callers import timestamps

Outcome = Literal["new", "changed", "copy", "known", "reread"]
"""What a stored page was: a new article, a new text or a new address of one, nothing new, or a page
that was stored before and is now read to another text."""

_SHOWN = (
    "title", "author", "source", "section", "published_at", "published_precision", "view_count",
)  # fmt: skip
_ARTICLE_FIELDS = (
    "external_id", "title", "lead_prefix", "lead", "body", "author", "source", "section",
    "published_at", "published_precision", "published_raw", "view_count", "language", "word_count",
    "hash_version",
)  # fmt: skip


_TEXT_FIELDS = (
    "title", "lead_prefix", "lead", "body", "language", "word_count", "hash_version",
)  # fmt: skip
_SEARCHED_FIELDS = ("title", "lead", "body")
_SEARCHED = frozenset(_SEARCHED_FIELDS)
_EDITED = ("title", "published_at", "author", "source", "section")


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


def save(
    conn: sqlite3.Connection,
    article: Article,
    run_id: int,
    *,
    from_archive: bool = False,
    page_id: int | None = None,
) -> Outcome:
    """Store what one page shows, inside the caller's transaction, and return what was new.

    ``from_archive``: the page may be one that was stored before. Where it gives another text now,
    the reader has changed and not the portal: the revision is mended, and none is added.
    ``page_id``: the page in the archives, null where it was not archived.
    """
    return ArticleWriter(conn, article, run_id, from_archive=from_archive, page_id=page_id).save()


class ArticleWriter:
    """The decisions for one page, inside one transaction."""

    def __init__(
        self,
        conn: sqlite3.Connection,
        article: Article,
        run_id: int,
        *,
        from_archive: bool,
        page_id: int | None,
    ) -> None:
        self.conn = conn
        self.from_archive = from_archive
        self.page_id = page_id
        self.article = article
        self.run_id = run_id
        self.seen_at = utc(article.fetched_at)
        self.is_read_again = False

    def save(self) -> Outcome:
        """Store the page and return what was new of it."""
        sighting = self._row("SELECT * FROM sightings WHERE url = ?", self.article.url)
        known_since = sighting["last_seen_at"] if sighting else None
        self.is_read_again = self.from_archive and known_since == self.seen_at
        if sighting and self.from_archive and self.page_id is not None:
            cited = self._row(
                "SELECT 1 FROM articles WHERE id = ? AND page_id = ?",
                sighting["article_id"],
                self.page_id,
            )
            self.is_read_again = self.is_read_again or cited is not None
        holder = self._matching_article(sighting)
        if holder is None:
            article_id = self._insert_article()
            self._insert_revision(article_id)
            outcome: Outcome = "new"
        else:
            article_id = holder["id"]
            outcome = self._merge(holder, sighting)
            self._record_seen(holder)
        if sighting is None and outcome == "known":
            outcome = "copy"
        self._upsert_sighting(article_id, sighting)
        return outcome

    def _row(self, sql: str, *values: object) -> dict[str, Any] | None:
        cursor = self.conn.execute(sql, values)
        row = cursor.fetchone()
        if row is None:
            return None
        return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}

    def _insert(self, table: str, row: Mapping[str, Any]) -> int | None:
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
        return self.conn.execute(sql, list(row.values())).lastrowid

    def _update(self, table: str, key: str, value: object, changes: Mapping[str, Any]) -> None:
        marks = ", ".join(f"{name} = ?" for name in changes)
        sql = f"UPDATE {table} SET {marks} WHERE {key} = ?"  # noqa: S608 - our own names
        self.conn.execute(sql, [*changes.values(), value])

    def _matching_article(self, sighting: dict[str, Any] | None) -> dict[str, Any] | None:
        """Return the article that this page is a text of, if it is known."""
        same_text = self._row(
            "SELECT a.* FROM revisions r JOIN articles a ON a.id = r.article_id"
            " WHERE r.content_hash = ? ORDER BY a.content_hash = r.content_hash DESC, a.id LIMIT 1",
            self.article.content_hash,
        )
        if self.article.is_listing_url:
            # The list's address shows whichever article is alone in it: no text of one story.
            return same_text
        article_id = sighting["article_id"] if sighting else self._same_external_id()
        if article_id is None:
            return same_text
        if same_text and same_text["id"] != article_id:
            return same_text
        if same_text is None and sighting and self._was_a_copy(sighting):
            return None
        return self._row("SELECT * FROM articles WHERE id = ?", article_id)

    def _was_a_copy(self, sighting: Mapping[str, Any]) -> bool:
        """Return True if a page that is read again only shared a text that others gave.

        Read otherwise by a newer reader, it is a text of its own: theirs stays theirs.
        """
        if not self.from_archive or self.page_id is None:
            return False
        if sighting["last_seen_at"] != self.seen_at:
            return False
        own = self._row(
            "SELECT count(*) AS told, sum(p.url = ?) AS own FROM revisions r"
            " JOIN pages p ON p.id = r.page_id WHERE r.article_id = ?",
            self.article.url,
            sighting["article_id"],
        )
        return bool(own and own["told"] and not own["own"])

    def _same_external_id(self) -> int | None:
        """Return the article that stands under the same number at another address."""
        if self.article.external_id is None:
            return None
        row = self._row(
            "SELECT article_id FROM sightings WHERE portal = ? AND external_id = ?",
            self.article.portal,
            self.article.external_id,
        )
        return row["article_id"] if row else None

    def _merge(self, holder: dict[str, Any], sighting: dict[str, Any] | None) -> Outcome:
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
            self._record_page(in_force)
            self._refresh(holder, sighting)
            return "known"
        if later and later["content_hash"] == article.content_hash:
            if self._has_revision(holder["id"]):
                self.conn.execute("DELETE FROM revisions WHERE id = ?", (later["id"],))
            else:
                moved = {"seen_at": self.seen_at, "page_id": self.page_id, "via": article.via}
                self._update("revisions", "id", later["id"], moved)
            self._refresh(holder, sighting)
            return "known"
        if sighting and sighting["content_hash"] == article.content_hash:
            # This address shows what it showed: another one may have moved on, that is its news.
            self._refresh(holder, sighting)
            return "known"
        if sighting is None and self._has_text(holder["id"]):
            self._refresh(holder, sighting)
            return "known"
        if in_force and sighting and self._is_same_page(in_force, sighting):
            self._correct_revision(in_force)
            outcome: Outcome = "reread"
        else:
            self._insert_revision(holder["id"])
            outcome = "changed"
        if later is None:
            self._show_newest(holder)
        return outcome

    def _is_same_page(self, revision: Mapping[str, Any], sighting: Mapping[str, Any]) -> bool:
        """Return True if ``revision`` is what this page, or the same bytes at its address, gave."""
        if not self.from_archive:
            return False
        if self.page_id and revision["page_id"]:
            return self._has_bytes_of(revision["page_id"])
        is_last = sighting["last_seen_at"] == self.seen_at
        gave_it = is_last and sighting["content_hash"] == revision["content_hash"]
        return bool(revision["seen_at"] == self.seen_at or gave_it)

    def _has_bytes_of(self, page_id: int) -> bool:
        """Return True if this page is that one, or holds the same at the same address."""
        return page_id == self.page_id or bool(
            self._row(
                "SELECT 1 FROM pages own JOIN pages other ON other.url = own.url"
                " AND other.digest = own.digest WHERE own.id = ? AND other.id = ?",
                self.page_id,
                page_id,
            )
        )

    def _record_page(self, revision: Mapping[str, Any]) -> None:
        """Let a revision of before pages were archived point to the page that gave it."""
        if revision["page_id"] is None and self.page_id and revision["seen_at"] == self.seen_at:
            self._update("revisions", "id", revision["id"], {"page_id": self.page_id})

    def _correct_revision(self, revision: Mapping[str, Any]) -> None:
        article = self.article
        mended = {
            "content_hash": article.content_hash,
            "title": article.title,
            "lead": article.lead,
            "body": article.body,
            "page_id": self.page_id or revision["page_id"],
        }
        sql = (
            "SELECT 1 FROM revisions WHERE article_id = ? AND seen_at = ? AND content_hash = ?"
            " AND id != ?"
        )
        of = (revision["article_id"], revision["seen_at"], article.content_hash, revision["id"])
        if self._row(sql, *of):  # it was told already
            self.conn.execute("DELETE FROM revisions WHERE id = ?", (revision["id"],))
        else:
            self._update("revisions", "id", revision["id"], mended)

    def _has_text(self, article_id: int) -> bool:
        """Return True if the article has or had this text: then a new address is a copy of it."""
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
            "page_id": self.page_id,
            "reader_version": READER_VERSION,
        }
        article_id = self._insert("articles", row)
        assert article_id is not None
        search.index(self.conn, article_id, (article.title, article.lead, article.body))
        self._enqueue_similarity(article_id)
        self._write_media(article_id)
        return article_id

    def _insert_revision(self, article_id: int) -> None:
        article = self.article
        row = {
            "article_id": article_id,
            "content_hash": article.content_hash,
            "title": article.title,
            "lead": article.lead,
            "body": article.body,
            "seen_at": self.seen_at,
            "run_id": self.run_id,
            "page_id": self.page_id,
            "via": article.via,
        }
        if not self._has_revision(article_id):
            self._insert("revisions", row)

    def _has_revision(self, article_id: int) -> bool:
        """Return True if the article has this text since this very moment."""
        return bool(
            self._row(
                "SELECT 1 FROM revisions WHERE article_id = ? AND seen_at = ? AND content_hash = ?",
                article_id,
                self.seen_at,
                self.article.content_hash,
            )
        )

    def _show_newest(self, holder: dict[str, Any]) -> None:
        """Let ``articles`` show this page's text, unless another story has it already."""
        self._update_article(holder["id"], {"content_hash": self.article.content_hash})
        self._show_fields(holder)

    def _record_seen(self, holder: dict[str, Any]) -> None:
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

    def _refresh(self, holder: dict[str, Any], sighting: Mapping[str, Any] | None) -> None:
        """Show what the page shows, where it is the story's own address and newest text."""
        is_own = holder["url"] == self.article.url
        shows_text = holder["content_hash"] == self.article.content_hash
        # Copies elsewhere may have been seen since; what counts is the last look at this address.
        last_look = sighting["last_seen_at"] if sighting else holder["last_seen_at"]
        is_cited = self.page_id is not None and holder["page_id"] == self.page_id
        if is_own and shows_text and (self.seen_at >= last_look or is_cited):
            self._show_fields(holder)

    def _show_fields(self, holder: dict[str, Any]) -> None:
        if values := self._changed_fields(holder):
            self._update_article(holder["id"], values)
            self._record_quiet_edits(holder, values)
            if "published_at" in values:
                self._enqueue_similarity(holder["id"])
            if not _SEARCHED.isdisjoint(values):
                before = [holder[name] for name in _SEARCHED_FIELDS]
                search.unindex(self.conn, holder["id"], before)
                after = [values.get(name, holder[name]) for name in _SEARCHED_FIELDS]
                search.index(self.conn, holder["id"], after)
                self._enqueue_similarity(holder["id"])

    def _enqueue_similarity(self, article_id: int) -> None:
        """Let the article wait for being compared with all others, by ``similar.update``."""
        self.conn.execute("INSERT OR IGNORE INTO similarity_queue VALUES (?)", (article_id,))

    def _record_edit(self, article_id: int, name: str, before: object, after: object) -> None:
        """Keep what stood at this address before; texts are kept as revisions."""
        row = {
            "article_id": article_id,
            "url": self.article.url,
            "field": name,
            "before": before,
            "after": after,
            "seen_at": self.seen_at,
            "cause": "reader" if self.is_read_again else "portal",
            "run_id": self.run_id,
            "page_id": self.page_id,
        }
        self._insert("edits", row)

    def _record_quiet_edits(self, holder: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Keep changes of the lead, and of figures that the content hash takes for punctuation."""
        if holder["url"] != self.article.url:
            return
        if "lead" in values:
            self._record_edit(holder["id"], "lead", holder["lead"], values["lead"])
        is_same_text = holder["content_hash"] == self.article.content_hash
        if "body" in values and is_same_text:
            before, after = (Counter(figures(text)) for text in (holder["body"], values["body"]))
            if before != after:
                gone, come = ", ".join(before - after), ", ".join(after - before)
                self._record_edit(holder["id"], "figures", gone, come)

    def _changed_fields(self, holder: dict[str, Any]) -> dict[str, Any]:
        # A copy elsewhere may bring a newer text, but not another author or date of this address.
        is_own = holder["portal"] == self.article.portal or holder["url"] == self.article.url
        names = _ARTICLE_FIELDS if is_own else _TEXT_FIELDS
        fresh = {name: getattr(self.article, name) for name in names}
        rules = self.article.provenance
        if not is_own:
            told = {name: rule for name, rule in rules.items() if name in _SEARCHED}
            rules = {**json.loads(holder["provenance"]), **told}
        fresh["provenance"] = json.dumps(rules, ensure_ascii=False, sort_keys=True)
        changed = {name: value for name, value in fresh.items() if holder[name] != value}
        if self._write_media(holder["id"]) or changed.keys() - {"view_count"}:
            changed |= {"run_id": self.run_id, "page_id": self.page_id}
        if holder["page_id"] is None and self.page_id:
            changed["page_id"] = self.page_id
        if holder["reader_version"] != READER_VERSION:
            changed["reader_version"] = READER_VERSION
        return changed

    def _update_article(self, article_id: int, values: Mapping[str, Any]) -> None:
        self._update("articles", "id", article_id, values)

    def _write_media(self, article_id: int) -> bool:
        """Write the pictures and files of the page, and tell whether they are others."""
        images: list[tuple[str | None, str | None]] = [
            (image.url or None, image.caption) for image in self.article.images
        ]
        files: list[tuple[str | None, str | None]] = [
            (file.url, file.title) for file in self.article.attachments
        ]
        has_others = self._replace(_IMAGES, article_id, images)
        return self._replace(_ATTACHMENTS, article_id, files) or has_others

    def _replace(
        self, table: _MediaTable, article_id: int, rows: list[tuple[str | None, str | None]]
    ) -> bool:
        if self.conn.execute(table.select, [article_id]).fetchall() == rows:
            return False
        self.conn.execute(table.delete, [article_id])
        self.conn.executemany(
            table.insert, [(article_id, position, *row) for position, row in enumerate(rows)]
        )
        return True

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
            self._insert("sightings", row)
            return
        values: dict[str, Any] = {}
        if self.seen_at < known["first_seen_at"]:
            values["first_seen_at"] = self.seen_at
        if self.seen_at >= known["last_seen_at"] or self.is_read_again:
            fresh = {
                **shown,
                "article_id": article_id,
                "content_hash": article.content_hash,
                "last_seen_at": max(self.seen_at, known["last_seen_at"]),
            }
            values |= {name: value for name, value in fresh.items() if known[name] != value}
            for name in _EDITED:
                if name in values:
                    self._record_edit(article_id, name, known[name], values[name])
        if values:
            self._update("sightings", "url", article.url, values)
