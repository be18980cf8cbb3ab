"""The rules that give the verdict of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from portals.crawling.budget import OUT_OF_ERRORS, OUT_OF_REQUESTS
from portals.crawling.exit_codes import Verdict as Verdict  # noqa: PLC0414 - also had from here
from portals.network.politeness import POSTPONED
from portals.store.runs import WRONG_CLOCK


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The facts that decide the verdict; ``finish_reason`` is Scrapy's close reason.

    ``responses``: responses of any status; ``parsed``: articles read; ``listed_known``: known
    articles in listings; ``is_resumed``: the run resumes an earlier one; ``stored_before``:
    articles of the portal stored by earlier runs; ``failed``: pages that failed at all attempts;
    ``announced_only``: new articles that a feed or sitemap names and no listing;
    ``script_built``: pages that are empty until a script builds them, ``script_built_sign``: what
    was seen of one; ``changed_json``: answers that are not the JSON of their system;
    ``false_totals``: lists that count another number of articles than they have;
    ``missing_parts``: later pages of articles that could not be had; ``missing_articles``: pages
    that may be articles, were never had, and are requested again by the next night;
    ``undated``: pages behind headlines that read like articles and whose day nothing shows;
    ``hollow``: articles with a small part of their page's text, of ``hollow_checked``;
    ``listings_by_headlines``: of ``listings``, those on which the selectors found nothing;
    ``unfollowed_pagers``: listing pages that lead on without an address, by a script or a form;
    ``section_listings``, ``section_skipped``: listings with and without the argument ``section``;
    ``forbidden``, ``forbidden_listings``: pages and listings that robots.txt forbids;
    ``known_forbidden``: such pages of all runs; ``known_deadly``: articles at which a process died
    twice in any run, and that were never had; ``robots_unavailable``: pages that were not
    requested since robots.txt failed;
    ``robots_absent_since``: day since which it has failed for so long that it counts as absent;
    ``clock_differs``: by how much the server's clock differs from ours, in words, if it does;
    ``clock_fault``: sentence on our clock, of which several servers say that it is wrong;
    ``held_until``: time before which the server asks not to be requested;
    ``missing_page``: sentence on a listing page that failed or was empty before the end;
    ``missing_field``: sentence on a field that articles used to have.
    """

    finish_reason: str
    responses: int = 0
    parsed: int = 0
    listed_known: int = 0
    is_resumed: bool = False
    stored_before: int = 0
    reader_errors: int = 0
    storage_errors: int = 0
    failed: int = 0
    unreachable: int = 0
    timed_out: int = 0
    refused: int = 0
    challenges: int = 0
    logins: int = 0
    parked: int = 0
    not_archived: int = 0
    outside_dates: int = 0
    undated: int = 0
    hollow: int = 0
    hollow_checked: int = 0
    by_fallback: int = 0
    listings: int = 0
    listings_by_headlines: int = 0
    unfollowed_pagers: int = 0
    shrunken_listings: int = 0
    lost_captures: int = 0
    offsite: int = 0
    bad_certificates: int = 0
    truncated_listings: int = 0
    section_listings: int = 0
    section_skipped: int = 0
    missing_parts: int = 0
    missing_articles: int = 0
    forbidden: int = 0
    forbidden_listings: int = 0
    known_forbidden: int = 0
    known_deadly: int = 0
    robots_unavailable: int = 0
    robots_absent_since: str = ""
    held_until: str = ""
    clock_differs: str = ""
    clock_fault: str = ""
    announced_only: int = 0
    script_built: int = 0
    script_built_sign: str = ""
    changed_json: int = 0
    false_totals: int = 0
    missing_page: str = ""
    missing_field: str = ""

    @property
    def has_ended_itself(self) -> bool:
        """Return True if the run began the crawl, and nothing cut it short."""
        return self.finish_reason == "finished" and not self.is_resumed

    @property
    def has_read(self) -> bool:
        """Return True if the run, or the one it resumes, found any article."""
        return bool(self.parsed or self.listed_known or self.outside_dates or self.is_resumed)


class Judgement(NamedTuple):
    """The verdict of a run, its reason in one line, and the code of the reason."""

    verdict: Verdict
    reason: str = ""
    code: str = ""


def judge(facts: RunFacts) -> Judgement:
    """Return the verdict of the first rule that applies; "ok" if none does."""
    for applies, verdict, code, reason in _RULES:
        if applies(facts):
            return _with_remarks(Judgement(verdict, reason.format(facts=facts), code), facts)
    return _with_remarks(Judgement("ok"), facts)


_REMARKS: tuple[tuple[Callable[[RunFacts], object], str, str], ...] = (
    (
        lambda f: f.clock_differs and not f.clock_fault,
        "clock_differs",
        "this machine's clock is {facts.clock_differs} the server's; one of the two is wrong",
    ),
    (
        lambda f: f.clock_fault and f.finish_reason != WRONG_CLOCK,
        "clock_differs",
        "{facts.clock_fault}",
    ),
    (
        lambda f: f.robots_absent_since,
        "robots_absent",
        "robots.txt has failed since {facts.robots_absent_since} and counts as absent",
    ),
    (
        lambda f: f.forbidden_listings and f.has_read,
        "some_listings_forbidden",
        "robots.txt forbids {facts.forbidden_listings} lists",
    ),
    (
        lambda f: f.known_forbidden,
        "pages_forbidden",
        "robots.txt forbids {facts.known_forbidden} pages",
    ),
    (
        lambda f: f.false_totals,
        "false_totals",
        "{facts.false_totals} lists count another number of articles than they have",
    ),
    (
        lambda f: f.announced_only == 1,
        "announced_only",
        "1 article was known to the feeds and sitemaps only",
    ),
    (
        lambda f: f.announced_only > 1,
        "announced_only",
        "{facts.announced_only} articles were known to the feeds and sitemaps only",
    ),
)
"""What the reason of a run says besides, also if it is ok: fact, code, sentence."""


def _with_remarks(judgement: Judgement, facts: RunFacts) -> Judgement:
    for applies, code, remark in _REMARKS:
        if applies(facts):
            reason = "; ".join(filter(None, [judgement.reason, remark.format(facts=facts)]))
            judgement = Judgement(judgement.verdict, reason, judgement.code or code)
    return judgement


_STORM = 5
"""Minimum number of refusals that, together with half of all responses, mean ``blocked``."""

_MIN_HOLLOW = 3
"""Minimum number of hollow articles that mean drift; some are pictures with a line each."""

_MIN_UNDATED = 3
"""Minimum number of undated pages that end a run ``incomplete``; static pages can be some."""

_RULES: tuple[tuple[Callable[[RunFacts], object], Verdict, str, str], ...] = (
    (
        lambda f: f.storage_errors,
        "storage",
        "storage",
        "the database or the archive could not be written, see the log",
    ),
    (lambda f: f.finish_reason == WRONG_CLOCK, "storage", WRONG_CLOCK, "{facts.clock_fault}"),
    (
        lambda f: f.reader_errors,
        "crashed",
        "reader_errors",
        "{facts.reader_errors} exceptions while reading pages, see the log",
    ),
    (
        lambda f: f.finish_reason == "start_error",
        "crashed",
        "start_error",
        "the crawl could not begin",
    ),
    (
        lambda f: f.finish_reason == "shutdown",
        "incomplete",
        "stopped_by_signal",
        "stopped by a signal; the same command goes on from here",
    ),
    (
        lambda f: f.finish_reason == "closespider_timeout",
        "timeout",
        "max_runtime",
        "the time allowed was over; the same command goes on from here",
    ),
    (
        lambda f: f.finish_reason == POSTPONED,
        "postponed",
        "retry_after",
        "the server asks not to be requested before {facts.held_until}; --now does it anyway",
    ),
    (
        lambda f: f.finish_reason not in ("finished", "limit", OUT_OF_ERRORS, OUT_OF_REQUESTS),
        "incomplete",
        "stopped",
        "stopped: {facts.finish_reason}",
    ),
    (
        lambda f: f.parked and not f.has_read,
        "gone",
        "domain_parked",
        "the domain is parked or has expired",
    ),
    (
        lambda f: (f.challenges or f.logins) and not f.has_read,
        "blocked",
        "interstitials",
        "the portal showed {facts.challenges} challenges and {facts.logins} login walls",
    ),
    (
        lambda f: f.refused and (not f.has_read or 2 * f.refused >= max(f.responses, 2 * _STORM)),
        "blocked",
        "refused_storm",
        "the portal refused {facts.refused} requests",
    ),
    (
        lambda f: f.robots_unavailable and not f.responses,
        "blocked",
        "robots_unavailable",
        "robots.txt cannot be had and no copy of it is stored: nothing may be requested, see the"
        " rejects",
    ),
    (
        lambda f: f.forbidden_listings and not f.has_read,
        "blocked",
        "listings_forbidden",
        "robots.txt forbids {facts.forbidden_listings} lists",
    ),
    (
        lambda f: f.forbidden and not f.responses,
        "blocked",
        "everything_forbidden",
        "robots.txt forbids everything that was to be requested",
    ),
    (
        lambda f: f.offsite and not f.responses,
        "gone",
        "moved",
        "the portal leads to another host, see the rejects; if that is its new one, put it into"
        " portals.csv",
    ),
    (
        lambda f: f.bad_certificates and not f.has_read,
        "incomplete",
        "bad_certificate",
        "the portal's certificate cannot be verified, see the rejects",
    ),
    (
        lambda f: f.unreachable and not f.responses,
        "gone",
        "unreachable",
        "the portal cannot be reached",
    ),
    (
        lambda f: f.timed_out and not f.responses,
        "timeout",
        "no_answer",
        "the portal did not answer in time",
    ),
    (
        lambda f: f.finish_reason == OUT_OF_ERRORS,
        "incomplete",
        "error_budget",
        "too many pages in a row failed or were no article; the same command goes on from here",
    ),
    (
        lambda f: f.finish_reason == OUT_OF_REQUESTS,
        "incomplete",
        "request_budget",
        "the requests of one run are spent (MAX_REQUESTS); the same command goes on from here",
    ),
    (
        lambda f: f.not_archived and not f.responses,
        "incomplete",
        "not_archived",
        "the archive holds no page of this portal",
    ),
    (
        lambda f: f.section_skipped and not f.section_listings and f.has_ended_itself,
        "incomplete",
        "unknown_section",
        "no listing has the section in its URL; {facts.section_skipped} others were left out",
    ),
    (
        lambda f: f.changed_json and (not f.has_read or 2 * f.changed_json >= f.parsed),
        "drift",
        "changed_json",
        "{facts.changed_json} answers are not the JSON that the system describes, see the rejects",
    ),
    (
        lambda f: f.script_built and not f.has_read and f.stored_before,
        "drift",
        "needs_browser",
        "needs a browser now: {facts.script_built_sign}",
    ),
    (
        lambda f: f.script_built and not f.has_read,
        "incomplete",
        "needs_browser",
        "needs a browser: {facts.script_built_sign}",
    ),
    (
        lambda f: f.by_fallback * 2 >= f.parsed > 0,
        "drift",
        "by_fallback",
        "{facts.by_fallback} of {facts.parsed} articles were read without the portal's"
        " selectors: its markup changed",
    ),
    (
        lambda f: f.listings_by_headlines * 2 >= f.listings > 0 and f.listings_by_headlines,
        "drift",
        "by_headlines",
        "the selectors found nothing on {facts.listings_by_headlines} of {facts.listings} lists;"
        " articles were found by their headlines",
    ),
    (
        lambda f: f.hollow >= _MIN_HOLLOW and 4 * f.hollow >= f.hollow_checked,
        "drift",
        "hollow_articles",
        "{facts.hollow} of {facts.hollow_checked} articles hold a small part of their page's text,"
        " see their provenance",
    ),
    (lambda f: f.missing_field, "drift", "missing_field", "{facts.missing_field}"),
    (
        lambda f: not f.has_read and f.stored_before and not f.failed,
        "drift",
        "no_article_anymore",
        "no article was found, where {facts.stored_before} were found before",
    ),
    (
        lambda f: f.shrunken_listings,
        "drift",
        "shrunken_listings",
        "{facts.shrunken_listings} lists lead to far fewer articles than they used to",
    ),
    (lambda f: f.missing_page, "incomplete", "missing_page", "{facts.missing_page}"),
    (
        lambda f: f.truncated_listings,
        "incomplete",
        "truncated_listings",
        "{facts.truncated_listings} lists were cut at the page limit, see `listing_pages`",
    ),
    (
        lambda f: f.unfollowed_pagers,
        "incomplete",
        "unfollowed_pager",
        "{facts.unfollowed_pagers} lists lead on by a script or a form only: their later pages were"
        " not read",
    ),
    (
        lambda f: f.undated >= _MIN_UNDATED and 4 * f.undated > f.parsed,
        "incomplete",
        "undated_pages",
        "{facts.undated} pages read like articles and nothing shows their day, see the rejects",
    ),
    (
        lambda f: f.lost_captures,
        "incomplete",
        "lost_captures",
        "{facts.lost_captures} captures are listed by the archive and cannot be had",
    ),
    (
        lambda f: f.missing_parts,
        "incomplete",
        "missing_parts",
        "{facts.missing_parts} later pages of articles could not be had, see the rejects",
    ),
    (
        lambda f: f.failed or f.unreachable,
        "incomplete",
        "failed_pages",
        "{facts.failed} pages could not be fetched, see the rejects",
    ),
    (
        lambda f: f.changed_json,
        "incomplete",
        "some_changed_json",
        "{facts.changed_json} answers are not the JSON that the system describes, see the rejects",
    ),
    (
        # Logins do not count: many portals have a login form on their static pages.
        lambda f: f.challenges,
        "incomplete",
        "challenges",
        "{facts.challenges} pages were challenges, see the rejects",
    ),
    (
        lambda f: f.parked,
        "incomplete",
        "parked_pages",
        "{facts.parked} pages were those of a web server or a parked domain, see the rejects",
    ),
    (lambda f: f.refused, "incomplete", "refused", "the portal refused {facts.refused} requests"),
    (
        lambda f: f.missing_articles,
        "incomplete",
        "missing_articles",
        "{facts.missing_articles} articles could not be had, see the rejects; the next night"
        " requests them again",
    ),
    (
        lambda f: f.known_deadly,
        "incomplete",
        "deadly_pages",
        "{facts.known_deadly} articles were not had: a process died twice at each, see the rejects;"
        " they are requested again after a week",
    ),
    (lambda f: not f.has_read, "incomplete", "nothing_found", "no article was found"),
)
