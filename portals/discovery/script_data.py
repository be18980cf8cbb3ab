"""The data that a page gives to its scripts: JSON, and objects that are written as JavaScript.

Sources: ``<script type="application/json">``, ``var items = [...]``, ``window.__DATA__ = {...}``,
``JSON.parse('...')``, calls with a list, and ``data-`` attributes that hold JSON. What a page holds
can have any size: reading is bounded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, cast

from lxml import etree
from lxml.html import HtmlElement

_MAX_SCRIPTS = 60
_MAX_SCRIPT = 3_000_000  # characters
_MAX_STARTS = 100  # places of one script at which a value may begin
_MAX_TOKENS = 300_000  # of a page, in objects that are no JSON
_MAX_ATTRIBUTES = 100
# Settings of a widget are shorter.
_ATTRIBUTES = etree.XPath(
    "//@*[string-length() > 60 and (starts-with(., '[{') or starts-with(., '{\"'))]",
    smart_strings=False,
)
_STARTS = re.compile(r"[=(]\s*(?=\[\s*[{\[]|\{)")
_PARSED = re.compile(r"JSON\.parse\(\s*(?P<text>'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")\s*\)")
_TOKEN = re.compile(
    r"\s*(?://[^\n]*\n\s*|/\*.*?\*/\s*)*"
    r"(?:(?P<text>\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`$\\]*`)"
    r"|(?P<mark>[{}\[\]:,])|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z_$][\w$]*))",
    re.DOTALL,
)
_WORDS = {"true": "true", "false": "false", "null": "null", "undefined": "null"}
_DECODER = json.JSONDecoder()
_PLAIN_ESCAPE = re.compile(r"\\(?:x(?P<hex>[0-9a-fA-F]{2})|(?P<other>[^\"\\/bfnrtu]))")


def script_data(root: HtmlElement) -> Iterator[Any]:
    """Yield the lists and objects that the scripts and attributes of a page hold."""
    tokens = iter(range(_MAX_TOKENS))
    for script in islice(root.iter("script"), _MAX_SCRIPTS):
        text = str(script.text or "")[:_MAX_SCRIPT].strip()
        if "json" in str(script.get("type") or "").lower() or text[:1] in ("{", "["):
            yield from _whole(text, tokens)
        else:
            yield from _inside(text, tokens)
    for value in cast(list[str], _ATTRIBUTES(root))[:_MAX_ATTRIBUTES]:
        yield from _whole(str(value)[:_MAX_SCRIPT], tokens)


def _whole(text: str, tokens: Iterator[int]) -> Iterator[Any]:
    try:
        yield json.loads(text)
    except (ValueError, RecursionError):
        yield from _inside(f"={text}", tokens)


def _inside(text: str, tokens: Iterator[int]) -> Iterator[Any]:
    for match in islice(_PARSED.finditer(text), _MAX_STARTS):
        if inner := _string(match["text"]):
            yield from _whole_only(inner)
    end = 0
    for match in islice(_STARTS.finditer(text), _MAX_STARTS):
        if match.end() >= end and (found := _value_at(text, match.end(), tokens)):
            value, end = found
            yield value


def _whole_only(text: str) -> Iterator[Any]:
    try:
        yield json.loads(text)
    except (ValueError, RecursionError):
        return


def _value_at(text: str, start: int, tokens: Iterator[int]) -> tuple[Any, int] | None:
    """Return the value that begins at ``start``, and where it ends; None if it is no data."""
    try:
        return _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        pass
    written: list[str] = []
    depth, at = 0, start
    for _ in tokens:
        match = _TOKEN.match(text, at)
        part = _as_json(match) if match else None
        if match is None or part is None:
            return None
        at = match.end()
        if match["word"] and match["word"] not in _WORDS and not text[at:].lstrip().startswith(":"):
            return None
        depth += (part in "{[") - (part in "}]")
        if part in "}]" and written and written[-1] == ",":
            written.pop()
        written.append(part)
        if depth == 0:
            break
    try:
        return json.loads("".join(written)), at
    except (ValueError, RecursionError):
        return None


def _as_json(match: re.Match[str]) -> str | None:
    if match["text"]:
        value = _string(match["text"])
        return None if value is None else json.dumps(value)
    if word := match["word"]:
        return _WORDS.get(word, f'"{word}"')
    return match["mark"] or match["number"]


def _string(literal: str) -> str | None:
    """Return the text of a string of JavaScript, None if it cannot be read."""
    inner = literal[1:-1].replace('\\"', '"').replace("\\'", "'").replace('"', '\\"')
    inner = _PLAIN_ESCAPE.sub(lambda m: f"\\u00{m['hex']}" if m["hex"] else m["other"], inner)
    try:
        return str(json.loads(f'"{inner}"', strict=False))
    except ValueError:
        return None
