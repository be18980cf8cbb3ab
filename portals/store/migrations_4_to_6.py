"""Steps 4 to 6 of the schema: archived pages, search, skipped URLs (0.1.0)."""

from __future__ import annotations

from portals.store.migrations_1_to_3 import migrations
from portals.store.search import FORMS_1, index
from portals.store.sqlite import Database

__all__ = ["migrations"]

_PAGES = (
    """
    CREATE TABLE portals (
        name TEXT PRIMARY KEY,
        title TEXT NOT NULL,
        kind TEXT NOT NULL,
        province_then TEXT,
        province_now TEXT,
        home TEXT NOT NULL,
        system TEXT,
        state TEXT NOT NULL CHECK (state IN ('live', 'moved', 'merged', 'gone', 'unknown')),
        since TEXT,
        successor TEXT,
        evidence TEXT
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE archives (
        id INTEGER PRIMARY KEY,
        path TEXT NOT NULL UNIQUE
    ) STRICT
    """,
    """
    CREATE TABLE pages (
        id INTEGER PRIMARY KEY,
        portal TEXT NOT NULL,
        url TEXT NOT NULL,
        fetched_at TEXT NOT NULL,
        status INTEGER NOT NULL,
        archive_id INTEGER NOT NULL REFERENCES archives (id) ON DELETE CASCADE,
        offset INTEGER NOT NULL,
        length INTEGER NOT NULL,
        digest TEXT NOT NULL,
        repeats INTEGER REFERENCES pages (id) ON DELETE SET NULL,
        via TEXT,
        showed TEXT CHECK (showed IN ('article', 'undated', 'list', 'reject', 'other')),
        UNIQUE (archive_id, offset)
    ) STRICT
    """,
    "CREATE INDEX pages_by_url ON pages (url, fetched_at)",
    "CREATE INDEX pages_repeated ON pages (repeats) WHERE repeats IS NOT NULL",
    "CREATE INDEX pages_undated ON pages (portal) WHERE showed = 'undated'",
    """
    CREATE TABLE readings (
        path TEXT NOT NULL,
        start INTEGER NOT NULL,
        asked TEXT NOT NULL,
        damaged INTEGER NOT NULL,
        PRIMARY KEY (path, start)
    ) STRICT, WITHOUT ROWID
    """,
    "ALTER TABLE articles ADD COLUMN page_id INTEGER REFERENCES pages (id) ON DELETE SET NULL",
    "ALTER TABLE articles ADD COLUMN reader_version INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX articles_by_page ON articles (page_id)",
    "CREATE INDEX articles_by_reader ON articles (portal, reader_version)",
    "ALTER TABLE revisions ADD COLUMN page_id INTEGER REFERENCES pages (id) ON DELETE SET NULL",
    "ALTER TABLE revisions ADD COLUMN via TEXT",
    "CREATE INDEX revisions_by_page ON revisions (page_id)",
    """
    CREATE VIEW lineage AS
    SELECT
        articles.id AS article_id,
        articles.url,
        rules.key AS field,
        rules.value AS rule,
        articles.reader_version,
        articles.run_id,
        runs.started_at AS run_started_at,
        articles.page_id,
        pages.url AS page_url,
        pages.fetched_at,
        pages.via,
        archives.path AS archive,
        coalesce(payloads.offset, pages.offset) AS offset,
        coalesce(payloads.length, pages.length) AS length,
        pages.digest
    FROM articles
    JOIN json_each(articles.provenance) AS rules
    JOIN runs ON runs.id = articles.run_id
    LEFT JOIN pages ON pages.id = articles.page_id
    LEFT JOIN pages AS payloads ON payloads.id = pages.repeats
    LEFT JOIN archives ON archives.id = coalesce(payloads.archive_id, pages.archive_id)
    """,
)


@migrations()
def m0004_pages(db: Database) -> None:
    """Create the tables of archives and pages, of re-extraction, and of the catalogue."""
    for statement in _PAGES:
        db.execute(statement)


_TO_BUILD_ON = (
    "CREATE VIRTUAL TABLE search_exact USING fts5"
    " (title, text, content = '', tokenize = 'unicode61 remove_diacritics 0')",
    "CREATE VIRTUAL TABLE search_folded USING fts5"
    " (title, text, content = '', tokenize = 'unicode61 remove_diacritics 0')",
    # A word in the headline says more than one in the text.
    "INSERT INTO search_exact (search_exact, rank) VALUES ('rank', 'bm25(5.0, 1.0)')",
    "INSERT INTO search_folded (search_folded, rank) VALUES ('rank', 'bm25(5.0, 1.0)')",
    "CREATE TABLE uncompared (article_id INTEGER PRIMARY KEY) STRICT",
    "INSERT INTO uncompared SELECT id FROM articles",
    """
    CREATE TABLE bands (
        month INTEGER NOT NULL,
        band INTEGER NOT NULL,
        article_id INTEGER NOT NULL,
        PRIMARY KEY (month, band, article_id)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE similar (
        article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        other_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        similarity REAL NOT NULL,
        PRIMARY KEY (article_id, other_id),
        CHECK (article_id < other_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX similar_by_other ON similar (other_id, article_id)",
    """
    CREATE TABLE edits (
        id INTEGER PRIMARY KEY,
        article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        url TEXT NOT NULL,
        field TEXT NOT NULL,
        before TEXT,
        after TEXT,
        seen_at TEXT NOT NULL,
        cause TEXT NOT NULL CHECK (cause IN ('portal', 'reader')),
        run_id INTEGER NOT NULL REFERENCES runs (id),
        page_id INTEGER REFERENCES pages (id) ON DELETE SET NULL
    ) STRICT
    """,
    "CREATE INDEX edits_by_article ON edits (article_id)",
    "CREATE INDEX edits_by_page ON edits (page_id)",
    "CREATE INDEX edits_by_time ON edits (seen_at)",
    "CREATE INDEX revisions_by_time ON revisions (seen_at)",
    """
    CREATE VIEW v_articles AS
    SELECT
        articles.id, articles.portal, portals.title AS portal_title, portals.kind AS portal_kind,
        portals.province_then, portals.province_now, articles.url, articles.title, articles.lead,
        articles.body, articles.author, articles.source, articles.section, articles.published_at,
        articles.published_precision, articles.word_count, articles.first_seen_at,
        articles.last_seen_at, articles.content_hash,
        (SELECT count(*) FROM revisions WHERE article_id = articles.id) AS revisions,
        (SELECT count(*) FROM sightings WHERE article_id = articles.id) AS sightings,
        (SELECT count(*) FROM images WHERE article_id = articles.id) AS images,
        (SELECT count(*) FROM similar WHERE similar.article_id = articles.id)
        + (SELECT count(*) FROM similar WHERE similar.other_id = articles.id) AS similar
    FROM articles LEFT JOIN portals ON portals.name = articles.portal
    """,
    """
    CREATE VIEW syndication AS
    WITH related AS (
        SELECT id AS article_id, id AS other_id, 1.0 AS similarity FROM articles
        UNION ALL SELECT article_id, other_id, similarity FROM similar
        UNION ALL SELECT other_id, article_id, similarity FROM similar
    ),
    shown AS (
        SELECT article_id, portal, url, title, content_hash, first_seen_at AS seen,
            coalesce(published_at, first_seen_at) AS at,
            julianday(coalesce(published_at, first_seen_at)) AS moment,
            coalesce(substr(published_at, 1, 10), date(first_seen_at, '+7 hours')) AS day,
            published_precision IS NOT 'minute' AS is_day
        FROM sightings
    ),
    pairs AS (
        SELECT later.article_id, first.article_id AS first_id, first.portal AS first_portal,
            first.url AS first_url, first.at AS first_at, later.portal, later.url, later.at,
            later.is_day OR first.is_day AS is_estimated,
            CASE WHEN later.is_day OR first.is_day
                THEN (julianday(later.day) - julianday(first.day)) * 24
                ELSE (later.moment - first.moment) * 24 END AS lag,
            first.seen AS first_seen, later.seen AS later_seen,
            related.similarity,
            later.title != first.title AS title_changed,
            later.content_hash != first.content_hash AS text_changed
        FROM shown AS later
        JOIN related ON related.article_id = later.article_id
        JOIN shown AS first ON first.article_id = related.other_id
        WHERE first.portal != later.portal
    ),
    followed AS (
        SELECT *, round(lag, 1) AS lag_hours,
            row_number() OVER (PARTITION BY article_id, url
                ORDER BY lag DESC, similarity DESC, first_seen, first_url) AS place
        FROM pairs
        WHERE round(lag, 2) > 0 OR (round(lag, 2) = 0
            AND (first_seen < later_seen OR (first_seen = later_seen AND first_url < url)))
    )
    SELECT article_id, first_id, first_portal, first_url, first_at, portal, url, at, lag_hours,
        is_estimated, similarity, title_changed, text_changed
    FROM followed WHERE place = 1
    """,
    """
    CREATE VIEW withdrawn AS
    SELECT sightings.article_id, sightings.portal, sightings.url, sightings.title,
        sightings.published_at, sightings.last_seen_at, visits.fetched_at AS gone_at,
        visits.status
    FROM visits JOIN sightings ON sightings.url = visits.url
    WHERE visits.kind = 'article'
        AND (visits.status IN (404, 410) OR (visits.status = 200 AND visits.fingerprint IS NULL))
        AND EXISTS (
            SELECT 1 FROM visits AS others
            WHERE others.portal = visits.portal AND others.kind = 'article'
                AND others.status = 200 AND others.fingerprint IS NOT NULL
                AND others.fetched_at >= visits.fetched_at
        )
    """,
)


@migrations()
def m0005_to_build_on(db: Database) -> None:
    """Search, near-duplicates, edits, and views for users of the database."""
    for statement in _TO_BUILD_ON:
        db.execute(statement)
    for article_id, *texts in db.execute("SELECT id, title, lead, body FROM articles").fetchall():
        index(db.conn, article_id, texts, FORMS_1)


_TO_LEAVE_ALONE = (
    "ALTER TABLE list_pages ADD COLUMN stopped TEXT",
    "ALTER TABLE portals ADD COLUMN hosts TEXT",
    "ALTER TABLE portals ADD COLUMN tls_exception TEXT",
    """
    CREATE TABLE left_alone (
        portal TEXT NOT NULL,
        rule TEXT NOT NULL,
        addresses INTEGER NOT NULL,
        example TEXT NOT NULL,
        at TEXT NOT NULL,
        run_id INTEGER NOT NULL REFERENCES runs (id),
        PRIMARY KEY (portal, rule)
    ) STRICT, WITHOUT ROWID
    """,
)


@migrations()
def m0006_to_leave_alone(db: Database) -> None:
    """Create the table of skipped URLs; add stop reasons, and exceptions to the catalogue."""
    for statement in _TO_LEAVE_ALONE:
        db.execute(statement)
