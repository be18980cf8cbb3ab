"""Jobs: who may end them, when they are given out again, and turns without a connection."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from portals.actions.work import check_end
from portals.cluster.jobs import (
    Before,
    DeadCrawlError,
    FailedCrawlError,
    UnfinishedError,
    app_of,
    defer,
    failed_portals,
    job_counts,
)
from portals.cluster.portal_lock import ClusterPortalLock, Ticket
from portals.cluster.postgres import ClusterError, connect, connection_values
from portals.cluster.turns import PostgresTurns
from portals.store.portal_lock import PortalLockedError
from tests.support.clusters import begin

pytestmark = pytest.mark.cluster

_HAIPHONG = {"haiphong": True}


def test_a_worker_that_lost_its_job_does_not_end_that_of_another_one(url: str) -> None:
    from procrastinate.jobs import Status  # noqa: PLC0415 - where it is installed

    begin(url)
    assert defer(url, ["haiphong"], []) == _HAIPHONG

    async def held_by() -> tuple[int, Any]:
        app = app_of(url)
        async with app.open_async():
            manager = app.job_manager
            frozen, other = [await manager.register_worker() for _ in range(2)]
            lost = await manager.fetch_job(["crawl"], frozen)
            await manager.retry_job(lost)  # its worker is taken for dead
            await manager.fetch_job(["crawl"], other)
            # It wakes up, and its crawl ends; another watch saw the dead worker too.
            await manager.finish_job(job=lost, status=Status.SUCCEEDED, delete_job=True)
            await manager.retry_job(job=lost)
            connection = connect(url, "test")
            row = connection.execute("SELECT status, worker_id FROM procrastinate_jobs").fetchone()
            connection.close()
            return other, row

    other, row = asyncio.run(held_by())
    assert row == ("doing", other)


def test_a_job_that_failed_is_named_until_the_next_one_of_its_portal(url: str) -> None:
    begin(url)
    defer(url, ["haiphong"], [])
    connection = connect(url, "test")
    connection.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    assert failed_portals(connection) == ["haiphong"]

    assert defer(url, ["danang"], []) == {"danang": True}
    assert failed_portals(connection) == ["haiphong"]
    assert defer(url, ["haiphong"], []) == _HAIPHONG
    assert job_counts(connection) == {"todo": 2}
    connection.close()


def test_a_crawl_that_is_given_out_again_takes_over_from_nobody(server: object) -> None:
    assert server
    again = app_of("dbname=postgres").tasks["crawl"].retry_strategy.get_retry_decision

    assert again(exception=UnfinishedError(), job=None).priority == Before.NOTHING
    assert again(exception=DeadCrawlError(), job=None).priority == Before.DIED
    assert again(exception=FailedCrawlError(), job=None) is None


def test_a_crawl_whose_job_another_worker_has_takes_no_lock(url: str) -> None:
    begin(url)
    defer(url, ["haiphong"], [])
    connection = connect(url, "test")
    connection.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    connection.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = 1")
    (job,) = connection.execute("SELECT id FROM procrastinate_jobs").fetchone()
    holder = ClusterPortalLock(url, "haiphong")
    holder.acquire(ticket=Ticket(job, 1))

    for ticket in (Ticket(job, 2), Ticket(job + 1, 1)):
        with pytest.raises(PortalLockedError, match="another worker has the job of haiphong"):
            ClusterPortalLock(url, "haiphong").acquire(takes_over=True, ticket=ticket)
    assert holder.connection.execute("SELECT 1").fetchone() == (1,)
    holder.release()
    connection.close()


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (-9, DeadCrawlError),
        (15, UnfinishedError),  # PostgreSQL was lost
        (14, UnfinishedError),  # the lock of a machine that vanished
        (17, FailedCrawlError),
        (1, FailedCrawlError),  # Python itself
        (2, FailedCrawlError),  # a portal that this release does not know
    ],
)
def test_a_portal_is_done_only_with_a_verdict(code: int, error: type[Exception]) -> None:
    with pytest.raises(error, match="the last line"):
        check_end(code, "the last line", is_stopped=False)


def test_a_portal_that_was_cut_by_the_end_of_its_worker_is_not_done() -> None:
    for code in (0, 10, 13):
        check_end(code, "the last line", is_stopped=False)
    check_end(0, "the last line", is_stopped=True)
    with pytest.raises(UnfinishedError):
        check_end(10, "the last line", is_stopped=True)


def test_without_its_connection_a_crawl_requests_nothing(url: str) -> None:
    begin(url)
    connection, other = connect(url, "crawl"), connect(url, "test")
    turns = PostgresTurns(connection, "node", asyncio.sleep)

    async def two() -> None:
        turn = await turns.acquire("h.vn", 0)
        other.execute("SELECT pg_terminate_backend(%s, 1000)", (connection.info.backend_pid,))
        turn.release()
        with pytest.raises(ClusterError, match="check CLUSTER_URL"):
            await turns.acquire("h.vn", 0)
        with pytest.raises(ClusterError, match="check CLUSTER_URL"):  # and nobody waits for ever
            await turns.acquire("h.vn", 0)

    asyncio.run(two())
    other.close()


def test_a_connection_of_a_vanished_machine_ends_on_both_sides(server: object) -> None:
    assert server
    values = connection_values("postgresql://u@h/d?options=-c%20statement_timeout%3D5s")

    for name, end in (("keepalives_idle", "30"), ("tcp_user_timeout", "60000")):
        assert str(values[name]) == end
    assert values["options"].startswith("-c statement_timeout=5s ")
    for setting in ("tcp_keepalives_idle=30", "tcp_user_timeout=60000"):
        assert f"-c {setting}" in values["options"]
