"""Headlines whose addresses only a script opens: ``#/tin-tuc/123``, ``#!/van-hoa/7``.

What is behind ``#`` is never sent to a server: every such address answers the same page. Source:
hash and hash-bang routes of AngularJS, Vue and React (``HashRouter``) in portals of 2013 to 2024.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import islice
from urllib.parse import urljoin

from portals.discovery.links import TITLE_WORDS, label_of
from portals.extraction.page import Page
from portals.language.text import words

_MAX_LINKS = 5_000
_FEWEST = 3  # addresses with one page before the "#": fewer are tabs, shares, comments
_ROUTE = re.compile(r"!?/[^/\s]")


def may_have_routes(body: bytes) -> bool:
    """Return True if a page may have such addresses at all; nearly none has."""
    return b"#/" in body or b"#!/" in body


def browser_routes(page: Page) -> int:
    """Return how many headlines of ``page`` only a script opens; 0 if they are no list.

    Of a page without any other link the entries of its menu count too. A headline that is also a
    link to a page of its own is not counted.
    """
    routes: defaultdict[str, dict[str, str]] = defaultdict(dict)
    plain: set[str] = set()
    for link in islice(page.root.iter("a"), _MAX_LINKS):
        href, label = (link.get("href") or "").strip(), label_of(link)
        before, _, fragment = href.partition("#")
        if _ROUTE.match(fragment):
            routes[_joined(page.url, before)][fragment] = label
        elif before and label:
            plain.add(label)
    found = [
        label
        for of_page in routes.values()
        if len(of_page) >= _FEWEST
        for label in of_page.values()
        if label not in plain
    ]
    headlines = [label for label in found if len(words(label)) >= TITLE_WORDS]
    counted = headlines if plain else found
    return len(counted) if len(counted) >= _FEWEST else 0


def _joined(url: str, address: str) -> str:
    try:
        return urljoin(url, address)
    except ValueError:
        return address
