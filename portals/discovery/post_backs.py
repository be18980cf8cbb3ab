"""Forms that are posted: which of them lead to pages of a listing, and the calls that post them.

``__doPostBack('pager', 'Page$2')`` posts the one form of an ASP.NET page.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

from lxml.html import HtmlElement

_QUOTE = r"\\*['\"]"
_CALL = re.compile(
    rf"(?:__doPostBack|WebForm_PostBackOptions)\(\s*{_QUOTE}(?P<target>[^'\"\\]{{1,300}}){_QUOTE}"
    rf"\s*,\s*{_QUOTE}(?P<argument>[^'\"\\]{{0,300}}){_QUOTE}"
)
_MONTH = re.compile(r"V-?\d+")  # the arrow of a calendar
_MAX_PER_PAGE = 100  # articles, where the argument is an offset
NO_PAGER = re.compile(
    r"calendar|lich\b|date|vote|poll|comment|search|login|logout|signin|signup|register|contact"
    r"|subscri|delete|remove|slide|carousel"
    r"|(?:binh[-_]?(?:luan|chon)|tim[-_]?kiem|dang[-_]?(?:nhap|ky)|lien[-_]?he)",
    re.IGNORECASE,
)
"""Names of forms and controls that do something else than to lead to a page of a listing."""

_WRITTEN = frozenset(
    ["text", "search", "email", "tel", "url", "number", "password", "file", "radio", "checkbox"]
)
_STATES = ("__VIEWSTATE", "__EVENTTARGET")
_MAX_FORMS = 50
_MAX_FIELDS = 500


class PostBack(NamedTuple):
    """The two arguments of a call."""

    target: str
    argument: str


def post_back_of(element: HtmlElement, label: str) -> PostBack | None:
    """Return the call of a link, a button or a choice with a pager's label, None for other calls.

    The days and months of a calendar have such labels too: ``'9132'`` for "2", ``'V9131'`` for ">".
    """
    names = ("href", "onclick", "onchange")
    found = _CALL.search(" ".join(str(element.get(name) or "")[:4096] for name in names))
    if found is None or NO_PAGER.search(found["target"]) or _MONTH.fullmatch(found["argument"]):
        return None
    call = PostBack(found["target"], found["argument"])
    number = "".join(filter(str.isdecimal, label))[:5]
    serial = "".join(filter(str.isdecimal, call.argument))[:9]
    is_day = bool(number and serial) and int(serial) > _MAX_PER_PAGE * int(number)
    return None if is_day else call


def whole_form(root: HtmlElement) -> HtmlElement | None:
    """Return the form of an ASP.NET page, which is around the whole page, or None."""
    for form in islice(root.iter("form"), _MAX_FORMS):
        fields = islice(form.iter("input"), _MAX_FIELDS)
        if is_posted(form) and any(field.get("name") in _STATES for field in fields):
            return form
    return None


def is_posted(form: HtmlElement) -> bool:
    """Return True for a form that is sent with POST."""
    return (form.get("method") or "").strip().lower() == "post"


def is_pager_form(form: HtmlElement) -> bool:
    """Return True for a form without anything that a visitor writes, chooses or sends."""
    names = [str(form.get(name) or "") for name in ("action", "id", "name", "class")]
    if NO_PAGER.search(" ".join(names)[:2000]) or form.find(".//textarea") is not None:
        return False
    fields = islice(form.iter("input"), _MAX_FIELDS)
    return not _WRITTEN & {(field.get("type") or "text").lower() for field in fields}
