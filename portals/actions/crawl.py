"""What ``scrapy crawl`` does."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from portals.actions.process import crawler_process, end_with_parent, treat_hangup_as_term
from portals.actions.runner import Runner, portal_name, row_of
from portals.actions.shared_process import FROM_INPUT, SharedProcess
from portals.commands.crawl import Command
from portals.commands.output import print_error, print_outcome, to_json
from portals.crawling.exit_codes import EXIT_CODES

if TYPE_CHECKING:
    from portals.cluster.portal_lock import ClusterPortalLock


class Action(Command, Runner):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("give the name of one portal; 'scrapy list' prints them")
        if args == [FROM_INPUT]:
            self._prepare(opts)
            SharedProcess(self, opts.spargs).run()
            return
        lock = None
        if self.config["CLUSTER_URL"] and not self.config["REPLAY"]:
            lock = self._admit_to_cluster(args[0], opts.spargs)
        else:
            self.admit(args[0], opts.spargs, as_json=opts.json)  # the lock ends with the process
        self._prepare(opts)
        if self.config.getbool("END_WITH_PARENT"):
            end_with_parent()
        self.crawler_process = crawler_process(self.config)
        crawler = self._create_crawler(args[0])
        if lock is not None:
            lock.give_to(crawler)
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        found = row_of(crawler)
        if found is None:
            code = EXIT_CODES["crashed"]
            self.exitcode = print_error("the crawl did not start, see the log above", code)
            return
        row, summary = found
        print_outcome(to_json(row) if opts.json else summary)
        self.exitcode = EXIT_CODES[row["verdict"]]

    def _admit_to_cluster(self, name: str, given: Mapping[str, str]) -> ClusterPortalLock:
        """Check a crawl whose state is in PostgreSQL, and take its portal's lock there.

        Raises PortalError.
        """
        from portals.cluster.portal_lock import (  # noqa: PLC0415 - nothing without CLUSTER_URL
            ClusterPortalLock,
            Ticket,
        )

        self.check_crawl(name, given)
        lock = ClusterPortalLock(str(self.config["CLUSTER_URL"]), portal_name(name, given))
        job, worker = (self.config.getint(setting) for setting in ("JOB", "WORKER"))
        lock.acquire(
            takes_over=self.config.getbool("TAKE_OVER"),
            ticket=Ticket(job, worker) if job else None,
        )
        self.config.set("ON_NODE", value=True, priority="project")
        return lock

    def _prepare(self, opts: argparse.Namespace) -> None:
        if opts.now:
            self.config.set("RETRY_NOW", value=True, priority="cmdline")
        treat_hangup_as_term()
        self.config.set("RECORD", value=True, priority="project")
