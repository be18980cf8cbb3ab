"""What actions need of an installation: its portals, spiders and archives."""

from __future__ import annotations

from portals.catalogue import portals
from portals.commands.base import PortalCommand
from portals.errors import PortalError


class Installation(PortalCommand):
    """Beside a command's declaration: which portals, spiders and archives there are.

    Spiders and archives are looked at with the whole reader, which takes a while to load.
    """

    def known_portals(self) -> list[str]:
        """Return the names of the portals, sorted: every row of the catalogue has a spider."""
        return sorted(portals())

    def crawled_portals(self) -> list[str]:
        """Return ``known_portals`` without those that ``local.toml`` disables.

        Raises PortalError if a disabled name is not a portal.
        """
        known, disabled = self.known_portals(), self.config.getlist("DISABLED_PORTALS")
        if unknown := sorted(set(disabled) - set(known)):
            from portals.recipes import unknown_name  # noqa: PLC0415 - see the class

            raise PortalError(f"DISABLED_PORTALS: {unknown_name(unknown[0], known)}")
        return [name for name in known if name not in disabled]

    def check_spider(self, name: str) -> None:
        """Raise PortalError where no spider is called ``name``."""
        from portals.recipes import spider_names, unknown_spider  # noqa: PLC0415 - see the class

        if name not in spider_names(self.config):
            raise PortalError(unknown_spider(self.config, name))

    def check_replay(self) -> None:
        """Raise ArchiveError if ``REPLAY`` is set to something that is not a readable archive."""
        from portals.network.replay_handler import open_replay  # noqa: PLC0415 - see the class

        if self.config["REPLAY"]:
            open_replay(self.config["REPLAY"])
