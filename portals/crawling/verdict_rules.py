"""The table of the rules that give the verdict of a run; the first one that applies decides."""

from __future__ import annotations

from collections.abc import Callable

from portals.crawling.budget import OUT_OF_ERRORS, OUT_OF_REQUESTS
from portals.crawling.exit_codes import Verdict
from portals.crawling.verdict_facts import RunFacts
from portals.network.politeness import POSTPONED
from portals.store.runs import WRONG_CLOCK

_STORM = 5
"""Minimum number of refusals that, together with half of all responses, mean ``blocked``."""

_MIN_HOLLOW = 3
"""Minimum number of hollow articles that mean drift; some are pictures with a line each."""

_MIN_UNADDRESSED = 3
"""Minimum number of articles without an address; the data of a page may name other things."""

_MIN_UNDATED = 3
"""Minimum number of undated pages that end a run ``incomplete``; static pages can be some."""

RULES: tuple[tuple[Callable[[RunFacts], object], Verdict, str, str], ...] = (
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
        lambda f: f.proxy_failed and not f.responses,
        "incomplete",
        "proxy_failed",
        "the proxy of http_proxy, https_proxy or the catalogue cannot be reached, or refuses",
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
        lambda f: f.browser_routes,
        "incomplete",
        "needs_browser",
        "needs a browser: headlines of {facts.browser_routes} pages lead to addresses behind #/ or"
        " #!/, which only a script opens",
    ),
    (
        lambda f: f.unfollowed_pagers,
        "incomplete",
        "unfollowed_pager",
        "{facts.unfollowed_pagers} lists lead on by a script or a form only: their later pages were"
        " not read",
    ),
    (
        lambda f: f.unaddressed >= _MIN_UNADDRESSED,
        "incomplete",
        "unaddressed_articles",
        "{facts.unaddressed} articles are in the data of lists only, without an address that is"
        " known",
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
    (
        lambda f: f.has_many_settled,
        "incomplete",
        "many_settled_pages",
        "{facts.settled} pages could not be had in many nights, too many to be single broken ones;"
        " 'scrapy status --settled' names them",
    ),
    (lambda f: not f.has_read, "incomplete", "nothing_found", "no article was found"),
)
"""Whether a rule applies, its verdict, the code of its reason, and the reason."""
