"""From values to bytes: HTML by Jinja2 with autoescape, JSON, and Atom."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from portals.program import named
from portals.serve.asking import Answer, Ask
from portals.serve.evidence import in_vietnamese
from portals.serve.words import LANGUAGES, word, word_or
from portals.store.export_formats import write_atom

FOLDER = Path(str(files("portals") / "resources" / "serve"))  # wheels are unpacked
STYLE = FOLDER / "style.css"

_LOCAL = timezone(timedelta(hours=7))
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
"""Control characters, and those that turn the direction of the text after them."""


def visible(value: Any) -> Any:
    """Return a text without invisible characters; any other value as it is."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return "" if value is None else value
    return _HIDDEN.sub("", value)


@cache
def style() -> tuple[bytes, str]:
    """Return the style sheet and its digest, by which its URL changes with it."""
    data = STYLE.read_bytes()
    return data, hashlib.sha256(data).hexdigest()[:12]


@cache
def environment() -> Environment:
    """Return the environment of the templates: all values are escaped."""
    found = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        finalize=visible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(web_url=web_url, marked=marked, thousands=thousands)
    return found


def html(ask: Ask, answer: Answer) -> str:
    """Return the page of an answer."""
    language = ask.language
    other = next(name for name in LANGUAGES if name != language)
    return (
        environment()
        .get_template(answer.template)
        .render(
            **answer.values,
            **answer.extra,
            ask=ask,
            url=ask.url,
            here=ask.here,
            lang=language,
            other=other,
            w=partial(_word, language),
            name=partial(_name, language),
            day=partial(day, language),
            moment=partial(moment, language),
            weekday=partial(weekday, language),
            published=partial(published, language),
            evidence=partial(evidence, language),
            style_url=ask.style_url(style()[1]),
            has_feed=answer.entries is not None and ask.has_feed,
        )
    )


def _word(language: str, key: str) -> str:
    return named(word(key, language))


def _name(language: str, kind: str, value: object) -> str:
    """Return the word for a value of the database, or the value itself."""
    return word_or(f"{kind}_{value}", language, "" if value is None else str(value))


def evidence(language: str, text: str) -> Markup:
    """Return what the catalogue says of a portal's state, marked where it stays English."""
    said = in_vietnamese(text) if language == "vi" else None
    return Markup('<span lang="{}">{}</span>').format("vi" if said else "en", said or text)


def as_json(values: dict[str, Any]) -> bytes:
    """Return values as JSON in UTF-8."""
    return json.dumps(values, ensure_ascii=False, default=_plain, indent=1).encode()


def _plain(value: object) -> object:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def as_atom(rows: Sequence[dict[str, Any]], address: str, title: str) -> bytes:
    """Return articles, newest first, as an Atom feed. ``address``: of the feed, its id."""
    out = io.BytesIO()
    write_atom(rows, out, address, title)
    return out.getvalue()


# --- times ---------------------------------------------------------------------------------------


def _parsed(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(_LOCAL) if found.tzinfo else found


def day(language: str, text: str | None) -> str:
    """Return a day as it is written in a language: 31/3/2025, or 31 Mar 2025."""
    found = _parsed(text) if text else None
    return _day(language, found) if found else (text or "")


def _day(language: str, at: date) -> str:
    month = word(f"month_{at.month}", language)
    return f"{at.day}/{month}/{at.year}" if language == "vi" else f"{at.day} {month} {at.year}"


def weekday(language: str, text: str | None) -> str:
    """Return a day with its day of the week."""
    found = _parsed(text) if text else None
    if found is None:
        return text or ""
    return f"{word(f'weekday_{found.weekday()}', language)}, {_day(language, found)}"


def moment(language: str, text: str | None) -> Markup:
    """Return a time of the archive as a ``time`` element, in Vietnam's time."""
    found = _parsed(text) if text else None
    if found is None:
        return escape(text or "")
    return _time(text, f"{_day(language, found)} {found:%H:%M}")


def published(language: str, text: str | None, precision: str | None) -> Markup:
    """Return a publication: without a time of day where the page shows none."""
    if not text:
        return escape(word("undated", language))
    found = _parsed(text)
    if found is None:
        return escape(text)
    if precision != "minute":
        return _time(text[:10], _day(language, found))
    return _time(text, f"{_day(language, found)} {found:%H:%M}")


def _time(value: str | None, shown: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(value or "", shown)


# --- other filters -------------------------------------------------------------------------------


def web_url(url: str | None) -> str | None:
    """Return a URL that a page may link to: http or https; None for all others."""
    try:
        is_web = urlsplit(url or "").scheme in ("http", "https")
    except ValueError:
        return None
    return url if is_web else None


def marked(text: str, ranges: Sequence[tuple[int, int]]) -> Markup:
    """Return a text with ``mark`` elements around ranges of characters."""
    parts, at = [], 0
    for start, end in ranges:
        parts.append(escape(visible(text[at:start])))
        parts.append(Markup("<mark>{}</mark>").format(visible(text[start:end])))
        at = end
    parts.append(escape(visible(text[at:])))
    return Markup("").join(parts)


def thousands(value: int, language: str) -> str:
    """Return a number with its thousands apart: 1.234 in Vietnamese, 1,234 in English."""
    shown = f"{value:,}"
    return shown.replace(",", ".") if language == "vi" else shown
