"""Portals whose pages a script builds: every article of their JSON, and nothing that is none."""

from __future__ import annotations

from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import TextResponse
from scrapy.utils.test import get_crawler

from portals.article import field_names
from portals.crawling.history import History
from portals.crawling.spider_outputs import ListingPageRead
from portals.outcomes import StopReason
from spiders.base.json_requests import SYSTEMS
from spiders.base.loader import spider_of_family
from tests.support.commands import live, scrapy
from tests.support.database import rows
from tests.support.http_server import Answer, ServedRequest, http_server, serving
from tests.support.json_portal import PORTALS, SHELL, VARIANTS, Gold
from tests.support.variants import some

_FIELDS = "title, published_at, lead, author, section, source, body"


def stored(database: Path, origin: str) -> dict[str, Gold]:
    """Return what every row of the database holds, by public path."""
    found: dict[str, Gold] = {}
    for row in rows(database, f"SELECT id, url, {_FIELDS} FROM articles"):
        ids = (row.pop("id"), row.pop("url"))
        files = {
            table: tuple(
                one["url"].removeprefix(origin)
                for one in rows(
                    database,
                    f"SELECT url FROM {table} WHERE article_id = ? ORDER BY position",
                    ids[0],
                )
            )
            for table in ("images", "attachments")
        }
        found[ids[1].removeprefix(origin)] = Gold(**{**row, **files})
    return found


def row_values(database: Path) -> list[dict[str, Any]]:
    """Return the fields of every article that its page gives, by URL."""
    names = ", ".join(f"a.{name}" for name in field_names("column"))
    files = ", ".join(
        f"(SELECT json_group_array(url) FROM {table} WHERE article_id = a.id) AS {table}"
        for table in ("images", "attachments")
    )
    return rows(database, f"SELECT a.url, {names}, {files} FROM articles a ORDER BY a.url")


@pytest.mark.parametrize("system", some(PORTALS, ["articlereads", "wpgraphql"]))
def test_every_article_is_read_and_a_second_run_asks_for_the_lists_only(
    tmp_path: Path, system: str
) -> None:
    portal = PORTALS[system]()
    database = tmp_path / "a.db"
    with http_server(portal.answer) as server:
        first = scrapy(*live(system, server.origin, database))
        asked, portal.asked = portal.asked, []
        second = scrapy(*live(system, server.origin, database))

    assert (first.code, second.code) == (0, 0), first.err
    assert stored(database, server.origin) == portal.golds
    assert len(asked) <= 1.4 * len(portal.golds)
    assert sum(map(portal.is_list, portal.asked)) <= portal.sections
    assert rows(database, "SELECT * FROM rejects") == []


@pytest.mark.parametrize(
    "system", some(["articlereads", "wpgraphql"], ["wpgraphql"])
)  # one JSON each, and lists
def test_the_archive_of_the_json_gives_the_rows_of_the_crawl(tmp_path: Path, system: str) -> None:
    portal = PORTALS[system]()
    database, archive = tmp_path / "a.db", tmp_path / "archive"
    with http_server(portal.answer) as server:
        origin = server.origin
        scrapy(*live(system, origin, database))
    replayed = scrapy(*live(system, origin, tmp_path / "b.db"), "-s", f"REPLAY={archive}")
    again = scrapy("reextract", archive, "-s", f"DATABASE={tmp_path / 'c.db'}")

    assert (replayed.code, again.code) == (0, 0)
    assert len(row_values(database)) == len(portal.stories)
    assert row_values(tmp_path / "b.db") == row_values(database)
    assert row_values(tmp_path / "c.db") == row_values(database)


@pytest.mark.parametrize("name", VARIANTS)
def test_another_portal_of_a_system_is_read_whole(tmp_path: Path, name: str) -> None:
    portal, database = VARIANTS[name](), tmp_path / "a.db"
    with http_server(portal.answer) as server:
        done = scrapy(*live(portal.system, server.origin, database))

    assert done.code == 0, done.out
    assert stored(database, server.origin) == portal.golds
    assert len(portal.asked) <= 1.4 * len(portal.golds)


def _verdict(database: Path) -> tuple[str, str, str]:
    row = rows(database, "SELECT verdict, reason_code, reason FROM runs ORDER BY id DESC LIMIT 1")[
        0
    ]
    return row["verdict"], row["reason_code"], row["reason"]


def test_lists_that_repeat_lie_and_shift_give_every_article_once(tmp_path: Path) -> None:
    portal, database = PORTALS["articlereads"](), tmp_path / "a.db"
    entries = [{"slug": story.slug, "title": story.title} for story in portal.stories]

    def lists(request: ServedRequest, answer: Any) -> Any:
        if "article/reads" not in request.path:
            return answer
        offset = int(request.path.split("offset=")[1].split("&")[0])
        first = max(0, min(offset - 2, len(entries) - 7))  # two are there again, for ever
        found = entries[first : first + 7]
        return {"data": [*found, found[-1], None, {"slug": {"vi": 1}}], "total": "1000000"}

    portal.change = lists
    with http_server(portal.answer) as server:
        done = scrapy(*live("articlereads", server.origin, database))

    assert done.code == 0, done.out
    assert set(stored(database, server.origin)) == {
        f"/bo-tai-chinh/tin-tuc/{story.slug}" for story in portal.stories
    }
    assert sum(map(portal.is_list, portal.asked)) <= 6
    assert rows(database, "SELECT * FROM rejects") == []


@pytest.mark.parametrize("is_html", [True, False])
def test_a_changed_interface_is_drift_and_never_ok(tmp_path: Path, *, is_html: bool) -> None:
    portal, database = PORTALS["articlereads"](), tmp_path / "a.db"

    def changed(request: ServedRequest, answer: Any) -> Any:
        if is_html:
            return Answer(b"<html><h1>Internal error</h1><p>Xin quay l\xe1\xba\xa1i sau</p></html>")
        return {"items": answer["data"]} if "reads" in request.path else answer

    with http_server(portal.answer) as server:
        scrapy(*live("articlereads", server.origin, database))
        portal.change = changed
        done = scrapy(*live("articlereads", server.origin, database))

    assert done.code == 11, done.out
    assert _verdict(database)[:2] == ("drift", "changed_json")
    (detail,) = [row["detail"] for row in rows(database, "SELECT detail FROM rejects")]
    words = (
        "it is no JSON: begins '<html>" if is_html else "no list at data; there are the keys items"
    )
    assert detail.startswith(words)


def test_a_limit_inside_a_list_of_whole_articles_keeps_what_was_read(tmp_path: Path) -> None:
    portal, database = PORTALS["wpgraphql"](), tmp_path / "a.db"
    with http_server(portal.answer) as server:
        done = scrapy(*live("wpgraphql", server.origin, database, "-a", "limit=3"))

    assert (done.code, len(portal.asked)) == (0, 2), done.out
    assert len(stored(database, server.origin)) == 3


def test_an_empty_page_that_only_a_script_builds_is_told(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with serving({"/": SHELL}) as portal:
        done = scrapy(*live("portal", portal.origin, database))

    assert done.code == 10
    assert _verdict(database) == (
        "incomplete", "needs_browser", "needs a browser: an empty div#root, 1 scripts, 0 words"
    )  # fmt: skip


def test_an_unknown_portal_that_names_known_json_is_read_by_it(tmp_path: Path) -> None:
    portal, database = PORTALS["pubarticles"](), tmp_path / "a.db"
    with http_server(portal.answer) as server:
        done = scrapy(*live("portal", server.origin, database))
    again = scrapy("reextract", tmp_path / "archive", "-s", f"DATABASE={tmp_path / 'b.db'}")

    assert (done.code, again.code) == (0, 0), done.out
    assert stored(database, server.origin) == portal.golds
    assert row_values(tmp_path / "b.db") == row_values(database)


class Before(History):
    """All articles are known; page 2 of the list was read on ``day``."""

    is_live = True

    def __init__(self, day: str) -> None:
        self.day = day

    def completed_at(self, listing: str) -> str | None:  # noqa: ARG002
        return "2099-01-01T00:00:00+00:00"

    def known_since(self, key: str, url: str) -> str | None:  # noqa: ARG002
        return "2017-01-01T00:00:00+00:00"

    def read_at(self, listing: str, number: int) -> str | None:  # noqa: ARG002
        return (self.day or None) if number == 2 else None


@pytest.mark.parametrize(
    ("day", "stopped"),
    [
        ("2017-01-12T20:00:00+00:00", None),  # young articles, years ago
        ("2099-01-01T00:00:00+00:00", StopReason.KNOWN),
        ("", StopReason.KNOWN),
    ],
)
def test_a_list_of_whole_articles_is_read_on_where_its_next_page_is_due(
    day: str, stopped: StopReason | None
) -> None:
    """Its articles have no pages to revisit: edits of older ones were never seen."""
    family = SYSTEMS["wpgraphql"]
    spider_type = spider_of_family(family)
    spider = spider_type.from_crawler(
        get_crawler(spider_type), origin="http://127.0.0.1:1", portal="mau"
    )
    spider.history = Before(day)
    asked = next(iter(spider.script_built.fixed(family)))
    request = ServedRequest("POST", "/graphql", Message(), asked.body)
    response = TextResponse(asked.url, body=PORTALS["wpgraphql"]().answer(request).body)
    response.request = asked

    outputs = list(spider.script_built.parse_json_list(response, **asked.cb_kwargs))
    (page,) = [one for one in outputs if isinstance(one, ListingPageRead)]
    assert page.stop_reason is stopped
    assert any(isinstance(one, Request) for one in outputs) is (stopped is None)
