"""A portal of faults on loopback: raw answers, so that it can break every rule of HTTP.

Each fault has its path (``/tin-tuc-su-kien/loi-NAME-NUMBER.html``); ``bai-NUMBER.html`` is a good
article. Everything follows from the path, so that two runs meet the same.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support.http_server import RawAnswer, ServedRequest, http_server
from tests.support.pages.prose import story
from tests.support.pages.synthetic import TODAY, text_of
from tests.support.pages.themes import Frame, Item, danaweb_1, danaweb_1_list

LIST = "/tin-tuc-su-kien"
FRAME = Frame(TODAY)
_FAULT = re.compile(rf"{LIST}/loi-(?P<name>[a-z0-9-]+?)-(?P<number>\d+)\.html")
_GOOD = re.compile(rf"{LIST}/bai-(?P<number>\d+)\.html")
_PAGE = re.compile(rf"{LIST}(?:\?page=(?P<number>\d+))?")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a fault is told: its number, the whole page that might stand there, and two origins."""

    number: int
    page: bytes
    origin: str
    outside: str


Fault = Callable[[Asked], RawAnswer]


def http(
    body: bytes, status: str = "200 OK", kind: str = "text/html; charset=utf-8", **headers: str
) -> RawAnswer:
    """A proper answer; ``Content_Encoding`` names the header Content-Encoding."""
    named = {"Content-Type": kind, "Content-Length": str(len(body))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)
    return RawAnswer(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body, keeps=True)


def good_page(number: int) -> bytes:
    """The article of a number, in the markup of the federation's portal."""
    return danaweb_1(text_of(story(number), "Tin tức"), FRAME)


def good_path(number: int) -> str:
    """The address of a good article."""
    return f"{LIST}/bai-{number}.html"


def fault_path(name: str, number: int) -> str:
    """The address of a fault."""
    return f"{LIST}/loi-{name}-{number}.html"


@dataclass(slots=True)
class Hostile:
    """A running portal. ``asked``: paths in order; ``watch``: called before every answer."""

    origin: str = ""
    outside: str = ""
    lists: Sequence[Sequence[str]] = ()
    faults: Mapping[str, Fault] = field(default_factory=dict)
    pages: Mapping[str, RawAnswer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    watch: Callable[[], None] = lambda: None


@contextmanager
def hostile(
    lists: Sequence[Sequence[str]],
    faults: Mapping[str, Fault],
    pages: Mapping[str, RawAnswer] | None = None,
    tls: ssl.SSLContext | None = None,
) -> Iterator[Hostile]:
    """Serve a portal whose list shows ``lists`` of addresses, page by page, and ``faults``.

    ``pages``: other answers by path, which come first.
    """
    portal = Hostile(lists=lists, faults=faults, pages=pages or {})

    def answer(request: ServedRequest) -> RawAnswer:
        portal.asked.append(request.path)
        portal.watch()
        return _answer(portal, request.path)

    with http_server(answer, tls) as server, _outside() as outside:
        portal.origin, portal.outside = server.origin, outside
        yield portal


def _answer(portal: Hostile, path: str) -> RawAnswer:
    if path in portal.pages:
        return portal.pages[path]
    if match := _FAULT.fullmatch(path):
        number = int(match["number"])
        asked = Asked(number, good_page(number), portal.origin, portal.outside)
        return portal.faults[match["name"]](asked)
    if match := _GOOD.fullmatch(path):
        return http(good_page(int(match["number"])))
    if match := _PAGE.fullmatch(path):
        return http(_list(portal.lists, int(match["number"] or 1)))
    return http(b"not found", "404 Not Found")


def _list(lists: Sequence[Sequence[str]], number: int) -> bytes:
    if not 1 <= number <= len(lists):
        return danaweb_1_list([], FRAME, [])
    pager = [(f"{LIST}?page={n}" if n > 1 else LIST, str(n)) for n in range(1, len(lists) + 1)]
    near = pager[max(0, number - 3) : number + 3]
    items = [
        Item(path, text_of(story(i + 1), "Tin tức")) for i, path in enumerate(lists[number - 1])
    ]
    return danaweb_1_list(items, FRAME, near)


@contextmanager
def _outside() -> Iterator[str]:
    """An address outside the fence: one that is bound, and where nobody must knock."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            listening.accept()
        except BlockingIOError:
            return
        raise AssertionError("somebody knocked outside the fence")
