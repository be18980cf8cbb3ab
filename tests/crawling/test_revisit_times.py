"""When known pages are visited again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.crawling.revisit_policy import next_visit, retry_visit, revisit_table

NOW = datetime(2025, 6, 15, 2, 0, tzinfo=UTC)
AGES = st.timedeltas(timedelta(0), timedelta(days=9000))


def wait(age: timedelta) -> timedelta:
    published = (NOW - age).astimezone(timezone(timedelta(hours=7)))
    return next_visit(published.isoformat(), NOW) - NOW


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, timedelta(hours=20)),
        (1, timedelta(hours=20)),
        (2, timedelta(days=3)),
        (6, timedelta(days=3)),
        (7, timedelta(days=14)),
        (30, timedelta(days=120)),
        (364, timedelta(days=120)),
        (365, timedelta(days=720)),
        (5000, timedelta(days=720)),
    ],
)
def test_the_older_an_article_the_later_it_is_visited(days: int, expected: timedelta) -> None:
    assert wait(timedelta(days=days)) == expected


@given(AGES, AGES)
def test_no_older_article_is_visited_sooner(one: timedelta, other: timedelta) -> None:
    young, old = sorted((one, other))

    assert wait(young) <= wait(old)


@given(AGES)
def test_every_next_visit_lies_ahead(age: timedelta) -> None:
    assert timedelta(0) < wait(age) <= timedelta(days=720)


def test_an_article_dated_in_the_future_is_young() -> None:
    assert wait(timedelta(days=-3)) == timedelta(hours=20)


def test_an_article_without_a_date_counts_as_ten_months_old() -> None:
    assert next_visit(None, NOW) - NOW == wait(timedelta(days=300))


def test_what_could_not_be_fetched_is_tried_before_the_next_night_ends() -> None:
    assert timedelta(0) < retry_visit(NOW) - NOW < timedelta(days=1)


def test_the_calendar_in_the_documentation_is_the_one_that_is_kept() -> None:
    operations = Path(__file__).parents[2] / "docs" / "operations.md"

    assert revisit_table() in operations.read_text(encoding="utf-8")
