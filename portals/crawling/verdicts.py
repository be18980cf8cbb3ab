"""How a run ended, in one word, and the exit code that says it to cron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal[
    "ok", "incomplete", "drift", "blocked", "gone", "locked", "storage", "timeout", "crashed"
]

EXIT_CODES: dict[Verdict, int] = {
    "ok": 0,
    "incomplete": 10,
    "drift": 11,
    "blocked": 12,
    "gone": 13,
    "locked": 14,
    "storage": 15,
    "timeout": 16,
    "crashed": 17,
}

USAGE_ERROR = 2


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is known at the end of a run; ``finish_reason`` is Scrapy's."""

    finish_reason: str
    responses: int = 0
    articles: int = 0
    reader_errors: int = 0
    storage_errors: int = 0
    failed_fetches: int = 0
    unreachable: int = 0
    refused: int = 0
    not_archived: int = 0
    empty_first_lists: int = 0


def judge(facts: RunFacts) -> tuple[Verdict, str]:
    """Return the verdict of a run and its reason in one line."""
    if facts.storage_errors:
        return "storage", f"{facts.storage_errors} pages could not be written to the database"
    if facts.reader_errors:
        return "crashed", f"{facts.reader_errors} exceptions while reading pages, see the log"
    if facts.finish_reason == "shutdown":
        return "incomplete", "stopped by a signal"
    if facts.finish_reason == "closespider_timeout":
        return "timeout", "the time allowed was over"
    if facts.finish_reason not in ("finished", "limit"):
        return "incomplete", f"stopped: {facts.finish_reason}"
    if not facts.responses:
        return _nothing_came(facts)
    if facts.failed_fetches:
        return "incomplete", f"{facts.failed_fetches} pages could not be fetched"
    if not facts.articles:
        if facts.refused:
            return "blocked", f"the portal refused {facts.refused} requests"
        return "incomplete", "no article was found"
    if facts.empty_first_lists:
        return "incomplete", f"{facts.empty_first_lists} sections led to no article"
    return "ok", ""


def _nothing_came(facts: RunFacts) -> tuple[Verdict, str]:
    if facts.refused:
        return "blocked", f"the portal refused {facts.refused} requests"
    if facts.unreachable:
        return "gone", "the portal cannot be reached"
    if facts.not_archived:
        return "incomplete", "the archive holds no page of this portal"
    return "incomplete", "nothing was fetched"
