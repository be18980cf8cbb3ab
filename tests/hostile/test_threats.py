"""The table of threats names tests that exist."""

from __future__ import annotations

import re

from tests.support.project import PROJECT

DOCUMENT = PROJECT / "docs" / "security.md"


def test_every_test_that_the_table_of_threats_names_exists() -> None:
    text = DOCUMENT.read_text("utf-8")
    named = set(re.findall(r"`(test_\w+|tests/[\w/]+\.py)`", text))
    defined = {
        name
        for path in (PROJECT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }

    assert len(named) > 15
    assert {n for n in named if n.startswith("tests/") and not (PROJECT / n).is_file()} == set()
    assert {n for n in named if n.startswith("test_")} - defined == set()


def test_every_threat_says_what_is_done_what_is_left_and_which_test_shows_it() -> None:
    table = DOCUMENT.read_text("utf-8").split("## Threats")[1]
    rows = [line.strip("|").split("|") for line in table.splitlines() if line.startswith("| ")]

    assert len(rows) > 20
    assert all(len(row) == 4 and all(cell.strip() for cell in row) for row in rows)
