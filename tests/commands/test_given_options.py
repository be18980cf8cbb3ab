"""Options: unknown ones are refused, and flags of settings do what ``-s`` and ``-a`` do."""

from __future__ import annotations

import argparse
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings

from portals.commands.base import CheckedCommand, OptionError, PortalCommand
from portals.commands.search import Command as Search
from portals.commands.status import Command as Status
from portals.known_settings import BY_NAME, SETTINGS
from portals.spider_arguments import ARGUMENTS
from tests.support.commands import live, scrapy
from tests.support.http_server import serving
from tests.support.project import PROJECT
from tests.support.small_portal import small_portal

NAMES = sorted(
    {path.stem for path in (PROJECT / "portals" / "commands").glob("*.py")}
    - {"__init__", "base", "help", "output", "uncaught"}
)
FLAGS = [one for one in SETTINGS if one.metavar]


def prepared(command: ScrapyCommand) -> argparse.ArgumentParser:
    command.settings = Settings()
    parser = argparse.ArgumentParser(conflict_handler="resolve")
    command.add_options(parser)
    return parser


def command_of(name: str) -> Any:
    return import_module(f"portals.commands.{name}").Command()


@pytest.mark.quick
@pytest.mark.parametrize("name", NAMES)
def test_the_flag_of_a_setting_is_the_setting(name: str) -> None:
    command = command_of(name)
    parser = prepared(command)
    if not isinstance(command, PortalCommand):
        return
    for one in (BY_NAME[setting] for setting in command.heeds):
        if one.metavar:
            flag = parser.parse_args([one.flag, "a=b{}"])
            assert flag == parser.parse_args(["-s", f"{one.name}=a=b{{}}"])
            both = parser.parse_args(["-s", f"{one.name}=1", one.flag, "2", "-s", "X=3"])
            assert both.set == [f"{one.name}=1", f"{one.name}=2", "X=3"]


@pytest.mark.quick
@pytest.mark.parametrize("name", ["crawl", "crawlall", "doctor"])
def test_the_flag_of_an_argument_is_the_argument(name: str) -> None:
    parser = prepared(command_of(name))
    for one in ARGUMENTS:
        flag = parser.parse_args([f"--{one.name}", "1"])
        assert flag == parser.parse_args(["-a", f"{one.name}=1"])


@pytest.mark.quick
def test_the_frequent_settings_have_a_flag() -> None:
    flags = {one.flag for one in FLAGS}

    assert flags >= {"--db", "--replay", "--max-requests", "--max-runtime", "--archive-dir"}


@pytest.mark.quick
@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_option_is_refused_with_the_one_that_is_meant(name: str) -> None:
    command = command_of(name)
    _, args = prepared(command).parse_known_args(["--logfiel", "x"])

    with pytest.raises(OptionError) as caught:
        command.check_given(args)

    assert str(caught.value) == (
        f"unknown option '--logfiel'; did you mean --logfile? 'scrapy {name} -h' prints all"
    )


@pytest.mark.quick
@pytest.mark.parametrize(
    ("name", "word", "hint"),
    [("crawl", "--sinc", "did you mean --since? "), ("explain", "--db", "")],
)
def test_a_slip_is_no_abbreviation_and_only_what_can_be_meant_is_proposed(
    name: str, word: str, hint: str
) -> None:
    command = command_of(name)
    with pytest.raises(OptionError, match=rf"unknown option '{word}'; {re.escape(hint)}'scrapy"):
        given_to(command, word, "1")


def given_to(command: CheckedCommand, *words: str) -> list[str]:
    _, args = prepared(command).parse_known_args(words)
    return command.check_given(args)


@pytest.mark.quick
def test_what_is_behind_two_minus_signs_is_no_option() -> None:
    assert given_to(Status(), "a", "--", "--b", "-c") == ["a", "--b", "-c"]


@pytest.mark.quick
def test_a_search_takes_words_to_exclude_and_other_commands_take_none() -> None:
    assert given_to(Search(), "công", "-đoàn") == ["công", "-đoàn"]
    with pytest.raises(OptionError, match="unknown option '--đoàn';"):
        given_to(Search(), "công", "--đoàn")
    with pytest.raises(OptionError, match="unknown option '-đoàn'"):
        given_to(Status(), "-đoàn")


@pytest.mark.quick
@pytest.mark.parametrize("word", ["-sách", "-Lan", "-high", "-họp", '-"công đoàn"', "-2025"])
def test_a_word_to_exclude_is_no_option_whatever_its_first_letter(word: str) -> None:
    assert given_to(Search(), "công", word, "--limit", "3", "đoàn") == ["công", "đoàn", word]


@pytest.mark.quick
def test_options_of_one_letter_stay_options_of_a_search() -> None:
    parser = prepared(Search())
    given = ["DATABASE=x.db", "PROGRESS=0", "RESUME=0"]
    words = [
        "a",
        "-sách",
        "-s",
        "DATABASE=x.db",
        "-sPROGRESS=0",
        "-s=RESUME=0",
        "-LDEBUG",
        "-L",
        "INFO",
    ]
    found, args = parser.parse_known_args(words)

    assert (found.set, found.loglevel) == (given, "INFO")
    assert [word for word in args if word != "--"] == ["a", "-sách"]


def test_an_unknown_option_ends_a_command_in_one_line(tmp_path: Path) -> None:
    done = scrapy("crawlall", "--onyl", "ldtd", "--db", tmp_path / "a.db")

    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "error: unknown option '--onyl'; did you mean --only? 'scrapy crawlall -h' prints all\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        "archive check", "archive prune --older 1w", "export", "gaps", "history 1", "migrate",
        "report OUT", "search tin", "search --check", "search --rebuild", "serve", "show 1",
        "similar 1", "similar --update", "site OUT", "snapshot OUT", "status", "verify",
        "reextract --dry-run",
    ],
)  # fmt: skip
def test_a_command_that_reads_makes_no_database(words: str, tmp_path: Path) -> None:
    database, out = tmp_path / "none" / "a.db", str(tmp_path / "out")
    given = [out if word == "OUT" else word for word in words.split()]
    if words.startswith("reextract"):
        given.append("data/sample.warc.gz")

    done = scrapy(*given, "--db", database)

    assert (done.code, done.out) == (15, "")
    assert done.err == f"error: there is no database {database}; crawl first, or give --db FILE\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ("--only", "no-such-portal"), ("-a", "since"), ("--since", "soon"), ("--kind", "nonsense"),
        ("--replay", "no-such-file"), ("-a", "sicne=2024-01-01"),
    ],
)  # fmt: skip
def test_a_slip_of_crawlall_makes_no_database(words: tuple[str, ...], tmp_path: Path) -> None:
    done = scrapy("crawlall", "--db", tmp_path / "a.db", *words)

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_wish_requests_nothing_and_is_no_verdict(tmp_path: Path) -> None:
    pages, _ = small_portal()
    with serving(pages) as portal:
        for wish in (["--section", "x"], ["--since", "2024-05-01", "--until", "2023-01-01"]):
            done = scrapy(*live("haiphong", portal.origin, tmp_path / "a.db"), *wish)
            assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
        assert not portal.asked

    assert list(tmp_path.iterdir()) == []


def test_a_section_that_an_unknown_portal_does_not_have_is_incomplete(tmp_path: Path) -> None:
    done = scrapy(
        "crawl", "kiengiang", "--db", tmp_path / "a.db", "--replay", "data/sample.warc.gz",
        "--section", "nonsense",
    )  # fmt: skip

    assert done.code == 10, done.err
    assert "(no listing has the section in its URL; 2 others were left out)" in done.out
