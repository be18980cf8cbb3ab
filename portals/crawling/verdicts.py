"""How a run ended, in one word, and the exit code that says it to cron."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from portals.crawling.budget import OUT_OF_ERRORS, OUT_OF_REQUESTS

Verdict = Literal[
    "ok", "incomplete", "drift", "blocked", "gone", "locked", "storage", "timeout", "crashed"
]

EXIT_CODES: dict[Verdict, int] = {
    "ok": 0,
    "incomplete": 10,
    "drift": 11,
    "blocked": 12,
    "gone": 13,
    "locked": 14,
    "storage": 15,
    "timeout": 16,
    "crashed": 17,
}

USAGE_ERROR = 2

# What a verdict means, and what to do: said here once, for the documents, ``scrapy explain`` and
# the alerts.
EXPLANATIONS: dict[Verdict, tuple[str, str]] = {
    "ok": ("The portal was read, also where nothing was new.", "Nothing."),
    "incomplete": (
        "Stopped by a signal, a list led to no article or breaks off in the middle, a page could"
        " not be fetched or was refused, the portal's certificate could not be verified, nothing"
        " was found, or the run's budget of errors or requests is spent.",
        "Read `runs.reason`, `listing_pages`, `rejects`; run again: it goes on where it stopped.",
    ),
    "drift": (
        "Against the portal's own history: half of the articles or more were read by the second"
        " nets, a field is missing that articles used to have, lists lead to far fewer articles, or"
        " to none. Its markup changed.",
        "Rows that came are right; run `scrapy doctor` and mend the selectors in the family.",
    ),
    "blocked": (
        "The portal refused half of the pages or more (401, 403, 429, 451), or showed challenges or"
        " a login wall.",
        "Look at it in a browser; wait; crawl more slowly.",
    ),
    "gone": (
        "The name is not known or leads into the local network, nobody answers there, the domain"
        " is parked, or it leads to another host.",
        "Run again tomorrow; where it stays away, look for the portal's successor.",
    ),
    "locked": (
        "Another run of this portal is alive; this one did nothing.",
        "Wait until the other run ends; if it hangs, stop it and run again.",
    ),
    "storage": (
        "The database cannot be opened or written.",
        "Free the disk, mend the permissions; run again.",
    ),
    "timeout": (
        "The time given by `-s MAX_RUNTIME=` was over, or the portal did not answer in time.",
        "Run again: it goes on where it stopped.",
    ),
    "crashed": (
        "The reader failed on a page, the crawl did not start, or its process was killed.",
        "Report the page, it is in `rejects`; where there is none, read the log.",
    ),
}

USAGE = (
    "The command could not be used: unknown portal or argument, missing archive.",
    "Read the line on standard error.",
)
"""What exit code 2 means, which is of no run and so has no verdict."""


def exit_code_table() -> str:
    """Return every exit code with its verdict, meaning and remedy as a Markdown table."""
    rows = [(EXIT_CODES[name], f"`{name}` ", *said) for name, said in EXPLANATIONS.items()]
    lines = [
        f"| {code} | {verdict}| {meaning} | {remedy} |"
        for code, verdict, meaning, remedy in sorted([*rows, (USAGE_ERROR, "", *USAGE)])
    ]
    head = ["| code | verdict | what it means | what to do |", "|---|---|---|---|"]
    return "\n".join([*head, *lines]) + "\n"


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is known at the end of a run; ``finish_reason`` is Scrapy's.

    ``responses``: pages that were answered, with whatever status; ``articles``: read; ``met``:
    known articles that lists led to; ``is_resumed``: an earlier run read what comes before;
    ``kept``: articles of the portal from before; ``failed``: pages that could not be fetched in the
    end; ``hole``: a page of a list that failed or was empty in the middle, in words; ``lost``: a
    field that articles used to have, in words.
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
    by_fallback: int = 0
    shrunken_listings: int = 0
    lost_captures: int = 0
    offsite: int = 0
    bad_certificates: int = 0
    truncated_listings: int = 0
    missing_page: str = ""
    missing_field: str = ""

    @property
    def has_read(self) -> bool:
        """Return True if any article was met."""
        return bool(self.parsed or self.listed_known or self.outside_dates or self.is_resumed)


class Judgement(NamedTuple):
    """How a run ended: its verdict, the reason in one line, and the reason's code."""

    verdict: Verdict
    reason: str = ""
    code: str = ""


def judge(facts: RunFacts) -> Judgement:
    """Return how a run ended: the first rule that applies."""
    for applies, verdict, code, reason in _RULES:
        if applies(facts):
            return Judgement(verdict, reason.format(facts=facts), code)
    return Judgement("ok")


_STORM = 5
"""So many refusals, and as many as half of all answers, are a portal that shuts us out."""

_RULES: tuple[tuple[Callable[[RunFacts], object], Verdict, str, str], ...] = (
    (
        lambda f: f.storage_errors,
        "storage",
        "storage",
        "the database or the archive could not be written, see the log",
    ),
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
        lambda f: f.offsite and not f.responses,
        "gone",
        "moved",
        "the portal leads to another host, see the rejects; if that is its new one, put it into"
        " data/portals.csv",
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
        lambda f: f.by_fallback * 2 >= f.parsed > 0,
        "drift",
        "by_fallback",
        "{facts.by_fallback} of {facts.parsed} articles were read without the portal's"
        " selectors: its markup changed",
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
        lambda f: f.lost_captures,
        "incomplete",
        "lost_captures",
        "{facts.lost_captures} captures are listed by the archive and cannot be had",
    ),
    (
        lambda f: f.failed or f.unreachable,
        "incomplete",
        "failed_pages",
        "{facts.failed} pages could not be fetched, see the rejects",
    ),
    (
        # Not so with logins: many a portal has a login box on its static pages.
        lambda f: f.challenges,
        "incomplete",
        "challenges",
        "{facts.challenges} pages were challenges, see the rejects",
    ),
    (lambda f: f.refused, "incomplete", "refused", "the portal refused {facts.refused} requests"),
    (lambda f: not f.has_read, "incomplete", "nothing_found", "no article was found"),
)
