"""What a ``crawlall`` means for the state of its portals, and what of that is worth an alert.

All functions are pure: rows of runs, states before and the time give the states after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from portals.catalogue import Portal
from portals.crawling.exit_codes import EXIT_CODES, Verdict
from portals.network.servers import server_of
from portals.store.portal_states import MACHINE, PortalState
from portals.store.runs import WRONG_CLOCK

ONE_NIGHT = timedelta(hours=12)
"""A second ``crawlall`` within this time counts as the same night: an operator tries again."""

FINE: Verdict = "ok"
LOST: Verdict = "gone"
LOST_STATES = ("gone", "merged")
"""States of the catalogue in which a portal that does not answer is no news."""

NOT_ATTEMPTED = "not_attempted"
"""Reason code of a portal that ``crawlall`` did not begin, since it was stopped."""

_NO_ANSWER = "no_answer"
_PROXY = "proxy_failed"
_UNREACHABLE = frozenset(["unreachable", _NO_ANSWER, _PROXY])
_FEWEST = 2
"""Servers that must be unreachable before it is this machine's network and not theirs."""

_SAYS_NOTHING = frozenset(["stopped_by_signal", NOT_ATTEMPTED, WRONG_CLOCK])
"""Reason codes of runs that show nothing about their portals."""

Row = Mapping[str, Any]
"""One run: ``portal``, ``verdict``, ``reason``, ``reason_code``."""


@dataclass(frozen=True, slots=True)
class Change:
    """A state that the operator has not been alerted on, or a reminder of one.

    ``before``, ``after``: states; ``since``: first night of ``after``.
    """

    portal: str
    host: str
    before: str
    after: str
    since: datetime
    reason: str = ""
    is_reminder: bool = False

    @property
    def is_recovery(self) -> bool:
        """Whether the portal is well again."""
        return self.after == FINE


def state_of(row: Row) -> Verdict:
    """Return the state that a run shows; a run without a known verdict crashed."""
    if row.get("verdict") == "timeout" and row.get("reason_code") == _NO_ANSWER:
        return LOST
    return next((known for known in EXIT_CODES if known == row.get("verdict")), "crashed")


def without_output(name: str, code: int, *, is_stopped: bool) -> dict[str, Any]:
    """Return the row of a crawl that printed none; ``code``: its exit code.

    One that was stopped before it began says nothing about its portal.
    """
    if is_stopped:
        reason = "not started"
        return {
            "portal": name, "verdict": "incomplete", "reason": reason, "reason_code": NOT_ATTEMPTED,
        }  # fmt: skip
    verdict = next((known for known, number in EXIT_CODES.items() if number == code), "crashed")
    verdict = "crashed" if verdict == FINE else verdict
    return {"portal": name, "verdict": verdict, "reason": "see the log above"}


def is_absent(row: Portal | None, state: PortalState | None, gone_after: int) -> bool:
    """Return True for a portal that is taken for gone: it is asked once a week.

    The catalogue calls it gone, or merged, and it did not answer; or it did not answer for
    ``gone_after`` nights in a row (0: never enough).
    """
    if state is None:
        return bool(row and row.state == LOST)
    return state.state == LOST and (is_lost(row) or 0 < gone_after <= state.nights)


def outage(
    rows: Sequence[Row],
    states: Mapping[str, PortalState],
    catalogue: Mapping[str, Portal],
    gone_after: int,
) -> str | None:
    """Return the reason for which the night is ``offline``, or None.

    No portal could be reached, at least two that are not taken for gone, on at least two servers:
    then it is the network of this machine, and nothing was learned of the portals.
    """
    asked = [
        catalogue[name].home_url
        for row in rows
        for name in [str(row["portal"])]
        if is_unreachable(row)
        and name in catalogue
        and not is_absent(catalogue[name], states.get(name), gone_after)
    ]
    servers = {server_of(url) for url in asked}
    if len(servers) < _FEWEST or any(map(has_reached, rows)):
        return None
    through = " through the proxy" if any(row.get("reason_code") == _PROXY for row in rows) else ""
    return f"none of {len(asked)} portals on {len(servers)} servers could be reached{through}"


def has_wrong_clock(row: Row) -> bool:
    """Return True if a run ended since servers showed that this machine's clock is wrong."""
    return row.get("reason_code") == WRONG_CLOCK


def is_unreachable(row: Row) -> bool:
    """Return True if a run had no answer: no such name, no route, no server, no answer in time."""
    return row.get("reason_code") in _UNREACHABLE


def has_reached(row: Row) -> bool:
    """Return True if a run shows that this machine has a network."""
    says_nothing = row.get("reason_code") in _SAYS_NOTHING or row["portal"] == MACHINE
    return bool(row.get("requests")) and not says_nothing and not is_unreachable(row)


def states_after(
    rows: Sequence[Row],
    before: Mapping[str, PortalState],
    catalogue: Mapping[str, Portal],
    now: datetime,
) -> dict[str, PortalState]:
    """Return the states of the portals of ``rows``; runs that show nothing change none.

    A portal that the catalogue calls gone or merged is expected to be gone: that is no news.
    """
    found = {}
    for row in rows:
        if row.get("reason_code") in _SAYS_NOTHING:
            continue
        name, state = str(row["portal"]), state_of(row)
        known = before.get(name) or _first_state(name, catalogue.get(name), now)
        after = _moved(known, state, now)
        if state == LOST and is_lost(catalogue.get(name)):
            after = replace(after, alerted=LOST)
        found[name] = after
    return found


def changes(
    states: Mapping[str, PortalState],
    rows: Sequence[Row],
    catalogue: Mapping[str, Portal],
    now: datetime,
    reminder: timedelta,
) -> list[Change]:
    """Return what is to be alerted: every new state once, then a reminder after ``reminder``.

    ``reminder``: zero for none. ``states``: of all portals that the command is about.
    """
    reasons = {str(row["portal"]): str(row.get("reason") or "") for row in rows}
    found = []
    for name, state in sorted(states.items()):
        is_due = bool(reminder) and _is_reminder_due(state, now - reminder)
        if state.state == state.alerted and (not is_due or is_lost(catalogue.get(name))):
            continue
        host = catalogue[name].host if name in catalogue else ""
        is_reminder = state.state == state.alerted
        found.append(
            Change(
                name, host, state.alerted, state.state, state.since, reasons.get(name, ""),
                is_reminder,
            )
        )  # fmt: skip
    return found


def after_alert(
    states: Mapping[str, PortalState], alerted: Sequence[Change], now: datetime
) -> dict[str, PortalState]:
    """Return the states whose changes an alert has brought to the operator."""
    return {
        one.portal: replace(states[one.portal], alerted=one.after, alerted_at=now)
        for one in alerted
    }


def is_lost(row: Portal | None) -> bool:
    """Return True for a portal that the catalogue calls gone or merged."""
    return bool(row and row.state in LOST_STATES)


def _first_state(name: str, row: Portal | None, now: datetime) -> PortalState:
    usual = LOST if row and row.state == "gone" else FINE
    return PortalState(name, usual, now, 0, now - ONE_NIGHT, usual)


def _moved(known: PortalState, state: str, now: datetime) -> PortalState:
    if state != known.state or known.nights == 0:
        return replace(known, state=state, since=now, nights=1, seen_at=now)
    is_new = now - known.seen_at >= ONE_NIGHT
    seen = now if is_new else known.seen_at
    return replace(known, nights=known.nights + is_new, seen_at=seen)


def _is_reminder_due(state: PortalState, limit: datetime) -> bool:
    return state.state != FINE and (state.alerted_at is None or state.alerted_at <= limit)
