"""Machine-readable metadata of a page: JSON-LD, OpenGraph, ``<time>``, ``rel=author``.

Each value is accepted only if it is plausible. Known faults: ``meta[name=author]`` is nearly always
the site; ``description`` is truncated in mid-word; ``itemprop=datePublished`` is NukeViet's time of
the last edit, so microdata dates are never read; headlines are escaped twice (Tuổi Trẻ).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from portals.extraction.page import Page
from portals.extraction.roles import Role, roles_of
from portals.language.dates import DateReading, find_date
from portals.language.text import canonical, clean, words

_ARTICLE_TYPES = frozenset(["NewsArticle", "Article", "ReportageNewsArticle", "BlogPosting"])
_MAX_SCRIPT = 500_000  # characters of JSON-LD; the description of an article has some thousands
_MAX_VALUE = 5_000  # characters of one value
_SITE_PARTS = re.compile(r"\s+[|–—»-]\s+|\s*\|\s*")
_NOT_A_PERSON = re.compile(
    r"https?:|www\.|\.(?:vn|com|org|net)\b|^(?:admin|administrator|quantri|quản trị|bbt|editor)\b"
    r"|^(?:báo|cổng|trang|liên đoàn|công đoàn|ủy ban|sở|đài|tạp chí|ban|văn phòng)\b",
    re.IGNORECASE,
)
_MAX_AUTHORS = 4
_MIN_TITLE_WORDS = 3
_MIN_LEAD_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class MetadataValue:
    """A value and its source in the page."""

    value: str
    rule: str


@dataclass(slots=True)
class MachineMetadata:
    """The plausible metadata of a page."""

    title: MetadataValue | None = None
    lead: MetadataValue | None = None
    author: MetadataValue | None = None
    section: MetadataValue | None = None
    date: DateReading | None = None
    date_rule: str = ""
    is_article: bool = False
    has_article_node: bool = False
    site_names: frozenset[str] = frozenset()


def read_machine_metadata(page: Page) -> MachineMetadata:
    """Return the plausible metadata of the page."""
    meta = _meta(page)
    nodes = list(_nodes(page))
    site = _site_names(page, meta)
    found = MachineMetadata(is_article=bool(nodes) or meta.get("og:type") == "article")
    found.site_names = site
    found.has_article_node = bool(nodes)
    found.title = _title(page, meta, nodes, site)
    found.author = _author(page, nodes, site)
    found.section = _first([("meta article:section", meta.get("article:section", ""))])
    found.lead = _lead(page, meta)
    for rule, text in _dates(page, meta, nodes):
        if reading := find_date(text, page.fetched_at):
            found.date, found.date_rule = reading, rule
            break
    return found


def _meta(page: Page) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in page.root.iter("meta"):
        name = element.get("property") or element.get("name")
        content = clean(html.unescape(element.get("content") or ""))
        if name and content:
            found.setdefault(name.lower(), content)
    return found


def _nodes(page: Page) -> Iterator[dict[str, Any]]:
    """Yield the JSON-LD nodes that describe an article."""
    for script in page.root.iter("script"):
        if script.get("type") != "application/ld+json" or not script.text:
            continue
        if len(script.text) > _MAX_SCRIPT:
            continue
        try:
            data = json.loads(script.text, strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _flattened(data):
            kinds = node.get("@type")
            kinds = kinds if isinstance(kinds, list) else [kinds]
            if not _ARTICLE_TYPES.isdisjoint(str(kind) for kind in kinds):
                yield node


def _flattened(data: Any) -> Iterator[dict[str, Any]]:
    for node in data if isinstance(data, list) else [data]:
        if isinstance(node, dict):
            yield node
            if isinstance(node.get("@graph"), list):
                yield from (inner for inner in node["@graph"] if isinstance(inner, dict))


def _site_names(page: Page, meta: dict[str, str]) -> frozenset[str]:
    names = {canonical(meta.get("og:site_name", "")), canonical(meta.get("author", ""))}
    parts = _SITE_PARTS.split(page.head_title)
    if len(parts) > 1:
        names.add(canonical(parts[-1]))
    return frozenset(names - {""})


def _title(
    page: Page, meta: dict[str, str], nodes: list[dict[str, Any]], site: frozenset[str]
) -> MetadataValue | None:
    values = [("json-ld headline", _text(node.get("headline"))) for node in nodes]
    values += [
        ("og:title", meta.get("og:title", "")),
        ("title", _SITE_PARTS.split(page.head_title)[0]),
    ]
    shown = {canonical(block.text): block.text for block in page.blocks if block.text}
    for rule, value in values:
        text = clean(html.unescape(value[:_MAX_VALUE]))
        if len(words(text)) < _MIN_TITLE_WORDS or canonical(text) in site:
            continue
        # The visible title is exact; titles in metadata lose quotes and gain suffixes.
        for candidate in (text, _SITE_PARTS.split(text)[0]):
            if canonical(candidate) in shown:
                return MetadataValue(shown[canonical(candidate)], f"{rule}, as shown")
        return MetadataValue(clean(text), rule)
    return None


def _author(page: Page, nodes: list[dict[str, Any]], site: frozenset[str]) -> MetadataValue | None:
    links = islice(page.root.iterfind(".//a[@rel='author']"), 5)
    values = [("rel=author", clean("".join(islice(link.itertext(), 10)))) for link in links]
    found = _first([(rule, text) for rule, text in values if _is_person(text, site)])
    for node in nodes:
        author = node.get("author")
        names: dict[str, None] = {}
        for one in author if isinstance(author, list) else [author]:
            name = _text(one.get("name") if isinstance(one, dict) else one)
            kind = one.get("@type", "Person") if isinstance(one, dict) else "Person"
            if kind == "Person" and name and _is_person(name, site):
                names[name] = None
        if names and found is None:
            found = MetadataValue(" - ".join(list(names)[:_MAX_AUTHORS]), "json-ld author")
    return found


def _is_person(name: str, site: frozenset[str]) -> bool:
    return canonical(name) not in site and not _NOT_A_PERSON.search(name)


def _lead(page: Page, meta: dict[str, str]) -> MetadataValue | None:
    """Return the visible line that begins with the description, which is often truncated."""
    for rule in ("og:description", "description"):
        start = canonical(meta.get(rule, "").rstrip(".… "))
        if len(start) < _MIN_LEAD_CHARACTERS:
            continue
        for block in page.blocks:
            shown = canonical(block.text) if len(block.text) >= _MIN_LEAD_CHARACTERS else ""
            if shown.startswith(start[: len(start) - 12]):
                return MetadataValue(block.text, f"{rule}, as shown")
    return None


def _dates(
    page: Page, meta: dict[str, str], nodes: list[dict[str, Any]]
) -> Iterator[tuple[str, str]]:
    for node in nodes:
        yield "json-ld datePublished", _text(node.get("datePublished"))
    yield "article:published_time", meta.get("article:published_time", "")
    articles = page.root.findall(".//article")
    if len(articles) == 1:
        for element in articles[0].iter("time"):
            if not _is_comment(element):
                yield "time datetime", str(element.get("datetime") or "")


def _is_comment(element: HtmlElement) -> bool:
    """Return True if an element is among the comments of readers, by the names around it."""
    return any(Role.COMMENTS in roles_of(above) for above in element.iterancestors())


def _first(values: list[tuple[str, str]]) -> MetadataValue | None:
    return next((MetadataValue(text, rule) for rule, text in values if text), None)


def _text(value: Any) -> str:
    return clean(html.unescape(value[:_MAX_VALUE])) if isinstance(value, str) else ""
