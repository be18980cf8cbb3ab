"""What the commands of a cluster have in common."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scrapy.settings import Settings

from portals.cluster.postgres import ClusterError


def cluster_url(settings: Settings) -> str:
    """Return ``CLUSTER_URL``. Raises ClusterError where it is not set."""
    if url := str(settings["CLUSTER_URL"] or ""):
        return url
    raise ClusterError(
        "CLUSTER_URL is not set; set it in the environment:"
        " CLUSTER_URL=postgresql://USER:PASSWORD@HOST/DATABASE"
    )


@contextmanager
def stop_signals() -> Iterator[threading.Event]:
    """Give an event that SIGTERM, SIGINT and SIGHUP set, instead of ending the process."""
    event = threading.Event()
    before: dict[signal.Signals, Any] = {}
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, lambda *_: event.set())
    try:
        yield event
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
