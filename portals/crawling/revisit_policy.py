"""Revisit policy: when known pages are requested again, and with which validators."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from portals.article import Article
from portals.crawling.page_result import PageResult, StoryOrigin
from portals.crawling.spider_outputs import PartRead
from portals.outcomes import REJECT_RULES, RejectCode
from portals.store.crawl_state import TRUST_AFTER, PageVisit, VisitKind
from portals.timestamps import utc

_REVISITS = (  # age of an article at its visit, and when it is visited again
    (timedelta(days=2), timedelta(hours=20)),  # corrections come within a day: next nightly run
    (timedelta(days=7), timedelta(days=3)),
    (timedelta(days=30), timedelta(days=14)),
    (timedelta(days=365), timedelta(days=120)),
)
_OLD = timedelta(days=720)  # an edit of an old article is rare, its disappearance is not
_NOT_AN_ARTICLE = timedelta(days=7)  # an error page that answers 200 may be repaired
_WITHDRAWN = timedelta(days=30)  # a page that answers 404 or 410 seldom comes back
_FAILED = timedelta(hours=12)  # the next nightly run
_SETTLED = timedelta(days=7)  # what was the same in as many nights seldom changes in one
_NO_PAGE = "failed"  # requests fail in turn by 500, timeouts and broken connections: one result
_NOT_OF_PAGE = frozenset(
    [
        # of the server, and so of all its pages
        RejectCode.NO_HOST, RejectCode.UNREACHABLE, RejectCode.BAD_CERTIFICATE,
        RejectCode.TLS_FAILED, RejectCode.HELD, RejectCode.ROBOTS_UNAVAILABLE,
        # ours: something can be done about them
        RejectCode.READER_FAILED, RejectCode.SPIDER_FAILED, RejectCode.KILLED_PROCESS,
        RejectCode.PIPELINE_FAILED, RejectCode.NOT_STORABLE,
    ]
)  # fmt: skip
"""Rejects that say nothing of the page itself: no number of nights with them settles it."""

_CHECK_EVERY = 7  # every seventh visit is made without validators, to check them
_OK = 200
_HOME = "/"  # page key
_PART = "part"  # fingerprint of a later page of a story
_GONE = frozenset([404, 410])
_MISSING = frozenset(["failed", "empty"])  # states of a listing page that could not be read


def revisit_table() -> str:
    """Return when articles are revisited as a Markdown table, for ``docs/operations.md``."""
    rows = [(f"under {age.days} days", wait) for age, wait in _REVISITS]
    lines = [f"| {age} | {_span(wait)} |" for age, wait in [*rows, ("older", _OLD)]]
    head = ["| age of an article at its visit | visited again after |", "|---|---|"]
    return "\n".join([*head, *lines]) + "\n"


def _span(wait: timedelta) -> str:
    return f"{wait.days} days" if wait.days else f"{wait.seconds // 3600} hours"


def next_visit(published_at: str | None, fetched_at: datetime) -> datetime:
    """Return when an article that was fetched at ``fetched_at`` (aware) is due for a revisit.

    An article without a date is treated as ten months old.
    """
    at = datetime.fromisoformat(published_at) if published_at else fetched_at - timedelta(days=300)
    age = fetched_at - at
    wait = next((wait for limit, wait in _REVISITS if age < limit), _OLD)
    return fetched_at + wait


def is_gone(visit: PageVisit, now: datetime) -> bool:
    """Return True for a page that was gone, or settled, within a week and never was of use.

    Menus keep such links for years. A listing or an article that was read once is no such page,
    nor is one that was visited in one night only, which may have been a bad one.
    """
    was_read = visit.fingerprint is not None or visit.listed_articles is not None
    first, last = map(datetime.fromisoformat, (visit.first_fetched_at, visit.fetched_at))
    is_recent = now - last < _NOT_AN_ARTICLE
    is_old = visit.status in _GONE and last - first >= _FAILED
    return (is_old or visit.is_settled) and not was_read and is_recent


def retry_visit(fetched_at: datetime) -> datetime:
    """Return when a page that could not be fetched is due again."""
    return fetched_at + _FAILED


def visit_after(result: PageResult, before: PageVisit | None) -> PageVisit | None:
    """Return the visit to store for a page, or None if none is to be stored.

    ``before``: the last visit to it. The visit to an article outside the requested dates is not
    stored, so that a later crawl fetches it.
    """
    kind = _kind_of(result)
    if kind == "article" and not result.items and result.failure is None:
        return None
    now = datetime.fromisoformat(result.fetched_at)
    if result.status == 304 and before is not None:
        trust = before.validator_trust + 1
        return replace(before, fetched_at=result.fetched_at, validator_trust=trust)
    due = _due_after(result, now, before) if kind == "article" else None
    if is_undecided_sample(result, before):
        due = utc(retry_visit(now))
    is_hidden = kind == "article" and not result.articles and _may_hide_article(result)
    if (result.failure is not None or is_hidden) and before is not None:
        # Earlier content remains valid; only status, time and next visit change.
        visit = replace(
            before, status=result.status, fetched_at=result.fetched_at, next_visit_at=due
        )
    else:
        visit = _with_trust(_visit(result, kind, before, due), before)
    if kind == "article" or _never_led_anywhere(result, before):
        return _with_nights(visit, result, before)
    return replace(visit, unread_as=None, unread_nights=0)


def archived_visit(result: PageResult) -> PageVisit | None:
    """Return what a replayed archive says of an article's page: it was there, or it was gone.

    None for anything else: a failure of the portal, a page of another kind, or one that could not
    be read. The visit has the time of the capture, no validators, and no next visit.
    """
    story, page = result.request.story, result.answer
    if story is not None:
        page = None if result.goes_on else story.page
    if page is None or page.via or not _is_article_or_gone(result):
        return None
    article = next(iter(result.articles), None)
    request = result.request
    return PageVisit(
        key=story.key if story else request.key,
        url=story.url if story else request.article_url or request.url,
        kind="article",
        status=page.status,
        first_fetched_at=page.fetched_at,
        fetched_at=page.fetched_at,
        fingerprint=article.content_hash if article else None,
    )


def _is_article_or_gone(result: PageResult) -> bool:
    if result.articles:
        return True
    is_error_page = any(reject.code is RejectCode.ERROR_PAGE for reject in result.rejects)
    is_gone = result.status in _GONE or (result.status == _OK and is_error_page)
    return is_gone and result.request.expected == "article"


def visit_of_story(result: PageResult, story: StoryOrigin, before: PageVisit | None) -> PageVisit:
    """Return the visit to a story of several pages after its last page.

    A story that lacks a page is due again soon, one that is no article in a week.
    """
    now = datetime.fromisoformat(result.fetched_at)
    article = next(iter(result.articles), None)
    due = now + _NOT_AN_ARTICLE
    is_deadly = any(reject.code is RejectCode.KILLED_PROCESS for reject in result.rejects)
    is_due_soon = any(REJECT_RULES[reject.code].is_due_soon for reject in result.rejects)
    if article is not None and not is_deadly:
        is_whole = not article.missing_parts
        due = next_visit(article.published_at, now) if is_whole else retry_visit(now)
    elif not is_deadly and (is_due_soon or not _is_second(result, before)):
        due = retry_visit(now)
    visit = PageVisit(
        key=story.key,
        url=story.url,
        kind="article",
        status=_OK,
        first_fetched_at=before.first_fetched_at if before else result.fetched_at,
        fetched_at=result.fetched_at,
        fingerprint=article.content_hash if article else None,
        next_visit_at=utc(due),
    )
    return _with_nights(visit, result, before)


def visit_of_part(result: PageResult, part: PartRead) -> PageVisit:
    """Return the visit to a later page of a story: links to it are known, and not due for years."""
    now = datetime.fromisoformat(result.fetched_at)
    return PageVisit(
        key=part.key,
        url=part.url,
        kind="article",
        status=_OK,
        first_fetched_at=result.fetched_at,
        fetched_at=result.fetched_at,
        fingerprint=_PART,
        next_visit_at=utc(now + _OLD),
    )


def is_undecided_sample(result: PageResult, before: PageVisit | None) -> bool:
    """Return True for a sample of a sitemap that does not say yet whether its URLs are articles.

    ``before``: the last visit to it. It is sampled again, and its sitemap is read for that.
    """
    is_sample = bool(result.request.source) and result.request.expected != "article"
    is_first = before is None or before.kind == "article"
    is_unread = not (result.articles or result.goes_on)
    return is_sample and is_unread and (is_first or _may_hide_article(result))


def may_be_sampled(visit: PageVisit | None, now: datetime) -> bool:
    """Return True for an announced URL that no visit says what it is. ``visit``: the last one."""
    if visit is None:
        return True
    is_due = visit.next_visit_at is not None and visit.next_visit_at <= utc(now)
    return visit.kind != "article" and is_due


def _kind_of(result: PageResult) -> VisitKind:
    """Return what the page is; a list that holds whole articles is a list."""
    lists = {page.url for page in result.listing_pages}
    has_own = any(not lists or article.url in lists for article in result.articles)
    if has_own or result.request.expected == "article":
        return "article"
    return "listing" if result.listing_pages else "other"


def _visit(
    result: PageResult, kind: VisitKind, before: PageVisit | None, due: str | None
) -> PageVisit:
    listing = result.listing_pages[0] if result.listing_pages else None
    listed = listing.items if listing else None
    if listing and listing.state in _MISSING:
        listed = before.listed_articles if before else None  # it is a listing, and to be read
    article = result.articles[0] if result.articles else None
    fingerprint = article.content_hash if article else None
    return PageVisit(
        key=result.request.key,
        url=result.request.article_url or result.request.url,
        kind=kind,
        status=result.status,
        first_fetched_at=before.first_fetched_at if before else result.fetched_at,
        fetched_at=result.fetched_at,
        etag=result.etag,
        last_modified=result.last_modified,
        fingerprint=listing.fingerprint if listing else fingerprint or result.announcement,
        listed_articles=listed,
        next_visit_at=due,
    )


def _due_after(result: PageResult, now: datetime, before: PageVisit | None) -> str:
    article: Article | None = next(iter(result.articles), None)
    if article and result.failure is None:
        return utc(next_visit(article.published_at, now))
    if any(reject.code is RejectCode.KILLED_PROCESS for reject in result.rejects):
        return utc(now + _NOT_AN_ARTICLE)
    if _may_hide_article(result) or not _is_second(result, before):
        return utc(retry_visit(now))
    was_read = before is not None and before.fingerprint is not None
    return utc(now + (_WITHDRAWN if was_read and result.status in _GONE else _NOT_AN_ARTICLE))


def _may_hide_article(result: PageResult) -> bool:
    """Return True for a page without an article of which nothing says that there is none."""
    rules = [REJECT_RULES[reject.code] for reject in result.rejects]
    if result.status in _GONE or any(rule.is_of_page for rule in rules):
        return False
    return result.failure is not None or any(rule.is_due_soon for rule in rules)


def _is_second(result: PageResult, before: PageVisit | None) -> bool:
    """Return True if the last visit said too that a page is no article, or is gone.

    What one night says may be a fault of that night: the next one asks again. Attempts of one
    night are one, and a visit at which something hid the page says nothing.
    """
    if before is None or before.kind != "article" or before.unread_as is not None:
        return False
    if not _is_another_night(result, before):
        return False
    if result.status in _GONE:
        return before.status in _GONE
    return before.fingerprint is None


def _never_led_anywhere(result: PageResult, before: PageVisit | None) -> bool:
    """Return True for a page that no visit could read, and for which the run is worse.

    A menu may have such a link for years. A page that was read once may have led to lists: what is
    missing without it is not known. The home page, and later pages of lists, lead on by nature; a
    list that the catalogue declares is there, or its row is to be corrected.
    """
    if result.request.expected == "announcement" or result.request.key == _HOME:
        return False
    is_later = any(page.number > 1 or page.is_declared for page in result.listing_pages)
    is_missing = any(page.state in _MISSING for page in result.listing_pages)
    is_counted = any(REJECT_RULES[reject.code].counter for reject in result.rejects)
    was_read = before is not None and before.unread_as is None
    return not (is_later or was_read) and (result.failure is not None or is_missing or is_counted)


def is_settled(result: PageResult, visit: PageVisit | None) -> bool:
    """Return True for a page that gave in many nights what it gives now: no article.

    ``visit``: the one that is stored of it. It is due in a week, and no run is worse for it.
    """
    return visit is not None and visit.is_settled and visit.unread_as == _unread_as(result)


def _with_nights(visit: PageVisit, result: PageResult, before: PageVisit | None) -> PageVisit:
    """Return ``visit`` with the nights in which the page could not be read, due in a week if many.

    A night in which the whole server failed, or our own code, is none of them and ends no row.
    """
    unread_as = _unread_as(result)
    nights = before.unread_nights if before else 0
    if unread_as is None:
        unread_as = (before and before.unread_as) or result.rejects[0].code
        return replace(visit, unread_as=unread_as, unread_nights=nights)
    if not unread_as:
        return replace(visit, unread_as=None, unread_nights=0)
    if before is None or before.unread_as != unread_as:
        nights = 1
    elif _is_another_night(result, before):
        nights += 1
    visit = replace(visit, unread_as=unread_as, unread_nights=nights)
    if not visit.is_settled:
        return visit
    due = datetime.fromisoformat(result.fetched_at) + _SETTLED
    return replace(visit, next_visit_at=utc(due))


def _is_another_night(result: PageResult, before: PageVisit) -> bool:
    """Return False for further attempts of one night."""
    last, now = map(datetime.fromisoformat, (before.fetched_at, result.fetched_at))
    return now.date() != last.date() and now - last >= _FAILED


def _unread_as(result: PageResult) -> str | None:
    """Return what came in place of an article, "" if nothing did, None if nobody can know."""
    codes = [reject.code for reject in result.rejects]
    if any(code in _NOT_OF_PAGE for code in codes):
        return None
    if RejectCode.PART_MISSING in codes:
        return RejectCode.PART_MISSING
    if result.articles or not codes or not _may_hide_article(result):
        return ""
    return _NO_PAGE if result.failure is not None else codes[0]


def is_missing_article(result: PageResult, before: PageVisit | None) -> bool:
    """Return True for a page that may be an article which no visit has had, and is due soon.

    ``before``: the last visit to it, or to the first page of its story.
    """
    is_expected = result.request.expected == "article" or result.request.story is not None
    is_unread = not (result.articles or result.goes_on) and bool(result.rejects)
    was_read = before is not None and before.fingerprint is not None
    return is_expected and is_unread and not was_read and _may_hide_article(result)


def _with_trust(visit: PageVisit, before: PageVisit | None) -> PageVisit:
    """Return ``visit`` with the updated trust in the validators of the page.

    A validator that stays the same while the text changes is wrong and is never trusted again.
    """
    if before is None:
        return visit
    if not (visit.etag or visit.last_modified):
        return replace(visit, validator_trust=before.validator_trust)
    is_same_validator = (visit.etag, visit.last_modified) == (before.etag, before.last_modified)
    is_same_text = visit.fingerprint == before.fingerprint
    trust = before.validator_trust
    if trust < 0 or (is_same_validator and not is_same_text):
        trust = -1
    elif is_same_validator or not is_same_text:
        trust += 1
    return replace(visit, validator_trust=trust)


def validators(visit: PageVisit | None) -> dict[str, str]:
    """Return the headers of a conditional request; empty if the validators are not trusted.

    They are trusted after they were right twice, except on every seventh visit, which checks them.
    """
    if visit is None or visit.status not in (200, 304) or visit.validator_trust < TRUST_AFTER:
        return {}
    if visit.validator_trust % _CHECK_EVERY == 0:
        return {}
    headers = {"If-None-Match": visit.etag, "If-Modified-Since": visit.last_modified}
    return {name: value for name, value in headers.items() if value}
