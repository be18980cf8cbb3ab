"""Extracting an article by its markup: CSS selectors per theme generation, tried in order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Literal, cast

from cssselect.parser import Selector
from cssselect.xpath import XPathExpr
from lxml import etree
from lxml.html import HtmlElement
from parsel.csstranslator import HTMLTranslator

from portals.extraction.blocks import is_unseen, read_blocks
from portals.extraction.page import Page
from portals.extraction.story import ArticleContent, read_story
from portals.extraction.validity import ALWAYS, Validity
from portals.language.bylines import read_signature
from portals.language.dates import DateReading, UnreadableDateError, find_date, read_date
from portals.language.noise import read_view_count
from portals.language.text import canonical, clean

_MAX_BODIES = 20  # elements with the body's class that are compared
_MAX_CHROME = 120  # characters of a line that recurs from page to page
_MAX_TRIED = 10  # matches of a selector that are searched for text


class _Translator(HTMLTranslator):
    """Translates CSS to XPath expressions that are fast on any page.

    ``A B`` as a path from every A to all its descendants merges node sets repeatedly, which takes
    hours on deeply nested pages; testing every B for an ancestor A is fast. For ``A B C`` only the
    nearest ancestor B of a C is tested: the ancestors of the others are also ancestors of it.
    ``:last-child`` is replaced as well: the usual translation counts all following siblings.
    """

    def selector_to_xpath(
        self,
        selector: Selector,
        prefix: str = "descendant-or-self::",
        translate_pseudo_elements: bool = False,  # noqa: FBT001, FBT002 - cssselect's signature
    ) -> str:
        """Translate one selector of a comma-separated group."""
        xpath = _whole(self.xpath(selector.parsed_tree))
        if translate_pseudo_elements and selector.pseudo_element:
            xpath = self.xpath_pseudo_element(xpath, selector.pseudo_element)
        return f"{prefix}{xpath}"

    def xpath_descendant_combinator(self, left: XPathExpr, right: XPathExpr) -> XPathExpr:
        """Translate ``left right``."""
        if left.path:
            return super().xpath_descendant_combinator(left, right)
        above = getattr(left, "above", "")
        right.above = f"ancestor::{left}[1]" + (f"[{above}]" if above else "")  # type: ignore[attr-defined]
        return right

    def xpath_child_combinator(self, left: XPathExpr, right: XPathExpr) -> XPathExpr:
        """Translate ``left > right``."""
        if left.path:
            return super().xpath_child_combinator(left, right)
        return right.add_condition(f"parent::{_whole(left)}")

    def xpath_direct_adjacent_combinator(self, left: XPathExpr, right: XPathExpr) -> XPathExpr:
        """Translate ``left + right``."""
        return super().xpath_direct_adjacent_combinator(_whole(left), right)

    def xpath_indirect_adjacent_combinator(self, left: XPathExpr, right: XPathExpr) -> XPathExpr:
        """Translate ``left ~ right``."""
        return super().xpath_indirect_adjacent_combinator(_whole(left), right)

    def xpath_last_child_pseudo(self, xpath: XPathExpr) -> XPathExpr:
        """Translate ``:last-child``."""
        return xpath.add_condition("not(following-sibling::*[1])")


def _whole(xpath: XPathExpr) -> XPathExpr:
    """Return an expression with its ancestors added to its conditions."""
    above = getattr(xpath, "above", "")
    xpath.above = ""  # type: ignore[attr-defined]
    return xpath.add_condition(above) if above else xpath


_TRANSLATOR = _Translator()


@dataclass(frozen=True)
class Theme:
    """The selectors of one theme generation: per field in order of trust, the first match wins.

    ``scope``: the element of the article, in which every field but the section and the head is
    searched; without it the theme does not apply. ``::attr(name)`` selects an attribute, ``::last``
    the last match. ``drop``: elements removed from the body, as are ``author``, ``source`` and
    ``byline`` inside it. ``byline``: elements of labelled lines ("Tác giả: …", "Nguồn tin: …").
    ``lead_in_body``: the lead is the body's first line: always, only if it is bold, or if it is
    bold, italic or a heading. ``cover``: elements of the scope with pictures above the body.
    ``article_path``: pattern of an article's path, if other URLs show changing articles (a listing
    with one article shows it at the listing's URL). ``chrome``: lines that recur from page to page
    (as ``line_key``), never part of a text. ``validity``: the days on which the portal served such
    pages.
    """

    name: str
    title: tuple[str, ...]
    body: tuple[str, ...]
    scope: str = ""
    date: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    byline: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    cover: tuple[str, ...] = ()
    noise: tuple[str, ...] = ()
    lead_in_body: Literal["", "first", "bold", "styled"] = ""
    plain_captions: bool = False
    chrome: frozenset[str] = frozenset()
    article_path: str | None = None
    validity: Validity = ALWAYS


@dataclass(slots=True)
class ThemeReading:
    """The fields that a theme's selectors found; ``rules``: the selector of each field."""

    theme: Theme
    title: str
    story: ArticleContent
    rules: dict[str, str]
    date: DateReading | None = None
    date_reason: str = ""
    lead: str | None = None
    author: str | None = None
    source: str | None = None
    section: str | None = None
    view_count: int | None = None


def line_key(text: str) -> str:
    """Return ``text`` as compared between pages: canonical, numbers replaced by one symbol."""
    return re.sub(r"\d+", "0", canonical(text))


def _is_chrome(text: str, chrome: frozenset[str]) -> bool:
    return len(text) <= _MAX_CHROME and line_key(text) in chrome


@lru_cache(maxsize=2048)
def compiled(css: str) -> etree.XPath:
    """Return ``css`` (with ``::attr()``, ``::text``), or an XPath from ``/``, compiled; cached."""
    css = css.removesuffix("::last")
    if css.startswith("/"):
        return etree.XPath(css)
    return etree.XPath(_TRANSLATOR.css_to_xpath(css))


def select(root: HtmlElement, css: str) -> list[HtmlElement | str]:
    """Return the elements or attribute values under ``root`` that ``css`` selects.

    ``::last`` is the last of them: ``a:last-of-type`` would compare every link with every other.
    """
    found = cast("list[HtmlElement | str]", compiled(css)(root))
    return found[-1:] if css.endswith("::last") else found


def select_text(root: HtmlElement, css: str) -> str:
    """Return the cleaned text of the first match of ``css`` that has any, or ``""``."""
    for match in select(root, css)[:_MAX_TRIED]:
        text = clean(match) if isinstance(match, str) else _shown(match)
        if text:
            return text
    return ""


def _shown(element: HtmlElement) -> str:
    """Return the visible text of ``element`` on one line; breaks and blocks become spaces."""
    if not len(element):
        return "" if is_unseen(element) else clean(element.text or "")
    return " ".join(block.text for block in read_blocks(element) if block.text)


def read_theme(page: Page, theme: Theme) -> ThemeReading | None:
    """Return the article that ``theme`` finds on the page, or None if it does not apply."""
    scope = _first_element(page.root, (theme.scope,)) if theme.scope else page.root
    body = _fullest(scope, theme.body) if scope is not None else None
    if scope is None or body is None:
        return None
    title, rule = _first_text(scope, theme.title, page)
    if not title:
        return None
    rules = {"title": rule, "body": theme.body[0]}
    dropped = list(_elements(body, (*theme.drop, *theme.author, *theme.source, *theme.byline)))
    above = [block for cover in _elements(scope, theme.cover) for block in read_blocks(cover)]
    blocks = [*above, *page.pagers.without(read_blocks(body, without=dropped))]
    if theme.chrome:
        blocks = [block for block in blocks if not _is_chrome(block.text, theme.chrome)]
    story = read_story(
        blocks,
        noise=_noise(theme),
        lead=theme.lead_in_body,
        plain_captions=theme.plain_captions,
    )
    reading = ThemeReading(theme, title, story, rules)
    _read_header(page, scope, theme, reading)
    return reading


def _read_header(page: Page, scope: HtmlElement, theme: Theme, reading: ThemeReading) -> None:
    lines, rule = _first_lines(scope, theme.date, page)
    date = next((line for line in lines if find_date(line, page.fetched_at)), " ".join(lines))
    try:
        reading.date = read_date(date, page.fetched_at) if date else None
        reading.rules["published_at"] = rule
    except UnreadableDateError as error:
        reading.date_reason = str(error)
    for name in ("lead", "section", "author", "source"):
        root = page.root if name == "section" else scope
        value, rule = _first_text(root, getattr(theme, name), page)
        if value:
            setattr(reading, name, value)
            reading.rules[name] = rule
    reading.author = _byline(reading.author)
    reading.source = _byline(reading.source, source=True)
    _read_labelled(scope, theme, reading)
    views, _ = _first_text(scope, theme.views, page)
    counts = (read_view_count(line) for line in ([views] if theme.views else lines))
    reading.view_count = next((count for count in counts if count is not None), None)


def _read_labelled(scope: HtmlElement, theme: Theme, reading: ThemeReading) -> None:
    for css in theme.byline:
        for element in _elements(scope, (css,)):
            for block in read_blocks(element):
                signature = read_signature(block.text, set_apart=True)
                if signature is None:
                    continue
                if signature.author and not reading.author:
                    reading.author, reading.rules["author"] = signature.author, css
                if signature.source and not reading.source:
                    reading.source, reading.rules["source"] = signature.source, css


def _byline(text: str | None, *, source: bool = False) -> str | None:
    """Return the name in a byline element, without its label ("Nguồn : X", "Tác giả: X")."""
    if not text:
        return None
    signature = read_signature(text, set_apart=True)
    if signature is None:
        return text
    return signature.source if source else (signature.author or signature.source)


def _first_element(root: HtmlElement, selectors: Iterable[str]) -> HtmlElement | None:
    for css in selectors:
        for match in select(root, css):
            if not isinstance(match, str):
                return match
    return None


def _fullest(root: HtmlElement, selectors: Iterable[str]) -> HtmlElement | None:
    """Return the match with the most text, of the first selector that matches at all."""
    for css in selectors:
        found = [match for match in select(root, css) if not isinstance(match, str)]
        if len(found) > 1:
            return max(found[:_MAX_BODIES], key=lambda element: len(str(element.xpath("string()"))))
        if found:
            return found[0]
    return None


def _first_text(root: HtmlElement, selectors: Iterable[str], page: Page) -> tuple[str, str]:
    for css in selectors:
        if text := select_text(page.root if css.startswith("meta") else root, css):
            return text, css
    return "", ""


def _first_lines(root: HtmlElement, selectors: Iterable[str], page: Page) -> tuple[list[str], str]:
    """Return the lines of the first selector with visible text, and that selector."""
    for css in selectors:
        for match in select(page.root if css.startswith("meta") else root, css)[:_MAX_TRIED]:
            shown = [clean(match)] if isinstance(match, str) else _lines(match)
            if lines := [line for line in shown if line]:
                return lines, css
    return [], ""


def _lines(element: HtmlElement) -> list[str]:
    return [block.text for block in read_blocks(element)]


def _elements(root: HtmlElement, selectors: Iterable[str]) -> Iterable[HtmlElement]:
    for css in selectors:
        for match in select(root, css):
            if not isinstance(match, str):
                yield match


@lru_cache(maxsize=256)
def _compiled_noise(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def _noise(theme: Theme) -> re.Pattern[str] | None:
    return _compiled_noise(theme.noise) if theme.noise else None


def theme_selectors(theme: Theme) -> Iterable[tuple[str, str]]:
    """Return every (field, selector) of ``theme``, so that a test can compile them all."""
    for item in fields(theme):
        value = getattr(theme, item.name)
        if isinstance(value, tuple) and item.name != "noise":
            yield from ((item.name, css) for css in value)
