"""What leads from a page of a described listing to the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from scrapy import Request

from portals.crawling.spider_outputs import KEY, KIND
from portals.discovery.fragments import counted_on, is_fragment
from portals.discovery.links import found_links
from portals.discovery.pagers import DECLARED_NUMBER, leads_on, may_lead_on, unfollowed_pager
from portals.discovery.paging import ListingCursor, Pager, read_pager
from portals.discovery.posted_pagers import listing_page_key, posted_next
from portals.discovery.targets import PostedForm
from portals.extraction.page import Page
from portals.extraction.themes import select
from portals.language.text import clean
from portals.network.replay_handler import LISTING_PAGE
from portals.urls import url_key

if TYPE_CHECKING:
    from spiders.base.listed_links import ListedLinks
    from spiders.base.portal import PortalSpider

_SAFE = "/?#=&;:,.+-_~%"
_POSTED = {"Content-Type": "application/x-www-form-urlencoded"}


def pager_of(links: ListedLinks, page: Page, where: ListingCursor, items: int) -> Pager | None:
    """Return the pager of a listing page with ``items`` articles; None if it cannot be followed.

    Where the described one ends, any that leads on.
    """
    described = []
    for css in links.family.pager_links:
        for element in select(page.root, css):
            if isinstance(element, str):
                continue
            url = links.own_link(page, (element.get("href") or "#").strip())
            if url and url_key(url) != url_key(page.url):
                is_next = "next" in (element.get("class") or "")
                label = "next" if is_next else clean(str(element.xpath("string()")))
                described.append((label, url))
    pager = read_pager(described, where.number)
    if pager.next:
        return pager
    pager = read_pager([*described, *_other_pages(links, page, where)], where.number)
    if pager.next or where.listing == "/":
        return pager
    if where.number > 1 and is_fragment(page.text):
        after = counted_on(page.url, items)
        return Pager((after,) if after else ())
    if form := posted_form(links.spider, page, where.number):
        return Pager((), form=form)
    return None if unfollowed_pager(page.root, where.number) else pager


def _other_pages(links: ListedLinks, page: Page, where: ListingCursor) -> list[tuple[str, str]]:
    """Return (label, URL) of links to other pages of a listing, whatever its theme's markup."""
    labelled = (link for link in found_links(page) if may_lead_on(link.text))
    own = ((link.text, links.own_link(page, link.url)) for link in labelled)
    here = url_key(page.url)
    return [
        (label.removeprefix(DECLARED_NUMBER), url)
        for label, url in own
        if url and url_key(url) != here and leads_on(label, url, page.url, where.listing)
    ]


def posted_form(spider: PortalSpider, page: Page, number: int) -> PostedForm | None:
    """Return the form that leads on from page ``number``, if it is posted to the portal."""
    form = posted_next(page.root, number)
    return own_form(spider, page, form) if form else None


def own_form(spider: PortalSpider, page: Page, form: PostedForm) -> PostedForm | None:
    """Return ``form`` with its whole address, None if it is not posted to the portal."""
    action = page.absolute(form.url or page.url)
    url = spider.normalize_url(action) if action else None
    return PostedForm(url, form.body) if url else None


def post_request(form: PostedForm, place: str, **given: Any) -> Request:
    """Return the request that posts ``form``, for the page of a listing that ``place`` names.

    ``given``: arguments of the request.
    """
    key = listing_page_key(place)
    meta = {**given.pop("meta", {KIND: "listing"}), KEY: key, LISTING_PAGE: quote(key, safe=_SAFE)}
    return Request(form.url, method="POST", body=form.body, headers=_POSTED, meta=meta, **given)
