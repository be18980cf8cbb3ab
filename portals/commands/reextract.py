"""``scrapy reextract WARC…``: every article page in archives to rows, without crawling."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from rich.console import Console
from rich.progress import track
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.spiderloader import SpiderLoader

from portals.article import Article, Reject
from portals.catalogue import portals
from portals.commands import fail, print_rows
from portals.contract import normalise, why_invalid
from portals.crawling.archive import Capture, archive_files, read_captures
from portals.crawling.verdicts import EXIT_CODES, USAGE_ERROR
from portals.discovery.addresses import host_of
from portals.discovery.explorer import SAMPLES
from portals.discovery.shapes import is_left_alone, shape_of
from portals.errors import PortalError, StorageError
from portals.extraction.page import Page
from portals.extraction.reader import READER_FAILED, Recipe, read_safely
from portals.language.decoding import UndecodableText
from portals.store.database import Store
from portals.store.differences import Difference, counted, differences, fields_at, trial_copy
from portals.store.saving import utc

_COUNTED = (
    "pages", "articles", "new", "changed", "reread", "copy", "known", "no_article", "rejects",
)  # fmt: skip


@dataclass
class _Portal:
    """What is under way for one portal: its recipe, its run and its counts."""

    recipe: Recipe
    run_id: int
    counts: Counter[str] = field(default_factory=Counter)
    dated_shapes: Counter[str] = field(default_factory=Counter)
    undated: list[Article] = field(default_factory=list)


class Command(ScrapyCommand):
    """Reads archives into the database."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return the syntax."""
        return "[options] <WARC file or folder> ..."

    def short_desc(self) -> str:
        """Return the description."""
        return "Read the articles of archives into the database, without crawling"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--portal`` and ``--json``."""
        super().add_options(parser)
        parser.add_argument("--portal", help="read every host as this portal (for a copy of it)")
        parser.add_argument(
            "--dry-run", action="store_true", help="print what would change, and change nothing"
        )
        parser.add_argument("--json", action="store_true", help="print the counts as a JSON list")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read every capture, choosing the portal by its host."""
        if not args:
            raise UsageError("give at least one WARC file or folder")
        assert self.settings is not None
        loader = SpiderLoader.from_settings(self.settings)
        try:
            recipes = _recipes(loader, opts.portal)
            files = archive_files(args)
            if opts.dry_run:
                self._try(files, recipes, opts)
                return
            store = Store.open(self.settings["DATABASE"])
        except StorageError as error:
            self.exitcode = fail(error, EXIT_CODES["storage"])
            return
        except PortalError as error:
            self.exitcode = fail(error, USAGE_ERROR)
            return
        rows = _read_all(files, _Reading(store, recipes, opts.portal))
        store.close()
        print_rows(rows, as_json=opts.json)
        if not rows:
            message = "no page of a known portal in the archive; --portal NAME reads a copy"
            self.exitcode = fail(message, EXIT_CODES["incomplete"])

    def _try(self, files: list[Path], recipes: dict[str, Recipe], opts: Any) -> None:
        """Read into a copy of the database and print the differences. Raises StorageError."""
        assert self.settings is not None
        with trial_copy(self.settings["DATABASE"]) as store:
            reading = _Reading(store, recipes, opts.portal, compares=True)
            _read_all(files, reading)
        rows = [asdict(one) for one in reading.differences]
        print_rows(rows if opts.json else counted(reading.differences), as_json=opts.json)
        if not rows:
            print("nothing would change", file=sys.stderr)


def _read_all(files: list[Path], reading: _Reading) -> list[dict[str, Any]]:
    for capture in _tracked(capture for path in files for capture in read_captures(path)):
        reading.take(capture)
    return reading.finish()


class _Reading:
    """The loop's state: portals met, and what their pages became."""

    def __init__(
        self,
        store: Store,
        recipes: dict[str, Recipe],
        forced: str | None,
        *,
        compares: bool = False,
    ) -> None:
        self.compares = compares
        self.differences: list[Difference] = []
        self.store = store
        self.recipes = recipes
        self.forced = forced
        self.portals: dict[str, _Portal] = {}

    def take(self, capture: Capture) -> None:
        """Read one capture, if it is a page of a known portal."""
        host = host_of(capture.url)
        recipe = self.recipes.get(self.forced or host)
        if recipe is None or capture.status != 200:
            return
        portal = self._portal(recipe)
        portal.counts["pages"] += 1
        result = _read(capture, recipe)
        if isinstance(result, Reject) and result.reason == READER_FAILED:
            self.store.reject(result, portal.run_id, datetime.now(UTC))
            portal.counts["rejects"] += 1
        elif isinstance(result, Reject):
            # Lists, menus and error pages are most of an archive: they are counted, not recorded.
            portal.counts["no_article"] += 1
        elif result.published_at is None and not recipe.themes:
            portal.undated.append(result)
        else:
            portal.dated_shapes[shape_of(result.url)] += 1
            self._store(result, portal)

    def finish(self) -> list[dict[str, Any]]:
        """Decide on the pages without a date, close the runs and return the counts."""
        for portal in self.portals.values():
            for article in portal.undated:
                # Without a crawl nobody knows what led here: the address must be of the articles'.
                if portal.dated_shapes[shape_of(article.url)] >= SAMPLES and not is_left_alone(
                    article.url
                ):
                    self._store(article, portal)
                else:
                    portal.counts["no_article"] += 1
            counts = portal.counts
            self.store.update_run(
                portal.run_id,
                {
                    "finished_at": utc(datetime.now(UTC)),
                    "verdict": "ok",
                    "reason": "re-extraction",
                    "articles_seen": counts["articles"],
                    "articles_new": counts["new"],
                    "articles_changed": counts["changed"],
                    "sightings_new": counts["new"] + counts["copy"],
                    "rejects": counts["rejects"],
                },
            )
        return [
            {"portal": portal.recipe.portal, **{name: portal.counts[name] for name in _COUNTED}}
            for portal in self.portals.values()
        ]

    def _portal(self, recipe: Recipe) -> _Portal:
        known = self.portals.get(recipe.portal)
        if known is None:
            asked = json.dumps({"command": "reextract"})
            run_id = self.store.start_run(recipe.portal, datetime.now(UTC), asked)
            known = self.portals[recipe.portal] = _Portal(recipe, run_id)
        return known

    def _store(self, article: Article, portal: _Portal) -> None:
        normalise(article)
        if reason := why_invalid(article):
            reject = Reject(article.url, "validate", reason, article.title[:200] or None)
            self.store.reject(reject, portal.run_id, datetime.now(UTC))
            portal.counts["rejects"] += 1
            return
        portal.counts["articles"] += 1
        before = fields_at(self.store, article.url) if self.compares else {}
        outcome = self.store.save(article, portal.run_id, from_archive=True)
        portal.counts[outcome] += 1
        if self.compares:
            after = fields_at(self.store, article.url)
            self.differences += differences(portal.recipe.portal, article.url, before, after)


def _read(capture: Capture, recipe: Recipe) -> Article | Reject:
    try:
        page = Page.from_bytes(capture.url, capture.body, capture.content_type, capture.captured_at)
    except UndecodableText as error:
        return Reject(capture.url, "decode", "the text cannot be decoded", str(error))
    return read_safely(page, recipe)


def _recipes(loader: Any, forced: str | None) -> dict[str, Recipe]:
    """Return recipes by host, or the forced one by its name. Raises PortalError."""
    names = loader.list()
    if forced:
        if forced not in names:
            raise PortalError(
                f"there is no portal {forced!r}; there are {', '.join(sorted(names))}"
            )
        return {forced: loader.load(forced).recipe()}
    known = portals()
    return {known[name].host: loader.load(name).recipe() for name in names if name in known}


def _tracked(captures: Iterator[Capture]) -> Iterator[Capture]:
    if not sys.stderr.isatty():
        return captures
    console = Console(stderr=True)
    return iter(track(captures, "reading", console=console, transient=True))
