"""The facts of a run that decide its verdict."""

from __future__ import annotations

from dataclasses import dataclass

_FEW_SETTLED = 5
"""Settled pages that any portal may have."""

_SETTLED_SHARE = 50
"""Of so many stored articles, one page may be settled."""


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
    ``unaddressed``: articles that the data of lists name, without an address that leads to them;
    ``section_listings``, ``section_skipped``: listings with and without the argument ``section``;
    ``forbidden``, ``forbidden_listings``: pages and listings that robots.txt forbids;
    ``known_forbidden``: such pages of all runs; ``known_deadly``: articles at which a process died
    twice in any run, and that were never had; ``settled``: pages of all runs that could not be read
    in many nights with the same result; ``read_again``: lists that an interruption cut in two, and
    that the next run reads again; ``robots_unavailable``: pages that were not
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
    proxy_failed: int = 0
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
    unaddressed: int = 0
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
    settled: int = 0
    read_again: int = 0
    robots_unavailable: int = 0
    robots_absent_since: str = ""
    held_until: str = ""
    clock_differs: str = ""
    clock_fault: str = ""
    announced_only: int = 0
    script_built: int = 0
    browser_routes: int = 0
    script_built_sign: str = ""
    changed_json: int = 0
    false_totals: int = 0
    missing_page: str = ""
    missing_field: str = ""

    @property
    def has_finished(self) -> bool:
        """Return True if nothing cut the run short."""
        return self.finish_reason == "finished"

    @property
    def has_many_settled(self) -> bool:
        """Return True if so many pages are settled that it is no matter of single pages."""
        return self.settled > _FEW_SETTLED and self.settled * _SETTLED_SHARE > self.stored_before

    @property
    def has_ended_itself(self) -> bool:
        """Return True if the run began the crawl, and nothing cut it short."""
        return self.has_finished and not self.is_resumed

    @property
    def has_read(self) -> bool:
        """Return True if the run, or the one it resumes, found any article."""
        return bool(self.parsed or self.listed_known or self.outside_dates or self.is_resumed)
