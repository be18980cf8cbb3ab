"""``scrapy explain``: every exit code is explained, and the documents say the same."""

from __future__ import annotations

import json

import pytest

from portals.crawling.exit_codes import (
    EXIT_CODES,
    EXPLANATIONS,
    HEALTH_CODES,
    exit_code_table,
    exit_codes,
)
from portals.errors import PortalError
from portals.operations.documentation import TABLES, with_tables
from tests.support.commands import scrapy
from tests.support.project import PROJECT

OPERATIONS = PROJECT / "docs" / "operations.md"
CODES = sorted({1, 2, *EXIT_CODES.values(), *HEALTH_CODES.values()})


def test_every_verdict_is_explained_in_the_order_of_the_codes() -> None:
    assert list(EXPLANATIONS) == list(EXIT_CODES) == sorted(EXIT_CODES, key=EXIT_CODES.__getitem__)
    for text in [text for row in exit_codes() for text in (row.meaning, row.remedy)]:
        assert text.endswith(".")
        assert not {"|", "\n", "\t"} & set(text)


def test_no_code_but_0_is_both_a_verdict_of_a_run_and_another_commands() -> None:
    runs = {code for code in EXIT_CODES.values() if code}
    others = [row.code for row in exit_codes() if row.verdict not in EXIT_CODES]

    assert not runs & set(others)


def test_the_codes_of_the_doctor_are_its_own() -> None:
    codes = [row.code for row in exit_codes()]

    assert [codes.count(HEALTH_CODES[health]) for health in ("degraded", "broken")] == [1, 1]
    assert list(HEALTH_CODES.values()) == sorted(HEALTH_CODES.values())


def test_the_operations_document_holds_the_generated_tables() -> None:
    text = OPERATIONS.read_text("utf-8")

    assert with_tables(text) == text, "run: make docs"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_was_edited_by_hand_is_made_anew(name: str) -> None:
    text = OPERATIONS.read_text("utf-8")
    edited = text.replace(TABLES[name](), "| a table | by hand |\n")

    assert edited != text
    assert with_tables(edited) == text


@pytest.mark.parametrize("name", TABLES)
def test_a_document_without_markers_is_refused(name: str) -> None:
    text = OPERATIONS.read_text("utf-8").replace(f"<!-- /{name} -->", "")

    with pytest.raises(PortalError, match=f"markers of the table '{name}' 0 times"):
        with_tables(text)


def test_the_table_has_a_line_for_each_row() -> None:
    lines = exit_code_table().splitlines()

    assert lines[0] == "| code | verdict | what it means | what to do |"
    assert {line.count("|") for line in lines} == {5}
    codes = [int(line.split("|")[1]) for line in lines[2:]]
    assert codes == sorted(codes)
    assert set(codes) == set(CODES)
    assert [line for line in lines if line.startswith("| 2 | | The command could not be used")]


def test_everything_is_explained_when_nothing_is_asked() -> None:
    done = scrapy("explain")

    assert (done.code, done.err) == (0, "")
    head, *lines = done.out.splitlines()
    assert head == "code\tverdict\tmeaning\tremedy"
    assert sorted({int(line.split("\t")[0]) for line in lines}) == CODES


@pytest.mark.parametrize("asked", ["12", "blocked", "Blocked"])
def test_a_code_and_its_verdict_give_the_same_row(asked: str) -> None:
    done = scrapy("explain", asked, "--json")

    meaning, remedy = EXPLANATIONS["blocked"]
    row = {"code": 12, "verdict": "blocked", "meaning": meaning, "remedy": remedy}
    assert (done.code, json.loads(done.out)) == (0, [row])


def test_the_code_of_a_wrong_command_has_no_verdict() -> None:
    (row,) = json.loads(scrapy("explain", "2", "--json").out)

    assert (row["code"], row["verdict"]) == (2, None)
    assert row["meaning"].startswith("The command could not be used")


def test_a_code_that_commands_share_is_explained_for_each_of_them() -> None:
    rows = json.loads(scrapy("explain", "1", "--json").out)

    meanings = [row["meaning"] for row in rows]
    for command in ("`scrapy search`", "`scrapy status --max-age`", "Any command"):
        assert [meaning for meaning in meanings if meaning.startswith(command)]


@pytest.mark.parametrize("asked", ["99", "nonsense", "None"])
def test_an_unknown_code_is_refused_in_one_line(asked: str) -> None:
    done = scrapy("explain", asked)

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert (
        f"no exit code or verdict '{asked}'; there are 0 ok, 0 healthy, 1, 2, 9 postponed, 10"
        in done.err
    )
