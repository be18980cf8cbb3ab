"""When a known page is visited again: young articles soon, old ones rarely."""

from __future__ import annotations

from datetime import datetime, timedelta

_CALENDAR = (  # age of an article at its visit, and when it is visited again
    (timedelta(days=2), timedelta(hours=20)),  # corrections come within a day: next night
    (timedelta(days=7), timedelta(days=3)),
    (timedelta(days=30), timedelta(days=14)),
    (timedelta(days=365), timedelta(days=120)),
)
_OLD = timedelta(days=720)  # an edit of an old article is rare, its disappearance is not


def revisit_table() -> str:
    """Return the calendar as a Markdown table, for ``docs/operations.md``."""
    rows = [(f"under {age.days} days", wait) for age, wait in _CALENDAR]
    lines = [f"| {age} | {_span(wait)} |" for age, wait in [*rows, ("older", _OLD)]]
    head = ["| age of an article at its visit | visited again after |", "|---|---|"]
    return "\n".join([*head, *lines]) + "\n"


def _span(wait: timedelta) -> str:
    return f"{wait.days} days" if wait.days else f"{wait.seconds // 3600} hours"


def next_visit(published_at: str | None, fetched_at: datetime) -> datetime:
    """Return when an article that was fetched at ``fetched_at`` (aware) is worth another look.

    One without a date counts as ten months old.
    """
    at = datetime.fromisoformat(published_at) if published_at else fetched_at - timedelta(days=300)
    age = fetched_at - at
    wait = next((wait for limit, wait in _CALENDAR if age < limit), _OLD)
    return fetched_at + wait


def retry_visit(fetched_at: datetime) -> datetime:
    """Return when a page that could not be fetched is tried again: the next night."""
    return fetched_at + timedelta(hours=12)
