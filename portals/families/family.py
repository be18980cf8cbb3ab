"""What is to be known of a content management system in order to read any site that runs it."""

from __future__ import annotations

from dataclasses import dataclass

from portals.extraction.layout import Layout
from portals.extraction.reader import Recipe
from portals.extraction.themes import Theme


@dataclass(frozen=True)
class Family:
    """One system.

    ``fingerprints``: selectors of what only its pages hold; ``fingerprint_text``: a pattern in the
    first 4 kB of a page. ``themes``: theme generations, newest first. ``layout``: how its articles
    look whatever the classes are called. ``error_markers``, ``error_titles``: error pages that
    answer 200. ``external_id``: the number in an article's address, as group 1. ``article_path``:
    how the path of an article looks. ``left_alone``: paths of copies and forms.

    Lists: ``item_links``, ``pager_links``: selectors. ``section_links``: selectors of links to
    sections, on any list. ``section_feeds``: (selector of feed addresses, pattern, replacement) by
    which a feed's address becomes its section's. ``menu_sections``: sections are the news entries
    of the menu. ``home_is_listing``: the home page lists articles and has a pager.
    ``listing_can_be_article``: a list with one article shows the article.
    ``parent_is_listing``: the address above an article is a list.
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
        return Recipe(portal, themes, layout, external_id=external_id, layouts=layouts)
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
