"""The reader: extracts the article of a page by a recipe, or returns a reject with the reason.

Extraction strategies are tried in order per field and evaluated lazily: the portal's selectors (any
theme generation), its layout, the page's machine-readable metadata, and last a general reading. The
first plausible value is used; ``provenance`` names its strategy and rule.
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
from portals.extraction.general import (
    GeneralReading,
    read_general,
    read_with_trafilatura,
)
from portals.extraction.layout import Layout, LayoutReading, read_layout
from portals.extraction.listed_date import listed_date
from portals.extraction.machine_metadata import MachineMetadata, read_machine_metadata
from portals.extraction.page import Page
from portals.extraction.page_data import page_from_data
from portals.extraction.page_kind import NOTICE_WORDS, PageKind
from portals.extraction.story import ArticleContent
from portals.extraction.themes import Theme, ThemeReading, read_theme, select
from portals.extraction.time_limit import PageTimeoutError, time_limit
from portals.extraction.unreadable import UnreadablePageError
from portals.extraction.validity import ALWAYS
from portals.language.bylines import split_prefix
from portals.language.dates import DateReading
from portals.language.notices import read_notice
from portals.language.text import canonical, words
from portals.outcomes import RejectCode

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recipe:
    """The rules by which the article pages of one portal are read.

    ``themes``: theme generations, newest first. ``layout``: tried after them, or the only rule;
    ``layouts``: earlier ones, each with the days on which it was valid, which are preferred to it.
    ``error_markers``: selectors of elements on error pages that answer 200. ``error_titles``:
    pattern of the head titles of such pages. ``external_id``: the portal's own number in a URL, as
    group 1. ``skipped_paths``: pattern of the paths of copies and forms, which are never read.
    ``general``: strategies without knowledge of the portal may run where themes and layout find
    nothing.
    """

    portal: str
    themes: tuple[Theme, ...] = ()
    layout: Layout | None = None
    error_markers: tuple[str, ...] = ()
    error_titles: str | None = None
    external_id: str | None = None
    skipped_paths: str | None = None
    general: bool = False
    layouts: tuple[Layout, ...] = ()

    def at(self, moment: datetime) -> Recipe:
        """Return the recipe with the themes and the layout that were valid at ``moment``."""
        if not self._is_dated:
            return self
        themes = tuple(theme for theme in self.themes if theme.validity.covers(moment))
        layouts = (*self.layouts, *([self.layout] if self.layout else []))
        valid = (layout for layout in layouts if layout.validity.covers(moment))
        return replace(self, themes=themes, layout=next(valid, None), layouts=())

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
    """Return the article on ``page`` as extracted by ``recipe``, or a reject with the reason."""
    if code := rejected_by_url(page, recipe):
        return Reject(page.url, code)
    strategies = Strategies(page, recipe)
    if not (strategies.theme and strategies.theme.story.paragraphs) and is_error_page(page, recipe):
        return Reject(page.url, RejectCode.ERROR_PAGE)
    story, strategy = strategies.story
    title, title_rule = strategies.title
    if not title or story is None:
        code = RejectCode.NO_ARTICLE if page.blocks else RejectCode.EMPTY_PAGE
        if strategies.theme:
            code = RejectCode.NO_BODY
        return _no_article(page, code, strategies)
    if _is_notice(strategies, title, story):
        return Reject(page.url, RejectCode.ERROR_PAGE, title[:200])
    article = Article(
        portal=recipe.portal,
        url=_article_url(page, recipe),
        title=title,
        body="\n\n".join(story.paragraphs),
        fetched_at=page.fetched_at,
        external_id=recipe.id_of(page.url),
        is_listing_url=strategies.theme is not None
        and not _names_a_story(page.url, strategies.theme),
        provenance={"title": title_rule, "body": strategy},
    )
    _set_lead(article, strategies)
    _set_date(article, strategies)
    for name in ("author", "source", "section"):
        value, rule = strategies.text(name)
        if value:
            setattr(article, name, value)
            article.provenance[name] = rule
    article.view_count = strategies.view_count
    article.images = _images(page, story)
    article.attachments = _attachments(page, story)
    paragraphs = [article.lead or "", *story.paragraphs]
    article.parts = page.pagers.parts_of(lambda: page.lines, page.url, paragraphs)
    article.word_count = len(words(article.body))
    return article


def _no_article(page: Page, code: RejectCode, strategies: Strategies) -> Reject:
    """Return the reject of a page without an article; its detail says what the page is."""
    title = page.head_title[:200]
    kind = strategies.unknown.kind if strategies.unknown and not strategies.theme else None
    if kind is PageKind.ERROR:
        code = RejectCode.ERROR_PAGE
    if kind in (None, PageKind.ARTICLE):
        return Reject(page.url, code, title or None)
    return Reject(page.url, code, f"{kind}: {title}" if title else str(kind))


def _is_notice(strategies: Strategies, title: str, story: ArticleContent) -> bool:
    """Return True if a short undated text in the place of an article is an error of the portal."""
    if story.word_count > NOTICE_WORDS or (strategies.theme and strategies.theme.date):
        return False
    text = f"{title}. {' '.join(story.paragraphs)}"
    return read_notice(text) is not None and strategies.date()[0] is None


def read_safely(page: Page, recipe: Recipe) -> Article | Reject:
    """Return the result of ``read_article``; turn any exception in it into a reject and log it.

    A page that takes longer than ``PAGE_SECONDS`` is rejected too. No page may end a crawl, however
    unexpected its markup is.
    """
    try:
        with time_limit():
            return read_article(page, recipe)
    except UnreadablePageError as error:
        return Reject(page.url, error.code, error.detail)
    except PageTimeoutError:
        return Reject(page.url, RejectCode.TOO_SLOW)
    except Exception as error:
        logger.exception("cannot read %s", page.url)
        return Reject(page.url, RejectCode.READER_FAILED, repr(error)[:500])


def rejected_by_url(page: Page, recipe: Recipe) -> RejectCode | None:
    """Return why the URL cannot be that of an article (home page, copy), or None."""
    parts = urlsplit(page.url)
    if parts.path in ("", "/") and not parts.query:
        return RejectCode.HOME_PAGE
    if recipe.skipped_paths and re.search(recipe.skipped_paths, parts.path):
        return RejectCode.SKIPPED_URL
    return None


def is_error_page(page: Page, recipe: Recipe) -> bool:
    """Return True if the page is an error page that answers 200."""
    if recipe.error_titles and re.search(recipe.error_titles, page.head_title, re.IGNORECASE):
        return True
    return any(select(page.root, css) for css in recipe.error_markers)


_WITHOUT_STORY = frozenset([PageKind.EMPTY, PageKind.STATIC])
"""What a page looks like whose text only a script shows."""


class Strategies:
    """The extraction strategies over one page, each run when first needed."""

    def __init__(self, page: Page, recipe: Recipe) -> None:
        self.page = page
        self.recipe = recipe.at(page.fetched_at)

    @cached_property
    def theme(self) -> ThemeReading | None:
        """The result of the first theme that finds a text, else of the first that applies."""
        first = None
        for theme in self.recipe.themes:
            reading = read_theme(self.page, theme)
            if reading and reading.story.paragraphs:
                return reading
            first = first or reading
        return first

    @cached_property
    def layout(self) -> LayoutReading | None:
        """The result of the portal's layout."""
        return read_layout(self.page, self.recipe.layout) if self.recipe.layout else None

    @cached_property
    def metadata(self) -> MachineMetadata:
        """The page's machine-readable metadata."""
        return read_machine_metadata(self.page)

    @cached_property
    def general(self) -> GeneralReading | None:
        """The result of the general strategy, if the recipe permits it and it finds an article."""
        reading = self.unknown
        return reading if reading and reading.kind is PageKind.ARTICLE else None

    @cached_property
    def unknown(self) -> GeneralReading | None:
        """What the evidence says of the page, if the recipe permits it (``Recipe.general``)."""
        if not self.recipe.general:
            return None
        reading = read_general(self.page, self.metadata)
        if reading.kind not in _WITHOUT_STORY or (found := page_from_data(self.page)) is None:
            return reading
        page, name = found
        from_data = read_general(page, read_machine_metadata(page))
        from_data.rules["title"] = f"{from_data.rules.get('title', '')}, data in {name}"
        return from_data

    @cached_property
    def story(self) -> tuple[ArticleContent | None, str]:
        """The story and the strategy that found it."""
        if self.theme and self.theme.story.paragraphs:
            return self.theme.story, f"selectors:{self.theme.theme.name}"
        if self.layout and self.layout.story.paragraphs:
            return self.layout.story, "layout"
        if self.theme:
            return None, ""
        if self.general and self.general.story.paragraphs:
            return self.general.story, "general"
        is_empty = self.unknown is not None and self.unknown.kind is PageKind.EMPTY
        if is_empty and self.metadata.is_article:
            return read_with_trafilatura(self.page, self.metadata), "trafilatura"
        return None, ""

    @property
    def _by_place(self) -> Iterator[tuple[LayoutReading | GeneralReading, str]]:
        """The results of layout and general strategy, if the story needed them."""
        _, strategy = self.story
        if strategy != "layout" and self.theme and self.theme.date and self.theme.story.paragraphs:
            return
        if self.layout:
            yield self.layout, "layout"
        elif strategy != "layout" and self.general:
            yield self.general, "general"

    @cached_property
    def title(self) -> tuple[str, str]:
        """The title and its rule."""
        if self.theme:
            return self.theme.title, self._rule("title")
        for reading, strategy in self._by_place:
            if isinstance(reading, GeneralReading):
                return reading.title, f"{strategy} {reading.rules['title']}"
            return reading.title, strategy
        metadata = self.metadata.title if self.recipe.general else None
        return (metadata.value, f"structured {metadata.rule}") if metadata else ("", "")

    def leads(self) -> Iterator[tuple[str, str]]:
        """Yield the leads in order of trust."""
        story, strategy = self.story
        if self.theme and self.theme.lead:
            yield self.theme.lead, self._rule("lead")
        if strategy == "general" and self.general and self.general.lead:
            yield self.general.lead, f"general {self.general.rules['lead']}"
        if story and story.lead:
            yield story.lead, strategy
        for reading, place in self._by_place:
            if self.theme is None and reading.story.lead:
                yield reading.story.lead, place
        if strategy in ("general", "trafilatura") and self.metadata.lead:
            yield self.metadata.lead.value, f"structured {self.metadata.lead.rule}"

    def text(self, name: str) -> tuple[str | None, str]:
        """Return author, source or section with its rule."""
        story, strategy = self.story
        if self.theme and getattr(self.theme, name):
            return getattr(self.theme, name), self._rule(name)
        if strategy == "general" and self.general:
            value = getattr(self.general, name)
            return value, f"general {self.general.rules.get(name, '')}".strip()
        metadata = None
        if not strategy.startswith("selectors") and self.recipe.general:
            metadata = getattr(self.metadata, name, None)
        if metadata and strategy != "layout":
            return metadata.value, f"structured {metadata.rule}"
        if value := getattr(story, name, None):
            return value, f"{strategy} signature"
        for reading, place in self._by_place:
            if value := getattr(reading, name, None):
                return value, place
        return (metadata.value, f"structured {metadata.rule}") if metadata else (None, "")

    def date(self) -> tuple[DateReading | None, str]:
        """Return the date with its rule, or None with the reason."""
        reasons = []
        if self.theme:
            if self.theme.date:
                return self.theme.date, self._rule("published_at")
            reasons.append(self.theme.date_reason)
        for reading, strategy in self._by_place:
            if reading.date:
                return reading.date, strategy
            reasons.append(reading.date_reason)
        if self.recipe.general and self.metadata.date:
            return self.metadata.date, f"structured {self.metadata.date_rule}"
        if listed := listed_date(self.page):
            return listed, "beside the link in a listing"
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
    """Return True if ``url`` always shows the same story."""
    pattern = reading.theme.article_path
    return not pattern or bool(re.search(pattern, urlsplit(url).path))


def _article_url(page: Page, recipe: Recipe) -> str:
    """Return the page's canonical URL if it has the same external id, else the page's URL."""
    canonical_url = page.canonical_url
    number = recipe.id_of(page.url)
    if canonical_url and number and recipe.id_of(canonical_url) == number:
        return canonical_url
    return page.url


def _set_lead(article: Article, strategies: Strategies) -> None:
    for lead, rule in strategies.leads():
        if "meta[" in rule and _begins(article.body, lead):
            continue  # the description is the beginning of the text (MasterCMS, NukeViet)
        article.lead_prefix, article.lead = split_prefix(lead)
        article.provenance["lead"] = rule
        _drop_repeated_lead(article)
        return


def _begins(body: str, lead: str) -> bool:
    """Return True if ``lead`` is the beginning of the first paragraph, but not all of it."""
    first, cut = canonical(body.partition("\n\n")[0]), canonical(lead)
    return first != cut and first.startswith(cut)


def _drop_repeated_lead(article: Article) -> None:
    """Remove a first paragraph that repeats the lead (Phú Thọ 2025, VnEconomy)."""
    first, _, rest = article.body.partition("\n\n")
    if rest and canonical(split_prefix(first)[1]) == canonical(article.lead or ""):
        article.body = rest


def _set_date(article: Article, strategies: Strategies) -> None:
    found, rule = strategies.date()
    if found is None:
        article.provenance["published_at"] = f"none: {rule}"
        return
    article.published_at = found.iso
    article.published_precision = found.precision
    article.published_raw = found.raw
    article.provenance["published_at"] = f"{rule} ({found.rule})"


def _images(page: Page, story: ArticleContent) -> list[Image]:
    images = []
    for url, caption in story.images:
        absolute = page.absolute(url) if url else ""
        if absolute or caption:
            images.append(Image(absolute or "", caption))
    return images


def _attachments(page: Page, story: ArticleContent) -> list[Attachment]:
    found: dict[str, Attachment] = {}
    for url, title in story.attachments:
        if absolute := page.absolute(url):
            found.setdefault(absolute, Attachment(absolute, title or None))
    return list(found.values())
