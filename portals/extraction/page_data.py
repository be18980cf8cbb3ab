"""Articles that are in a page as data, for the script that builds the page in a browser.

Next.js (``__NEXT_DATA__``), Nuxt 3 (``__NUXT_DATA__``), states of other frameworks (``window.X =
{…}``) and JSON-LD (``articleBody``). The fields of the article are set as markup, which is read
like any other page: what an article is, is decided in one place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import unquote, urlsplit

from portals.extraction.page import Page
from portals.language.dates import find_date
from portals.language.text import canonical, clean, fold, words

_MAX_SCRIPT = 3_000_000  # characters; the state of a page of Next.js has some hundred thousand
_MAX_NODES = 50_000  # values looked at
_MAX_TEXT = 500_000  # characters of an article
_MIN_WORDS = 60  # a shorter text is a teaser
_MIN_TITLE, _MAX_TITLE = 3, 60  # words
_MIN_SLUG_SHARE = 0.6  # of a title's words in the address
_STATE = re.compile(
    r"^\s*(?:window|self|globalThis)\s*(?:\.|\[\s*[\"'])([\w$]+)(?:[\"']\s*\])?\s*=\s*(?=[{\[])"
)
_TAG = re.compile(r"<[^<>]*>")
_JSON_TYPES = frozenset(["application/json", "application/ld+json"])

_TITLES = ("title", "headline", "name", "subject", "tieude", "tenbai", "tenbaiviet")
_LEADS = (
    "sapo", "lead", "summary", "excerpt", "abstract", "description", "trichdan", "mota", "tomtat",
    "motangan",
)  # fmt: skip
_AUTHORS = (
    "author", "authorname", "penname", "byline", "writer", "tacgia", "butdanh", "tentacgia",
    "nguoiviet",
)  # fmt: skip
_NAMES = ("name", "rendered", "fullname", "displayname", "hoten", "ten")
_DATES = (
    "publishedat", "publishdate", "publishedtime", "publishtime", "datepublished", "published",
    "distributiondate", "ngaydang", "ngayxuatban", "postdate", "createdat", "createddate",
    "created",
)  # fmt: skip
"""Names of fields, lower case without signs, in order of trust. ``TieuDe``: the ministry of home
affairs, ``title`` and ``content``: the police of Hòa Bình (2024); the others are usual names, which
no stored page shows."""


@dataclass(frozen=True, slots=True)
class _ArticleData:
    """The fields of one article in the data of a page; ``body`` is markup or plain text."""

    title: str
    body: str
    date: str
    author: str
    lead: str

    @property
    def fields(self) -> int:
        """The number of fields that are not empty."""
        return sum(map(bool, (self.date, self.author, self.lead)))


def page_from_data(page: Page) -> tuple[Page, str] | None:
    """Return a page made of the article that ``page`` has as data, and the name of that data.

    None if there is none, or if there are several and none is that of the page's address, head or
    link.
    """
    for name, data in _data_of(page):
        # The same article can be there twice, once with fewer fields.
        by_fullness = sorted(_articles(data), key=lambda article: article.fields)
        found = {article.body: article for article in by_fullness}
        named = [article for article in found.values() if _is_named(article.title, page)]
        chosen = named or list(found.values())
        if len(chosen) == 1:
            text = _markup(chosen[0], page)
            return replace(page, text=text, markup=text.encode("utf-8", "replace")), name
    return None


def _data_of(page: Page) -> Iterator[tuple[str, Any]]:
    """Yield the data in the scripts of a page, with the name of each."""
    for script in page.root.iter("script"):
        text = script.text or ""
        if not _MIN_WORDS < len(text) <= _MAX_SCRIPT:
            continue
        name = script.get("id") or script.get("type") or "script"
        if script.get("type") not in _JSON_TYPES:
            match = _STATE.match(text)
            if match is None:
                continue
            name, text = match[1], text[match.end() :]
        try:
            data, _ = json.JSONDecoder(strict=False).raw_decode(text.lstrip())
        except (ValueError, RecursionError):
            continue
        yield name, _resolved(data) if script.get("id") == "__NUXT_DATA__" else data


def _resolved(data: Any) -> Any:
    """Return the objects of Nuxt 3's data with their values in place of the values' numbers."""
    if not isinstance(data, list):
        return data
    return [
        {key: _at(data, number) for key, number in entry.items()}
        for entry in data[:_MAX_NODES]
        if isinstance(entry, dict)
    ]


def _at(data: list[Any], number: Any) -> Any:
    if not isinstance(number, int) or not 0 <= number < len(data):
        return None
    value = data[number]
    if isinstance(value, dict):  # an author with a name: one level is enough
        return {k: data[n] for k, n in value.items() if isinstance(n, int) and 0 <= n < len(data)}
    return value


def _articles(data: Any) -> Iterator[_ArticleData]:
    """Yield the objects in ``data`` that have a title and a text."""
    stack, seen = [data], 0
    while stack and seen < _MAX_NODES:
        node = stack.pop()
        seen += 1
        if isinstance(node, list):
            stack.extend(node[:_MAX_NODES])
        elif isinstance(node, dict):
            stack.extend(node.values())
            if article := _article(node):
                yield article
        elif isinstance(node, str) and (inner := _nested(node)) is not None:
            stack.append(inner)


def _nested(text: str) -> Any:
    """Return the data that a text of a script holds as JSON once more (SvelteKit), or None."""
    if not _MIN_WORDS < len(text) <= _MAX_SCRIPT or text[0] not in "{[":
        return None
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _article(node: Mapping[str, Any]) -> _ArticleData | None:
    fields = _plain_keys(node)
    title = clean(_TAG.sub(" ", _first_text(fields, _TITLES)))
    if not _MIN_TITLE <= len(words(title)) <= _MAX_TITLE:
        return None
    lead = _first_text(fields, _LEADS)
    texts = (
        value
        for key, value in fields.items()
        if isinstance(value, str) and len(value) <= _MAX_TEXT and key not in (*_TITLES, *_LEADS)
    )
    body = max(texts, key=len, default="")
    if len(words(_TAG.sub(" ", body))) < _MIN_WORDS:
        return None
    return _ArticleData(title, body, _date(fields), _first_text(fields, _AUTHORS), lead)


def _plain_keys(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object with its keys in lower case without signs: ``tieu_de`` → ``tieude``."""
    return {re.sub(r"[^a-z]", "", str(key).lower()): value for key, value in node.items()}


def _first_text(fields: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Return the first of the named fields that is a text, or an object with a name."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, dict):
            value = _first_text(_plain_keys(value), _NAMES)
        if isinstance(value, str) and value.strip():
            return value
    return ""


def _date(fields: Mapping[str, Any]) -> str:
    for name in _DATES:
        value = fields.get(name)
        if isinstance(value, str) and find_date(value):
            return value
        if isinstance(value, int) and 10**9 < value < 10**13:
            seconds = value / 1000 if value > 10**11 else value
            return datetime.fromtimestamp(seconds, UTC).isoformat()
    return ""


def _is_named(title: str, page: Page) -> bool:
    """Return True if head, link or address of the page name ``title``."""
    plain = canonical(title)
    if plain in page.head_names or plain in map(canonical, page.link_texts):
        return True
    address = unquote(urlsplit(page.url).path)
    slug = set(re.split(r"[\W_]+", fold(address)))
    own = fold(plain).split()
    return sum(word in slug for word in own) / max(1, len(own)) >= _MIN_SLUG_SHARE


def as_paragraphs(body: str) -> str:
    """Return a text as markup: one without paragraphs gets one for each line."""
    lower = body.lower()
    if any(tag in lower for tag in ("<p", "<br", "<div")):
        return body
    return "".join(f"<p>{line}</p>" for line in _TAG.sub(" ", body).splitlines() if line.strip())


def _markup(article: _ArticleData, page: Page) -> str:
    """Return a page with the fields of ``article`` as markup."""
    body = as_paragraphs(article.body)
    lead = clean(_TAG.sub(" ", article.lead))
    parts = (
        f"<h1>{escape(article.title)}</h1>",
        f'<p class="date"><time datetime="{escape(article.date)}">{escape(article.date)}</time></p>'
        if article.date
        else "",
        f'<p class="author">{escape(clean(article.author))}</p>' if article.author else "",
        f'<p class="sapo">{escape(lead)}</p>' if lead else "",
        f'<div class="detail-content">{body}</div>',
    )
    head = f"<head><title>{escape(page.head_title)}</title></head>"
    return f"<html>{head}<body><article>{''.join(parts)}</article></body></html>"
