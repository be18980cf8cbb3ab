"""Page results that are ready together are stored together, and none waits for long."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from portals.crawling.commit_batch import CommitBatch
from portals.crawling.page_result import CrawlContext, PageResult, RequestedPage


class Storage:
    """Keeps what is stored together; refuses it if ``error`` is set."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.batches: list[list[str]] = []

    def store(self, results: Sequence[PageResult]) -> None:
        """Keep the paths of the pages."""
        if self.error:
            raise self.error
        self.batches.append([result.request.url.rpartition("/")[2] for result in results])


def page_result(name: str) -> PageResult:
    """Return what a page gave."""
    page = RequestedPage(1, name, f"http://cd.example.vn/{name}", "article")
    return PageResult(CrawlContext("haiphong", 1), page, "2025-03-01T02:00:00+00:00")


def commit(storage: Storage, names: Sequence[str], open_pages: int) -> None:
    """Commit the results of pages, all of which are ready at once."""

    async def work() -> None:
        batch = CommitBatch(storage.store)
        await asyncio.gather(*(batch.add(page_result(name), open_pages) for name in names))

    asyncio.run(work())


def test_a_page_that_no_other_can_join_is_stored_at_once() -> None:
    storage = Storage()
    commit(storage, ["a", "b"], open_pages=1)
    assert storage.batches == [["a"], ["b"]]


def test_pages_that_are_ready_together_are_stored_together() -> None:
    storage = Storage()
    commit(storage, ["a", "b", "c"], open_pages=3)
    assert storage.batches == [["a", "b", "c"]]


def test_a_batch_does_not_wait_for_a_page_that_is_on_its_way() -> None:
    storage = Storage()
    commit(storage, ["a", "b"], open_pages=8)  # six others have no answer yet, and get none
    assert storage.batches == [["a", "b"]]


def test_every_page_of_a_batch_learns_that_it_was_not_stored() -> None:
    async def work() -> list[object]:
        batch = CommitBatch(Storage(OSError("full")).store)
        waiting = (batch.add(page_result(name), 2) for name in ("a", "b"))
        return list(await asyncio.gather(*waiting, return_exceptions=True))

    assert [str(error) for error in asyncio.run(work())] == ["full", "full"]
