"""Re-extraction of archives into rows: worker processes, one writer, resumable."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import signal
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from portals.archive.captures import Capture, Revisit, parse_warc_date
from portals.archive.link_facts import LinkFacts
from portals.archive.reading import (
    LeftOut,
    PageRead,
    Range,
    RangeRead,
    Recipes,
    read_capture,
    read_captured,
    read_range,
)
from portals.archive.records import CUT, Damage
from portals.archive.stories import (
    ArchivedStories,
    WholeStory,
    later_link_facts,
    load_capture,
)
from portals.article import READER_VERSION, Article, Reject
from portals.discovery.promise import SAMPLES
from portals.discovery.url_patterns import is_skipped, pattern_of
from portals.extraction.reader import Recipe
from portals.outcomes import RejectCode
from portals.store.articles import dated_urls
from portals.store.database import Store
from portals.store.differences import Difference, differences, fields_at
from portals.store.forgotten import ForgottenUrls
from portals.store.pages import PageRepository, StoredPage
from portals.store.recurring import learn
from portals.store.reextraction_progress import ReextractionProgress
from portals.store.transactions import let_others_write
from portals.store.upgrade import REEXTRACTION
from portals.timestamps import utc, utc_now

COUNTED = (
    "pages", "articles", "new", "changed", "reread", "copy", "known", "no_article", "rejects",
)  # fmt: skip
COMMAND = REEXTRACTION

_Item = TypeVar("_Item")
_BATCH = 500  # pages in a transaction; a crawl beside it waits for some seconds at most
_PR_SET_PDEATHSIG = 1  # Linux: the signal that a process gets when its parent ends
_NOT_MODIFIED = 304
_MISSING = "it repeats a page that no archive here holds"


@dataclass
class _Portal:
    """The run of one portal and its counts."""

    run_id: int
    counts: Counter[str] = field(default_factory=Counter)


def read_ranges(ranges: Sequence[Range], recipes: Recipes, jobs: int) -> Generator[RangeRead]:
    """Yield the results of the ranges in their order, read by ``jobs`` processes.

    Few ranges are in progress at a time, so that memory does not grow with the archive. A range
    whose first record does not begin where the range before it ended is read again from there: the
    body of a record can contain what looks like another record. Raises OSError.
    """
    before: RangeRead | None = None
    for read in _read_all(ranges, recipes, jobs):
        start = _true_start(before, read)
        found = read if start is None else read_range(read.range, recipes, start)
        if found.ended is None and before is not None and before.range.path == found.range.path:
            found.ended = before.ended  # a record that spans the whole range
        yield found
        before = found


def _true_start(before: RangeRead | None, read: RangeRead) -> int | None:
    """Return the offset from which a range has to be read again, or None if it was correct."""
    if before is None or before.range.path != read.range.path or before.ended is None:
        return None
    if before.range.end != read.range.start or read.began in (None, before.ended):
        return None
    return before.ended


def _read_all(ranges: Sequence[Range], recipes: Recipes, jobs: int) -> Iterator[RangeRead]:
    if jobs == 1:
        for part in ranges:
            yield read_range(part, recipes)
        return
    in_progress: deque[Future[RangeRead]] = deque()
    with _workers(jobs, recipes) as workers:
        for part in ranges:
            in_progress.append(workers.submit(_read, part))
            if len(in_progress) > 2 * jobs:
                yield in_progress.popleft().result()
        while in_progress:
            yield in_progress.popleft().result()


@contextmanager
def _workers(jobs: int, recipes: Recipes) -> Iterator[ProcessPoolExecutor]:
    workers = ProcessPoolExecutor(
        jobs, get_context("fork"), initializer=_init_worker, initargs=(recipes, os.getpid())
    )
    try:
        yield workers
    finally:
        workers.shutdown(wait=True, cancel_futures=True)


_RECIPES: list[Recipes] = []  # the recipes of a worker process


def _init_worker(recipes: Recipes, writer: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the writer stops its workers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A worker that outlived the writer would hold its lock.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != writer:
        os._exit(1)
    _RECIPES[:] = [recipes]


def _read(part: Range) -> RangeRead:
    return read_range(part, _RECIPES[0])


class Reextraction:
    """The single writer: stores the ranges in order, each in one transaction.

    ``compares``: collect the fields that change. ``asked``: the arguments of the command; after an
    interruption, the same arguments continue after the last committed range.
    """

    def __init__(
        self, store: Store, recipes: Recipes, *, asked: str = "", compares: bool = False
    ) -> None:
        self.store = store
        self.recipes = recipes
        self.pages = PageRepository(store)
        self.forgotten = ForgottenUrls.of(store.db.conn)
        self.compares = compares
        request = json.dumps([asked, READER_VERSION, _fingerprint(recipes)])
        self.progress = ReextractionProgress(store.db, request)
        self.differences: list[Difference] = []
        self.damage: list[tuple[Range, Damage]] = []
        self.foreign: Counter[str] = Counter()
        self.left_out: Counter[LeftOut] = Counter()
        self.damaged_before = 0  # records, in the ranges that an interrupted run has committed
        self._deferred: list[tuple[PageRead, Range]] = []  # revisits whose payload comes later
        self._stories = ArchivedStories(self.pages)
        self._recipes: dict[str, Recipe] = {}
        self._portals: dict[str, _Portal] = {}

    def begin(self) -> None:
        """Give killed runs of the command an end. Raises sqlite3.Error."""
        with self.store.writing():
            self.progress.discard_others()
            self.store.runs.end_killed_commands(COMMAND, utc_now())

    def left(self, ranges: Iterable[Range]) -> list[Range]:
        """Return the ranges that an interrupted run of the same command did not commit.

        The last range of a file that has grown since is read again.
        """
        done = self.progress.committed()
        parts = [((str(part.path.resolve()), part.start, part.end), part) for part in ranges]
        self.damaged_before = sum(done.get(key, 0) for key, _ in parts)
        return [part for key, part in parts if key not in done]

    def store_range(self, read: RangeRead) -> None:
        """Store the pages of a range. Raises sqlite3.Error."""
        damage = [found for found in read.damage if found.reason != CUT]  # left by a killed crawl
        waiting, is_cut = self._waiting, len(damage) < len(read.damage)
        for batch in _batches(read.pages[:-_BATCH]):  # of a file that is one long range
            with self.store.writing():
                for page in batch:
                    self._store_page(page, read.range)
            let_others_write()
        with self.store.writing():
            for page in read.pages[-_BATCH:]:
                self._store_page(page, read.range)
            # A range with revisits of later payloads or pages of stories, or whose last record may
            # be still in writing, is read again on resume.
            if self._waiting == waiting and not is_cut:
                part = read.range
                self.progress.record(part.path, part.start, part.end, len(damage))
        self.damage += [(read.range, found) for found in damage]
        self.foreign.update(read.foreign)
        self.left_out.update(read.left_out)

    @property
    def damaged(self) -> int:
        """Records that could not be read, those of an interrupted run before included."""
        return len(self.damage) + self.damaged_before

    @property
    def _waiting(self) -> int:
        """Pages that are stored when all archives have been read."""
        return len(self._deferred) + self._stories.found.total()

    @property
    def failed(self) -> int:
        """Pages on which the reader failed."""
        return sum(portal.counts["failed"] for portal in self._portals.values())

    def _store_page(self, read: PageRead, part: Range) -> None:
        if self._is_forgotten(read):
            self.left_out[LeftOut.FORGOTTEN] += 1
            return
        portal = self._portal(read.portal)
        self._recipes[read.portal] = read.recipe
        if read.revisit:
            resolved = self._resolve(read, read.revisit, part.about)
            if resolved is None:
                self._deferred.append((read, part))
            for one in resolved or ():
                self._store_page(one, part)
            return
        page_id = self.pages.add(read.portal, read.page)
        if read.shown is None:
            return
        portal.counts["pages"] += 1
        self.pages.record_page_kind(page_id, read.shown)
        if isinstance(read.item, Reject):
            self.store.runs.record_reject(read.item, portal.run_id, utc_now())
            portal.counts["rejects"] += 1
            portal.counts["failed"] += read.item.code is RejectCode.READER_FAILED
        elif self._stories.keep(read.portal, page_id, read.item):
            portal.counts["no_article"] += read.shown == "other"
        elif read.shown == "article" and read.item:
            self._store(read.item, portal, page_id)
        elif read.shown != "undated":
            portal.counts["no_article"] += 1

    def _is_forgotten(self, read: PageRead) -> bool:
        """Return True for a capture of an article that was taken down: not even its place is kept.

        The reader may have found the number of the article that its URL does not show.
        """
        item = read.item
        number = item.external_id if isinstance(item, Article) else None
        url = read.page.url
        return self.forgotten.covers(read.portal, url, number or read.recipe.id_of(url))

    def _store_deferred(self) -> None:
        """Store the revisits whose payload came after them; report the others as damage."""
        deferred, self._deferred = self._deferred, []
        for batch in _batches(deferred):
            with self.store.writing():
                for read, part in batch:
                    self._store_page(read, part)
            let_others_write()
        for read, part in self._deferred:
            page = read.page
            if read.revisit and not read.revisit.is_document:
                self.left_out[LeftOut.NO_DOCUMENT] += 1
                continue
            lost = Damage(page.offset, page.length, _MISSING, page.url)
            self.damage.append((part, lost))

    def _resolve(
        self, read: PageRead, revisit: Revisit, about: Mapping[str, str]
    ) -> list[PageRead] | None:
        """Return the page with the payload that it repeats, or None if that is not stored."""
        repeated = self._repeated(revisit)
        capture = load_capture(self.pages, repeated) if repeated else None
        if repeated is None or capture is None:
            return None
        page = PageRead(read.recipe, replace(read.page, repeats=repeated.id))
        if revisit.status != 200:
            return [page]  # a 304: the crawl stored nothing either
        again = Capture(revisit.url, 200, capture.headers, capture.body, revisit.captured_at)
        return [
            PageRead(read.recipe, page.page, shown, item)
            for shown, item in read_captured(again, read.recipe, read.link, about)
        ]

    def _repeated(self, revisit: Revisit) -> StoredPage | None:
        """Return the page with the payload of a revisit.

        The digest names it, whatever its URL is: other tools compare across http and https and
        across URLs. A page of the URL with another payload is only meant by an exact date, or by a
        304, which says that the newest one is unchanged.
        """
        url, digest = revisit.refers_to_url, revisit.digest
        if digest and (found := self.pages.with_payload(digest, url)):
            return found
        referred = parse_warc_date(revisit.refers_to_date or "")
        found = self.pages.newest(url, utc(referred)) if referred else None
        if found and referred and found.page.fetched_at == utc(referred):
            return found
        is_unchanged = digest is None or revisit.status == _NOT_MODIFIED
        return self.pages.newest(url, utc(revisit.captured_at)) if is_unchanged else None

    def _store_stories(self, name: str, portal: _Portal) -> None:
        """Store the articles on several pages: now all their pages are known."""
        links: dict[Path, dict[str, LinkFacts]] = {}
        for batch in _batches(self._stories.firsts(name)):
            recipe = self._recipes[name]
            read = [
                (known, self._stories.read(known, recipe, later_link_facts(known, links)))
                for known in batch
            ]
            with self.store.writing():
                for known, story in read:
                    if story is not None:
                        self._store_whole(story, portal, known.id)
            let_others_write()

    def _store_whole(self, story: WholeStory, portal: _Portal, page_id: int) -> None:
        if not story.is_valid:
            portal.counts["rejects"] += 1
            return
        for number, part_id in story.parts:
            self.pages.add_part(page_id, number, part_id)
        for missing in story.missing:
            self.store.runs.record_reject(missing, portal.run_id, utc_now())
            portal.counts["rejects"] += 1
        self._store(story.article, portal, page_id)

    def _store(self, article: Article, portal: _Portal, page_id: int) -> None:
        portal.counts["articles"] += 1
        before = fields_at(self.store, article.url) if self.compares else {}
        outcome = self.store.articles.save(
            article, portal.run_id, from_archive=True, page_id=page_id
        )
        portal.counts[outcome] += 1
        if self.compares:
            after = fields_at(self.store, article.url)
            self.differences += differences(article.portal, article.url, before, after)

    def _portal(self, name: str) -> _Portal:
        known = self._portals.get(name)
        if known is None:
            arguments = json.dumps({"command": COMMAND})
            run_id = self.store.runs.start_run(name, utc_now(), arguments)
            known = self._portals[name] = _Portal(run_id)
        return known

    def finish(self, *, is_whole: bool = True) -> list[dict[str, Any]]:
        """Decide on pages without a date, end the runs and return the counts per portal."""
        if is_whole:
            self._store_deferred()
        for name, portal in self._portals.items():
            if is_whole:
                self._store_stories(name, portal)
                self._store_undated(name, portal)
                learn(self.store.db.conn, name, portal.run_id)
            with self.store.writing():
                self._end(portal, is_whole=is_whole)
        if is_whole:
            self.progress.clear()
        return [
            {"portal": name, **{key: portal.counts[key] for key in COUNTED}}
            for name, portal in self._portals.items()
        ]

    def _store_undated(self, name: str, portal: _Portal) -> None:
        """Store the pages without a date whose URLs have the pattern of dated articles."""
        undated = list(self.pages.undated(name))
        patterns = self._dated_patterns(name) if undated else Counter[str]()
        links: dict[Path, dict[str, LinkFacts]] = {}
        for batch in _batches(undated):
            read = [
                (known, self._read_undated(known, later_link_facts(known, links), patterns))
                for known in batch
            ]
            with self.store.writing():
                for known, item in read:
                    if isinstance(item, Article):
                        whole = self._stories.whole(known, item, self._recipes[name])
                        self._store_whole(whole, portal, known.id)
                    else:
                        portal.counts["no_article"] += 1
            let_others_write()

    def _read_undated(
        self, known: StoredPage, link: LinkFacts, patterns: Counter[str]
    ) -> Article | Reject | None:
        url = known.page.url
        is_proven = link.day or patterns[pattern_of(url)] >= SAMPLES
        if not is_proven or is_skipped(url):
            return None
        capture = load_capture(self.pages, known)
        if capture is None:
            return None
        return read_capture(capture, self._recipes[known.portal], link)[1]

    def _dated_patterns(self, portal: str) -> Counter[str]:
        """Return the number of articles with a date per URL pattern."""
        return Counter(pattern_of(url) for url in dated_urls(self.store.db.conn, portal))

    def _end(self, portal: _Portal, *, is_whole: bool) -> None:
        counts = portal.counts
        verdict, reason = "ok", "re-extraction"
        if not is_whole:
            verdict, reason = "incomplete", "re-extraction, interrupted"
        elif counts["failed"]:
            verdict = "crashed"
            reason = f"re-extraction, the reader failed on {counts['failed']} pages"
        elif self.damaged:
            verdict = "incomplete"
            reason = f"re-extraction, {self.damaged} records cannot be read"
        self.store.runs.update_run(
            portal.run_id,
            {
                "finished_at": utc(utc_now()),
                "verdict": verdict,
                "reason": reason,
                "articles_seen": counts["articles"],
                "articles_new": counts["new"],
                "articles_changed": counts["changed"],
                "sightings_new": counts["new"] + counts["copy"],
                "rejects": counts["rejects"],
            },
        )


def _batches(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    """Yield the items in groups that are stored in one transaction each."""
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


def _fingerprint(recipes: Recipes) -> str:
    """Return a hash of the recipes: with other recipes an interrupted run is not resumed."""
    return hashlib.sha256(repr(replace(recipes, latest=None)).encode()).hexdigest()[:16]
