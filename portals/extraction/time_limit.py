"""The time that one page may take to be read: no page may hold up the others."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

PAGE_SECONDS = 2.0
"""CPU time for everything that is read of one page; usual ones take some milliseconds."""

_CLOCK = getattr(signal, "ITIMER_VIRTUAL", 1)


class PageTimeoutError(BaseException):
    """A page took longer to read than it may.

    No ``Exception``, so that no reader on the way takes it for a failure of its own.
    """


@contextmanager
def time_limit(seconds: float = PAGE_SECONDS) -> Iterator[None]:
    """Let what is inside take ``seconds`` of this process's CPU time. Raises PageTooSlow.

    Time on the CPU, since a sleeping or crowded machine says nothing of a page. Only where the
    system has such timers, and in the main thread, which alone hears them; elsewhere nothing is
    limited. Code in C hears of no signal until it returns: the limits on pages see to it that it
    does. One inside another does nothing.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or not hasattr(signal, "setitimer") or signal.getitimer(_CLOCK)[0]:
        yield  # one that runs around this one goes on
        return
    before = signal.signal(signal.SIGVTALRM, _too_slow)
    # Again and again, since the first one may meet code that swallows it (trafilatura's).
    signal.setitimer(_CLOCK, seconds, seconds / 10)
    try:
        yield
    finally:
        signal.setitimer(_CLOCK, 0)
        signal.signal(signal.SIGVTALRM, before)


def _too_slow(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    raise PageTimeoutError
