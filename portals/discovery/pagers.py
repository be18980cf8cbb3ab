"""The ways in which a listing page leads to its next page, besides links with a pager's label.

Sources: ``rel=next``, also on links of an icon only; buttons "Xem thêm" with the address in a
``data-`` attribute; ``onclick="location.href='…'"``; a choice of pages in a ``select``; forms with
the page number in a hidden field. What posts a form is in ``posted_pagers``; a pager of a script
alone is not followed, and the run says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlencode

from lxml.html import HtmlElement

from portals.discovery.post_backs import is_pager_form, is_posted, post_back_of, whole_form
from portals.discovery.targets import FoundLink
from portals.discovery.url_patterns import is_numbered_page_of, is_page_of
from portals.language.sections import is_back_label, is_pager_label, loads_more
from portals.language.text import clean, words

DECLARED_NEXT = "next (declared)"
"""The label of a link that markup declares to lead to the next page, whatever its address."""

_MAX_ELEMENTS = 20_000
_MAX_LABEL_WORDS = 4
_MORE_NAMES = re.compile(
    r"(?:load|show|view|btn|btn_load)[-_]?more|xem-?them|tai-?them", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?:https?:/)?/(?!/)\S+|\?\S+|[\w./-]+\?\S*\d")
_GOES_TO = re.compile(r"location(?:\.href)?\s*=\s*['\"]([^'\"]{1,2000})['\"]")
_SLIDES = re.compile(r"carousel|swiper|slick|slide|owl|gallery|lightbox|tab(?!le)", re.IGNORECASE)


def may_lead_on(label: str) -> bool:
    """Return True for the label of a pager, wherever it leads."""
    return label == DECLARED_NEXT or is_pager_label(label)


def leads_on(label: str, url: str, page: str, first: str) -> bool:
    """Return True if a link leads to another page of the listing that ``page`` belongs to.

    ``first``: URL, or URL key, of the listing's first page.
    """
    if label == DECLARED_NEXT:
        return True
    return may_lead_on(label) and (is_page_of(url, page) or is_numbered_page_of(url, first))


def pager_links(root: HtmlElement) -> Iterator[FoundLink]:
    """Yield (address as written, label) of what leads to other pages of a listing.

    Links with a pager's label are not among them, unless they declare where they lead.
    """
    for element in islice(root.iter("a", "button", "div", "span", "option", "form"), _MAX_ELEMENTS):
        if element.tag == "option":
            label = _label(element)
            if is_pager_label(label) and _ADDRESS.fullmatch(value := _value(element, "value")):
                yield FoundLink(value, label)
        elif element.tag == "form":
            yield from _of_form(element)
        else:
            yield from _of_element(element)


def _of_element(element: HtmlElement) -> Iterator[FoundLink]:
    if element.tag == "a" and "next" in (element.get("rel") or "").lower().split():
        href = _value(element, "href")
        if href and len(words(_label(element))) <= _MAX_LABEL_WORDS:  # else the next story
            yield FoundLink(href, DECLARED_NEXT)
        return
    label = ""
    if onclick := element.get("onclick"):
        label = _label(element)
        if is_pager_label(label) and (found := _GOES_TO.search(onclick[:4096])):
            yield FoundLink(found[1], label)
    named = dict(_data_addresses(element))
    after = next((url for name, url in named.items() if "next" in name), "")
    address = after or next(iter(named.values()), "")
    if after or (address and _is_more(element, label or _label(element))):
        yield FoundLink(address, DECLARED_NEXT)


def _data_addresses(element: HtmlElement) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        text = str(value).strip()
        if str(name).startswith("data-") and _ADDRESS.fullmatch(text[:2000]):
            yield str(name).lower(), text


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
        return _leads_nowhere(element) and loads_more(label, is_strict=True)
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


def _leads_nowhere(link: HtmlElement) -> bool:
    href = _value(link, "href").lower()
    return href in ("", "#") or href.startswith("javascript:")


def _is_slide(element: HtmlElement) -> bool:
    names = " ".join([*map(str, element.attrib.keys()), *map(str, element.attrib.values())])
    return bool(_SLIDES.search(names[:2000]))


def _buttons(form: HtmlElement) -> Iterator[HtmlElement]:
    for element in islice(form.iter("button", "input"), 50):
        kind = _value(element, "type").lower()
        if element.tag == "button" or kind in ("submit", "button", "image"):
            yield element


def button_label(element: HtmlElement) -> str:
    """Return what is written on a link or a button; "" for other fields of a form."""
    if element.tag == "input":
        is_button = _value(element, "type").lower() in ("submit", "button")
        return clean(_value(element, "value")) if is_button else ""
    return _label(element)


def _label(element: HtmlElement) -> str:
    pieces = islice(element.itertext(), 20)
    return clean("".join(str(piece)[:200] for piece in pieces))[:200]


def _value(element: HtmlElement, name: str) -> str:
    return str(element.get(name) or "").strip()[:2000]
