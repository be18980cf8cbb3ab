"""What a command loads before it does anything: its own needs, not those of all commands."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from portals.commands import export, report, search
from portals.configuration import DATABASE
from portals.reporting.page import LANGUAGES
from portals.store.database import Store
from portals.store.export_formats import FORMATS
from portals.store.search import LIMIT
from tests.support.processes import Done, run
from tests.support.project import PROJECT

COMMANDS = PROJECT / "portals" / "commands"
ACTIONS = PROJECT / "portals" / "actions"
FRAME = {"__init__", "base", "help", "output", "uncaught"}

HEAVY = {
    "apprise", "cattrs", "datasketch", "matplotlib", "playwright", "pyarrow", "rich",
    "trafilatura", "warcio", "portals.archive", "portals.extraction", "portals.families",
    "portals.network", "portals.operations", "portals.reporting", "spiders",
}  # fmt: skip
"""Modules that a command about stored rows never needs; its output is no terminal here."""

STORE = {"sqlite_utils", "portals.store.database"}
DOWNLOADING = {
    "aiohttp", "numpy", "scrapy.core.downloader.handlers.http11", "scrapy.core.downloader.tls",
    "tldextract", "twisted.conch",
}  # fmt: skip
"""What no command loads that requests nothing."""

PRINT_MODULES = """
import atexit, sys
atexit.register(lambda: print("loaded:", *sys.modules, file=sys.stderr))
"""


SAMPLE = PROJECT / "data" / "sample.warc.gz"


def fresh(*arguments: str) -> Done:
    return run("tests.support.after", PRINT_MODULES, *arguments, fresh=True)


def loaded_by(done: Done) -> set[str]:
    return set(done.err.splitlines()[-1].removeprefix("loaded: ").split())


@pytest.mark.crawl
@pytest.mark.parametrize(
    ("arguments", "unneeded"),
    [
        (("-h",), HEAVY | STORE | DOWNLOADING),
        (("explain",), HEAVY | STORE | DOWNLOADING),
        (("explain", "drift"), HEAVY | STORE | DOWNLOADING),
        (("gaps",), HEAVY | DOWNLOADING),
        (("list",), DOWNLOADING),
        (("portals",), DOWNLOADING),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_command_loads_nothing_that_it_does_not_need(
    arguments: tuple[str, ...],
    unneeded: set[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database = tmp_path / "a.db"
    Store.open(database).close()
    monkeypatch.setenv(DATABASE, str(database))

    done = fresh(*arguments)

    loaded = loaded_by(done)
    assert done.code == 0, done
    assert "portals.commands.status" in loaded  # Scrapy has loaded every declaration
    assert sorted(loaded & unneeded) == []


@pytest.mark.crawl
def test_what_listens_on_a_port_is_loaded_only_where_it_is_wanted(tmp_path: Path) -> None:
    place = ("-s", f"DATABASE={tmp_path / 'a.db'}", "-s", f"REPLAY={SAMPLE}")

    done = fresh("crawl", "ldtd", *place)
    wanted = fresh("crawl", "ldtd", *place, "-s", "REMOTE_CONTROL_ENABLED=True")

    assert done.code == wanted.code == 0
    assert not {"aiohttp", "twisted.conch"}.intersection(loaded_by(done))
    assert "scrapy.extensions.remote_control" in loaded_by(wanted)


@pytest.mark.quick
def test_every_command_has_an_action_of_its_name() -> None:
    declared = {path.stem for path in COMMANDS.glob("*.py")} - FRAME

    assert declared
    assert declared <= {path.stem for path in ACTIONS.glob("*.py")}


@pytest.mark.quick
@pytest.mark.parametrize("path", sorted(COMMANDS.glob("*.py")), ids=lambda path: path.stem)
def test_a_declaration_imports_the_frame_and_light_modules_only(path: Path) -> None:
    allowed = {"portals.commands.base", "portals.commands.help"}
    if path.stem == "genspider":  # a subclass of Scrapy's command, with the same errors
        allowed |= {
            "portals.commands.output", "portals.crawling.exit_codes", "portals.errors",
        }  # fmt: skip
    if path.stem in FRAME:
        allowed = {
            "portals.commands.help", "portals.commands.output", "portals.commands.uncaught",
            "portals.configuration", "portals.crawling.exit_codes", "portals.file_failures",
            "portals.crawling.parsed_settings", "portals.errors", "portals.known_settings",
            "portals.program", "portals.spider_arguments",
            "portals.redaction", "portals.store.portal_lock", "portals.store.write_failures",
            "portals.timestamps",
        }  # fmt: skip
    imported = {
        str(node.module)
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("portals.")
    }

    assert imported <= allowed


@pytest.mark.quick
def test_the_values_of_options_are_those_that_the_actions_accept() -> None:
    assert tuple(sorted(FORMATS)) == export.FORMATS
    assert report.LANGUAGES == LANGUAGES
    assert search.LIMIT == LIMIT
