"""What ``scrapy archive`` does."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from scrapy.exceptions import UsageError

from portals.actions.reextract import print_interrupted, without_foreign
from portals.archive.captures import archive_files, is_archive_name
from portals.archive.checking import Checked, Finding, check
from portals.archive.pruning import Pruned, PrunePolicy, Pruning
from portals.archive.reextraction import COMMAND
from portals.archive.rewriting import finish_interrupted
from portals.archive.wacz import EntryPage, is_our_wacz, write_wacz
from portals.commands.archive import Command
from portals.commands.output import print_error, print_note, print_outcome, print_rows
from portals.crawling.exit_codes import EXIT_CODES
from portals.errors import PortalError
from portals.files import replacing
from portals.store.database import Store
from portals.store.pages import PageRepository
from portals.store.portal_lock import PortalLock
from portals.timestamps import parse_duration, utc_now


class Action(Command):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        tasks: dict[str, Callable[[list[str], argparse.Namespace], None]] = {
            "check": self._check,
            "prune": self._prune,
            "pack": self._pack,
        }
        if not args or args[0] not in tasks:
            raise UsageError("expected 'check', 'prune' or 'pack'")
        tasks[args[0]](args[1:], opts)

    def _check(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the findings; the exit code is 0 if no page is damaged or missing."""
        files = archive_files(args) if args else self._archives()
        checked, counts = Checked(), Counter[str]()
        rows: list[dict[str, Any]] = []
        with closing(Store.open_to_read(self.database)) as store:
            pages = PageRepository(store)
            files = files if args else without_foreign(files, pages)
            for finding in check(files, pages, checked):
                counts[finding.kind] += 1
                rows.append(_row(finding))
        print_rows(rows, as_json=opts.json)
        summary = (
            f"{checked.records} records in {checked.files} files, {checked.bytes} bytes:"
            f" {counts['damaged']} damaged, {counts['missing']} missing, {counts['orphan']} orphans"
            + (f", {counts['cut']} cut" if counts["cut"] else "")
            + (f", {counts['leftover']} leftovers" if counts["leftover"] else "")
        )
        if counts["damaged"] or counts["missing"]:
            self.exitcode = print_error(summary, EXIT_CODES["incomplete"])
        elif not opts.json:
            print_outcome(summary)

    def _archives(self) -> list[Path]:
        """Return the files in the folder of the archives; none before the first crawl."""
        folder = self._folder()
        names = [path.name for path in folder.rglob("*")] if folder.is_dir() else []
        return archive_files([folder]) if any(map(is_archive_name, names)) else []

    def _folder(self) -> Path:
        """Return the folder of the archives. Raises PortalError."""
        folder = self.existing_archive_folder
        if folder is None:
            raise PortalError("ARCHIVE_DIR is empty: crawls are not archived")
        return folder

    def _prune(self, args: list[str], opts: argparse.Namespace) -> None:
        """Drop old pages, portal by portal, and print the rewritten files."""
        if args or not opts.older:
            raise UsageError("prune takes --older AGE and no files")
        policy = PrunePolicy(
            utc_now() - parse_duration(opts.older),
            keep_articles=opts.keep_articles,
            drop_current=opts.drop_current,
            portal=opts.portal,
        )
        with (
            closing(Store.open_existing(self.database)) as store,
            PortalLock(self.database, COMMAND).hold(),
        ):
            pages = PageRepository(store)
            if opts.portal and opts.portal not in pages.portals():
                raise PortalError(f"no archived page is of a portal {opts.portal!r}")
            if not opts.dry_run:
                print_interrupted(finish_interrupted(pages))
            pruning = Pruning(pages, policy, self._folder(), is_trial=opts.dry_run)
            rows = [asdict(one) | {"path": str(one.path)} for one in self._pruned(pruning)]
        print_rows(rows, as_json=opts.json)
        if not opts.json:
            freed = sum(row["before"] - row["after"] for row in rows)
            verb = "would be dropped" if opts.dry_run else "were dropped"
            print_outcome(f"{sum(row['dropped'] for row in rows)} pages {verb}, {freed} bytes")

    def _pack(self, args: list[str], opts: argparse.Namespace) -> None:
        """Write archives as one WACZ; what it does not hold is printed."""
        if not args or args[0].startswith("-"):
            raise UsageError("pack takes the file to write, and WARC files or folders")
        target, named = Path(args[0]).resolve(), args[1:]
        if target.exists() and not (target.is_file() and is_our_wacz(target)):
            raise PortalError(
                f"{target} was not written by 'scrapy archive pack', and is not replaced;"
                " give another name"
            )
        with closing(Store.open_to_read(self.database)) as store:
            pages = PageRepository(store)
            if opts.portal and opts.portal not in pages.portals():
                raise PortalError(f"no archived page is of a portal {opts.portal!r}")
            files = archive_files(named or [self._folder()])
            if opts.portal:
                files = [path for path in files if opts.portal in pages.portals_in(path)]
            found = (EntryPage(*row) for row in pages.articles_in(files, opts.portal))
            title = f"Tin Công Đoàn: {opts.portal}" if opts.portal else "Tin Công Đoàn"
            with replacing(target) as draft, draft.open("wb") as file:
                packed = write_wacz(file, files, found, title, utc_now())
        for path in packed.skipped:
            print_note(f"{path} was compressed as a whole, and is not in the package")
        if packed.skipped:
            self.exitcode = EXIT_CODES["incomplete"]
        print_outcome(
            f"{target.name}: {target.stat().st_size} bytes, {packed.files} archives,"
            f" {packed.records} records, {packed.pages} articles to begin with"
        )

    def _pruned(self, pruning: Pruning) -> Iterator[Pruned]:
        """Yield the pruned files, each under the locks of all portals with pages in it."""
        for path in pruning.archives():
            with ExitStack() as locks:
                for portal in pruning.pages.portals_in(path):
                    locks.enter_context(PortalLock(self.database, portal).hold())
                if pruned := pruning.prune(path):
                    yield pruned


def _row(finding: Finding) -> dict[str, Any]:
    return asdict(finding) | {"path": str(finding.path)}
