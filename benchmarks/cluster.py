"""A cluster: what more workers gain where the network is the limit, and what a collector applies.

``python -m benchmarks.cluster [--portals N] [--articles N] [--workers N] [--delay SECONDS]``. A
PostgreSQL of its own (no disk is waited for: ``fsync=off``) is started in a temporary folder. One
process serves the portals, each on a port of its own and every answer after the delay (50 ms). The
same portals are crawled by one worker and by N (4), each portal with one request at a time, while a
collector stores what they send; printed are the seconds until everything is stored and the
processor time of all processes. Then the N workers crawl without a collector, and what they sent is
applied at once: results a second, and processor time a result.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from itertools import cycle, islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from benchmarks.night import PROJECT, START, write_catalogue
from portals.cluster import outbox
from portals.cluster.collector import Collector
from portals.cluster.jobs import defer
from portals.cluster.postgres import SCHEMA, connect
from portals.store.database import Store
from tests.support.clusters import begin
from tests.support.faults import LOCAL
from tests.support.http_server import Answer, ServedRequest, answers, http_server
from tests.support.pages.systems import plans, site_of
from tests.support.postgres import PostgresServer, missing

_OPTIONS = ["-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=0", "-s", "LOG_LEVEL=ERROR"]
_LOOK_SECONDS = 0.05
_PORTALS = [f"night{number:03}" for number in range(1000)]


class Served(NamedTuple):
    """A portal that is served: its system, its origin and its number of articles."""

    family: str
    origin: str
    articles: int


def serve(portals: int, articles: int, delay: float, pipe: Connection) -> None:
    """Serve the portals until a message arrives; the pipe gets a list of ``Served``."""
    sites = [(system.family, site_of(system, plan, articles)) for system, plan in plans().values()]
    with ExitStack() as stack:
        served = []
        for family, site in islice(cycle(sites), portals):
            pages = answers(site.pages)

            def answer(request: ServedRequest, pages: Mapping[str, Answer] = pages) -> Answer:
                time.sleep(delay)
                return pages.get(request.path, Answer(b"not found", 404))

            origin = stack.enter_context(http_server(answer)).origin
            served.append(Served(family, origin, len(site.articles)))
        pipe.send(served)
        pipe.recv()


class Cluster:
    """The processes of a cluster over a catalogue of the portals that are served."""

    def __init__(self, folder: Path, url: str, served: list[Served]) -> None:
        self.folder = folder
        self.url = url
        self.names = _PORTALS[: len(served)]
        catalogue = folder / "portals.csv"
        write_catalogue(catalogue, list(map(tuple, served)))
        (folder / "start").mkdir()
        start = START.format(catalogue=str(catalogue), local=LOCAL)
        (folder / "start" / "sitecustomize.py").write_text(start, "utf-8")

    def begin(self) -> None:
        """Make the tables anew, with a job for each portal."""
        with closing(connect(self.url, "benchmark")) as connection:
            connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        begin(self.url)
        defer(self.url, self.names, _OPTIONS)

    @contextmanager
    def process(self, data: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run a command of the cluster until the block ends. ``data``: its data folder."""
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(self.folder / "start"), str(PROJECT)]),
            "TIN_CONG_DOAN_DATA_DIR": str(self.folder / data),
            "CLUSTER_URL": self.url,
        }
        command = [sys.executable, "-m", "scrapy", *words]
        with subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=PROJECT, env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            try:
                yield process
            finally:
                process.send_signal(signal.SIGTERM)

    def crawl(self, workers: int, data: str, *, collects: bool) -> tuple[float, float]:
        """Crawl all portals; return the seconds and the processor time of all processes."""
        self.begin()
        before, began = processor_time(), time.monotonic()
        with ExitStack() as stack, closing(connect(self.url, "benchmark")) as connection:
            if collects:
                stack.enter_context(self.process(data, "collect"))
            for _ in range(workers):
                stack.enter_context(self.process(data, "work", "--jobs", "1"))
            sql = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
            while connection.execute(sql).fetchone() != (0,) or (
                collects and outbox.backlog(connection).entries
            ):
                time.sleep(_LOOK_SECONDS)
            seconds = time.monotonic() - began
        return seconds, processor_time() - before

    def apply(self, data: str) -> tuple[int, float, float]:
        """Apply the outbox; return the results, the seconds and the processor time."""
        folder = self.folder / data
        folder.mkdir(exist_ok=True)
        results, before, began = 0, time.process_time(), time.monotonic()
        with (
            closing(Store.open(folder / "articles.db")) as store,
            closing(connect(self.url, "collect")) as connection,
        ):
            journal = folder / "collecting"
            collector = Collector(store, connection, folder / "archive", 10**9, journal)
            collector.start()
            while applied := collector.step():
                results += applied
            collector.close()
        return results, time.monotonic() - began, time.process_time() - before

    def stored(self, data: str) -> int:
        """Return the number of URLs at which articles are stored."""
        with closing(Store.open(self.folder / data / "articles.db")) as store:
            return int(store.db.execute("SELECT count(*) FROM sightings").fetchone()[0])


def processor_time() -> float:
    """Return the seconds of processor time of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print the figures."""
    if reason := missing():
        sys.exit(f"error: {reason}")
    parser = argparse.ArgumentParser()
    for name, default in (("portals", 16), ("articles", 60), ("workers", 4)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--delay", type=float, default=0.05)
    given = parser.parse_args()
    here, there = multiprocessing.Pipe()
    words = (given.portals, given.articles, given.delay, there)
    server = multiprocessing.Process(target=serve, args=words)
    server.start()
    postgres = PostgresServer()
    try:
        with tempfile.TemporaryDirectory() as name:
            _measure(Cluster(Path(name), postgres.url, here.recv()), given.workers)
    finally:
        postgres.close()
        here.send("end")
        server.join()


def _measure(cluster: Cluster, workers: int) -> None:
    alone = 0.0
    for number in (1, workers):
        data = f"data{number}"
        seconds, used = cluster.crawl(number, data, collects=True)
        alone = alone or seconds
        print(
            f"{number} workers\t{cluster.stored(data)} articles\t{seconds:.1f} s"
            f"\t{used:.1f} s of CPU\t{alone / seconds:.2f} times one",
            flush=True,
        )
    cluster.crawl(workers, "uncollected", collects=False)
    results, seconds, used = cluster.apply("uncollected")
    print(
        f"collector\t{results} results\t{results / seconds:.0f} a second"
        f"\t{1000 * used / results:.2f} ms of CPU a result"
    )


if __name__ == "__main__":
    main()
