"""The schema, step by step. A step that was released is never changed; the next one follows.

The meanings of tables and columns are in ``schema.py``; this file only creates and changes them.
"""

from __future__ import annotations

import re

from portals.outcomes import REJECT_RULES, STOP_MESSAGES
from portals.store.search import FORMS_1, index
from portals.store.sqlite import Database, Migrations

migrations = Migrations("tin-cong-doan")

_FIRST_SCHEMA = (
    """
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        portal TEXT NOT NULL,
        started_at TEXT NOT NULL,
        finished_at TEXT,
        verdict TEXT,
        reason TEXT,
        requests INTEGER NOT NULL DEFAULT 0,
        listings INTEGER NOT NULL DEFAULT 0,
        articles_seen INTEGER NOT NULL DEFAULT 0,
        articles_new INTEGER NOT NULL DEFAULT 0,
        articles_changed INTEGER NOT NULL DEFAULT 0,
        sightings_new INTEGER NOT NULL DEFAULT 0,
        rejects INTEGER NOT NULL DEFAULT 0,
        not_archived INTEGER NOT NULL DEFAULT 0,
        errors INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    """
    CREATE TABLE articles (
        id INTEGER PRIMARY KEY,
        content_hash TEXT NOT NULL UNIQUE,
        hash_version INTEGER NOT NULL,
        portal TEXT NOT NULL,
        url TEXT NOT NULL,
        external_id TEXT,
        title TEXT NOT NULL,
        lead_prefix TEXT,
        lead TEXT,
        body TEXT NOT NULL,
        author TEXT,
        source TEXT,
        section TEXT,
        published_at TEXT,
        published_precision TEXT CHECK (published_precision IN ('minute', 'day')),
        published_raw TEXT,
        view_count INTEGER,
        language TEXT NOT NULL,
        word_count INTEGER NOT NULL,
        provenance TEXT NOT NULL CHECK (json_valid(provenance)),
        first_seen_at TEXT NOT NULL,
        last_seen_at TEXT NOT NULL,
        run_id INTEGER NOT NULL REFERENCES runs (id)
    ) STRICT
    """,
    "CREATE INDEX articles_by_portal_and_date ON articles (portal, published_at)",
    "CREATE INDEX articles_by_date ON articles (published_at)",
    """
    CREATE TABLE revisions (
        id INTEGER PRIMARY KEY,
        article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        content_hash TEXT NOT NULL,
        title TEXT NOT NULL,
        lead TEXT,
        body TEXT NOT NULL,
        seen_at TEXT NOT NULL,
        run_id INTEGER NOT NULL REFERENCES runs (id),
        UNIQUE (article_id, seen_at, content_hash)
    ) STRICT
    """,
    "CREATE INDEX revisions_by_hash ON revisions (content_hash)",
    """
    CREATE TABLE sightings (
        url TEXT PRIMARY KEY,
        article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        portal TEXT NOT NULL,
        external_id TEXT,
        content_hash TEXT NOT NULL,
        title TEXT NOT NULL,
        author TEXT,
        source TEXT,
        section TEXT,
        published_at TEXT,
        published_precision TEXT CHECK (published_precision IN ('minute', 'day')),
        view_count INTEGER,
        first_seen_at TEXT NOT NULL,
        last_seen_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX sightings_by_article ON sightings (article_id)",
    "CREATE INDEX sightings_by_external_id ON sightings (portal, external_id)",
    """
    CREATE TABLE images (
        article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        url TEXT,
        caption TEXT,
        PRIMARY KEY (article_id, position)
    ) STRICT
    """,
    """
    CREATE TABLE attachments (
        article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        url TEXT NOT NULL,
        title TEXT,
        PRIMARY KEY (article_id, position)
    ) STRICT
    """,
    """
    CREATE TABLE rejects (
        url TEXT NOT NULL,
        stage TEXT NOT NULL,
        reason TEXT NOT NULL,
        detail TEXT,
        at TEXT NOT NULL,
        run_id INTEGER NOT NULL REFERENCES runs (id),
        PRIMARY KEY (url, stage, reason)
    ) STRICT
    """,
    "CREATE INDEX rejects_by_run ON rejects (run_id)",
    """
    CREATE TABLE shapes (
        portal TEXT NOT NULL,
        shape TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('article', 'listing', 'other')),
        pages_read INTEGER NOT NULL,
        articles INTEGER NOT NULL,
        listings INTEGER NOT NULL,
        example TEXT NOT NULL,
        learnt_at TEXT NOT NULL,
        run_id INTEGER NOT NULL REFERENCES runs (id),
        PRIMARY KEY (portal, shape)
    ) STRICT
    """,
)


_LEARNT_THEMES = """
    CREATE TABLE learnt_themes (
        portal TEXT PRIMARY KEY,
        theme TEXT NOT NULL CHECK (json_valid(theme)),
        taught_by TEXT NOT NULL CHECK (json_valid(taught_by)),
        learnt_at TEXT NOT NULL,
        run_id INTEGER NOT NULL REFERENCES runs (id)
    ) STRICT
"""


@migrations()
def m0001_first_schema(db: Database) -> None:
    """Articles, their revisions and sightings, and the runs that found them."""
    for statement in _FIRST_SCHEMA:
        db.execute(statement)


@migrations()
def m0002_learnt_themes(db: Database) -> None:
    """Create the table of themes learned from a portal's own pages."""
    db.execute(_LEARNT_THEMES)


_FRONTIER = (
    """
    CREATE TABLE frontier (
        id INTEGER PRIMARY KEY,
        portal TEXT NOT NULL,
        key TEXT NOT NULL,
        url TEXT NOT NULL,
        request TEXT NOT NULL CHECK (json_valid(request)),
        priority INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('pending', 'leased', 'done', 'failed')),
        attempts INTEGER NOT NULL DEFAULT 0,
        others TEXT CHECK (others IS NULL OR json_valid(others)),
        UNIQUE (portal, key)
    ) STRICT
    """,
    "CREATE INDEX frontier_pending ON frontier (portal, priority DESC, id) WHERE state = 'pending'",
    """
    CREATE TABLE explored (
        id INTEGER PRIMARY KEY,
        portal TEXT NOT NULL,
        url TEXT NOT NULL,
        page TEXT NOT NULL CHECK (json_valid(page))
    ) STRICT
    """,
    "CREATE INDEX explored_by_portal ON explored (portal, id)",
    """
    CREATE TABLE visits (
        portal TEXT NOT NULL,
        key TEXT NOT NULL,
        url TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('article', 'listing', 'other')),
        status INTEGER NOT NULL,
        first_fetched_at TEXT NOT NULL,
        fetched_at TEXT NOT NULL,
        etag TEXT,
        last_modified TEXT,
        fingerprint TEXT,
        items INTEGER,
        truthful INTEGER NOT NULL DEFAULT 0,
        next_visit_at TEXT,
        PRIMARY KEY (portal, key)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX visits_due ON visits (portal, next_visit_at) WHERE next_visit_at IS NOT NULL",
    """
    CREATE TABLE sections (
        portal TEXT NOT NULL,
        section TEXT NOT NULL,
        walk_began_at TEXT,
        walked_at TEXT,
        stopped TEXT,
        run_id INTEGER NOT NULL REFERENCES runs (id),
        PRIMARY KEY (portal, section)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE list_pages (
        portal TEXT NOT NULL,
        section TEXT NOT NULL,
        number INTEGER NOT NULL,
        url TEXT NOT NULL,
        state TEXT NOT NULL
            CHECK (state IN ('expected', 'fetched', 'unchanged', 'empty', 'failed')),
        items INTEGER NOT NULL,
        at TEXT NOT NULL,
        run_id INTEGER NOT NULL REFERENCES runs (id),
        PRIMARY KEY (portal, section, number)
    ) STRICT, WITHOUT ROWID
    """,
    "ALTER TABLE runs ADD COLUMN arguments TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE runs ADD COLUMN resumes INTEGER REFERENCES runs (id)",
    "ALTER TABLE runs ADD COLUMN articles_known INTEGER NOT NULL DEFAULT 0",
)


@migrations()
def m0003_frontier(db: Database) -> None:
    """Create the tables of the frontier, of page visits, and of the traversal of listings."""
    for statement in _FRONTIER:
        db.execute(statement)


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


RENAMED: dict[str, tuple[str, dict[str, str]]] = {
    "list_pages": (
        "listing_pages",
        {
            "section": "listing",
            "items": "listed_articles",
            "at": "recorded_at",
            "stopped": "stop_reason",
        },
    ),
    "sections": (
        "listings",
        {
            "section": "listing",
            "walk_began_at": "traversal_started_at",
            "walked_at": "completed_at",
            "stopped": "stop_reason",
        },
    ),
    "shapes": ("url_patterns", {"shape": "pattern", "learnt_at": "learned_at"}),
    "learnt_themes": (
        "learned_themes",
        {"taught_by": "trained_on", "learnt_at": "learned_at"},
    ),
    "left_alone": ("skipped_urls", {"addresses": "urls", "at": "recorded_at"}),
    "uncompared": ("similarity_queue", {}),
    "bands": ("minhash_bands", {}),
    "readings": (
        "reextraction_progress",
        {"start": "start_offset", "asked": "request", "damaged": "damaged_records"},
    ),
    "explored": ("exploration_log", {}),
    "visits": ("page_visits", {"items": "listed_articles", "truthful": "validator_trust"}),
}
"""Old table to its new name and the columns that are renamed in it, old to new."""

_RENAMED_BESIDE = (
    "ALTER TABLE frontier RENAME COLUMN others TO alternate_urls",
    "ALTER TABLE portals RENAME COLUMN home TO home_url",
    "ALTER TABLE portals RENAME COLUMN system TO cms",
    "DROP INDEX explored_by_portal",
    "CREATE INDEX exploration_log_by_portal ON exploration_log (portal, id)",
    "DROP INDEX visits_due",
    "CREATE INDEX page_visits_due ON page_visits (portal, next_visit_at)"
    " WHERE next_visit_at IS NOT NULL",
)
_CODES = (
    "ALTER TABLE rejects ADD COLUMN code TEXT",
    "ALTER TABLE runs ADD COLUMN reason_code TEXT",
    "ALTER TABLE listing_pages ADD COLUMN stop_code TEXT",
    "ALTER TABLE listings ADD COLUMN stop_code TEXT",
)


@migrations()
def m0007_plain_words(db: Database) -> None:
    """Name tables and columns by the field's words, and keep codes beside sentences.

    Tables: ``list_pages`` → ``listing_pages`` (``section`` → ``listing``, ``items`` →
    ``listed_articles``, ``at`` → ``recorded_at``, ``stopped`` → ``stop_reason``), ``sections`` →
    ``listings`` (``section`` → ``listing``, ``walk_began_at`` → ``traversal_started_at``,
    ``walked_at`` → ``completed_at``, ``stopped`` → ``stop_reason``), ``shapes`` →
    ``url_patterns`` (``shape`` → ``pattern``, ``learnt_at`` → ``learned_at``), ``learnt_themes``
    → ``learned_themes`` (``taught_by`` → ``trained_on``, ``learnt_at`` → ``learned_at``),
    ``left_alone`` → ``skipped_urls`` (``addresses`` → ``urls``, ``at`` → ``recorded_at``),
    ``uncompared`` → ``similarity_queue``, ``bands`` → ``minhash_bands``, ``readings`` →
    ``reextraction_progress`` (``start`` → ``start_offset``, ``asked`` → ``request``, ``damaged``
    → ``damaged_records``), ``explored`` → ``exploration_log``, ``visits`` → ``page_visits``
    (``items`` → ``listed_articles``, ``truthful`` → ``validator_trust``). Columns:
    ``frontier.others`` → ``alternate_urls``, ``portals.home`` → ``home_url``,
    ``portals.system`` → ``cms``.

    For one release the old tables live on as views of the same columns. They have no triggers: a
    program that writes to them fails.
    """
    for old, (new, columns) in RENAMED.items():
        names = [row[1] for row in db.execute(f"PRAGMA table_info({old})").fetchall()]
        db.execute(f"ALTER TABLE {old} RENAME TO {new}")
        for before, after in columns.items():
            db.execute(f"ALTER TABLE {new} RENAME COLUMN {before} TO {after}")
        shown = ", ".join(f"{columns.get(name, name)} AS {name}" for name in names)
        db.execute(f"CREATE VIEW {old} AS SELECT {shown} FROM {new}")  # noqa: S608 - our own names
    for statement in (*_RENAMED_BESIDE, *_CODES):
        db.execute(statement)
    _fill_codes(db)


def _fill_codes(db: Database) -> None:
    """Give the codes of this release to what earlier ones wrote as sentences."""
    for code, rule in REJECT_RULES.items():
        pattern = re.sub(r"\{\w+\}", "*", rule.message)
        if pattern != "*":
            db.execute(
                "UPDATE rejects SET code = ? WHERE code IS NULL AND stage = ? AND reason GLOB ?",
                [code, rule.stage, pattern],
            )
    for stop, message in STOP_MESSAGES.items():
        for table in ("listing_pages", "listings"):
            sql = f"UPDATE {table} SET stop_code = ? WHERE stop_reason = ?"  # noqa: S608
            db.execute(sql, [stop, message])


_DOCUMENTS = (
    "ALTER TABLE attachments ADD COLUMN page_url TEXT",
    "CREATE INDEX attachments_of_copies ON attachments (page_url) WHERE page_url IS NOT NULL",
    """
    CREATE TABLE article_redirects (
        old_id INTEGER PRIMARY KEY,
        article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        merged_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX articles_to_rehash ON articles (id) WHERE hash_version < 2",
)


@migrations()
def m0008_other_documents(db: Database) -> None:
    """Keep the files of copies, and the ids of articles that became one with another.

    The hashes of version 2 are computed afterwards, in batches (``rehash.py``).
    """
    for statement in _DOCUMENTS:
        db.execute(statement)


@migrations()
def m0009_archive_rewrites(db: Database) -> None:
    """Create the table of rewrites of archives, so that an interrupted one is finished."""
    db.execute(
        """
        CREATE TABLE archive_rewrites (
            path TEXT PRIMARY KEY,
            replacement TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('copying', 'replaced'))
        ) STRICT, WITHOUT ROWID
        """
    )


@migrations()
def m0010_progress_to_an_offset(db: Database) -> None:
    """Record how far a part of an archive was read; parts of earlier releases are read again."""
    db.execute("ALTER TABLE reextraction_progress ADD COLUMN end_offset INTEGER NOT NULL DEFAULT 0")


@migrations()
def m0011_payloads_by_digest(db: Database) -> None:
    """Index payloads by their digests: revisits of other tools name them by nothing else."""
    db.execute("CREATE INDEX pages_by_digest ON pages (digest) WHERE repeats IS NULL")


_ROBOTS = (
    """
    CREATE TABLE robots (
        host TEXT PRIMARY KEY,
        body BLOB,
        fetched_at TEXT,
        failing_since TEXT
    ) STRICT
    """,
    "ALTER TABLE portals ADD COLUMN robots_exception TEXT",
)


@migrations()
def m0012_robots(db: Database) -> None:
    """Store the last good robots.txt of each host."""
    for statement in _ROBOTS:
        db.execute(statement)


_HOLDS = (
    """
    CREATE TABLE holds (
        server TEXT NOT NULL,
        url TEXT NOT NULL,
        portal TEXT NOT NULL,
        until TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        PRIMARY KEY (server, url)
    ) STRICT, WITHOUT ROWID
    """,
    "ALTER TABLE portals ADD COLUMN server TEXT",
)


@migrations()
def m0013_holds(db: Database) -> None:
    """Store until when a server asked not to be requested."""
    for statement in _HOLDS:
        db.execute(statement)


@migrations()
def m0014_deaths(db: Database) -> None:
    """Count how often the process died while a request was in flight."""
    db.execute("ALTER TABLE frontier ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0")


_PAGE_PARTS = (
    """
    CREATE TABLE page_parts (
        page_id INTEGER NOT NULL REFERENCES pages(id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        part_id INTEGER NOT NULL REFERENCES pages(id) ON DELETE CASCADE,
        PRIMARY KEY (page_id, number)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX page_parts_part ON page_parts (part_id)",
)


@migrations()
def m0015_page_parts(db: Database) -> None:
    """Store from which pages the text of a story of several pages was read."""
    for statement in _PAGE_PARTS:
        db.execute(statement)


@migrations()
def m0016_catalogue_addresses(db: Database) -> None:
    """Store the listings, feeds, examples, proxy and TLS level of the catalogue."""
    for column in ("listings", "feeds", "examples", "proxy", "tls_level"):
        db.execute(f"ALTER TABLE portals ADD COLUMN {column} TEXT")


GONE = "kind = 'article' AND (status IN (404, 410) OR (status = 200 AND fingerprint IS NULL))"
"""Condition of a visit of an article whose page is gone, as the view ``withdrawn`` has it."""

_READING = (
    "CREATE INDEX articles_by_author ON articles (author, published_at) WHERE author IS NOT NULL",
    "CREATE INDEX articles_by_section ON articles (section, published_at)"
    " WHERE section IS NOT NULL",
    f"CREATE INDEX page_visits_gone ON page_visits (fetched_at) WHERE {GONE}",
    f"CREATE INDEX page_visits_gone_by_url ON page_visits (url) WHERE {GONE}",
)


@migrations()
def m0017_reading(db: Database) -> None:
    """Index what readers filter by: author, section, and pages that are gone."""
    for statement in _READING:
        db.execute(statement)


_PUBLISHED_DAYS = (
    "DROP VIEW v_articles",
    """
    CREATE VIEW v_articles AS
    SELECT
        articles.id, articles.portal, portals.title AS portal_title, portals.kind AS portal_kind,
        portals.province_then, portals.province_now, articles.url, articles.title, articles.lead,
        articles.body, articles.author, articles.source, articles.section, articles.published_at,
        articles.published_precision, substr(articles.published_at, 1, 10) AS published_on,
        substr(articles.published_at, 1, 7) AS published_month, articles.word_count,
        articles.first_seen_at, articles.last_seen_at, articles.content_hash,
        (SELECT count(*) FROM revisions WHERE article_id = articles.id) AS revisions,
        (SELECT count(*) FROM sightings WHERE article_id = articles.id) AS sightings,
        (SELECT count(*) FROM images WHERE article_id = articles.id) AS images,
        (SELECT count(*) FROM similar WHERE similar.article_id = articles.id)
        + (SELECT count(*) FROM similar WHERE similar.other_id = articles.id) AS similar
    FROM articles LEFT JOIN portals ON portals.name = articles.portal
    """,
)


@migrations()
def m0018_published_days(db: Database) -> None:
    """Give ``v_articles`` the day and the month of publication as the page shows them."""
    for statement in _PUBLISHED_DAYS:
        db.execute(statement)


_MOVED = (
    "DROP VIEW withdrawn",
    f"""
    CREATE VIEW withdrawn AS
    SELECT sightings.article_id, sightings.portal, sightings.url, sightings.title,
        sightings.published_at, sightings.last_seen_at, visits.fetched_at AS gone_at,
        visits.status
    FROM page_visits AS visits JOIN sightings ON sightings.url = visits.url
    WHERE visits.kind = 'article'
        AND (visits.status IN (404, 410) OR (visits.status = 200 AND visits.fingerprint IS NULL))
        AND EXISTS (
            SELECT 1 FROM page_visits AS others
            WHERE others.portal = visits.portal AND others.kind = 'article'
                AND others.status = 200 AND others.fingerprint IS NOT NULL
                AND others.fetched_at >= visits.fetched_at
        )
        AND NOT EXISTS (
            SELECT 1 FROM sightings AS moved
            WHERE moved.article_id = sightings.article_id AND moved.portal = sightings.portal
                AND moved.url <> sightings.url
                AND NOT EXISTS (
                    SELECT 1 FROM page_visits AS gone WHERE gone.url = moved.url AND {GONE}
                )
        )
    """,  # noqa: S608 - our own condition
)


@migrations()
def m0019_moved_articles(db: Database) -> None:
    """Leave articles that the portal shows at another address out of ``withdrawn``."""
    for statement in _MOVED:
        db.execute(statement)


_FORGOTTEN = """
    CREATE TABLE forgotten_urls (
        portal TEXT NOT NULL,
        host TEXT NOT NULL,
        key TEXT NOT NULL,
        number TEXT,
        forgotten_at TEXT NOT NULL,
        reason TEXT,
        state TEXT NOT NULL CHECK (state IN ('begun', 'done')),
        PRIMARY KEY (portal, host, key)
    ) STRICT, WITHOUT ROWID
"""


@migrations()
def m0020_forgotten_urls(db: Database) -> None:
    """Store which URLs were taken down, so that nothing writes their texts again."""
    db.execute(_FORGOTTEN)


_PUBLIC_NAMES = """
    CREATE TABLE public_names (
        name TEXT PRIMARY KEY,
        first_seen_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
"""


@migrations()
def m0021_public_names(db: Database) -> None:
    """Store which host names had a public address: they may never lead to a local one."""
    db.execute(_PUBLIC_NAMES)


@migrations()
def m0022_portal_states(db: Database) -> None:
    """Store the state of each portal at the last crawlall, so that alerts are of changes."""
    db.execute(
        """
        CREATE TABLE portal_states (
            portal TEXT PRIMARY KEY,
            state TEXT NOT NULL,
            since TEXT NOT NULL,
            nights INTEGER NOT NULL,
            seen_at TEXT NOT NULL,
            alerted TEXT NOT NULL,
            alerted_at TEXT
        ) STRICT, WITHOUT ROWID
        """
    )


@migrations()
def m0023_server_clocks(db: Database) -> None:
    """Store how far this machine's clock is from those of the servers."""
    db.execute(
        """
        CREATE TABLE server_clocks (
            server TEXT PRIMARY KEY,
            witness TEXT NOT NULL,
            seconds_ahead INTEGER NOT NULL,
            measured_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """
    )
