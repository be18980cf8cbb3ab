"""Layouts that can be learnt, their pages and what is read of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from portals.article import Article
from portals.contract import normalise
from portals.extraction.page import Page
from tests.support.pages.synthetic import HOME, PLANS, TODAY, Plan, build

FIELDS = (
    "title", "body", "lead", "author", "source", "section", "published_at", "published_precision",
    "images",
)  # fmt: skip
TEACHABLE = [plan for plan in PLANS if plan.portal != "brvt"]


@cache
def pages(plan: Plan, count: int = 40) -> Sequence[Page]:
    """Return the articles of a portal of ``count`` articles."""
    site = build(plan, count)
    return [
        Page.from_bytes(HOME + path, site.pages[path], fetched_at=TODAY) for path in site.articles
    ]


def fields(article: Any) -> dict[str, Any]:
    assert isinstance(article, Article), article
    normalise(article)
    return {name: getattr(article, name) for name in FIELDS}
