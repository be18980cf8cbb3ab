"""Articles that a portal serves as JSON, for the script that builds its page.

The fields of the article are set as markup, which is read by the same rules as any page: the text
is cleaned, the date is read and bounded, the signature is taken from the end of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape, unescape
from typing import Any, Literal

from lxml import etree

from portals.article import Article, Attachment, Image, Reject
from portals.extraction.json_data import (
    JsonDataError,
    has_key,
    items_at,
    text_at,
    value_at,
)
from portals.extraction.page import Page
from portals.extraction.page_data import as_paragraphs
from portals.extraction.reader import Recipe, read_safely
from portals.extraction.themes import Theme
from portals.extraction.unreadable import UnreadablePageError
from portals.language.text import clean
from portals.outcomes import RejectCode

_TAG = re.compile(r"<[^<>]*>")
_DOT_NET = re.compile(r"/Date\((-?\d{9,14})(?:[+-]\d{4})?\)/")
_WITHOUT_ZONE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?")
_LABEL = re.compile(r"^\s*(?:theo\s+)?nguồn(?:\s+tin)?\s*:\s*", re.IGNORECASE)
_EPOCH = range(10**8, 10**10)  # seconds, 1973 to 2286
_MAX_FILES = 100

Paths = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JsonFields:
    """Where the fields of an article are in its object: paths, the first that has a text wins.

    ``lead``, ``body``: texts, with markup or without. ``date``: ISO 8601, a date as people write
    it, seconds or milliseconds since 1970, or ``/Date(…)/``; ``zone``: of a date that names none.
    ``files``: list of attachments, with ``file_url`` and ``file_title`` in each; ``image``: a
    picture beside the text, unless it matches ``no_image``.
    """

    title: Paths
    body: Paths
    date: Paths = ()
    zone: Literal["+07:00", "utc"] = "+07:00"
    lead: Paths = ()
    author: Paths = ()
    source: Paths = ()
    section: Paths = ()
    id: Paths = ()
    image: Paths = ()
    no_image: str = r"/no-?image"
    files: Paths = ()
    file_url: Paths = ()
    file_title: Paths = ()


def theme_of(name: str) -> Theme:
    """Return the theme of the markup that ``markup_of`` writes; ``name`` is in the provenance."""
    return Theme(
        name=name,
        scope="article.json-article",
        title=("h1.json-title",),
        body=("div.json-body",),
        date=("meta[property='article:published_time']::attr(content)",),
        lead=("meta[name='description']::attr(content)",),
        author=("meta[name='author']::attr(content)",),
        section=("meta[property='article:section']::attr(content)",),
    )


def json_page(data: Any, fields: JsonFields, url: str, fetched_at: datetime | None) -> Page:
    """Return the page of the article in ``data``, whose public URL is ``url``.

    Raises JsonDataError if title or text are not where ``fields`` says, UnreadablePageError if the
    text cannot be parsed.
    """
    if not text_at(data, fields.title):
        raise JsonDataError(f"no title at {' or '.join(fields.title)}")
    body = text_at(data, fields.body)
    if not body and not any(_is_empty(data, path) for path in fields.body):
        raise JsonDataError(f"no text at {' or '.join(fields.body)}")
    markup = markup_of(data, fields, _whole(body, url))
    return Page.from_bytes(url, markup.encode("utf-8", "replace"), "text/html", fetched_at)


def read_json_article(
    data: Any, fields: JsonFields, recipe: Recipe, url: str, fetched_at: datetime | None
) -> Article | Reject:
    """Return the article in ``data``, or its reject; ``recipe``: gives portal, theme and number."""
    try:
        page = json_page(data, fields, url, fetched_at)
    except JsonDataError as error:
        return Reject(url, RejectCode.CHANGED_JSON, str(error)[:200])
    except UnreadablePageError as error:
        return Reject(url, error.code, error.detail)
    article = read_safely(page, recipe)
    if isinstance(article, Reject):
        return article
    article.parts = None  # the object holds the whole text
    article.external_id = article.external_id or text_at(data, fields.id) or None
    source = _LABEL.sub("", _plain(text_at(data, fields.source)))
    if source:
        article.source = source
        article.provenance["source"] = f"selectors:{recipe.themes[0].name} source"
    _add_image(article, data, fields, page)
    _add_files(article, data, fields, page)
    return article


def markup_of(data: Any, fields: JsonFields, body: str) -> str:
    """Return a page with the fields of an object as markup; ``body``: well-formed markup."""
    metas = {
        "name='description'": _plain(text_at(data, fields.lead)),
        "property='article:published_time'": date_text(_first(data, fields.date), fields.zone),
        "name='author'": _plain(text_at(data, fields.author)),
        "property='article:section'": _plain(text_at(data, fields.section)),
    }
    head = "".join(
        f'<meta {name} content="{escape(value)}">' for name, value in metas.items() if value
    )
    title = escape(_plain(text_at(data, fields.title)))
    return (
        f"<html><head><title>{title}</title>{head}</head><body><article class='json-article'>"
        f"<h1 class='json-title'>{title}</h1><div class='json-body'>{body}</div></article></body>"
        "</html>"
    )


def date_text(value: Any, zone: str = "+07:00") -> str:
    """Return a date in JSON as a text that the date reader knows, ``""`` if it is none."""
    if isinstance(value, str):
        text = value.strip()
        if match := _DOT_NET.fullmatch(text):
            value = int(match[1])
        elif text.isdecimal() and len(text) in (10, 13):
            value = int(text)
        else:
            is_bare = zone == "utc" and _WITHOUT_ZONE.fullmatch(text)
            return f"{text}Z" if is_bare else text
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    seconds = value / 1000 if abs(value) > _EPOCH.stop else value
    if int(seconds) not in _EPOCH:
        return ""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


def _first(data: Any, paths: Paths) -> Any:
    return next((found for path in paths if (found := value_at(data, path)) is not None), None)


def _is_empty(data: Any, path: str) -> bool:
    """Return True if an object has the key of a text and no text: a story of pictures only."""
    value = value_at(data, path)
    is_blank = value is None or (isinstance(value, str) and not value.strip())
    return is_blank and has_key(data, path)


def _plain(text: str) -> str:
    """Return a text of one line without markup."""
    return clean(unescape(_TAG.sub(" ", text)))


def _whole(body: str, url: str) -> str:
    """Return the text as well-formed markup: an end tag too many must not end the article."""
    if "<" not in body and "&lt;p" in body:
        body = unescape(body)
    body = as_paragraphs(body)
    root = Page.from_bytes(url, f"<body>{body}</body>".encode("utf-8", "replace")).root
    element = root.find("body")
    if element is None:
        return ""
    whole = etree.tostring(element, encoding="unicode", method="html", with_tail=False)
    return re.sub(r"^<body[^>]*>|</body>$", "", whole)


def _add_image(article: Article, data: Any, fields: JsonFields, page: Page) -> None:
    url = page.absolute(text_at(data, fields.image)) if text_at(data, fields.image) else None
    is_known = any(image.url == url for image in article.images)
    if url and not is_known and not re.search(fields.no_image, url, re.IGNORECASE):
        article.images.insert(0, Image(url))


def _add_files(article: Article, data: Any, fields: JsonFields, page: Page) -> None:
    if not fields.files:
        return
    try:
        files = items_at(data, fields.files)
    except JsonDataError:
        return
    known = {one.url for one in article.attachments}
    for file in files[:_MAX_FILES]:
        link = text_at(file, fields.file_url)
        url = page.absolute(link) if link else None
        if url and url not in known:
            known.add(url)
            title = _plain(text_at(file, fields.file_title))
            article.attachments.append(Attachment(url, title or None))
