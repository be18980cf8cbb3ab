"""What ``scrapy crawlall`` does."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from scrapy.exceptions import UsageError

from portals.actions.base import Installation
from portals.actions.children import Children, Crawls
from portals.actions.night import Night, with_news
from portals.actions.terminal import with_progress
from portals.catalogue import portals
from portals.commands.crawlall import Command
from portals.commands.output import discard_stdout, print_note, print_rows
from portals.crawling.arguments import ArgumentError, CrawlArguments
from portals.crawling.exit_codes import EXIT_CODES
from portals.errors import PortalError, StorageError
from portals.network.replay_handler import open_replay
from portals.operations.choosing import choice_of
from portals.operations.nights import is_unreachable
from portals.recipes import broken_spiders, unknown_spider
from portals.store.database import Store
from portals.store.portal_lock import PortalLock, PortalLockedError
from portals.store.similar import queue_length, update
from portals.timestamps import utc_now

_SHOWN = ("portal", "verdict", "new", "changed", "known", "rejected", "requests", "reason")


_OF_A_MACHINE = frozenset(["CLUSTER_URL", "DATABASE", "ARCHIVE_DIR"])


class Action(Command, Installation):
    """See the command's declaration."""

    night: Night | None = None

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if args or opts.jobs < 1 or opts.per_process < 1:
            raise UsageError("crawlall takes options only, see 'scrapy crawlall -h'")
        self._check(opts)
        if self.config["CLUSTER_URL"] and not self.config["REPLAY"]:
            self._defer(opts)
            return
        is_new = not Path(self.database).exists()
        self.night = Night(self.config, is_live=self._is_live(opts))
        wanted = self._wanted(opts)
        if is_new and wanted:
            print_note(f"new database {self.database}")
        rows = sorted(self._crawl(wanted, opts), key=lambda row: wanted.index(row["portal"]))
        rows = self.night.judge([*rows, *self._broken(opts)])
        self.night.record(rows)
        counted = [row for row in rows if not self.night.is_expected(row)]
        self.night.beat(counted)
        self._compare()
        self.night.write_metrics(rows)
        self.exitcode = max((EXIT_CODES.get(row["verdict"], 17) for row in counted), default=0)
        try:
            shown = [{name: row.get(name) for name in _SHOWN} for row in rows]
            print_rows(shown, as_json=opts.json)
        except OSError as error:  # the verdicts hold even if they cannot be printed
            discard_stdout()
            print_note(f"warning: standard output cannot be written: {error}")

    def _defer(self, opts: argparse.Namespace) -> None:
        """Put the portals into the queue of the cluster; its nodes crawl them."""
        from portals.cluster.jobs import defer  # noqa: PLC0415 - nothing without CLUSTER_URL

        if Path(self.database).exists():  # else nothing is known of nights before
            self.night = Night(self.config, is_live=self._is_live(opts))
        names = self._wanted(opts)
        # A node has its own, and passwords are for the environment.
        opts.set = [pair for pair in opts.set if pair.partition("=")[0] not in _OF_A_MACHINE]
        found = defer(str(self.config["CLUSTER_URL"]), names, _options(opts))
        rows = [
            {"portal": name, "job": "added" if is_new else "waits already"}
            for name, is_new in found.items()
        ]
        print_rows(rows, as_json=opts.json)

    def _check(self, opts: argparse.Namespace) -> None:
        """Check arguments and files before a database is made. Raises PortalError."""
        if wrong := next((pair for pair in opts.spargs if "=" not in pair), None):
            raise ArgumentError(f"-a {wrong} has no value; expected NAME=VALUE")
        CrawlArguments.parse(dict(pair.split("=", 1) for pair in opts.spargs))
        known = self.known_portals()
        if unknown := [name for name in _split(opts.only) if name not in known]:
            raise PortalError(unknown_spider(self.config, unknown[0]))
        choice_of(portals().values(), opts.kind, opts.province, opts.cms, opts.state)
        self.check_replay()
        self.check_proxies()

    def _wanted(self, opts: argparse.Namespace) -> list[str]:
        """Return the names of the portals to crawl. Raises PortalError."""
        catalogue, only = portals(), _split(opts.only)
        names = only or self.crawled_portals()
        rows = [catalogue[name] for name in names]
        is_copy = _is_copy(opts)
        is_live = not only and self._is_live(opts)
        if opts.state and not is_live:
            print_note("--state is left out: it chooses among live crawls without --only")
        state = opts.state if is_live else None
        choice = choice_of(catalogue.values(), opts.kind, opts.province, opts.cms, state)
        rows = [row for row in rows if choice.covers(row)]
        if self.config["REPLAY"] and not only:
            archived = open_replay(self.config["REPLAY"]).hosts()
            own = {*archived, *(host.removeprefix("www.") for host in archived)}
            rows = [row for row in rows if is_copy or row.host in own]
        elif is_live and not choice.states and self.night:
            rows = self.night.choose(rows)
        if not rows:
            print_note("no portal is chosen; 'scrapy portals' with the same options prints them")
        return list(dict.fromkeys(row.name for row in rows))

    def _broken(self, opts: argparse.Namespace) -> list[dict[str, Any]]:
        """Return a row for every portal whose spider file cannot be loaded."""
        if opts.only:
            return []
        broken = broken_spiders(self.config)
        return [
            dict.fromkeys(_SHOWN) | {"portal": name, "verdict": "crashed", "reason": fault}
            for name, fault in broken.items()
            if name in portals()
        ]

    def _compare(self) -> None:
        """Update near-duplicate pairs for the new articles; the rest is processed next time."""
        if not Path(self.database).exists():
            return  # no portal was chosen
        try:
            with closing(Store.open(self.database)) as store:
                for _ in with_progress(update(store), queue_length(store), "comparing"):
                    pass
        except (StorageError, sqlite3.Error) as error:
            print_note(f"warning: articles are not compared: {error}")
        except KeyboardInterrupt:
            print_note("warning: articles are not compared: interrupted")

    def _is_live(self, opts: argparse.Namespace) -> bool:
        """Return True if the portals themselves are asked, not copies of them."""
        return not (_is_copy(opts) or self.config["REPLAY"])

    def _crawl(self, names: list[str], opts: argparse.Namespace) -> list[dict[str, Any]]:
        options, night = _options(opts), self.night
        assert night is not None
        alone = [name for name in names if name in night.fragile]
        together = [name for name in names if name not in night.fragile]
        at_once = 1 if _is_copy(opts) else opts.per_process
        children, rows = Children(), []
        crawls = Crawls(children, options, opts.jobs, at_once, self._on_death)
        with children, _bar() as bar:
            task = bar.add_task("portals", total=len(names))
            for found in crawls.rows(together, alone):
                whole = dict.fromkeys(_SHOWN) | found
                row = with_news(whole, is_live=not self.config["REPLAY"])
                rows.append(row)
                bar.update(task, advance=1, description=row["portal"])
                if not bar.console.is_terminal and not is_unreachable(row):
                    print_note(f"{row['portal']}: {row['verdict']}")
        return rows

    def _on_death(self, code: int, names: Sequence[str]) -> None:
        """Say that a process died with several portals, and end their runs."""
        print_note(
            f"a process died ({code}) that crawled {', '.join(names)};"
            " each is crawled again in a process of its own"
        )
        try:
            with closing(Store.open(self.database)) as store:
                for name in names:
                    # The run of one that is locked is another process's.
                    with suppress(PortalLockedError), PortalLock(self.database, name).hold():
                        store.runs.end_run_of_shared_process(name, utc_now())
        except (StorageError, OSError, sqlite3.Error) as error:
            print_note(f"warning: the runs of {', '.join(names)} are not ended: {error}")


def _options(opts: argparse.Namespace) -> list[str]:
    """Return the options of every crawl."""
    options = [part for pair in opts.set for part in ("-s", pair)]
    options += [part for pair in opts.spargs for part in ("-a", pair)]
    return [*options, "--now"] if opts.now else options


def _is_copy(opts: argparse.Namespace) -> bool:
    return any(pair.partition("=")[0] in ("origin", "via") for pair in opts.spargs)


def _split(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def _bar() -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("portals"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
