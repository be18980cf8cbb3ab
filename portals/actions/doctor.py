"""What ``scrapy doctor`` does."""

from __future__ import annotations

import argparse
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.exceptions import UsageError
from scrapy.http import Response

from portals.actions.base import Installation
from portals.actions.process import crawler_process, run_whole
from portals.article import Article, Reject
from portals.commands.doctor import Command
from portals.commands.output import print_rows, print_text, to_json
from portals.crawling.arguments import parse_given
from portals.crawling.exit_codes import HEALTH_CODES, Health
from portals.crawling.spider_outputs import SYSTEM
from portals.extraction.induction import Example, induce
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, Strategies
from portals.families.json_pages import page_of_json
from portals.network.replay_handler import CAPTURED_AT
from portals.recipes import recipe_of
from portals.store.articles import last_seen_articles
from portals.store.settled_pages import count_settled

ARTICLES = 3


"""Number of articles that are checked."""


FIELDS = ("title", "published_at", "lead", "author", "source", "section")


@dataclass(slots=True)
class Diagnosis:
    """The result of the check: health, one row per field and page, and notes."""

    health: Health = "healthy"
    rows: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def worsen(self, health: Health, note: str) -> None:
        """Add a finding; the portal's health is that of the worst one."""
        self.health = max(self.health, health, key=list(HEALTH_CODES).index)
        self.notes.append(note)


class Action(Command, Installation):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("give the name of one portal")
        self.check_spider(args[0])
        parse_given(args[0], opts.spargs)
        self.check_replay()
        stored, settled = self._history(args[0])
        with tempfile.TemporaryDirectory() as folder:
            self.config.set("DATABASE", str(Path(folder) / "doctor.db"), priority="cmdline")
            self.config.set("ARCHIVE_DIR", "", priority="cmdline")
            self.config.set("RECORD", value=True, priority="project")
            self.config.set("LOG_LEVEL", "ERROR", priority="cmdline")
            pages, rejects = self._fetch(args[0], opts.spargs)
        recipe = recipe_of(self.config, args[0])
        diagnosis = diagnose(pages, rejects, recipe, stored)
        diagnosis.notes += settled
        self._print(diagnosis, as_json=opts.json)
        self.exitcode = HEALTH_CODES[diagnosis.health]

    def _history(self, portal: str) -> tuple[dict[str, dict[str, Any]], list[str]]:
        """Return the stored articles of a portal by URL, and a note on its settled pages."""
        store = self.open_if_readable()
        if store is None:
            return {}, []
        with closing(store):
            number = count_settled(store.db.conn, portal)
            rows = last_seen_articles(store.db.conn, portal)
        command = f"scrapy status {portal} --settled"
        note = f"{number} pages could not be had in many nights: {command}"
        return rows, [note] if number else []

    def _fetch(
        self, name: str, arguments: dict[str, str]
    ) -> tuple[list[tuple[Page, Article]], list[Reject]]:
        pages: list[tuple[Page, Article]] = []
        rejects: list[Reject] = []

        def collect(item: Article | Reject, response: Response) -> None:
            if isinstance(item, Reject):
                rejects.append(item)
            else:
                pages.append((_page_of(item, response), item))

        self.crawler_process = crawler_process(self.config)
        crawler = self._create_crawler(name)
        crawler.signals.connect(collect, signals.item_scraped, weak=False)
        self.crawler_process.crawl(crawler, **{"limit": str(ARTICLES), **arguments})
        run_whole(self.crawler_process)
        return pages, rejects

    def _print(self, diagnosis: Diagnosis, *, as_json: bool) -> None:
        if as_json:
            found = {"health": diagnosis.health, "fields": diagnosis.rows, "notes": diagnosis.notes}
            print_text(to_json(found, indent=2))
            return
        print_rows(diagnosis.rows)
        for note in diagnosis.notes:
            print_text(note)
        print_text(diagnosis.health)


def _page_of(article: Article, response: Response) -> Page:
    """Return the page of an article: the answer, or what a script would build of its JSON."""
    at = response.meta.get(CAPTURED_AT)
    given = response.request.cb_kwargs if response.request is not None else {}
    system = str(given.get(SYSTEM, ""))
    built = page_of_json(system, response.body, article.url, at) if system else None
    header = (response.headers.get("Content-Type") or b"").decode("latin-1")
    return built or Page.from_bytes(response.url, response.body, header, at)


def diagnose(
    pages: list[tuple[Page, Article]],
    rejects: list[Reject],
    recipe: Recipe,
    stored: dict[str, dict[str, Any]],
) -> Diagnosis:
    """Return the health of a portal by a few of its pages; ``stored``: known articles by URL."""
    diagnosis = Diagnosis()
    if not pages:
        diagnosis.worsen("broken", "no article was found")
        diagnosis.notes += [f"{reject.url}: {reject.reason}" for reject in rejects[:ARTICLES]]
        return diagnosis
    for page, article in pages:
        _diagnose_page(page, article, recipe, diagnosis)
    without_date = [article for _, article in pages if article.published_at is None]
    if len(without_date) * 2 > len(pages):
        reason = without_date[0].provenance["published_at"]
        diagnosis.worsen(
            "degraded", f"{len(without_date)} of {len(pages)} pages show no date: {reason}"
        )
    _compare_with_history(pages, stored, diagnosis)
    if diagnosis.health != "healthy" and recipe.themes:
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
        diagnosis.worsen("degraded", f"{page.url}: the selectors find no text, {strategy} does")


def _others(strategies: Strategies, name: str, rule: str) -> list[str]:
    """Return the values of the strategies that come after the one that answered."""
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
    """Add findings for fields that stored articles of the portal have and these pages lack."""
    total = len(stored)
    if not total:
        return
    for name in FIELDS:
        usual = sum(1 for row in stored.values() if row[name]) / total
        now = sum(1 for _, article in pages if getattr(article, name)) / len(pages)
        if usual >= 0.9 and now == 0:
            note = f"{name}: on {usual:.0%} of the {total} stored articles, on none of these"
            diagnosis.worsen("degraded", note)


def _propose(
    pages: list[tuple[Page, Article]], stored: dict[str, dict[str, Any]], diagnosis: Diagnosis
) -> None:
    """Propose CSS paths that give the stored values on these pages, as a theme for the CMS."""
    examples = []
    for page, article in pages:
        row = stored.get(article.url)
        if row and row["title"]:
            article.title, article.body = row["title"], row["body"]
        examples.append(Example(page, article))
    theme = induce(examples, fewest=min(len(examples), ARTICLES))
    if theme is None:
        diagnosis.notes.append("no CSS path gives title, date and text on all of these pages")
        return
    paths = {name: getattr(theme, name) for name in ("title", "date", "lead", "body", "section")}
    lines = [f"    {name}={value!r}," for name, value in paths.items() if value]
    diagnosis.notes.append("a theme that reads these pages, for the family:")
    diagnosis.notes.append("\n".join(["Theme(", '    name="…",', *lines, ")"]))
