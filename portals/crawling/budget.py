"""The budgets of a run: the number of consecutive failures, and of requests, that end it.

Without them Scrapy would request every queued URL from a portal that is down.
"""

from __future__ import annotations

from portals.crawling.page_result import BudgetClass

_COSTS: dict[BudgetClass, int] = {
    BudgetClass.GOOD: 0,
    BudgetClass.SAMPLE: 0,
    BudgetClass.EMPTY: 1,
    BudgetClass.ERROR: 8,  # 50 server errors in a row spend the default budget of 400
    BudgetClass.UNANSWERED: 40,  # each waits for a timeout: ten in a row spend it
}


class Budget:
    """Counts the cost of consecutive failures, and all requests.

    ``errors``: the error budget, in pages that are neither article nor listing; a server error
    costs 8 of them, a request without an answer 40. ``requests``: the limit of requests in a run.
    """

    def __init__(self, errors: int, requests: int) -> None:
        self.errors = errors
        self.requests = requests
        self.spent = 0
        self.asked = 0

    def charge(self, page: BudgetClass) -> str | None:
        """Charge one page; return the reason to end the run if a budget is spent."""
        self.asked += 1
        self.spent = 0 if page is BudgetClass.GOOD else self.spent + _COSTS[page]
        if self.errors and self.spent >= self.errors:
            return OUT_OF_ERRORS
        if self.requests and self.asked >= self.requests:
            return OUT_OF_REQUESTS
        return None


OUT_OF_ERRORS = "error_budget"
OUT_OF_REQUESTS = "request_budget"
"""Close reasons of runs whose budget is spent; the next run resumes them."""
