"""Nodes take portals from the queue, and give nothing up where one of them dies."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from portals.cluster.jobs import defer, job_counts
from portals.cluster.portal_lock import ClusterPortalLock
from portals.cluster.postgres import connect
from portals.cluster.status import status
from portals.store.portal_lock import PortalLockedError
from tests.support.clusters import begin, collect, service, stored
from tests.support.commands import QUICK, live
from tests.support.database import rows
from tests.support.federation import LIST, federation, sample_items
from tests.support.http_server import Answer, FakePortal, ServedRequest, answers, http_server
from tests.support.postgres import PostgresServer
from tests.support.processes import Process, run, until

pytestmark = pytest.mark.cluster

_SAME = ("articles", "revisions", "sightings", "images", "attachments", "rejects", "page_visits",
    "listings", "listing_pages")  # fmt: skip


class WatchedPortal(FakePortal):
    """A portal that knows how many requests it had at once, and kills who asks at a moment."""

    def __init__(self, url: str, name: str, first: int) -> None:
        super().__init__("", answers(federation(sample_items(first, 10))))
        self.pages["/"] = self.pages[LIST]  # where a portal that is not described is entered
        self.url = url
        self.name = name
        self.killed_at = 0
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()

    def answer(self, request: ServedRequest) -> Answer:
        """Return a page, after the kill if it is time for that."""
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            self.killed_at -= 1
            is_time = self.killed_at == 0
        try:
            if is_time:
                kill_node_of(self.url, self.name)
            return super().answer(request)
        finally:
            with self._lock:
                self._at_once -= 1


def kill_node_of(url: str, portal: str) -> None:
    """Send SIGKILL to the process that crawls a portal, and to the worker that started it."""
    with closing(connect(url, "test")) as connection:
        sql = "SELECT application_name FROM pg_stat_activity WHERE application_name LIKE %s"
        (name,) = connection.execute(sql, (f"tcd crawl {portal} %",)).fetchone()
    crawl = int(name.rpartition(":")[2])
    status = Path(f"/proc/{crawl}/status").read_text("ascii")
    worker = int(status.partition("PPid:")[2].split()[0])
    for process in (worker, crawl):
        os.kill(process, signal.SIGKILL)


def test_portals_of_a_killed_worker_are_crawled_by_another_one(url: str, tmp_path: Path) -> None:
    begin(url)
    alone, database = tmp_path / "alone.db", tmp_path / "cluster" / "a.db"
    watched = [WatchedPortal(url, "haiphong", 1), WatchedPortal(url, "danaweb", 100)]
    with ExitStack() as stack:
        for portal in watched:
            server = stack.enter_context(http_server(portal.answer))
            run("scrapy", *live(portal.name, server.origin, alone))
            portal.asked.clear()
            options = ["-a", f"origin={server.origin}", *QUICK]
            assert defer(url, [portal.name], options) == {portal.name: True}
            assert defer(url, [portal.name], options) == {portal.name: False}
        watched[0].killed_at = 6
        connection = stack.enter_context(closing(connect(url, "test")))
        logs = [tmp_path / f"{number}.log" for number in (1, 2)]
        arguments = ("work", "--jobs", "1", "--stale-after", "2")
        workers = [stack.enter_context(service(url, log, *arguments)) for log in logs]
        until(lambda: not job_counts(connection).keys() & {"todo", "doing"})
        left = [one for one, log in zip(workers, logs, strict=True) if "done" in end(one, log)]
    collect(url, database)

    assert len(left) == 1, [log.read_text("utf-8") for log in logs]
    assert [portal.most_at_once for portal in watched] == [1, 1]
    for portal in watched:
        articles = [path for path in portal.asked if path.endswith(".html")]
        assert len(articles) - len(set(articles)) <= 1
    found, expected = stored(database), stored(alone)
    assert {name: found[name] for name in _SAME} == {name: expected[name] for name in _SAME}
    assert len(rows(database, "SELECT * FROM sightings")) == 20


def end(process: Process, log: Path) -> str:
    """Ask a worker to end, if it is alive; return its log."""
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGTERM)
    process.wait()
    return log.read_text("utf-8")


def test_who_takes_a_portal_over_ends_the_connection_of_the_holder(url: str) -> None:
    begin(url)
    frozen = ClusterPortalLock(url, "haiphong")
    frozen.acquire()
    with pytest.raises(PortalLockedError, match=r"another run of haiphong is alive \(tcd crawl"):
        ClusterPortalLock(url, "haiphong").acquire()

    next_one = ClusterPortalLock(url, "haiphong")
    next_one.acquire(takes_over=True)

    with pytest.raises(Exception, match="terminating connection"):
        frozen.connection.execute("INSERT INTO turns VALUES ('a', 'b', now())")
    assert next_one.connection.execute("SELECT count(*) FROM turns").fetchone() == (0,)
    frozen.release()
    next_one.release()


def test_crawlall_puts_portals_into_the_queue(url: str, tmp_path: Path) -> None:
    begin(url)
    database = tmp_path / "a.db"

    done = run(
        "scrapy", "crawlall", "--only", "haiphong,danang", "-s", f"DATABASE={database}",
        environment={"CLUSTER_URL": url},
    )  # fmt: skip

    assert done.code == 0, done.err
    assert done.out.splitlines()[1:] == ["haiphong\tadded", "danang\tadded"]
    assert not database.exists()
    with closing(connect(url, "test")) as connection:
        assert job_counts(connection) == {"todo": 2}
        text = str(connection.execute("SELECT args FROM procrastinate_jobs").fetchall())
        assert "s3cret" not in text
        assert "DATABASE" not in text


@pytest.mark.nightly
def test_collector_and_worker_outlive_a_restart_of_postgresql(
    server: PostgresServer, url: str, tmp_path: Path
) -> None:
    begin(url)
    logs = {"collect": tmp_path / "collect.log", "work": tmp_path / "work.log"}
    commands = {"collect": ("collect", "--db", tmp_path / "a.db"), "work": ("work",)}

    def said(words: str) -> bool:
        return all(words in log.read_text("utf-8") for log in logs.values())

    with ExitStack() as stack:
        running = [
            stack.enter_context(service(url, logs[name], *words))
            for name, words in commands.items()
        ]
        until(lambda: said("ing\n"))
        with closing(connect(url, "test")) as connection:
            until(lambda: status(connection)["nodes"] and status(connection)["workers"])
        server.stop("immediate")
        until(lambda: said("trying again"))
        server.start()
        with closing(connect(url, "test")) as connection:
            until(lambda: status(connection)["nodes"] and status(connection)["collector"])
        for process in running:
            os.kill(process.pid, signal.SIGTERM)
        codes = [process.wait() for process in running]

    assert codes == [0, 0], [log.read_text("utf-8") for log in logs.values()]
    for log in logs.values():
        assert "Traceback" not in log.read_text("utf-8")
