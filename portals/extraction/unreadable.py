"""Pages that are none, or more than any page is."""

from __future__ import annotations

from portals.outcomes import REJECT_RULES, RejectCode


class UnreadablePageError(ValueError):
    """A page that cannot be read as one: no text, or more than any page holds."""

    def __init__(self, code: RejectCode, detail: str = "") -> None:
        message = REJECT_RULES[code].message
        super().__init__(f"{message}: {detail}" if detail else message)
        self.code = code
        self.detail = detail or None
