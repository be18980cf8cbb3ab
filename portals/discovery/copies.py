"""Addresses that name a story: by which copies of it under another pattern are recognised.

A story that is shown in two sections, printed or listed by its tag has an address in each folder
that ends alike. That is believed of a pattern only after two of its pages were such copies.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from portals.discovery.targets import UrlPattern
from portals.discovery.url_patterns import LONG_SLUG_WORDS
from portals.language.text import fold

_PROOF = 2  # copies
_SUFFIX = re.compile(r"\.[a-z]{3,5}$")
_NUMBER = re.compile(r"\d+")
_LAST_NUMBER = re.compile(r"(?:^|[-_.])[a-z]{0,4}(\d+)$")


def title_key(title: str) -> str:
    """Return a short key of a headline, "" of none."""
    return hashlib.sha256(fold(title).encode()).hexdigest()[:12] if title else ""


class StoryNames:
    """The names of the stories that are requested: the slug or number that ends an address."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}
        self._shared: set[str] = set()

    def add(self, url: str) -> None:
        """Remember the address of a page that is requested."""
        for name in _names_of(url):
            if self._owners.setdefault(name, url) != url:
                self._shared.add(name)

    def discard(self, url: str) -> None:
        """Forget the address of a page that is no story."""
        for name in _names_of(url):
            if self._owners.get(name) == url:
                del self._owners[name]

    def knows(self, url: str) -> bool:
        """Return True if the address ends like another one that is requested."""
        names = _names_of(url)
        return bool(names) and self._owners.get(names[0], url) != url

    def owner_of(self, url: str) -> str:
        """Return the first requested address that ends like ``url``, "" if no two do."""
        names = _names_of(url)
        return self._owners.get(names[0], "") if names and names[0] in self._shared else ""

    def copies_in(
        self, pattern: UrlPattern, is_story: Callable[[str], bool] = lambda _: True
    ) -> list[str]:
        """Return the queued addresses of a pattern that are copies, if it has such.

        ``is_story``: False for an address that ends like a story's and is that of a list.
        """
        if not has_named_copies(pattern):
            return []
        waiting = (*pattern.queued, *pattern.held)
        return [url for url in waiting if self.knows(url) and is_story(self._owner(url))]

    def _owner(self, url: str) -> str:
        names = _names_of(url)
        return self._owners.get(names[0], "") if names else ""


class StoryTexts:
    """The texts and headlines of the stories that were read: by which copies are recognised."""

    def __init__(self) -> None:
        self._firsts: dict[str, tuple[str, str]] = {}  # pattern and URL that had it first

    def add_headline(self, headline: str, pattern: str, url: str) -> None:
        """Remember the headline of a known article, "" of none."""
        if title := title_key(headline):
            self._firsts.setdefault(f":{title}", (pattern, url))

    def is_copy(self, content_hash: str | None, pattern: str, url: str, *, is_named: bool) -> bool:
        """Return True if a text was read before: under another pattern, or a name it shares.

        ``is_named``: the address ends like another one, so that the same title is enough: a
        printed story may have another byline. It is behind a colon in ``content_hash``.
        """
        text, _, title = (content_hash or "").partition(":")
        page = (pattern, url)
        firsts = [self._firsts.setdefault(text, page)] if text else []
        under_title = self._firsts.setdefault(f":{title}", page) if title else page
        if is_named:
            return any(first[1] != url for first in (*firsts, under_title))
        return any(first[0] != pattern for first in firsts)


def has_named_copies(pattern: UrlPattern) -> bool:
    """Return True if copies under a pattern are recognised by the ends of their addresses."""
    unlike = pattern.duplicates - pattern.named_copies
    return pattern.named_copies >= _PROOF > unlike and not pattern.namesakes


def _names_of(url: str) -> list[str]:
    """Return the names in an address, the surest first: its slug, else its number."""
    parts = urlsplit(url)
    last = fold(unquote(parts.path.rstrip("/").rpartition("/")[2]))
    stem = _SUFFIX.sub("", last)
    names = []
    if len([word for word in re.split(r"[^a-z0-9]+", stem) if word]) >= LONG_SLUG_WORDS:
        names.append(stem)
    names += [f"#{match[1]}" for match in [_LAST_NUMBER.search(stem)] if match]
    if parts.query:
        names += [f"#{number}" for number in _NUMBER.findall(parts.query)]
    return names
