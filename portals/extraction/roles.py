"""The roles that the names of elements suggest: class, id, ``itemprop``, ``rel``.

Makers of themes name things alike ("detail__sapo", "tac-gia", "tinLienQuan"). A name is one witness
among others and never decides alone: themes also name things wrongly.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from lxml.html import HtmlElement


class Role(StrEnum):
    """What an element is, by its name."""

    TITLE = "title"
    LEAD = "lead"
    BODY = "body"
    DATE = "date"
    CLOCK = "clock"
    AUTHOR = "author"
    SOURCE = "source"
    INSET = "inset"
    FLOAT = "float"
    MEDIA = "media"
    RELATED = "related"
    COMMENTS = "comments"
    SHARING = "sharing"
    TAGS = "tags"
    NAVIGATION = "navigation"


OUTSIDE = frozenset(
    [Role.RELATED, Role.COMMENTS, Role.SHARING, Role.TAGS, Role.NAVIGATION, Role.MEDIA]
)
"""Roles of elements that are no part of a text, even in the middle of it.

Not ``INSET``: a box beside the text can be a quotation that belongs to it.
"""

_WORDS: dict[Role, str] = {
    Role.TITLE: (
        "title|titles|tieu ?de|headline|heading|post name|news name|ten bai|name headline|subject"
    ),
    Role.LEAD: (
        "sapo|lead|summary|desc|description|trich ?yeu|trich ?dan|chapeau|excerpt|intro|introtext"
        "|hometext|brief|tom ?tat|mo ?ta|standfirst|subtitle|dek|sub ?head"
    ),
    Role.BODY: (
        "article ?body|entry content|entry body|post (?:content|body|text)|noi ?dung|body ?text"
        "|content ?detail|content fck|fulltext|rtestate field|field name body|main ?content detail"
        "|(?:news|article|detail|story|cms|zce|journal|single|page|singular|item)"
        " (?:content|body|text|fulltext)|chi ?tiet|the content|content (?:view|wrap|body|news|main)"
    ),
    Role.DATE: (
        "date|dates|time|datetime|ngay|publish|published|posted|created|thoi ?gian|pubdate"
        "|postdate|date ?time|ngay ?dang|update|updated"
    ),
    Role.CLOCK: (
        "dong ?ho|clock|today|hom ?nay|(?:current|now|server) ?(?:date|time)|(?:date|time) ?now"
        "|(?:ngay|thoi ?gian) hien tai"
    ),
    Role.AUTHOR: (
        "author|authors|tac ?gia|byline|by ?author|created ?by|createdby|nguoi ?viet|nguoi ?dang"
        "|writer|signature|penname|but ?danh|contributor|reporter|credit|tacgia"
    ),
    Role.SOURCE: "source|nguon|nguon ?tin|origin source",
    Role.INSET: (
        "note ?box|notebox|notification|fact ?box|info ?box"
        "|quote box|box quote|cms quote|pull ?quote|callout"
    ),
    Role.FLOAT: "(?:pull|float) (?:left|right)|nleft|nright",
    Role.MEDIA: "video ?player|player|jwplayer|video ?(?:box|title|wrap(?:per)?)|audio ?player",
    Role.RELATED: (
        "related|relate|lien ?quan|tin ?lien ?quan|bai ?lien ?quan|tin ?khac|tin ?cu|bai ?khac"
        "|tin ?moi|tin ?noi ?bat|cung ?chuyen ?muc|cung ?loai|cung ?muc|read ?more|xem ?them"
        "|doc ?them|doc ?nhieu|xem ?nhieu|most ?read|most ?viewed?|mostread|other ?news"
        "|others?|recomm?end(?:ed)?|suggest|suggestion|latest ?news|latestnews|popular"
        "|trending|next ?prev|prev ?next|post navigation|pagenav|older|newer|tin ?tiep"
    ),
    Role.COMMENTS: (
        "comment|comments|commentlist|binh ?luan|y ?kien|phan ?hoi|disqus|respond|reply|replies"
        "|feedback|fb comments"
    ),
    Role.SHARING: (
        "share|sharing|shares|social|socials|addthis|sharedaddy|share ?this|zalo|fb like|tools"
        "|toolbar|print|rating|rate|vote|votes|danh ?gia|xep ?hang|star|stars|font ?size|co ?chu"
        "|buttons|actions"
    ),
    Role.TAGS: "tag|tags|tagcloud|keyword|keywords|tu ?khoa|hashtag|hashtags|tag ?list",
    Role.NAVIGATION: (
        "nav|navbar|navigation|navigator|menu|submenu|breadcrumb|breadcrumbs|pager|pagination"
        "|paging|phan ?trang|footer|sidebar|widget|widgets|banner|banners|ads|adv|advert|advertise"
        "|advertisement|qc|quang ?cao|sponsor|weather|thoi ?tiet|counter|thong ?ke|truy ?cap|poll"
        "|search|tim ?kiem|login|dang ?nhap|modal|popup|newsletter|subscribe|topbar|top bar"
        "|marquee|ticker|hotline|weblink|lien ?ket|off ?canvas|skip|cookie|toc|chan ?trang"
    ),
}
_PATTERNS = tuple(
    (role, re.compile(rf"(?:^| )(?:{words})(?= |\d*$|\d* )")) for role, words in _WORDS.items()
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MARKS = re.compile(r"[^a-z0-9\n]+")
_ATTRIBUTES = ("class", "id", "itemprop", "data-field", "rel", "property")
_MICRODATA = {
    "headline": Role.TITLE,
    "name": Role.TITLE,
    "articlebody": Role.BODY,
    "author": Role.AUTHOR,
    "datepublished": Role.DATE,
    "description": Role.LEAD,
}
_TAGS = {"nav": Role.NAVIGATION, "footer": Role.NAVIGATION, "aside": Role.NAVIGATION}
_MAX_NAME = 200  # characters of a class attribute


def roles_of(element: HtmlElement) -> frozenset[Role]:
    """Return the roles that tag and attributes of ``element`` suggest."""
    attributes = element.attrib
    names = "\n".join(
        str(attributes[name])[:_MAX_NAME] for name in _ATTRIBUTES if name in attributes
    )
    found = _roles_of_names(names) if names else frozenset()
    tag = _TAGS.get(element.tag)
    if element.tag == "time":
        tag = Role.DATE
    return found | {tag} if tag else found


@lru_cache(maxsize=4096)  # a portal's pages have the same names
def _roles_of_names(names: str) -> frozenset[Role]:
    found: set[Role] = set()
    for name in names.split():
        if role := _MICRODATA.get(name.lower()):
            found.add(role)
        parts = _MARKS.sub(" ", _CAMEL.sub(" ", name).lower()).strip()
        found.update(role for role, pattern in _PATTERNS if pattern.search(parts))
    return frozenset(found)
