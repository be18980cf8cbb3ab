"""What actions need of an installation: its portals, spiders and archives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.settings import SETTINGS_PRIORITIES

from portals.catalogue import portals
from portals.commands.base import PortalCommand
from portals.commands.output import print_note
from portals.errors import PortalError, StorageError
from portals.free_space import DiskLimit

if TYPE_CHECKING:
    from portals.store.database import Store


class Installation(PortalCommand):
    """Beside a command's declaration: which portals, spiders and archives there are.

    Spiders and archives are looked at with the whole reader, which takes a while to load.
    """

    def known_portals(self) -> list[str]:
        """Return the names of the portals, sorted: every row of the catalogue has a spider."""
        return sorted(portals())

    def check_free_disk(self, *places: Path | None) -> None:
        """Raise DiskFullError if less than MIN_FREE_DISK is free at one of ``places``.

        Without places, it is where the database and its archives are.
        """
        wanted = places or (Path(self.database), self.archive_folder)
        DiskLimit.parse(str(self.config["MIN_FREE_DISK"])).check(filter(None, wanted))

    def check_clock(self, store: Store) -> None:
        """Raise ClockError if the machine's clock is behind, unless CHECK_CLOCK is off."""
        from portals.crawling.clock import check_clock  # noqa: PLC0415 - see the class

        if self.config.getbool("CHECK_CLOCK", default=True):
            check_clock(store)

    def open_if_readable(self) -> Store | None:
        """Return the database to read, None where there is none.

        One that is named, or is there, and cannot be read is said: what it knows is left out.
        """
        from portals.store.database import Store  # noqa: PLC0415 - see the class

        is_named = self.config.getpriority("DATABASE") == SETTINGS_PRIORITIES["cmdline"]
        try:
            return Store.open_to_read(self.database)
        except StorageError as error:
            if is_named or Path(self.database).exists():
                print_note(f"warning: what is stored is left out: {error}")
            return None

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

    def check_proxies(self) -> None:
        """Raise PortalError where the environment names a proxy that none can be."""
        from portals.network.proxies import environment_fault  # noqa: PLC0415 - see the class

        if not self.config["REPLAY"] and (fault := environment_fault()):
            raise PortalError(fault)
