"""The schema, step by step. A step that was released is never changed; the next one follows.

The meanings of tables and columns are in ``schema.py``; this file and those of the earlier steps
only create and change them. ``migrations`` holds all steps, in order.
"""

from __future__ import annotations

import re

from portals.outcomes import REJECT_RULES, STOP_MESSAGES
from portals.store.migrations_4_to_6 import migrations
from portals.store.sqlite import Database

__all__ = ["GONE", "RENAMED", "migrations"]

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
def m0023_browser(db: Database) -> None:
    """Store which portals of the catalogue need a browser."""
    db.execute("ALTER TABLE portals ADD COLUMN browser TEXT")


@migrations()
def m0024_server_clocks(db: Database) -> None:
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
