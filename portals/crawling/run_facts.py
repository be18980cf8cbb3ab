"""Collection of the facts that decide the verdict of a run."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from dataclasses import replace

from scrapy.statscollectors import StatsCollector

from portals.crawling.page_result import Applied, PageResult
from portals.crawling.verdict_facts import RunFacts
from portals.outcomes import REJECT_RULES, Counter, RejectCode
from portals.store.crawl_state import CrawlState, ListingPage
from portals.store.database import Store
from portals.store.settled_pages import count_settled

CHECKED_FIELDS = ("published_at", "author", "lead", "section")
"""Fields whose absence from articles that used to have them means that a portal changed."""

_MIN_HISTORY, _MIN_PARSED = 20, 5  # articles before and now; with fewer, shares are not compared
_USUAL, _RARE = 0.8, 0.3  # shares of articles with a field, before and now

COUNTED = {
    "responses": Counter.PAGES_READ,
    "parsed": Counter.PARSED,
    "listed_known": Counter.LISTED_KNOWN,
    "reader_errors": Counter.READER_ERRORS,
    "storage_errors": Counter.STORAGE_ERRORS,
    "unreachable": Counter.UNREACHABLE,
    "timed_out": Counter.TIMED_OUT,
    "proxy_failed": Counter.PROXY_FAILED,
    "refused": Counter.REFUSED,
    "challenges": Counter.CHALLENGES,
    "logins": Counter.LOGINS,
    "parked": Counter.PARKED,
    "not_archived": Counter.NOT_ARCHIVED,
    "outside_dates": Counter.OUTSIDE_DATES,
    "undated": Counter.UNDATED,
    "hollow": Counter.HOLLOW,
    "hollow_checked": Counter.HOLLOW_CHECKED,
    "by_fallback": Counter.BY_FALLBACK,
    "shrunken_listings": Counter.SHRUNKEN_LISTINGS,
    "lost_captures": Counter.LOST_CAPTURES,
    "offsite": Counter.OFFSITE,
    "bad_certificates": Counter.BAD_CERTIFICATES,
    "listings": Counter.LISTINGS,
    "listings_by_headlines": Counter.LISTINGS_BY_HEADLINES,
    "truncated_listings": Counter.TRUNCATED_LISTINGS,
    "unfollowed_pagers": Counter.UNFOLLOWED_PAGERS,
    "unaddressed": Counter.UNADDRESSED,
    "missing_parts": Counter.MISSING_PARTS,
    "missing_articles": Counter.MISSING_ARTICLES,
    "forbidden": Counter.FORBIDDEN,
    "forbidden_listings": Counter.FORBIDDEN_LISTINGS,
    "robots_unavailable": Counter.ROBOTS_UNAVAILABLE,
    "announced_only": Counter.ANNOUNCED_ONLY,
    "section_listings": Counter.SECTION_LISTINGS,
    "section_skipped": Counter.SECTION_SKIPPED,
    "script_built": Counter.SCRIPT_BUILT,
    "browser_routes": Counter.BROWSER_ROUTES,
    "changed_json": Counter.CHANGED_JSON,
    "false_totals": Counter.FALSE_TOTALS,
}
"""Fields of ``RunFacts`` and the counters that give their values."""

_OUTCOME_COUNTERS = {
    "new": (Counter.NEW, Counter.SIGHTINGS_NEW),
    "copy": (Counter.SIGHTINGS_NEW,),
    "changed": (Counter.CHANGED,),
}

_REFUSALS = frozenset(
    REJECT_RULES[RejectCode.HTTP_STATUS].message.format(status=status)
    for status in (401, 403, 429, 451)
)

SCRIPT_BUILT_SIGN = "portal/script_built_sign"
"""Key in the stats: what was seen of the first page that only a script builds."""


def field_counter(name: str) -> str:
    """Return the key in the stats that counts the articles with a field."""
    return f"portal/has_{name}"


def field_counts(stats: StatsCollector) -> dict[str, int]:
    """Return how many articles of the run have each of ``CHECKED_FIELDS``."""
    return {name: stats.get_value(field_counter(name), 0) for name in CHECKED_FIELDS}


def counter_of(code: str, reason: str) -> Counter | None:
    """Return the counter of a reject by its code and sentence, None if it has none."""
    if reason in _REFUSALS:
        return Counter.REFUSED
    return REJECT_RULES[RejectCode(code)].counter


def counts_of(result: PageResult, applied: Applied) -> dict[str, int]:
    """Return what a stored page adds to the counters of its run, by their keys in the stats.

    A page that is settled is a reject, and nothing that a verdict counts.
    """
    counts = Tally(counts_of_links(applied))
    for reject in result.rejects:
        counts[Counter.REJECTS] += 1
        counter = counter_of(reject.code, reject.reason)
        if counter and not applied.is_settled:
            counts[counter] += 1
    for article, outcome in zip(result.articles, applied.outcomes, strict=True):
        counts[Counter.PARSED] += 1
        counts.update(field_counter(name) for name in CHECKED_FIELDS if getattr(article, name))
        counts.update(_OUTCOME_COUNTERS.get(outcome, ()))
        if outcome == "new" and result.request.is_announced:
            counts[Counter.ANNOUNCED_ONLY] += 1
    return counts


def counts_of_links(applied: Applied) -> dict[str, int]:
    """Return what known, skipped and enqueued links add to the counters of a run."""
    return {
        Counter.LISTED_KNOWN: applied.listed_known,
        Counter.SKIPPED_KNOWN: applied.skipped_known,
        Counter.SHRUNKEN_LISTINGS: applied.shrunken_listings,
        Counter.MISSING_ARTICLES: applied.missing_articles,
        "scheduler/enqueued": applied.enqueued,
    }


def counted_facts(stats: StatsCollector, finish_reason: str) -> RunFacts:
    """Return the facts that are counters of the run."""
    counted = {name: stats.get_value(counter, 0) for name, counter in COUNTED.items()}
    absent_since = str(stats.get_value(Counter.ROBOTS_ABSENT_SINCE, ""))[:10]
    return RunFacts(
        finish_reason=finish_reason,
        robots_absent_since=absent_since,
        script_built_sign=str(stats.get_value(SCRIPT_BUILT_SIGN, "")),
        clock_differs=str(stats.get_value(Counter.CLOCK_DIFFERS, "")),
        clock_fault=str(stats.get_value(Counter.CLOCK_FAULT, "")),
        read_again=stats.get_value(Counter.READ_AGAIN, 0),
        held_until=str(stats.get_value(Counter.HELD_UNTIL, "")),
        **counted,
    )


def with_missing_pages(facts: RunFacts, state: CrawlState, run_ids: Sequence[int]) -> RunFacts:
    """Add the pages of listings that are missing since any of the runs. Raises sqlite3.Error."""
    missing = state.missing_pages(run_ids)
    empty = sum(page.state == "empty" for page in missing)
    failed = max(0, facts.failed - empty)
    return replace(facts, failed=failed, missing_page=_in_words(missing))


def with_history(
    facts: RunFacts, store: Store, portal: str, run_id: int, counts: Mapping[str, int]
) -> RunFacts:
    """Add facts from the portal's history: articles stored before, and a field now missing.

    ``counts``: articles of the run with each of ``CHECKED_FIELDS``. Raises sqlite3.Error.
    """
    stored, shares = store.articles.field_shares(portal, run_id, CHECKED_FIELDS)
    facts = replace(
        facts,
        stored_before=stored,
        known_forbidden=store.runs.count_forbidden(portal),
        known_deadly=store.runs.count_deadly(portal),
        settled=count_settled(store.db.conn, portal),
    )
    if stored < _MIN_HISTORY or facts.parsed < _MIN_PARSED:
        return facts
    for name in CHECKED_FIELDS:
        has = counts[name]
        if shares[name] >= _USUAL and has <= _RARE * facts.parsed:
            without = f"{facts.parsed - has} of {facts.parsed}"
            missing = f"{without} articles have no {name}, which this portal shows"
            return replace(facts, missing_field=missing)
    return facts


def _in_words(missing: Sequence[ListingPage]) -> str:
    """Return a sentence on the first missing page of a listing, and how many there are."""
    if not missing:
        return ""
    first = missing[0]
    more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
    what = "could not be read" if first.state == "failed" else "is empty"
    return f"page {first.number} of the list {first.listing or '/'} {what}{more}"
