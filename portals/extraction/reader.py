"""The reader: a page and a recipe give an article, or the reason why there is none.

For each field nets are asked in order: the portal's selectors (any theme generation), its layout,
what the page says of itself for machines, and last a general reading. The first plausible answer
is taken; ``provenance`` says which net and rule gave it. A net that is not needed is not cast.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from urllib.parse import urlsplit

from portals.article import Article, Attachment, Image, Reject
from portals.extraction.general import read_foreign, read_general
from portals.extraction.layout import Layout, LayoutReading, read_layout
from portals.extraction.page import Page
from portals.extraction.page_time import TOO_SLOW, PageTooSlow, page_time
from portals.extraction.selectors import Theme, ThemeReading, read_theme, select
from portals.extraction.story import Story
from portals.extraction.structured import Structured, read_structured
from portals.extraction.unreadable import UnreadablePage
from portals.extraction.validity import ALWAYS
from portals.language.bylines import split_prefix
from portals.language.dates import DateReading
from portals.language.text import canonical, words

logger = logging.getLogger(__name__)

READER_FAILED = "the reader failed"
"""The reason of a reject that is our fault, not the page's."""


@dataclass(frozen=True)
class Recipe:
    """How the article pages of one portal are read.

    ``themes``: theme generations, newest first. ``layout``: the net under them, or the only one;
    ``layouts``: others, each with the days on which it held, that are asked before it.
    ``error_markers``: selectors of what an error page shows though it answers 200.
    ``error_titles``: head titles of such pages. ``external_id``: the portal's own number in an
    address, as group 1. ``left_alone``: paths of copies and forms, which are never read.
    ``general``: the nets that know nothing of the portal may be cast; only where an address is
    known to be an article's by its system, since they would take a static page for one.
    """

    portal: str
    themes: tuple[Theme, ...] = ()
    layout: Layout | None = None
    error_markers: tuple[str, ...] = ()
    error_titles: str | None = None
    external_id: str | None = None
    left_alone: str | None = None
    general: bool = False
    layouts: tuple[Layout, ...] = ()

    def at(self, moment: datetime) -> Recipe:
        """Return the recipe by which pages were to be read that were served at ``moment``."""
        if not self._is_dated:
            return self
        themes = tuple(theme for theme in self.themes if theme.validity.covers(moment))
        layouts = (*self.layouts, *([self.layout] if self.layout else []))
        held = (layout for layout in layouts if layout.validity.covers(moment))
        return replace(self, themes=themes, layout=next(held, None), layouts=())

    @cached_property
    def _is_dated(self) -> bool:
        themes = any(theme.validity != ALWAYS for theme in self.themes)
        layout = self.layout is not None and self.layout.validity != ALWAYS
        return bool(self.layouts) or themes or layout

    def id_of(self, url: str) -> str | None:
        """Return the portal's own id of the article at ``url``, or None."""
        match = re.search(self.external_id, url) if self.external_id else None
        return match[1] if match else None


def read_article(page: Page, recipe: Recipe) -> Article | Reject:
    """Return the article that ``page`` shows under ``recipe``, or a reject with the reason."""
    if reason := why_not_by_address(page, recipe):
        return Reject(page.url, "extract", reason)
    nets = Nets(page, recipe)
    if not (nets.theme and nets.theme.story.paragraphs) and is_error_page(page, recipe):
        return Reject(page.url, "extract", "error page that answers 200")
    story, net = nets.story
    title, title_rule = nets.title
    if not title or story is None:
        reason = "no article on the page" if page.blocks else "the page shows nothing"
        if nets.theme:
            reason = "the article has no text"
        return Reject(page.url, "extract", reason, (title or page.head_title)[:200] or None)
    article = Article(
        portal=recipe.portal,
        url=_address(page, recipe),
        title=title,
        body="\n\n".join(story.paragraphs),
        fetched_at=page.fetched_at,
        external_id=recipe.id_of(page.url),
        stands_at_listing=nets.theme is not None and not _names_a_story(page.url, nets.theme),
        provenance={"title": title_rule, "body": net},
    )
    _set_lead(article, nets)
    _set_date(article, nets)
    for name in ("author", "source", "section"):
        value, rule = nets.text(name)
        if value:
            setattr(article, name, value)
            article.provenance[name] = rule
    article.view_count = nets.view_count
    article.images = _images(page, story)
    article.attachments = _attachments(page, story)
    article.word_count = len(words(article.body))
    return article


def read_safely(page: Page, recipe: Recipe) -> Article | Reject:
    """Return what ``read_article`` does; where it fails, a reject, with the failure in the log.

    So it is with a page that takes longer than ``PAGE_SECONDS``.

    Any page may be the one that the reader was not made for, and no page may end a crawl.
    """
    try:
        with page_time():
            return read_article(page, recipe)
    except UnreadablePage as error:
        return Reject(page.url, "decode", error.reason, error.detail)
    except PageTooSlow:
        return Reject(page.url, "extract", TOO_SLOW)
    except Exception as error:
        logger.exception("cannot read %s", page.url)
        return Reject(page.url, "extract", READER_FAILED, repr(error)[:500])


def why_not_by_address(page: Page, recipe: Recipe) -> str | None:
    """Return why the address cannot be an article's (the home page, a copy), or None."""
    parts = urlsplit(page.url)
    if parts.path in ("", "/") and not parts.query:
        return "the home page"
    if recipe.left_alone and re.search(recipe.left_alone, parts.path):
        return "a copy or a form by its address"
    return None


def is_error_page(page: Page, recipe: Recipe) -> bool:
    """Tell whether the page is one of the error pages that answer 200."""
    if recipe.error_titles and re.search(recipe.error_titles, page.head_title, re.IGNORECASE):
        return True
    return any(select(page.root, css) for css in recipe.error_markers)


class Nets:
    """The nets over one page, each cast when first asked."""

    def __init__(self, page: Page, recipe: Recipe) -> None:
        self.page = page
        self.recipe = recipe.at(page.fetched_at)

    @cached_property
    def theme(self) -> ThemeReading | None:
        """The reading of the first theme that finds a text, else of the first that applies."""
        first = None
        for theme in self.recipe.themes:
            reading = read_theme(self.page, theme)
            if reading and reading.story.paragraphs:
                return reading
            first = first or reading
        return first

    @cached_property
    def layout(self) -> LayoutReading | None:
        """The reading by the portal's layout."""
        return read_layout(self.page, self.recipe.layout) if self.recipe.layout else None

    @cached_property
    def structured(self) -> Structured:
        """What the page says of itself."""
        return read_structured(self.page)

    @cached_property
    def general(self) -> LayoutReading | None:
        """The general reading; only where a system is known, whose pages are articles or lists."""
        claim = self.structured.title
        if not self.recipe.general or claim is None:
            return None
        return read_general(self.page, claim.value, self.recipe.layout)

    @cached_property
    def story(self) -> tuple[Story | None, str]:
        """The story and the net that caught it."""
        if self.theme and self.theme.story.paragraphs:
            return self.theme.story, f"selectors:{self.theme.theme.name}"
        if self.layout and self.layout.story.paragraphs:
            return self.layout.story, "layout"
        if self.theme:
            return None, ""
        if self.general and self.general.story.paragraphs:
            return self.general.story, "general"
        if self.recipe.general and self.structured.is_article:
            return read_foreign(self.page), "trafilatura"
        return None, ""

    @property
    def _by_place(self) -> Iterator[tuple[LayoutReading, str]]:
        """The readings by place that were needed for the story, and no others."""
        _, net = self.story
        if net != "layout" and self.theme and self.theme.date and self.theme.story.paragraphs:
            return
        if self.layout:
            yield self.layout, "layout"
        elif net != "layout" and self.general:
            yield self.general, "general"

    @cached_property
    def title(self) -> tuple[str, str]:
        """The title and its rule."""
        if self.theme:
            return self.theme.title, self._rule("title")
        for reading, net in self._by_place:
            return reading.title, net
        claim = self.structured.title if self.recipe.general else None
        return (claim.value, f"structured {claim.rule}") if claim else ("", "")

    def leads(self) -> Iterator[tuple[str, str]]:
        """Yield the leads in order of trust."""
        story, net = self.story
        if self.theme and self.theme.lead:
            yield self.theme.lead, self._rule("lead")
        if story and story.lead:
            yield story.lead, net
        for reading, place in self._by_place:
            if self.theme is None and reading.story.lead:
                yield reading.story.lead, place
        if net in ("general", "trafilatura") and self.structured.lead:
            yield self.structured.lead.value, f"structured {self.structured.lead.rule}"

    def text(self, name: str) -> tuple[str | None, str]:
        """Return author, source or section with its rule."""
        story, net = self.story
        if self.theme and getattr(self.theme, name):
            return getattr(self.theme, name), self._rule(name)
        claim = None
        if not net.startswith("selectors") and self.recipe.general:
            claim = getattr(self.structured, name, None)
        if claim and net != "layout":
            return claim.value, f"structured {claim.rule}"
        if value := getattr(story, name, None):
            return value, f"{net} signature"
        for reading, place in self._by_place:
            if value := getattr(reading, name, None):
                return value, place
        return (claim.value, f"structured {claim.rule}") if claim else (None, "")

    def date(self) -> tuple[DateReading | None, str]:
        """Return the date with its rule, or None with the reason."""
        reasons = []
        if self.theme:
            if self.theme.date:
                return self.theme.date, self._rule("published_at")
            reasons.append(self.theme.date_reason)
        for reading, net in self._by_place:
            if reading.date:
                return reading.date, net
            reasons.append(reading.date_reason)
        if self.recipe.general and self.structured.date:
            return self.structured.date, f"structured {self.structured.date_rule}"
        return None, next((reason for reason in reasons if reason), "no date on the page")

    @property
    def view_count(self) -> int | None:
        """The number of views shown."""
        if self.theme and self.theme.view_count is not None:
            return self.theme.view_count
        counts = (reading.view_count for reading, _ in self._by_place)
        return next((count for count in counts if count is not None), None)

    def _rule(self, name: str) -> str:
        assert self.theme is not None
        return f"selectors:{self.theme.theme.name} {self.theme.rules.get(name, '')}".strip()


def _names_a_story(url: str, reading: ThemeReading) -> bool:
    """Tell whether ``url`` always shows the same story."""
    pattern = reading.theme.article_path
    return not pattern or bool(re.search(pattern, urlsplit(url).path))


def _address(page: Page, recipe: Recipe) -> str:
    """Return the canonical address, where the page names one under the same number."""
    canonical_url = page.canonical_url
    number = recipe.id_of(page.url)
    if canonical_url and number and recipe.id_of(canonical_url) == number:
        return canonical_url
    return page.url


def _set_lead(article: Article, nets: Nets) -> None:
    for lead, rule in nets.leads():
        if "meta[" in rule and _begins(article.body, lead):
            continue  # the description is cut from the text (MasterCMS, NukeViet)
        article.lead_prefix, article.lead = split_prefix(lead)
        article.provenance["lead"] = rule
        _drop_repeated_lead(article)
        return


def _begins(body: str, lead: str) -> bool:
    """Tell whether ``lead`` is the beginning of the first paragraph, and not the whole of it."""
    first, cut = canonical(body.partition("\n\n")[0]), canonical(lead)
    return first != cut and first.startswith(cut)


def _drop_repeated_lead(article: Article) -> None:
    """Drop a first paragraph that repeats the lead (Phú Thọ 2025, VnEconomy)."""
    first, _, rest = article.body.partition("\n\n")
    if rest and canonical(split_prefix(first)[1]) == canonical(article.lead or ""):
        article.body = rest


def _set_date(article: Article, nets: Nets) -> None:
    found, rule = nets.date()
    if found is None:
        article.provenance["published_at"] = f"none: {rule}"
        return
    article.published_at = found.iso
    article.published_precision = found.precision
    article.published_raw = found.raw
    article.provenance["published_at"] = f"{rule} ({found.rule})"


def _images(page: Page, story: Story) -> list[Image]:
    images = []
    for url, caption in story.images:
        absolute = page.absolute(url) if url else ""
        if absolute or caption:
            images.append(Image(absolute or "", caption))
    return images


def _attachments(page: Page, story: Story) -> list[Attachment]:
    found: dict[str, Attachment] = {}
    for url, title in story.attachments:
        if absolute := page.absolute(url):
            found.setdefault(absolute, Attachment(absolute, title or None))
    return list(found.values())
