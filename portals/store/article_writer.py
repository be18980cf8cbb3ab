"""Storing the article of a page: look up, decide (``article_decision``), write."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from portals.article import READER_VERSION, Article
from portals.contract import MAX_FILES
from portals.store import search
from portals.store.article_decision import (
    ARTICLE_FIELDS,
    SEARCHED_FIELDS,
    SIGHTING_FIELDS,
    Candidates,
    Decision,
    Edit,
    Media,
    MediaTable,
    Outcome,
    ReadPage,
    Revision,
    RevisionStep,
    Row,
    Stored,
    decide,
    matching_article,
    media_of,
    provenance_json,
)
from portals.store.future_times import correct, without_future
from portals.store.recurring import without_recurring_lines
from portals.store.rows import rows_of
from portals.store.same_story import same_story
from portals.store.stored_hash import stored_hash
from portals.timestamps import utc, utc_now

_REVISIONS = """
    SELECT id, seen_at, content_hash FROM revisions WHERE article_id = ? ORDER BY seen_at, id
"""
_SAME_TEXT = """
    SELECT a.* FROM revisions r JOIN articles a ON a.id = r.article_id
    WHERE r.content_hash = ? ORDER BY a.content_hash = r.content_hash DESC, a.id LIMIT 1
"""
_STORED_LENGTH = """
    SELECT length(a.body) FROM sightings s JOIN articles a ON a.id = s.article_id WHERE s.url = ?
"""
_SAME_NUMBER = "SELECT article_id FROM sightings WHERE portal = ? AND external_id = ?"
_IS_OF_OTHER_URL = "SELECT 1 FROM articles WHERE id = ? AND url <> ?"
_IS_COPY = """
    SELECT count(*) AND NOT sum(p.url = ?) FROM revisions r JOIN pages p ON p.id = r.page_id
    WHERE r.article_id = ?
"""
_HOLDS_BYTES = """
    SELECT page_id = :page OR EXISTS (
        SELECT 1 FROM pages own JOIN pages other
            ON other.url = own.url AND other.digest = own.digest
        WHERE own.id = :page AND other.id = revisions.page_id
    )
    FROM revisions WHERE id = :revision AND page_id IS NOT NULL
"""
_OWN: Mapping[MediaTable, str] = {"images": "", "attachments": "AND page_url IS NULL"}
"""Condition of the rows that the article's own page shows, not a copy of it."""

_INSERT_COPIED_FILE = f"""
    INSERT INTO attachments (article_id, position, url, title, page_url)
    SELECT ?1, max({MAX_FILES}, 1 + coalesce(max(position), 0)), ?2, ?3, ?4
    FROM attachments WHERE article_id = ?1
"""  # noqa: S608 - our own number
_MEDIA_COLUMNS: Mapping[MediaTable, str] = {"images": "url, caption", "attachments": "url, title"}


def save(
    conn: sqlite3.Connection,
    article: Article,
    run_id: int,
    *,
    from_archive: bool = False,
    page_id: int | None = None,
) -> Outcome:
    """Store the article of one page, inside the caller's transaction, and return the outcome.

    ``from_archive``: the page may be one that was stored before. If its text differs now, the
    reader has changed and not the portal: the revision is corrected, and none is added.
    ``page_id``: the page in the archives, None if it was not archived.
    """
    article = without_recurring_lines(conn, article)
    if article.missing_parts and _is_longer(conn, article):
        return "known"
    own = replace(article, content_hash=stored_hash(conn, article))
    page = ReadPage(own, run_id, from_archive, page_id)
    stored = _LookUp(conn, page, text_hash=article.content_hash).stored()
    if not from_archive:
        stored = _without_future(conn, stored, page.seen_at)
    decision = decide(page, stored)
    _Writer(conn, page).write(decision, stored)
    return decision.outcome


def _is_longer(conn: sqlite3.Connection, article: Article) -> bool:
    """Return True if the stored text of a story is longer than one of which a page is missing."""
    found = conn.execute(_STORED_LENGTH, (article.url,)).fetchone()
    return bool(found and found[0] > len(article.body))


def _without_future(conn: sqlite3.Connection, stored: Stored, seen_at: str) -> Stored:
    """Correct times that a clock ahead has stored; a page that was fetched is newer."""
    found = without_future(stored, utc(utc_now()), seen_at)
    correct(conn, stored, found)
    return found


class _LookUp:
    """Looks up the stored rows related to one page.

    ``text_hash``: the hash of its text, which another document has if it is not the page's own.
    """

    def __init__(self, conn: sqlite3.Connection, page: ReadPage, text_hash: str) -> None:
        self.conn = conn
        self.page = page
        self.is_other_document = page.article.content_hash != text_hash
        self.is_variant = False

    def stored(self) -> Stored:
        """Return the rows that a decision on the page needs."""
        sighting = self._row("SELECT * FROM sightings WHERE url = ?", self.page.article.url)
        article = self._matching_article(sighting)
        if article is None:
            return Stored(sighting, is_cited=self._is_cited(sighting))
        found = self.conn.execute(_REVISIONS, (article["id"],))
        return Stored(
            sighting,
            article,
            revisions=[Revision(*row) for row in found],
            is_variant=self.is_variant,
            is_cited=self._is_cited(sighting),
            holds_bytes=self._holds_bytes,
            media=lambda: self._media(article["id"]),
        )

    def _matching_article(self, sighting: Row | None) -> Row | None:
        article = self.page.article
        same_text = self._row(_SAME_TEXT, article.content_hash)
        is_settled = same_text is not None or article.is_listing_url  # needs no further look-up
        is_unknown = not is_settled and sighting is None
        is_copy = not is_settled and sighting is not None and self._is_copy(sighting)
        is_compared = (is_unknown or is_copy) and not self.is_other_document
        candidates = Candidates(
            sighting,
            same_text["id"] if same_text else None,
            same_number=self._same_number() if is_unknown else None,
            same_story=same_story(self.conn, article) if is_compared else None,
            is_copy=is_copy,
        )
        article_id = matching_article(article, candidates)
        is_by_story = candidates.same_number is None and candidates.same_story is not None
        self.is_variant = is_by_story and article_id == candidates.same_story
        if article_id is None or same_text is not None:
            return same_text
        return self._row("SELECT * FROM articles WHERE id = ?", article_id)

    def _same_number(self) -> int | None:
        """Return the article with the same external id at another URL of the portal."""
        article = self.page.article
        if article.external_id is None:
            return None
        found = self._value(_SAME_NUMBER, article.portal, article.external_id)
        return None if found is None else int(found)

    def _is_copy(self, sighting: Row) -> bool:
        """Return True if the archived pages of the article's revisions are all of other URLs.

        Also if an earlier release took the page for a copy of another document.
        """
        if self.is_other_document and self._value(
            _IS_OF_OTHER_URL, sighting["article_id"], self.page.article.url
        ):
            return True
        if self.page.page_id is None or not self.page.is_last_seen(sighting):
            return False
        return bool(self._value(_IS_COPY, self.page.article.url, sighting["article_id"]))

    def _is_cited(self, sighting: Row | None) -> bool:
        if sighting is None or not self.page.from_archive or self.page.page_id is None:
            return False
        sql = "SELECT 1 FROM articles WHERE id = ? AND page_id = ?"
        return bool(self._value(sql, sighting["article_id"], self.page.page_id))

    def _holds_bytes(self, revision_id: int) -> bool | None:
        if self.page.article.parts is not None:
            return self._is_source(revision_id)
        values = {"page": self.page.page_id, "revision": revision_id}
        row = self.conn.execute(_HOLDS_BYTES, values).fetchone()
        return None if row is None else bool(row[0])

    def _is_source(self, revision_id: int) -> bool | None:
        """Return True if the revision was read from this page.

        Other pages of a story may differ where the bytes of its first page are the same.
        """
        source = self._value("SELECT page_id FROM revisions WHERE id = ?", revision_id)
        return None if source is None else bool(source == self.page.page_id)

    def _media(self, article_id: int) -> Media:
        return {
            table: self.conn.execute(
                f"SELECT {columns} FROM {table}"  # noqa: S608 - our own names
                f" WHERE article_id = ? {_OWN[table]} ORDER BY position",
                (article_id,),
            ).fetchall()
            for table, columns in _MEDIA_COLUMNS.items()
        }

    def _row(self, sql: str, *values: object) -> Row | None:
        return next(rows_of(self.conn.execute(sql, values)), None)

    def _value(self, sql: str, *values: object) -> Any:
        row = self.conn.execute(sql, values).fetchone()
        return row[0] if row else None


class _Writer:
    """Executes the decision on one page."""

    def __init__(self, conn: sqlite3.Connection, page: ReadPage) -> None:
        self.conn = conn
        self.page = page

    def write(self, decision: Decision, stored: Stored) -> None:
        """Write the rows of the decision."""
        if stored.article is None:
            article_id = self._insert_article()
        else:
            article_id = stored.article["id"]
            titles = search.other_titles(self.conn, article_id)
            self._update_article(decision, stored.article)
        self._write_revision(decision, article_id)
        for edit in decision.edits:
            self._insert("edits", self._edit_row(edit, article_id, decision.cause))
        self._write_sighting(decision, article_id, stored.sighting)
        if stored.article is not None:
            self._write_copied_files(article_id, {**stored.article, **decision.article}["url"])
            self._update_index(decision, stored.article, titles)

    def _insert_article(self) -> int:
        article = self.page.article
        row = {name: getattr(article, name) for name in ARTICLE_FIELDS}
        row |= {
            "content_hash": article.content_hash,
            "portal": article.portal,
            "url": article.url,
            "provenance": provenance_json(article.provenance),
            "first_seen_at": self.page.seen_at,
            "last_seen_at": self.page.seen_at,
            "run_id": self.page.run_id,
            "page_id": self.page.page_id,
            "reader_version": READER_VERSION,
        }
        article_id = self._insert("articles", row)
        search.index(self.conn, article_id, [*(row[name] for name in SEARCHED_FIELDS), ""])
        self._enqueue_similarity(article_id)
        for table in media_of(article):
            self._insert_media(table, article_id)
        return article_id

    def _update_article(self, decision: Decision, before: Row) -> None:
        article_id = int(before["id"])
        if decision.article:
            self._update("articles", "id", article_id, decision.article)
        for table in decision.new_media:
            sql = f"DELETE FROM {table} WHERE article_id = ? {_OWN[table]}"  # noqa: S608
            self.conn.execute(sql, (article_id,))
            self._insert_media(table, article_id)
        if decision.is_text_changed or decision.is_date_changed:
            self._enqueue_similarity(article_id)

    def _update_index(self, decision: Decision, before: Row, titles: str) -> None:
        """Bring the search index up to date; ``titles``: those of copies, as indexed."""
        article_id = int(before["id"])
        now = search.other_titles(self.conn, article_id)
        if not decision.is_text_changed and now == titles:
            return
        after = {**before, **decision.article}
        for change, texts, others in (
            (search.unindex, before, titles),
            (search.index, after, now),
        ):
            change(self.conn, article_id, [*(texts[name] for name in SEARCHED_FIELDS), others])

    def _write_copied_files(self, article_id: int, own_url: str) -> None:
        """Keep the files that only a copy at another URL offers."""
        article = self.page.article
        if article.url == own_url:
            return
        self.conn.execute("DELETE FROM attachments WHERE page_url = ?", (article.url,))
        known = self.conn.execute("SELECT url FROM attachments WHERE article_id = ?", (article_id,))
        urls = {url for (url,) in known}
        files = [file for file in article.attachments if file.url not in urls]
        for file in files:
            self.conn.execute(_INSERT_COPIED_FILE, (article_id, file.url, file.title, article.url))

    def _insert_media(self, table: MediaTable, article_id: int) -> None:
        rows = enumerate(media_of(self.page.article)[table])
        self.conn.executemany(
            f"INSERT INTO {table} (article_id, position, {_MEDIA_COLUMNS[table]})"  # noqa: S608
            " VALUES (?, ?, ?, ?)",
            [(article_id, position, *row) for position, row in rows],
        )

    def _enqueue_similarity(self, article_id: int) -> None:
        """Queue the article for comparison with the others by ``similar.update``."""
        self.conn.execute("INSERT OR IGNORE INTO similarity_queue VALUES (?)", (article_id,))

    def _write_revision(self, decision: Decision, article_id: int) -> None:
        page, article, revision_id = self.page, self.page.article, decision.revision_id
        text = {
            "content_hash": article.content_hash,
            "title": article.title,
            "lead": article.lead,
            "body": article.body,
        }
        where = {"page_id": page.page_id} if page.page_id is not None else {}
        match decision.step:
            case RevisionStep.INSERT:
                since = {"seen_at": page.seen_at, "run_id": page.run_id, "via": article.via}
                self._insert("revisions", {"article_id": article_id, **text, **since, **where})
            case RevisionStep.CORRECT:
                self._update("revisions", "id", revision_id, {**text, **where})
            case RevisionStep.MOVE:
                moved = {"seen_at": page.seen_at, "page_id": page.page_id, "via": article.via}
                self._update("revisions", "id", revision_id, moved)
            case RevisionStep.CITE:
                self.conn.execute(
                    "UPDATE revisions SET page_id = ? WHERE id = ? AND page_id IS NULL",
                    (page.page_id, revision_id),
                )
            case RevisionStep.DELETE:
                self.conn.execute("DELETE FROM revisions WHERE id = ?", (revision_id,))
            case RevisionStep.NONE:
                pass

    def _edit_row(self, edit: Edit, article_id: int, cause: str) -> Row:
        return {
            "article_id": article_id,
            "url": self.page.article.url,
            "field": edit.field,
            "before": edit.before,
            "after": edit.after,
            "seen_at": self.page.seen_at,
            "cause": cause,
            "run_id": self.page.run_id,
            "page_id": self.page.page_id,
        }

    def _write_sighting(self, decision: Decision, article_id: int, known: Row | None) -> None:
        article = self.page.article
        if known is None:
            row = {
                "url": article.url,
                "article_id": article_id,
                "portal": article.portal,
                "external_id": article.external_id,
                "content_hash": article.content_hash,
                **{name: getattr(article, name) for name in SIGHTING_FIELDS},
                "first_seen_at": self.page.seen_at,
                "last_seen_at": self.page.seen_at,
            }
            self._insert("sightings", row)
            return
        values = dict(decision.sighting)
        if decision.moves_url and known["article_id"] != article_id:
            values["article_id"] = article_id
        if values:
            self._update("sightings", "url", article.url, values)

    def _insert(self, table: str, row: Row) -> int:
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
        row_id = self.conn.execute(sql, list(row.values())).lastrowid
        assert row_id is not None
        return row_id

    def _update(self, table: str, key: str, value: object, changes: Row) -> None:
        marks = ", ".join(f"{name} = ?" for name in changes)
        sql = f"UPDATE {table} SET {marks} WHERE {key} = ?"  # noqa: S608 - our own names
        self.conn.execute(sql, [*changes.values(), value])
