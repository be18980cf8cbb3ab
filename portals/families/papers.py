"""Systems of papers, which most provincial ones share, known by their addresses and some classes.

Markup is given only where it was seen on a page; elsewhere a page is read by what it shows, and the
portal is explored with the address patterns as the first opinion.
"""

from __future__ import annotations

from portals.extraction.themes import Theme
from portals.families.family import Family

_SECTION = r"^/[a-z0-9-]+(?:/[a-z0-9-]+)?/?(?:\?page=\d*)?$"
_COPIES = (r"^/print/", r"[?&]print=", r"/(?:tim-kiem|search)(?:[/?]|$)")

NEWSPORTAL = Family(
    name="newsportal",
    title="Newsportal",
    themes=(),
    fingerprints=("a[href$='.ldo']", "a[href$='.tld']", "a[href$='.bld']"),
    external_id=r"-(\d+)\.(?:ldo|tld|bld)(?:$|[?#])",
    articles=(r"^/(?:[^/?]+/)+[^/?]+-\d+\.(?:ldo|tld|bld)$",),
    listings=(_SECTION,),
    traps=_COPIES,
    feeds=("rss/home.rss",),
)
"""The newsportal of báo Lao Động and of the Confederation.

Known faults: one article answers under two suffixes, so that its number is the key; pages count
from 0; hosts in other languages repeat articles, translated by machine, under Vietnamese slugs.
"""

FILEHASH = Family(
    name="filehash",
    title="FileHash",
    themes=(),
    fingerprints=(
        "link[href^='/common/v1/']",
        "script[src^='/common/v1/']",
        "img[src^='/common/v1/']",
    ),
    external_id=r"/\d{6}/[^/]+-([0-9a-f]{7})/?(?:index\.html?)?(?:$|[?#])",
    articles=(r"^/[^/?]+(?:/[^/?]+)?/\d{6}/[^/?]+-[0-9a-f]{7}/?(?:index\.html?)?$",),
    listings=(_SECTION,),
    traps=_COPIES,
)
"""The papers whose articles end in seven hexadecimal digits and whose pictures are under a hash.

Known faults: the month in the address is that of publication, the section is part of it; the feed
address that lists give for every such paper is often none.
"""

AID = Family(
    name="aid",
    title="AId",
    themes=(
        Theme(
            name="aid",
            title=("h1.margintopbot10", "h1.fw700"),
            date=("span.pubdate",),
            body=("div.content-fck",),
            drop=(".detail-fb-like-share", ".detail-related", ".b-content"),
        ),
    ),
    fingerprints=("div.content-fck", "span.pubdate"),
    external_id=r"-a(\d+)\.html(?:$|[?#])",
    articles=(r"^/[^/?]+-a\d+\.html$",),
    listings=(_SECTION,),
    traps=_COPIES,
)
"""The papers of the Mekong delta, whose articles end in ``-a`` and a number.

Known faults: the first ``h1`` is the section; ``datePublished`` has the day only, without a zone.
"""

ZCE = Family(
    name="zce",
    title="Zce",
    themes=(),
    fingerprints=("div.zce-content-body", "article.story", "h2.story__heading"),
    external_id=r"-post(\d+)\.(?:html|tpo)(?:$|[?#])",
    articles=(r"-post\d+\.(?:html|tpo)$",),
    listings=(
        r"^/[a-z0-9-]+(?:/[a-z0-9-]+)?/(?:trang-\d+\.html)?$",
        r"-tag\d+\.html$",
        r"^/topic/",
    ),
    traps=_COPIES,
)
"""The papers whose articles end in ``-post`` and a number (``zce-content-body``, ``cms-body``)."""

ONECMS = Family(
    name="onecms",
    title="OneCMS",
    themes=(),
    fingerprints=(".b-maincontent", ".b-grid__title", "img[src*='.1cdn.vn/']"),
    external_id=r"-(?!event)(\d{4,})(?:\.html)?(?:$|[?#])",
    articles=(r"^/(?:[^/?]+/)?[^/?]+-\d{4,}(?:\.html)?$",),
    listings=(r"-event\d+\.html$", r"^/(?:chuyen-muc/)?[a-z0-9-]+(?:/[a-z0-9-]+)?(?:/\d+){0,2}/?$"),
    traps=_COPIES,
)
"""OneCMS with its pictures on 1cdn.vn. Collections end in ``-event`` and a number."""

ROOTID = Family(
    name="rootid",
    title="RootId",
    themes=(),
    external_id=r"^https?://[^/]+/[^/?]+-(\d{4,15})\.html?(?:$|[?#])",
    articles=(r"^/[^/?]+-\d{4,15}\.html?$",),
    listings=(_SECTION, r"^/topic/[^/]+-\d+$", r"^/chuyen-muc/(?:[^/?]+\.htm)?$"),
    traps=_COPIES,
)
"""Papers of unknown makers whose articles are at the root and end in a number.

Known faults: sections answer in two spellings (``/xa-hoi``, ``/Xa-hoi``).
"""

VCCORP = Family(
    name="vccorp",
    title="VCCorp",
    themes=(),
    fingerprints=(".box-category-item",),
    external_id=r"-(\d{8,20})\.htm(?:$|[?#])",
    articles=(r"^/(?:[^/?]+/)?[^/?]+-\d{8,20}\.htm$",),
    listings=(r"^/[a-z0-9-]+(?:/[a-z0-9-]+)?\.htm(?:\?.*)?$", _SECTION),
    traps=(r"^/print\.aspx", *_COPIES),
)
"""VCCorp's system. The number of an article holds the time at which it was written.

Known faults: home pages answer programs with a captcha; topic pages end in ``-t`` and a number.
"""
