"""The description of a content management system (CMS) by which any site that runs it is read."""

from __future__ import annotations

from dataclasses import dataclass

from portals.extraction.layout import Layout
from portals.extraction.reader import Recipe
from portals.extraction.themes import Theme


@dataclass(frozen=True)
class Family:
    """One CMS.

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

    Announcements: ``sitemaps``: paths of sitemaps, tried where robots.txt names none.
    ``posts_api``: path of WordPress's list of posts.
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
