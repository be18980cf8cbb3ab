"""Steps 1 to 3 of the schema: runs, articles, learnt themes, the request queue (0.1.0)."""

from __future__ import annotations

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
