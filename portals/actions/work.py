"""What ``scrapy work`` does."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process

from scrapy.exceptions import UsageError

from portals.actions.base import Installation
from portals.actions.clusters import cluster_url
from portals.cluster.jobs import (
    Before,
    CrawlJob,
    DeadCrawlError,
    FailedCrawlError,
    Node,
    UnfinishedError,
)
from portals.commands.output import print_note, print_outcome
from portals.commands.work import Command
from portals.crawling.exit_codes import EXIT_CODES

_STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Action(Command, Installation):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if args or opts.jobs < 1 or opts.stale_after <= 0:
            raise UsageError("work takes options only, see 'scrapy work -h'")
        for name in ("procrastinate", "psycopg.pool"):  # what they log, the node says in one line
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self.url = cluster_url(self.config)
        self.done = 0
        self._running: set[Process] = set()
        asyncio.run(self._work(opts.jobs, opts.stale_after))
        print_outcome(f"{self.done} crawls done")

    async def _work(self, at_once: int, stale_after: float) -> None:
        node = Node(self.url, self._crawl, print_note, at_once, stale_after)
        self._is_stopped = False

        def stop() -> None:
            self._is_stopped = True
            node.stop()
            for child in list(self._running):
                child.send_signal(signal.SIGTERM)

        loop = asyncio.get_running_loop()
        for number in _STOPS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, stop)
        await node.work()

    async def _crawl(self, job: CrawlJob) -> None:
        """Crawl a portal in a process of its own. Raises UnfinishedError."""
        settings = {
            "PROGRESS": 0, "LOG_LEVEL": "WARNING", "END_WITH_PARENT": 1,
            "TAKE_OVER": int(job.before is Before.STALE),
            "COUNT_DEATHS": int(job.before is Before.DIED),
            "JOB": job.ticket.job, "WORKER": job.ticket.worker,
        }  # fmt: skip
        command = ["-m", "scrapy", "crawl", job.portal]
        command += [part for pair in settings.items() for part in ("-s", "{}={}".format(*pair))]
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            *job.options,
            stdin=PIPE,  # it is closed when this process ends, however it ends
            stdout=PIPE,
            env={**os.environ, "CLUSTER_URL": self.url},  # arguments can be read by others
            start_new_session=True,
        )
        self._running.add(child)
        if self._is_stopped:
            child.send_signal(signal.SIGTERM)
        assert child.stdout is not None
        out = (await child.stdout.read()).decode("utf-8", "replace")
        code = await child.wait()
        self._running.discard(child)
        line = out.strip().splitlines()[-1] if out.strip() else f"{job.portal}: ended with {code}"
        print_note(line)
        check_end(code, line, is_stopped=self._is_stopped)
        self.done += 1


def check_end(code: int, line: str, *, is_stopped: bool) -> None:
    """Raise UnfinishedError for a portal that is to be crawled again, and FailedCrawlError.

    A portal that is locked is either crawled by hand, or its lock is that of a dead machine.
    """
    is_cut = is_stopped and code == EXIT_CODES["incomplete"]
    if code < 0:
        raise DeadCrawlError(line)
    if is_cut or code in (EXIT_CODES["storage"], EXIT_CODES["locked"]):
        raise UnfinishedError(line)
    if code == EXIT_CODES["crashed"] or code not in EXIT_CODES.values():
        raise FailedCrawlError(line)
