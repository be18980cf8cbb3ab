"""Which portals a night crawls, and which a command is about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portals.catalogue import Portal, portals
from portals.errors import CatalogueError
from portals.operations.choosing import choice_of, tonight

ROWS = list(portals().values())


def named(name: str, state: str) -> Portal:
    return replace(portals()["caobang"], name=name, state=state)


def chosen(**options: str) -> set[str]:
    choice = choice_of(ROWS, **options)
    return {row.name for row in ROWS if choice.covers(row)}


def test_a_night_crawls_what_is_live_unknown_or_merged() -> None:
    rows = [named(state, state) for state in ("live", "unknown", "merged", "moved")]

    assert [row.name for row in tonight(rows, {}, [])] == ["live", "unknown", "merged"]


@pytest.mark.parametrize(("unvisited", "expected"), [(["cu"], ["cu"]), ([], [])])
@pytest.mark.parametrize(("state", "verdict"), [("gone", "ok"), ("gone", None), ("merged", "gone")])
def test_what_is_gone_is_looked_at_once_a_week(
    state: str, verdict: str | None, unvisited: list[str], expected: list[str]
) -> None:
    found = tonight([named("cu", state)], {"cu": verdict}, unvisited)

    assert [row.name for row in found] == expected


@pytest.mark.parametrize("verdict", ["ok", "drift", "incomplete", None])
def test_a_merged_portal_is_crawled_while_it_answers(verdict: str | None) -> None:
    assert tonight([named("cu", "merged")], {"cu": verdict}, [])


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
