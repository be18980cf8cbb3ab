"""``scrapy explain``: every exit code is explained, and the documents say the same."""

from __future__ import annotations

import json

import pytest

from portals.crawling.verdicts import EXIT_CODES, EXPLANATIONS, USAGE, exit_code_table
from tests.support.commands import scrapy
from tests.support.project import PROJECT


def test_every_verdict_is_explained_in_the_order_of_the_codes() -> None:
    assert list(EXPLANATIONS) == list(EXIT_CODES) == sorted(EXIT_CODES, key=EXIT_CODES.__getitem__)
    for text in [part for said in (*EXPLANATIONS.values(), USAGE) for part in said]:
        assert text.endswith(".")
        assert not {"|", "\n", "\t"} & set(text)


def test_the_operations_document_holds_the_table() -> None:
    assert exit_code_table() in (PROJECT / "docs" / "operations.md").read_text("utf-8"), (
        "paste what this prints: python -c 'from portals.crawling.verdicts import *;"
        " print(exit_code_table())'"
    )


def test_the_table_has_a_line_for_each_code() -> None:
    lines = exit_code_table().splitlines()

    assert lines[0] == "| code | verdict | what it means | what to do |"
    assert {line.count("|") for line in lines} == {5}
    codes = [int(line.split("|")[1]) for line in lines[2:]]
    assert codes == sorted({2, *EXIT_CODES.values()})
    assert "| 2 | | The command could not be used" in lines[3]


def test_everything_is_explained_when_nothing_is_asked() -> None:
    done = scrapy("explain")

    assert (done.code, done.err) == (0, "")
    head, *lines = done.out.splitlines()
    assert head == "code\tverdict\tmeaning\tremedy"
    assert [int(line.split("\t")[0]) for line in lines] == sorted({2, *EXIT_CODES.values()})


@pytest.mark.parametrize("asked", ["12", "blocked", "Blocked"])
def test_a_code_and_its_verdict_give_the_same_row(asked: str) -> None:
    done = scrapy("explain", asked, "--json")

    meaning, remedy = EXPLANATIONS["blocked"]
    row = {"code": 12, "verdict": "blocked", "meaning": meaning, "remedy": remedy}
    assert (done.code, json.loads(done.out)) == (0, [row])


def test_the_code_of_a_wrong_command_has_no_verdict() -> None:
    (row,) = json.loads(scrapy("explain", "2", "--json").out)

    assert row == {"code": 2, "verdict": None, "meaning": USAGE[0], "remedy": USAGE[1]}


@pytest.mark.parametrize("asked", ["99", "nonsense", "None"])
def test_an_unknown_code_is_refused_in_one_line(asked: str) -> None:
    done = scrapy("explain", asked)

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert f"no exit code or verdict '{asked}'; there are 0 ok, 2, 10 incomplete" in done.err
