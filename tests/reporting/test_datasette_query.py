"""The search of ``data/datasette.yaml``: SQL alone, with diacritics or without."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portals.article import Article
from portals.contract import normalise
from portals.serve.application import INNER_TABLES
from portals.store.database import Store
from tests.support.project import PROJECT

yaml = pytest.importorskip("yaml")
CONFIGURATION = yaml.safe_load((PROJECT / "data" / "datasette.yaml").read_text("utf-8"))
TABLES = CONFIGURATION["databases"]["articles"]["tables"]
QUERIES = CONFIGURATION["databases"]["articles"]["queries"]
STORIES = {
    "Công đoàn Đồng Mận trao quà theo Nghị định 01/2025/NĐ-CP": "Đoàn viên nhận quà Tết.",
    "Liên đoàn Lao động An Bình họp": "Công đoàn bàn việc ở Đồng Mận.",
}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    store = Store.open(tmp_path / "a.db")
    run_id = store.runs.start_run("ldtd", datetime.now(UTC))
    for number, (title, body) in enumerate(STORIES.items()):
        url, now = f"http://x.vn/{number}", datetime.now(UTC)
        made = Article(portal="ldtd", url=url, title=title, body=body, fetched_at=now)
        store.articles.save(normalise(made), run_id)
    store.close()
    with closing(sqlite3.connect(tmp_path / "a.db")) as found:
        yield found


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("dong man", 2), ("Đồng Mận", 2), ("ĐỒNG MẬN", 2), ("01/2025/NĐ-CP", 1), ("an binh", 1),
        ("An Bình họp", 1), ("công đoàn", 2), ("đồng mân", 0), ('"', 0), ("", 0), ("O'Neil", 0),
        ("-x", 0), ("an AND", 0), ("*", 0),
    ],
)  # fmt: skip
def test_words_are_found_with_and_without_diacritics_and_each_article_once(
    connection: sqlite3.Connection, words: str, titles: int
) -> None:
    found = connection.execute(QUERIES["search"]["sql"], {"words": words}).fetchall()

    assert len(found) == titles
    if titles:
        assert found[0][2] == next(iter(STORIES)) or titles == 1


def test_every_configured_table_is_in_the_database(connection: sqlite3.Connection) -> None:
    kinds = dict(connection.execute("SELECT name, type FROM sqlite_schema").fetchall())

    assert set(TABLES) <= set(kinds)
    hidden = [name for name, about in TABLES.items() if about.get("hidden")]
    assert {kinds[name] for name in hidden} == {"table"}, "not the views of old names"


def test_the_same_tables_are_hidden_as_by_the_web_site() -> None:
    hidden = {name for name, about in TABLES.items() if about.get("hidden")}

    assert {*hidden, "search_exact", "search_folded"} == set(INNER_TABLES)
