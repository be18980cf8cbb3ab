"""Add-ons: settings that follow from other settings."""

from __future__ import annotations

from scrapy.settings import BaseSettings

from portals.crawling.arguments import ArgumentError
from portals.timestamps import ScheduleError, parse_duration


def seconds(text: str, name: str) -> int:
    """Return a span like "90" (seconds), "90m" or "2h" in seconds. Raises ArgumentError."""
    if text.isdecimal():
        return int(text)
    try:
        return int(parse_duration(text).total_seconds())
    except ScheduleError:
        raise ArgumentError(f"{name}={text!r} is no span of time; give it like 90m or 2h") from None


class RecordingAddon:
    """With ``RECORD`` set, stores the crawl: its queue, its pages, its run and its articles."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Put the frontier in the place of Scrapy's scheduler, and add what records."""
        if not settings.getbool("RECORD"):
            settings.set("ARCHIVE_DIR", None, priority="cmdline")
            # The operator may look at a file; what a page leads to is http or nothing.
            settings.set("DOWNLOAD_HANDLERS", settings.getdict("DOWNLOAD_HANDLERS") | _FILES)
            return
        # Default: a scheduler in memory; a kill would lose it.
        settings.set("SCHEDULER", "portals.crawling.scheduler.Frontier", priority="addon")
        extensions = settings.getdict("EXTENSIONS") | _RECORDING
        settings.set("EXTENSIONS", extensions, priority="project")


_FILES = {"file": "scrapy.core.downloader.handlers.file.FileDownloadHandler"}
_RECORDING = {
    "portals.crawling.recording.Recording": 100,
    "portals.operations.progress.Progress": 200,
}


class MaxRuntimeAddon:
    """With ``MAX_RUNTIME`` set, ends the crawl cleanly after that time; the next run resumes it."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Translate the span into Scrapy's own setting. Raises ArgumentError."""
        if span := seconds(str(settings.get("MAX_RUNTIME") or 0), "MAX_RUNTIME"):
            settings.set("CLOSESPIDER_TIMEOUT", span, priority="cmdline")


class ReplayAddon:
    """With ``REPLAY`` set, swaps the network for the archive and drops what slows a live crawl."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Change the settings of a replayed crawl."""
        if not settings.get("REPLAY"):
            return
        handler = "portals.network.replay_handler.ReplayHandler"
        changes = {
            "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
            "ARCHIVE_DIR": None,
            "AUTOTHROTTLE_ENABLED": False,
            "DOWNLOAD_DELAY": 0,
            "RETRY_ENABLED": False,
            "CONCURRENT_REQUESTS": 8,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
        }
        for name, value in changes.items():
            settings.set(name, value, priority="cmdline")
