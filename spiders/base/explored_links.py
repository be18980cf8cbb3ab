"""The links of a page of an explored portal, as the explorer gets them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag

from portals.discovery.fragments import COUNTED, counted_on, is_fragment
from portals.discovery.links import TITLE_WORDS, found_links
from portals.discovery.listing_pages import ListingPages
from portals.discovery.pagers import DECLARED_NEXT, unfollowed_pager
from portals.discovery.posted_pagers import pager_in, pager_names, posted_by_pager, posted_page
from portals.discovery.script_lists import ScriptLists, item_place
from portals.discovery.script_pagers import SCRIPTED, script_button, scripted_next
from portals.discovery.targets import CrawlTarget, FoundLink, PostedForm
from portals.discovery.url_patterns import is_skipped
from portals.extraction.page import Page
from portals.language.text import words
from spiders.base.listing_pagers import own_form

if TYPE_CHECKING:
    from spiders.base.portal import PortalSpider


def explored_links(
    spider: PortalSpider, page: Page, visit: CrawlTarget, parts: Collection[str]
) -> list[FoundLink]:
    """Return the links of ``page`` on the portal, without the later pages of its own story.

    ``parts``: page keys of these. A part of a list that has no pager leads to the part after it.
    """
    links = [
        FoundLink(url, link.text, link.day)
        for link in found_links(page)
        if (url := spider.normalize_url(link.url)) and not (parts and spider.page_key(url) in parts)
    ]
    for link in links:
        if is_skipped(link.url):
            spider.url_filters.record("copy or form", link.url)
    if visit.purpose == "page" and is_fragment(page.text):
        listed = sum(len(words(link.text)) >= TITLE_WORDS for link in links)
        after = counted_on(visit.url, listed) if listed else None
        links += [FoundLink(after, COUNTED)] if after else []
    return links


def script_listed(
    spider: PortalSpider, page: Page, lists: ScriptLists, *, is_article: bool
) -> list[FoundLink]:
    """Return the articles of the lists that ``page`` gives to its script.

    Those without an address are named by their place; a story's page has none.
    """
    found = [(page.absolute(link.url), link.text) for link in lists.links]
    own = [(spider.normalize_url(url), title) for url, title in found if url]
    links = [FoundLink(urldefrag(url).url, title) for url, title in own if url]
    items = () if is_article else lists.items
    return [*links, *(FoundLink(item_place(page.url, item), item[""]) for item in items)]


def posted_pages(
    spider: PortalSpider, page: Page, visit: CrawlTarget, number: int
) -> list[FoundLink]:
    """Return the pages after page ``number`` of a listing to which posted forms lead.

    There are several where the page has several lists.
    """
    return [
        FoundLink(posted_page(visit.url, number + 1, pager), DECLARED_NEXT, form=own)
        for pager, form in posted_by_pager(page.root, number, pager_in(visit.url)).items()
        if (own := own_form(spider, page, form))
    ]


def scripted_page(spider: PortalSpider, page: Page, number: int) -> list[FoundLink]:
    """Return the page after page ``number`` of a listing, where a script would make its address."""
    address = scripted_next(page.url, page.root, number)
    url = spider.normalize_url(address) if address else None
    return [FoundLink(url, SCRIPTED)] if url else []


def leads_on_unseen(
    pages: ListingPages, links: Sequence[FoundLink], page: Page, url: str, *, has_more: bool
) -> bool:
    """Return True if the page of a listing, requested as ``url``, leads on by a script only.

    ``links``: those of the page; ``has_more``: its data name more articles than they list. A page
    with several lists has pagers of lists that others follow.
    """
    if next(pages.leading_on(url, links), None) is not None:
        return False
    if pager_in(url):
        return not pager_names(page.root) <= pages.pagers_of(url)
    number = pages.position_of(url)[1]
    is_button = script_button(page.root, number) is not None
    return (
        (has_more and number == 1) or is_button or unfollowed_pager(page.root, number) is not None
    )


def link_of(stored: Sequence[Any]) -> FoundLink:
    """Return a link of the exploration log."""
    url, text, *more = stored
    day, form = [*more, "", None][:2] if more else ("", None)
    return FoundLink(url, text, day, PostedForm(*form) if form else None)


def as_list(link: FoundLink) -> list[Any]:
    """Return a link as the exploration log stores it."""
    if link.form:
        return [link.url, link.text, link.day, list(link.form)]
    return [link.url, link.text, *([link.day] if link.day else [])]
