"""What a cluster stored, to be compared with what one machine stores."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from portals.archive.records import Record, read_records
from portals.cluster import outbox, schema
from portals.cluster.collector import Collector
from portals.cluster.postgres import close, connect
from portals.store.database import Store
from tests.support.database import rows
from tests.support.processes import Process, start

_COMPARED = (
    "articles", "revisions", "sightings", "images", "attachments", "edits", "rejects", "runs",
    "listings", "listing_pages", "page_visits", "pages", "page_parts", "url_patterns",
    "learned_themes", "recurring_lines", "skipped_urls", "similarity_queue", "holds", "robots",
)  # fmt: skip
_ID_OR_TIME = re.compile(
    r"(?:^|_)(?:id|ids|at|since|until)$|^(?:started|repeats|offset|length|arguments|resumes|interrupted)"
)
"""Columns with ids, times and places in files."""


def stored(database: Path, *, left_out: Collection[str] = ()) -> dict[str, list[str]]:
    """Return the rows of all tables but for ids, times and places, sorted, by table.

    ``left_out``: further columns.
    """

    def compared(row: dict[str, Any]) -> str:
        names = [name for name in row if not _ID_OR_TIME.search(name) and name not in left_out]
        return repr({name: row[name] for name in names})

    return {
        table: sorted(map(compared, rows(database, f"SELECT * FROM {table}")))
        for table in _COMPARED
    }


def archived(folder: Path) -> list[tuple[str, str | None, bytes]]:
    """Return kind, URL and payload of all records of the archives, sorted."""
    found = []
    for path in folder.rglob("*.warc.gz"):
        for record in read_records(path):
            assert isinstance(record, Record), f"{path} is damaged: {record}"
            if record.kind != "warcinfo":
                found.append((record.kind, record.url, record.block.rpartition(b"\r\n\r\n")[2]))
    return sorted(found, key=repr)


def begin(url: str) -> None:
    """Create the tables of a cluster."""
    connection = connect(url, "test")
    schema.init(connection)
    close(connection)


def collect(url: str, database: Path) -> int:
    """Apply the whole outbox in this process; return the number of entries."""
    connection = connect(url, "collector")
    applied = 0
    with closing(Store.open(database)) as store:
        collector = Collector(
            store, connection, database.parent / "archive", 10**9, Path(f"{database}.collecting")
        )
        collector.start()
        while found := collector.step():
            applied += found
        collector.close()
        assert outbox.backlog(connection).entries == 0
    close(connection)
    return applied


@contextmanager
def service(url: str, log: Path, *arguments: str | Path) -> Iterator[Process]:
    """Run ``collect`` or ``work``, its words in ``log``; it is killed at the end."""
    with log.open("wb") as out, Path(os.devnull).open("rb") as nothing:
        process = start("scrapy", arguments, nothing, out, out, {"CLUSTER_URL": url})
    try:
        yield process
    finally:
        process.kill()
        process.wait()
