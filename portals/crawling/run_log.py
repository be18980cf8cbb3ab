"""One run of one portal: its row in ``runs``, its counters and its verdict."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from scrapy import Spider, signals
from scrapy.crawler import Crawler

from portals.crawling.arguments import CrawlArguments
from portals.crawling.modes import CrawlMode
from portals.crawling.page_result import Applied, CrawlContext, PageResult
from portals.crawling.run_facts import (
    COUNTED,
    SCRIPT_BUILT_SIGN,
    counted_facts,
    counts_of,
    field_counts,
    with_history,
    with_missing_pages,
)
from portals.crawling.storage_guard import StorageGuard
from portals.crawling.verdict_facts import RunFacts
from portals.crawling.verdicts import Judgement, clock_remark, judge
from portals.crawling.whole_crawl import KEYS, counters_as_json, judge_whole_crawl
from portals.outcomes import Counter, RejectCode
from portals.redaction import without_secrets
from portals.store.crawl_state import CrawlState
from portals.store.database import Store
from portals.store.recurring import learn
from portals.store.runs import WRONG_CLOCK
from portals.store.write_failures import write_failure
from portals.timestamps import utc, utc_now

logger = logging.getLogger(__name__)

_COLUMNS = {  # column of ``runs``: key in the stats
    "requests": "downloader/request_count",
    "listings": Counter.LISTINGS,
    "articles_seen": Counter.PARSED,
    "articles_known": Counter.SKIPPED_KNOWN,
    "articles_new": Counter.NEW,
    "articles_changed": Counter.CHANGED,
    "sightings_new": Counter.SIGHTINGS_NEW,
    "rejects": Counter.REJECTS,
    "not_archived": Counter.NOT_ARCHIVED,
    "errors": Counter.ERRORS,
}
_SAVED = {*_COLUMNS.values(), *KEYS}


class RunLog:
    """Records a run in the database and computes its verdict.

    ``was_killed``: the process of the previous run died. ``earlier``: counters of the runs that
    this one resumes; None if a release began them that stored none. ``before_end``: callbacks that
    store data of other components before the run's row is closed.
    """

    def __init__(self, crawler: Crawler, store: Store, guard: StorageGuard) -> None:
        assert crawler.stats is not None
        self.crawler = crawler
        self.stats = crawler.stats
        self.store = store
        self.guard = guard
        self.crawl = CrawlContext("", 0)
        self.is_partial = False
        self.is_resumed = False
        self.was_killed = False
        self.earlier: dict[str, int] | None = {}
        self.failed_pages = 0
        self.judgement = Judgement("crashed", "the run did not start", "not_started")
        self.before_end: list[Callable[[], None]] = []
        connect = crawler.signals.connect
        connect(self.on_spider_error, signals.spider_error)
        connect(self.spider_closed, signals.spider_closed)
        connect(self.engine_stopped, signals.engine_stopped)

    @property
    def run_id(self) -> int:
        """Key of the run's row; 0 where none could be written."""
        return self.crawl.run_id

    # --- beginning -----------------------------------------------------------------------------

    def begin(self, spider: Spider) -> int | None:
        """Begin the run and return the id of the previous one, if that can be resumed.

        It can if it had the same arguments. A run without an end was killed, since this process
        holds the portal's lock. Raises sqlite3.Error.
        """
        replay = self.crawler.settings["REPLAY"]
        arguments = dict(getattr(spider, "given_arguments", {}))
        wanted = getattr(spider, "arguments", None) or CrawlArguments()
        self.is_partial = wanted.is_partial
        mode = CrawlMode.of(replay, wanted.via)
        self.crawl = CrawlContext(spider.name, 0, mode, wanted.revisit)
        if wanted.origin:
            arguments["origin"] = wanted.origin  # without path and query, which are not used
        if mode is CrawlMode.REPLAY:
            arguments["REPLAY"] = str(replay)
        arguments = {name: without_secrets(value) for name, value in arguments.items()}
        asked = json.dumps(arguments, sort_keys=True, ensure_ascii=False)
        now = utc_now()
        previous = self.store.runs.last_run(spider.name)
        self.was_killed = bool(self.store.runs.end_killed_runs(spider.name, now))
        run_id = self.store.runs.start_run(spider.name, now, asked)
        self.crawl = replace(self.crawl, run_id=run_id)
        if previous is None or previous[1] != asked:
            return None
        return previous[0]

    def resume(self, run_id: int) -> None:
        """Record that this run resumes an earlier one. Raises sqlite3.Error."""
        self.is_resumed = True
        self.earlier = self.store.runs.counters(run_id)
        counters = None if self.earlier is None else json.dumps(self.earlier)
        self.store.runs.update_run(self.run_id, {"resumes": run_id, "counters": counters})

    # --- pages ---------------------------------------------------------------------------------

    def count(self, counts: Mapping[str, int], result: PageResult | None = None) -> None:
        """Add what a stored page, or the links of a start request, adds to the counters."""
        for reject in result.rejects if result else ():
            if reject.code is RejectCode.NEEDS_BROWSER and reject.detail:
                sign = self.stats.get_value(SCRIPT_BUILT_SIGN) or reject.detail
                self.stats.set_value(SCRIPT_BUILT_SIGN, sign)
        for key, number in counts.items():
            self.stats.inc_value(key, number)

    def save_counters(
        self, results: Sequence[PageResult] = (), changes: Sequence[Applied] = ()
    ) -> None:
        """Store the counters in the transaction that stores results, which are not counted yet.

        So the run that resumes a killed one knows what was wrong. Raises sqlite3.Error.
        """
        counts = Tally({key: self.stats.get_value(key, 0) for key in _SAVED})
        for result, applied in zip(results, changes, strict=True):
            counts.update(counts_of(result, applied))
        self.store.runs.update_run(self.run_id, self._columns(counts))

    def total(self, fact: str) -> int:
        """Return a counter of the whole crawl, by the name of the fact in ``RunFacts``."""
        return int(self.stats.get_value(COUNTED[fact], 0)) + (self.earlier or {}).get(fact, 0)

    def _columns(self, counts: Mapping[str, int]) -> dict[str, str | int | None]:
        stored = None if self.earlier is None else counters_as_json(counts, self.earlier)
        columns = {column: counts.get(key, 0) for column, key in _COLUMNS.items()}
        return {**columns, "counters": stored}

    def on_spider_error(self) -> None:
        """Count an exception of a callback or a pipeline."""
        self.stats.inc_value(Counter.ERRORS)
        self.stats.inc_value(Counter.READER_ERRORS)

    # --- end -----------------------------------------------------------------------------------

    def spider_closed(self, reason: str) -> None:
        """End the run with its verdict."""
        self.judgement = self._judged(reason)
        if self.guard.cause:
            self.judgement = Judgement("storage", self.guard.cause, "storage")
        if self.run_id:
            self._end()
        self.store.close()

    def _end(self) -> None:
        try:
            for store_rest in self.before_end:
                store_rest()
        except Exception as error:  # noqa: BLE001 - else the run ends with the verdict of before
            self._storage_failed(f"the archive cannot be written: {self._cause(error)}")
        try:
            if not self.guard.has_failed:
                learn(self.store.db.conn, self.crawl.portal, self.run_id)
        except Exception as error:  # noqa: BLE001 - the run has an end whatever happens here
            self._storage_failed(f"recurring lines cannot be left out: {self._cause(error)}")
        try:
            self.store.runs.update_run(self.run_id, self._last_values())
            if self.judgement.code == WRONG_CLOCK:
                said = str(self.stats.get_value(Counter.CLOCK_DIFFERS, ""))
                remark = clock_remark(said)
                self.store.runs.set_wrong_clock(utc_now(), remark, self.judgement.reason)
        except sqlite3.Error as error:
            self._storage_failed(f"the database cannot be written: {self._cause(error)}")

    def _cause(self, error: Exception) -> str:
        return write_failure(error, Path(self.crawler.settings["DATABASE"]))

    def _storage_failed(self, reason: str) -> None:
        self.judgement = Judgement("storage", reason, "storage")

    def _last_values(self) -> dict[str, str | int | None]:
        return {
            **self._counters(),
            "finished_at": utc(utc_now()),
            "verdict": self.judgement.verdict,
            "reason": without_secrets(self.judgement.reason) or None,
            "reason_code": self.judgement.code or None,
        }

    def engine_stopped(self) -> None:
        """Log the summary as the last line."""
        logger.info("%s", self.summary())

    def _facts(self, reason: str) -> RunFacts:
        facts = replace(
            counted_facts(self.stats, reason),
            failed=self.failed_pages,
            is_resumed=self.is_resumed,
        )
        if self.guard.has_failed or not self.run_id:
            return facts
        portal, run_id = self.crawl.portal, self.run_id
        try:
            # A page that failed twice is one reject, and none if the second attempt succeeded.
            self.stats.set_value(Counter.REJECTS, self.store.runs.count_rejects(run_id))
            facts = with_missing_pages(facts, CrawlState(self.store, portal), [run_id])
            if self.crawl.mode is not CrawlMode.LIVE:
                return facts
            return with_history(facts, self.store, portal, run_id, field_counts(self.stats))
        except sqlite3.Error as error:
            self.guard.on_failure("the run", error)
            return replace(facts, storage_errors=1)

    def _judged(self, reason: str) -> Judgement:
        """Return the verdict; of a crawl that was resumed, with what was wrong before."""
        facts = self._facts(reason)
        own = judge(facts)
        if self.guard.has_failed or not self.run_id:
            return own
        is_live = self.crawl.mode is CrawlMode.LIVE
        try:
            self.save_counters()
            return judge_whole_crawl(
                own, facts, self.store, self.crawl.portal, self.run_id, is_live=is_live
            )
        except sqlite3.Error as error:
            self.guard.on_failure("the run", error)
            return judge(replace(facts, storage_errors=1))

    # --- summary -------------------------------------------------------------------------------

    def _counters(self) -> dict[str, int]:
        return {column: self.stats.get_value(key, 0) for column, key in _COLUMNS.items()}

    def as_row(self) -> dict[str, Any]:
        """Return the run as ``--json`` prints it."""
        count = self._counters()
        added = count["articles_new"] + count["articles_changed"]
        return {
            "portal": self.crawler.spider.name if self.crawler.spider else "",
            "verdict": self.judgement.verdict,
            "reason": without_secrets(self.judgement.reason),
            "reason_code": self.judgement.code or None,
            "run_id": self.run_id,
            "new": count["articles_new"],
            "changed": count["articles_changed"],
            "known": count["articles_seen"] - added + count["articles_known"],
            "rejected": count["rejects"],
            "requests": count["requests"],
            "not_archived": count["not_archived"],
        }

    def summary(self) -> str:
        """Return the run in one line: "haiphong: ok, 30 new, 0 changed, …"."""
        row = self.as_row()
        text = (
            f"{row['portal']}: {row['verdict']}, {row['new']} new, {row['changed']} changed,"
            f" {row['known']} known, {row['rejected']} rejected, {row['requests']} requests"
        )
        if row["not_archived"]:
            text += f", {row['not_archived']} not archived"
        return f"{text} ({row['reason']})" if row["reason"] else text
