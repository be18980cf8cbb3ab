"""Page results that are ready together, so that one transaction stores them all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from portals.crawling.page_result import PageResult

_SECONDS = 0.05
"""Longest wait of a result. A page in a batch is in flight, and requested again after a kill."""


class CommitBatch:
    """Collects results and stores them once no other page can join them, or after 50 ms."""

    def __init__(self, store: Callable[[Sequence[PageResult]], None]) -> None:
        self._store = store
        self._results: list[PageResult] = []
        self._stored: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def add(self, result: PageResult, open_pages: int) -> None:
        """Store ``result``, with others, and return once that is done.

        ``open_pages``: number of pages that were requested and are not stored, those in the batch
        included. Where the batch holds them all, waiting would gain nothing. Raises what the
        storing raises, for each result of the batch.
        """
        self._results.append(result)
        if self._stored is None:
            self._stored = asyncio.get_running_loop().create_future()
        stored = self._stored
        if len(self._results) >= open_pages:
            self._close()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_SECONDS, self._close)
        await stored

    def _close(self) -> None:
        results, self._results = self._results, []
        stored, self._stored = self._stored, None
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        assert stored is not None, "a batch is closed once"
        try:
            self._store(results)
        except Exception as error:  # noqa: BLE001 - raised where the results are waited for
            stored.set_exception(error)
        else:
            stored.set_result(None)
