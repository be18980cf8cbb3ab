"""The web site as readers meet it: a process of its own, asked over HTTP."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from portals.article import Article, Attachment, Image
from portals.contract import normalise
from portals.store.database import Store
from tests.support.processes import PATIENCE
from tests.support.project import PROJECT

OURS = (sys.executable, "-m", "portals")
NOW = datetime(2025, 3, 1, 5, tzinfo=UTC)
HOSTILE = {
    "title": "</title></head><h1 id=owned>x</h1>",
    "script": "<script>document.title='owned'</script><img src=x onerror=\"alert(1)\">",
    "attribute": "\" onmouseover=\"document.title='owned'\" x=\"' autofocus onfocus='1",
    "bidi": "Giá \u202e000.005\u202c đồng \u2066x",
    "template": "{{ 7 * 7 }} {% raw %} ${7*7} &lt;b&gt;",
    "escape": "\x1b[31mđỏ\x07",
    "long": "Dài" + "x" * 1_997,
    "rtl": "שלום عليكم " * 180,
    "words": "liên đoàn lao động " * 105,
}
"""Headlines that attack a page, by what they attack; some of 2,000 characters."""


@dataclass(frozen=True, slots=True)
class Got:
    """An answer: its status, its headers (names in lower case) and its body."""

    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True, slots=True)
class Site:
    """A site that is served: the port of its server, and the process."""

    port: int
    process: subprocess.Popen[str]

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, *, method: str = "GET", host: str | None = None) -> Got:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Host": host} if host is not None else {}
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        text = answer.read().decode("utf-8")
        connection.close()
        return Got(answer.status, found, text)


@contextmanager
def serving(
    database: Path, *arguments: str, command: Sequence[Path | str] = OURS
) -> Iterator[Site]:
    """Serve a database on a free port; the server is ended at the end.

    ``command``: that of an installation; default: that of the clone.
    """
    process = subprocess.Popen(
        [*command, "serve", "--db", database, "--port", "0", *arguments],
        cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("http://"), process.communicate()[1]
        yield Site(int(line.split("/")[2].rpartition(":")[2]), process)
    finally:
        process.terminate()
        process.communicate()


def hostile_database(path: Path) -> None:
    """Make a database whose articles attack whoever shows them, edited and withdrawn ones too."""
    store = Store.open(path)
    run_id = store.runs.start_run("ldtd", NOW)
    for number, (what, title) in enumerate(HOSTILE.items(), start=1):
        url = f"http://x.vn/{number}.html" if what != "script" else "javascript:alert(1)"
        made = _article(number, title, url)
        made.images = [Image("javascript:alert(2)", title[:200]), Image("http://x.vn/a.jpg")]
        made.attachments = [Attachment("data:text/html,x", title[:200])]
        store.articles.save(normalise(made), run_id)
        edited = _article(number, f"{title[:1900]} sửa", url)
        edited.body = f"{title}\n\nBài số {number} đã viết lại, nay nói về phường {number}."
        edited.fetched_at = NOW + timedelta(days=1)
        store.articles.save(normalise(edited), run_id)
    with store.writing():
        store.db.execute(
            "INSERT INTO page_visits (portal, key, url, kind, status, first_fetched_at, fetched_at,"
            " fingerprint) VALUES ('ldtd', '/1', 'http://x.vn/1.html', 'article', 404, ?, ?, NULL),"
            " ('ldtd', '/2', 'http://x.vn/3.html', 'article', 200, ?, ?, 'f')",
            ["2025-03-02T00:00:00+00:00"] * 4,
        )
        store.db.execute(
            "UPDATE runs SET verdict = 'blocked', reason = ?, finished_at = started_at",
            [HOSTILE["script"]],
        )
    store.close()


def _article(number: int, title: str, url: str) -> Article:
    return Article(
        portal="ldtd",
        url=url,
        title=title,
        lead=title,
        body=f"{title}\n\nBài số {number} nói về người lao động ở phường {number}.",
        author=title[:120],
        source=title[:120],
        section=title[:120],
        fetched_at=NOW,
        published_at=f"2024-{number % 12 + 1:02}-11T08:00:00+07:00",
        published_precision="minute" if number % 2 else "day",
        published_raw=title[:120],
    )
