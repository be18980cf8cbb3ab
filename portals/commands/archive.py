"""``scrapy archive check`` and ``scrapy archive prune``: the pages that crawls kept."""

from __future__ import annotations

import argparse
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from portals.archive.captures import archive_files
from portals.archive.checking import Checked, Finding, check
from portals.archive.pruning import PrunePolicy, prune
from portals.archive.reextraction import COMMAND
from portals.commands import print_error, print_rows
from portals.crawling.verdicts import EXIT_CODES, USAGE_ERROR
from portals.errors import PortalError, StorageError
from portals.store.database import Store
from portals.store.pages import PageRepository
from portals.store.portal_lock import PortalLock, PortalLockedError
from portals.timestamps import parse_duration


class Command(ScrapyCommand):
    """Checks and prunes archives."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return the syntax."""
        return "check [options] [WARC file or folder] ... | prune --older AGE [options]"

    def short_desc(self) -> str:
        """Return the description."""
        return "Check that the archives hold what the database says, or drop what is old"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options of both."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print a JSON list")
        parser.add_argument("--portal", help="prune: only this portal's archives")
        parser.add_argument("--older", metavar="AGE", help="prune: pages older than 90d, 52w")
        parser.add_argument(
            "--keep-articles", action="store_true", help="prune: keep the pages of every revision"
        )
        parser.add_argument(
            "--drop-current",
            action="store_true",
            help="prune: drop even the pages of current revisions",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="prune: tell what would be dropped"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do what the first argument says."""
        tasks: dict[str, Callable[[list[str], argparse.Namespace], None]] = {
            "check": self._check,
            "prune": self._prune,
        }
        if not args or args[0] not in tasks:
            raise UsageError("say check or prune")
        try:
            tasks[args[0]](args[1:], opts)
        except PortalLockedError as error:
            self.exitcode = print_error(error, EXIT_CODES["locked"])
        except (StorageError, OSError, sqlite3.Error) as error:
            self.exitcode = print_error(error, EXIT_CODES["storage"])
        except PortalError as error:
            self.exitcode = print_error(error, USAGE_ERROR)

    def _check(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print what is wrong; the exit code is 0 where every page can be read again."""
        assert self.settings is not None
        folder = self._folder()
        names = [path.name for path in folder.rglob("*.warc*")] if folder.is_dir() else []
        has_files = any(name.endswith((".warc", ".warc.gz")) for name in names)
        files = archive_files(args or [folder]) if args or has_files else []
        checked, counts = Checked(), Counter[str]()
        rows: list[dict[str, Any]] = []
        with closing(Store.open_to_read(self.settings["DATABASE"])) as store:
            for finding in check(files, PageRepository(store), checked):
                counts[finding.kind] += 1
                rows.append(_row(finding))
        print_rows(rows, as_json=opts.json)
        told = (
            f"{checked.records} records in {checked.files} files, {checked.bytes} bytes:"
            f" {counts['damaged']} damaged, {counts['missing']} missing, {counts['orphan']} orphans"
            + (f", {counts['cut']} cut" if counts["cut"] else "")
        )
        if counts["damaged"] or counts["missing"]:
            self.exitcode = print_error(told, EXIT_CODES["incomplete"])
        elif not opts.json:
            print(told)

    def _folder(self) -> Path:
        """Return where crawls keep their archives. Raises PortalError."""
        assert self.settings is not None
        if not self.settings["ARCHIVE_DIR"]:
            raise PortalError("ARCHIVE_DIR is empty: crawls keep no archive")
        return Path(self.settings["ARCHIVE_DIR"])

    def _prune(self, args: list[str], opts: argparse.Namespace) -> None:
        """Drop old pages, portal by portal, and print which files became smaller."""
        assert self.settings is not None
        if args or not opts.older:
            raise UsageError("prune takes --older AGE and no files")
        wish = PrunePolicy(
            datetime.now(UTC) - parse_duration(opts.older),
            keep_articles=opts.keep_articles,
            drop_current=opts.drop_current,
        )
        database = self.settings["DATABASE"]
        folder = self._folder()
        rows: list[dict[str, Any]] = []
        with closing(Store.open(database)) as store:
            pages = PageRepository(store)
            known = pages.portals()
            if opts.portal and opts.portal not in known:
                raise PortalError(f"no archived page is of a portal {opts.portal!r}")
            for portal in [opts.portal] if opts.portal else known:
                with PortalLock(database, COMMAND).hold(), PortalLock(database, portal).hold():
                    pruned = prune(pages, wish, portal, folder, is_trial=opts.dry_run)
                    rows += [asdict(one) | {"path": str(one.path)} for one in pruned]
        print_rows(rows, as_json=opts.json)
        if not opts.json:
            freed = sum(row["before"] - row["after"] for row in rows)
            told = "would be dropped" if opts.dry_run else "were dropped"
            print(f"{sum(row['dropped'] for row in rows)} pages {told}, {freed} bytes")


def _row(finding: Finding) -> dict[str, Any]:
    return asdict(finding) | {"path": str(finding.path)}
