"""The reader: a page and a recipe give an article, or the reason why there is none.

For each field the portal's selectors answer first, its layout second; ``provenance`` says which.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from portals.article import Article, Attachment, Image, Reject
from portals.extraction.layout import Layout, LayoutReading, read_layout
from portals.extraction.page import Page
from portals.extraction.selectors import Theme, ThemeReading, read_theme, select
from portals.extraction.story import Story
from portals.language.bylines import split_prefix
from portals.language.dates import DateReading
from portals.language.text import canonical, words


@dataclass(frozen=True)
class Recipe:
    """How the article pages of one portal are read.

    ``themes``: theme generations, newest first. ``layout``: the net under them, or the only one.
    ``error_markers``: selectors of what an error page shows though it answers 200.
    ``error_titles``: head titles of such pages. ``external_id``: the portal's own number in an
    address, as group 1. ``article_path``: how the path of an article looks, where only such an
    address names one story (a list with one article shows it at the list's address).
    """

    portal: str
    themes: tuple[Theme, ...] = ()
    layout: Layout | None = None
    error_markers: tuple[str, ...] = ()
    error_titles: str | None = None
    external_id: str | None = None
    article_path: str | None = None

    def names_a_story(self, url: str) -> bool:
        """Tell whether ``url`` always shows the same story."""
        return not self.article_path or bool(re.search(self.article_path, urlsplit(url).path))

    def id_of(self, url: str) -> str | None:
        """Return the portal's own id of the article at ``url``, or None."""
        match = re.search(self.external_id, url) if self.external_id else None
        return match[1] if match else None


def read_article(page: Page, recipe: Recipe) -> Article | Reject:
    """Return the article that ``page`` shows under ``recipe``, or a reject with the reason."""
    if reason := why_no_page(page, recipe):
        return Reject(page.url, "extract", reason)
    theme = _best_theme(page, recipe)
    by_layout = None
    if recipe.layout and not _is_complete(theme):
        by_layout = read_layout(page, recipe.layout)
    if theme is None and by_layout is None:
        return Reject(page.url, "extract", "no article on the page", page.head_title[:200] or None)
    article = _joined(page, recipe, theme, by_layout)
    if not article.body:
        return Reject(page.url, "extract", "the article has no text", article.title[:200])
    return article


def why_no_page(page: Page, recipe: Recipe) -> str | None:
    """Return why the page cannot be content at all (empty, or an error page), or None."""
    if not page.blocks:
        return "the page shows nothing"
    if recipe.error_titles and re.search(recipe.error_titles, page.head_title, re.IGNORECASE):
        return "error page that answers 200"
    if any(select(page.root, css) for css in recipe.error_markers):
        return "error page that answers 200"
    return None


def _best_theme(page: Page, recipe: Recipe) -> ThemeReading | None:
    """Return the reading of the first theme that finds a text, else of the first that applies."""
    first = None
    for theme in recipe.themes:
        reading = read_theme(page, theme)
        if reading and reading.story.paragraphs:
            return reading
        first = first or reading
    return first


def _is_complete(theme: ThemeReading | None) -> bool:
    """Tell whether the selectors found all that a page always has."""
    return bool(theme and theme.story.paragraphs and theme.date)


def _joined(
    page: Page, recipe: Recipe, theme: ThemeReading | None, layout: LayoutReading | None
) -> Article:
    provenance: dict[str, str] = {}
    if theme and theme.story.paragraphs:
        story, net = theme.story, f"selectors:{theme.theme}"
    elif layout:
        story, net = layout.story, "layout"
    else:
        story, net = Story(), "none"
    provenance["body"] = net
    title = theme.title if theme else layout.title if layout else ""
    provenance["title"] = _rule(theme, "title") if theme else "layout"
    article = Article(
        portal=recipe.portal,
        url=_address(page, recipe),
        title=title,
        body="\n\n".join(story.paragraphs),
        fetched_at=page.fetched_at,
        external_id=recipe.id_of(page.url),
        stands_at_listing=not recipe.names_a_story(page.url),
    )
    _set_lead(article, theme, layout, story, provenance)
    _set_date(article, theme, layout, provenance)
    _set_byline(article, theme, story, net, provenance)
    if theme and theme.section:
        article.section, provenance["section"] = theme.section, _rule(theme, "section")
    elif layout and layout.section:
        article.section, provenance["section"] = layout.section, "layout"
    counts = (reading.view_count for reading in (theme, layout) if reading)
    article.view_count = next((count for count in counts if count is not None), None)
    article.images = _images(page, story)
    article.attachments = _attachments(page, story)
    article.provenance = provenance
    article.word_count = len(words(article.body))
    return article


def _address(page: Page, recipe: Recipe) -> str:
    """Return the canonical address, where the page names one under the same number."""
    canonical_url = page.canonical_url
    number = recipe.id_of(page.url)
    if canonical_url and number and recipe.id_of(canonical_url) == number:
        return canonical_url
    return page.url


def _rule(theme: ThemeReading, name: str) -> str:
    return f"selectors:{theme.theme} {theme.rules.get(name, '')}".strip()


def _set_lead(
    article: Article,
    theme: ThemeReading | None,
    layout: LayoutReading | None,
    story: Story,
    provenance: dict[str, str],
) -> None:
    candidates = []
    if theme:
        candidates.append((theme.lead, _rule(theme, "lead")))
    candidates.append((story.lead, provenance["body"]))
    if layout and theme is None:
        candidates.append((layout.story.lead, "layout"))
    for lead, rule in candidates:
        if lead:
            article.lead_prefix, article.lead = split_prefix(lead)
            provenance["lead"] = rule
            _drop_repeated_lead(article)
            return


def _drop_repeated_lead(article: Article) -> None:
    """Drop a first paragraph that repeats the lead (Phú Thọ 2025, VnEconomy)."""
    first, _, rest = article.body.partition("\n\n")
    if rest and canonical(split_prefix(first)[1]) == canonical(article.lead or ""):
        article.body = rest


def _set_date(
    article: Article,
    theme: ThemeReading | None,
    layout: LayoutReading | None,
    provenance: dict[str, str],
) -> None:
    found: DateReading | None = None
    rule = ""
    if theme and theme.date:
        found, rule = theme.date, _rule(theme, "published_at")
    elif layout and layout.date:
        found, rule = layout.date, "layout"
    if found is None:
        reasons = [reading.date_reason for reading in (theme, layout) if reading]
        reason = next((text for text in reasons if text), "no date on the page")
        provenance["published_at"] = f"none: {reason}"
        return
    article.published_at = found.iso
    article.published_precision = found.precision
    article.published_raw = found.raw
    provenance["published_at"] = f"{rule} ({found.rule})"


def _set_byline(
    article: Article,
    theme: ThemeReading | None,
    story: Story,
    net: str,
    provenance: dict[str, str],
) -> None:
    for name in ("author", "source"):
        if theme and getattr(theme, name):
            setattr(article, name, getattr(theme, name))
            provenance[name] = _rule(theme, name)
        elif getattr(story, name):
            setattr(article, name, getattr(story, name))
            provenance[name] = f"{net} signature"


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
