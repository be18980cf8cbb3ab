"""The hash under which a page is stored: that of its text, unless it is another document.

Three announcements with one covering text are three articles: the first has the hash of the text,
each later one that of the text with its title (``documents.document_hash``).
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict

from portals.article import Article
from portals.language.text import canonical, content_hash
from portals.store.documents import Document, document_hash, is_other

_MAX_DOCUMENTS = 200  # URLs of one article that are compared

_OWNER = """
    SELECT r.article_id FROM revisions r JOIN articles a ON a.id = r.article_id
    WHERE r.content_hash = ? ORDER BY a.content_hash = r.content_hash DESC, a.id LIMIT 1
"""
_SIGHTING = """
    SELECT s.content_hash, a.id, a.url, a.title, a.body
    FROM sightings s JOIN articles a ON a.id = s.article_id WHERE s.url = ?
"""
_DOCUMENTS = """
    SELECT portal, url, title, external_id, substr(published_at, 1, 10) FROM sightings
    WHERE article_id = ? ORDER BY first_seen_at, url LIMIT ?
"""
_FILES = """
    SELECT coalesce(f.page_url, a.url), f.url FROM attachments f JOIN articles a
    ON a.id = f.article_id WHERE f.article_id = ?
"""


def stored_hash(conn: sqlite3.Connection, article: Article) -> str:
    """Return the hash under which ``article`` is stored. Raises sqlite3.Error.

    A page whose URL is known keeps its hash while it shows the same text and title.
    """
    text_hash = article.content_hash
    if article.is_listing_url:
        return text_hash
    known = conn.execute(_SIGHTING, (article.url,)).fetchone()
    if known is not None and _shows_its_text(article, *known):
        return str(known[0])
    owner = _owner(conn, text_hash)
    if owner is None:
        return text_hash
    return _hash_beside(conn, article, owner)


def _shows_its_text(
    article: Article, stored_hash: str, _article_id: int, url: str, title: str, body: str
) -> bool:
    if url != article.url:  # it may have been taken for a copy of another document
        return False
    if stored_hash == article.content_hash:
        return True
    is_same_title = canonical(title) == canonical(article.title)
    return is_same_title and content_hash(title, body) == article.content_hash


def _hash_beside(conn: sqlite3.Connection, article: Article, owner: int) -> str:
    """Return the hash of a page whose text is stored already, as that of the article ``owner``."""
    document = document_of(article)
    known = documents_of(conn, owner)
    titled = document_hash(document, article.content_hash)
    with_title = _owner(conn, titled)
    is_first = not is_other(document, known, article.word_count)
    if is_first and (with_title is None or _has_title(document, known)):
        return article.content_hash
    if with_title is None:
        return titled
    if not is_other(document, documents_of(conn, with_title), article.word_count):
        return titled
    return document_hash(document, article.content_hash, with_files=True)


def _has_title(document: Document, known: list[Document]) -> bool:
    title = canonical(document.title)
    return any(canonical(one.title) == title for one in known)


def _owner(conn: sqlite3.Connection, text_hash: str) -> int | None:
    row = conn.execute(_OWNER, (text_hash,)).fetchone()
    return int(row[0]) if row else None


def document_of(article: Article) -> Document:
    """Return what distinguishes an article's page from others with the same text."""
    return Document(
        portal=article.portal,
        url=article.url,
        title=article.title,
        external_id=article.external_id,
        day=article.published_at[:10] if article.published_at else None,
        files=tuple(file.url for file in article.attachments),
    )


def documents_of(conn: sqlite3.Connection, article_id: int) -> list[Document]:
    """Return the document that each URL of a stored article shows. Raises sqlite3.Error."""
    files: dict[str, list[str]] = defaultdict(list)
    for url, file in conn.execute(_FILES, (article_id,)):
        files[url].append(file)
    rows = conn.execute(_DOCUMENTS, (article_id, _MAX_DOCUMENTS))
    return [
        Document(portal, url, title, external_id, day, tuple(files[url]))
        for portal, url, title, external_id, day in rows
    ]
