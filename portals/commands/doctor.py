"""``scrapy doctor NAME``: is a portal still read as it should be, and what would mend it."""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.commands import BaseRunSpiderCommand
from scrapy.exceptions import UsageError
from scrapy.http import Response
from scrapy.spiderloader import SpiderLoader

from portals.article import Article, Reject
from portals.catalogue import portals
from portals.commands import crawler_process, print_error, print_rows, print_text, to_json
from portals.crawling.verdicts import USAGE_ERROR
from portals.errors import PortalError, StorageError
from portals.extraction.induction import Example, induce
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, Strategies
from portals.network.replay_handler import CAPTURED_AT, open_replay
from portals.store.articles import last_seen_articles
from portals.store.database import Store

HEALTHY, DEGRADED, BROKEN = 0, 1, 2
ARTICLES = 3
"""Articles that are looked at."""

FIELDS = ("title", "published_at", "lead", "author", "source", "section")


@dataclass(slots=True)
class Diagnosis:
    """What was found: rows for the operator, and how bad it is."""

    code: int = HEALTHY
    rows: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def worsen(self, code: int, note: str) -> None:
        """Take in a finding."""
        self.code = max(self.code, code)
        self.notes.append(note)


class Command(BaseRunSpiderCommand):
    """Looks at a few articles of a portal and says which strategy answers for each field."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the syntax."""
        return "[options] <portal>"

    def short_desc(self) -> str:
        """Return the description."""
        return "Tell whether a portal is still read as it should be (exit 0, 1 or 2)"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--json``."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Fetch a few articles, look at them, and print what was found."""
        if len(args) != 1:
            raise UsageError("give the name of one portal")
        assert self.settings is not None
        loader = SpiderLoader.from_settings(self.settings)
        if args[0] not in loader.list():
            known = ", ".join(sorted(portals().keys() & set(loader.list())))
            message = f"there is no portal {args[0]!r}; there are {known}"
            self.exitcode = print_error(message, USAGE_ERROR)
            return
        try:
            if self.settings["REPLAY"]:
                open_replay(self.settings["REPLAY"])
        except PortalError as error:
            self.exitcode = print_error(error, USAGE_ERROR)
            return
        history = self.settings["DATABASE"]
        with tempfile.TemporaryDirectory() as folder:
            self.settings.set("DATABASE", str(Path(folder) / "doctor.db"), priority="cmdline")
            self.settings.set("ARCHIVE_DIR", None, priority="cmdline")
            self.settings.set("LOG_LEVEL", "ERROR", priority="cmdline")
            pages, rejects = self._look(args[0], opts.spargs)
        recipe: Recipe = loader.load(args[0]).recipe()  # type: ignore[attr-defined]
        diagnosis = diagnose(pages, rejects, recipe, _stored(history, args[0]))
        self._print(diagnosis, as_json=opts.json)
        self.exitcode = diagnosis.code

    def _look(
        self, name: str, arguments: dict[str, str]
    ) -> tuple[list[tuple[Page, Article]], list[Reject]]:
        pages: list[tuple[Page, Article]] = []
        rejects: list[Reject] = []

        def keep(item: Article | Reject, response: Response) -> None:
            if isinstance(item, Reject):
                rejects.append(item)
            else:
                header = (response.headers.get("Content-Type") or b"").decode("latin-1")
                at = response.meta.get(CAPTURED_AT)
                pages.append((Page.from_bytes(response.url, response.body, header, at), item))

        assert self.settings is not None
        self.crawler_process = crawler_process(self.settings)
        crawler = self._create_crawler(name)
        crawler.signals.connect(keep, signals.item_scraped, weak=False)
        self.crawler_process.crawl(crawler, **{"limit": str(ARTICLES), **arguments})
        self.crawler_process.start()
        return pages, rejects

    def _print(self, diagnosis: Diagnosis, *, as_json: bool) -> None:
        health = ("healthy", "degraded", "broken")[diagnosis.code]
        if as_json:
            found = {"health": health, "fields": diagnosis.rows, "notes": diagnosis.notes}
            print_text(to_json(found, indent=2))
            return
        print_rows(diagnosis.rows)
        for note in diagnosis.notes:
            print_text(note)
        print_text(health)


def diagnose(
    pages: list[tuple[Page, Article]],
    rejects: list[Reject],
    recipe: Recipe,
    stored: dict[str, dict[str, Any]],
) -> Diagnosis:
    """Return what a few pages of a portal say of its health; ``stored``: known rows by address."""
    diagnosis = Diagnosis()
    if not pages:
        diagnosis.worsen(BROKEN, "no article was found")
        diagnosis.notes += [f"{reject.url}: {reject.reason}" for reject in rejects[:ARTICLES]]
        return diagnosis
    for page, article in pages:
        _diagnose_page(page, article, recipe, diagnosis)
    without_date = [article for _, article in pages if article.published_at is None]
    if len(without_date) * 2 > len(pages):
        reason = without_date[0].provenance["published_at"]
        diagnosis.worsen(
            DEGRADED, f"{len(without_date)} of {len(pages)} pages show no date: {reason}"
        )
    _compare_with_history(pages, stored, diagnosis)
    if diagnosis.code != HEALTHY and recipe.themes:
        _propose(pages, stored, diagnosis)
    return diagnosis


def _diagnose_page(page: Page, article: Article, recipe: Recipe, diagnosis: Diagnosis) -> None:
    strategies = Strategies(page, recipe)
    for name in (*FIELDS, "body"):
        rule = article.provenance.get(name, "")
        diagnosis.rows.append(
            {
                "page": page.url,
                "field": name,
                "answered_by": rule or "nobody",
                "value": _short(getattr(article, name)),
                "others": "; ".join(_others(strategies, name, rule)),
            }
        )
    if recipe.themes and not article.provenance["body"].startswith("selectors"):
        strategy = article.provenance["body"]
        diagnosis.worsen(DEGRADED, f"{page.url}: the selectors find no text, {strategy} does")


def _others(strategies: Strategies, name: str, rule: str) -> list[str]:
    """Return what the strategies that were not asked would have said."""
    answers = []
    if not rule.startswith("layout") and strategies.layout:
        value = _of_layout(strategies, name)
        if value:
            answers.append(f"layout: {_short(value)}")
    claim = getattr(strategies.metadata, name, None)
    if claim and not rule.startswith("structured"):
        answers.append(f"{claim.rule}: {_short(claim.value)}")
    if name == "published_at" and strategies.metadata.date and not rule.startswith("structured"):
        answers.append(f"{strategies.metadata.date_rule}: {strategies.metadata.date.iso}")
    return answers


def _of_layout(strategies: Strategies, name: str) -> str | None:
    reading = strategies.layout
    if reading is None:
        return None
    if name == "published_at":
        return reading.date.iso if reading.date else None
    if name == "body":
        return "\n\n".join(reading.story.paragraphs)
    value: str | None = getattr(reading, name, None) or getattr(reading.story, name, None)
    return value


def _short(value: object) -> str:
    text = " ".join(str(value or "").split())
    return text if len(text) <= 60 else f"{text[:57]}…"


def _compare_with_history(
    pages: list[tuple[Page, Article]], stored: dict[str, dict[str, Any]], diagnosis: Diagnosis
) -> None:
    """Say which fields the portal's own history leads to expect and these pages lack."""
    total = len(stored)
    if not total:
        return
    for name in FIELDS:
        usual = sum(1 for row in stored.values() if row[name]) / total
        now = sum(1 for _, article in pages if getattr(article, name)) / len(pages)
        if usual >= 0.9 and now == 0:
            note = f"{name}: on {usual:.0%} of the {total} stored articles, on none of these"
            diagnosis.worsen(DEGRADED, note)


def _propose(
    pages: list[tuple[Page, Article]], stored: dict[str, dict[str, Any]], diagnosis: Diagnosis
) -> None:
    """Propose the paths that give now what the rows say, as a theme for the family."""
    examples = []
    for page, article in pages:
        row = stored.get(article.url)
        if row and row["title"]:
            article.title, article.body = row["title"], row["body"]
        examples.append(Example(page, article))
    theme = induce(examples, fewest=min(len(examples), ARTICLES))
    if theme is None:
        diagnosis.notes.append("no path gives title, date and text on all of these pages")
        return
    paths = {name: getattr(theme, name) for name in ("title", "date", "lead", "body", "section")}
    lines = [f"    {name}={value!r}," for name, value in paths.items() if value]
    diagnosis.notes.append("a theme that reads these pages, for the family:")
    diagnosis.notes.append("\n".join(["Theme(", '    name="…",', *lines, ")"]))


def _stored(database: str, portal: str) -> dict[str, dict[str, Any]]:
    try:
        store = Store.open_to_read(database)
    except StorageError:
        return {}
    rows = last_seen_articles(store.db.conn, portal)
    store.close()
    return rows
