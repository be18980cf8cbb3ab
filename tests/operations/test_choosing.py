"""Which portals a night crawls, and which a command is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from portals.catalogue import Portal, portals
from portals.errors import CatalogueError
from portals.operations.choosing import absences, choice_of, tonight
from portals.store.portal_states import PortalState

NOW = datetime(2030, 1, 2, 19, 30, tzinfo=UTC)

ROWS = list(portals().values())


def named(name: str, state: str) -> Portal:
    return replace(portals()["caobang"], name=name, state=state)


def chosen(**options: str) -> set[str]:
    choice = choice_of(ROWS, **options)
    return {row.name for row in ROWS if choice.covers(row)}


def state(name: str, verdict: str, nights: int = 1, seen_days_ago: float = 1) -> PortalState:
    seen = NOW - timedelta(days=seen_days_ago)
    return PortalState(name, verdict, seen, nights, seen, verdict)


def crawled(
    row: Portal, known: PortalState | None = None, run: tuple[str | None, str | None] = (None, None)
) -> list[str]:
    """Return the names that a night crawls of one row."""
    states = {known.portal: known} if known else {}
    rows, skipped = tonight([row], absences([row], states, {row.name: run}, 3), NOW)
    assert len(rows) + len(skipped) <= 1
    return [one.name for one in rows]


def test_a_night_crawls_what_is_live_unknown_or_merged() -> None:
    rows = [named(state, state) for state in ("live", "unknown", "merged", "moved")]
    found, skipped = tonight(rows, {}, NOW)

    assert [row.name for row in found] == ["live", "unknown", "merged"]
    assert skipped == []


@pytest.mark.parametrize(("days", "expected"), [(8, ["cu"]), (6.6, ["cu"]), (6, []), (1, [])])
@pytest.mark.parametrize(("name", "verdict"), [("gone", "ok"), ("gone", None), ("merged", "gone")])
def test_what_is_gone_is_looked_at_once_a_week(
    name: str, verdict: str | None, days: float, expected: list[str]
) -> None:
    at = (NOW - timedelta(days=days)).isoformat()

    assert crawled(named("cu", name), run=(verdict, at)) == expected
    assert crawled(named("cu", name), state("cu", "gone", 1, days)) == expected


@pytest.mark.parametrize("verdict", ["ok", "drift", "incomplete", "offline", None])
def test_a_merged_portal_is_crawled_while_it_answers(verdict: str | None) -> None:
    assert crawled(named("cu", "merged"), run=(verdict, NOW.isoformat())) == ["cu"]


def test_a_look_without_a_network_is_none() -> None:
    assert crawled(named("cu", "gone"), run=("offline", NOW.isoformat())) == ["cu"]


@pytest.mark.parametrize(("nights", "expected"), [(1, ["cu"]), (2, ["cu"]), (3, []), (9, [])])
def test_a_portal_that_did_not_answer_for_some_nights_is_taken_for_gone(
    nights: int, expected: list[str]
) -> None:
    assert crawled(named("cu", "live"), state("cu", "gone", nights)) == expected
    assert crawled(named("cu", "live"), state("cu", "blocked", nights)) == ["cu"]


def test_a_portal_of_the_catalogue_that_is_back_is_crawled_every_night() -> None:
    assert crawled(named("cu", "gone"), state("cu", "ok")) == ["cu"]


def test_what_is_skipped_says_since_when_and_until_when() -> None:
    row = replace(named("cu", "gone"), since="2024-05")
    lost = named("mat", "live")
    states = {"cu": state("cu", "gone"), "mat": state("mat", "gone", 3)}
    _, skipped = tonight([row, lost], absences([row, lost], states, {}, 3), NOW)

    assert [str(one) for one in skipped] == [
        "cu: skipped, gone since 2024-05, next look 2030-01-08",
        "mat: skipped, gone since 2030-01-01, next look 2030-01-08",
    ]


def test_every_condition_holds() -> None:
    found = chosen(kind="union", province="Hải Phòng,Cao Bằng", cms="NukeViet", state="unknown")

    assert found == {"caobang"}


@pytest.mark.parametrize("province", ["hải dương", "Hai Phong", "HẢI PHÒNG"])
def test_a_province_is_that_of_then_or_of_today(province: str) -> None:
    assert "baohaiduong" in chosen(province=province)


def test_unions_are_of_the_country_of_provinces_of_sectors_and_of_works() -> None:
    kinds = {portals()[name].kind for name in chosen(kind="union")}

    assert kinds == {"national", "provincial", "sector", "base"}


def test_a_system_is_found_before_and_after_a_change() -> None:
    both = {"baolamdong", "baoquangngai"}

    assert both <= chosen(cms="filehash")
    assert both <= chosen(cms="RootId")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kind": "unions"}, "unknown kind 'unions'; give union, "),
        ({"province": "Hai Phon"}, "did you mean 'Hải Phòng'"),
        ({"cms": "Nukevit"}, "did you mean 'nukeviet'"),
        ({"state": "alive"}, "did you mean 'live'"),
        ({"state": "xyz"}, "give gone, live, merged, moved, unknown"),
    ],
)
def test_a_choice_that_no_row_can_meet_is_an_error(options: dict[str, str], words: str) -> None:
    with pytest.raises(CatalogueError, match=r".") as caught:
        choice_of(ROWS, **options)
    assert words in str(caught.value)
