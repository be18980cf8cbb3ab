"""The documentation of the data is the schema's own."""

from __future__ import annotations

import re
from pathlib import Path

from sqlite_utils import Database

from portals.actions.contract import DOCUMENT, SCHEMA
from portals.store.database import VERSION, Store
from portals.store.documentation import data_markdown
from portals.store.migrations import RENAMED, migrations
from portals.store.new_schema import schema_script
from portals.store.schema import COLUMNS, TABLES


def test_the_committed_document_is_what_the_schema_gives() -> None:
    assert DOCUMENT.read_text("utf-8") == data_markdown(), "run: make docs"


def test_every_table_and_column_is_explained(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "articles.db")
    names = [*store.db.table_names(), *store.db.view_names()]
    inner = re.compile(r"_.*|search_\w+_(data|idx|docsize|config)")
    tables = {name for name in names if not inner.fullmatch(name)} - set(RENAMED)

    assert tables == set(TABLES) == set(COLUMNS)
    for table in tables:
        columns = store.db.execute("SELECT name FROM pragma_table_info(?)", [table]).fetchall()
        assert [name for (name,) in columns] == list(COLUMNS[table])
    store.close()


def schema_of(db: Database) -> list[tuple[str, str, str, str]]:
    """Return every part of a schema, its statement without the breaks of lines."""
    rows = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name")
    return [(*row[:3], " ".join((row[3] or "").split())) for row in rows.fetchall()]


def test_the_schema_of_a_new_database_is_what_the_migrations_give(tmp_path: Path) -> None:
    migrated = Database(memory=True)
    migrations.apply(migrated)
    store = Store.open(tmp_path / "articles.db")

    assert SCHEMA.read_text("utf-8") == schema_script(), "run: make docs"
    assert schema_of(store.db) == schema_of(migrated)
    for index in ("search_exact", "search_folded"):
        ranks = f"SELECT * FROM {index}_config ORDER BY k"
        assert store.db.execute(ranks).fetchall() == migrated.execute(ranks).fetchall()
    store.close()


def test_a_new_database_counts_as_migrated(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "articles.db")

    assert migrations.pending(store.db) == []
    assert store.db.execute("PRAGMA user_version").fetchone() == (VERSION,)
    store.close()
