"""Add-ons: settings that follow from other settings."""

from __future__ import annotations

from scrapy.settings import BaseSettings

from portals.crawling.arguments import ArgumentError
from portals.timestamps import ScheduleError, parse_duration


def seconds(text: str, name: str) -> int:
    """Return a duration like "90" (seconds), "90m" or "2h" in seconds. Raises ArgumentError."""
    if text.isdecimal():
        return int(text)
    try:
        return int(parse_duration(text).total_seconds())
    except ScheduleError:
        raise ArgumentError(f"{name}={text!r} is not a duration; expected 90m or 2h") from None


class RecordingAddon:
    """With ``RECORD`` set, enables the components that store the crawl in database and archive."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Replace Scrapy's scheduler by the frontier and add the recording extensions."""
        if not settings.getbool("RECORD"):
            settings.set("ARCHIVE_DIR", "", priority="cmdline")
            # Scrapy's tools may open a file; the URL guard refuses file: links of pages.
            settings.set("DOWNLOAD_HANDLERS", settings.getdict("DOWNLOAD_HANDLERS") | _FILES)
            return
        # Default: a scheduler in memory, whose queue a killed process loses.
        settings.set("SCHEDULER", "portals.crawling.scheduler.Frontier", priority="addon")
        extensions = settings.getdict("EXTENSIONS") | _RECORDING
        settings.set("EXTENSIONS", extensions, priority="project")


_FILES = {"file": "scrapy.core.downloader.handlers.file.FileDownloadHandler"}
_RECORDING = {
    "portals.crawling.recording.Recording": 100,
    "portals.operations.progress.Progress": 200,
}


class UnusedExtensionsAddon:
    """Leaves out Scrapy's extensions that listen on a port, unless their setting enables them.

    Scrapy imports them to ask whether they are enabled, also those that ``EXTENSIONS`` sets to
    None: half a second of every crawl's start.
    """

    def update_settings(self, settings: BaseSettings) -> None:
        """Remove the disabled ones from ``EXTENSIONS_BASE``."""
        unused = {path for name, path in _LISTENING.items() if not settings.getbool(name)}
        base = settings.getdict("EXTENSIONS_BASE")
        kept = {path: order for path, order in base.items() if path not in unused}
        settings.set("EXTENSIONS_BASE", kept, priority="project")


_LISTENING = {
    "REMOTE_CONTROL_ENABLED": "scrapy.extensions.remote_control.RemoteControl",
    "TELNETCONSOLE_ENABLED": "scrapy.extensions.telnet.TelnetConsole",
}


class MaxRuntimeAddon:
    """With ``MAX_RUNTIME`` set, closes the spider after that time; the next run resumes it."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Set ``CLOSESPIDER_TIMEOUT`` to the duration. Raises ArgumentError."""
        if span := seconds(str(settings.get("MAX_RUNTIME") or 0), "MAX_RUNTIME"):
            settings.set("CLOSESPIDER_TIMEOUT", span, priority="cmdline")


class ReplayAddon:
    """With ``REPLAY`` set, answers requests from archives, without delays and throttling."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Change the settings of a replayed crawl."""
        if not settings.get("REPLAY"):
            return
        handler = "portals.network.replay_handler.ReplayHandler"
        changes = {
            "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
            "ARCHIVE_DIR": "",
            "AUTOTHROTTLE_ENABLED": False,
            "DOWNLOAD_DELAY": 0,
            "RETRY_ENABLED": False,
            "CONCURRENT_REQUESTS": 8,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
        }
        for name, value in changes.items():
            settings.set(name, value, priority="cmdline")
