"""What a cluster does at the moment, as its database shows it."""

from __future__ import annotations

from typing import Any

from portals.cluster import outbox, schema
from portals.cluster.collector import LOCK
from portals.cluster.jobs import failed_portals, job_counts
from portals.cluster.portal_lock import holder_of
from portals.cluster.postgres import ROLE, Connection

_CRAWLS = """
    SELECT split_part(application_name, ' ', 3), split_part(application_name, ' ', 4)
    FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE %s ORDER BY 1
"""
_WORKERS = """
    SELECT w.id, extract(epoch FROM now() - w.last_heartbeat),
        (SELECT count(*) FROM procrastinate_jobs j WHERE j.worker_id = w.id AND status = 'doing')
    FROM procrastinate_workers w ORDER BY w.id
"""
_NODES = """
    SELECT DISTINCT split_part(application_name, ' ', 3) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE %s ORDER BY 1
"""
_FRONTIER = """
    SELECT portal, count(*) FILTER (WHERE state IN ('pending', 'leased')),
        count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state = 'failed')
    FROM frontier GROUP BY portal ORDER BY portal
"""


def status(connection: Connection) -> dict[str, Any]:
    """Return version, collector, backlog of the outbox, jobs, nodes, crawls and frontiers.

    Raises ClusterError where there are no tables.
    """
    schema.check_version(connection)
    waiting = outbox.backlog(connection)
    holder = holder_of(connection, LOCK)
    crawls = connection.execute(_CRAWLS, (f"{ROLE} crawl %",))
    return {
        "version": schema.VERSION,
        "collector": holder[1].rpartition(" ")[2] if holder else None,
        "outbox": waiting.entries,
        "oldest_seconds": round(waiting.seconds),
        "jobs": dict(sorted(job_counts(connection).items())),
        "failed": failed_portals(connection),
        "workers": [
            {"worker": worker, "heartbeat_seconds": round(float(seconds)), "jobs": doing}
            for worker, seconds, doing in connection.execute(_WORKERS)
        ],
        "nodes": [name for (name,) in connection.execute(_NODES, (f"{ROLE} work %",))],
        "crawls": [{"portal": portal, "node": node} for portal, node in crawls],
        "frontiers": [
            {"portal": portal, "queued": queued, "done": done, "failed": failed}
            for portal, queued, done, failed in connection.execute(_FRONTIER)
        ],
    }
