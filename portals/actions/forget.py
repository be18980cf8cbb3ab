"""What ``scrapy forget`` does."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path

from scrapy.exceptions import UsageError

from portals.actions.base import Installation
from portals.actions.reextract import print_interrupted
from portals.actions.terminal import with_progress
from portals.archive.reading import Recipes, about_file
from portals.archive.reextraction import COMMAND
from portals.archive.rewriting import finish_interrupted
from portals.archive.taking_down import ArchiveSearch, ArchiveTakedown, FileTakedown, remove
from portals.catalogue import portals_by_host
from portals.commands.forget import Command
from portals.commands.output import (
    decode_argument,
    print_error,
    print_note,
    print_outcome,
    print_rows,
    print_text,
    to_json,
)
from portals.crawling.exit_codes import EXIT_CODES
from portals.errors import PortalError
from portals.language.text import clean
from portals.recipes import recipes
from portals.store.database import Store
from portals.store.erasing import StillReadError, empty_log, erase, overwrite_deleted
from portals.store.forgotten import ForgottenUrls, Mark, finish, marks, marks_of, unmark
from portals.store.pages import PageRepository
from portals.store.portal_lock import PortalLock
from portals.store.search_rebuild import REBUILD, discard_leftovers
from portals.store.snapshot import copies_beside
from portals.store.taking_down import Takedown, take_down, takedown_of, texts_of
from portals.timestamps import utc_now

_MAX_REASON = 200  # characters


class Action(Command, Installation):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        given = [decode_argument(one) for one in args]
        needs_urls = not (opts.list or opts.resume)
        if bool(given) != needs_urls or opts.list + opts.undo + opts.resume > 1:
            raise UsageError("give URLs, or one of --list and --resume without any")
        if opts.list:
            self._list(as_json=opts.json)
        elif opts.undo:
            self._undo(given, as_json=opts.json)
        elif opts.dry_run:
            with closing(Store.open_to_read(self.database)) as store:
                found = _takedowns(store, given, with_copies=opts.copies)
                plan = self._plan(store, found, _portals(found))
            self._tell(found, plan, opts)
        else:
            self._forget(given, opts)

    def _list(self, *, as_json: bool) -> None:
        with closing(Store.open_to_read(self.database)) as store:
            found = marks(store.db.conn)
        print_rows([asdict(one) for one in found], as_json=as_json)
        if not found and not as_json:
            print_note("nothing was taken down")

    def _undo(self, given: Sequence[str], *, as_json: bool) -> None:
        """Delete marks; what was deleted does not come back by that."""
        with closing(Store.open_existing(self.database)) as store, ExitStack() as locks:
            self._lock(locks, [COMMAND])
            found = [one for url in given for one in _known_marks(store, url)]
            unfinished = [one for one in found if one.state == "begun"]
            if unfinished:
                raise PortalError("its taking down was interrupted; 'scrapy forget --resume' first")
            self._lock(locks, {one.portal for one in found})
            with store.writing():
                unmark(store.db.conn, found)
        print_rows([asdict(one) for one in found], as_json=as_json)
        if not as_json:
            print_outcome(f"{len(found)} marks are deleted; a crawl may fetch the pages again")

    def _forget(self, given: Sequence[str], opts: argparse.Namespace) -> None:
        """Take the articles down, and finish what a killed command left."""
        database = Path(self.database).resolve()
        with closing(Store.open_existing(database)) as store, ExitStack() as locks:
            self._lock(locks, [COMMAND, REBUILD])
            pages, conn = PageRepository(store), store.db.conn
            interrupted = [one for one in marks(conn) if one.state == "begun"]
            _tell_interrupted(interrupted)
            found = _takedowns(store, given, with_copies=opts.copies)
            wanted = _portals(found) | {one.portal for one in interrupted}
            self._lock(locks, wanted)
            print_interrupted(finish_interrupted(pages))
            plan = self._plan(store, found, wanted)
            self._lock(locks, _portals_in(pages, plan.files.values()) - wanted)
            overwrite_deleted(conn)
            texts = None if interrupted else texts_of(conn, found)
            with store.writing():
                discard_leftovers(conn)
                take_down(conn, found, utc_now(), _one_line(opts.reason))
            for _ in remove(pages, plan):
                pass
            if wanted:
                self._erase(store, database, texts)
        self._tell(found, plan, opts)
        if plan.foreign and not self.exitcode:
            self.exitcode = EXIT_CODES["incomplete"]

    def _erase(self, store: Store, database: Path, texts: list[str] | None) -> None:
        conn = store.db.conn
        try:
            erase(conn, database, texts)
        except StillReadError as error:
            self.exitcode = print_error(error, EXIT_CODES["incomplete"])
            return
        with store.writing():
            finish(conn)
        empty_log(conn, database)

    def _plan(self, store: Store, found: Sequence[Takedown], portals: set[str]) -> ArchiveTakedown:
        """Return what goes from the archives, those of URLs taken down before included."""
        addresses = [one for takedown in found for one in takedown.addresses]
        forgotten = ForgottenUrls(marks(store.db.conn), addresses)
        by_name = recipes(self.config)
        hosts = {host: row.name for host, row in portals_by_host().items() if row.name in by_name}
        search = ArchiveSearch(
            PageRepository(store), self.existing_archive_folder, Recipes(by_name, hosts), forgotten
        )
        files = search.files(portals) if portals else []
        *_, plan = with_progress(search.find(files), len(files) + 1, "archives", by=1)
        return plan

    def _lock(self, locks: ExitStack, names: Iterable[str]) -> None:
        """Hold the locks of portals or commands. Raises PortalLockedError."""
        for name in sorted(names):
            locks.enter_context(PortalLock(self.database, name).hold())

    def _tell(
        self, found: Sequence[Takedown], plan: ArchiveTakedown, opts: argparse.Namespace
    ) -> None:
        for file in plan.foreign:
            print_note(
                f"{len(file.offsets)} records stay in {file.path}, a file outside ARCHIVE_DIR;"
                " remove them there"
            )
        archives, elsewhere = (
            [{"path": str(file.path), "records": len(file.offsets)} for file in files]
            for files in (plan.ours, plan.foreign)
        )
        untouched = [str(path) for path in copies_beside(Path(self.database).resolve())]
        if opts.json:
            rows = [asdict(one) for one in found]
            kept = {"elsewhere": elsewhere, "untouched": untouched}
            gone = {"taken_down": rows, "archives": archives, "repeating": plan.repeating}
            print_text(to_json({**gone, **kept}, indent=2))
            return
        verb = "would be taken down" if opts.dry_run else "taken down"
        for one in found:
            print_outcome("\n".join(_lines(one, verb)))
        records = sum(len(file.offsets) for file in plan.ours)
        print_outcome(f"{records} records in {len(archives)} archives {verb}")
        for url in plan.repeating:
            print_outcome(f"  with a record of {url}, which repeated a payload that goes")
        print_outcome("snapshots and exports made earlier are not touched")
        for path in untouched:
            print_outcome(f"  {path} is a copy of the database; delete it")


def _takedowns(store: Store, given: Sequence[str], *, with_copies: bool) -> list[Takedown]:
    """Return what is taken down with each URL. Raises PortalError if one is unknown."""
    found = []
    for url in given:
        takedown = takedown_of(store.db.conn, url, with_copies=with_copies)
        if takedown is None:
            if known := marks_of(store.db.conn, url):
                print_note(f"{url} was taken down at {known[0].forgotten_at}")
                continue
            raise PortalError(f"there is no article {url!r}; 'scrapy search' finds URLs")
        found.append(takedown)
    return found


def _known_marks(store: Store, url: str) -> list[Mark]:
    found = marks_of(store.db.conn, url)
    if not found:
        raise PortalError(f"{url!r} was not taken down; 'scrapy forget --list' prints what was")
    return found


def _portals(found: Iterable[Takedown]) -> set[str]:
    return {one.portal for takedown in found for one in takedown.addresses}


def _portals_in(pages: PageRepository, files: Iterable[FileTakedown]) -> set[str]:
    """Return the portals whose pages are in files, as the database or the files say."""
    names = set()
    for file in files:
        names |= set(pages.portals_in(file.path))
        if file.path.is_file() and (name := about_file(file.path).get("ispartof")):
            names.add(name)
    return names


def _one_line(reason: str | None) -> str | None:
    return clean(decode_argument(reason))[:_MAX_REASON] or None if reason else None


def _tell_interrupted(interrupted: Sequence[Mark]) -> None:
    if interrupted:
        urls = {f"{one.host}{one.key}" for one in interrupted}
        print_note(f"resuming: the taking down of {len(urls)} URLs was interrupted")


def _lines(one: Takedown, verb: str) -> Iterator[str]:
    """Yield what is said of one article."""
    first, *others = one.addresses
    what = f"article {one.article_id}, {one.revisions} revisions"
    what = what if one.article_id else "archived pages without an article"
    yield f"{first.url} ({first.portal}): {what}, {verb}"
    yield from (f"  and {other.url} ({other.portal})" for other in others)
    yield from (f"  stays at {copy.url} ({copy.portal}); see --copies" for copy in one.copies)
    yield from (
        f"  similar, stays: {other.url} ({other.portal}, {other.similarity:.0%})"
        for other in one.similar
    )
