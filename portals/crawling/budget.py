"""The budget of a run: the failures in a row and the requests after which it ends.

Scrapy requests every URL that it knows from a portal that has gone down.
"""

from __future__ import annotations

from portals.crawling.page_result import BudgetClass

_COSTS: dict[BudgetClass, int] = {
    BudgetClass.GOOD: 0,
    BudgetClass.SAMPLE: 0,
    BudgetClass.EMPTY: 1,
    BudgetClass.ERROR: 8,  # a portal that fails 50 times in a row is down
    BudgetClass.UNANSWERED: 40,  # each waits for a time-out: ten in a row
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

    def charge(self, page: BudgetClass) -> str | None:
        """Charge one page; return the reason to end the run, if that was one too many."""
        self.asked += 1
        self.spent = 0 if page is BudgetClass.GOOD else self.spent + _COSTS[page]
        if self.errors and self.spent >= self.errors:
            return OUT_OF_ERRORS
        if self.requests and self.asked >= self.requests:
            return OUT_OF_REQUESTS
        return None


OUT_OF_ERRORS = "error_budget"
OUT_OF_REQUESTS = "request_budget"
"""Reasons with which a run ends whose budget is spent; it is resumed by the next one."""
