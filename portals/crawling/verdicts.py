"""How a run ended, in one word, and the exit code that says it to cron."""

from __future__ import annotations

from collections.abc import Callable
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
    outside_dates: int = 0
    by_second_net: int = 0


def judge(facts: RunFacts) -> tuple[Verdict, str]:
    """Return the verdict of a run and its reason in one line: the first rule that applies."""
    for applies, verdict, reason in _RULES:
        if applies(facts):
            return verdict, reason.format(facts=facts)
    return "ok", ""


_RULES: tuple[tuple[Callable[[RunFacts], object], Verdict, str], ...] = (
    (
        lambda f: f.storage_errors,
        "storage",
        "{facts.storage_errors} pages could not be written to the database",
    ),
    (
        lambda f: f.reader_errors,
        "crashed",
        "{facts.reader_errors} exceptions while reading pages, see the log",
    ),
    (lambda f: f.finish_reason == "shutdown", "incomplete", "stopped by a signal"),
    (lambda f: f.finish_reason == "closespider_timeout", "timeout", "the time allowed was over"),
    (
        lambda f: f.finish_reason not in ("finished", "limit"),
        "incomplete",
        "stopped: {facts.finish_reason}",
    ),
    (
        lambda f: f.refused and not f.articles,
        "blocked",
        "the portal refused {facts.refused} requests",
    ),
    (lambda f: f.unreachable and not f.responses, "gone", "the portal cannot be reached"),
    (
        lambda f: f.not_archived and not f.responses,
        "incomplete",
        "the archive holds no page of this portal",
    ),
    (
        lambda f: f.by_second_net * 2 >= f.articles > 0,
        "drift",
        "{facts.by_second_net} of {facts.articles} articles were read without the portal's"
        " selectors: its markup changed",
    ),
    (
        lambda f: f.failed_fetches or f.unreachable,
        "incomplete",
        "some pages could not be fetched, see the rejects",
    ),
    (lambda f: f.refused, "incomplete", "the portal refused {facts.refused} requests"),
    (lambda f: not f.articles and not f.outside_dates, "incomplete", "no article was found"),
    (
        lambda f: f.empty_first_lists,
        "incomplete",
        "{facts.empty_first_lists} sections led to no article",
    ),
)
