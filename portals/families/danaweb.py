"""DANAWEB / olala: generation 1 (congdoanhaiphong.vn, 2017) and generation 2 (2019-2021).

Known faults: every URL answers 200 (an error page is recognised by ``error404`` in its markup); the
listing of a category omits its newest articles, which only the listings of its menus show, and page
2 repeats items of page 1; a menu with one article shows the article at the listing's URL; only the
last number of a URL identifies the page; robots.txt and sitemap.xml are HTML error pages.
Generation 2 repeats the whole site under ``/en``; its articles and sections share the root, so that
only the page shows which it is; "Các tin khác" prints dates of other articles.
"""

from __future__ import annotations

from portals.extraction.layout import Layout
from portals.extraction.themes import Theme
from portals.families.family import Family

GENERATION_1 = Theme(
    name="danaweb-1",
    scope="div.wrap-detail",
    title=("h1.t-semibold", "h1.title-detail"),
    date=("p.time",),
    lead=("h3.t-semibold", "h3.description"),
    body=("div.detail-wp",),
    section=(
        "div.tendanhmucsanpham a::last",
        "div.breadcrumb a::last",
    ),
    drop=(".social-like", ".iconlike", ".others"),
    article_path=r"(?:-|/)\d+\.html$",
)

GENERATION_2 = Theme(
    name="danaweb-2",
    scope="div.wrap-detail",
    title=(
        "h2.title-vs",
        "h1.title-detail",
        "p.namedt_vh",
    ),
    date=("label.time", "p.timevhdt"),
    lead=(
        "h4.txt-medium",
        "h3.description",
        "p.pre_tindetail",
    ),
    body=("div.detail-wp", "div.cten_dtvh"),
    section=("li.mm-selected > a", "div.breadcrumb a::last"),
    views=("label.views",),
    drop=(".social-share", ".others"),
)

DANAWEB = Family(
    name="danaweb",
    title="DANAWEB",
    articles=(r"^/(?:[^/]+/)*[^/]+-\d+\.html$",),
    listings=(r"^/[a-z0-9-]+(?:/[a-z0-9-]+)*/?$",),
    themes=(GENERATION_1, GENERATION_2),
    fingerprints=(
        "div.wrap-detail div.detail-wp",
        "li.paginate_button",
        "div.list-news div.item-news",
    ),
    layout=Layout(
        date=(
            r"(?:(?:thứ (?:hai|ba|tư|năm|sáu|bảy)|chủ nhật), \d{2}/\d{2}/\d{4}"
            r"|(?:đăng ngày|posted date): \d{2}/\d{2}/\d{4}(?:\s*-\s*(?:lượt xem|view): \d+)?)"
        ),
        lead="first",
        ends=("Xem tin khác", "Các tin khác", "Lượt truy cập", r"Hôm nay:\s*\d+"),
    ),
    error_markers=(".error404", ".note404"),
    error_titles=r"^Error pages 404",
    external_id=r"(?:-|/)(\d+)\.html(?:$|[?#])",
    skipped_paths=r"^/(?:en|vi|kr|cn|th|jp|ru)(?:/|$)",
    item_links=(
        "div.wp-list h1 > a",
        "div.wp-list h2 > a",
        "div.wp-list h3 > a",
        "div.list-news .description h3 > a",
    ),
    pager_links=("div.page-navigation li.paginate_button > a",),
    menu_sections=True,
    can_listing_be_article=True,
    is_parent_a_listing=True,
)
