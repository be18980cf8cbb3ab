"""Pagers without an address: the form that a page posts to show the next page of its listing.

Sources: ``__doPostBack('pager', 'Page$2')`` of ASP.NET (SharePoint, DNN), as a link, a button or a
choice of pages, and forms that are posted with nothing but hidden fields. What is posted is what a
browser would post. A form in which a visitor writes, chooses or sends a file is never posted,
except the one form of an ASP.NET page, and there by its pager only. A page may have several lists,
each with its pager: between two of them are headlines, or the numbers begin again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urldefrag, urlencode

from lxml.html import HtmlElement

from portals.discovery.pagers import button_label
from portals.discovery.post_backs import (
    NO_PAGER,
    PostBack,
    is_pager_form,
    is_posted,
    post_back_of,
    whole_form,
)
from portals.discovery.targets import PostedForm
from portals.language.sections import is_back_label, is_next_label, is_pager_label, loads_more
from portals.language.text import words
from portals.urls import url_key

MAX_BODY = 300_000
"""Characters of a form that is posted; the state of a SharePoint page has some 100,000."""

_PLACE = "#page="
_PAGER = "&pager="
_HEADLINE_WORDS = 5
_PAGE_NAMES = re.compile(r"page|trang|offset|start|index|^(?:p|pg|so)$", re.IGNORECASE)
_MAX_SAME = 30  # characters of a hidden field that names the list of a form
_MAX_ELEMENTS = 20_000
_MAX_FIELDS = 500
_LONG = 6  # digits that are no number of a page
_CHOSEN = ("checkbox", "radio")
_NOT_SENT = frozenset(["submit", "button", "image", "reset", "file", "password"])
_MORE_PAGES = re.compile(r"\.{2,}|…")


@dataclass(frozen=True, slots=True)
class _Control:
    """A part of a pager: its label, its form, and what it adds to the fields of the form.

    ``argument``: that of a ``__doPostBack``.
    """

    label: str
    form: HtmlElement
    fields: tuple[tuple[str, str], ...]
    argument: str = ""

    @property
    def number(self) -> int:
        """The page that it leads to, 0 if it has no number."""
        return _number(self.label)

    @property
    def target(self) -> str:
        """That of a ``__doPostBack``, else ""."""
        name, value = self.fields[0] if self.fields else ("", "")
        return value if name == "__EVENTTARGET" else ""

    @property
    def name(self) -> str:
        """The target, or the name of the button."""
        return self.target or (self.fields[0][0] if self.fields else "")

    @property
    def is_of_whole(self) -> bool:
        """Return True for a part of the one form of an ASP.NET page."""
        return bool(self.target) or whole_form(self.form.getroottree().getroot()) is self.form

    def is_like(self, other: _Control) -> bool:
        """Return True for what posts the same."""
        is_own = self.form is other.form or not (self.is_of_whole or other.is_of_whole)
        return self.fields == other.fields and is_own and _same(self.form, other.form)


def _same(one: HtmlElement, other: HtmlElement) -> bool:
    return one is other or list(_fields(one, set())) == list(_fields(other, set()))


def posted_page(url: str, number: int, pager: str = "") -> str:
    """Return the name of page ``number`` of the listing at ``url``, which has no address.

    ``pager``: which of the pagers of that page leads there, see ``posted_by_pager``.
    """
    return f"{urldefrag(url).url}{_PLACE}{number}{_PAGER if pager else ''}{pager}"


def pager_in(url: str) -> str:
    """Return the pager in what ``posted_page`` returned, "" for the only one."""
    return url.rpartition(_PLACE)[2].partition(_PAGER)[2] if is_posted_page(url) else ""


def is_posted_page(url: str) -> bool:
    """Return True for what ``posted_page`` returned."""
    return _PLACE in url


def listing_page_key(url: str) -> str:
    """Return the page key of an address or of a place."""
    return (
        f"{url_key(url)}{_PLACE}{url.rpartition(_PLACE)[2]}"
        if is_posted_page(url)
        else url_key(url)
    )


def posted_next(root: HtmlElement, number: int) -> PostedForm | None:
    """Return the form that leads from page ``number`` of a listing to the next one, or None."""
    controls = list(_controls(root))
    found = _leading_on(controls, number, controls)
    return _posted(found) if found else None


def posted_by_pager(root: HtmlElement, number: int, pager: str) -> dict[str, PostedForm]:
    """Return the forms that lead on from page ``number``, each by the name of its pager.

    ``pager``: only this one; "" on the first page, or where the listing has one pager, named "".
    """
    groups = _groups(root)
    if len(groups) < _SEVERAL and not pager:
        form = posted_next(root, number)
        return {"": form} if form else {}
    controls = [each for group in groups for each in group]
    forms: dict[str, PostedForm] = {}
    for name, group in _named(groups).items():
        found = _leading_on(group, number, controls)
        form = _posted(found) if found else None
        if form and (not pager or pager == name):
            forms[name] = form
    return forms


_SEVERAL = 2


def _groups(root: HtmlElement) -> list[list[_Control]]:
    """Return the parts of each pager; one that is repeated below the list is there once."""
    whole = whole_form(root)
    groups: list[list[_Control]] = [[]]
    for element in islice(root.iter("a", "button", "input", "select"), _MAX_ELEMENTS):
        found = list(_of_any(element, whole))
        if groups[-1] and _is_between(element, found, groups[-1]):
            groups.append([])
        groups[-1] += found
    kept: list[list[_Control]] = []
    for group in groups:
        if group and not any(group[0].is_like(one) for other in kept for one in other):
            kept.append(group)
    return kept


def _is_between(element: HtmlElement, found: list[_Control], group: list[_Control]) -> bool:
    """Return True for a headline after a pager, and for a part that begins another pager."""
    if not found:
        return element.tag == "a" and len(words(button_label(element))) >= _HEADLINE_WORDS
    if element.tag == "select":
        return False
    control, before = found[0], group[-1]
    if control.number:
        return 0 < control.number <= max(one.number for one in group)
    return control.label == before.label and not _MORE_PAGES.fullmatch(control.label)


def _name_of(group: list[_Control]) -> str:
    """Return the name of a pager, the same on every page of its list."""
    names = [control.name for control in group]
    if any(control.argument for control in group):
        whose = max(set(names), key=names.count)  # one target with the numbers as arguments
    elif group[0].target and "$" in names[0]:
        whose = names[0].rpartition("$")[0]
    else:
        whose = _shared(min(names), max(names))
    if not group[0].is_of_whole:
        is_counted = any(value.isdecimal() for _, value in group[0].fields)
        whose += urlencode(_same_fields(group[0].form, is_counted=is_counted))
    return hashlib.sha256(re.sub(r"\d+$|(?<=ctl)\d+", "", whose).encode()).hexdigest()[:8]


def _shared(one: str, other: str) -> str:
    """Return what both texts begin with."""
    unlike = (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return one[: next(unlike, len(one))]


def _same_fields(form: HtmlElement, *, is_counted: bool) -> list[tuple[str, str]]:
    """Return the address of a form and its fields, without those that count pages.

    ``is_counted``: the number of the page is on the button.
    """
    fields = [(name, value) for name, value in _fields(form, set()) if len(value) <= _MAX_SAME]
    numbers = [name for name, value in fields if value.isdecimal()]
    counts = {name for name in numbers if _counts(name, numbers, is_counted=is_counted)}
    kept = sorted(field for field in fields if field[0] not in counts)
    return [("", str(form.get("action") or "")), *kept]


def _counts(name: str, numbers: list[str], *, is_counted: bool) -> bool:
    return bool(_PAGE_NAMES.search(name)) or (len(numbers) == 1 and not is_counted)


def pager_names(root: HtmlElement) -> set[str]:
    """Return the names of the pagers of a page that are posted."""
    return set(_named(_groups(root)))


def _named(groups: list[list[_Control]]) -> dict[str, list[_Control]]:
    """Return the pagers by their names; what posts alike is counted."""
    named: dict[str, list[_Control]] = {}
    for group in groups:
        name = _name_of(group)
        alike = sum(each.partition("-")[0] == name for each in named)
        named[f"{name}-{alike + 1}" if alike else name] = group
    return named


def _posted(found: _Control) -> PostedForm | None:
    body = urlencode([*_fields(found.form, {name for name, _ in found.fields}), *found.fields])
    action = str(found.form.get("action") or "").strip()[:2000]
    return PostedForm(action, body) if len(body) <= MAX_BODY else None


def _leading_on(
    controls: list[_Control], number: int, everywhere: list[_Control]
) -> _Control | None:
    """Return the part of the pager that leads to the page after ``number``.

    ``everywhere``: the parts of all pagers of the page.

    Its number is the best evidence, then the word for it, then "…" behind the last number shown.
    """
    for one in controls:
        if one.number == number + 1:
            return one
    for one in controls:
        if is_next_label(one.label) or (loads_more(one.label) and _is_alone(one, everywhere)):
            return one
    last = controls[-1:]
    if last and _MORE_PAGES.fullmatch(last[0].label):
        digits = "".join(filter(str.isdecimal, last[0].argument))
        is_behind = any(0 < one.number < number for one in controls)
        if int(digits or 0) == number + 1 or (not digits and is_behind):
            return last[0]
    return None


def _is_alone(control: _Control, controls: Iterable[_Control]) -> bool:
    """Return True if no other button "Xem thêm" is on the page: one of many leads to a section.

    A form that counts pages leads on, whatever else is on the page.
    """
    fields = () if control.is_of_whole else _fields(control.form, set())
    if any(_PAGE_NAMES.search(name) and value.isdecimal() for name, value in fields):
        return True
    return sum(loads_more(one.label) for one in controls) == 1 and bool(control.label)


def _controls(root: HtmlElement) -> Iterator[_Control]:
    """Yield the parts of the pagers of a page that post a form, in order."""
    whole = whole_form(root)
    for element in islice(root.iter("a", "button", "input", "select"), _MAX_ELEMENTS):
        yield from _of_any(element, whole)


def _of_any(element: HtmlElement, whole: HtmlElement | None) -> Iterator[_Control]:
    if element.tag == "select":
        yield from _of_choice(element, whole)
    elif control := _of_element(element, whole):
        yield control


def _of_element(element: HtmlElement, whole: HtmlElement | None) -> _Control | None:
    label = button_label(element)
    if not label or not (_leads(label) or _MORE_PAGES.fullmatch(label)):
        return None
    if found := post_back_of(element, label):
        return _posted_back(found, label, whole)
    form = next(element.iterancestors("form"), None)
    kind = (element.get("type") or "submit").lower()
    is_button = element.tag != "a" and kind in ("submit", "image")
    if form is None or not is_button or not is_posted(form):
        return None
    name = str(element.get("name") or "")
    if NO_PAGER.search(name) or not (form is whole or is_pager_form(form)):
        return None
    if kind == "image":  # a browser sends where the picture was clicked
        point = f"{name}." if name else ""
        return _Control(label, form, ((f"{point}x", "1"), (f"{point}y", "1")))
    return _Control(label, form, ((name, str(element.get("value") or "")),) if name else ())


def _posted_back(
    call: PostBack, label: str, form: HtmlElement | None, *others: tuple[str, str]
) -> _Control | None:
    if form is None:
        return None
    fields = (("__EVENTTARGET", call.target), ("__EVENTARGUMENT", call.argument), *others)
    return _Control(label, form, fields, call.argument)


def _of_choice(select: HtmlElement, whole: HtmlElement | None) -> Iterator[_Control]:
    """Yield the pages of a choice that is posted as soon as one is chosen."""
    script = str(select.get("onchange") or "")[:4096]
    name = str(select.get("name") or "")
    pages = [(button_label(each), each) for each in islice(select.iter("option"), _MAX_FIELDS)]
    is_counted = [_number(label) for label, _ in pages] == list(range(1, len(pages) + 1))
    if not name or NO_PAGER.search(name) or not is_counted:  # 10, 20, 50: articles of a page
        return
    form = next(select.iterancestors("form"), None)
    is_own = form is not None and "submit(" in script and is_posted(form) and is_pager_form(form)
    found = post_back_of(select, "")
    for label, option in pages:
        chosen = (name, str(option.get("value") or label))
        if found and (control := _posted_back(found, label, whole, chosen)):
            yield control
        elif form is not None and is_own:
            yield _Control(label, form, (chosen,))


def _number(label: str) -> int:
    digits = "".join(filter(str.isdecimal, label))
    return int(digits) if 0 < len(digits) < _LONG and is_pager_label(label) else 0


def _leads(label: str) -> bool:
    return (is_pager_label(label) or loads_more(label)) and not is_back_label(label)


def _fields(form: HtmlElement, without: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the fields of a form as a browser sends them, those named in ``without`` excepted."""
    for field in islice(form.iter("input", "select", "textarea"), _MAX_FIELDS):
        name = str(field.get("name") or "")
        if name and name not in without and field.get("disabled") is None:
            value = _value_of(field)
            if value is not None:
                yield name, value


def _value_of(field: HtmlElement) -> str | None:
    """Return the value that a browser sends of a field, None if it sends none."""
    if field.tag == "select":
        options = [*field.xpath(".//option[@selected]"), *field.xpath(".//option[1]")]
        return str(options[0].get("value") or button_label(options[0])) if options else None
    if field.tag == "textarea":
        return str(field.text or "")
    kind = (field.get("type") or "text").lower()
    if kind in _CHOSEN:
        return str(field.get("value") or "on") if field.get("checked") is not None else None
    return None if kind in _NOT_SENT else str(field.get("value") or "")
