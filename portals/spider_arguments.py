"""The spider arguments (``-a NAME=VALUE``): their form, and one line of help each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SpiderArgument:
    """An argument of a crawl; ``form`` is what its value looks like."""

    name: str
    form: str
    help: str


ARGUMENTS = (
    SpiderArgument("origin", "URL", "crawl this copy of the portal: scheme and host"),
    SpiderArgument("since", "DAY", "only articles published on this day or later, 2024-01-31"),
    SpiderArgument("until", "DAY", "only articles published on this day or before"),
    SpiderArgument("limit", "N", "end after this number of articles"),
    SpiderArgument("section", "TEXT", "only listings whose URL contains this text"),
    SpiderArgument(
        "revisit",
        "due|all|none|settled",
        "which known articles are fetched again [due]; settled: also pages that could not be had",
    ),
    SpiderArgument("backfill", "gaps", "only the period of the publication gaps"),
    SpiderArgument("via", "wayback", "read the Wayback Machine instead of the portal"),
)
