"""How the values of settings are written, and what they mean."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from portals.errors import PortalError
from portals.free_space import DiskLimit, DiskLimitError, parse_size
from portals.timestamps import ScheduleError, parse_duration

_COUNT = re.compile(r"[0-9][0-9_]{0,15}")
_INTEGER = re.compile(r"-?[0-9][0-9_]{0,15}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?(?:e-?[0-9]{1,2})?")
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,6})?")
_SWITCH = {
    "1": True, "true": True, "yes": True, "on": True,
    "0": False, "false": False, "no": False, "off": False,
}  # fmt: skip
_COMMA = re.compile(",")
_BEFORE_URL = re.compile(r"\s+|,(?=[a-z][a-z0-9+.-]*://)")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class SettingError(PortalError):
    """A setting whose name is unknown, or whose value cannot be used."""


class _UnusableError(ValueError):
    """A value that is not of the kind."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of values: ``form`` says how one is written, after "expected"; ``example`` is one.

    ``is_secret``: the value is not printed.
    """

    form: str
    example: str
    parse: Callable[[object], object]
    is_secret: bool = False


def parsed(name: str, kind: Kind, value: object) -> object:
    """Return the value of the setting ``name`` as the code uses it. Raises SettingError."""
    try:
        return kind.parse(value)
    except _UnusableError:
        shown = "its value" if kind.is_secret else f"{name}={value!r}"
        where = f"{name}: " if kind.is_secret else ""
        raise SettingError(
            f"{where}{shown} cannot be used; expected {kind.form}, such as {name}={kind.example}"
        ) from None


def _whole(pattern: re.Pattern[str], least: int | None = None) -> Callable[[object], int]:
    def parse(value: object) -> int:
        text = str(value).strip()
        if not pattern.fullmatch(text) or text.endswith("_"):
            raise _UnusableError
        number = int(text.replace("_", ""))
        if least is not None and number < least:
            raise _UnusableError
        return number

    return parse


def _number(value: object) -> float:
    text = str(value).strip().lower()
    if not _NUMBER.fullmatch(text):
        raise _UnusableError
    return float(text)


def _seconds(value: object) -> int | float:
    text = str(value).strip()
    if _SECONDS.fullmatch(text):
        return float(text) if "." in text else int(text)
    try:
        return int(parse_duration(text).total_seconds())
    except ScheduleError:
        raise _UnusableError from None


def _bytes(least: int) -> Callable[[object], int]:
    def parse(value: object) -> int:
        size = parse_size(str(value).strip())
        if size is None or size < least:
            raise _UnusableError
        return size

    return parse


def _switch(value: object) -> bool:
    found = _SWITCH.get(str(value).strip().lower())
    if found is None:
        raise _UnusableError
    return found


def _text(value: object) -> str:
    text = str(value)
    if not text.strip() or not text.isprintable():
        raise _UnusableError
    return text


def _text_or_none(value: object) -> str:
    return _text(value) if str(value) else ""


def _path(value: object) -> str:
    text = str(value)
    if not text.strip() or "\0" in text:
        raise _UnusableError
    return text


def _path_or_none(value: object) -> str:
    return _path(value) if str(value) else ""


def _url(value: object) -> str:
    try:
        parts = urlsplit(str(value))
        is_url = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        is_url = False
    if not is_url:
        raise _UnusableError
    return str(value)


def _limit(value: object) -> str:
    try:
        DiskLimit.parse(str(value))
    except DiskLimitError:
        raise _UnusableError from None
    return str(value)


def _level(value: object) -> str:
    level = str(value).strip().upper()
    if level not in _LEVELS:
        raise _UnusableError
    return level


def _parts(separator: re.Pattern[str]) -> Callable[[object], list[str]]:
    def parse(value: object) -> list[str]:
        parts = separator.split(value) if isinstance(value, str) else _list(value)
        return [text for part in parts if (text := str(part).strip())]

    return parse


def _list(value: object) -> Iterable[object]:
    if not isinstance(value, list | tuple):
        raise _UnusableError
    return value


def _object(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        found = json.loads(value)
    except ValueError:
        raise _UnusableError from None
    if not isinstance(found, dict):
        raise _UnusableError
    return found


COUNT = Kind("a whole number from 0, without separators", "100000", _whole(_COUNT))
POSITIVE = Kind("a whole number from 1", "2", _whole(_COUNT, 1))
INTEGER = Kind("a whole number", "10", _whole(_INTEGER))
NUMBER = Kind("a number", "1.5", _number)
DURATION = Kind("a number of seconds, or a time as 90m, 2h, 1d", "90m", _seconds)
SIZE = Kind("a number of bytes, or a size as 500MB, 1GB", "1GB", _bytes(1))
LARGEST_SIZE = Kind("a number of bytes, or a size as 16MB; 0: no limit", "16MB", _bytes(0))
SWITCH = Kind("1 or 0, true or false, yes or no, on or off", "1", _switch)
TEXT = Kind("a text", "text", _text)
FILE = Kind("the path of a file", "data/articles.db", _path)
FILE_OR_NONE = Kind("the path of a file; empty: none", "data/night.prom", _path_or_none)
FOLDER_OR_NONE = Kind("the path of a folder; empty: none", "data/archive", _path_or_none)
ARCHIVE_OR_NONE = Kind(
    "the path of a WARC file or of a folder of them", "data/sample.warc.gz", _path_or_none
)
URL = Kind("a URL with http or https", "https://web.archive.org", _url)
DISK_LIMIT = Kind("a size, a share of the disk, or both; 0: no limit", "'2GB 5%'", _limit)
LEVEL = Kind(f"one of {', '.join(_LEVELS)}", "INFO", _level)
TARGET_OR_NONE = Kind(
    "a URL, or the path of a file", "https://example.org/ping", _text_or_none, is_secret=True
)
POSTGRES_OR_NONE = Kind(
    "a URL with postgresql; empty: none",
    "postgresql://crawler@127.0.0.1/crawls",
    _text_or_none,
    is_secret=True,
)
PORTALS = Kind("names separated by commas", "ldtd,brvt", _parts(_COMMA))
SECRETS = Kind("URLs separated by blanks", "json://localhost", _parts(_BEFORE_URL), is_secret=True)
JSON_OBJECT = Kind("a JSON object", "'{}'", _object)


def kind_like(default: object) -> Kind | None:
    """Return the kind of the values of a setting of Scrapy by its default; None: any value."""
    for is_type, kind in _BY_TYPE:
        if isinstance(default, is_type):
            return kind
    return None


_BY_TYPE: tuple[tuple[type, Kind], ...] = (
    (bool, SWITCH),  # before int: a bool is one
    (int, INTEGER),
    (float, NUMBER),
    (dict, JSON_OBJECT),
)
