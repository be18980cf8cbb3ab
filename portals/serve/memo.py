"""Values that are slow to compute and may be a minute old, such as counts over all articles."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

_Value = TypeVar("_Value")

LIFETIME_SECONDS = 60.0
_MOST = 500  # values
_STALE = 10  # lifetimes, up to which an old value is better than to wait


class Memo:
    """A small cache, shared by threads; a value is computed by one of them at a time."""

    def __init__(
        self,
        lifetime: float = LIFETIME_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lifetime = lifetime
        self._clock = clock
        self._values: dict[object, tuple[float, Any]] = {}
        self._locks: dict[object, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: object, compute: Callable[[], _Value]) -> _Value:
        """Return the value of ``key``, computed anew where it is too old.

        While one thread does that, the others have the old value, if it is not much too old; only
        for the first one they wait. ``compute`` may ask for other keys.
        """
        with self._lock:
            if len(self._locks) >= _MOST:
                self._values.clear()
                self._locks.clear()
            lock = self._locks.setdefault(key, threading.Lock())
            at, value = self._values.get(key, (0.0, None))
            age = self._clock() - at if key in self._values else None
        if age is not None and age < self._lifetime:
            return value  # type: ignore[no-any-return]
        may_be_old = age is not None and age < _STALE * self._lifetime
        if not lock.acquire(blocking=not may_be_old):
            return value  # type: ignore[no-any-return]
        try:
            return self._computed(key, compute)
        finally:
            lock.release()

    def _computed(self, key: object, compute: Callable[[], _Value]) -> _Value:
        at, value = self._values.get(key, (0.0, None))
        if key in self._values and self._clock() - at < self._lifetime:
            return value  # type: ignore[no-any-return]
        found = compute()
        self._values[key] = (self._clock(), found)
        return found
