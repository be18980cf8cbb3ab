"""What a night means for its portals, and which of that is an alert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portals.catalogue import Portal, portals
from portals.operations.nights import (
    Change,
    after_alert,
    changes,
    is_absent,
    outage,
    state_of,
    states_after,
    without_output,
)
from portals.store.portal_states import PortalState

FIRST = datetime(2030, 1, 1, 19, 30, tzinfo=UTC)
WEEK = timedelta(days=7)
DAY = timedelta(days=1)


def portal(name: str, state: str = "live") -> Portal:
    return replace(portals()["ldtd"], name=name, state=state, home_url=f"https://{name}.vn/")


CATALOGUE = {
    one.name: one
    for one in (portal("a"), portal("b"), portal("c"), portal("x", "gone"), portal("y", "merged"))
}


def run(name: str, verdict: str, code: str | None = None, requests: int = 3) -> dict[str, Any]:
    return {"portal": name, "verdict": verdict, "reason_code": code, "requests": requests}


def dead(name: str) -> dict[str, Any]:
    return run(name, "gone", "unreachable")


class Operator:
    """What an operator is alerted on, night after night."""

    def __init__(self, reminder: timedelta = WEEK) -> None:
        self.states: dict[str, PortalState] = {}
        self.reminder = reminder

    def night(
        self, rows: Sequence[dict[str, Any]], day: float, *, takes: bool = True
    ) -> list[tuple[str, str, str]]:
        """Return portal, state before and after of each change; "still" for a reminder."""
        now = FIRST + day * DAY
        self.states |= states_after(rows, self.states, CATALOGUE, now)
        news = changes(self.states, rows, CATALOGUE, now, self.reminder)
        if takes:
            self.states |= after_alert(self.states, news, now)
        return [(one.portal, "still" if one.is_reminder else one.before, one.after) for one in news]


def test_a_change_is_alerted_once_and_the_recovery_too() -> None:
    operator = Operator()

    assert operator.night([run("a", "ok"), run("b", "ok")], 0) == []
    assert operator.night([run("a", "drift"), run("b", "ok")], 1) == [("a", "ok", "drift")]
    assert operator.night([run("a", "drift"), run("b", "ok")], 2) == []
    assert operator.night([run("a", "blocked"), run("b", "ok")], 3) == [("a", "drift", "blocked")]
    assert operator.night([run("a", "ok"), run("b", "ok")], 4) == [("a", "blocked", "ok")]
    assert operator.night([run("a", "ok")], 5) == []


def test_what_stays_bad_is_in_a_reminder_once_a_week() -> None:
    operator = Operator()
    news = [operator.night([run("a", "drift")], day) for day in range(16)]

    assert [day for day, found in enumerate(news) if found] == [0, 7, 14]
    assert news[7] == [("a", "still", "drift")]


def test_without_reminders_a_state_is_alerted_once_for_ever() -> None:
    operator = Operator(timedelta(0))

    assert [bool(operator.night([run("a", "drift")], day)) for day in range(40)].count(True) == 1


def test_an_alert_that_nobody_took_is_sent_again() -> None:
    operator = Operator()

    assert operator.night([run("a", "gone")], 0, takes=False) == [("a", "ok", "gone")]
    assert operator.night([run("a", "gone")], 1) == [("a", "ok", "gone")]
    assert operator.night([run("a", "gone")], 2) == []


def test_since_is_the_first_night_of_a_state() -> None:
    operator = Operator()
    for day in range(3):
        operator.night([dead("a")], day, takes=False)

    assert operator.states["a"].since == FIRST
    assert operator.states["a"].nights == 3


@pytest.mark.parametrize("name", ["x", "y"])
def test_what_the_catalogue_calls_gone_is_news_only_when_it_answers(name: str) -> None:
    operator = Operator()

    assert operator.night([dead(name)], 0) == []
    assert operator.night([dead(name)], 9) == []
    assert operator.night([run(name, "ok")], 16) == [(name, "gone", "ok")]


def test_a_run_that_was_stopped_changes_no_state() -> None:
    operator = Operator()
    rows = [
        run("a", "incomplete", "stopped_by_signal"),
        run("b", "incomplete", "not_attempted", 0),
    ]

    assert operator.night(rows, 0) == []
    assert operator.states == {}


def test_two_runs_of_one_night_count_as_one() -> None:
    operator = Operator()
    for day in (0, 0.1, 0.4, 1):
        operator.night([dead("a")], day)

    assert operator.states["a"].nights == 2


@pytest.mark.parametrize(
    ("row", "state"),
    [
        (run("a", "timeout", "no_answer"), "gone"),
        (run("a", "timeout", "max_runtime"), "timeout"),
        (run("a", "melted"), "crashed"),
        ({"portal": "a", "verdict": None}, "crashed"),
    ],
)
def test_the_state_is_the_verdict_but_no_answer_is_gone(row: dict[str, Any], state: str) -> None:
    assert state_of(row) == state


@pytest.mark.parametrize(
    "rows",
    [
        [dead("a"), dead("b")],
        [dead("a"), run("b", "timeout", "no_answer")],
        [dead("a"), dead("b"), dead("x"), dead("y")],
        [dead("a"), dead("b"), run("c", "locked", None, 0)],
        [dead("a"), dead("b"), run("c", "incomplete", "stopped_by_signal")],
    ],
)
def test_a_night_is_offline_where_nothing_answered_on_two_servers(
    rows: list[dict[str, Any]],
) -> None:
    assert outage(rows, {}, CATALOGUE, 3)


@pytest.mark.parametrize(
    "rows",
    [
        [dead("a")],
        [dead("a"), run("b", "ok")],
        [dead("a"), dead("b"), run("c", "blocked", "refused_storm")],
        [dead("a"), dead("b"), run("x", "ok")],
        [dead("a"), run("b", "gone", "domain_parked")],
        [dead("a"), dead("x")],
        [],
    ],
)
def test_a_night_in_which_anything_answered_is_not_offline(rows: list[dict[str, Any]]) -> None:
    assert outage(rows, {}, CATALOGUE, 3) is None


def test_a_night_behind_a_proxy_that_fails_is_offline_by_the_proxy() -> None:
    rows = [run(name, "incomplete", "proxy_failed") for name in ("a", "b")]

    assert str(outage(rows, {}, CATALOGUE, 3)).endswith("could be reached through the proxy")
    assert outage([*rows, run("c", "ok")], {}, CATALOGUE, 3) is None


def test_portals_of_one_server_are_no_proof_of_an_outage() -> None:
    homes = {"a": "https://a.cong-doan.vn/", "b": "https://b.cong-doan.vn/"}
    rows = {name: replace(portal(name), home_url=home) for name, home in homes.items()}

    assert outage([dead("a"), dead("b")], {}, rows, 3) is None


def test_portals_that_are_taken_for_gone_are_no_proof_of_an_outage() -> None:
    operator = Operator()
    for day in range(3):
        operator.night([dead("a"), run("b", "ok")], day)

    assert outage([dead("a"), dead("b")], operator.states, CATALOGUE, 0) is not None
    assert outage([dead("a"), dead("b")], operator.states, CATALOGUE, 3) is None
    assert is_absent(CATALOGUE["a"], operator.states["a"], 3)
    assert not is_absent(CATALOGUE["a"], operator.states["a"], 4)


def test_a_change_of_a_portal_outside_the_catalogue_has_no_host() -> None:
    states = states_after([run("moi", "drift")], {}, CATALOGUE, FIRST)

    assert changes(states, [], CATALOGUE, FIRST, WEEK) == [Change("moi", "", "ok", "drift", FIRST)]


@pytest.mark.parametrize(
    ("code", "verdict"), [(15, "storage"), (-9, "crashed"), (0, "crashed"), (2, "crashed")]
)
def test_a_crawl_that_printed_nothing_has_the_verdict_of_its_exit_code(
    code: int, verdict: str
) -> None:
    assert without_output("a", code, is_stopped=False)["verdict"] == verdict


def test_a_crawl_that_was_stopped_before_it_began_is_no_crash() -> None:
    row = without_output("a", -15, is_stopped=True)

    assert row["verdict"] == "incomplete"
    assert states_after([row], {}, CATALOGUE, FIRST) == {}
