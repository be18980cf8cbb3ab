"""``scrapy crawl NAME``: Scrapy's command, with one-line errors and exit codes that are true."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from scrapy.commands import BaseRunSpiderCommand
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError
from scrapy.spiderloader import SpiderLoader

from portals.archive.wayback import VIA
from portals.catalogue import portals
from portals.commands import crawler_process, print_error, strip_control_chars, to_json
from portals.crawling.addons import seconds
from portals.crawling.arguments import ArgumentError, CrawlArguments
from portals.crawling.recording import Recording
from portals.crawling.run_log import RunLog
from portals.crawling.verdicts import EXIT_CODES, USAGE_ERROR
from portals.errors import PortalError, StorageError
from portals.network.replay_handler import open_replay
from portals.store.database import Store
from portals.store.portal_lock import PortalLock, PortalLockedError
from portals.timestamps import utc
from portals.urls import host_of


def portal_name(name: str, arguments: Mapping[str, str]) -> str:
    """Return under which name a spider's run stands in the database; a family has none itself."""
    if name in portals():
        return name
    return arguments.get("portal") or host_of(arguments["origin"])


class Command(BaseRunSpiderCommand):
    """Runs one portal and exits with its verdict."""

    requires_project = True
    requires_crawler_process = False  # made here, once the arguments are known to be good

    def syntax(self) -> str:
        """Return the syntax."""
        return "[options] <portal>"

    def short_desc(self) -> str:
        """Return the description."""
        return "Crawl one portal into the database; the exit code is the verdict"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--json``."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print the run as a JSON object")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Keep the log out of the way of the progress bar."""
        super().process_options(args, opts)
        assert self.settings is not None
        if sys.stderr.isatty() and self.settings.getpriority("LOG_LEVEL") != 40:
            self.settings.set("LOG_LEVEL", "WARNING", priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check what can be checked, crawl, and tell how it ended."""
        if len(args) != 1:
            raise UsageError("give the name of one portal; 'scrapy list' prints them")
        assert self.settings is not None
        names = SpiderLoader.from_settings(self.settings).list()
        if args[0] not in names:
            known = ", ".join(sorted(portals().keys() & set(names)))
            self.exitcode = print_error(
                f"there is no portal {args[0]!r}; there are {known}", USAGE_ERROR
            )
            return
        try:
            self._check(args[0], dict(opts.spargs))
            self._warn_of_the_gone(args[0], opts.spargs)
            lock = PortalLock(self.settings["DATABASE"], portal_name(args[0], opts.spargs))
            lock.acquire()
        except PortalLockedError as error:
            self.exitcode = self._locked(lock.portal, error, as_json=opts.json)
            return
        except (StorageError, OSError) as error:
            self.exitcode = print_error(error, EXIT_CODES["storage"])
            return
        except PortalError as error:
            self.exitcode = print_error(error, USAGE_ERROR)
            return
        self.settings.set("RECORD", value=True, priority="project")
        self.crawler_process = crawler_process(self.settings)
        crawler = self._create_crawler(args[0])
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        self.exitcode = self._tell(crawler, as_json=opts.json)

    def _check(self, name: str, arguments: dict[str, str]) -> None:
        """Find out before the crawl what would end it. Raises PortalError."""
        assert self.settings is not None
        if name not in portals():  # a family: it takes the portal's name, and needs an origin
            arguments.pop("portal", None)
            if "origin" not in arguments:
                raise ArgumentError(f"{name} reads any site of its system: give -a origin=")
        CrawlArguments.parse(arguments)
        seconds(str(self.settings["MAX_RUNTIME"] or 0), "MAX_RUNTIME")
        if self.settings["REPLAY"]:
            open_replay(self.settings["REPLAY"])
        Store.open(self.settings["DATABASE"]).close()

    def _warn_of_the_gone(self, name: str, arguments: Mapping[str, str]) -> None:
        """Say so where a portal is known to be gone, and where its pages may still be found."""
        assert self.settings is not None
        known = portals().get(name)
        is_live = not (arguments.keys() & {"origin", "via"} or self.settings["REPLAY"])
        if known and known.state == "gone" and is_live:
            since = f" since {known.since}" if known.since else ""
            print(
                f"{name} is gone{since}: {known.evidence};"
                f" public archives may have it: scrapy crawl {name} -a via={VIA}",
                file=sys.stderr,
            )

    def _locked(self, portal: str, error: PortalLockedError, *, as_json: bool) -> int:
        """Record the run that could not begin, and say so."""
        assert self.settings is not None
        store = Store.open(self.settings["DATABASE"])
        now = datetime.now(UTC)
        run_id = store.start_run(portal, now)
        store.update_run(
            run_id, {"verdict": "locked", "reason": str(error), "finished_at": utc(now)}
        )
        store.close()
        if as_json:
            row = {"portal": portal, "verdict": "locked", "reason": str(error), "run_id": run_id}
            print(to_json(row))
        else:
            print(f"{portal}: locked")
        return print_error(error, EXIT_CODES["locked"])

    def _tell(self, crawler: Crawler, *, as_json: bool) -> int:
        run_log = _run_log_of(crawler)
        if run_log is None or (run_log.run_id == 0 and not run_log.guard.has_failed):
            return print_error("the crawl did not start, see the log above", EXIT_CODES["crashed"])
        if as_json:
            print(to_json(run_log.as_row()))
        else:
            print(strip_control_chars(run_log.summary()))
        return EXIT_CODES[run_log.judgement.verdict]


def _run_log_of(crawler: Crawler) -> RunLog | None:
    try:
        recording = crawler.get_extension(Recording)
    except RuntimeError:  # the crawl failed before its extensions stood
        return None
    return recording.run_log if recording else None
