"""What ``scrapy collect`` does."""

from __future__ import annotations

import argparse
import threading
from contextlib import closing
from pathlib import Path

from scrapy.exceptions import UsageError

from portals.actions.base import Installation
from portals.actions.clusters import cluster_url, stop_signals
from portals.cluster.collector import Collector
from portals.cluster.postgres import ClusterError, close, connect, errors, failure
from portals.commands.collect import Command
from portals.commands.output import print_note, print_outcome
from portals.store.database import Store
from portals.store.portal_lock import PortalLock

_PAUSE_SECONDS = 0.5
_PAUSE_AFTER_FAILURE = 5.0
_FAILURES: tuple[type[Exception], ...] = (ClusterError, *errors())


class Action(Command, Installation):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise UsageError("collect takes options only, see 'scrapy collect -h'")
        self.url, self.applied = cluster_url(self.config), 0
        close(connect(self.url, "collect"))  # a wrong URL is said before a database is made
        self.check_free_disk()
        Path(self.database).resolve().parent.mkdir(parents=True, exist_ok=True)
        with PortalLock(self.database, "collector").hold(), stop_signals() as stop:
            while not self._collect(stop, is_once=opts.once):
                stop.wait(_PAUSE_AFTER_FAILURE)
        print_outcome(f"{self.applied} results applied")

    def _collect(self, stop: threading.Event, *, is_once: bool) -> bool:
        """Collect until the end; return False where PostgreSQL was lost, to begin anew."""
        try:
            with closing(connect(self.url, "collect")) as connection:
                self._collect_from(connection, stop, is_once=is_once)
        except _FAILURES as error:
            is_first = isinstance(error, ClusterError) and not self.applied
            if is_once or is_first or stop.is_set():
                raise _as_cluster_error(error) from None
            print_note(f"warning: {_as_cluster_error(error)}; trying again")
            return False
        return True

    def _collect_from(self, connection: object, stop: threading.Event, *, is_once: bool) -> None:
        size = self.config.getint("ARCHIVE_MAX_SIZE")
        journal = Path(f"{Path(self.database).resolve()}.collecting")
        with closing(Store.open(self.database)) as store:
            collector = Collector(store, connection, self.archive_folder, size, journal)
            collector.start()
            print_note("collecting")
            while not stop.is_set():
                applied = collector.step()
                self.applied += applied
                if not applied:
                    if is_once:
                        break
                    stop.wait(_PAUSE_SECONDS)
            collector.close()


def _as_cluster_error(error: Exception) -> ClusterError:
    return error if isinstance(error, ClusterError) else ClusterError(failure(error))
