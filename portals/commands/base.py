"""The base class of the commands: declared texts and options, errors to exit codes."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings

from portals.commands.output import discard_stdout, flush_stdout, prepare_streams, print_error
from portals.configuration import archive_folder
from portals.crawling.exit_codes import EXIT_CODES, USAGE_ERROR
from portals.errors import PortalError, StorageError
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

CHOICE_OPTIONS = (
    option("--kind", metavar="KINDS", help="only these kinds, as union, press, state, party"),
    option("--province", metavar="NAMES", help="only of these provinces, of 2024 or of today"),
    option("--cms", metavar="SYSTEMS", help="only on these systems, as NukeViet"),
    option("--state", metavar="STATES", help="only in these states: live, merged, gone, unknown"),
)
"""The options that choose portals of the catalogue; several values are separated by commas."""


_Command = TypeVar("_Command", bound=ScrapyCommand)

# On import both look at the whole stack, with the source of every frame: .1 s here, .6 s below the
# imports of an action.
DOWNLOADER = ("scrapy.core.downloader.tls", "scrapy.core.downloader.contextfactory")
"""``loads_first`` of a command that downloads."""


def action_of(command: _Command) -> _Command:
    """Return the action of a command, with its settings; the modules that it needs are loaded."""
    name = type(command).__module__.rpartition(".")[2]
    action: _Command = import_module(f"portals.actions.{name}").Action()
    action.settings = command.settings
    return action


class PortalCommand(ScrapyCommand):
    """Base of the commands: a subclass declares its texts and options.

    Scrapy loads every command for each one that it runs. So what a command does, and what it
    imports for that, is in ``portals.actions``: a subclass of the declaration, of the same name.

    ``usage``: the arguments after the command's name. ``summary``: one line for ``-h``.
    ``json_help``: what ``--json`` prints; empty if the command has no such flag.
    ``loads_first``: modules that are imported before the action.
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
    loads_first: ClassVar[tuple[str, ...]] = ()

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

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Execute the command's action, which overrides this method.

        May raise UsageError, PortalError, OSError and sqlite3.Error.
        """
        for module in self.loads_first:
            import_module(module)
        action = action_of(self)
        action.perform(args, opts)
        self.exitcode = action.exitcode

    def perform(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do what the command is for; errors are raised, see ``_execute``."""
        self._execute(args, opts)

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


def _exit_code(error: BaseException) -> int:
    return next(code for errors, code in _CODES if isinstance(error, errors))
