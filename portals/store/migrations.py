"""The schema, step by step. A step that was released is never changed; the next one follows.

The meanings of tables and columns are in ``schema.py``; this file and those of the earlier steps
only create and change them. ``migrations`` holds all steps, in order.
"""

from __future__ import annotations

from portals.store.migrations_7_to_12 import RENAMED, migrations
from portals.store.sqlite import Database

__all__ = ["GONE", "RENAMED", "migrations"]

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


_CLUSTER = (
    "CREATE TABLE IF NOT EXISTS cluster_applied (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
    """
    CREATE TABLE IF NOT EXISTS cluster_runs (
        portal TEXT NOT NULL,
        number INTEGER NOT NULL,
        run_id INTEGER NOT NULL REFERENCES runs (id),
        new INTEGER NOT NULL DEFAULT 0,
        changed INTEGER NOT NULL DEFAULT 0,
        sightings INTEGER NOT NULL DEFAULT 0,
        announced INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (portal, number)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS cluster_archives (
        path TEXT PRIMARY KEY,
        size INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)


@migrations()
def m0025_cluster(db: Database) -> None:
    """Store what a collector has applied of the results of other machines.

    Collectors that ran before this step made these tables themselves.
    """
    for table in _CLUSTER:
        db.execute(table)


@migrations()
def m0026_runs_by_portal(db: Database) -> None:
    """Find the last runs of a portal without reading those of all others."""
    db.execute("CREATE INDEX runs_by_portal ON runs (portal)")


@migrations()
def m0027_counters(db: Database) -> None:
    """Store what the verdict of a run counts: the run that resumes it is judged by it too."""
    db.execute("ALTER TABLE runs ADD COLUMN counters TEXT")


_UNREAD_NIGHTS = (
    "ALTER TABLE page_visits ADD COLUMN unread_as TEXT",
    "ALTER TABLE page_visits ADD COLUMN unread_nights INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX page_visits_settled ON page_visits (portal) WHERE unread_nights >= 7",
)


@migrations()
def m0028_unread_nights(db: Database) -> None:
    """Store in how many nights a page could not be read, and what came in its place."""
    for statement in _UNREAD_NIGHTS:
        db.execute(statement)


@migrations()
def m0029_interrupted_traversals(db: Database) -> None:
    """Store how often an interruption cut the traversals of a listing since the last whole one."""
    db.execute("ALTER TABLE listings ADD COLUMN interrupted INTEGER NOT NULL DEFAULT 0")


_VISITS_OF_LISTS = (
    "DELETE FROM page_visits WHERE kind = 'article' AND (key GLOB '* page [0-9]*' OR url IN"
    " (SELECT url FROM page_visits WHERE key GLOB '* page [0-9]*'))"
)


@migrations()
def m0030_visits_of_lists(db: Database) -> None:
    """Forget the visits of lists of whole articles that were taken for articles, and revisited."""
    db.execute(_VISITS_OF_LISTS)


_RECURRING_LINES = """
    CREATE TABLE recurring_lines (
        portal TEXT NOT NULL,
        line TEXT NOT NULL,
        learned_at TEXT NOT NULL,
        run_id INTEGER NOT NULL,
        PRIMARY KEY (portal, line)
    ) STRICT, WITHOUT ROWID
"""


@migrations()
def m0031_recurring_lines(db: Database) -> None:
    """Store the lines that a portal's theme prints in every article, which are left out."""
    db.execute(_RECURRING_LINES)
