"""The modes of a crawl: where its pages come from."""

from __future__ import annotations

from enum import StrEnum


class CrawlMode(StrEnum):
    """``live``: the portal; ``replay``: WARC files; ``wayback``: the Wayback Machine."""

    LIVE = "live"
    REPLAY = "replay"
    WAYBACK = "wayback"

    @classmethod
    def of(cls, replay: object, via: str | None) -> CrawlMode:
        """Return the mode for the setting ``REPLAY`` and the argument ``via``."""
        if replay:
            return cls.REPLAY
        return cls.WAYBACK if via else cls.LIVE
