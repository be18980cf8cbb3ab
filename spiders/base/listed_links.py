"""What a listing page of a known CMS leads to: sections, articles, and what its selectors miss."""

from __future__ import annotations

import re
from collections import Counter as Counts
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from portals.discovery.headlines import headlines_of, missed_headlines
from portals.discovery.links import (
    TITLE_WORDS,
    found_links,
    label_of,
    news_sections,
    unnamed_sections,
)
from portals.discovery.targets import FoundLink
from portals.discovery.url_patterns import article_pattern, is_file, is_skipped
from portals.extraction.page import Page
from portals.extraction.themes import select
from portals.families import Family
from portals.language.text import words

if TYPE_CHECKING:
    from spiders.base.portal import PortalSpider

_MIN_ALIKE = 2  # addresses with one pattern
_SAMPLE = 100  # articles of a page whose addresses are looked at: a list has a few patterns


@dataclass(slots=True)
class ListedItems:
    """The articles of a listing page.

    ``urls``: of the list, in order; ``beside``: of other boxes; ``links``: what is known of those
    found by their headlines. ``is_by_headlines``: the selectors missed the list, or half of it.
    ``is_doubtful``: they found nothing here and something elsewhere.
    """

    urls: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    links: dict[str, FoundLink] = field(default_factory=dict)
    is_by_headlines: bool = False
    is_doubtful: bool = False


class ListedLinks:
    """Reads the links of a portal's listing pages by the selectors of its family.

    Remembers, for one run, what the selectors found, and the headlines that were seen beside lists:
    an empty listing has headlines in its side boxes.
    """

    def __init__(self, spider: PortalSpider, family: Family) -> None:
        self.spider = spider
        self.family = family
        self._have_selectors_found = False
        self._has_described = False  # not by addresses alone
        self._patterns: set[str] = set()
        self._beside: set[str] = set()
        self._moved_alike: dict[str, dict[str, bool]] = {}  # by pattern: URL → was listed

    def sections(self, page: Page) -> list[str]:
        """Return the URLs of news listings, found by section links, feeds and menu."""
        found = self.select(page, self.family.section_links)
        if self.family.section_feeds:
            css, pattern, replacement = self.family.section_feeds
            feeds = (str(href) for href in select(page.root, css))
            urls = (
                re.sub(pattern, replacement, feed) for feed in feeds if re.search(pattern, feed)
            )
            found += [own for url in urls if (own := self.own_link(page, url))]
        if self.family.menu_sections:
            found += [
                own for link in news_sections(page) if (own := self.spider.normalize_url(link))
            ]
        if not found:
            links = (self.spider.normalize_url(link) for link in news_sections(page))
            found = [own for own in links if own]
        home = self.spider.home_url.rstrip("/")
        return [url for url in dict.fromkeys(found) if url.rstrip("/") != home]

    def unnamed(self, page: Page, known: Collection[str]) -> list[str]:
        """Return entries of the menu whose labels do not say whether they are listings.

        ``known``: the listings found. None where the CMS marks its sections.
        """
        if not self.family.menu_sections:
            return []
        links = (self.spider.normalize_url(link) for link in unnamed_sections(page))
        own = dict.fromkeys(link for link in links if link and link not in known)
        home = self.spider.home_url.rstrip("/")
        return [url for url in own if url.rstrip("/") != home and self._is_listing_url(url)]

    def _is_listing_url(self, url: str) -> bool:
        return self.family.kind_of(url) in ("listing", "unknown")

    def lists_articles(self, page: Page) -> bool:
        """Return True if the selectors of the CMS find articles listed on the page."""
        return bool(self.select(page, self.family.item_links))

    def items(self, page: Page, number: int) -> ListedItems:
        """Return the articles of page ``number`` of a listing."""
        described = self.select(page, self.family.item_links)
        urls = self._with_moved(page, described)
        if not urls:
            return self._by_headlines(page)
        is_addressed = bool(self.family.article_path)
        listed = urls if is_addressed else described
        self._patterns.update(map(article_pattern, listed[:_SAMPLE]))
        self._have_selectors_found = True
        self._has_described = self._has_described or bool(described)
        if is_addressed:
            held = [url for url in self._proven_moved() if url not in urls]
            return ListedItems(urls, held, is_by_headlines=not self._has_described)
        return self._with_missed(page, urls, number)

    def _with_moved(self, page: Page, described: list[str]) -> list[str]:
        """Return the article URLs of a listing page.

        If the CMS has a URL pattern for articles, links outside the list (side boxes) count too.
        """
        if not self.family.article_path:
            return described
        pattern = re.compile(self.family.article_path)
        moved = self._moved(page, pattern)
        own = [url for link in found_links(page) if (url := self.own_link(page, link.url))]
        return [
            url
            for url in dict.fromkeys([*described, *own])
            if url in moved or pattern.search(urlsplit(url).path)
        ]

    def _moved(self, page: Page, pattern: re.Pattern[str]) -> set[str]:
        """Return the headlines of the list whose addresses are not those of the CMS.

        Two addresses alike are proof: a portal that drops the number from its addresses has lists
        with both kinds for years.
        """
        found: dict[str, str] = {}
        for css in self.family.item_links:
            for element in select(page.root, css):
                if isinstance(element, str) or len(words(label_of(element))) < TITLE_WORDS:
                    continue
                url = self.own_link(page, (element.get("href") or "").strip())
                if url and not is_skipped(url) and not pattern.search(urlsplit(url).path):
                    found[url] = article_pattern(url)
        alike = Counts(found.values())
        for url, name in found.items():
            self._moved_alike.setdefault(name, {}).setdefault(url, alike[name] >= _MIN_ALIKE)
        return {url for url, name in found.items() if alike[name] >= _MIN_ALIKE}

    def _proven_moved(self) -> list[str]:
        """Return the headlines that were alone on their page, once others have such addresses."""
        proven = [alike for alike in self._moved_alike.values() if len(alike) >= _MIN_ALIKE]
        held = [url for alike in proven for url, is_listed in alike.items() if not is_listed]
        for alike in proven:
            alike.update(dict.fromkeys(alike, True))
        return held

    def _with_missed(self, page: Page, urls: list[str], number: int) -> ListedItems:
        """Return ``urls`` and the articles of the page that the selectors did not find."""
        missed = missed_headlines(
            page, urls, self._patterns, lambda href: self.own_link(page, href)
        )
        unseen = missed.beside.keys() - self._beside
        self._beside |= missed.beside.keys()
        is_cut = 2 * len(missed.in_list) >= len(urls)
        is_elsewhere = number > 1 and len(unseen) >= len(urls)
        beside = [] if self.spider.arguments.section else list(missed.beside)
        return ListedItems(
            [*urls, *missed.in_list],
            beside,
            {**missed.in_list, **missed.beside},
            is_by_headlines=is_cut or is_elsewhere,
        )

    def _by_headlines(self, page: Page) -> ListedItems:
        """Return the articles of a page on which the selectors found nothing.

        Where they found something elsewhere, those that no other page showed beside its list.
        """
        if self.spider.interstitial_of(page):
            return ListedItems()
        found: dict[str, FoundLink] = {}
        if not self._have_selectors_found:
            for link in headlines_of(page):
                if url := self.own_link(page, link.url):
                    found.setdefault(url, link)
            return ListedItems(list(found), links=found, is_by_headlines=bool(found))
        missed = missed_headlines(page, (), self._patterns, partial(self.own_link, page))
        found = {url: link for url, link in missed.beside.items() if url not in self._beside}
        self._beside |= found.keys()
        if len(found) < _MIN_ALIKE:
            return ListedItems()
        return ListedItems(list(found), links=found, is_by_headlines=True, is_doubtful=True)

    def select(self, page: Page, selectors: tuple[str, ...]) -> list[str]:
        """Return the URLs of the links that the selectors find, in order, each once."""
        found: dict[str, None] = {}
        for css in selectors:
            for element in select(page.root, css):
                href = "" if isinstance(element, str) else (element.get("href") or "").strip()
                if href and not href.startswith("#") and (url := self.own_link(page, href)):
                    found[url] = None
        return list(found)

    def own_link(self, page: Page, href: str) -> str | None:
        """Return the URL of ``href`` on this portal, None for files, copies and other hosts."""
        absolute = page.absolute(href)
        url = self.spider.normalize_url(absolute) if absolute else None
        if url is None or is_file(url):
            return None
        skipped = self.family.skipped_paths
        return None if skipped and re.search(skipped, urlsplit(url).path) else url
