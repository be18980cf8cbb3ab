"""The documentation of the data is the schema's own."""

from __future__ import annotations

import re
from pathlib import Path

from portals.commands.contract import DOCUMENT
from portals.store.database import Store
from portals.store.documentation import data_markdown
from portals.store.migrations import RENAMED
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
