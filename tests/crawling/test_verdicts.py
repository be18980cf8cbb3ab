"""Verdicts: what is known at the end of a run, and what it is called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portals.crawling.budget import OUT_OF_ERRORS, OUT_OF_REQUESTS
from portals.crawling.exit_codes import EXIT_CODES, Verdict
from portals.crawling.verdict_facts import RunFacts
from portals.crawling.verdicts import judge

GOOD = RunFacts("finished", responses=20, parsed=15)
NONE = RunFacts("finished")


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        (GOOD, "ok"),
        (replace(GOOD, not_archived=3), "ok"),
        (replace(GOOD, finish_reason="limit"), "ok"),
        (replace(GOOD, parsed=0, outside_dates=4), "ok"),
        (replace(GOOD, finish_reason="shutdown"), "incomplete"),
        (replace(GOOD, finish_reason="cancelled"), "incomplete"),
        (replace(GOOD, parsed=0, listed_known=9), "ok"),
        (replace(GOOD, finish_reason=OUT_OF_ERRORS), "incomplete"),
        (replace(GOOD, finish_reason=OUT_OF_REQUESTS), "incomplete"),
        (replace(NONE, finish_reason=OUT_OF_ERRORS, unreachable=12), "gone"),
        (replace(NONE, finish_reason=OUT_OF_ERRORS, timed_out=10), "timeout"),
        (replace(NONE, finish_reason=OUT_OF_ERRORS, refused=400, responses=400), "blocked"),
        (replace(NONE, finish_reason=OUT_OF_ERRORS, parked=9, responses=9), "gone"),
        (replace(NONE, offsite=1), "gone"),
        (replace(NONE, offsite=1, responses=5, stored_before=9), "drift"),
        (replace(NONE, bad_certificates=2), "incomplete"),
        (replace(GOOD, offsite=3), "ok"),
        (replace(GOOD, truncated_listings=1), "incomplete"),
        (replace(GOOD, parsed=0, stored_before=40, is_resumed=True), "ok"),
        (replace(GOOD, failed=1), "incomplete"),
        (replace(GOOD, browser_routes=1), "incomplete"),
        (replace(NONE, proxy_failed=1), "incomplete"),
        (replace(GOOD, unreachable=1), "incomplete"),
        (replace(GOOD, refused=2), "incomplete"),
        (replace(GOOD, settled=5), "ok"),
        (replace(GOOD, settled=6), "incomplete"),
        (replace(GOOD, settled=6, stored_before=300), "ok"),
        (replace(GOOD, missing_page="page 3 of the list /tin is empty"), "incomplete"),
        (replace(GOOD, parsed=0, stored_before=40), "drift"),
        (replace(GOOD, parsed=0, stored_before=40, failed=3), "incomplete"),
        (replace(GOOD, missing_field="9 of 9 articles have no author"), "drift"),
        (replace(GOOD, shrunken_listings=1), "drift"),
        (replace(GOOD, refused=10), "blocked"),
        (replace(GOOD, refused=9), "incomplete"),
        (replace(NONE, challenges=1, responses=2), "blocked"),
        (replace(NONE, logins=1, responses=2), "blocked"),
        (replace(GOOD, challenges=1), "incomplete"),
        (replace(GOOD, logins=3), "ok"),
        (replace(NONE, parked=1, responses=1), "gone"),
        (replace(NONE, timed_out=2), "timeout"),
        (replace(NONE, timed_out=2, unreachable=1, responses=1), "incomplete"),
        (replace(GOOD, parsed=0), "incomplete"),
        (replace(GOOD, section_skipped=2), "incomplete"),
        (replace(GOOD, parsed=0, stored_before=40, section_skipped=2), "incomplete"),
        (replace(GOOD, section_skipped=2, section_listings=1), "ok"),
        (replace(GOOD, section_skipped=2, finish_reason="limit"), "ok"),
        (replace(GOOD, section_skipped=2, is_resumed=True), "ok"),
        (replace(GOOD, by_fallback=8), "drift"),
        (replace(GOOD, by_fallback=7), "ok"),
        (replace(GOOD, hollow=3, hollow_checked=12), "drift"),
        (replace(GOOD, hollow=3, hollow_checked=13), "ok"),
        (replace(GOOD, hollow=2, hollow_checked=2), "ok"),
        (replace(GOOD, undated=4), "incomplete"),
        (replace(GOOD, undated=3), "ok"),
        (replace(GOOD, parsed=2, undated=2), "ok"),
        (replace(NONE, not_archived=9), "incomplete"),
        (NONE, "incomplete"),
        (replace(NONE, refused=3, responses=3), "blocked"),
        (replace(NONE, unreachable=1), "gone"),
        (replace(GOOD, finish_reason="closespider_timeout"), "timeout"),
        (replace(GOOD, storage_errors=1), "storage"),
        (replace(GOOD, reader_errors=1), "crashed"),
    ],
)
def test_a_run_is_called_what_it_was(facts: RunFacts, verdict: Verdict) -> None:
    assert judge(facts)[0] == verdict


def test_every_verdict_but_ok_has_a_reason_and_a_code_of_its_own() -> None:
    assert EXIT_CODES["ok"] == 0
    assert len(set(EXIT_CODES.values())) == len(EXIT_CODES)
    assert judge(replace(GOOD, failed=2))[1]
