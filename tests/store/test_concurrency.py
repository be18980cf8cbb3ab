"""Several crawls and readers share one file: nobody is turned away and nothing is lost.

At night they do so for half a minute as well.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing.managers import SyncManager
from pathlib import Path
from threading import Event

import pytest

from portals.article import Article
from portals.contract import normalise
from portals.store.crawl_state import CrawlState, PageVisit
from portals.store.database import Store
from portals.store.request_queue import QueuedRequest, RequestQueue
from tests.support.database import rows
from tests.support.pages.prose import story

NOW = datetime(2025, 1, 1, 3, 0, tzinfo=UTC)
WRITERS, READERS = 4, 2
SPAWN = multiprocessing.get_context("spawn")


def article(portal: str, number: int) -> Article:
    told = story(number)
    return normalise(
        Article(
            portal=portal,
            url=f"http://{portal}.example.vn/bai-{number}.html",
            title=told.title,
            body="\n\n".join(told.paragraphs),
            external_id=str(number),
            fetched_at=NOW,
        )
    )


def write(path: Path, writer: int, goes_on: Callable[[int], bool]) -> int:
    """Write pages as a crawl does, one transaction each, and return how many."""
    portal = f"cong-doan-{writer}"
    store = Store.open(path)
    queue, memory = RequestQueue(store, portal), CrawlState(store, portal)
    run_id = store.runs.start_run(portal, NOW)
    written = 0
    while goes_on(written):
        page = article(portal, written * WRITERS + writer)
        queue.add([QueuedRequest(page.url, page.url, {"callback": "parse"})])
        (lease,) = queue.lease(1)
        with store.writing():
            store.articles.save(page, run_id)
            memory.save_visit(
                PageVisit(lease.key, lease.url, "article", 200, "2025-01-01", "2025-01-01")
            )
            queue.finish(lease.id, failed=False)
        written += 1
    store.close()
    return written


def write_count(path: Path, writer: int, count: int) -> int:
    return write(path, writer, lambda written: written < count)


def write_for(path: Path, writer: int, seconds: float) -> int:
    end = time.monotonic() + seconds
    return write(path, writer, lambda _: time.monotonic() < end)


def read(path: Path, is_over: Event) -> list[str]:
    """Read until it is over; return what was seen that no reader may see."""
    store = Store.open_to_read(path)
    before, wrong = 0, []
    while not is_over.is_set():
        (counts,) = store.db.query(
            "SELECT (SELECT count(*) FROM articles) AS articles,"
            " (SELECT count(*) FROM sightings) AS sightings,"
            " (SELECT count(*) FROM page_visits) AS visits,"
            " (SELECT count(*) FROM frontier WHERE state = 'done') AS done"
        )
        if len(set(counts.values())) > 1 or counts["articles"] < before:
            wrong.append(str(counts))
        before = counts["articles"]
    store.close()
    return wrong


def share(path: Path, writer: Callable[[Path, int, int], int], amount: int) -> int:
    """Let writers and readers share the file; return how many pages were written."""
    Store.open(path).close()
    with SyncManager(ctx=SPAWN) as manager, ProcessPoolExecutor(WRITERS + READERS, SPAWN) as pool:
        is_over = manager.Event()
        readers = [pool.submit(read, path, is_over) for _ in range(READERS)]
        writers = [pool.submit(writer, path, n, amount) for n in range(WRITERS)]
        try:
            written = sum(future.result() for future in writers)
        finally:
            is_over.set()
        assert [future.result() for future in readers] == [[]] * READERS
    return written


def check(path: Path, written: int) -> None:
    for table in ("articles", "revisions", "sightings", "visits", "frontier"):
        assert rows(path, f"SELECT count(*) AS n FROM {table}") == [{"n": written}], table
    assert rows(path, "PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    assert rows(path, "PRAGMA foreign_key_check") == []


def test_four_writers_and_two_readers_share_one_file(tmp_path: Path) -> None:
    written = share(tmp_path / "a.db", write_count, 30)

    assert written == 4 * 30
    check(tmp_path / "a.db", written)


@pytest.mark.nightly
def test_they_share_it_for_half_a_minute(tmp_path: Path) -> None:
    written = share(tmp_path / "a.db", write_for, 30)

    print(f"\n{WRITERS} writers, {READERS} readers, 30 s: {written} pages, 3 transactions each")
    check(tmp_path / "a.db", written)


def test_two_processes_that_open_a_new_file_at_once_both_can(tmp_path: Path) -> None:
    with ProcessPoolExecutor(WRITERS, SPAWN) as pool:
        futures = [pool.submit(write_count, tmp_path / "a.db", n, 1) for n in range(WRITERS)]

        assert [future.result() for future in futures] == [1] * WRITERS


def test_a_writer_that_fails_leaves_nothing_and_holds_nobody_up(tmp_path: Path) -> None:
    first, second = Store.open(tmp_path / "a.db"), Store.open(tmp_path / "a.db")
    with pytest.raises(RuntimeError), first.writing():  # noqa: PT012
        first.runs.start_run("haiphong", NOW)
        raise RuntimeError

    assert second.runs.start_run("ldtd", NOW) == 1
    first.close()
    second.close()


def test_a_reader_sees_nothing_of_an_open_transaction(tmp_path: Path) -> None:
    writer = Store.open(tmp_path / "a.db")
    reader = Store.open_to_read(tmp_path / "a.db")
    with writer.writing():
        writer.runs.start_run("haiphong", NOW)

        assert reader.db.table("runs").count == 0
    assert reader.db.table("runs").count == 1
    reader.close()
    writer.close()
