"""The check of the catalogue: every mistake with its row and column.

Reading a catalogue stops at the first row that cannot be used; the check reads all of it, and also
asks whether the values agree with each other and with the province table.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from portals.catalogue import KINDS, REQUIRED, STATES, Portal, portal_name_fault
from portals.errors import CatalogueError
from portals.families.catalogued import systems_fault
from portals.urls import host_of

GRADES = ("A", "B", "C", "W")

_HEADER = 1  # its row number; spreadsheets count so too
_TLS_LEVEL = re.compile(r"[0-2] \S.*")
_DAY = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
_HOST = re.compile(r"(?!-)[\w-]+(?:\.[\w-]+)+(?::\d{1,5})?")
_COLUMNS = tuple(field.name for field in fields(Portal))

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with one value. ``row``: its number in the file, where 1 names the columns."""

    row: int
    name: str
    column: str
    fault: str


@cache
def provinces() -> Mapping[str, str]:
    """Return what the 63 provinces of 2024 became on 1 July 2025, by name."""
    text = (files("portals") / "resources" / "provinces.csv").read_text("utf-8")
    return {row["then"]: row["now"] for row in csv.DictReader(text.splitlines())}


def check_catalogue(path: Path) -> list[Mistake]:
    """Return the mistakes of the catalogue at ``path``, by row. Raises CatalogueError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = list(reader.fieldnames or ())
            rows = [(number, row) for number, row in enumerate(reader, start=_HEADER + 1)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CatalogueError(f"{path} cannot be read: {error}") from None
    if found := list(_of_columns(columns)):
        return found
    found += [mistake for number, row in rows for mistake in _of_row(number, row)]
    return sorted([*found, *_of_all(rows)], key=lambda one: one.row)


def _of_columns(columns: Sequence[str]) -> Iterator[Mistake]:
    for column in REQUIRED:
        if column not in columns:
            yield Mistake(_HEADER, "", column, "the column is missing")
    for column in columns:
        if column not in _COLUMNS:
            yield Mistake(_HEADER, "", column, f"unknown column; there are {', '.join(_COLUMNS)}")
    for column, count in Counter(columns).items():
        if count > 1:
            yield Mistake(_HEADER, "", column, "the column is there twice")


def _of_row(number: int, row: Row) -> Iterator[Mistake]:
    if None in row or None in row.values():
        uneven = "the row has another number of values than the header; quote texts with commas"
        yield Mistake(number, row.get("name") or "", "", uneven)
        return
    for column, check in _CHECKS.items():
        if column in row and (fault := check(row[column], row)):
            yield Mistake(number, row["name"], column, fault)


def _of_all(rows: Sequence[tuple[int, Row]]) -> Iterator[Mistake]:
    """Yield what two rows have in common and must not."""
    whole = [(number, row) for number, row in rows if None not in row and None not in row.values()]
    names = [row["name"] for _, row in whole]
    hosts: dict[str, str] = {}
    for at, (number, row) in enumerate(whole):
        if row["name"] in names[:at]:
            yield Mistake(number, row["name"], "name", "another row has this name")
            continue
        own = [("home_url", host_of(row["home_url"]))]
        own += [("hosts", host.removeprefix("www.")) for host in (row.get("hosts") or "").split()]
        for column, host in own:
            other = hosts.setdefault(host, row["name"])
            is_earlier = row["state"] == "moved" and row["successor"] == other
            if other != row["name"] and not is_earlier:
                yield Mistake(number, row["name"], column, f"{host} is the portal {other!r}")


# --- one value -----------------------------------------------------------------------------------


def _name_fault(value: str, _: Row) -> str | None:
    return portal_name_fault(value) if value else "the portal has no name"


def _one_of(values: Sequence[str]) -> Callable[[str, Row], str | None]:
    def fault(value: str, _: Row) -> str | None:
        return None if value in values else f"unknown: {value!r}; give {', '.join(values)}"

    return fault


def _title_fault(value: str, _: Row) -> str | None:
    return None if value.strip() else "the portal has no title"


def _then_fault(value: str, _: Row) -> str | None:
    if not value or value in provinces():
        return None
    near = next((name for name in provinces() if name.casefold() == value.casefold()), "")
    return f"no province of 2024: {value!r}" + (f"; did you mean {near!r}?" if near else "")


def _now_fault(value: str, row: Row) -> str | None:
    then = row["province_then"]
    if value and value not in provinces().values():
        return f"no province of today: {value!r}"
    if then in provinces() and value != provinces()[then]:
        return f"{then} became {provinces()[then]}, not {value!r}"
    return f"{value!r} without the province of 2024" if value and not then else None


def _home_fault(value: str, _: Row) -> str | None:
    return _url_fault(value) or (
        None if urlsplit(value).path == "/" else "end it after the host: /"
    )


def _own_urls_fault(value: str, row: Row) -> str | None:
    own = {host_of(row["home_url"]), *(host.removeprefix("www.") for host in _hosts(row))}
    seen: set[str] = set()
    for url in value.split():
        if fault := _url_fault(url):
            return fault
        if host_of(url) not in own:
            return f"{url} is on no host of the portal; add it to hosts, or take it away"
        if url in seen:
            return f"{url} is there twice"
        seen.add(url)
    return None


def _hosts(row: Row) -> list[str]:
    return (row.get("hosts") or "").split()


def _url_fault(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        return f"{url!r} is no URL: {error}"
    if parts.scheme not in ("http", "https"):
        return f"{url!r} is no http or https URL"
    if parts.username or parts.password:
        return f"{host} is named with a password; the catalogue is public"
    if re.search(r"\s", url) or parts.fragment:
        return f"{url!r} has a space or a fragment"
    is_host = _HOST.fullmatch(host) or host == "localhost" or _is_address(host)
    return None if is_host and port != 0 else f"{host!r} is no host"


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _hosts_fault(value: str, row: Row) -> str | None:
    for host in value.split():
        if not _HOST.fullmatch(host):
            return f"{host!r} is no host; write it without scheme and path"
        if host.removeprefix("www.") == host_of(row["home_url"]):
            return f"{host} is the host of home_url already"
    return None


def _since_fault(value: str, _: Row) -> str | None:
    is_day = not value or _DAY.fullmatch(value)
    return None if is_day else f"{value!r} is no YYYY, YYYY-MM or YYYY-MM-DD"


def _successor_fault(value: str, row: Row) -> str | None:
    if not value and row["state"] in ("moved", "merged"):
        return f"a portal that {row['state']} has one"
    return "a portal cannot be its own" if value == row["name"] else None


def _evidence_fault(value: str, row: Row) -> str | None:
    if not value and row["state"] != "unknown":
        return f"say what shows that the portal is {row['state']}"
    return None


def _cms_fault(value: str, _: Row) -> str | None:
    return systems_fault(value)


def _proxy_fault(value: str, _: Row) -> str | None:
    url, _space, reason = value.partition(" ")
    if not value or (fault := _url_fault(url)):
        return fault if value else None
    return None if reason.strip() else f"{value!r} is no URL with the reason after a space"


def _tls_fault(value: str, _: Row) -> str | None:
    if not value or _TLS_LEVEL.fullmatch(value):
        return None
    return f"{value!r} is no level (0, 1 or 2) with the reason after a space"


def _browser_fault(value: str, row: Row) -> str | None:
    return "a browser does not go through a proxy of the row" if value and row["proxy"] else None


_CHECKS: Mapping[str, Callable[[str, Row], str | None]] = {
    "name": _name_fault,
    "title": _title_fault,
    "kind": _one_of(KINDS),
    "province_then": _then_fault,
    "province_now": _now_fault,
    "home_url": _home_fault,
    "cms": _cms_fault,
    "grade": _one_of(GRADES),
    "state": _one_of(STATES),
    "since": _since_fault,
    "successor": _successor_fault,
    "evidence": _evidence_fault,
    "hosts": _hosts_fault,
    "listings": _own_urls_fault,
    "feeds": _own_urls_fault,
    "examples": _own_urls_fault,
    "proxy": _proxy_fault,
    "tls_level": _tls_fault,
    "browser": _browser_fault,
}
