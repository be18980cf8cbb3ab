"""The budget of a run: the failures in a row and the requests after which it ends.

Scrapy asks a portal that has gone down for every address that it knows.
"""

from __future__ import annotations

from typing import Literal

PageResult = Literal["good", "rationed", "barren", "error", "unanswered"]
"""What came of one page: an article or a list, neither (rationed by whoever asked), an error of the
portal, or no answer."""

_COSTS: dict[PageResult, int] = {
    "good": 0,
    "rationed": 0,
    "barren": 1,
    "error": 8,
    "unanswered": 40,
}


class Budget:
    """What a run may spend in a row without anything to show for it, and in all.

    ``errors``: the error budget, in pages that were neither an article nor a list; an error of the
    portal costs 8 of them, no answer 40. ``requests``: pages that a run asks for.
    """

    def __init__(self, errors: int, requests: int) -> None:
        self.errors = errors
        self.requests = requests
        self.spent = 0
        self.asked = 0

    def take(self, result: PageResult) -> str | None:
        """Take in one page; return the reason to end the run, if that was one too many."""
        self.asked += 1
        self.spent = 0 if result == "good" else self.spent + _COSTS[result]
        if self.errors and self.spent >= self.errors:
            return OUT_OF_ERRORS
        if self.requests and self.asked >= self.requests:
            return OUT_OF_REQUESTS
        return None


OUT_OF_ERRORS = "error_budget"
OUT_OF_REQUESTS = "request_budget"
"""Reasons with which a run ends whose budget is spent; it is resumed by the next one."""
