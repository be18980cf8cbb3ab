"""One crawl over the whole table of hostile answers, a good article behind each of them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.cases import CASES
from tests.support.commands import QUICK, scrapy
from tests.support.database import rows
from tests.support.hostile_server import fault_path, good_path, hostile
from tests.support.pages.prose import story
from tests.support.processes import Done

FAULTS, GOOD = 1000, 2000  # first numbers
REASONS = {case.name: case.reason for case in CASES}
ARTICLE = "an article"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a crawl made of the table: rows by case, and of the good articles."""

    done: Done
    run: dict[str, Any]
    rejects: dict[str, str]
    articles: dict[str, dict[str, Any]]
    good: dict[int, dict[str, Any]]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder: Path = tmp_path_factory.mktemp("hostile")
    database = folder / "a.db"
    paths = []
    for n, case in enumerate(CASES):
        paths += [fault_path(case.name, FAULTS + n), good_path(GOOD + n)]
    with hostile([paths], {case.name: case.serve for case in CASES}) as portal:
        done = scrapy(
            "crawl", "haiphong", "-a", f"origin={portal.origin}", "-s", f"DATABASE={database}",
            "-s", f"ARCHIVE_DIR={folder / 'archive'}", "-s", "DOWNLOAD_TIMEOUT=4", *QUICK,
        )  # fmt: skip
    names = {portal.origin + fault_path(c.name, FAULTS + n): c.name for n, c in enumerate(CASES)}
    numbers = {portal.origin + good_path(GOOD + n): GOOD + n for n in range(len(CASES))}
    rejects = rows(database, "SELECT url, reason FROM rejects")
    articles = rows(database, "SELECT * FROM articles")
    return Outcome(
        done,
        rows(database, "SELECT * FROM runs")[0],
        {names.get(row["url"], row["url"]): row["reason"] for row in rejects},
        {names[row["url"]]: row for row in articles if row["url"] in names},
        {numbers[row["url"]]: row for row in articles if row["url"] in numbers},
    )


def test_the_table_is_a_long_one() -> None:
    assert len(CASES) == len(REASONS) >= 100


def test_every_hostile_answer_ends_as_the_table_says(outcome: Outcome) -> None:
    found = dict.fromkeys(outcome.articles, ARTICLE) | outcome.rejects
    wrong = {
        name: (found.get(name, "nothing"), reason)
        for name, reason in REASONS.items()
        if (reason or ARTICLE) not in found.get(name, "nothing")
    }

    assert wrong == {}
    assert found.keys() == REASONS.keys()


def test_the_good_articles_between_them_are_stored_whole(outcome: Outcome) -> None:
    told = {number: story(number) for number in range(GOOD, GOOD + len(CASES))}

    assert {number: (row["title"], row["body"]) for number, row in outcome.good.items()} == {
        number: (one.title, "\n\n".join(one.paragraphs)) for number, one in told.items()
    }


def test_the_run_says_what_it_could_not_fetch(outcome: Outcome) -> None:
    assert (outcome.run["verdict"], outcome.done.code) == ("incomplete", 10)
    assert "pages could not be fetched" in outcome.run["reason"]


def test_no_exception_is_in_the_log(outcome: Outcome) -> None:
    assert "Traceback" not in outcome.done.err


@pytest.mark.parametrize("name", ["nul", "controls", "bidi", "entity-controls"])
def test_signs_that_nobody_sees_are_in_no_text(outcome: Outcome, name: str) -> None:
    number = FAULTS + [case.name for case in CASES].index(name)
    row = outcome.articles[name]

    # A reference to no character is shown as U+FFFD, says the HTML standard.
    assert row["body"].replace("\ufffd", "") == "\n\n".join(story(number).paragraphs)
    for text in (row["title"], row["lead"], row["body"].replace("\n", ""), row["published_raw"]):
        assert [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs")] == []
