"""What ``scrapy crawlall`` does."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from scrapy.exceptions import UsageError

from portals.actions.base import Installation
from portals.actions.night import Night
from portals.actions.process import parent_pipe
from portals.actions.terminal import with_progress
from portals.catalogue import portals
from portals.commands.crawlall import Command
from portals.commands.output import discard_stdout, print_note, print_rows
from portals.crawling.arguments import ArgumentError, CrawlArguments
from portals.crawling.exit_codes import EXIT_CODES
from portals.errors import PortalError, StorageError
from portals.network.replay_handler import open_replay
from portals.operations.choosing import choice_of
from portals.operations.nights import is_unreachable, without_output
from portals.recipes import broken_spiders, unknown_spider
from portals.store.database import Store
from portals.store.similar import queue_length, update

_SHOWN = ("portal", "verdict", "new", "changed", "known", "rejected", "requests", "reason")


class Action(Command, Installation):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if args or opts.jobs < 1:
            raise UsageError("crawlall takes options only, see 'scrapy crawlall -h'")
        self._check(opts)
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
        elif is_live and not choice.states:
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
        options = [part for pair in opts.set for part in ("-s", pair)]
        options += [part for pair in opts.spargs for part in ("-a", pair)]
        options += ["--now"] if opts.now else []
        rows = []
        children = _Children()
        with children, _bar() as bar, ThreadPoolExecutor(opts.jobs) as pool:
            task = bar.add_task("portals", total=len(names))
            running = [pool.submit(_crawl_one, name, options, children) for name in names]
            for done in as_completed(running):
                row = _with_news(done.result(), is_live=not self.config["REPLAY"])
                rows.append(row)
                bar.update(task, advance=1, description=row["portal"])
                if not bar.console.is_terminal and not is_unreachable(row):
                    print_note(f"{row['portal']}: {row['verdict']}")
        return rows


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


class _Children:
    """The running crawls. SIGINT, SIGTERM and SIGHUP end them, and no further one starts.

    They end cleanly, also if this process is killed, and the next run resumes them. SIGHUP is left
    alone where it was ignored from the start (nohup).
    """

    def __init__(self) -> None:
        self._terminals = [file for file in (1, 2) if os.isatty(file)]
        self.is_stopped = False
        self._running: set[subprocess.Popen[str]] = set()
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        is_ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        hangup = () if is_ignored else (signal.SIGHUP,)
        for number in (signal.SIGINT, signal.SIGTERM, *hangup):
            self._before[number] = signal.signal(number, self._stop)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _stop(self, number: int, _: object) -> None:
        self.is_stopped = True
        if number == signal.SIGHUP:
            self._leave_terminal()
        for child in list(self._running):
            child.send_signal(signal.SIGTERM)

    def _leave_terminal(self) -> None:
        """Write to the null device: a terminal that hung up gives errors before alerts go out."""
        for file in self._terminals:
            os.dup2(os.open(os.devnull, os.O_WRONLY), file)

    def run(self, command: list[str]) -> tuple[int, str]:
        """Run a child process and return its exit code and output."""
        with (
            parent_pipe() as pipe,
            subprocess.Popen(  # noqa: S603 - our own interpreter
                command,
                stdin=pipe,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,  # so that Ctrl-C reaches the children once, through us
            ) as child,
        ):
            self._running.add(child)
            if self.is_stopped:
                child.send_signal(signal.SIGTERM)
            out, _ = child.communicate()
            self._running.discard(child)
        return child.returncode, out


def _crawl_one(name: str, options: list[str], children: _Children) -> dict[str, Any]:
    if children.is_stopped:
        return dict.fromkeys(_SHOWN) | without_output(name, 0, is_stopped=True)
    command = [sys.executable, "-m", "scrapy", "crawl", name, "--json", "-s", "PROGRESS=0"]
    command += ["-s", "END_WITH_PARENT=1"]
    code, out = children.run([*command, "-s", "LOG_LEVEL=WARNING", *options])
    found = next(_json_lines(out), None)
    if found is None:
        found = without_output(name, code, is_stopped=children.is_stopped)
    return dict.fromkeys(_SHOWN) | found


def _with_news(row: dict[str, Any], *, is_live: bool) -> dict[str, Any]:
    """Return the row of a run; where a portal that was gone answers, its reason says so."""
    known = portals().get(row["portal"])
    is_back = known and known.state == "gone" and row["verdict"] in ("ok", "drift")
    if not is_back or not is_live or not row["requests"]:
        return row
    news = f"{row['portal']} is back: the catalogue says that it is gone; change its state"
    print_note(news)
    return row | {"reason": "; ".join(filter(None, [news, row["reason"]]))}


def _json_lines(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        if line.startswith("{"):
            yield json.loads(line)
