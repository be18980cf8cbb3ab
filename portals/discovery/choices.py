"""Choices that lead to other pages of a list: of a page, a month, a section.

Sources: ``<select onchange="location.href='/muc?trang='+this.value">``, whose options are what is
added to the address, and a form that is not posted and has nothing but one choice and hidden
fields, which is sent as soon as something is chosen, or by a button if a number or a time is
chosen; options that are addresses of pages (the jump menus of old editors).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlencode

from lxml.html import HtmlElement

from portals.discovery.targets import FoundLink
from portals.language.text import clean

_MAX_CHOICES, _MAX_OPTIONS = 50, 400
_MAX_TEXT = 200  # characters of an option
_ADDED = re.compile(
    r"location(?:\.href)?\s*=\s*['\"](?P<before>[^'\"]{0,500}[=/?-])['\"]\s*\+\s*"
    r"(?:this|event\.target|[\w.]+\.options\[[\w.]+\])\.(?:value|options\[this\.selectedIndex\]\.value)"
    r"(?:\s*\+\s*['\"](?P<after>[^'\"]{0,100})['\"])?"
)
_SENDS = re.compile(r"submit\(\)")
_VALUE = re.compile(r"[\w./-]{1,60}")
_PAGE = re.compile(r"[\w./-]{0,100}[\w-]\.(?:html?|php|aspx?|jsp)", re.IGNORECASE)
_IS_NOTHING = frozenset(["", "0", "-1", "all"])


def choice_links(root: HtmlElement) -> Iterator[tuple[HtmlElement, FoundLink]]:
    """Yield (element, link) of what the choices of a page lead to, the addresses as made."""
    for choice in islice(root.iter("select"), _MAX_CHOICES):
        for option in islice(choice.iter("option"), _MAX_OPTIONS):
            value = str(option.get("value") or "").strip()
            if value.lower() in _IS_NOTHING or not _VALUE.fullmatch(value):
                continue
            if address := _address_of(choice, value):
                yield option, FoundLink(address, _text_of(option))


def _address_of(choice: HtmlElement, value: str) -> str:
    script = str(choice.get("onchange") or "")[:2000]
    if script and _PAGE.fullmatch(value):
        return value
    if added := _ADDED.search(script):
        return f"{added['before']}{value}{added['after'] or ''}"
    form = next(islice(choice.iterancestors("form"), 1), None)
    if form is None or not _is_only_choice(form, choice):
        return ""
    if not _SENDS.search(script) and not _are_numbers(choice):
        return ""
    action = str(form.get("action") or "").partition("#")[0]
    hidden = [
        (str(field.get("name")), str(field.get("value") or ""))
        for field in islice(form.iter("input"), 20)
        if field.get("name") and str(field.get("type") or "").lower() == "hidden"
    ]
    fields = [*hidden, (str(choice.get("name") or ""), value)]
    return f"{action}{'&' if '?' in action else '?'}{urlencode(fields)}"


def _are_numbers(choice: HtmlElement) -> bool:
    """Return True if each thing that can be chosen is a number or a time: no word, no place."""
    options = islice(choice.iter("option"), _MAX_OPTIONS)
    values = [value for each in options if (value := str(each.get("value") or "").strip())]
    return len(values) > 1 and all(any(map(str.isdecimal, value)) for value in values)


def _is_only_choice(form: HtmlElement, choice: HtmlElement) -> bool:
    """Return True for a form, not posted, in which a visitor does nothing but choose."""
    is_posted = str(form.get("method") or "get").lower() != "get"
    fields = islice(form.iter("input", "select", "textarea"), 20)
    written = [
        each
        for each in fields
        if each is not choice
        and str(each.get("type") or "text").lower() not in ("hidden", "submit", "image", "button")
    ]
    return not is_posted and bool(choice.get("name")) and not written


def _text_of(option: HtmlElement) -> str:
    return clean("".join(str(piece)[:_MAX_TEXT] for piece in islice(option.itertext(), 5)))
