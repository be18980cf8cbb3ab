"""A server that speaks as the Wayback Machine does: its index (CDX) and its playback, with faults.

Rules as documented for the CDX server and as seen in played-back pages: captures are listed by
address and time; a capture is played at its own time, any other time redirects to the nearest one;
links are rewritten unless ``id_`` asks for the page as it was served.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit

from tests.support.http_server import Answer, http_server

_PLAYBACK = re.compile(r"^/web/(\d{1,14})(id_)?/(https?://.+)$")
FIELDS = "urlkey,timestamp,original,mimetype,statuscode,digest,length"
TOOLBAR = (
    b"<!-- BEGIN WAYBACK TOOLBAR INSERT --><div id=wm-ipp-base>14 captures"
    b"</div><!-- END WAYBACK TOOLBAR INSERT -->"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """One capture: time (14 digits), address, page, and what the index says of it."""

    timestamp: str
    url: str
    body: bytes
    status: int = 200
    mimetype: str = "text/html"
    is_lost: bool = False

    @property
    def digest(self) -> str:
        return base64.b32encode(hashlib.sha1(self.body).digest()).decode()

    @property
    def urlkey(self) -> str:
        parts = urlsplit(self.url)
        host = re.sub(r":\d+$", "", parts.netloc).removeprefix("www.")
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return f"{','.join(reversed(host.split('.')))}){path.lower()}"


@dataclass(slots=True)
class Machine:
    """The running server. ``first``: answers that are given before the true ones, by path."""

    captures: list[Kept]
    origin: str = ""
    asked: list[str] = field(default_factory=list)
    first: dict[str, list[Answer]] = field(default_factory=dict)
    rewrites_all: bool = False
    page_size: int = 1_000

    def index_asked(self) -> int:
        """How often the index was asked."""
        return sum(path.startswith("/cdx/") for path in self.asked)

    def answer(self, path: str) -> Answer:
        self.asked.append(path)
        for beginning, answers in self.first.items():
            if path.startswith(beginning) and answers:
                return answers.pop(0)
        if path.startswith("/cdx/search/cdx?"):
            return self._index(parse_qs(urlsplit(path).query))
        if match := _PLAYBACK.match(path):
            return self._play(match[1], match[3], is_raw=bool(match[2]) and not self.rewrites_all)
        return Answer(b"not found", 404)

    def _index(self, asked: dict[str, list[str]]) -> Answer:
        host = asked["url"][0].removesuffix("/*").removeprefix("www.")
        key = f"{','.join(reversed(host.split('.')))})"
        found = sorted(
            (kept for kept in self.captures if kept.urlkey.startswith(key)),
            key=lambda kept: (kept.urlkey, kept.timestamp),
        )
        found = [kept for kept in found if _passes(kept, asked)]
        if asked.get("collapse") == ["digest"]:
            found = _collapsed(found)
        start = int(asked.get("resumeKey", ["0"])[0])
        page = found[start : start + min(self.page_size, int(asked.get("limit", ["9999"])[0]))]
        names = asked.get("fl", [FIELDS])[0].split(",")
        rows = [[_field(kept, name) for name in names] for kept in page]
        end = start + len(page)
        resume = str(end) if asked.get("showResumeKey") and end < len(found) else None
        if asked.get("output") == ["json"]:
            told: list[list[str]] = [[*names], *rows] if page else []
            told += [[], [resume]] if resume else []
            body = json.dumps(told).encode()
            return Answer(body, headers={"Content-Type": "application/json"})
        lines = [" ".join(row) for row in rows] + (["", resume] if resume else [])
        text = "".join(f"{line}\n" for line in lines).encode()
        return Answer(text, headers={"Content-Type": "text/plain"})

    def _play(self, timestamp: str, url: str, *, is_raw: bool) -> Answer:
        same = [kept for kept in self.captures if _same(kept.url, url)]
        exact = next((kept for kept in same if kept.timestamp == timestamp), None)
        if exact is None or exact.is_lost:
            others = [kept for kept in same if not kept.is_lost]
            if not others:
                page = (
                    b"<h1>Wayback Machine</h1><p>The Wayback Machine has not archived that URL.</p>"
                )
                return Answer(page, 404)
            nearest = min(others, key=lambda kept: abs(int(kept.timestamp) - int(timestamp)))
            place = f"{self.origin}/web/{nearest.timestamp}id_/{nearest.url}"
            return Answer(b"", 302, {"Location": place})
        at = datetime.strptime(exact.timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        headers = {
            "Memento-Datetime": format_datetime(at, usegmt=True),
            "Link": f'<{exact.url}>; rel="original"',
            "X-Archive-Orig-Server": "nginx",
            "Content-Type": "text/html; charset=utf-8",
        }
        body = exact.body if is_raw else _rewritten(exact, self.origin)
        return Answer(body, exact.status, headers)


def _passes(kept: Kept, asked: dict[str, list[str]]) -> bool:
    if "from" in asked and kept.timestamp < asked["from"][0].ljust(14, "0"):
        return False
    for rule in asked.get("filter", []):
        name, _, pattern = rule.partition(":")
        if not re.fullmatch(pattern, _field(kept, name)):
            return False
    return True


def _collapsed(found: Sequence[Kept]) -> list[Kept]:
    return [kept for i, kept in enumerate(found) if i == 0 or kept.digest != found[i - 1].digest]


def _field(kept: Kept, name: str) -> str:
    return {
        "urlkey": kept.urlkey,
        "length": str(len(kept.body)),
        "timestamp": kept.timestamp,
        "original": kept.url,
        "mimetype": kept.mimetype,
        "statuscode": str(kept.status),
        "digest": kept.digest,
    }[name]


def _same(one: str, other: str) -> bool:
    return Kept("", one, b"").urlkey == Kept("", other, b"").urlkey


def _rewritten(kept: Kept, origin: str) -> bytes:
    place = f"{origin}/web/{kept.timestamp}".encode()
    base = "/".join(kept.url.split("/")[:3]).encode()
    body = re.sub(rb'(href|src)="(/[^"]*)"', rb'\1="' + place + b"/" + base + rb'\2"', kept.body)
    body = re.sub(rb'src="(https?://(?!127)[^"]*)"', rb'src="' + place + rb'im_/\1"', body)
    return body.replace(b"<body>", b"<body>" + TOOLBAR)


@contextmanager
def wayback(captures: Iterable[Kept]) -> Iterator[Machine]:
    """Serve captures as the archive does until the block ends."""
    machine = Machine(list(captures))
    with http_server(lambda request: machine.answer(request.path)) as server:
        machine.origin = server.origin
        yield machine
