"""DANAWEB / olala, the system of congdoanhaiphong.vn and other union portals (generation 1, 2017).

Known lies: every address answers 200 (``error404`` inside a normal page is the truth); the list of
a category leaves out its newest articles, which only the lists of its menus show, and page 2
repeats items of page 1; a menu with one article shows the article at the list's address; only the
last number of an address counts; robots.txt and sitemap.xml are HTML error pages.
"""

from __future__ import annotations

from portals.extraction.selectors import Theme
from spiders.base import ListingSpider

GENERATION_1 = Theme(
    name="danaweb-1",
    title=(
        ".wrap-detail h1.t-semibold",
        ".wrap-detail h1.title-detail",
        ".wrap-detail h2.title-vs",
        ".wrap-detail p.namedt_vh",
    ),
    date=(".wrap-detail > p.time", ".wrap-detail label.time", ".wrap-detail p.timevhdt"),
    lead=(
        ".wrap-detail > h3.t-semibold",
        ".wrap-detail h3.description",
        ".wrap-detail h4.txt-medium",
        ".wrap-detail p.pre_tindetail",
    ),
    body=(".wrap-detail div.detail-wp", ".wrap-detail div.cten_dtvh"),
    section=(
        ".wrap-detail div.tendanhmucsanpham a:last-of-type",
        "div.breadcrumb a:last-of-type",
    ),
    views=(".wrap-detail label.views",),
    drop=(".social-like", ".iconlike", ".others"),
)


class DanawebSpider(ListingSpider):
    """A portal of DANAWEB generation 1. Set ``name`` and ``listings``."""

    themes = (GENERATION_1,)
    error_markers = (".error404", ".note404")
    error_titles = r"^Error pages 404"
    external_id = r"(?:-|/)(\d+)\.html(?:$|[?#])"
    article_path = r"(?:-|/)\d+\.html$"
    item_links = ("div.wp-list h1 > a", "div.wp-list h2 > a", "div.wp-list h3 > a")
    pager_links = ("div.page-navigation li.paginate_button > a",)
    listing_can_be_article = True
    parent_is_listing = True
