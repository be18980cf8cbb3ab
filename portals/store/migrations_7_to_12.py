"""Steps 7 to 12 of the schema: plain words, codes, documents, archives, robots.txt (0.2.0)."""

from __future__ import annotations

import re

from portals.outcomes import REJECT_RULES, STOP_MESSAGES
from portals.store.migrations_4_to_6 import migrations
from portals.store.sqlite import Database

__all__ = ["RENAMED", "migrations"]

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
