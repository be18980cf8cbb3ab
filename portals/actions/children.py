"""The processes of ``crawlall``: what they crawl, and how they end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from typing import Any

from portals.actions.process import parent_pipe
from portals.actions.shared_process import FROM_INPUT, NO_MORE
from portals.operations.nights import without_output

Row = dict[str, Any]
Tell = Callable[[Row], None]


class Children:
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

    @contextmanager
    def started(self, name: str, options: Sequence[str]) -> Iterator[tuple[Any, int]]:
        """Start ``scrapy crawl NAME``; give the process, and the pipe that it may read from.

        The process has ended when the block has.
        """
        command = [sys.executable, "-m", "scrapy", "crawl", name, "--json", "-s", "PROGRESS=0"]
        command += ["-s", "END_WITH_PARENT=1", "-s", "LOG_LEVEL=WARNING", *options]
        with (
            parent_pipe() as (read_end, write_end),
            subprocess.Popen(  # noqa: S603 - our own interpreter
                command,
                stdin=read_end,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,  # so that Ctrl-C reaches the children once, through us
            ) as child,
        ):
            self._running.add(child)
            if self.is_stopped:
                child.send_signal(signal.SIGTERM)
            try:
                yield child, write_end
            finally:
                child.wait()
                self._running.discard(child)


class Crawls:
    """The crawls of a night, in ``jobs`` processes at once.

    ``at_once``: portals that a process crawls at a time; with 1 each has a process of its own.
    ``on_death``: called with the code of a process that died, and the portals that it crawled:
    they are crawled again, each alone, so that the one that killed it is the only one to crash.
    """

    def __init__(
        self,
        children: Children,
        options: Sequence[str],
        jobs: int,
        at_once: int,
        on_death: Callable[[int, list[str]], None],
    ) -> None:
        self._children = children
        self._options = options
        self._jobs = jobs
        self._at_once = at_once
        self._on_death = on_death

    def rows(self, together: Sequence[str], alone: Sequence[str]) -> Iterator[Row]:
        """Yield the row of each portal when its run has ended.

        ``together``: portals that may share a process, ``alone``: those that must not.
        """
        at_once = min(self._at_once, -(-len(together) // self._jobs))
        is_shared = at_once > 1  # asked once: the first process may have taken all that wait
        waiting = deque(together if is_shared else ())
        ended: SimpleQueue[Row | Future[list[str]]] = SimpleQueue()
        with ThreadPoolExecutor(self._jobs) as pool:
            running: set[Future[list[str]]] = set()

            def begin(task: Callable[..., list[str]], *given: object) -> None:
                future = pool.submit(task, *given, ended.put)
                running.add(future)
                future.add_done_callback(ended.put)

            for _ in range(self._jobs if is_shared else 0):
                begin(self._crawl_together, waiting, at_once)
            for name in (*alone, *(() if is_shared else together)):
                begin(self._crawl_alone, name)
            while running:
                found = ended.get()
                if not isinstance(found, Future):
                    yield found
                    continue
                running.discard(found)
                left = found.result()
                if left and waiting:
                    begin(self._crawl_together, waiting, at_once)
                for name in left:
                    begin(self._crawl_alone, name)
        for name in waiting:
            yield without_output(name, 0, is_stopped=True)

    def _crawl_alone(self, name: str, tell: Tell) -> list[str]:
        if self._children.is_stopped:
            tell(without_output(name, 0, is_stopped=True))
            return []
        with self._children.started(name, self._options) as (child, _):
            out = child.stdout.read()
        row = next(filter(None, map(_row, out.splitlines())), None)
        is_stopped = self._children.is_stopped
        tell(row or without_output(name, child.returncode, is_stopped=is_stopped))
        return []

    def _crawl_together(self, waiting: deque[str], at_once: int, tell: Tell) -> list[str]:
        """Crawl portals of ``waiting`` in one process; return those to be crawled alone."""
        is_open: list[str] = []
        if self._children.is_stopped or not waiting:
            return []
        with self._children.started(FROM_INPUT, self._options) as (child, pipe):
            self._feed(pipe, is_open, waiting, at_once)
            for line in child.stdout:
                row = _row(line)
                if row is None or row["portal"] not in is_open:
                    continue
                is_open.remove(row["portal"])
                tell(row)
                self._feed(pipe, is_open, waiting, at_once)
        return self._left(child.returncode, is_open, tell)

    def _left(self, code: int, names: list[str], tell: Tell) -> list[str]:
        """Return the portals that a process has left, to be crawled alone; none after a stop."""
        if self._children.is_stopped:
            for name in names:
                tell(without_output(name, 0, is_stopped=True))
            return []
        if names:
            self._on_death(code, names)
        return names

    def _feed(self, pipe: int, is_open: list[str], waiting: deque[str], at_once: int) -> None:
        """Name portals to a process until it has enough; if there is none, say so."""
        while len(is_open) < at_once and not self._children.is_stopped:
            try:
                is_open.append(waiting.popleft())
            except IndexError:
                os.write(pipe, f"{NO_MORE}\n".encode())
                return
            os.write(pipe, f"{is_open[-1]}\n".encode())


def _row(line: str) -> Row | None:
    """Return the row of a run that a child printed; other lines are of libraries."""
    with suppress(ValueError):
        row = json.loads(line)
        return row if isinstance(row, dict) and "portal" in row else None
    return None
