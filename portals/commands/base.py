"""The base class of the commands: declared texts and options, errors to exit codes."""

from __future__ import annotations

import argparse
import re
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from portals.commands.help import Codes, HelpFormatter, epilog
from portals.commands.output import (
    decode_argument,
    discard_stdout,
    flush_stdout,
    prepare_streams,
    print_error,
    print_note,
)
from portals.configuration import archive_folder
from portals.crawling.exit_codes import EXIT_CODES, USAGE_ERROR
from portals.crawling.parsed_settings import parse_settings
from portals.errors import PortalError, StorageError
from portals.file_failures import file_failure
from portals.known_settings import BY_NAME, check_names
from portals.program import named
from portals.spider_arguments import ARGUMENTS
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

REPORTED = tuple(error for errors, _ in _CODES for error in errors)
"""Errors that a command prints as one line."""


def option(*flags: str, **keywords: Any) -> Option:
    """Return an option of a command, written as for ``ArgumentParser.add_argument``."""
    return flags, keywords


def appending(flag: str, to: str, name: str, **keywords: Any) -> Option:
    """Return the flag that does what ``-s NAME=VALUE`` or ``-a NAME=VALUE`` does (``to``)."""
    return option(
        flag,
        dest=to,
        action="append",
        type=f"{name}={{}}".format,
        default=argparse.SUPPRESS,  # those of -s and -a, which come before
        **keywords,
    )


def setting_options(names: Iterable[str]) -> list[Option]:
    """Return the flags of those of the settings ``names`` that have one with a value."""
    found = (BY_NAME[name] for name in names)
    return [
        appending(
            one.flag, "set", one.name, metavar=one.metavar, help=f"{one.help} [{one.default}]"
        )
        for one in found
        if one.metavar
    ]


ARGUMENT_OPTIONS = tuple(
    appending(f"--{one.name}", "spargs", one.name, metavar=one.form, help=one.help)
    for one in ARGUMENTS
)
"""The flags of the spider arguments: ``--since DAY`` is ``-a since=DAY``."""

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


class OptionError(PortalError):
    """An option that the command does not have."""


_FLAG = re.compile(r"(?<![\w-])--?[a-zA-Z][\w-]*")
_NEVER_MEANT = frozenset({"--pdb", "--set", "--profile", "--pidfile"})
"""Options of Scrapy that are near to ours, and that are not meant: ``--db`` is no ``--pdb``."""

_JOINED = re.compile(r"-[A-Za-z]=|-s[A-Z][A-Z0-9_]*=|-L(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)$")
"""An option of one letter with its value behind it."""


class _MinusWords:
    """``parse_known_args`` of a parser for which a word such as ``-sách`` is an argument.

    Its own takes that for the option ``-s`` with the value ``ách``. An option of one letter has
    its value apart (``-s NAME=VALUE``) or is one of ``_JOINED``.
    """

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._parse = parser.parse_known_args

    def __call__(
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Parse ``args``; those words are moved behind ``--``, where nothing is an option."""
        given = list(sys.argv[1:] if args is None else args)
        end = given.index("--") if "--" in given else len(given)
        words = [one for one in given[:end] if _is_minus_word(one)]
        if not words:
            return self._parse(given, namespace)
        rest = [one for one in given[:end] if not _is_minus_word(one)]
        return self._parse([*rest, "--", *words, *given[end + 1 :]], namespace)


def _is_minus_word(word: str) -> bool:
    return len(word) > 2 and word[0] == "-" != word[1] and not _JOINED.match(word)


class CheckedCommand(ScrapyCommand):
    """A command that checks the settings it is given before it does anything.

    ``examples``: whole command lines. ``heeds``: the settings that matter to it. ``codes``: what
    its exit codes mean, beside or instead of ``COMMON_CODES``.
    """

    __module__ = "portals.commands"  # see PortalCommand

    _known: frozenset[str] | None = None
    _parser: argparse.ArgumentParser | None = None

    takes_minus: ClassVar[bool] = False
    """An argument may begin with one minus sign."""

    examples: ClassVar[tuple[str, ...]] = ()
    heeds: ClassVar[tuple[str, ...]] = ("DATABASE",)
    codes: ClassVar[Codes] = ()

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add Scrapy's options and those of settings; keep the parser for unknown options."""
        super().add_options(parser)
        for flags, keywords in setting_options(self.heeds):
            parser.add_argument(*flags, **keywords)
        if self.takes_minus:
            parser.parse_known_args = _MinusWords(parser)  # type: ignore[assignment]
        parser.allow_abbrev = False  # a slip (``--sinc``) is no wish, and becomes one option later
        parser.formatter_class = HelpFormatter
        parser.epilog = epilog(self.examples, self.heeds, self.codes)
        self._parser = parser

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Set the settings of the command line, and remember which there were before.

        A portal's name is text, which SQLite takes only as valid Unicode.
        """
        if portal := getattr(opts, "portal", None):
            opts.portal = decode_argument(portal)
        assert self.settings is not None
        self._known = frozenset(self.settings)
        super().process_options(args, opts)

    def check_given(self, args: list[str]) -> list[str]:
        """Return the arguments without ``--``; check options, and parse the values of settings.

        Scrapy takes an unknown option for an argument. Raises OptionError and SettingError.
        """
        assert self.settings is not None
        end = args.index("--") if "--" in args else len(args)
        sign = "--" if self.takes_minus else "-"
        for word in args[:end]:
            if word.startswith(sign) and word != "-":
                raise OptionError(self._unknown(word.partition("=")[0]))
        if self._known is not None:
            notes = check_names(sorted(self.settings.keys() - self._known), self._known)
            is_child = self.settings["END_WITH_PARENT"]  # its parent has printed them
            for note in () if is_child else notes:
                print_note(note)
        parse_settings(self.settings)
        return [*args[:end], *args[end + 1 :]]

    def _unknown(self, word: str) -> str:
        text = self._parser.format_help() if self._parser else ""
        flags = set(_FLAG.findall(text)) - _NEVER_MEANT
        near = get_close_matches(word, flags, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        name = type(self).__module__.rpartition(".")[2]
        return f"unknown option {word!r}; {hint}'scrapy {name} -h' prints all"


class PortalCommand(CheckedCommand):
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
        """Add Scrapy's options, those of settings, the declared ones, and ``--json``."""
        super().add_options(parser)
        for flags, keywords in self.options:
            parser.add_argument(*flags, **keywords)
        if self.json_help:
            parser.add_argument("--json", action="store_true", help=self.json_help)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the command; print expected errors as one line and set the exit code."""
        prepare_streams()
        try:
            self._execute(self.check_given(args), opts)
            sys.stdout.flush()
        except BrokenPipeError:
            discard_stdout()
        except KeyboardInterrupt:
            self.exitcode = print_error("interrupted; run again", EXIT_CODES["incomplete"])
        except UsageError as error:  # Scrapy prints it below the usage
            raise UsageError(named(str(error)), print_help=error.print_help) from None
        except REPORTED as error:
            self.exitcode = print_error(self.in_words(error), exit_code_of(error))
        finally:
            flush_stdout()

    def in_words(self, error: BaseException) -> object:
        """Return the error, of SQLite and of files with its cause and remedy."""
        if isinstance(error, OSError):
            return file_failure(error)
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

    @property
    def existing_archive_folder(self) -> Path | None:
        """The folder of the archives, as a command reads it that looks for what is there.

        Raises PortalError where one is configured and does not exist: it would be found whole.
        """
        folder = self.archive_folder
        if self.config["ARCHIVE_DIR"] and folder is not None and not folder.is_dir():
            raise PortalError(f"there is no folder ARCHIVE_DIR={folder}; is its disk mounted?")
        return folder


def exit_code_of(error: BaseException) -> int:
    """Return the exit code for one of ``REPORTED``."""
    return next(code for errors, code in _CODES if isinstance(error, errors))
