"""Sites that the tests of this folder share: each is served once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from portals.store.database import Store
from tests.support.commands import scrapy
from tests.support.project import SAMPLE
from tests.support.site import Site, hostile_database, serving


@pytest.fixture(scope="session")
def sample_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "a b?c#.db"  # a name that a URI must escape
    done = scrapy("reextract", SAMPLE, "-s", f"DATABASE={path}")
    assert done.code == 0, done.err
    return path


@pytest.fixture(scope="session")
def sample(sample_database: Path) -> Iterator[Site]:
    with serving(sample_database) as site:
        yield site


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    path = tmp_path_factory.mktemp("hostile") / "articles.db"
    hostile_database(path)
    with serving(path) as site:
        yield site


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    path = tmp_path_factory.mktemp("empty") / "articles.db"
    Store.open(path).close()
    with serving(path) as site:
        yield site


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site whose database a newer release migrates meanwhile."""
    path = tmp_path_factory.mktemp("migrated") / "articles.db"
    Store.open(path).close()
    with serving(path) as site:
        with closing(sqlite3.connect(path)) as newer:
            newer.execute("PRAGMA user_version = 999")
        yield site
