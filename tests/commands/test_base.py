"""The frame of the commands: which there are, and how an error ends each of them."""

from __future__ import annotations

import argparse
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from portals.commands.base import PortalCommand
from portals.errors import ArchiveError, CatalogueError, PortalError, StorageError
from portals.store.portal_lock import PortalLockedError
from tests.support.commands import scrapy
from tests.support.project import PROJECT

COMMANDS = {
    path.stem for path in (PROJECT / "portals" / "commands").glob("*.py")
} - {"__init__", "base", "help", "output", "uncaught"}  # fmt: skip


class Failing(PortalCommand):
    """Raises what it was made with."""

    summary = "Fail"

    def __init__(self, error: BaseException | None) -> None:
        super().__init__()
        self.error = error

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002
        if self.error:
            raise self.error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (None, 0),
        (PortalLockedError("another run is alive"), 14),
        (StorageError("there is no database"), 15),
        (FileNotFoundError(2, "No such file"), 15),
        (sqlite3.OperationalError("database is locked"), 15),
        (PortalError("no such portal"), 2),
        (ArchiveError("no archive"), 2),
        (CatalogueError("a column lacks"), 2),
        (KeyboardInterrupt(), 10),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_is_one_line_and_an_exit_code(
    error: BaseException | None, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    command = Failing(error)
    command.settings = Settings({"DATABASE": "a.db"})
    command.run([], argparse.Namespace())

    out, err = capsys.readouterr()
    assert (command.exitcode, out, err.count("\n")) == (code, "", 1 if error else 0)
    assert not error or err.startswith("error: ")


@pytest.mark.parametrize("error", [UsageError("give one"), ZeroDivisionError()])
def test_wrong_usage_and_errors_of_the_program_are_left_to_scrapy(error: Exception) -> None:
    command = Failing(error)
    command.settings = Settings({"DATABASE": "a.db"})
    with pytest.raises(type(error)):
        command.run([], argparse.Namespace())


def test_scrapys_help_lists_the_commands_and_not_their_frame() -> None:
    lines = scrapy("-h").out.splitlines()
    listed = {line.split()[0] for line in lines if line.startswith("  ") and line.strip()}

    assert listed >= COMMANDS
    assert not {"base", "output", "commands"} & listed


@pytest.mark.parametrize("flag", ["-a", "-o", "-O", "-s", "-L", "--logfile", "--nolog"])
def test_crawl_has_the_flags_of_scrapys_own(flag: str) -> None:
    assert f"{flag} " in scrapy("crawl", "-h").out


def test_a_reader_that_goes_away_ends_a_command_without_a_word() -> None:
    command = [sys.executable, "-m", "scrapy", "portals", "--json"]
    with subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        err = running.stderr.read()

    assert (running.returncode, err) == (0, b"")


def test_a_crawl_whose_engine_cannot_be_made_has_crashed(tmp_path: Path) -> None:
    done = scrapy(
        "crawl", "ldtd", "-s", f"DATABASE={tmp_path / 'a.db'}", "-s", "DOWNLOADER=portals.none.None"
    )

    assert (done.code, done.out) == (17, "")
    assert done.err.splitlines()[-1] == "error: the crawl did not start, see the log above"


def test_an_existing_folder_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    done = scrapy("archive", "prune", "--older", "1d", "-s", f"DATABASE={tmp_path}")

    assert (done.code, done.out, done.err.count("\n")) == (15, "", 1)
