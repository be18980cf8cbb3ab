"""What is remembered of a visit: validators, fingerprint, and when to come again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from scrapy.http import Headers, Response

from portals.article import Article
from portals.crawling.calendar import next_visit, retry_visit
from portals.store.article_writer import utc
from portals.store.crawl_state import TRUST_AFTER, PageVisit

if TYPE_CHECKING:
    from portals.crawling.page_work import Unit

_NOT_AN_ARTICLE = timedelta(days=7)  # a soft 404 may be mended
_WITHDRAWN = timedelta(days=30)  # a page that answers 404 or 410 seldom comes back
_CHECK_EVERY = 7  # of so many visits one asks without validators, to see whether they still hold


def visit_after(unit: Unit, before: PageVisit | None, now: datetime) -> PageVisit | None:
    """Return what to remember of a page that was asked for, or None where nothing is."""
    article = next((item for item in unit.taken if isinstance(item, Article)), None)
    kind: Literal["article", "listing", "other"] = "other"
    if article or unit.kind == "article":
        kind = "article"
    elif unit.lists:
        kind = "listing"
    if kind == "article" and not unit.taken and unit.failure is None:
        return None  # outside the dates that were asked for: a later crawl may want it
    status = unit.response.status if unit.response is not None else 0
    if status == 304 and before is not None:
        return replace(before, fetched_at=utc(now), validator_trust=before.validator_trust + 1)
    if unit.failure is not None and before is not None:
        # What was read before still stands; only the answer and the next visit are news.
        due = _next_visit(unit, None, status, now) if kind == "article" else None
        return replace(before, status=status, fetched_at=utc(now), next_visit_at=due)
    headers = unit.response.headers if unit.response is not None else Headers()
    fingerprint = article.content_hash if article else None
    if unit.lists:
        fingerprint = unit.lists[0].fingerprint
    visit = PageVisit(
        key=unit.lease.key,
        url=unit.lease.url,
        kind=kind,
        status=status,
        first_fetched_at=before.first_fetched_at if before else utc(now),
        fetched_at=utc(now),
        etag=_header(headers, "ETag"),
        last_modified=_header(headers, "Last-Modified"),
        fingerprint=fingerprint,
        listed_articles=unit.lists[0].items if unit.lists else None,
        next_visit_at=_next_visit(unit, article, status, now) if kind == "article" else None,
    )
    return _judged(visit, before)


def _next_visit(unit: Unit, article: Article | None, status: int, now: datetime) -> str:
    if article:
        return utc(next_visit(article.published_at, now))
    if status in (404, 410):
        return utc(now + _WITHDRAWN)
    if unit.failure is not None:
        return utc(retry_visit(now))
    return utc(now + _NOT_AN_ARTICLE)


def _judged(visit: PageVisit, before: PageVisit | None) -> PageVisit:
    """Return ``visit`` with what this answer says of the portal's validators.

    The same validator on another text is a lie, after which it is believed no more.
    """
    if before is None:
        return visit
    if not (visit.etag or visit.last_modified):
        return replace(visit, validator_trust=before.validator_trust)
    same_mark = (visit.etag, visit.last_modified) == (before.etag, before.last_modified)
    same_text = visit.fingerprint == before.fingerprint
    truthful = before.validator_trust
    if truthful < 0 or (same_mark and not same_text):
        truthful = -1
    elif same_mark or not same_text:
        truthful += 1
    return replace(visit, validator_trust=truthful)


def validators(visit: PageVisit | None) -> dict[str, str]:
    """Return the headers with which to ask whether the page has changed, where they are believed.

    They are once they told the truth twice, but for every seventh visit, which checks them.
    """
    if visit is None or visit.status not in (200, 304) or visit.validator_trust < TRUST_AFTER:
        return {}
    if visit.validator_trust % _CHECK_EVERY == 0:
        return {}
    marks = {"If-None-Match": visit.etag, "If-Modified-Since": visit.last_modified}
    return {name: value for name, value in marks.items() if value}


def is_unchanged(response: Response) -> bool:
    """Return True if the portal says that the page is what it was."""
    return response.status == 304


def _header(headers: Headers, name: str) -> str | None:
    value = headers.get(name)
    return value.decode("latin-1")[:200] if value else None
