"""The base class of the commands: declared texts and options, errors to exit codes."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings

from portals.commands.output import discard_stdout, flush_stdout, prepare_streams, print_error
from portals.configuration import archive_folder
from portals.crawling.clock import check_clock
from portals.crawling.exit_codes import EXIT_CODES, USAGE_ERROR
from portals.errors import PortalError, StorageError
from portals.free_space import DiskLimit
from portals.network.replay_handler import open_replay
from portals.recipes import portal_names, spider_names, unknown_spider
from portals.store.database import Store
from portals.store.portal_lock import PortalLockedError
from portals.store.write_failures import write_failure

Option = tuple[tuple[str, ...], dict[str, Any]]
"""The arguments of ``ArgumentParser.add_argument``: flags, and keywords."""

_CODES: tuple[tuple[tuple[type[BaseException], ...], int], ...] = (
    ((PortalLockedError,), EXIT_CODES["locked"]),
    ((StorageError, OSError, sqlite3.Error), EXIT_CODES["storage"]),
    ((PortalError,), USAGE_ERROR),
)
"""Exit codes of errors. The first matching row is used: some errors are subclasses of others."""

_REPORTED = tuple(error for errors, _ in _CODES for error in errors)


def option(*flags: str, **keywords: Any) -> Option:
    """Return an option of a command, written as for ``ArgumentParser.add_argument``."""
    return flags, keywords


NOW_OPTION = option(
    "--now", action="store_true", help="request servers that asked (Retry-After) to wait longer"
)
"""The option of the commands that crawl."""


class PortalCommand(ScrapyCommand):
    """Base of the commands: a subclass declares its texts and options and implements ``_execute``.

    ``usage``: the arguments after the command's name. ``summary``: one line for ``-h``.
    ``json_help``: what ``--json`` prints; empty if the command has no such flag.
    """

    # Scrapy would list this class as a command of every module that imports it: it compares
    # ``__module__`` with the name of the module.
    __module__ = "portals.commands"

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    usage: ClassVar[str] = ""
    summary: ClassVar[str]
    json_help: ClassVar[str] = ""
    options: ClassVar[tuple[Option, ...]] = ()

    def syntax(self) -> str:
        """Return ``usage``, for Scrapy."""
        return self.usage

    def short_desc(self) -> str:
        """Return ``summary``, for Scrapy."""
        return self.summary

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add Scrapy's options, then the declared ones, then ``--json``."""
        super().add_options(parser)
        for flags, keywords in self.options:
            parser.add_argument(*flags, **keywords)
        if self.json_help:
            parser.add_argument("--json", action="store_true", help=self.json_help)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the command; print expected errors as one line and set the exit code."""
        prepare_streams()
        try:
            self._execute(args, opts)
            sys.stdout.flush()
        except BrokenPipeError:
            discard_stdout()
        except KeyboardInterrupt:
            self.exitcode = print_error("interrupted; run again", EXIT_CODES["incomplete"])
        except _REPORTED as error:
            self.exitcode = print_error(self._in_words(error), _exit_code(error))
        finally:
            flush_stdout()

    def _in_words(self, error: BaseException) -> object:
        """Return the error, of SQLite with its cause and remedy."""
        if not isinstance(error, sqlite3.Error):
            return error
        return write_failure(error, Path(self.database))

    @abstractmethod
    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Execute the command. May raise UsageError, PortalError, OSError and sqlite3.Error."""

    @property
    def config(self) -> Settings:
        """The settings, which Scrapy sets before it calls any method."""
        assert self.settings is not None
        return self.settings

    @property
    def database(self) -> str:
        """The database's file."""
        return str(self.config["DATABASE"])

    @property
    def archive_folder(self) -> Path | None:
        """The folder of the archives; None if crawls are not archived."""
        return archive_folder(self.config["ARCHIVE_DIR"], self.database)

    def check_free_disk(self, *places: Path | None) -> None:
        """Raise DiskFullError if less than MIN_FREE_DISK is free at one of ``places``.

        Without places, it is where the database and its archives are.
        """
        wanted = places or (Path(self.database), self.archive_folder)
        DiskLimit.parse(str(self.config["MIN_FREE_DISK"])).check(filter(None, wanted))

    def check_clock(self, store: Store) -> None:
        """Raise ClockError if the machine's clock is behind, unless CHECK_CLOCK is off."""
        if self.config.getbool("CHECK_CLOCK", default=True):
            check_clock(store)

    def known_portals(self) -> list[str]:
        """Return the names of the portals that have a spider, sorted."""
        return portal_names(self.config)

    def crawled_portals(self) -> list[str]:
        """Return ``known_portals`` without those that ``local.toml`` disables.

        Raises PortalError if a disabled name is not a portal.
        """
        known, disabled = self.known_portals(), self.config.getlist("DISABLED_PORTALS")
        if unknown := sorted(set(disabled) - set(known)):
            raise PortalError(
                f"DISABLED_PORTALS: there is no portal {unknown[0]!r}; there are {', '.join(known)}"
            )
        return [name for name in known if name not in disabled]

    def check_spider(self, name: str) -> None:
        """Raise PortalError where no spider is called ``name``."""
        if name not in spider_names(self.config):
            raise PortalError(unknown_spider(self.config, name))

    def check_replay(self) -> None:
        """Raise ArchiveError if ``REPLAY`` is set to something that is not a readable archive."""
        if self.config["REPLAY"]:
            open_replay(self.config["REPLAY"])


def _exit_code(error: BaseException) -> int:
    return next(code for errors, code in _CODES if isinstance(error, errors))
