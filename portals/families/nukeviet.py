"""NukeViet 3.4 and 4.x (default and egov themes), the CMS of several provincial federations.

Known faults: ``article:published_time`` is malformed (2024-03-01+0704:37:54); the hidden
``datePublished`` is the time of the last edit, the hidden author an account; feeds print the month
instead of the minutes; unknown URLs and pages past the end redirect (301) to the home page or to
page 1; every article has copies under ``/savefile/`` and ``/print/``; parent sections list the
articles of their children, on the home page even under the parent's URL.
"""

from __future__ import annotations

from portals.extraction.layout import Layout
from portals.extraction.themes import Theme
from portals.families.family import Family

VERSION_4 = Theme(
    name="nukeviet-4",
    scope="div.news_column",
    title=("h1.title", "h1[itemprop='headline']"),
    date=(
        "span.h5",
        "meta[property='article:published_time']::attr(content)",
    ),
    lead=("div.hometext",),
    body=("div#news-bodyhtml",),
    byline=("p.h5.text-right",),
    section=(
        "ul.temp-breadcrumbs li:last-child a",
        "ol.breadcrumb li:last-child a",
        "meta[property='article:section']::attr(content)",
    ),
    drop=("#imgpreview", ".alert.alert-info"),
    cover=("figure.article.center",),
)

VERSION_3 = Theme(
    name="nukeviet-3",
    title=("#news_detail h1",),
    date=("#news_detail span.time",),
    lead=("#hometext",),
    body=("#news_detail div.bodytext", "div.bodytext"),
)

NUKEVIET = Family(
    name="nukeviet",
    title="NukeViet",
    listings=(r"^/(?:[^/.]+/)+(?:page-\d+/)?$", r"^/(?:[^/.]+/)*index\.php/(?:[^/.]+/)+$"),
    themes=(VERSION_4, VERSION_3),
    fingerprints=(
        "meta[name='generator'][content*='NukeViet']",
        "#news-bodyhtml",
        "div.news_column",
    ),
    layout=Layout(
        date=(
            r"(?:thứ (?:hai|ba|tư|năm|sáu|bảy)|chủ nhật)\s+-\s+\d{2}/\d{2}/\d{4}\s+\d{2}:\d{2}"
            r"(?:[\s\d.]*)"
        ),
        lead="first",
        ends=(
            r"Tổng số điểm của bài viết.*",
            r"Những tin (?:mới|cũ) hơn",
            r"Chú ý: Việc đăng lại.*",
            r"Click để đánh giá.*",
            r"Ý kiến bạn đọc",
        ),
    ),
    # Its suffix is a setting of the portal: mostly .html, elsewhere the portal's initials.
    external_id=r"-(\d+)\.[a-z]{3,5}(?:$|[?#])",
    article_path=r"^/(?!savefile/|print/|sendmail/)(?:[^/]+/)+[^/]+-\d+\.(?!aspx?$)[a-z]{3,5}$",
    skipped_paths=r"/(?:about|savefile|print|sendmail|rss|seek|users|banners|voting|comment)/",
    item_links=(
        ".news_column h2 > a",
        ".news_column h3 > a",
        ".news_column .panel-body > a",
        ".list-group a.show",
    ),
    pager_links=("ul.pagination a",),
    is_home_a_listing=True,
    sitemaps=("sitemap.xml",),
    section_feeds=(
        "link[type='application/rss+xml']::attr(href)",
        r"/rss/([^/]+/)?$",
        r"/\1",
    ),
)
