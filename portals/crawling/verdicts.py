"""The rules that give the verdict of a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from portals.crawling.exit_codes import Verdict as Verdict  # noqa: PLC0414 - also had from here
from portals.crawling.verdict_facts import RunFacts
from portals.crawling.verdict_rules import RULES
from portals.store.runs import WRONG_CLOCK


class Judgement(NamedTuple):
    """The verdict of a run, its reason in one line, and the code of the reason."""

    verdict: Verdict
    reason: str = ""
    code: str = ""


def judge(facts: RunFacts) -> Judgement:
    """Return the verdict of the first rule that applies; "ok" if none does."""
    for applies, verdict, code, reason in RULES:
        if applies(facts):
            return _with_remarks(Judgement(verdict, reason.format(facts=facts), code), facts)
    return _with_remarks(Judgement("ok"), facts)


_CLOCK = "this machine's clock is"


def clock_remark(difference: str) -> str:
    """Return how the remark of a run begins whose server said that our clock differs by so much."""
    return f"{_CLOCK} {difference} the server's;"


_REMARKS: tuple[tuple[Callable[[RunFacts], object], str, str], ...] = (
    (
        lambda f: f.clock_differs and not f.clock_fault,
        "clock_differs",
        f"{_CLOCK} {{facts.clock_differs}} the server's; one of the two is wrong",
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
        lambda f: f.read_again,
        "read_again",
        "{facts.read_again} lists were read in several runs and may have moved between them; the"
        " next night reads them again",
    ),
    (
        lambda f: f.settled and not f.has_many_settled,
        "settled_pages",
        "{facts.settled} pages could not be had in many nights and are requested weekly, see"
        " 'scrapy status --settled'",
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
