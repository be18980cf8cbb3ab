"""Nodes and collector are killed and frozen, PostgreSQL is restarted: all is stored, once."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from itertools import product
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar

import pytest

from portals.cluster import outbox
from portals.cluster.jobs import defer, job_counts
from portals.cluster.portal_lock import holder_of
from portals.cluster.postgres import ClusterError, Connection, close, connect, errors
from tests.support.clusters import archived, begin, collect, stored
from tests.support.commands import QUICK, live
from tests.support.database import rows
from tests.support.federation import LIST, federation, sample_items
from tests.support.http_server import Answer, FakePortal, ServedRequest, answers, http_server
from tests.support.postgres import PostgresServer
from tests.support.processes import Process, run, start, until
from tests.support.storm import POINTS, Armoury, Hit

pytestmark = pytest.mark.cluster

_NAMES = (
    "haiphong", "danang", "hatinh", "bacgiang", "binhdinh", "cantho", "dongnai", "dongthap",
    "hagiang", "hungyen", "nghean", "phutho",
)  # fmt: skip
_WORKERS = ("first", "second", "third")
_JOBS = 2
_LOST: tuple[type[Exception], ...] = (ClusterError, *errors())
_Answer = TypeVar("_Answer")
_SAME = ("articles", "revisions", "sightings", "images", "attachments", "edits", "rejects",
    "page_visits", "listings", "holds")  # fmt: skip
"""Without what is of one run, on one machine too: its counts (``runs``, ``url_patterns``,
``skipped_urls``), and the theme that it learns from its first pages (``learned_themes``, and
``provenance`` of the articles that it read)."""


class SharedServer:
    """A server with several portals, told apart by the name of who asks; it counts requests."""

    def __init__(self, portals: dict[str, FakePortal]) -> None:
        self.portals = portals
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()

    def answer(self, request: ServedRequest) -> Answer:
        """Return a page of the portal that is asked for."""
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            return self.portals[str(request.headers["User-Agent"])].answer(request)
        finally:
            with self._lock:
                self._at_once -= 1


class Blow(NamedTuple):
    """What happens when so many pages were served: a signal at a point, to a process or a node."""

    at: int
    point: str
    signal: signal.Signals
    whole_node: bool


def blows(random: Random, pages: int) -> list[Blow]:
    """Return one blow for each point, in any order.

    A crawl and a whole node are killed and frozen; the collector is killed and frozen three times.
    """
    signals = (signal.SIGKILL, signal.SIGSTOP)
    ways = {
        "crawl": list(product(signals, (False, True))),
        "collect": [(n, False) for n in signals * 3],
    }
    for choice in ways.values():
        random.shuffle(choice)
    points = random.sample(POINTS, len(POINTS))
    at = sorted(random.sample(range(pages // 10, pages * 6 // 10), len(points)))
    return [
        Blow(when, point.name, *ways[point.command].pop())
        for when, point in zip(at, points, strict=True)
    ]


class Storm:
    """Drives the fleet: starts what has died, lets blows fall, wakes what is frozen."""

    def __init__(
        self, url: str, server: PostgresServer, folder: Path, portals: list[FakePortal], seed: int
    ) -> None:
        self.url, self.server, self.folder, self.portals = url, server, folder, portals
        self.armoury = Armoury(folder / "storm")
        self.database = folder / "cluster" / "a.db"
        pages = sum(len(portal.pages) for portal in portals)
        random = Random(seed)
        self.blows = blows(random, pages)
        self.restart_at = random.randrange(pages * 3 // 10, pages * 5 // 10)
        self.running: dict[str, Process] = {}
        self.frozen: dict[Hit, int] = {}
        self._seen = 0
        self._connection: Connection = None

    @property
    def asked(self) -> int:
        """Requests of all crawls up to now."""
        return sum(len(portal.asked) for portal in self.portals)

    def step(self) -> bool:
        """Do what is due; return True at the end."""
        self._keep_running()
        if self.restart_at and self.asked >= self.restart_at:
            self.restart_at = 0
            self.server.stop("immediate")
            self.server.start()
        while self.blows and self.asked >= self.blows[0].at:
            blow = self.blows.pop(0)
            self.armoury.arm(blow.point, blow.signal, whole_node=blow.whole_node)
        self._wake()
        return not (self._has_jobs() or self.frozen or self._has_results())

    def _keep_running(self) -> None:
        commands: dict[str, tuple[str, ...]] = {
            name: ("work", "--jobs", str(_JOBS), "--stale-after", "4") for name in _WORKERS
        }
        commands["collect"] = ("collect", "--db", str(self.database))
        for name, command in commands.items():
            process = self.running.get(name)
            if process is None or _has_ended(process):
                self.running[name] = self._start(name, command)

    def _start(self, name: str, command: tuple[str, ...]) -> Process:
        words = (str(self.folder / "storm"), *command)
        log = self.folder / f"{name}.log"
        with log.open("ab") as out, Path(os.devnull).open("rb") as nothing:
            environment = {"CLUSTER_URL": self.url}
            return start("tests.support.storm", words, nothing, out, out, environment)

    def _wake(self) -> None:
        """Wake a node when another one has its portal, and one process a little later."""
        hits = self.armoury.hits()
        self.frozen |= {
            hit: self.asked for hit in hits[self._seen :] if hit.signal == signal.SIGSTOP
        }
        self._seen = len(hits)
        for hit, since in list(self.frozen.items()):
            is_long = self._has_other(hit) if len(hit.pids) > 1 else self.asked > since + 20
            if is_long or not self._has_jobs():
                del self.frozen[hit]
                for pid in hit.pids:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGCONT)

    def _has_other(self, hit: Hit) -> bool:
        """Return True where another process crawls the portal of a frozen node."""
        holder = self._ask(lambda connection: holder_of(connection, f"portal {hit.of}"))
        return holder is not None and not holder[1].endswith(f":{hit.pids[-1]}")

    def _has_jobs(self) -> bool:
        counts = self._ask(job_counts)
        return counts is None or bool(set(counts) & {"todo", "doing"})

    def _has_results(self) -> bool:
        waiting = self._ask(outbox.backlog)
        return waiting is None or waiting.entries > 0

    def _ask(self, question: Callable[[Connection], _Answer]) -> _Answer | None:
        """Return what PostgreSQL answers, None while it is away."""
        try:
            self._connection = self._connection or connect(self.url, "test")
            return question(self._connection)
        except _LOST:
            self._disconnect()
            return None

    def _disconnect(self) -> None:
        if self._connection is not None:
            close(self._connection)
        self._connection = None

    def kill(self) -> None:
        """End what a failed test leaves."""
        for process in self.running.values():
            process.kill()
            process.wait()
        self._disconnect()

    def end(self) -> dict[str, int]:
        """Ask all processes to end, and return their exit codes."""
        for process in self.running.values():
            os.kill(process.pid, signal.SIGTERM)
        return {name: process.wait() for name, process in self.running.items()}


def _has_ended(process: Process) -> bool:
    try:
        process.wait(0.001)
    except Exception:  # noqa: BLE001 - two kinds of process, two kinds of timeout
        return False
    return True


@pytest.mark.nightly
def test_a_storm_loses_nothing_and_doubles_nothing(
    server: PostgresServer, url: str, tmp_path: Path
) -> None:
    """Variables: STORM_SEED, STORM_PORTALS (even), STORM_ARTICLES."""
    begin(url)
    articles, names = _number("ARTICLES", 200), _NAMES[: _number("PORTALS", len(_NAMES))]
    portals = {name: _portal(n, articles) for n, name in enumerate(names)}
    alone = tmp_path / "alone" / "a.db"
    storm = Storm(url, server, tmp_path, list(portals.values()), _number("SEED", 1))
    with ExitStack() as stack:
        stack.callback(storm.kill)
        servers = [
            SharedServer({name: portals[name] for name in pair})
            for pair in zip(names[::2], names[1::2], strict=True)
        ]
        crawls = {}
        for shared in servers:
            origin = stack.enter_context(http_server(shared.answer)).origin
            for name in shared.portals:
                agent = ("-s", f"USER_AGENT={name}")
                done = run("scrapy", *live(name, origin, alone, *agent))
                assert done.code == 0, done.err
                crawls[name] = ["-a", f"origin={origin}", *QUICK, *agent]
        for portal in portals.values():
            portal.asked.clear()
        for name, options in crawls.items():
            assert defer(url, [name], options) == {name: True}
        until(storm.step)
        codes = storm.end()
    collect(url, storm.database)

    hits = [hit.point for hit in storm.armoury.hits()]
    assert sorted(hits) == sorted(point.name for point in POINTS)
    assert storm.restart_at == 0
    assert set(codes.values()) == {0}
    assert [shared.most_at_once for shared in servers] == [1] * len(servers)
    runs = rows(storm.database, "SELECT portal, verdict FROM runs ORDER BY id")
    assert {row["portal"]: row["verdict"] for row in runs} == dict.fromkeys(names, "ok")
    ended = Counter(row["portal"] for row in runs if row["verdict"] != "ok")
    for name, portal in portals.items():
        asked = [path for path in portal.asked if path.endswith(".html")]
        assert set(asked) == {path for path in portal.pages if path.endswith(".html")}
        again = Counter(asked) - Counter(set(asked))
        assert again.total() <= ended[name], (name, again, ended)
    found, expected = (
        stored(database, left_out=["provenance"]) for database in (storm.database, alone)
    )
    assert len(found["sightings"]) == articles * len(names)
    for table in _SAME:
        assert found[table] == expected[table]
    # A crawl that is killed after its last page is followed by one that knows all articles.
    pages, expected_pages = (
        stored(database, left_out=["stop_reason", "stop_code"])["listing_pages"]
        for database in (storm.database, alone)
    )
    assert pages == expected_pages
    responses = [
        url for kind, url, _ in archived(storm.database.parent)
        if kind == "response" and str(url).endswith(".html")
    ]  # fmt: skip
    assert len(responses) == len(set(responses)) == articles * len(names)
    for log in tmp_path.glob("*.log"):
        assert "Traceback" not in log.read_text("utf-8")


def _number(name: str, usual: int) -> int:
    return int(os.environ.get(f"STORM_{name}", usual))


def _portal(number: int, articles: int) -> FakePortal:
    pages = federation(sample_items(1 + 1000 * number, articles))
    pages["/"] = pages[LIST]  # where a portal that is not described is entered
    return FakePortal("", answers(pages))
