"""The schema of a new database in one script, so that making one takes no history of migrations.

``resources/schema.sql`` is made from the migrations by ``scrapy contract --write``; a test holds
that it is what they give. Every step of them would cost a new database a third of a second.
"""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime
from importlib.resources import files

from portals.store.migrations import migrations
from portals.store.sqlite import Database

_SHADOW_TABLE = re.compile(r"search_\w+_(?:data|idx|docsize|config)")
_HEAD = "-- Made by `scrapy contract --write` from portals/store/migrations.py.\n\n"


def schema_script() -> str:
    """Return the script that makes what the migrations make, without their record."""
    connection = sqlite3.connect(":memory:")
    migrations.apply(Database(connection))
    rows = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    statements = [
        sql
        for name, sql in rows.fetchall()
        if not _SHADOW_TABLE.fullmatch(name) and migrations.migrations_table not in sql
    ]
    statements += [
        f"INSERT INTO {table} ({table}, rank) VALUES ('rank', '{rank}')"  # noqa: S608 - our own
        for table in ("search_exact", "search_folded")
        for (rank,) in connection.execute(
            f"SELECT v FROM {table}_config WHERE k = 'rank'"  # noqa: S608 - our own
        )
    ]
    connection.close()
    return _HEAD + ";\n\n".join(statements) + ";\n"


def create(db: Database) -> None:
    """Make the tables of a new database, inside the caller's transaction.

    The migrations are recorded as applied. Raises sqlite3.Error.
    """
    script = (files("portals") / "resources" / "schema.sql").read_text("utf-8")
    for statement in script.removeprefix(_HEAD).split(";\n\n"):
        db.execute(statement.rstrip().removesuffix(";"))
    migrations.ensure_migrations_table(db)
    now = str(datetime.now(UTC))
    db.conn.executemany(
        f"INSERT INTO {migrations.migrations_table} (migration_set, name, applied_at)"  # noqa: S608
        " VALUES (?, ?, ?)",
        [(migrations.name, migration.name, now) for migration in migrations.pending(db)],
    )
