"""What ``scrapy collect`` does."""

from __future__ import annotations

import argparse
import threading
from contextlib import closing
from pathlib import Path

from scrapy.exceptions import UsageError

from portals.actions.base import Installation
from portals.actions.cluster_night import end_night
from portals.actions.clusters import cluster_url, stop_signals
from portals.cluster.collector import Collector
from portals.cluster.postgres import (
    ClusterError,
    UnreachableError,
    close,
    connect,
    errors,
    failure,
)
from portals.commands.collect import Command
from portals.commands.output import print_note, print_outcome
from portals.store.database import Store
from portals.store.portal_lock import PortalLock
from portals.store.similar import update

_PAUSE_SECONDS = 0.5
_PAUSE_AFTER_FAILURE = 2.0
_LOST: tuple[type[Exception], ...] = (UnreachableError, *errors())


class Action(Command, Installation):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise UsageError("collect takes options only, see 'scrapy collect -h'")
        self.url, self.applied, self.has_begun = cluster_url(self.config), 0, False
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
        except _LOST as error:
            found = error if isinstance(error, ClusterError) else ClusterError(failure(error))
            if is_once or not self.has_begun or stop.is_set():
                raise found from None
            print_note(f"warning: {found}; trying again")
            return False
        return True

    def _collect_from(self, connection: object, stop: threading.Event, *, is_once: bool) -> None:
        size = self.config.getint("ARCHIVE_MAX_SIZE")
        journal = Path(f"{Path(self.database).resolve()}.collecting")
        with closing(Store.open(self.database)) as store:
            collector = Collector(store, connection, self.archive_folder, size, journal)
            collector.start()
            self.has_begun = True
            print_note("collecting")
            while not stop.is_set():
                applied = collector.step()
                self.applied += applied
                if applied or next(update(store), None):  # near-duplicates, a batch at a time
                    continue
                end_night(self.config, store, connection)
                if is_once:
                    break
                stop.wait(_PAUSE_SECONDS)
            collector.close()
