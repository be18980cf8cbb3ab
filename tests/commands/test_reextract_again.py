"""Old pages under a changed reader: the differences are told first, then mended in place."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.commands import scrapy
from tests.support.database import content, rows
from tests.support.project import SAMPLE


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The sample, with one author and one text as another reader would have read them."""
    path = tmp_path / "a.db"
    made = scrapy("reextract", SAMPLE, "-s", f"DATABASE={path}")
    assert made.err.splitlines()[0] == f"new database {path}"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE articles SET author = 'Không rõ' WHERE id = 20")
        connection.execute("UPDATE articles SET body = 'Bị cắt.', content_hash = 'x' WHERE id = 5")
        connection.execute(
            "UPDATE revisions SET body = 'Bị cắt.', content_hash = 'x' WHERE article_id = 5"
        )
        connection.execute("UPDATE sightings SET content_hash = 'x' WHERE article_id = 5")
    return path


def test_a_dry_run_shows_the_fields_that_would_change_and_changes_nothing(database: Path) -> None:
    before = content(database)
    done = scrapy("reextract", SAMPLE, "--dry-run", "--json", "-s", f"DATABASE={database}")

    found = json.loads(done.out)
    assert sorted((one["field"], one["before"]) for one in found) == [
        ("author", "Không rõ"),
        ("body", "Bị cắt."),
    ]
    assert content(database) == before
    assert [path.name for path in database.parent.iterdir() if "trial" in path.name] == []


def test_without_json_it_counts_by_portal_and_field(database: Path) -> None:
    done = scrapy("reextract", SAMPLE, "--dry-run", "-s", f"DATABASE={database}")

    head, *lines = done.out.splitlines()
    assert head.split("\t") == ["portal", "field", "articles", "example", "before", "after"]
    assert sorted(line.split("\t")[1:3] for line in lines) == [["author", "1"], ["body", "1"]]


def test_run_for_real_it_changes_exactly_those_and_adds_no_revision(database: Path) -> None:
    revisions = rows(database, "SELECT count(*) AS n FROM revisions")
    scrapy("reextract", SAMPLE, "-s", f"DATABASE={database}")
    again = scrapy("reextract", SAMPLE, "--dry-run", "-s", f"DATABASE={database}")

    assert (again.out, again.err) == ("", "nothing would change\n")
    assert rows(database, "SELECT count(*) AS n FROM revisions") == revisions
    assert rows(database, "SELECT 1 FROM revisions WHERE body = 'Bị cắt.'") == []


def test_a_dry_run_without_a_database_is_one_line(tmp_path: Path) -> None:
    done = scrapy("reextract", SAMPLE, "--dry-run", "-s", f"DATABASE={tmp_path / 'no.db'}")

    assert (done.code, done.err.count("\n")) == (15, 1)
