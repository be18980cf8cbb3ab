"""Crawls that archive what they fetch, and what is done with the archive."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.support.commands import command, scrapy
from tests.support.federation import FRAME
from tests.support.http_server import FakePortal
from tests.support.pages.themes import Item, danaweb_1
from tests.support.processes import Done

OWN = {"run_id", "page_id", "first_seen_at", "last_seen_at", "seen_at"}
"""Columns that may differ between a crawl and the re-extraction of its archive."""


def crawl(portal: FakePortal, folder: Path, *more: str, name: str = "haiphong") -> Done:
    return scrapy(*arguments(portal, folder, *more, name=name))


def arguments(
    portal: FakePortal, folder: Path, *more: str, name: str = "haiphong"
) -> tuple[str, ...]:
    return (
        *command(name, portal.origin, folder / "a.db"), "-s", f"ARCHIVE_DIR={folder / 'archive'}",
        *more,
    )  # fmt: skip


def reextract(folder: Path, *more: str | Path, database: str = "b.db") -> Done:
    return scrapy(
        "reextract", *more, "-s", f"DATABASE={folder / database}",
        "-s", f"ARCHIVE_DIR={folder / 'archive'}",
    )  # fmt: skip


def archive(folder: Path, *words: str | Path, database: str = "a.db") -> Done:
    return scrapy(
        "archive", *words, "-s", f"DATABASE={folder / database}",
        "-s", f"ARCHIVE_DIR={folder / 'archive'}",
    )  # fmt: skip


def edit(portal: FakePortal, item: Item) -> None:
    """Let the portal add a paragraph to an article."""
    text = replace(item.text, paragraphs=[*item.text.paragraphs, "Tin thêm."])
    portal.pages[item.url] = replace(portal.pages[item.url], body=danaweb_1(text, FRAME))


def without(tables: dict[str, list[dict[str, Any]]], names: set[str]) -> dict[str, Any]:
    """Rows by what they say, whatever their keys are."""
    titles = {row["id"]: row["title"] for row in tables["articles"]}
    return {
        table: sorted(
            (
                {
                    key: titles[value] if key == "article_id" else value
                    for key, value in row.items()
                    if key not in names | {"id"}
                }
                for row in found
            ),
            key=str,
        )
        for table, found in tables.items()
    }


def files(folder: Path) -> list[Path]:
    return sorted((folder / "archive").rglob("*.warc.gz"))


def aged(folder: Path) -> None:
    """Let every page be two years older than it is."""
    with closing(sqlite3.connect(folder / "a.db")) as connection, connection:
        connection.execute("UPDATE pages SET fetched_at = '2023' || substr(fetched_at, 5)")
