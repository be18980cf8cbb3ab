"""Add-ons: settings that follow from other settings."""

from __future__ import annotations

from scrapy.settings import BaseSettings


class ReplayAddon:
    """With ``REPLAY`` set, swaps the network for the archive and drops what slows a live crawl."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Change the settings of a replayed crawl."""
        if not settings.get("REPLAY"):
            return
        handler = "portals.crawling.replay.ReplayHandler"
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
