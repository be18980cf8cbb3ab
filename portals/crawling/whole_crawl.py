"""The verdict of a crawl that was interrupted and resumed: its runs are judged as one.

A page is done in the run that read it, and the next run does not request it again. What was wrong
with it would be forgotten with that run, and the last one would end ``ok``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from portals.crawling.run_facts import (
    CHECKED_FIELDS,
    COUNTED,
    counter_of,
    field_counter,
    with_history,
    with_missing_pages,
)
from portals.crawling.verdict_facts import RunFacts
from portals.crawling.verdicts import Judgement, judge
from portals.outcomes import REJECT_RULES, Counter, RejectCode
from portals.store.crawl_state import CrawlState
from portals.store.database import Store

_STORED: dict[str, str] = COUNTED | {name: field_counter(name) for name in CHECKED_FIELDS}
KEYS = frozenset(_STORED.values())
"""Keys in the stats of the counters that are stored."""

_FAILED_TO_READ = frozenset(
    [
        RejectCode.READER_FAILED, RejectCode.SPIDER_FAILED, RejectCode.KILLED_PROCESS,
        RejectCode.PIPELINE_FAILED, RejectCode.NOT_STORABLE,
    ]
)  # fmt: skip

_BY_REJECTS = {Counter.READER_ERRORS, Counter.REFUSED} | {
    rule.counter for rule in REJECT_RULES.values() if rule.counter
}
"""Counters that rejects give: an attempt that succeeded deletes those of earlier ones."""


def judge_whole_crawl(
    own: Judgement, facts: RunFacts, store: Store, portal: str, run_id: int, *, is_live: bool
) -> Judgement:
    """Return the verdict of a run, given its own: if that is ``ok``, that of the whole crawl.

    Also of a run that met nothing of the portal, since all its requests had been made before.
    ``facts``: of the run itself. The counters of the run are stored. Raises sqlite3.Error.
    """
    has_met = facts.responses or facts.unreachable or facts.timed_out or facts.proxy_failed
    if not facts.is_resumed or (own.verdict != "ok" and (has_met or not facts.has_finished)):
        return own
    run_ids = store.runs.crawl_of(run_id)
    counters = store.runs.counters(run_id)
    if counters is None:
        return own  # the crawl was begun by a release that stored none
    numbers: dict[str, Any] = _counted(counters) | _rejected(
        store.runs.count_by_code(portal, run_ids)
    )
    whole = replace(facts, is_resumed=False, **numbers)
    whole = with_missing_pages(whole, CrawlState(store, portal), run_ids)
    if is_live:
        fields = {name: counters.get(name, 0) for name in CHECKED_FIELDS}
        whole = with_history(whole, store, portal, run_ids[-1], fields)
    found = judge(whole)
    if found.verdict == "ok":
        return own
    return found._replace(reason=f"since run {run_ids[-1]}: {found.reason}")


def counters_as_json(counts: Mapping[str, int], earlier: Mapping[str, int]) -> str:
    """Return the counters of a crawl for its run: ``counts`` of the run by the keys of the stats.

    ``earlier``: the counters that the run it resumes has stored.
    """
    added = {name: counts.get(key, 0) + earlier.get(name, 0) for name, key in _STORED.items()}
    return json.dumps({name: number for name, number in added.items() if number})


def _counted(counters: Mapping[str, int]) -> dict[str, int]:
    """Return the facts that no reject gives."""
    return {name: counters.get(name, 0) for name, key in COUNTED.items() if key not in _BY_REJECTS}


def _rejected(rejects: Iterable[tuple[str, str, int]]) -> dict[str, int]:
    """Return the facts that rejects give: code, sentence and number of each kind."""
    numbers: dict[str, int] = dict.fromkeys(_BY_REJECTS, 0)
    for code, reason, number in rejects:
        if counter := _counter_of(code, reason):
            numbers[counter] += number
    return {name: numbers[key] for name, key in COUNTED.items() if key in _BY_REJECTS}


def _counter_of(code: str, reason: str) -> Counter | None:
    if code in _FAILED_TO_READ:
        return Counter.READER_ERRORS
    return counter_of(code, reason)
