"""Free disk space, which is asked before something is written."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from portals.errors import PortalError, StorageError

_UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_BINARY = {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}
_AMOUNT = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,3})?) ?([KMGT]B|%)?", re.IGNORECASE)
_SIZE = re.compile(r"([0-9][0-9_]{0,15}(?:\.[0-9]{1,3})?) ?([KMGT]I?B)?", re.IGNORECASE)


class DiskLimitError(PortalError):
    """A limit of free disk space that cannot be used."""


def parse_size(text: str) -> int | None:
    """Return the bytes of a text like ``1GB``, ``1.5 MB``, ``512KiB``, ``1000000``, else None."""
    found = _SIZE.fullmatch(text)
    if found is None or (found[2] is None and "." in text):
        return None
    return round(float(found[1]) * (_UNITS | _BINARY)[(found[2] or "").upper()])


class DiskFullError(StorageError):
    """Less disk space is free than is wanted."""


@dataclass(frozen=True, slots=True)
class DiskLimit:
    """What must be free on a disk: so many bytes, and such a share (0 to 1) of its size."""

    size: float = 0
    share: float = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the limit of a text like ``2GB 5%``, ``500MB``, ``0``. Raises DiskLimitError."""
        size = share = 0.0
        for word in text.split():
            found = _AMOUNT.fullmatch(word)
            if found is None or (found[2] == "%" and float(found[1]) >= 100):
                raise DiskLimitError(
                    f"MIN_FREE_DISK={text!r} is not an amount; expected such as '2GB 5%', or 0"
                )
            if found[2] == "%":
                share = float(found[1]) / 100
            else:
                size = float(found[1]) * _UNITS[(found[2] or "").upper()]
        return cls(size, share)

    def check(self, places: Iterable[Path]) -> None:
        """Raise DiskFullError if less is free at one of ``places``, which need not exist yet."""
        for place in places:
            usage = shutil.disk_usage(_existing(place))
            if usage.free < max(self.size, self.share * usage.total):
                raise DiskFullError(
                    f"only {_shown(usage.free)} ({usage.free / usage.total:.0%}) are free at"
                    f" {place}; free disk space, or give less than that with -s MIN_FREE_DISK="
                )


def check_room(place: Path, size: int) -> None:
    """Raise DiskFullError if ``size`` more bytes have no room at ``place``."""
    free = shutil.disk_usage(_existing(place)).free
    if free < size:
        raise DiskFullError(
            f"{_shown(size)} are needed at {place}, and {_shown(free)} are free; free disk space"
        )


def _existing(place: Path) -> Path:
    """Return ``place``, or the nearest of its parents that exists."""
    place = place.resolve()
    return next(one for one in (place, *place.parents) if one.exists())


def _shown(size: float) -> str:
    unit = next(unit for unit in ("TB", "GB", "MB", "KB", "") if size >= _UNITS[unit] or not unit)
    return f"{size / _UNITS[unit]:.3g} {unit or 'bytes'}"
