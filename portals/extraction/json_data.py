"""Values in the JSON that a portal serves to its own scripts, found by paths.

A path names the keys from the outside to the value (``data.articleCategory.name``). A list on the
way means its first entry, a text that is JSON itself means what it holds. What others serve can
have any size, depth and type: reading is bounded, and a value of another type is no value.
"""

from __future__ import annotations

import json
from typing import Any

MAX_BYTES = 8_000_000
"""Bytes of one answer; a list of 100 articles with their texts has some two million."""

_MAX_NESTED = 2_000_000  # characters of a text that is JSON itself
_MAX_DIGITS = 18
_MAX_KEYS = 8  # that a message names


class JsonDataError(ValueError):
    """An answer that is no JSON, or not the described one; the message says what is there."""


def load_json(body: bytes) -> Any:
    """Return the value of a JSON document. Raises JsonDataError."""
    if len(body) > MAX_BYTES:
        raise JsonDataError(f"{len(body)} bytes, more than {MAX_BYTES}")
    try:
        return json.loads(body, parse_int=_integer, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        begin = " ".join(body[:60].decode("utf-8", "replace").split())
        what = "nested too deeply" if isinstance(error, RecursionError) else f"begins {begin!r}"
        raise JsonDataError(f"it is no JSON: {what}") from None


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MAX_DIGITS else None


def value_at(data: Any, path: str) -> Any:
    """Return the value at ``path``, None if there is none."""
    for key in path.split(".") if path else ():
        if isinstance(data, list):
            data = data[0] if data else None
        elif isinstance(data, str):
            data = _nested(data)
        data = data.get(key) if isinstance(data, dict) else None
    return data


def has_key(data: Any, path: str) -> bool:
    """Return True if the object around ``path`` has its last key, whatever the value is."""
    parent, _, key = path.rpartition(".")
    around = value_at(data, parent)
    around = _nested(around) if isinstance(around, str) else around
    return isinstance(around, dict) and key in around


def text_at(data: Any, paths: tuple[str, ...]) -> str:
    """Return the first text or number at one of ``paths``, ``""`` if there is none.

    A text that is a JSON object is no text. Halves of characters are replaced.
    """
    for path in paths:
        value = value_at(data, path)
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value.strip() and not isinstance(_nested(value), dict):
            return value.encode("utf-8", "replace").decode().strip()
    return ""


def items_at(data: Any, paths: tuple[str, ...]) -> list[Any]:
    """Return the list at the first of ``paths`` that has one; the empty path is the document.

    Raises JsonDataError if none has.
    """
    for path in paths:
        value = value_at(data, path) if path else data
        if isinstance(value, list):
            return value
    wanted = " or ".join(path or "the outside" for path in paths)
    raise JsonDataError(f"no list at {wanted}; there {_described(data)}")


def number_at(data: Any, path: str) -> int | None:
    """Return the number at ``path``, also one that is written as a text; None if there is none."""
    value = value_at(data, path) if path else None
    if isinstance(value, str) and value.strip().isdecimal() and len(value) <= _MAX_DIGITS:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _nested(text: str) -> Any:
    """Return what a text holds that is a JSON object, else None."""
    if text.lstrip()[:1] != "{" or len(text) > _MAX_NESTED:
        return None
    try:
        return load_json(text.encode("utf-8", "replace"))
    except JsonDataError:
        return None


def _described(data: Any) -> str:
    if isinstance(data, dict):
        keys = ", ".join(str(key)[:40] for key in list(data)[:_MAX_KEYS])
        return f"are the keys {keys}" if keys else "is nothing"
    return f"is a {type(data).__name__}"
