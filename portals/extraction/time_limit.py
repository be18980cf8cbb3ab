"""A limit on the CPU time of extraction per page, so that no page delays the others."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

PAGE_SECONDS = 2.0
"""CPU seconds for the extraction of one page; usual ones take some milliseconds."""

_CLOCK = getattr(signal, "ITIMER_VIRTUAL", 1)


class PageTimeoutError(BaseException):
    """A page took longer to read than the limit.

    Not an ``Exception``, so that no ``except Exception`` of a library catches it.
    """


@contextmanager
def time_limit(seconds: float = PAGE_SECONDS) -> Iterator[None]:
    """Limit the CPU time of the block to ``seconds``. Raises PageTimeoutError.

    CPU time, since wall-clock time depends on the load of the machine. It works only if the
    platform has interval timers, and in the main thread, which alone receives signals; elsewhere
    nothing is limited. C code is not interrupted until it returns: the limits on the size of pages
    ensure that it does. A limit inside another one has no effect.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or not hasattr(signal, "setitimer") or signal.getitimer(_CLOCK)[0]:
        yield  # an outer limit stays in force
        return
    before = signal.signal(signal.SIGVTALRM, _too_slow)
    # Repeated, since the first exception may be caught by a library (trafilatura).
    signal.setitimer(_CLOCK, seconds, seconds / 10)
    try:
        yield
    finally:
        signal.setitimer(_CLOCK, 0)
        signal.signal(signal.SIGVTALRM, before)


def _too_slow(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    raise PageTimeoutError
