"""The description of a content management system (CMS) by which any site that runs it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal
from urllib.parse import unquote, urlsplit

from portals.extraction.json_article import theme_of
from portals.extraction.layout import Layout
from portals.extraction.reader import Recipe
from portals.extraction.themes import Theme
from portals.families.json_system import JsonSystem

AddressKind = Literal["article", "listing", "trap", "unknown"]
"""What an address leads to by the patterns of its CMS; ``trap``: a copy, a form, a menu page."""


@dataclass(frozen=True)
class Family:
    """One CMS.

    ``name``: its word in commands; ``title``: the word that the catalogue writes.

    ``fingerprints``: selectors of elements that only its pages have; ``fingerprint_text``: a
    pattern in the first 4,096 characters of a page. ``themes``: theme generations, newest first.
    ``layout``: the layout of its articles, independent of class names. ``error_markers``,
    ``error_titles``: selectors and head titles of error pages that answer 200. ``external_id``: the
    number in an article's URL, as group 1. ``article_path``: pattern of an article's path.
    ``skipped_paths``: pattern of the paths of copies and forms.

    Listings: ``item_links``, ``pager_links``: selectors. ``section_links``: selectors of links to
    further listings, on any listing page. ``section_feeds``: (selector of feed URLs, pattern,
    replacement) that turn the URL of a feed into that of its listing. ``menu_sections``: the
    listings are the news entries of the menu. ``is_home_a_listing``: the home page lists articles
    and has a pager. ``can_listing_be_article``: a listing with one article shows the article.
    ``is_parent_a_listing``: the URL above an article is a listing.

    Addresses: ``articles``, ``listings``, ``traps``: patterns of path and query (decoded, case does
    not matter). A trap is neither; what is an article is no listing. A family without
    ``item_links`` has no known listing markup: its portals are explored, with these patterns as
    the first opinion.

    Announcements: ``feeds``: paths of feeds, tried where no page names one. ``sitemaps``: paths of
    sitemaps, tried where robots.txt names none. ``posts_api``: path of WordPress's list of posts.

    ``json``: the JSON of which a script builds its pages, which have no text of their own.
    """

    name: str
    themes: tuple[Theme, ...]
    fingerprints: tuple[str, ...] = ()
    fingerprint_text: str | None = None
    layout: Layout | None = None
    error_markers: tuple[str, ...] = ()
    error_titles: str | None = None
    external_id: str | None = None
    article_path: str | None = None
    skipped_paths: str | None = None
    item_links: tuple[str, ...] = ()
    pager_links: tuple[str, ...] = ()
    section_links: tuple[str, ...] = ()
    section_feeds: tuple[str, str, str] | None = None
    menu_sections: bool = False
    is_home_a_listing: bool = False
    can_listing_be_article: bool = False
    is_parent_a_listing: bool = False
    sitemaps: tuple[str, ...] = ()
    posts_api: str | None = None
    title: str = ""
    articles: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()
    traps: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    json: JsonSystem | None = None

    @property
    def is_explored(self) -> bool:
        """Whether its portals are explored, since the markup of its listings is not known."""
        return not self.item_links

    def kind_of(self, url: str) -> AddressKind:
        """Return what ``url`` leads to by its address alone."""
        parts = urlsplit(url)
        path = unquote(parts.path) or "/"
        address = f"{path}?{unquote(parts.query)}" if parts.query else path
        if self.skipped_paths and re.search(self.skipped_paths, path):
            return "trap"
        if any(_compiled(pattern).search(address) for pattern in self.traps):
            return "trap"
        if any(_compiled(pattern).search(address) for pattern in self.articles):
            return "article"
        is_article = self.article_path and re.search(self.article_path, path)
        if is_article:
            return "article"
        is_listing = any(_compiled(pattern).search(address) for pattern in self.listings)
        return "listing" if is_listing else "unknown"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def recipe_for(
    portal: str,
    family: Family | None,
    *,
    themes: tuple[Theme, ...] = (),
    layout: Layout | None = None,
    layouts: tuple[Layout, ...] = (),
    external_id: str | None = None,
) -> Recipe:
    """Return how a portal's pages are read: by what is its own, then by what its CMS says.

    ``themes``, ``layout``, ``layouts``, ``external_id``: the portal's own, see ``Recipe``.
    """
    if family is None:
        return Recipe(
            portal, themes, layout, external_id=external_id, layouts=layouts, general=True
        )
    return Recipe(
        portal=portal,
        themes=(*themes, *family.themes),
        layout=layout or family.layout,
        layouts=layouts,
        error_markers=family.error_markers,
        error_titles=family.error_titles,
        external_id=external_id or family.external_id,
        skipped_paths=family.skipped_paths,
        general=True,
    )


def json_recipe(portal: str, family: Family) -> Recipe:
    """Return how the JSON articles of a portal are read: by the fields of its system only."""
    theme = theme_of(family.name)
    return Recipe(portal, themes=(theme,), external_id=family.external_id)
