"""The ways in which a listing page leads to its next page, besides links with a pager's label.

Sources: ``rel=next``, also on links of an icon only; buttons "Xem thêm" with the address in a
``data-`` attribute or in ``hx-get`` and ``hx-vals`` (htmx); ``onclick="location.href='…'"`` and
``RefreshPageTo(event, "…")`` of SharePoint; arrows that are pictures; a meta refresh from page to
page; a choice of pages in a ``select``; forms with the page number in a hidden field. What posts a
form is in ``posted_pagers``, what only a script knows in ``script_pagers``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import urlencode

from lxml.html import HtmlElement

from portals.discovery.post_backs import is_pager_form, is_posted, post_back_of, whole_form
from portals.discovery.targets import FoundLink
from portals.discovery.url_patterns import is_numbered_page_of, is_page_of
from portals.language.sections import is_back_label, is_next_label, is_pager_label, loads_more
from portals.language.text import clean, fold, words

DECLARED_NEXT = "next (declared)"
"""The label of a link that markup declares to lead to the next page, whatever its address."""

DECLARED_NUMBER = f"{DECLARED_NEXT}, page "
"""Begins the label of a link that markup declares to lead to a page; its number follows."""

_MAX_ELEMENTS = 20_000
_MAX_LABEL_WORDS = 4
_MORE_NAMES = re.compile(
    r"(?:load|show|view|btn|btn_load)[-_]?more|xem-?them|tai-?them", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?:https?:/)?/(?!/)\S+|\?\S+|[\w./-]+\?\S*\d")
_GOES_TO = re.compile(r"location(?:\.href)?\s*=\s*['\"]([^'\"]{1,2000})['\"]")
_CALLED = re.compile(
    r"\w\([^()]*?['\"]((?:https?:/)?/(?!/)[^'\"\s]{1,2000}|\?[^'\"\s]{1,2000})['\"]"
)
_OF_LIST = re.compile(r"\bRefreshPageTo\(")
_ESCAPED = re.compile(r"\\(?:u00|x)(26|3[dDfF]|2[fF])")
_REFRESH = re.compile(r"^\s*\d+\s*[;,]\s*(?:url\s*=)?\s*['\"]?([^'\"\s]+)", re.IGNORECASE)
_TIMER = re.compile(
    r"setTimeout\([^;]{0,200}?location(?:\.href)?\s*=\s*['\"]([^'\"\s]{1,2000})['\"]"
)
_MAX_SCRIPT = 20_000
_HTMX = ("hx-get", "data-hx-get")
_VALUES = ("hx-vals", "data-hx-vals")
_SEEN = re.compile(r"\b(?:revealed|intersect)\b")
_COUNTED = re.compile(
    r"[?&](?:p|pg|page|paged|trang|page_?(?:index|num|number|no)|currentpage|start|offset|skip|from"
    r"|begin|limitstart)=0*(?:[2-9]|[1-9]\d{1,5})(?=&|$)",
    re.IGNORECASE,
)
_PICTURES = (
    (re.compile(r"(?:^|[^a-z])(?:next|sau|tiep|tieptheo|right|forward|ke)(?:[^a-z]|$)"), "»"),
    (re.compile(r"(?:^|[^a-z])(?:prev|previous|truoc|left|back|lui)(?:[^a-z]|$)"), "«"),
)
_MIN_SERIES = 2  # numbers of pages whose addresses differ in that number only
_AROUND = 4  # elements around a button that may name it
_SLIDES = re.compile(r"carousel|swiper|slick|slide|owl|gallery|lightbox|tab(?!le)", re.IGNORECASE)


def may_lead_on(label: str) -> bool:
    """Return True for the label of a pager, wherever it leads."""
    return is_declared(label) or is_pager_label(label)


def is_declared(label: str) -> bool:
    """Return True for a label by which a link leads to another page, whatever its address."""
    return label.startswith(DECLARED_NEXT)


def leads_on(label: str, url: str, page: str, first: str) -> bool:
    """Return True if a link leads to another page of the listing that ``page`` belongs to.

    ``first``: URL, or URL key, of the listing's first page.
    """
    if is_declared(label):
        return True
    return may_lead_on(label) and (is_page_of(url, page) or is_numbered_page_of(url, first))


def pager_links(root: HtmlElement) -> Iterator[FoundLink]:
    """Yield (address as written, label) of what leads to other pages of a listing.

    Links with a pager's label are not among them, unless they declare where they lead.
    """
    numbered: list[FoundLink] = []
    for element in islice(root.iter(*_TAGS), _MAX_ELEMENTS):
        if element.tag == "option":
            label = _label(element)
            if is_pager_label(label) and _ADDRESS.fullmatch(value := _value(element, "value")):
                yield FoundLink(value, label)
        elif element.tag == "form":
            yield from _of_form(element)
        elif element.tag in ("meta", "script"):
            yield from (_of_refresh if element.tag == "meta" else _of_timer)(element)
        else:
            for link in _of_element(element):
                numbered += [link] if link.text.isdecimal() else []
                yield link
    yield from _of_series(numbered)


_TAGS = ("a", "button", "div", "span", "li", "tr", "option", "form", "meta", "script")


def _of_refresh(meta: HtmlElement) -> Iterator[FoundLink]:
    """Yield where a list that turns its own pages leads; what is no page of it is not followed."""
    is_refresh = _value(meta, "http-equiv").lower() == "refresh"
    if is_refresh and (address := refresh_target(_value(meta, "content"))):
        yield FoundLink(address, "»")


def refresh_target(content: str) -> str:
    """Return the address in a ``Refresh`` header, or a meta refresh, "" if there is none."""
    match = _REFRESH.match(content[:2000])
    return match[1] if match and not match[1].isdigit() else ""


_LINK_NEXT = re.compile(r"<([^<>\s]{1,2000})>\s*;[^,<]{0,200}?\brel\s*=\s*\"?next\b", re.IGNORECASE)


def header_next(link: str) -> str:
    """Return the address that a ``Link`` header declares to be the next page (RFC 8288), or ""."""
    found = _LINK_NEXT.search(link[:8000])
    return found[1] if found else ""


def _of_timer(script: HtmlElement) -> Iterator[FoundLink]:
    """Yield where a script sends its readers after a time, likewise."""
    text = str(script.text or "")[:_MAX_SCRIPT]
    if "setTimeout" in text and (found := _TIMER.search(text)):
        yield FoundLink(found[1], "»")


def _of_series(links: Iterable[FoundLink]) -> Iterator[FoundLink]:
    """Yield the links of numbers whose addresses differ in just that number, as declared ones."""
    series: dict[str, dict[str, str]] = {}
    for link in links:
        for match in re.finditer(rf"(?<=[/=_-]){link.text}(?=$|[&/.])", link.url):
            stem = f"{link.url[: match.start()]}#{link.url[match.end() :]}"
            series.setdefault(stem, {})[link.text] = link.url
    for pages in series.values():
        if len(pages) >= _MIN_SERIES:
            later = ((number, url) for number, url in pages.items() if number != "1")
            yield from (FoundLink(url, f"{DECLARED_NUMBER}{number}") for number, url in later)


def _of_element(element: HtmlElement) -> Iterator[FoundLink]:
    href = _value(element, "href") if element.tag == "a" else ""
    if href and "next" in (element.get("rel") or "").lower().split():
        if len(words(_label(element))) <= _MAX_LABEL_WORDS:  # else the next story
            yield FoundLink(href, DECLARED_NEXT)
        return
    if href and not leads_nowhere(element):
        yield from _of_link(element, href)
    label = ""
    called = href if leads_nowhere(element) else ""
    if script := str(element.get("onclick") or called):
        label = shown_label(element)
        yield from _of_call(element, script[:4096], label)
    named = dict(_data_addresses(element))
    after = next((url for name, url in named.items() if "next" in name), "")
    address = after or next(iter(named.values()), "")
    if not address:
        return
    label = label or _label(element)
    if after or _is_more(element, label) or _is_loaded_when_seen(element, address):
        yield FoundLink(address, DECLARED_NEXT)
    elif is_pager_label(label) and not is_slide_show(element):
        yield FoundLink(address, label)


def _of_link(link: HtmlElement, href: str) -> Iterator[FoundLink]:
    """Yield a link whose label is a picture, or that adds a counted part to a list."""
    if link.find(".//img") is not None:
        label = "" if _label(link) else shown_label(link)
        if is_pager_label(label) and not is_back_label(label):
            yield FoundLink(href, label)
    elif _COUNTED.search(href) and loads_more(_label(link)):
        yield FoundLink(href, DECLARED_NEXT)


def _of_call(element: HtmlElement, onclick: str, label: str) -> Iterator[FoundLink]:
    """Yield the address that a script is given by a click on a part of a pager."""
    if not is_pager_label(label) and not loads_more(label):
        return
    if found := _GOES_TO.search(onclick):
        yield FoundLink(found[1], label)
        return
    script = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), onclick).replace("\\/", "/")
    called = _CALLED.search(script)
    if called is None or is_back_label(label) or is_slide_show(element):
        return
    is_next = is_next_label(label) and bool(_OF_LIST.search(script) or "?" in called[1])
    is_part = loads_more(label) and bool(_COUNTED.search(called[1]))
    yield FoundLink(called[1], DECLARED_NEXT if is_next or is_part else label)


def _data_addresses(element: HtmlElement) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        text = str(value).strip()
        is_named = str(name).startswith("data-") or name in _HTMX
        if is_named and _ADDRESS.fullmatch(text[:2000]):
            yield str(name).lower(), _with_values(element, text) if name in _HTMX else text


def _with_values(element: HtmlElement, address: str) -> str:
    """Return the address that htmx requests: with the values that the element adds."""
    written = next((str(element.get(name)) for name in _VALUES if element.get(name)), "")
    try:
        values = json.loads(written[:2000]) if written else {}
    except (ValueError, RecursionError):
        return address
    if not isinstance(values, dict) or not values:
        return address
    added = {key: value for key, value in values.items() if isinstance(value, str | int)}
    return f"{address}{'&' if '?' in address else '?'}{urlencode(added)}"


def _is_loaded_when_seen(element: HtmlElement, address: str) -> bool:
    """Return True for a part of a list that htmx loads when a visitor has come to its end."""
    trigger = _value(element, "hx-trigger") or _value(element, "data-hx-trigger")
    return bool(_SEEN.search(trigger) and _COUNTED.search(address))


def _is_more(element: HtmlElement, label: str) -> bool:
    """Return True if an element adds the next page to the list ("Xem thêm", "Tải thêm tin")."""
    if len(words(label)) > _MAX_LABEL_WORDS + 2:
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return loads_more(label) or bool(_MORE_NAMES.search(names))


def _of_form(form: HtmlElement) -> Iterator[FoundLink]:
    """Yield the address of a form whose only button leads to another page of the listing."""
    if (form.get("method") or "get").lower() != "get":
        return
    buttons = [button for button in _buttons(form) if is_pager_label(button_label(button))]
    fields = [
        (name, _value(field, "value"))
        for field in islice(form.iter("input"), 50)
        if (name := _value(field, "name")) and _value(field, "type").lower() == "hidden"
    ]
    if len(buttons) == 1 and any(value.isdecimal() for _, value in fields):
        action = _value(form, "action").partition("#")[0]
        joint = "&" if "?" in action else "?"
        yield FoundLink(f"{action}{joint}{urlencode(fields)}", button_label(buttons[0]))


def unfollowed_pager(root: HtmlElement, number: int = 1) -> str | None:
    """Return the label of a pager that leads on from page ``number`` without an address, or None.

    It is one of a script or a posted form: ``__doPostBack('pager', '2')``, a button "Xem thêm".
    """
    for element in islice(root.iter("a", "button", "input"), _MAX_ELEMENTS):
        label = button_label(element)
        if not label or len(words(label)) > _MAX_LABEL_WORDS + 2:
            continue
        if post_back_of(element, label):
            if _is_ahead(label, number):
                return label
        elif not _is_slide(element) and _is_of_script(element, label, number):
            return label
    return None


def _is_of_script(element: HtmlElement, label: str, number: int) -> bool:
    if element.tag == "a":
        return leads_nowhere(element) and loads_more(label, is_strict=True)
    return loads_more(label) or _is_next_of_post(element, label, number)


def _is_ahead(label: str, number: int) -> bool:
    """Return True for the label of a page after ``number``."""
    digits = "".join(filter(str.isdecimal, label))[:9]
    return is_pager_label(label) and not is_back_label(label) and int(digits or number + 1) > number


def _is_next_of_post(element: HtmlElement, label: str, number: int) -> bool:
    """Return True for the button of a posted form that leads to a later page."""
    form = next(islice(element.iterancestors("form"), 1), None)
    if form is None or not is_posted(form) or not _is_ahead(label, number):
        return False
    return is_pager_form(form) or whole_form(form) is form


def leads_nowhere(link: HtmlElement) -> bool:
    """Return True for a link without an address."""
    href = _value(link, "href").lower()
    return href in ("", "#") or href.startswith("javascript:")


def _is_slide(element: HtmlElement) -> bool:
    names = " ".join([*map(str, element.attrib.keys()), *map(str, element.attrib.values())])
    return bool(_SLIDES.search(names[:2000]))


def is_slide_show(element: HtmlElement) -> bool:
    """Return True if an element turns slides: by its own names, or those of what is around it."""
    around = islice(element.iterancestors(), _AROUND)
    names = (f"{one.get('class') or ''} {one.get('id') or ''}"[:500] for one in around)
    return _is_slide(element) or any(map(_SLIDES.search, names))


def _buttons(form: HtmlElement) -> Iterator[HtmlElement]:
    for element in islice(form.iter("button", "input"), 50):
        kind = _value(element, "type").lower()
        if element.tag == "button" or kind in ("submit", "button", "image"):
            yield element


def button_label(element: HtmlElement) -> str:
    """Return what is written on a link or a button; "" for other fields of a form."""
    if element.tag != "input":
        return _label(element)
    kind = _value(element, "type").lower()
    if kind == "image":
        return _picture_label(element)
    return clean(_value(element, "value")) if kind in ("submit", "button") else ""


def shown_label(element: HtmlElement) -> str:
    """Return what is written on a link or a button, else what its picture or its name says."""
    pictures = islice(element.iter("img"), 3)
    named = clean(_value(element, "aria-label"))
    return _label(element) or named or next(filter(None, map(_picture_label, pictures)), "")


def _picture_label(picture: HtmlElement) -> str:
    """Return the text for a picture; without one, the arrow that its file is named for."""
    text = clean(_value(picture, "alt") or _value(picture, "title"))
    name = fold(_value(picture, "src").rpartition("/")[2])
    return text or next((arrow for pattern, arrow in _PICTURES if pattern.search(name)), "")


def _label(element: HtmlElement) -> str:
    pieces = islice(element.itertext(), 20)
    return clean("".join(str(piece)[:200] for piece in pieces))[:200]


def _value(element: HtmlElement, name: str) -> str:
    return str(element.get(name) or "").strip()[:2000]
