"""The description of a system whose pages a script builds from JSON: lists, addresses, fields.

Addresses are relative to the interface (``JsonSystem.api``). In them, in bodies of requests and in
public addresses ``{name}`` is a value: of the request (``section``, ``offset``, ``page``,
``size``), or of the item at that path; ``{path:slug}`` is its text as a part of a URL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote, unquote, urljoin, urlsplit

from portals.extraction.json_article import JsonFields, date_text
from portals.extraction.json_data import (
    JsonDataError,
    items_at,
    load_json,
    number_at,
    text_at,
    value_at,
)
from portals.language.dates import find_date
from portals.language.text import clean, slugify
from portals.urls import host_of

Paging = Literal["offset", "page", "size", "none"]
"""How a list names its pages: by the items before it, by its number, by asking for more items at
once (the list has no other parameter), or not at all."""

_GROWTH, _MAX_SIZE = 4, 2_000  # of a list that only takes a size
_MAX_ITEMS = 2_000  # of one answer; what is beyond is counted as cut
_MAX_SECTIONS = 200
_MAX_PAGE = 500_000  # characters of a page in which the interface is looked for
_MAX_VALUE = 400  # characters of a value in an address
_VALUE = re.compile(r"\{([\w.]+)(:slug)?\}")


@dataclass(frozen=True, slots=True)
class JsonList:
    """A list of articles. Without ``address`` the row of the portal or its page names it.

    ``body``: of a POST request, JSON; without it the list is a GET request. ``items``, ``total``:
    paths of the items and of their number in all pages. ``title``, ``date``: of an item.
    ``public``: the public address of an item; ``defaults``: values of it that an item may lack.
    ``fields``: given if the items are whole articles. ``expected``: a path and its value in every
    good answer.
    """

    items: tuple[str, ...]
    public: str
    address: str = ""
    body: str = ""
    paging: Paging = "none"
    size: int = 20
    total: str = ""
    defaults: Mapping[str, str] = field(default_factory=dict)
    title: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    fields: JsonFields | None = None
    expected: tuple[str, int | str] | None = None


@dataclass(frozen=True, slots=True)
class JsonMenu:
    """The list of the sections: ``section``: path and pattern (group 1) of the value in lists."""

    address: str
    items: tuple[str, ...]
    section: tuple[str, str]


@dataclass(frozen=True, slots=True)
class JsonDetail:
    """The object of one article. ``public``: pattern of its public path, with one group.

    ``address`` and ``body`` have that group as ``{key}``.
    """

    public: str
    address: str
    fields: JsonFields
    body: str = ""


@dataclass(frozen=True, slots=True)
class JsonSystem:
    """The JSON interface of a system.

    ``api``: its URL, relative to the portal's home page or absolute. ``sections``: those that are
    known without a menu; ``section_pattern``: of the path of a public listing, whose group 1 is the
    section. ``sign``: pattern of what a page names that loads from the interface; its group 1,
    if it has one, is the address of the list. Without ``detail`` the articles are pages.
    """

    listing: JsonList
    api: str = "/"
    menu: JsonMenu | None = None
    detail: JsonDetail | None = None
    sections: tuple[str, ...] = ()
    section_pattern: str = ""
    sign: str = ""

    def home(self, portal_home: str, origin: str | None = None) -> str:
        """Return the URL of the interface of a portal.

        A copy of a portal (``origin``) has it on its own host, and so has a portal of another
        domain than the one that is known.
        """
        host = host_of(self.api) if "://" in self.api else ""
        is_known = host.endswith(f".{host_of(portal_home)}") and not origin
        return self.api if is_known else urljoin(portal_home, urlsplit(self.api).path)

    def sign_in(self, text: str) -> re.Match[str] | None:
        """Return where a page names the interface, or None."""
        return re.search(self.sign, text[:_MAX_PAGE]) if self.sign else None

    def section_in(self, url: str) -> str:
        """Return the section that a public listing shows, or ``""``."""
        match = (
            re.search(self.section_pattern, urlsplit(url).path) if self.section_pattern else None
        )
        return match[1] if match else ""


@dataclass(frozen=True, slots=True)
class JsonAsk:
    """A request: its URL, and its body if it is a POST."""

    url: str
    body: str = ""


@dataclass(frozen=True, slots=True)
class ListPlace:
    """A page of a list: section, number from 1, items before it, and how many it may have.

    ``address``: of the list, where not the system names it.
    """

    section: str = ""
    number: int = 1
    offset: int = 0
    size: int = 0
    address: str = ""


@dataclass(frozen=True, slots=True)
class ListItem:
    """An item of a list: its public URL, its title and its object."""

    url: str
    title: str
    data: Any


@dataclass(frozen=True, slots=True)
class JsonListPage:
    """What a page of a list holds: items, how many entries it has in all, and the total it names.

    ``entries``: those without an address included.
    """

    items: list[ListItem]
    entries: int
    total: int | None = None


def ask_list(system: JsonSystem, api: str, place: ListPlace) -> JsonAsk:
    """Return the request for a page of a list."""
    described = system.listing
    values = {
        "section": place.section,
        "offset": place.offset,
        "page": place.number,
        "size": place.size or described.size,
    }
    address = urljoin(api, place.address or _in_url(described.address, values))
    return JsonAsk(address, _in_body(described.body, values))


def ask_article(system: JsonSystem, api: str, url: str) -> JsonAsk | None:
    """Return the request for the object of the article at a public URL, None if it is a page."""
    detail = system.detail
    match = re.search(detail.public, urlsplit(url).path) if detail else None
    if detail is None or match is None:
        return None
    key = unquote(match[1])
    address = urljoin(api, _in_url(detail.address, {"key": key}))
    return JsonAsk(address, _in_body(detail.body, {"key": key}))


def declared_places(system: JsonSystem, listings: Iterable[str]) -> list[ListPlace]:
    """Return the lists that a row names: public listings, or the addresses of lists of JSON."""
    if system.listing.address:
        return [ListPlace(found) for path in listings if (found := system.section_in(path))]
    return [
        ListPlace(system.section_in(path), address=path)
        for path in listings
        if system.section_in(path) or "/api/" in path
    ]


def read_list(system: JsonSystem, body: bytes, portal_home: str) -> JsonListPage:
    """Return what a page of a list holds. Raises JsonDataError if it is no such list."""
    described, data = system.listing, load_json(body)
    _check_expected(described, data)
    entries = items_at(data, described.items)
    found: dict[str, ListItem] = {}
    for entry in entries[:_MAX_ITEMS]:
        if path := _public(described, entry):
            url = urljoin(portal_home, path)
            found.setdefault(url, ListItem(url, clean(text_at(entry, described.title)), entry))
    if entries and not found:
        raise JsonDataError(f"no item has what its address is made of ({described.public})")
    return JsonListPage(list(found.values()), len(entries), number_at(data, described.total))


def read_menu(menu: JsonMenu, body: bytes) -> list[str]:
    """Return the sections that a menu names. Raises JsonDataError if it is no such menu."""
    path, pattern = menu.section
    found = (text_at(entry, (path,)) for entry in items_at(load_json(body), menu.items))
    matches = (re.search(pattern, text) for text in found)
    return list(dict.fromkeys(match[1] for match in matches if match))[:_MAX_SECTIONS]


def next_place(system: JsonSystem, place: ListPlace, read: JsonListPage) -> ListPlace | None:
    """Return the page after ``place``, None if a list ends there.

    It ends with a page without entries. A page that is not full is the last one only if the total
    says so, too: some servers give fewer items than a request wants. The next offset counts items,
    not entries: repeated or empty ones may be no rows of the server's, and the next page would
    leave out as many articles.
    """
    described, size = system.listing, place.size or system.listing.size
    seen = place.offset + read.entries
    is_full = read.entries >= size
    if described.paging == "none" or not read.entries:
        return None
    if described.paging == "size":
        larger = min(size * _GROWTH, _MAX_SIZE)
        is_more = is_full and larger > size
        return ListPlace(place.section, place.number + 1, 0, larger) if is_more else None
    if not is_full and read.total is not None and seen >= read.total:
        return None
    offset = place.offset + len(read.items)
    return ListPlace(place.section, place.number + 1, offset, place.size, place.address)


def is_older(system: JsonSystem, read: JsonListPage, since: datetime) -> bool:
    """Return True if every item of a page names a day, and all are before ``since`` (aware)."""
    found = _days(system, read, since)
    return bool(found) and len(found) == len(read.items) and max(found) < since


def oldest_day(system: JsonSystem, read: JsonListPage, now: datetime) -> datetime | None:
    """Return the earliest day (aware) that an item of a page names, None if none does."""
    return min(_days(system, read, now), default=None)


def _days(system: JsonSystem, read: JsonListPage, now: datetime) -> list[datetime]:
    texts = [date_text(text_at(item.data, system.listing.date)) for item in read.items]
    dates = [find_date(text, now) for text in texts if text]
    return [date.at for date in dates if date]


def has_false_total(system: JsonSystem, place: ListPlace, read: JsonListPage) -> bool:
    """Return True if a list that ends at ``place`` names another total than it has items."""
    is_counted = system.listing.paging in ("offset", "page") and read.total is not None
    return is_counted and read.total != place.offset + read.entries


def _check_expected(described: JsonList, data: Any) -> None:
    if described.expected is None:
        return
    path, wanted = described.expected
    found = value_at(data, path)
    if str(found) != str(wanted):
        raise JsonDataError(f"{path} is {str(found)[:60]!r}, not {wanted!r}")


def _public(described: JsonList, entry: Any) -> str:
    """Return the public path of an item, ``""`` if it lacks a value of it."""
    parts: list[str] = []
    for literal, path, is_slug in _parts(described.public):
        parts.append(literal)
        if path:
            value = text_at(entry, (path,)) or described.defaults.get(path, "")
            value = slugify(value) if is_slug else value
            if not value or len(value) > _MAX_VALUE:
                return ""
            parts.append(quote(value, safe=""))
    return "".join(parts)


def _parts(template: str) -> Iterator[tuple[str, str, bool]]:
    """Yield the literals of a template, each with the path of the value behind it."""
    start = 0
    for match in _VALUE.finditer(template):
        yield template[start : match.start()], match[1], bool(match[2])
        start = match.end()
    yield template[start:], "", False


def _in_url(template: str, values: Mapping[str, object]) -> str:
    return _VALUE.sub(lambda name: quote(str(values.get(name[1], "")), safe=""), template)


def _in_body(template: str, values: Mapping[str, object]) -> str:
    """Return a JSON text with its values, each as JSON without the quotes of a text.

    Other braces are JSON's own.
    """

    def inserted(match: re.Match[str]) -> str:
        value = values.get(match[1])
        return match[0] if value is None else json.dumps(value).strip('"')

    return _VALUE.sub(inserted, template)
