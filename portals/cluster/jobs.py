"""The jobs of a cluster: one a portal, kept and given out by Procrastinate.

A job is given out again where its worker sent no heartbeat for a while, or where its crawl ended
before the portal was done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import Any

from portals.cluster import outbox, schema
from portals.cluster.portal_lock import Ticket
from portals.cluster.postgres import (
    ROLE,
    ClusterError,
    Connection,
    close,
    connect,
    connection_values,
    errors,
    failure,
    node_name,
)
from portals.errors import PortalError

try:
    import procrastinate
except ImportError:  # the extra is not installed; ``connection_values`` says so
    procrastinate = None

App = Any
"""A ``procrastinate.App``."""

QUEUE = "crawl"
STALE_SECONDS = 30.0
"""A worker without a heartbeat for so long is taken for dead, and its jobs are given out again."""

_WORKER_OF = "SELECT worker_id FROM procrastinate_jobs WHERE id = %(job_id)s AND status = 'doing'"
_FORGET_FAILED = "DELETE FROM procrastinate_jobs WHERE status = 'failed' AND lock = ANY(%s)"
_FAILED = "SELECT DISTINCT lock FROM procrastinate_jobs WHERE status = 'failed' ORDER BY 1"
_AGAIN_SECONDS = 5
_LOOK_SECONDS = 5.0
_HEARTBEATS = 3  # within the time after which a worker is stale


class Before(IntEnum):
    """What became of the crawl before, of a job that is given out again: its priority.

    DIED: its process, in sight of its worker, perhaps of the page that was in flight. STALE: there
    is no word of its worker; the new crawl ends the connection of the one before.
    """

    NOTHING = 0
    DIED = 1
    STALE = 100


class UnfinishedError(PortalError):
    """A crawl ended before its portal was done; the job is given out again."""

    before = Before.NOTHING


class DeadCrawlError(UnfinishedError):
    """The process of a crawl was killed."""

    before = Before.DIED


class FailedCrawlError(PortalError):
    """A crawl ended without a verdict; the job is kept as failed, until its portal's next one."""


@dataclass(frozen=True, slots=True)
class CrawlJob:
    """A crawl to be done. ``ticket``: shows that this worker has the job."""

    portal: str
    options: list[str]
    before: Before
    ticket: Ticket


def app_of(url: str, run: Callable[[CrawlJob], Awaitable[None]] | None = None) -> App:
    """Return the jobs' application.

    ``run`` does a job; it raises UnfinishedError and FailedCrawlError. Raises ClusterError.
    """
    values = connection_values(url) | {"application_name": f"{ROLE} work {node_name()}"}
    connector = procrastinate.PsycopgConnector(conninfo="", kwargs=values, min_size=1, max_size=4)
    app = procrastinate.App(connector=connector)

    async def crawl(context: Any, portal: str, options: list[str]) -> None:
        assert run is not None
        job = context.job
        await run(CrawlJob(portal, options, Before(job.priority), Ticket(job.id, job.worker_id)))

    class Again(procrastinate.BaseRetryStrategy):  # type: ignore[misc]
        def get_retry_decision(self, *, exception: BaseException, job: Any) -> Any:  # noqa: ARG002
            if not isinstance(exception, UnfinishedError):
                return None
            return procrastinate.RetryDecision(
                retry_in={"seconds": _AGAIN_SECONDS}, priority=int(exception.before)
            )

    app.task(name="crawl", queue=QUEUE, pass_context=True, retry=Again())(crawl)
    for name in ("finish_job", "retry_job"):
        change = partial(_change_own, app.job_manager, getattr(app.job_manager, name))
        setattr(app.job_manager, name, change)
    return app


async def _change_own(
    manager: Any, change: Callable[..., Awaitable[None]], job: Any, **more: Any
) -> None:
    """Change a job if it is still with the worker that it was with.

    Who was frozen, or parted from PostgreSQL, has lost its jobs, and must not end those of others.
    """
    rows = await manager.connector.execute_query_all_async(query=_WORKER_OF, job_id=job.id)
    if [row["worker_id"] for row in rows] == [job.worker_id]:
        await change(job=job, **more)


def defer(url: str, portals: Sequence[str], options: Sequence[str]) -> dict[str, bool]:
    """Add a job for each portal; False for those that have one that waits.

    Raises ClusterError.
    """
    connection = connect(url, "crawlall")
    try:
        schema.check_version(connection)
        connection.execute(_FORGET_FAILED, (list(portals),))
    finally:
        close(connection)
    app = app_of(url)
    sync = procrastinate.SyncPsycopgConnector(conninfo="", kwargs=connection_values(url))
    try:
        with app.replace_connector(sync), app.open():
            return {portal: _defer(app, portal, options) for portal in portals}
    except errors() as error:
        raise ClusterError(failure(error)) from None


def _defer(app: App, portal: str, options: Sequence[str]) -> bool:
    job = app.configure_task("crawl", queue=QUEUE, lock=portal, queueing_lock=portal)
    try:
        job.defer(portal=portal, options=list(options))
    except procrastinate.exceptions.AlreadyEnqueued:
        return False
    return True


class Node:
    """A process that does jobs, ``at_once`` of them, until ``stop``.

    ``run`` does one; ``report`` is called with what is worth a line.
    """

    def __init__(
        self,
        url: str,
        run: Callable[[CrawlJob], Awaitable[None]],
        report: Callable[[str], None],
        at_once: int,
        stale_seconds: float = STALE_SECONDS,
    ) -> None:
        self._url = url
        self._run = run
        self._report = report
        self._at_once = at_once
        self._stale_seconds = stale_seconds
        self._stop = asyncio.Event()
        self._connection: Connection = None

    def stop(self) -> None:
        """Take no further job; those that run are waited for."""
        self._stop.set()

    async def work(self) -> None:
        """Do jobs until ``stop``. Raises ClusterError where PostgreSQL is unusable at the start."""
        self._connection = connect(self._url, "work")
        schema.check_version(self._connection)
        self._report("working")
        while not self._stop.is_set():
            try:
                await self._work_connected()
            except (*errors(), procrastinate.exceptions.ConnectorException) as error:
                self._report(f"warning: {failure(error)}; trying again")
            if not self._stop.is_set():
                await self._pause(_LOOK_SECONDS)
        close(self._connection)

    async def _work_connected(self) -> None:
        app = app_of(self._url, self._when_there_is_room)
        async with app.open_async():
            worker = asyncio.create_task(
                app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=self._at_once,
                    install_signal_handlers=False,
                    update_heartbeat_interval=self._stale_seconds / _HEARTBEATS,
                    stalled_worker_timeout=self._stale_seconds,
                    fetch_job_polling_interval=min(_LOOK_SECONDS, self._stale_seconds),
                    delete_jobs="successful",
                )
            )
            watch = asyncio.create_task(self._watch(app))
            stop = asyncio.create_task(self._stop.wait())
            await asyncio.wait([worker, watch, stop], return_when=asyncio.FIRST_COMPLETED)
            for task in (watch, stop, worker):
                task.cancel()  # a cancelled worker waits for the jobs that it runs
            ends = await asyncio.gather(watch, stop, worker, return_exceptions=True)
        for error in ends:
            if isinstance(error, Exception):
                raise error

    async def _watch(self, app: App) -> None:
        """Give the jobs of dead workers out again, every now and then."""
        while True:
            stalled = await app.job_manager.get_stalled_jobs(
                queue=QUEUE, seconds_since_heartbeat=self._stale_seconds
            )
            for job in stalled:
                self._report(f"{job.task_kwargs['portal']}: its worker is dead; given out again")
                await app.job_manager.retry_job(job, priority=int(Before.STALE))
            await asyncio.sleep(min(_LOOK_SECONDS, self._stale_seconds / _HEARTBEATS))

    async def _when_there_is_room(self, job: CrawlJob) -> None:
        """Do a job, but not while the collector is behind."""
        while not self._stop.is_set() and (reason := self._why_full()):
            self._report(f"{job.portal}: waits, {reason}")
            await self._pause(_LOOK_SECONDS)
        if self._stop.is_set():
            raise UnfinishedError(f"{job.portal}: not begun")
        await self._run(job)

    def _why_full(self) -> str | None:
        try:
            return outbox.why_full(outbox.backlog(self._connection))
        except errors():
            with suppress(ClusterError):
                close(self._connection)
                self._connection = connect(self._url, "work")
            return "PostgreSQL does not answer"

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)


def job_counts(connection: Connection) -> Mapping[str, int]:
    """Return the number of jobs by state: todo, doing, failed and so on."""
    cursor = connection.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1")
    return {str(row[0]): int(row[1]) for row in cursor}


def failed_portals(connection: Connection) -> list[str]:
    """Return the portals whose last crawl ended without a verdict."""
    return [str(name) for (name,) in connection.execute(_FAILED)]
