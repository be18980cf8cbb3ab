"""The table of faults names every command and tests that exist; no cell is left open."""

from __future__ import annotations

import re

from tests.support.project import PROJECT

DOCUMENT = PROJECT / "docs" / "faults.md"
FAULTS = 29
KINDS, _, SECTIONS = DOCUMENT.read_text("utf-8").partition("\n## Data")
MATRIX, _, KILLS = SECTIONS.partition("\n## Kills")
COMMANDS = {
    path.stem
    for path in (PROJECT / "portals" / "commands").glob("*.py")
    if path.stem not in ("__init__", "base", "output", "uncaught")
}


def rows(text: str) -> list[list[str]]:
    """Return the cells of every row but heads."""
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in lines if row[0].strip() != "fault"]


def quoted(cell: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", cell))


def test_every_fault_has_its_commands_its_tests_and_why_not_the_others() -> None:
    found = rows(MATRIX)

    assert len(found) == FAULTS
    assert all(len(row) == 4 and all(row) for row in found)
    assert [row[0] for row in found if not quoted(row[1])] == []
    assert {name for row in found for name in quoted(row[1])} <= COMMANDS


def test_every_command_is_of_one_kind() -> None:
    named = [name for row in rows(KINDS) if row[0] != "kind" for name in quoted(row[1])]

    assert sorted(named) == sorted(COMMANDS)


def test_every_command_that_writes_has_a_test_of_its_kills() -> None:
    killed = {name for row in rows(KILLS) if row[0] != "command" for name in quoted(row[0])}

    assert killed >= {
        "crawl", "crawlall", "reextract", "archive", "snapshot", "export", "report", "similar",
        "search", "migrate", "forget",
    }  # fmt: skip


def test_every_test_that_the_table_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", SECTIONS))
    defined = {
        name
        for path in (PROJECT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }

    assert len(named) > 50
    assert named - defined == set()
