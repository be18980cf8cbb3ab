"""The error of pages that cannot be parsed."""

from __future__ import annotations

from portals.outcomes import REJECT_RULES, RejectCode


class UnreadablePageError(ValueError):
    """The page is not text, or exceeds a limit of size or nesting."""

    def __init__(self, code: RejectCode, detail: str = "") -> None:
        message = REJECT_RULES[code].message
        super().__init__(f"{message}: {detail}" if detail else message)
        self.code = code
        self.detail = detail or None
