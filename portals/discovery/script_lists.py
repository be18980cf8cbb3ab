"""Lists that a page gives to its script as data: their articles, with or without an address.

An article of such a list may have a slug or a number only. How its address is made is learned from
a link to one of them, wherever the portal shows one: "/tin/{slug}-{id}.html".
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urldefrag, urlencode, urlsplit

from lxml.html import HtmlElement

from portals.discovery.fragments import NEXT_KEYS
from portals.discovery.pagers import DECLARED_NEXT
from portals.discovery.script_data import script_data
from portals.discovery.targets import FoundLink
from portals.language.text import clean, fold, words

_MIN_ITEMS = 2  # of a list
_TITLE_WORDS = 5
_MAX_VALUES = 100_000  # looked at
_MAX_ITEMS = 1_000
_MAX_SHOWN = 50_000  # links that are remembered by their texts
_MAX_FIELDS = 12
_MAX_FIELD = 200  # characters
_MAX_TITLE = 500
_TITLES = re.compile(
    r"^(?:title|headline|name|subject|caption|(?:ten|tieu_?de)(?:_?(?:tin|bai|bai_?viet))?|"
    r"(?:news|post|article)_?title)$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:(?:https?:)?//|/(?!/)|\?)[^\s<>\"']{2,2000}")
_NAMED_ADDRESS = re.compile(r"url|link|href|path|duong_?dan|permalink", re.IGNORECASE)
_NAMED_PICTURE = re.compile(r"image|img|thumb|anh|avatar|icon|cover|video|photo", re.IGNORECASE)
_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|mp4|pdf|js|css)(?:$|\?)", re.IGNORECASE)
_TOTALS = re.compile(
    r"^(?:total|totals|total_?(?:count|items?|records?|rows?|results?)|record_?count|count|tong(?:_?so)?)$",
    re.IGNORECASE,
)
_MORE = re.compile(r"^has_?(?:more|next)(?:_?page)?$", re.IGNORECASE)
_PLACE = "#item="
_SLUG_WORDS = 4
_DAY = re.compile(r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?:T|$)")
_MAX_MARKUP = 200_000
_LINK = re.compile(
    r"<a\s[^<>]{0,300}?href\s*=\s*['\"]?(?P<address>[^'\"\s<>]{1,2000})[^<>]{0,300}>"
    r"(?P<text>.{1,500}?)</a>",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"<[^<>]{1,300}>")
_MAX_ROW = 30  # values of an article that is written as a list
_MOST_WORDS = 40
_NAMES = re.compile(r"(?:^|[._])(?:id|ma|slug|alias|code|key|url|uri|path|link)|id$", re.IGNORECASE)
_LEAST_NUMBER = 100
_SAFE = "/-_.~?=&%+:,;@!"
_UNSURE = re.compile(r"\d{3,}")


@dataclass(slots=True)
class ScriptLists:
    """The articles of the lists of a page: with their addresses, as they are written, or without.

    ``has_more``: a list names more articles than it has.
    """

    links: list[FoundLink] = field(default_factory=list)
    items: list[dict[str, str]] = field(default_factory=list)
    has_more: bool = False


def script_lists(root: HtmlElement) -> ScriptLists:
    """Return the lists that a page gives to its script."""
    found = ScriptLists()
    alone = []  # "list.push({...})", one by one
    for data in script_data(root):
        alone += [data] if isinstance(data, dict) else []
        _read(data, found)
    _read_list(alone, found)
    return found


def _read(data: Any, found: ScriptLists) -> None:
    waiting, seen = deque([data]), 0
    while waiting and seen < _MAX_VALUES:
        seen += 1
        value = waiting.popleft()
        if isinstance(value, list):
            _read_list(value, found)
            waiting.extend(value)
        elif isinstance(value, dict):
            found.has_more = found.has_more or _names_more(value)
            if address := _next_of(value):
                found.links.append(FoundLink(address, DECLARED_NEXT))
            _read_list(list(value.values()), found)
            waiting.extend(value.values())
        elif isinstance(value, str) and "<a " in value:
            found.links += _links_in(value[:_MAX_MARKUP])


def _links_in(markup: str) -> Iterator[FoundLink]:
    """Yield the links of a piece of markup whose text is a headline."""
    for match in _LINK.finditer(markup):
        title = clean(_TAG.sub(" ", match["text"]))
        if len(words(title)) >= _TITLE_WORDS:
            yield FoundLink(unescape(match["address"]), title)


def _read_list(values: list[Any], found: ScriptLists) -> None:
    """Add the articles of a list; one object alone is no list."""
    flat = map(_flat, values[:_MAX_ITEMS])
    titled = [(one, title) for one in flat if (title := _title_of(one))]
    if len(titled) < _MIN_ITEMS or len(found.links) + len(found.items) > _MAX_ITEMS:
        return
    for one, title in titled:
        if address := _address_of(one):
            found.links.append(FoundLink(address, title))
        elif (values_of := _fields_of(one)) and any(
            map(_may_name, *zip(*values_of.items(), strict=True))
        ):
            found.items.append({"": title, **values_of})


def _flat(item: Any) -> Any:
    """Return an object with what it only wraps: ``{"node": {...}}``, ``{"attributes": {...}}``.

    A list of values, one of which is a headline, becomes an object too.
    """
    if isinstance(item, list):
        texts = [one for one in item[:_MAX_ROW] if isinstance(one, str)]
        counts = ((one, len(words(one[:_MAX_TITLE]))) for one in texts)
        title = next((one for one, n in counts if _TITLE_WORDS <= n <= _MOST_WORDS), None)
        values = {str(place): one for place, one in enumerate(item[:_MAX_ROW])}
        return {"title": title, **values} if title and title[:1] not in "/<" else item
    if not isinstance(item, dict) or _title_of(item):
        return item
    wrapped = next((value for value in item.values() if _title_of(value)), None)
    return item if wrapped is None else {**item, **wrapped}


def _title_of(item: Any) -> str:
    """Return the headline of an object, "" if it has none."""
    if not isinstance(item, dict):
        return ""
    for key, value in item.items():
        text = value.get("rendered") if isinstance(value, dict) else value
        if isinstance(text, str) and _TITLES.match(str(key)):
            title = clean(re.sub(r"<[^>]{1,200}>", "", text[:_MAX_TITLE]))
            if len(words(title)) >= _TITLE_WORDS:
                return title
    return ""


def _address_of(item: dict[str, Any]) -> str:
    """Return the address of an article: that of a key so named, else the only one it has."""
    texts = {
        str(key): value.strip()
        for key, value in item.items()
        if isinstance(value, str) and _ADDRESS.fullmatch(value.strip())
    }
    own = {
        key: value
        for key, value in texts.items()
        if not _FILE.search(value) and not _NAMED_PICTURE.search(key)
    }
    named = (value for key, value in own.items() if _NAMED_ADDRESS.search(key))
    return next(named, "") or next(iter(own.values()), "")


def _fields_of(item: dict[str, Any]) -> dict[str, str]:
    """Return what an address may be made of: numbers and texts without spaces."""
    fields = dict(islice(_scalars(item, ""), _MAX_FIELDS))
    days = [(key, match) for key, text in fields.items() if (match := _DAY.match(text))]
    for key, match in days:
        fields |= {f"{key} {part}": value for part, value in match.groupdict().items()}
    return fields


def _may_name(key: str, value: str) -> bool:
    """Return True for a value that an address may be made of: a slug, or the number of a page."""
    if len(value.split("-")) >= _SLUG_WORDS or _NAMES.search(key) or _NAMED_ADDRESS.search(key):
        return not _FILE.search(value) and not _NAMED_PICTURE.search(key)
    return key.isdecimal() and value.isdecimal() and int(value[:9]) >= _LEAST_NUMBER


def _scalars(item: dict[str, Any], above: str) -> Iterator[tuple[str, str]]:
    for key, value in item.items():
        name = f"{above}{key}"
        if isinstance(value, dict) and not above:
            yield from _scalars(value, f"{name}.")
        elif isinstance(value, str | int) and not isinstance(value, bool):
            text = str(value)
            if 0 < len(text) <= _MAX_FIELD and not re.search(r"\s|[<>]", text):
                yield name, text


def _shown_in(item: dict[str, Any]) -> int:
    """Return the number of articles in the longest list of an object."""
    lists = [value for value in item.values() if isinstance(value, list)]
    counts = [sum(1 for one in value[:_MAX_ITEMS] if _title_of(_flat(one))) for value in lists]
    return max(counts, default=0)


def _next_of(item: dict[str, Any]) -> str:
    """Return the address of the page after the list in an object, "" if it has none."""
    named = (value for key, value in item.items() if str(key).lower() in NEXT_KEYS)
    address = next((value for value in named if isinstance(value, str)), "")
    return address if _ADDRESS.fullmatch(address) and _shown_in(item) >= _MIN_ITEMS else ""


def _names_more(item: dict[str, Any]) -> bool:
    """Return True if an object names more articles than its list has."""
    shown = _shown_in(item)
    if shown < _MIN_ITEMS:
        return False
    inner = (value.items() for value in item.values() if isinstance(value, dict))
    pairs = [*item.items(), *(pair for pairs in inner for pair in pairs)]
    if any(value is True and _MORE.match(str(key)) for key, value in pairs):
        return True
    totals = [value for key, value in pairs if _TOTALS.match(str(key))]
    return any(type(total) is int and total > shown for total in totals)


# --- articles without an address ----------------------------------------------------------------


def item_place(page: str, item: dict[str, str]) -> str:
    """Return the name of an article without an address that the script of ``page`` lists."""
    kept = {key: value for key, value in item.items() if key}
    return f"{urldefrag(page).url}{_PLACE}{quote(urlencode(kept))}"


def is_item_place(url: str) -> bool:
    """Return True for what ``item_place`` returned."""
    return _PLACE in url


class UnaddressedItems:
    """The articles that scripts list without an address, and what links say of their addresses."""

    def __init__(self) -> None:
        self._items: dict[str, tuple[str, dict[str, str]]] = {}  # by place: title and values
        self._by_title: dict[str, str] = {}
        self._by_slug: dict[str, str] = {}
        self._templates: Counter[str] = Counter()
        self._shown: dict[str, FoundLink] = {}  # links by their titles
        self._slugs: dict[str, FoundLink] = {}
        self._linked: set[str] = set()  # places with a link of their own
        self._made: dict[str, str] = {}  # address → place
        self._found: set[str] = set()

    def add(self, links: list[FoundLink]) -> list[FoundLink]:
        """Note the links and items of a page; return its links, with every address known by now.

        Items without an address stay among them: they make a page a list.
        """
        fresh = []
        for link in links:
            if is_item_place(link.url):
                fresh.append(link)
            elif len(self._shown) < _MAX_SHOWN and (title := fold(link.text)):
                self._shown.setdefault(title, link)
                self._slugs.setdefault(_slug_in(link.url), link)
                place = self._by_title.get(title) or self._by_slug.get(_slug_in(link.url))
                if place and place in self._items:
                    self._learn(link.url, place)
        for link in fresh:
            self._note(link)
        made = list(self._addressed())
        waiting = set(self._waiting()) if fresh else set()
        own = [one for one in links if not is_item_place(one.url) or one.url in waiting]
        return [*own, *made]

    def hit(self, url: str) -> None:
        """Note that the page at an address is an article."""
        if url in self._made:
            self._found.add(url)

    def unaddressed(self, is_found: Callable[[str], bool] = lambda _: False) -> list[str]:
        """Return the titles of the articles for which no page was found.

        ``is_found``: returns True for the address of an article that was not read in this run.
        """
        lost = (
            place
            for url, place in self._made.items()
            if url not in self._found and not is_found(url)
        )
        return list({self._items[place][0]: None for place in (*lost, *self._waiting())})

    def _note(self, link: FoundLink) -> None:
        if link.url in self._items or len(self._items) > _MAX_ITEMS:
            return
        values = dict(parse_qsl(unquote(link.url.partition(_PLACE)[2])))
        self._items[link.url] = (link.text, values)
        self._by_title.setdefault(fold(link.text), link.url)
        for value in values.values():
            if len(value.split("-")) >= _SLUG_WORDS:
                self._by_slug.setdefault(fold(value), link.url)
        shown = self._shown.get(fold(link.text))
        slugs = (self._slugs.get(fold(value)) for value in values.values())
        if example := shown or next(filter(None, slugs), None):
            self._learn(example.url, link.url)

    def _learn(self, url: str, place: str) -> None:
        """Learn how addresses are made from one that is known."""
        values = self._items[place][1]
        template, used = url.replace("{", "%7B").replace("}", "%7D"), False
        for key, value in sorted(values.items(), key=lambda one: len(one[1]), reverse=True):
            pattern = re.compile(rf"(?<![\w{{]){re.escape(value)}(?![\w}}])")
            if len(value) == 1:  # "muc=3" of {"muc": 3}
                pattern = re.compile(rf"(?<=[?&]){re.escape(key)}={re.escape(value)}(?=&|$)")
                template = pattern.sub(f"{key}={{{key}}}", template)
            elif pattern.search(template):
                template = pattern.sub(f"{{{key}}}", template)
                used = True
        rest = re.sub(r"\{[^{}]*\}", "", urlsplit(template)._replace(netloc="").geturl())
        if used and not _UNSURE.search(rest):
            self._templates[template] += 1
        self._linked.add(place)

    def _waiting(self) -> Iterator[str]:
        made = self._linked.union(self._made.values())
        for place, (title, values) in self._items.items():
            is_shown = fold(title) in self._shown
            is_shown = is_shown or any(fold(value) in self._slugs for value in values.values())
            if place not in made and not is_shown:
                yield place

    def _addressed(self) -> Iterator[FoundLink]:
        for place in list(self._waiting()) if self._templates else ():
            title, values = self._items[place]
            filled = (_filled(template, values) for template, _ in self._templates.most_common())
            if url := next(filter(None, filled), None):
                self._made[url] = place
                yield FoundLink(url, title)


def _filled(template: str, values: dict[str, str]) -> str | None:
    """Return the address that a template makes of values, None if it needs others."""
    pieces = re.split(r"\{([^{}]*)\}", template)
    keys = pieces[1::2]
    if not all(key in values for key in keys):
        return None
    pieces[1::2] = [quote(values[key], _SAFE) for key in keys]
    return "".join(pieces)


def _slug_in(url: str) -> str:
    """Return the last part of an address without its suffix and number."""
    stem = fold(unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2]))
    stem = re.sub(r"\.[a-z]{3,5}$", "", stem)
    slug = re.sub(r"[-_.][a-z]{0,4}\d+$", "", stem)
    return next((one for one in (stem, slug) if len(one.split("-")) >= _SLUG_WORDS), stem)
