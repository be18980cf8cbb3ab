"""Pages that are none, or more than any page is."""

from __future__ import annotations

TOO_LARGE = "the page is too large to read"
"""The reason of rejects with more tags, or longer lines, than any page has."""


class UnreadablePage(ValueError):  # noqa: N818 - the name says what happened
    """A page that cannot be read as one: no text, or more than any page holds."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail or None
