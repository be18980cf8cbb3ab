"""Which runs of a night are not judged yet: the collector does it when all portals are done.

The notes are in PostgreSQL, so that the next collector judges what a killed one has applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from portals.cluster import state
from portals.cluster.jobs import job_counts
from portals.cluster.postgres import Connection
from portals.store.row_changes import ChangedRow

_OF_NIGHT = "!night"  # in the place of a portal, none of which has such a name
_UNJUDGED = "unjudged"
_OPEN = frozenset(["todo", "doing"])


def note(connection: Connection, runs: Iterable[tuple[str, int]]) -> None:
    """Note portals whose runs have ended, and the runs' ids; a later run replaces an earlier one.

    Before the results of the runs leave the outbox.
    """
    rows = [ChangedRow(_UNJUDGED, portal, {"run_id": run_id}) for portal, run_id in runs]
    with connection.transaction():
        state.save(connection, _OF_NIGHT, rows)


def unjudged(connection: Connection) -> dict[str, int]:
    """Return the runs to judge by their portals; empty while a portal is waited for."""
    found = {
        row.key: int(row.row["run_id"])
        for row in state.load(connection, _OF_NIGHT)
        if row.table == _UNJUDGED and row.row
    }
    return {} if found and _OPEN & job_counts(connection).keys() else found


def forget(connection: Connection, runs: Mapping[str, int]) -> None:
    """Forget runs that are judged."""
    rows = [ChangedRow(_UNJUDGED, portal, None) for portal in runs]
    with connection.transaction():
        state.save(connection, _OF_NIGHT, rows)
