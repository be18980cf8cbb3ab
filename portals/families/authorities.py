"""Systems of authorities and party committees, mostly known by their addresses.

Markup is given only where it was seen on a page; elsewhere a page is read by what it shows, and the
portal is explored with the address patterns as the first opinion.
"""

from __future__ import annotations

from portals.extraction.themes import Theme
from portals.families.family import Family

_SECTION = r"^/(?:vi/|vi-vn/)?[a-z0-9-]+(?:/[a-z0-9-]+){0,3}/?(?:\?page=\d*)?$"
_LONG_SLUG = r"(?:[^/?-]+-){4,}[^/?-]+"  # five words or more: a headline

SHAREPOINT = Family(
    name="sharepoint",
    title="SharePoint",
    themes=(),
    fingerprints=(
        "meta[name='GENERATOR'][content*='SharePoint']",
        "link[href*='/_layouts/']",
        "script[src*='/_layouts/']",
    ),
    # One page of a site shows every article; the parameter that names it differs by its maker.
    articles=(r"/(?:pages|trang)/.*\.aspx\?(?:.*&)?(?:itemid|newsid|idtin|nid)=[\w-]+",),
    listings=(
        r"/chuyen-muc/\d+/[^/]+\.aspx",
        r"/(?:pages|trang)/(?:[^/?]+/)*[^/?]+\.aspx"
        r"(?:\?(?:chuyenmucid|cateid|catid|typevb|linhvuc|page|itemid=\d+&page)=.*)?$",
    ),
    traps=(r"/_layouts/", r"/forms/", r"[?&](?:isdlg|source|printmode)="),
)
"""SharePoint 2010 to 2019 of ministries and provinces.

Known faults: ids of web parts change from page to page; the pager of many lists is a script, so
that only the first page is seen; the query names the article and must be kept.
"""

TANDAN = Family(
    name="tandan",
    title="TanDan",
    themes=(
        Theme(
            name="tandan",
            title=(".tandan-title-view",),
            date=(".tandan-date-view", ".tandan-span-date-publish"),
            lead=(".tandan-p-article-news-summary",),
            body=(".tandan-content-view", ".ms-rtestate-field"),
        ),
    ),
    fingerprints=("[class*='tandan-']", ".channel-news-title"),
    articles=(r"^/portal/pages/\d{4}-\d{1,2}-\d{1,2}/[^/]+\.aspx$",),
    listings=(r"^/portal/(?:pages|kenhtin)/[^/]+\.aspx$",),
    traps=(r"/_layouts/", r"^/portal/photos/"),
)
"""Tân Dân's portal on SharePoint.

Known faults: lists turn their pages by script; there is no feed. The day in an article's address,
written without leading zeros on some hosts, is that of publication.
"""

LIFERAY = Family(
    name="liferay",
    title="Liferay",
    themes=(),
    fingerprints=(
        "[id^='p_p_id_']",
        ".journal-content-article",
        "[class*='portlet-asset-publisher']",
    ),
    articles=(
        r"/-/asset_publisher/[^/]*/content/[^/]+",
        r"/-/details/\d+/[^/]+-\d+/?$",
        r"^/(?:web/[^/]+/)?(?:[a-z]{2}(?:_[a-z]{2})?/)?-/[^/]+/?$",
    ),
    listings=(
        r"[?&]_?\w+_cur=\d+",
        r"/-/\w+_WAR_\w+_INSTANCE_\w+$",
        r"^/(?:web/[^/]+/)?[a-z0-9-]{2,}(?:/[a-z0-9-]{2,})*/?$",
    ),
    traps=(
        r"^/(?:documents|image|combo|c|o)/",
        r"[?&](?:redirect|p_r_p_\w+|_\w+_(?:advancedsearch|andoperator|keywords))=.",
        r"/rss/?$",
    ),
)
"""Liferay 6 and 7, with the portlets of VNPT ePortal and of Bắc Ninh.

Known faults: the parameter that ends in ``_cur`` counts the pages, all other parameters of portlets
are noise; ``redirect=`` carries the address of another article; a bare query after an article's
address is part of it; slugs drop the letter đ; texts are repeated under ``/en/``.
"""

DNN = Family(
    name="dnn",
    title="DNN",
    themes=(),
    fingerprints=("[id^='dnn_']", "script[src*='/DesktopModules/']", "link[href*='/Portals/']"),
    articles=(
        r"[?&]nid=\d+",
        r"/group/\d+/nid/\d+(?:/|$)",
        r"default\.aspx\?tabid=\d+&id=\d+",
    ),
    listings=(
        r"default\.aspx\?tabid=\d+(?:&(?:p|id|pg)=\d*)?$",
        r"/categoryid/[^/]+(?:/pg/\d+)?$",
        _SECTION,
    ),
    traps=(
        r"/ctl/(?:login|register|sendpassword)",
        r"[?&](?:returnurl|ctl)=",
        r"^/desktopmodules/",
    ),
)
"""DNN (DotNetNuke) and the portals of Đà Nẵng's communes.

Known faults: the parameters of an article are in the query or, under the same names, in the path;
some pages need a log-in.
"""

JOOMLA = Family(
    name="joomla",
    title="Joomla",
    themes=(),
    fingerprints=(
        "meta[name='generator'][content*='Joomla']",
        "script[src*='/media/jui/']",
        "script[src*='/media/system/js/']",
    ),
    articles=(
        r"^/(?:index\.php/)?(?:[^/?]+/)*\d+-[^/?]+(?:\.html)?$",
        r"[?&]option=com_content&(?:.*&)?view=article",
    ),
    listings=(
        r"/itemlist/(?:category|tag)?/?\w*",
        r"^/index\.php(?:/(?!\d+-)[^/?]+)+/?(?:\?(?:limit)?start=\d+)?$",
    ),
    traps=(
        r"[?&](?:tmpl=component|print=1|format=pdf|task=|layout=edit)",
        r"/component/(?:users|search)",
    ),
)
"""Joomla 1.5 to 5.

Known faults: slugs lose accented letters; the pager counts articles, not pages (``start=99``).
"""

K2 = Family(
    name="k2",
    title="K2",
    themes=(),
    fingerprints=("#k2Container", ".itemFullText", ".catItemView"),
    articles=(r"/item/\d+-[^/?]+", *JOOMLA.articles),
    listings=JOOMLA.listings,
    traps=JOOMLA.traps,
)
"""K2, an extension of Joomla with lists and articles of its own."""

DRUPAL = Family(
    name="drupal",
    title="Drupal",
    themes=(),
    fingerprints=(
        "meta[name='Generator'][content*='Drupal']",
        "[data-drupal-selector]",
        "article[id^='node-']",
        "article.node[class*='node--type-']",
    ),
    articles=(r"^/(?:vi/)?node/\d+$", rf"^/(?:[^/?]+/)+{_LONG_SLUG}$"),
    listings=(_SECTION,),
    traps=(r"^/(?:vi/)?(?:user|filter|comment|taxonomy/term/\d+/feed)(?:/|$)", r"/feed/?$"),
    feeds=("rss.xml",),
)
"""Drupal 7 to 11 and Backdrop.

Known faults: an article has a number and a path, both of which answer; pages count from 0.
"""

POSTDATE = Family(
    name="postdate",
    title="PostDate",
    themes=(
        Theme(
            name="postdate",
            title=(".ArticleHeader",),
            date=(".PostDate",),
            lead=(".ArticleSummary",),
            body=(".ArticleContent", ".ArticleDetailControl"),
        ),
    ),
    fingerprints=(".ArticleInMenu", ".PostDate", ".ArticleDetailControl"),
    listings=(_SECTION,),
    traps=(r"[?&]pageid=", r"/default\.aspx", r"[?&]format=pdf"),
)
"""The platform of several provinces whose dates are in ``.PostDate``."""

COMMONTITLE = Family(
    name="commontitle",
    title="CommonTitle",
    themes=(
        Theme(
            name="commontitle",
            title=("h1.title-detail", ".article-title.common-title"),
            date=(".post-date", "meta[name='DC.Date']::attr(content)"),
            lead=(".article-brief",),
            body=(".article-content",),
        ),
    ),
    fingerprints=("a.article-title.common-title", ".article-content.common-content"),
    listings=(_SECTION,),
)
"""The platform whose elements have classes beginning with ``common-``."""

DETAILVIEW = Family(
    name="detailview",
    title="DetailView",
    themes=(),
    fingerprints=("a[href*='/DetailView/']", "img[src*='/Image/Large/']"),
    external_id=r"/DetailView/(\d+)/",
    articles=(r"^/detailview/\d+/\d+/[^/]+\.html$",),
)
"""The platform of Tuyên Quang: the first number of an address is the article's."""

VNPORTAL = Family(
    name="vnportal",
    title="vnPortal",
    themes=(),
    fingerprints=(
        "a[href*='FileQuanTriTinTuc']",
        "img[src*='quantritintuc']",
        "img[src*='files-vnportal']",
    ),
    listings=(_SECTION,),
    traps=(r"/filequantritintuc/",),
)
"""VNPT vnPortal. Its documents are on a host of their own."""
