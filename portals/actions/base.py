"""What actions need of an installation: its portals, spiders and archives."""

from __future__ import annotations

from portals.commands.base import PortalCommand
from portals.errors import PortalError
from portals.network.replay_handler import open_replay
from portals.recipes import portal_names, spider_names, unknown_name, unknown_spider


class Installation(PortalCommand):
    """Beside a command's declaration: which portals, spiders and archives there are."""

    def known_portals(self) -> list[str]:
        """Return the names of the portals that have a spider, sorted."""
        return portal_names(self.config)

    def crawled_portals(self) -> list[str]:
        """Return ``known_portals`` without those that ``local.toml`` disables.

        Raises PortalError if a disabled name is not a portal.
        """
        known, disabled = self.known_portals(), self.config.getlist("DISABLED_PORTALS")
        if unknown := sorted(set(disabled) - set(known)):
            raise PortalError(f"DISABLED_PORTALS: {unknown_name(unknown[0], known)}")
        return [name for name in known if name not in disabled]

    def check_spider(self, name: str) -> None:
        """Raise PortalError where no spider is called ``name``."""
        if name not in spider_names(self.config):
            raise PortalError(unknown_spider(self.config, name))

    def check_replay(self) -> None:
        """Raise ArchiveError if ``REPLAY`` is set to something that is not a readable archive."""
        if self.config["REPLAY"]:
            open_replay(self.config["REPLAY"])
