"""Several portals in one process: their names come at standard input, their rows go out.

``scrapy crawl -`` is what ``crawlall`` starts. A line of the input is a portal, which is crawled at
once beside those that are open; the line ``.`` says that none follows. For each portal a line of
JSON is printed when its run has ended. When the input ends, also after that line, the parent has
died, and all runs end as after SIGTERM.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from scrapy.crawler import Crawler

from portals.actions.process import crawler_process, log_portal
from portals.actions.runner import REFUSED, Runner, row_of
from portals.commands.base import REPORTED, exit_code_of
from portals.commands.output import print_note, print_outcome, to_json
from portals.crawling.exit_codes import EXIT_CODES
from portals.operations.nights import without_output

logger = logging.getLogger(__name__)

FROM_INPUT = "-"
"""In the place of a portal's name: portals are named at standard input."""

NO_MORE = "."
"""The line after the last name."""


class SharedProcess:
    """The crawls of a process; each has its own lock, run, log lines and row.

    ``given``: the spider arguments, which all have in common.
    """

    def __init__(self, runner: Runner, given: Mapping[str, str]) -> None:
        self._runner = runner
        self._given = given
        self._process = crawler_process(runner.config, names_portals=True)
        self._open: dict[str, Crawler | None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_last = False

    def run(self) -> None:
        """Crawl until the last portal's run has ended, or a signal ends them all."""
        from twisted.internet import reactor  # noqa: PLC0415 - the process has installed one

        self._reactor: Any = reactor
        self._reactor.callWhenRunning(threading.Thread(target=self._read, daemon=True).start)
        self._process.start(stop_after_crawl=False)
        for name, crawler in self._open.items():  # a signal came
            if crawler is not None:
                self._tell(name, crawler)

    def _read(self) -> None:
        with os.fdopen(os.dup(0), encoding="utf-8") as names:
            for line in names:
                self._reactor.callFromThread(self._take, line.strip())
        os.kill(os.getpid(), signal.SIGTERM)

    def _take(self, name: str) -> None:
        if name == NO_MORE:
            self._is_last = True
            self._end_if_done()
        elif not self._process.is_stopping:  # else the parent sees that it is not answered for
            self._open[name] = None
            task = asyncio.ensure_future(self._crawl(name))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _crawl(self, name: str) -> None:
        log_portal.set(name)
        try:
            lock = self._runner.admit(name, self._given, as_json=True)
            try:
                crawler = self._open[name] = self._process.create_crawler(name)
                await self._process.crawl(crawler, **self._given)
            finally:
                lock.release()
            self._tell(name, crawler)
        except REPORTED as error:
            self._refuse(name, error)
        except Exception:
            logger.exception("the crawl did not start")
            self._tell(name, None)
        finally:
            del self._open[name]
            self._end_if_done()

    def _refuse(self, name: str, error: BaseException) -> None:
        message = self._runner.in_words(error)
        print_note(f"error: {name}: {message}")
        if not isinstance(error, REFUSED):
            row = without_output(name, exit_code_of(error), is_stopped=False)
            print_outcome(to_json(row | {"reason": str(message)}))

    def _tell(self, name: str, crawler: Crawler | None) -> None:
        found = row_of(crawler) if crawler else None
        crashed = without_output(name, EXIT_CODES["crashed"], is_stopped=False)
        print_outcome(to_json(found[0] if found else crashed))

    def _end_if_done(self) -> None:
        if self._is_last and not self._open:
            with suppress(RuntimeError):  # a signal has stopped it
                self._reactor.stop()
