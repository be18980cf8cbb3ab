"""WordPress with Vietnamese locale: classic and block themes, Flatsome.

Known faults: quotes, dashes and dots are rewritten typographically; with SEO plug-ins
``article:published_time`` is UTC, so that the day may change; archives by month, author and tag
repeat every link; ``?p=ID`` and the permalink are one article; the lead is only a first paragraph
in bold, in italics or as a heading.
"""

from __future__ import annotations

from portals.extraction.themes import Theme
from portals.families.family import Family

CLASSIC = Theme(
    name="wordpress",
    title=("article h1.entry-title", "h1.wp-block-post-title", "h1.entry-title"),
    date=(
        "article time.entry-date.published::attr(datetime)",
        "article time.published::attr(datetime)",
        ".posted-on time::attr(datetime)",
        ".wp-block-post-date time::attr(datetime)",
        "meta[property='article:published_time']::attr(content)",
    ),
    body=("article .entry-content", "div.entry-content", ".wp-block-post-content"),
    author=(
        "article .byline a[rel='author']",
        "article .author.vcard a",
        ".byline .author",
        ".wp-block-post-author__name",
        ".wp-block-post-author-name",
    ),
    section=("article .cat-links a", "a[rel~='category']", ".wp-block-post-terms a"),
    drop=(".tags-tukhoa", ".sharedaddy", ".wp-block-post-author", ".post-navigation"),
    lead_in_body="styled",
)

WORDPRESS = Family(
    name="wordpress",
    title="WordPress",
    articles=(r"^/(?:index\.php)?\?p=\d+$", r"^/(?:[^/?]+/)*(?:[^/?-]+-){3,}[^/?-]+/?$"),
    listings=(r"^/(?:index\.php/)?(?:category|chuyen-muc)/", r"/page/\d+/?$"),
    themes=(CLASSIC,),
    fingerprints=(
        "meta[name='generator'][content^='WordPress']",
        "link[rel='https://api.w.org/']",
        "link[href*='/wp-content/']",
        "script[src*='/wp-includes/']",
    ),
    external_id=r"[?&]p=(\d+)",
    skipped_paths=r"/(?:tag|author|wp-admin|wp-login\.php|feed|comments)(?:/|$)|^/\d{4}/(?:\d\d/)*$",
    item_links=(
        "article h2.entry-title > a",
        "article h3.entry-title > a",
        "h5.post-title > a",
        "h2.wp-block-post-title > a",
    ),
    pager_links=(
        "a.next.page-numbers",
        "a.page-numbers",
        "a.wp-block-query-pagination-next",
        ".nav-previous a",
        ".nav-links a",
    ),
    section_links=(
        "a[rel~='category']",
        ".cat-links a",
        "li.cat-item > a",
        "li.menu-item-object-category > a",
    ),
    is_home_a_listing=True,
    posts_api="wp-json/wp/v2/posts",
)
