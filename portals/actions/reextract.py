"""What ``scrapy reextract`` does."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from portals.actions.base import Installation
from portals.actions.terminal import with_progress
from portals.archive.captures import archive_files
from portals.archive.origins import count_pages, foreign_archives
from portals.archive.reading import LeftOut, Range, Recipes, ranges_of
from portals.archive.reextraction import COMMAND, Reextraction, read_ranges
from portals.archive.rewriting import finish_interrupted
from portals.catalogue import portal_name_fault, portals_by_host
from portals.commands.output import print_error, print_note, print_rows, strip_control_chars
from portals.commands.reextract import Command
from portals.crawling.arguments import day
from portals.crawling.exit_codes import EXIT_CODES
from portals.errors import ArchiveError, PortalError
from portals.recipes import recipes, spider_names, unknown_spider
from portals.store.archive_rewrites import ArchiveRewrite, ArchiveRewrites
from portals.store.database import Store
from portals.store.differences import counted, trial_copy
from portals.store.pages import PageRepository
from portals.store.portal_lock import PortalLock
from portals.store.similar import queue_length, update
from portals.timestamps import CLOCK_TOLERANCE, utc, utc_now

_TOLD = 20  # damaged records that are printed one by one


_LEFT_OUT = {
    LeftOut.FUTURE: "captures from the future are left out: correct their WARC-Date",
    LeftOut.PARTIAL: "conversion and continuation records are left out: they are no responses",
    LeftOut.FORGOTTEN: "captures of articles that were taken down ('scrapy forget') are left out",
    LeftOut.NO_DOCUMENT: "revisits of pictures and the like are left out: no payload is here",
}


class Action(Command, Installation):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        # SIGTERM ends the command like Ctrl-C.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        recipes = self._recipes(args, opts)
        self.check_free_disk(Path(self.database))
        files = self._files(args, opts.portal, recipes.since)  # before a database is made
        is_new = not Path(self.database).exists()
        try:
            if opts.dry_run:
                with trial_copy(self.database) as store:
                    files = _without_obsolete(files, PageRepository(store))
                    if not args:
                        files = without_foreign(files, PageRepository(store))
                    self._try(Reextraction(store, recipes, compares=True), _ranges(files), opts)
                return
            with (
                closing(Store.open(self.database)) as store,
                PortalLock(self.database, COMMAND).hold(),
            ):
                self.check_clock(store)
                if is_new:
                    print_note(f"new database {self.database}")
                print_interrupted(finish_interrupted(PageRepository(store)))
                files = self._files(args, opts.portal, recipes.since)
                if not args:
                    files = without_foreign(files, PageRepository(store))
                asked = " ".join([*map(str, files), str(opts.portal), str(opts.since)])
                self._read(Reextraction(store, recipes, asked=asked), _ranges(files), opts)
        except BrokenProcessPool:
            message = "a worker process was killed; the same command resumes from there"
            self.exitcode = print_error(message, EXIT_CODES["crashed"])

    def _read(self, work: Reextraction, ranges: Sequence[Range], opts: argparse.Namespace) -> None:
        work.begin()
        left = work.left(ranges)
        if len(left) < len(ranges):
            read = f"{len(ranges) - len(left)} of {len(ranges)} parts"
            print_note(f"resuming an interrupted re-extraction: {read} are done")
        try:
            is_whole = _work_through(work, left, opts.jobs)
        except BrokenProcessPool:
            work.finish(is_whole=False)
            raise
        rows = work.finish(is_whole=is_whole)
        if is_whole:
            for _ in with_progress(update(work.store), queue_length(work.store), "comparing"):
                pass
        print_rows(rows, as_json=opts.json)
        _tell_problems(work)
        if not is_whole:
            message = "interrupted; the same command resumes from there"
            self.exitcode = print_error(message, EXIT_CODES["incomplete"])
        elif not any(row["pages"] for row in rows) and len(left) == len(ranges):
            message = "no page of a known portal in the archive; --portal NAME reads a copy"
            self.exitcode = print_error(message, EXIT_CODES["incomplete"])
        elif work.failed:
            message = f"the reader failed on {work.failed} pages, see the rejects; report them"
            self.exitcode = print_error(message, EXIT_CODES["crashed"])
        elif work.damaged:
            self.exitcode = EXIT_CODES["incomplete"]

    def _try(self, work: Reextraction, ranges: Sequence[Range], opts: argparse.Namespace) -> None:
        """Read into a copy of the database and print the differences."""
        if not _work_through(work, ranges, opts.jobs):
            self.exitcode = print_error("interrupted", EXIT_CODES["incomplete"])
            return
        work.finish()
        rows = [asdict(one) for one in work.differences]
        print_rows(rows if opts.json else counted(work.differences), as_json=opts.json)
        _tell_problems(work)
        if work.damaged:
            self.exitcode = EXIT_CODES["incomplete"]
        if not rows:
            print_note("nothing would change")

    def _recipes(self, args: list[str], opts: argparse.Namespace) -> Recipes:
        """Return how pages are read. Raises PortalError."""
        names = spider_names(self.config)
        if opts.jobs < 1:
            raise PortalError("--jobs must be at least 1")
        if (
            opts.portal
            and opts.portal not in names
            and (args or not self._is_archived(opts.portal))
        ):
            raise PortalError(unknown_spider(self.config, opts.portal))
        return Recipes(
            by_name=recipes(self.config),
            hosts={host: row.name for host, row in portals_by_host().items() if row.name in names},
            forced=opts.portal if args else None,
            only=None if args else opts.portal,
            since=day("since", opts.since),
            latest=utc_now() + CLOCK_TOLERANCE,
        )

    def _is_archived(self, portal: str) -> bool:
        """Return True if there is an archive folder of the portal, which may have no spider."""
        folder = self.archive_folder
        is_name = portal_name_fault(portal) is None
        return folder is not None and is_name and (folder / portal).is_dir()

    def _files(self, args: list[str], portal: str | None, since: datetime | None) -> list[Path]:
        """Return the archives to read. Raises PortalError."""
        if args:
            return archive_files(args)
        if self.archive_folder is None:
            raise ArchiveError("ARCHIVE_DIR is empty: give WARC files")
        folder = self.archive_folder / (portal or "")
        found = archive_files([folder]) if folder.is_dir() else []
        if portal and Path(self.database).is_file():
            with closing(Store.open(self.database)) as store:
                known = PageRepository(store).archives_of(portal, utc(since) if since else "")
            seen = {path.resolve() for path in found}
            found += [path for path in known if path.resolve() not in seen and path.is_file()]
        if not found:
            raise ArchiveError(f"there is no archive in {folder}; give WARC files, or crawl first")
        return found


def print_interrupted(rewrites: Iterable[ArchiveRewrite]) -> None:
    """Print on standard error which files of killed rewrites are deleted."""
    for rewrite in rewrites:
        print(f"removed {rewrite.obsolete}: a command was killed that rewrote it", file=sys.stderr)


def without_foreign(files: Sequence[Path], pages: PageRepository) -> list[Path]:
    """Return ``files`` without those of other origins, which are counted on standard error."""
    hosts = {host: row.name for host, row in portals_by_host().items()}
    foreign = foreign_archives(files, pages, hosts)
    if foreign:
        origins = ", ".join(sorted({f"{one.url} as {one.portal}" for one in foreign.values()}))
        print(
            f"{count_pages(foreign)} pages in {len(foreign)} archives of another origin"
            f" ({strip_control_chars(origins)}) are skipped; name the files to read them",
            file=sys.stderr,
        )
    return [path for path in files if path not in foreign]


def _without_obsolete(files: Iterable[Path], pages: PageRepository) -> list[Path]:
    """Return ``files`` without those that killed prunings left; a dry run deletes nothing."""
    obsolete = {rewrite.obsolete for rewrite in ArchiveRewrites(pages).unfinished()}
    return [path for path in files if path.resolve() not in obsolete]


def _ranges(files: Iterable[Path]) -> list[Range]:
    return [part for path in files for part in ranges_of(path)]


def _work_through(work: Reextraction, ranges: Sequence[Range], jobs: int) -> bool:
    """Read the ranges into the database; return False if Ctrl-C ended it early."""
    reads = read_ranges(ranges, work.recipes, max(1, min(jobs, len(ranges))))
    with _progress(sum(part.end - part.start for part in ranges)) as advance, closing(reads):
        try:
            for read in reads:
                work.store_range(read)
                advance(read.range.end - read.range.start)
        except KeyboardInterrupt:
            return False
    return True


def _how_to_read(host: str) -> str:
    """Return what reads the pages of a site that no portal of the catalogue has."""
    options = f"-a origin=http://{host} -a portal={host} -s REPLAY=FILE"
    return f"'scrapy crawl portal {options}' reads them"


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    """Show the bytes read in a progress bar, on a terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reading", total=total)
        yield lambda done: progress.advance(task, done)


def _tell_problems(work: Reextraction) -> None:
    """Print on standard error the damaged records and the hosts that no portal has."""
    for part, damage in work.damage[:_TOLD]:
        at = f" ({damage.url})" if damage.url else ""
        print_note(f"{part.path}, byte {damage.offset}: {damage.reason}{at}")
    if len(work.damage) > _TOLD:
        more = len(work.damage) - _TOLD
        print_note(f"and {more} more; 'scrapy archive check' lists them all")
    for reason, count in sorted(work.left_out.items()):
        print_note(f"{count} {_LEFT_OUT[reason]}")
    for host, count in work.foreign.most_common(_TOLD):
        skipped = f"{count} pages of {host} are skipped: no portal has that host"
        print_note(f"{skipped}; {_how_to_read(host)}")
