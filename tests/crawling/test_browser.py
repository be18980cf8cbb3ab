"""A portal whose pages a script builds, read with a browser: rows, archive, limits, addresses."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from scrapy.settings import Settings

from portals.archive.captures import archive_files
from portals.archive.records import Record, read_records
from portals.catalogue import portals
from spiders.base.loader import spider_of
from tests.support.catalogue_file import written
from tests.support.commands import QUICK, scrapy
from tests.support.database import rows
from tests.support.http_server import Answer, serving
from tests.support.pages.prose import SampleStory, stories

COUNT = 4
STORIES = list(stories(COUNT))
needs_browser = pytest.mark.skipif(
    find_spec("scrapy_playwright") is None or shutil.which("chromium") is None,
    reason="needs the extra 'browser' and Chromium",
)

SHELL = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Cổng tin</title></head>
<body><div id="app"></div><script src="/app.js"></script></body></html>"""
SCRIPT = """
const at = location.pathname.match(/bai-(\\d+)/);
const make = (tag, text, into) => {
  const one = document.createElement(tag); one.textContent = text; into.append(one); return one;
};
(async () => {
  const data = await (await fetch(at ? `/du-lieu/${at[1]}.json` : '/du-lieu/list.json')).json();
  const app = document.getElementById('app');
  if (!at) {
    for (const one of data) {
      const card = make('article', '', app);
      make('a', one.title, make('h3', '', card)).href = one.url;
      make('span', one.date, card);
    }
    return;
  }
  document.title = data.title;
  const story = make('article', '', app);
  make('h1', data.title, story);
  make('time', data.date, story);
  make('p', data.lead, story).className = 'sapo';
  const body = make('div', '', story);
  body.className = 'content';
  for (const text of data.paragraphs) make('p', text, body);
  make('p', data.author, body).style = 'text-align:right;font-weight:bold';
})();
"""


def url_of(story: SampleStory) -> str:
    return f"/tin-tuc/bai-{story.number}.html"


def pages(more: str = "") -> dict[str, Answer]:
    """Return the site: one page for all addresses, a script, and its JSON."""
    plain = {"Content-Type": "application/json; charset=utf-8"}
    found = {"/": Answer(SHELL.encode())}
    found["/app.js"] = Answer((SCRIPT + more).encode(), headers={"Content-Type": "text/javascript"})
    listed = []
    for story in STORIES:
        date = f"{story.published:%d/%m/%Y %H:%M}"
        listed.append({"title": story.title, "url": url_of(story), "date": date})
        article = {
            "title": story.title, "date": date, "lead": story.lead,
            "paragraphs": list(story.paragraphs), "author": story.author,
        }  # fmt: skip
        found[url_of(story)] = Answer(SHELL.encode())
        found[f"/du-lieu/{story.number}.json"] = Answer(json.dumps(article).encode(), headers=plain)
    found["/du-lieu/list.json"] = Answer(json.dumps(listed).encode(), headers=plain)
    return found


def crawl(origin: str, database: Path, *more: str, portal: str = "tin") -> tuple[int, str]:
    done = scrapy(
        "crawl", "portal", "-a", f"origin={origin}", "-a", f"portal={portal}",
        "-s", f"DATABASE={database}", *QUICK, *more,
    )  # fmt: skip
    return done.code, done.err


def records(folder: Path) -> list[Record]:
    """Return the records of the archives in a folder."""
    found = (one for path in archive_files([folder]) for one in read_records(path))
    return [one for one in found if isinstance(one, Record)]


def articles(database: Path) -> list[tuple[object, ...]]:
    return [
        (row["title"], row["published_at"], row["author"], row["lead"], row["body"])
        for row in rows(database, "SELECT * FROM articles ORDER BY title")
    ]


EXPECTED = sorted(
    (s.title, s.published.isoformat(), s.author, s.lead, "\n\n".join(s.paragraphs)) for s in STORIES
)


@needs_browser
def test_pages_that_a_script_builds_are_crawled_archived_and_read_again(tmp_path: Path) -> None:
    database, replayed, again = (tmp_path / f"{name}.db" for name in "abc")
    archive = tmp_path / "a-archive"
    with serving(pages()) as portal:
        code, err = crawl(portal.origin, database, "-s", "BROWSER=1")
        replay_code, _ = crawl(portal.origin, replayed, "-s", f"REPLAY={archive}")
        read = scrapy("reextract", archive, "-s", f"DATABASE={again}")
    kinds = {record.kind for record in records(archive) if (record.url or "").endswith(".html")}

    assert (code, articles(database)) == (0, EXPECTED), err
    assert (replay_code, articles(replayed)) == (0, EXPECTED)
    assert (read.code, articles(again)) == (0, EXPECTED), read.err
    assert kinds == {"resource", "request", "metadata"}  # no server sent what a browser made


HOSTILE = """
if (location.pathname.includes('bai-3')) fetch('OTHER/secret');
if (location.pathname == '/') location.replace('/trang-chu');
navigator.serviceWorker?.register('/app.js');
"""


@needs_browser
def test_scripts_reach_nothing_else_and_lead_where_a_crawl_may_go(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with serving({"/secret": Answer(b"secret")}) as other:
        site = pages(HOSTILE.replace("OTHER", other.origin))
        site["/trang-chu"] = site["/"]
        with serving(site) as portal:
            code, err = crawl(portal.origin, database, "-s", "BROWSER=1")

    assert (code, articles(database)) == (0, EXPECTED), err
    assert portal.asked.count("/trang-chu") == 1
    assert other.asked == []


MENU = "".join(f'<li><a href="/muc-{n}">Giới thiệu đơn vị {n}</a></li>' for n in range(4))


@needs_browser
@pytest.mark.parametrize("status", [503, pytest.param(429, marks=pytest.mark.nightly)])
def test_a_list_whose_data_does_not_come_is_missing_and_not_empty(
    tmp_path: Path, status: int
) -> None:
    site = pages()
    site["/"] = Answer(SHELL.replace("<body>", f"<body><ul>{MENU}</ul>").encode())
    with serving(site) as portal:
        first, err = crawl(portal.origin, tmp_path / "a.db", "-s", "BROWSER=1")
        portal.pages["/du-lieu/list.json"] = Answer(b"", status)
        second, told = crawl(portal.origin, tmp_path / "a.db", "-s", "BROWSER=1")

    assert first == 0, err
    assert second not in (0, 11), told
    reject = rows(tmp_path / "a.db", "SELECT * FROM rejects ORDER BY run_id DESC")[0]
    assert f"/du-lieu/list.json ({status})" in reject["detail"]


@pytest.mark.nightly
@needs_browser
def test_a_script_without_end_holds_no_crawl(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    endless = "if (location.pathname.includes('bai-2')) while (true);"
    with serving(pages(endless)) as portal:
        code, err = crawl(portal.origin, database, "-s", "BROWSER=1", "-s", "DOWNLOAD_TIMEOUT=20")
    rejects = {row["url"]: row["code"] for row in rows(database, "SELECT * FROM rejects")}
    held = STORIES[1]

    assert code == 10, err
    assert articles(database) == [row for row in EXPECTED if row[0] != held.title]
    assert rejects == {portal.origin + url_of(held): "timed_out"}


def test_without_a_browser_the_verdict_says_what_to_install(tmp_path: Path) -> None:
    site = pages() | {"/": Answer(b"<html><body><p>Trang</p></body></html>")}
    with serving(site) as portal:
        code, err = crawl(
            portal.origin, tmp_path / "a.db", "-s", "BROWSER=1", "-s", "BROWSER_PATH=/none/chromium"
        )

    assert code == 10
    assert "needs a browser: the" in err
    assert "install" in err


def test_a_row_says_that_a_browser_builds_the_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path / "portals.csv", {"browser": "danh sách do kịch bản dựng"}, {"name": "hai"})
    monkeypatch.setenv("TIN_CONG_DOAN_DATA_DIR", str(tmp_path))
    asked, other = Settings(), Settings()
    spider_of(portals()["tin"]).update_settings(asked)
    spider_of(portals()["hai"]).update_settings(other)

    assert asked.getbool("BROWSER")
    assert not other.getbool("BROWSER")
