"""Re-reading archived JSON: which articles an answer of a script-built portal holds."""

from __future__ import annotations

from portals.archive.captures import Capture
from portals.archive.link_facts import LinkFacts
from portals.article import Article, Reject
from portals.extraction.json_article import read_json_article
from portals.extraction.json_data import JsonDataError, load_json
from portals.families import FAMILIES, Family, json_recipe
from portals.families.json_system import read_list
from portals.urls import host_of

_BY_NAME = {family.name: family for family in FAMILIES if family.json}


def is_json(capture: Capture) -> bool:
    """Return True for an answer that says that it is JSON."""
    return "json" in (capture.content_type or "").lower()


def read_json_capture(
    capture: Capture, portal: str, link: LinkFacts, home: str
) -> list[Article | Reject]:
    """Return the articles of an archived answer; none of a menu and of a list without texts.

    ``link``: names the system and, of one article, its public URL. ``home``: URL of the portal.
    """
    family = _BY_NAME.get(link.system)
    if family is None or family.json is None:
        return []
    if link.is_listing:
        return _of_list(capture, portal, family, home)
    if family.json.detail is None or not link.article_url:
        return []
    try:
        data = load_json(capture.body)
    except JsonDataError:
        return []
    own = json_recipe(portal, family)
    fields = family.json.detail.fields
    return [read_json_article(data, fields, own, link.article_url, capture.captured_at)]


def _of_list(capture: Capture, portal: str, family: Family, home: str) -> list[Article | Reject]:
    system = family.json
    if system is None or system.listing.fields is None:
        return []
    try:
        read = read_list(system, capture.body, home)
    except JsonDataError:
        return []  # a menu, or an error in the place of a list
    own = json_recipe(portal, family)
    return [
        read_json_article(item.data, system.listing.fields, own, item.url, capture.captured_at)
        for item in read.items
    ]


def has_own_article_url(capture: Capture, link: LinkFacts, hosts: frozenset[str]) -> bool:
    """Return True if the article of an answer is on a host of the portal: others write archives."""
    try:
        return not link.article_url or host_of(link.article_url) in {host_of(capture.url), *hosts}
    except ValueError:
        return False
