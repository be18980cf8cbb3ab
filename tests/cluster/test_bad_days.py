"""Bad days of a cluster: the network is parted, the collector is away."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from portals.cluster import outbox
from portals.cluster.jobs import defer, job_counts
from portals.cluster.mirror import Mirror
from portals.cluster.outbox import MAX_ENTRIES, MAX_SECONDS, Backlog, why_full
from portals.cluster.portal_lock import ClusterPortalLock, holder_of
from portals.cluster.postgres import connect
from portals.store.transactions import CommitRefusedError
from tests.support.clusters import begin, collect, service, stored
from tests.support.commands import QUICK, live
from tests.support.database import rows
from tests.support.federation import federation, sample_items
from tests.support.http_server import Answer, FakePortal, ServedRequest, answers, http_server
from tests.support.parting import Network
from tests.support.postgres import PostgresServer
from tests.support.processes import run, until

pytestmark = pytest.mark.cluster

_OLD = (
    "INSERT INTO outbox (id, portal, created_at, payload, bodies)"
    " VALUES (gen_random_uuid(), 'danang', now() - interval '7 hours', '', '{}')"
)


def test_the_outbox_is_full_by_number_and_by_age() -> None:
    assert why_full(Backlog(MAX_ENTRIES - 1, MAX_SECONDS - 1)) is None
    for full in (Backlog(MAX_ENTRIES, 1.0), Backlog(1, MAX_SECONDS)):
        assert "is 'scrapy collect' running?" in str(why_full(full))


def test_a_crawl_ends_where_the_collector_is_far_behind(url: str) -> None:
    begin(url)
    lock = ClusterPortalLock(url, "haiphong")
    lock.acquire()
    mirror = Mirror(lock.connection, "haiphong", lock.take_state())
    lock.connection.execute(_OLD)

    def write(count: int) -> None:
        for _ in range(count):
            with mirror.store.writing():
                mirror.store.db.execute(
                    "INSERT INTO runs (portal, started_at, arguments) VALUES ('haiphong', '', '{}')"
                )

    with pytest.raises(CommitRefusedError, match=r"25\d\d\d s old; is 'scrapy collect' running"):
        write(200)

    written = outbox.backlog(lock.connection).entries - 1
    assert 0 < written < 100  # it looks now and then, not at every page
    lock.connection.execute("DELETE FROM outbox")
    write(1)
    lock.release()
    mirror.store.close()


class PartingPortal(FakePortal):
    """A portal whose fourth page is answered when the network of who asks is parted."""

    def __init__(self, network: Network) -> None:
        super().__init__("", answers(federation(sample_items(1, 10))))
        self.network = network

    def answer(self, request: ServedRequest) -> Answer:
        """Return a page."""
        if len(self.asked) == 4:
            self.network.part()
        return super().answer(request)


@pytest.mark.nightly
def test_a_parted_node_writes_nothing_when_the_network_is_whole_again(
    server: PostgresServer, url: str, tmp_path: Path
) -> None:
    begin(url)
    alone, database = tmp_path / "alone" / "a.db", tmp_path / "cluster" / "a.db"
    with ExitStack() as stack:
        network = stack.enter_context(closing(Network(server.folder)))
        portal = PartingPortal(network)
        origin = stack.enter_context(http_server(portal.answer)).origin
        run("scrapy", *live("haiphong", origin, alone))
        network.join()
        portal.asked.clear()
        defer(url, ["haiphong"], ["-a", f"origin={origin}", *QUICK])
        connection = stack.enter_context(closing(connect(url, "test")))
        work = ("work", "--jobs", "1", "--stale-after", "3")
        logs = [tmp_path / f"{name}.log" for name in ("parted", "other")]
        parted = stack.enter_context(service(network.url, logs[0], *work))
        until(lambda: not network.is_whole)
        first = holder_of(connection, "portal haiphong")
        other = stack.enter_context(service(url, logs[1], *work))
        until(lambda: not job_counts(connection))
        assert first is not None
        network.join()
        until(lambda: "haiphong: storage" in logs[0].read_text("utf-8"))
        for process in (parted, other):
            os.kill(process.pid, signal.SIGTERM)
        assert [process.wait() for process in (parted, other)] == [0, 0]
    collect(url, database)

    text = [log.read_text("utf-8") for log in logs]
    assert "haiphong: its worker is dead; given out again" in text[1]
    assert "haiphong: ok" in text[1]
    assert "Traceback" not in "".join(text)
    articles = [path for path in portal.asked if path.endswith(".html")]
    assert len(articles) - len(set(articles)) <= 1
    assert stored(database)["articles"] == stored(alone)["articles"]
    verdicts = [row["verdict"] for row in rows(database, "SELECT verdict FROM runs ORDER BY id")]
    assert verdicts == ["crashed", "ok"]


@pytest.mark.nightly
def test_a_network_that_ends_all_connections_loses_nothing(
    server: PostgresServer, url: str, tmp_path: Path
) -> None:
    begin(url)
    alone, database = tmp_path / "alone" / "a.db", tmp_path / "cluster" / "a.db"
    portal = FakePortal("", answers(federation(sample_items(1, 10))))
    with ExitStack() as stack:
        network = stack.enter_context(closing(Network(server.folder)))

        def answer(request: ServedRequest) -> Answer:
            if len(portal.asked) in (4, 9):
                network.cut()
            return portal.answer(request)

        origin = stack.enter_context(http_server(answer)).origin
        run("scrapy", *live("haiphong", origin, alone))
        portal.asked.clear()
        defer(url, ["haiphong"], ["-a", f"origin={origin}", *QUICK])
        connection = stack.enter_context(closing(connect(url, "test")))
        logs = {name: tmp_path / f"{name}.log" for name in ("work", "collect")}
        commands = (("work", "--stale-after", "3"), ("collect", "--db", database))
        running = [
            stack.enter_context(service(network.url, logs[command[0]], *command))
            for command in commands
        ]
        until(lambda: not job_counts(connection) and not outbox.backlog(connection).entries)
        for process in running:
            os.kill(process.pid, signal.SIGTERM)
        assert [process.wait() for process in running] == [0, 0]

    for log in logs.values():
        assert "Traceback" not in log.read_text("utf-8")
    articles = [path for path in portal.asked if path.endswith(".html")]
    assert len(articles) - len(set(articles)) <= 2
    assert stored(database)["articles"] == stored(alone)["articles"]
