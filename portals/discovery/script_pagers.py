"""Pagers that only a script follows: what its buttons and its text say of the next page's address.

Sources: ``data-page='{"p": 2}'`` or ``data-page="2"`` on a button; ``onclick="goPage(2)"``, where
the script has ``'/tin?p=' + n``; ``$.get('/more', {offset: n})``. No markup declares such an
address, so that it is a trial: where it brings nothing new, the list leads on by a script only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from lxml.html import HtmlElement

from portals.discovery.pagers import DECLARED_NEXT, is_slide_show, leads_nowhere, shown_label
from portals.discovery.post_backs import NO_PAGER, post_back_of
from portals.language.sections import is_back_label, is_next_label, is_pager_label, loads_more

SCRIPTED = f"{DECLARED_NEXT}, of a script"
"""The label of a link that only a script would follow."""

_MAX_ELEMENTS = 20_000
_MAX_SCRIPTS, _MAX_SCRIPT = 60, 200_000
_AROUND = 3  # elements around a number that hold the other numbers of its pager
_MIN_NUMBERS = 2
_MAX_VALUES = 4
_CLICKED = ("onclick", "role", "tabindex")
_LONG = 6  # digits that are no number of a page
_PAGER_NAMES = re.compile(r"pag(?:e|er|ing|ination)|(?:phan|so)[-_]?trang|^trang", re.IGNORECASE)
_PAGE_KEY = r"(?:p|pg|page|paged|trang|page_?(?:index|num|number|no)|currentpage)"
_OFFSET_KEY = r"(?:start|offset|skip|from|begin|limitstart)"
_IS_OFFSET = re.compile(_OFFSET_KEY, re.IGNORECASE)
_KEY = rf"(?P<key>{_PAGE_KEY}|{_OFFSET_KEY})"
_ADDED = re.compile(
    rf"['\"](?P<before>[^'\"\s]{{0,300}}[?&]{_KEY}=)['\"]\s*\+\s*(?P<name>[A-Za-z_$]\w*)"
    rf"|`(?P<before2>[^`\s]{{0,300}}?[?&]{_KEY.replace('key', 'key2')}=)\$\{{(?P<name2>\w+)\}}`",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"['\"](?P<address>(?:https?:/)?/[^'\"\s]{1,300})['\"]\s*,\s*\{(?P<values>[^{}]{1,300})\}"
)
_PAIR = re.compile(
    r"['\"]?(?P<key>\w+)['\"]?\s*:\s*(?:['\"](?P<text>[^'\"]*)['\"]|(?P<digits>\d+)|(?P<name>[A-Za-z_$]\w*))"
)
_BEFORE_ADDED = re.compile(r"(?P<name>[\w.]+)\s*\+\s*$")


class _Address(NamedTuple):
    """An address that a script counts: what is before the number, its key, and the variable."""

    before: str
    key: str
    name: str
    at: int


def scripted_next(page_url: str, root: HtmlElement, number: int) -> str | None:
    """Return the absolute URL that a script would load behind page ``number``, None if unknown."""
    if counted := _of_counted_list(root, number):
        return urljoin(page_url, counted)
    button = script_button(root, number)
    if button is None:
        return None
    if values := _values_of(button, number + 1):
        return _with(page_url, values)
    text = "\n".join(_scripts(root))
    found = list(dict.fromkeys(each[:3] for each in _addresses(text)))
    if len(found) != 1:
        return _with(page_url, {"page": str(number + 1)}) if _has_number(button, number) else None
    address = next(each for each in _addresses(text) if each[:3] == found[0])
    value = _next_value(address, text, button, number)
    return urljoin(page_url, f"{address.before}{value}") if value is not None else None


def _of_counted_list(root: HtmlElement, number: int) -> str | None:
    """Return the address of page ``number + 1`` of a list that says how it is continued.

    It has an address, the number of its page and how many there are, or is named for its scrolling.
    """
    for box in islice(root.iter(*_LISTS), _MAX_ELEMENTS):
        address = next((str(box.get(each)) for each in _SOURCES if box.get(each)), "")
        if not _PATH.fullmatch(address) or _integer(box, _PAGE_NAMES) != number:
            continue
        last = _integer(box, _LAST_NAMES)
        is_scrolled = last == 0 and bool(_SCROLLED.search(str(box.get("class") or "")[:500]))
        if last > number or is_scrolled:
            stem = _PAGE_SET.sub("", address)
            return f"{stem}{'&' if '?' in stem else '?'}page={number + 1}"
    return None


_LISTS = ("div", "ul", "ol", "section", "main", "table", "tbody")
_SOURCES = (
    "data-source", "data-url", "data-api", "data-ajax", "data-load", "data-endpoint", "data-href",
)  # fmt: skip
_PAGE_NAMES = ("data-page", "data-current-page", "data-current")
_LAST_NAMES = (
    "data-pages",
    "data-total-pages",
    "data-last-page",
    "data-max-page",
    "data-page-count",
)
_PATH = re.compile(r"(?:https?:)?/[^\s<>\"']{1,500}|\?[^\s<>\"']{1,300}")
_PAGE_SET = re.compile(r"(?<=[?&])page=\d*&?|[?&]page=\d*$", re.IGNORECASE)
_SCROLLED = re.compile(r"infinite|scroll|load-?more|lazy-?list", re.IGNORECASE)


def _integer(box: HtmlElement, names: tuple[str, ...]) -> int:
    text = next((str(box.get(each)).strip() for each in names if box.get(each)), "")
    return int(text) if text.isdecimal() and len(text) < _LONG else 0


def script_button(root: HtmlElement, number: int) -> HtmlElement | None:
    """Return the number, arrow or "Xem thêm" that leads on from page ``number`` by a script."""
    arrow = None
    for element in islice(root.iter("a", "button", "span", "li", "div"), _MAX_ELEMENTS):
        if not _is_of_script(element):
            continue
        label = shown_label(element)
        if not is_pager_label(label) or is_back_label(label) or is_slide_show(element):
            continue
        if post_back_of(element, label) or NO_PAGER.search(_names_of(element)):
            continue
        digits = _number(label)
        if digits == number + 1 and _is_in_pager(element):
            return element
        is_arrow = not digits and (is_next_label(label) or loads_more(label))
        is_more = element.tag == "button" and loads_more(label)
        if is_arrow and arrow is None and (is_more or _is_in_pager(element)):
            arrow = element
    return arrow


def _is_of_script(element: HtmlElement) -> bool:
    if element.get("disabled") is not None or element.get("aria-disabled") == "true":
        return False
    if element.tag == "a":
        return leads_nowhere(element) and bool(element.attrib)  # no script finds a bare one
    if element.tag == "button":
        in_form = next(element.iterancestors("form"), None) is not None
        return not in_form or (element.get("type") or "").lower() == "button"
    names = map(str, element.attrib)
    is_clicked = any(name in _CLICKED or name.startswith("data-") for name in names)
    return is_clicked and element.find(".//a[@href]") is None


def _is_in_pager(element: HtmlElement) -> bool:
    """Return True if an element is one of a pager: by a name around it, or by its numbers."""
    if element.get("data-page") is not None:
        return True
    numbers: set[int] = set()
    for above in islice(element.iterancestors(), _AROUND):
        if _PAGER_NAMES.search(str(above.get("class") or "")[:500]):
            return True
        if _PAGER_NAMES.search(str(above.get("id") or "")[:200]):
            return True
        parts = islice(above.iter("a", "button", "span", "li", "b", "strong", "em"), 60)
        numbers |= {_number(shown_label(each)) for each in parts}
        if {1, 2} <= numbers:
            return True
    return loads_more(shown_label(element), is_strict=True)


def _names_of(element: HtmlElement) -> str:
    names = ("id", "class", "name", "onclick")
    return " ".join(str(element.get(name) or "")[:500] for name in names)


def _number(label: str) -> int:
    digits = "".join(filter(str.isdecimal, label))
    return int(digits) if 0 < len(digits) < _LONG and is_pager_label(label) else 0


def _values_of(button: HtmlElement, number: int) -> dict[str, str]:
    """Return the parameters of page ``number`` that a button carries as JSON, {} if none."""
    for name, written in button.attrib.items():
        text = str(written)[:1000].strip()
        if not str(name).startswith("data-") or not text.startswith("{"):
            continue
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            continue
        given = {str(key): str(value) for key, value in values.items() if _is_plain(value)}
        if len(given) == len(values) <= _MAX_VALUES and str(number) in given.values():
            return given
    return {}


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _has_number(button: HtmlElement, number: int) -> bool:
    return str(button.get("data-page") or "").strip() == str(number + 1)


def _with(page_url: str, values: dict[str, str]) -> str:
    parts = urlsplit(page_url)
    kept = [(key, value) for key, value in parse_qsl(parts.query) if key not in values]
    return parts._replace(query=urlencode([*kept, *values.items()]), fragment="").geturl()


def _scripts(root: HtmlElement) -> Iterator[str]:
    """Yield the texts of the scripts of a page, and what its buttons do."""
    for script in islice(root.iter("script"), _MAX_SCRIPTS):
        if script.text and "json" not in str(script.get("type") or ""):
            yield str(script.text)[:_MAX_SCRIPT]


def _addresses(text: str) -> Iterator[_Address]:
    for match in _ADDED.finditer(text):
        before = match["before"] or match["before2"]
        around = _BEFORE_ADDED.search(text[max(0, match.start() - 60) : match.start()])
        is_whole = around is None or around["name"].startswith(("location", "window.location"))
        if is_whole and not NO_PAGER.search(before):
            key, name = match["key"] or match["key2"], match["name"] or match["name2"]
            yield _Address(before, key, name, match.start())
    for match in _GIVEN.finditer(text):
        if not NO_PAGER.search(match["address"]) and (found := _given(match)):
            yield found


def _given(match: re.Match[str]) -> _Address | None:
    """Return the address of ``$.get('/more', {muc: 3, offset: n})``."""
    fixed, counted = [], None
    for pair in _PAIR.finditer(match["values"]):
        if not pair["name"]:
            fixed.append((pair["key"], pair["text"] or pair["digits"] or ""))
        elif re.fullmatch(_KEY, pair["key"], re.IGNORECASE) and counted is None:
            counted = pair
        else:
            return None
    if counted is None:
        return None
    address = match["address"]
    joint = "&" if "?" in address else "?"
    query = urlencode(fixed) + "&" if fixed else ""
    before = f"{address}{joint}{query}{counted['key']}="
    return _Address(before, counted["key"], counted["name"], match.start())


def _next_value(address: _Address, text: str, button: HtmlElement, number: int) -> int | None:
    """Return the number that a script gives for the page after ``number``.

    The variable is what it is first set to, after the counting that is written before its use.
    """
    is_offset = bool(_IS_OFFSET.fullmatch(address.key))
    if _number(shown_label(button)):
        return None if is_offset else number + 1
    name = re.escape(address.name)
    first = re.search(rf"(?<![\w.]){name}\s*=\s*(\d{{1,6}})\b", text)
    step = re.search(rf"\+\+\s*{name}\b|\b{name}\s*\+\+|\b{name}\s*\+=\s*(\d{{1,5}})", text)
    if first is None or step is None or number > 1:
        return None
    size = int(step[1]) if step[1] else 1
    value = int(first[1]) + (size if step.start() < address.at else 0)
    return value if value > (0 if is_offset else 1) else None
