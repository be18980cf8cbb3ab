"""Add-ons: settings that follow from other settings."""

from __future__ import annotations

from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings

from portals.crawling.parsed_settings import parse_settings
from portals.setting_kinds import SettingError


class ParsedSettingsAddon:
    """Lets Scrapy's own tools read settings as our commands do, which check them before."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Parse the values. Raises UsageError, which ends Scrapy's tools in one line."""
        try:
            parse_settings(settings)
        except SettingError as error:
            raise UsageError(str(error), print_help=False) from error


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
        recording = _ON_A_NODE if settings.getbool("ON_NODE") else _RECORDING
        extensions = settings.getdict("EXTENSIONS") | recording
        settings.set("EXTENSIONS", extensions, priority="project")


class BrowserAddon:
    """With ``BROWSER`` set, a browser builds the pages of a crawl that requests them itself."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Set the download handlers. Archives hold the pages as they were built."""
        if settings.getbool("BROWSER") and not settings.get("REPLAY"):
            handler = "portals.network.browser.BrowserHandler"
            handlers = settings.getdict("DOWNLOAD_HANDLERS") | {"http": handler, "https": handler}
            settings.set("DOWNLOAD_HANDLERS", handlers, priority="project")


_FILES = {"file": "scrapy.core.downloader.handlers.file.FileDownloadHandler"}
_RECORDING = {
    "portals.crawling.recording.Recording": 100,
    "portals.operations.progress.Progress": 200,
}

_ON_A_NODE = {
    "portals.cluster.recording.ClusterRecording": 100,
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
        """Set ``CLOSESPIDER_TIMEOUT`` to the duration."""
        if span := settings.getfloat("MAX_RUNTIME"):
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
