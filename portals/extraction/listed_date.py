"""The day that a listing shows beside the link to an article, for pages that show none."""

from __future__ import annotations

from datetime import datetime, time

from portals.extraction.page import Page
from portals.language.dates import VIETNAM, DateReading


def listed_date(page: Page) -> DateReading | None:
    """Return the day that a listing shows for ``page``, or None."""
    day = page.listed_day
    if day is None:
        return None
    return DateReading(datetime.combine(day, time(), VIETNAM), "day", "listing", day.isoformat())
