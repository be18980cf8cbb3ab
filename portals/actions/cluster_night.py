"""The end of a night of several machines: states of portals, alert, heartbeat and metrics."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from scrapy.settings import Settings

from portals.actions.night import Night, with_news
from portals.cluster import nights
from portals.cluster.jobs import failed_portals
from portals.cluster.postgres import Connection
from portals.crawling.exit_codes import EXIT_CODES
from portals.operations.nights import without_output
from portals.store.database import Store

_COLUMNS = ("reason_code", "run_id", "new", "changed", "requests")


def end_night(config: Settings, store: Store, connection: Connection) -> list[dict[str, Any]]:
    """Do what ``crawlall`` does after its crawls, once all portals of the queue are done.

    Returns the rows of the night, as ``crawlall`` prints them; empty where there is nothing to do.
    """
    ended = nights.unjudged(connection)
    failed = failed_portals(connection) if ended else []
    rows = [with_news(row, is_live=True) for row in store.runs.rows_of(ended.values())]
    begun = [str(row.pop("started_at")) for row in rows]
    crashed = {row["portal"] for row in rows if row["verdict"] == "crashed"}
    without = [name for name in failed if name not in crashed]
    rows = [row for row in rows if row["portal"] not in without]
    rows += [without_output(name, EXIT_CODES["crashed"], is_stopped=False) for name in without]
    if rows:
        night = Night(config, is_live=True)
        night.start = min(map(datetime.fromisoformat, begun), default=night.start)
        rows = night.judge([dict.fromkeys(_COLUMNS) | row for row in rows])
        night.record(rows)
        night.beat([row for row in rows if not night.is_expected(row)])
        night.write_metrics(rows)
    nights.forget(connection, ended)
    return rows
