"""MasterCMS (mastercms.org), the CMS of Báo Lao động Thủ đô and other labour papers.

Known faults: the header prints today's date; cards of other articles repeat the date's class; the
CMS writes the article's own title as the ``alt`` of every picture; "Nguồn :" is printed without a
name; ``&`` and ``@`` are part of the path, there is no ``?``.
"""

from __future__ import annotations

from portals.extraction.layout import Layout
from portals.extraction.themes import Theme
from portals.families.family import Family

_BOXES = (
    "table.__MB_ARTICLE_A",
    "table.__mb_article_in_image",
    "table.tbl_social_fix",
    "div.article-detail-similar",
    "div.article-detail-other",
    "div.bx-related",
    ".article-detail-tags",
    "div.article-keyword",
)

VERSION_2_9 = Theme(
    name="mastercms-2.9",
    title=("h1.article-detail-title", "h1.detail-title", "h1.post-title"),
    date=(
        "span.article-detail-publish",
        "span.article-date",
        "span.bx-time",
        ".article-detail-header span.format_time",
        ".datetime",
        "meta[property='article:published_time']::attr(content)",
    ),
    lead=(
        "div.article-detail-desc",
        "p.detail-sapo",
        "div.detail-desc",
        "div.article-desc-detail",
        "div.post-desc",
    ),
    body=("div[class*='__MASTERCMS_CONTENT']", "div._MB_EMAG_DETAIL"),
    author=("div.article-detail-author",),
    source=("div.article-detail-source",),
    section=(
        "ul.breadcrumb.active li:last-child a",
        "a.article-cat",
        "meta[property='article:section']::attr(content)",
    ),
    drop=_BOXES,
)

THEME_2018 = Theme(
    name="mastercms-2018",
    title=(
        ".content_detail h1",
        "meta[property='og:title']::attr(content)",
    ),
    date=(".content_detail .tool i", ".content_detail .tool", "div.tool i"),
    lead=(".content_detail h3", "meta[name='description']::attr(content)"),
    body=(".content_detail div[class*='detail_info']", "div[class*='__MB_CONTENT_FOR_PRINTER']"),
    author=("p.display_author",),
    section=(".title_new_nav > span > a > span", ".title_new_nav a::last"),
    drop=(*_BOXES, ".tool", "div.tags"),
)

MASTERCMS = Family(
    name="mastercms",
    title="MasterCMS",
    listings=(r"^/[a-z0-9-]+(?:/[a-z0-9-]+)*(?:&BRSR=\d+)?/?$",),
    themes=(VERSION_2_9, THEME_2018),
    fingerprints=("div[class*='__MASTERCMS_CONTENT']", "div[class*='__MB_ARTICLE_PAGING']"),
    fingerprint_text=r"BASED ON MASTERCMS",
    layout=Layout(
        date=r"\d{1,2}:\d{2}\s*\|\s*\d{2}/\d{2}/\d{4}",
        title="after",
        lead="first",
        noise=("M",),
        ends=(r"Nguồn\s*:", r"Tags?\s*:.*"),
        plain_captions=True,
    ),
    external_id=r"-(\d+)\.html(?:$|[?#])",
    article_path=r"^/[^/]+-\d+\.html$|^/[^/]+\.media$",
    skipped_paths=r"^/(?:apicenter@|apiservice@|tags?/|search_enginer)",
    item_links=(
        "div.list_news_title h2 > a",
        "h3.article-title > a",
        ".article-title > a.article-link",
    ),
    pager_links=("div.__MB_ARTICLE_PAGING a",),
    section_links=("div#bar a",),
)
