"""Examination of a new site: its CMS, listings, feeds, date formats and articles.

Pure functions from pages to a report. The pages come from ``site_fetch.py`` or an archive.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from portals.article import Article, Reject
from portals.contract import normalise, why_invalid
from portals.discovery.links import found_links, news_sections
from portals.discovery.targets import FoundLink
from portals.discovery.url_patterns import is_skipped, pattern_of
from portals.extraction.interstitials import classify_interstitial
from portals.extraction.layout import Layout
from portals.extraction.layout_proposal import propose_layout
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_safely
from portals.extraction.script_page import script_built_sign
from portals.extraction.themes import select
from portals.extraction.unreadable import UnreadablePageError
from portals.families import FAMILIES, Family, recipe_for
from portals.families.recognition import named_by, recognise
from portals.language.dates import find_date
from portals.language.identification import language_of
from portals.language.sections import is_pager_label, names_news, news_value
from portals.language.text import clean, words
from portals.urls import host_of, url_key

TITLE_WORDS = 5
"""Minimum number of words of a headline; section and menu links have fewer."""

MIN_LISTED = 3
"""Minimum number of headlines of a listing."""

MAX_SHOWN = 12
"""Maximum number of listings, and of feeds, in a report."""

_COMPARED = (
    "title", "published_at", "published_precision", "lead", "author", "source", "section",
    "external_id", "body", "images", "attachments",
)  # fmt: skip
_FOOT_LINES = 15  # lines of the home page, which name the owner and its address
_MAX_DATE_LINE = 80  # characters of a line that shows a date and is no sentence
_ALTERNATES = "link[rel~='alternate'][type*='rss'], link[rel~='alternate'][type*='atom']"


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page as served; ``fetched_at`` is aware."""

    url: str
    body: bytes
    content_type: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class SeenListing:
    """A listing: its URL, link text and number of headlines (None: not read)."""

    url: str
    label: str
    headlines: int | None = None


@dataclass(frozen=True, slots=True)
class SeenFeed:
    """A feed that a page names in ``link rel=alternate``."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class SeenDate:
    """A date format: the rule that parses it, an example line, and the number of such lines."""

    form: str
    example: str
    lines: int


@dataclass(frozen=True, slots=True)
class SeenArticle:
    """A page that the recipe of the report reads as an article."""

    served: FetchedPage
    article: Article


@dataclass(slots=True)
class SiteReport:
    """The report on a site.

    ``family``: the CMS, if it is known. ``layout``: the proposed layout if it is not.
    ``articles``: those with a date first. ``notice``: the kind of interstitial that the site shows
    (a challenge, a parked domain), if it does. ``language``: of the home page's text; ``foot``: its
    last lines. ``script_built``: what shows that only a script builds the home page.
    ``needs_row_only``: the articles are read without the layout, too.
    """

    home_url: str
    title: str
    family: Family | None
    layout: Layout | None = None
    listings: list[SeenListing] = field(default_factory=list)
    feeds: list[SeenFeed] = field(default_factory=list)
    dates: list[SeenDate] = field(default_factory=list)
    articles: list[SeenArticle] = field(default_factory=list)
    pages: int = 0
    notice: str | None = None
    language: str = "vi"
    foot: str = ""
    script_built: str = ""
    needs_row_only: bool = False


def read_pages(served: Iterable[FetchedPage]) -> list[tuple[FetchedPage, Page]]:
    """Return the pages that can be read, each with its bytes."""
    found = []
    for one in served:
        try:
            page = Page.from_bytes(one.url, one.body, one.content_type, one.fetched_at)
            _ = page.blocks
        except UnreadablePageError:
            continue
        found.append((one, page))
    return found


def probe(served: Sequence[FetchedPage], portal: str) -> SiteReport:
    """Return the report on a site by its pages, of which the first is its home page.

    Raises ValueError if no page can be parsed.
    """
    read = read_pages(served)
    if not read:
        raise ValueError("none of the pages can be read")
    pages = [page for _, page in read]
    home = pages[0]
    family = recognise_site(pages)
    layout = None if family else propose_layout(headline_pages(pages))
    recipe = recipe_for(portal, family, layout=layout)
    report = SiteReport(
        home_url=origin_of(home.url),
        title=_site_name(home),
        family=family,
        layout=layout,
        listings=_listings(pages, family),
        feeds=_feeds(pages),
        dates=_dates(pages),
        articles=_articles(read, recipe, family),
        pages=len(pages),
        language=language_of(" ".join(block.text for block in home.blocks)),
    )
    report.foot = " ".join(block.text for block in home.blocks[-_FOOT_LINES:])
    report.needs_row_only = family is None and _is_read_by_evidence(report, read)
    if not report.articles:
        report.notice = classify_interstitial(home)
        report.script_built = script_built_sign(home) or ""
        if report.script_built and not report.notice:
            report.family = next((one for one in FAMILIES if _is_built_from(home, one)), family)
    return report


def _is_built_from(home: Page, family: Family) -> bool:
    """Return True if a page names the JSON of ``family`` on its own host."""
    named = named_by(family, home)
    return named is not None and named.host in ("", host_of(home.url))


def _is_read_by_evidence(report: SiteReport, read: Sequence[tuple[FetchedPage, Page]]) -> bool:
    """Return True if the row of a portal is enough: its articles are the same without a layout."""
    pages = {one.url: page for one, page in read}
    for seen in report.articles:
        again = read_safely(pages[seen.served.url], Recipe(seen.article.portal, general=True))
        if isinstance(again, Reject) or _fields(normalise(again)) != _fields(seen.article):
            return False
    return bool(report.articles)


def _fields(article: Article) -> list[object]:
    return [getattr(article, name) for name in _COMPARED]


def origin_of(url: str) -> str:
    """Return scheme, host and port of ``url``, with a closing slash."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def recognise_site(pages: Sequence[Page]) -> Family | None:
    """Return the CMS that most of the pages which show one are of, or None."""
    found = [family for page in pages if (family := recognise(page))]
    names = Counter(family.name for family in found)
    return max(found, key=lambda family: names[family.name], default=None)


# --- what to fetch -------------------------------------------------------------------------------


def listing_urls(page: Page) -> list[str]:
    """Return the listings that a page leads to, the most promising first."""
    return [listing.url for listing in _linked_listings(page, recognise(page))]


def article_urls(pages: Sequence[Page]) -> list[str]:
    """Return URLs that are probably articles, the most probable first.

    The article path of the CMS counts most, then the number of headlines whose URLs have the same
    pattern.
    """
    family = recognise_site(pages)
    links = {link.url: link for page in pages for link in _headlines(page)}
    if family and family.article_path:
        path = re.compile(family.article_path)
        own = [url for url in links if path.search(urlsplit(url).path)]
        if own:
            return own
    read = {url_key(page.url) for page in pages}
    patterns = Counter(pattern_of(url) for url in links)
    unread = [url for url in links if url_key(url) not in read]
    return sorted(unread, key=lambda url: patterns[pattern_of(url)], reverse=True)


def _headlines(page: Page) -> Iterator[FoundLink]:
    for link in found_links(page):
        is_own = host_of(link.url) == host_of(page.url) and not is_skipped(link.url)
        if is_own and len(words(link.text)) >= TITLE_WORDS and not is_pager_label(link.text):
            yield link


def headline_pages(pages: Sequence[Page]) -> list[tuple[Page, str]]:
    """Return the pages to which a headline on another page leads, each with that headline."""
    headlines = {
        url_key(link.url): link.text
        for page in pages
        for link in _headlines(page)
        if url_key(link.url) != url_key(page.url)
    }
    return [(page, headlines[key]) for page in pages if (key := url_key(page.url)) in headlines]


# --- what the pages show -------------------------------------------------------------------------


def _site_name(home: Page) -> str:
    for meta in home.root.iterfind(".//meta[@property='og:site_name']"):
        if name := clean(str(meta.get("content") or "")):
            return name[:200]
    is_root = urlsplit(home.url).path in ("", "/")
    return (home.head_title[:200] if is_root else "") or host_of(home.url)


def _listings(pages: Sequence[Page], family: Family | None) -> list[SeenListing]:
    """Return the listings that pages are or lead to; those that were read come first."""
    linked = {url_key(one.url): one for page in pages for one in _linked_listings(page, family)}
    read = []
    articles = {url_key(page.url) for page, _ in headline_pages(pages)}
    for page in pages:
        key, count = url_key(page.url), len(list(_headlines(page)))
        if count >= MIN_LISTED and key not in articles:
            known = linked.pop(key, None)
            read.append(SeenListing(page.url, known.label if known else page.head_title, count))
    return [*read, *linked.values()][:MAX_SHOWN]


def _linked_listings(page: Page, family: Family | None) -> list[SeenListing]:
    """Return the listings that ``page`` leads to: by its CMS, its menu, or their words."""
    links = {
        link.url: link.text
        for link in found_links(page)
        if host_of(link.url) == host_of(page.url) and not is_skipped(link.url)
    }
    declared = dict.fromkeys([*_cms_listings(page, family), *news_sections(page)])
    named = [url for url in declared if host_of(url) == host_of(page.url)]
    short = [url for url, text in links.items() if text and len(words(text)) < 2 * TITLE_WORDS]
    named += [url for url in short if names_news(links[url])]
    named += [url for url in short if news_value(links[url]) > 0]
    home = url_key(origin_of(page.url))
    found = {url_key(url): url for url in reversed(named) if url_key(url) != home}
    return [SeenListing(url, links.get(url, "")) for url in reversed(found.values())]


def _cms_listings(page: Page, family: Family | None) -> Iterator[str]:
    if family is None:
        return
    for css in family.section_links:
        for element in select(page.root, css):
            href = element if isinstance(element, str) else element.get("href") or ""
            if href and (url := page.absolute(str(href))):
                yield url
    if family.section_feeds:
        css, pattern, replacement = family.section_feeds
        for href in map(str, select(page.root, css)):
            if re.search(pattern, href):
                yield urljoin(page.url, re.sub(pattern, replacement, href))


def _feeds(pages: Sequence[Page]) -> list[SeenFeed]:
    found: dict[str, SeenFeed] = {}
    for page in pages:
        for element in select(page.root, _ALTERNATES):
            if isinstance(element, str):
                continue
            url = page.absolute(element.get("href") or "")
            if url and url not in found:
                found[url] = SeenFeed(url, clean(element.get("title") or ""))
    return list(found.values())[:MAX_SHOWN]


def _dates(pages: Sequence[Page]) -> list[SeenDate]:
    """Return the date formats in short lines, the most frequent first."""
    lines: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for page in pages:
        for block in page.blocks:
            if len(block.text) > _MAX_DATE_LINE:
                continue
            if reading := find_date(block.text, page.fetched_at):
                form = f"{reading.rule}, to the {reading.precision}"
                lines[form] += 1
                examples.setdefault(form, block.text)
    return [SeenDate(form, examples[form], count) for form, count in lines.most_common()]


def _articles(
    read: Sequence[tuple[FetchedPage, Page]], recipe: Recipe, family: Family | None
) -> list[SeenArticle]:
    """Return the pages that are articles, those with a date first.

    A listing of dated headlines can be read as one, so that pages count only whose paths are an
    article's in this CMS, or to which a headline leads; where there are none, all of them.
    """
    headlined = {url_key(page.url) for page, _ in headline_pages([page for _, page in read])}
    path = re.compile(family.article_path) if family and family.article_path else None
    found = []
    for served, page in read:
        article = read_safely(page, recipe)
        if isinstance(article, Reject) or article.is_listing_url:
            continue
        if why_invalid(normalise(article)) is None:
            found.append(SeenArticle(served, article))
    ranks = (
        [one for one in found if path and path.search(urlsplit(one.served.url).path)],
        [one for one in found if url_key(one.served.url) in headlined],
        found,
    )
    best = next((rank for rank in ranks if rank), [])
    return sorted(best, key=_doubts)


def _doubts(one: SeenArticle) -> tuple[bool, bool]:
    """Rank an article: one with a date first, then one that the selectors of its CMS read."""
    article = one.article
    return article.published_at is None, not article.provenance["body"].startswith("selectors")
