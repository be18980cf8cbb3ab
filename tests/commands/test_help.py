"""``-h`` of every command: what it does, examples that parse, flags, settings and exit codes."""

from __future__ import annotations

import argparse
import re
import shlex
from importlib import import_module
from typing import Any

import pytest
from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings

from portals.commands.help import COMMON_CODES
from portals.crawling.exit_codes import exit_codes
from portals.known_settings import BY_NAME
from tests.support.project import PROJECT

pytestmark = pytest.mark.quick

NAMES = sorted(
    {path.stem for path in (PROJECT / "portals" / "commands").glob("*.py")}
    - {"__init__", "base", "help", "output", "uncaught"}
)


def prepared(name: str) -> tuple[Any, argparse.ArgumentParser]:
    command: ScrapyCommand = import_module(f"portals.commands.{name}").Command()
    command.settings = Settings()
    parser = argparse.ArgumentParser(
        prog=f"scrapy {name}", conflict_handler="resolve", description=command.long_desc()
    )
    command.add_options(parser)
    return command, parser


@pytest.mark.parametrize("name", NAMES)
def test_it_names_every_flag_with_what_it_does(name: str) -> None:
    _, parser = prepared(name)
    text = parser.format_help()

    for action in parser._actions:
        assert action.option_strings
        assert action.help, action.option_strings
        assert all(flag in text for flag in action.option_strings)


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_the_command_does_which_settings_it_heeds_and_how_it_ends(name: str) -> None:
    command, parser = prepared(name)
    text = parser.format_help()

    assert command.short_desc() in " ".join(text.split())
    for setting in (BY_NAME[one] for one in command.heeds):
        shown = rf"{setting.flag} {setting.metavar}" if setting.metavar else f"{setting.name}="
        assert shown in text
        assert setting.help in " ".join(text.split())
        assert f"[{setting.default}]" in " ".join(text.split())
    ends = text[text.index("Exit codes") :]
    meanings = dict([*COMMON_CODES, *command.codes])
    assert re.findall(r"^ +(\d+)  ", ends, re.MULTILINE) == [
        str(code) for code, meaning in sorted(meanings.items()) if meaning
    ]


@pytest.mark.parametrize("name", NAMES)
def test_its_examples_parse(name: str) -> None:
    command, parser = prepared(name)

    assert command.examples
    for example in command.examples:
        assert f"\n  {example}\n" in parser.format_help()
        words = shlex.split(example)
        assert words[:2] == ["scrapy", name]
        opts, args = parser.parse_known_args(words[2:])
        command.process_options(args, opts)
        command.check_given(args)


def test_the_exit_codes_are_those_that_are_documented() -> None:
    documented = {row.code for row in exit_codes()}

    for name in NAMES:
        assert {code for code, _ in prepared(name)[0].codes} <= documented


@pytest.mark.parametrize("name", NAMES)
def test_it_fits_a_terminal_of_80_columns(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    assert [line for line in prepared(name)[1].format_help().splitlines() if len(line) > 80] == []
