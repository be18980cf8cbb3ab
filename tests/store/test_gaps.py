"""Gaps: weeks in which a portal published far less than it used to, or we kept far less."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portals.store.gaps import Gap, find_gaps

MONDAY = date(2024, 1, 1)


def days(counts: list[int]) -> dict[date, int]:
    """Articles a week, all on the Wednesday."""
    return {
        MONDAY + timedelta(days=7 * week + 2): count for week, count in enumerate(counts) if count
    }


def test_a_steady_portal_has_no_gap() -> None:
    assert find_gaps("ldtd", days([6, 7, 5, 6, 8, 6, 7, 5])) == []


def test_silent_weeks_are_one_gap_with_what_was_to_be_expected() -> None:
    found = find_gaps("ldtd", days([6, 6, 6, 6, 0, 1, 0, 6, 6, 6, 6]))

    assert found == [Gap("ldtd", "2024-01-29", "2024-02-18", articles=1, expected=18)]


def test_a_gap_as_long_as_the_time_around_it_is_seen() -> None:
    found = find_gaps("ldtd", days([5] * 6 + [0] * 8 + [5] * 6))

    assert [(gap.since, gap.until) for gap in found] == [("2024-02-12", "2024-04-07")]


def test_a_portal_that_seldom_publishes_has_no_rhythm_to_fall_behind() -> None:
    assert find_gaps("brvt", days([1, 0, 0, 1, 0, 2, 0, 0, 1])) == []


def test_growth_leaves_no_gap_behind() -> None:
    assert find_gaps("brvt", days([4, 4, 4, 4, 4, 4, 9, 9, 9, 9, 9, 9])) == []


def test_nothing_kept_is_no_gap() -> None:
    assert find_gaps("brvt", {}) == []


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60))
def test_gaps_are_in_order_apart_and_inside_what_is_kept(counts: list[int]) -> None:
    kept = days(counts)
    found = find_gaps("ldtd", kept)

    ends = [date.fromisoformat(day) for gap in found for day in (gap.since, gap.until)]
    assert ends == sorted(ends)
    assert all(gap.articles < gap.expected for gap in found)
    assert not kept or all(min(kept) < end < max(kept) for end in ends)
