"""Every command in the documents exists, with these flags."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings

from portals.crawling.exit_codes import EXIT_CODES
from tests.support.project import PROJECT

DOCUMENTS = [
    *(PROJECT / name for name in ("README.md", "README.vi.md", "CONTRIBUTING.md")),
    *sorted((PROJECT / "docs").glob("*.md")),
]
SETTINGS: Settings = get_project_settings()
TARGETS = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE))
OF_THE_SYSTEM = {
    ".", "cd", "chmod", "cp", "crontab", "git", "mv", "pip", "podman", "python", "python3", "rm",
    "rsync", "sqlite3", "sudo", "systemctl", "touch",
}  # fmt: skip
OURS = {"scrapy", ".venv/bin/scrapy", "tin-cong-doan"}


class StrictParser(argparse.ArgumentParser):
    """Raises where argparse would exit, and takes no abbreviation."""

    def __init__(self) -> None:
        super().__init__(conflict_handler="resolve", allow_abbrev=False)

    def error(self, message: str) -> None:  # type: ignore[override]
        raise AssertionError(message)


def command_lines(path: Path) -> Iterator[str]:
    """Yield the lines of the document's shell blocks, those that are continued joined."""
    for block in re.findall(
        r"^```sh\n(.*?)^```", path.read_text("utf-8"), re.MULTILINE | re.DOTALL
    ):
        yield from (line for line in block.replace("\\\n", " ").splitlines() if line.strip())


def parsed(words: list[str]) -> None:
    """Parse the words of a command as it would. Raises AssertionError."""
    name, *arguments = words
    module = f"portals.commands.{name}"
    is_ours = (PROJECT / "portals" / "commands" / f"{name}.py").is_file()
    command: ScrapyCommand = import_module(
        module if is_ours else f"scrapy.commands.{name}"
    ).Command()
    command.settings = SETTINGS
    parser = StrictParser()
    command.add_options(parser)
    _, rest = parser.parse_known_args(arguments)
    unknown = [word for word in rest if word.startswith("-")]
    assert not unknown, f"{name} has no {', '.join(unknown)}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_every_command_of_a_document_exists_with_its_flags(path: Path) -> None:
    for line in command_lines(path):
        program = line.split()[0]
        if program in OURS:
            parsed(shlex.split(line, comments=True)[1:])
        elif program == "make":
            assert set(shlex.split(line, comments=True)[1:]) <= TARGETS, line


def test_the_guide_of_the_operator_has_only_known_programs() -> None:
    lines = [
        shlex.split(line, comments=True) for line in command_lines(PROJECT / "docs/running.md")
    ]
    programs = {words[0] for words in lines if words}

    assert programs <= OURS | OF_THE_SYSTEM | {"make"}
    assert sum(words[0] == "scrapy" for words in lines) > 15


@pytest.mark.parametrize("line", ["crawlall --onyl ldtd", "snapshot --kep 4 a.db", "verify --jso"])
def test_a_flag_that_is_not_there_is_found(line: str) -> None:
    with pytest.raises(AssertionError, match="has no"):
        parsed(shlex.split(line))


@pytest.mark.parametrize("name", ["README.md", "README.vi.md", "docs/operations.md"])
def test_the_guide_is_linked(name: str) -> None:
    assert "running.md)" in (PROJECT / name).read_text("utf-8")


def test_every_verdict_that_is_alerted_has_its_row_in_the_guide() -> None:
    text = (PROJECT / "docs" / "running.md").read_text("utf-8")
    rows = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))

    assert rows == set(EXIT_CODES) - {"ok"}
