"""Articles that sitemaps, feeds and WordPress's list of posts name and no listing shows."""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import command, live, scrapy, scrapy_after
from tests.support.database import rows
from tests.support.federation import FRAME, LIST, ROBOTS, federation, sample_items
from tests.support.http_server import Answer, FakePortal, serving
from tests.support.kills import SIGKILLED, kill_at
from tests.support.pages.prose import stories
from tests.support.pages.synthetic import PLANS, Site, build, text_of
from tests.support.pages.themes import Item, danaweb_1
from tests.support.processes import Done
from tests.support.variants import some, some_rows

SITEMAP = "/sitemap.xml"
SHOWN = 10
"""Articles that the listing shows."""


@dataclass(slots=True)
class Site40:
    """A federation whose listing shows its newest 10 of 40 articles; crawls of it."""

    portal: FakePortal
    database: Path
    items: Sequence[Item]
    spider: str = "haiphong"

    def crawl(self, *more: str) -> Done:
        self.portal.asked.clear()
        return scrapy(*command(self.spider, self.portal.origin, self.database, *more))

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        return rows(self.database, sql, *values)

    def write(self, sql: str, *values: object) -> None:
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(sql, values)

    @property
    def articles(self) -> int:
        return len(self.rows("SELECT 1 FROM articles"))

    def announce(self, body: bytes | Answer, path: str = SITEMAP) -> None:
        """Serve a sitemap and name it in robots.txt."""
        self.portal.pages[path] = Answer(body) if isinstance(body, bytes) else body
        line = f"User-agent: *\nDisallow:\nSitemap: {self.portal.origin}{path}\n"
        self.portal.pages[ROBOTS] = Answer(line.encode())

    def sitemap(self, items: Sequence[Item], changed: str = "") -> bytes:
        return sitemap([(self.portal.origin + item.url, changed) for item in items])


def sitemap(entries: Sequence[tuple[str, str]], tag: str = "url") -> bytes:
    lines = "".join(
        f"<{tag}><loc>{url}</loc>" + (f"<lastmod>{at}</lastmod>" if at else "") + f"</{tag}>"
        for url, at in entries
    )
    return f'<?xml version="1.0"?><{tag}set>{lines}</{tag}set>'.encode()


def feed(entries: Sequence[tuple[str, str]]) -> bytes:
    items = "".join(f"<item><title>{t}</title><link>{url}</link></item>" for url, t in entries)
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site40]:
    items = sample_items(11, 40)
    pages: dict[str, bytes | Answer] = {**federation(items[:SHOWN], per_page=SHOWN)}
    pages |= {item.url: danaweb_1(item.text, FRAME) for item in items}
    with serving(pages) as portal:
        yield Site40(portal, tmp_path / "a.db", items)


def links(portal: FakePortal, path: str, *hrefs: str) -> None:
    """Name feeds in the head of a page."""
    head = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="{href}">' for href in hrefs
    )
    body = portal.pages[path].body
    portal.pages[path] = Answer(re.sub(rb"<head>", b"<head>" + head.encode(), body, count=1))


# --- sitemaps ------------------------------------------------------------------------------------


def test_a_sitemap_completes_a_listing_that_shows_the_newest_only(site: Site40) -> None:
    site.announce(site.sitemap(site.items))
    done = site.crawl()

    assert done.out.startswith("haiphong: ok, 40 new, 0 changed"), done
    assert "(30 articles were known to the feeds and sitemaps only)" in done.out
    assert site.articles == 40
    assert len(site.portal.asked) == 43  # robots.txt, the listing, the sitemap, 40 articles
    assert site.rows("SELECT verdict, reason, reason_code FROM runs") == [
        {
            "verdict": "ok",
            "reason": "30 articles were known to the feeds and sitemaps only",
            "reason_code": "announced_only",
        }
    ]


def test_a_second_crawl_asks_for_the_first_page_and_the_sitemap(site: Site40) -> None:
    site.announce(site.sitemap(site.items))
    site.crawl()
    done = site.crawl()

    assert site.portal.asked == [ROBOTS, LIST, SITEMAP]
    assert done.out.startswith("haiphong: ok, 0 new, 0 changed, 10 known"), done
    assert "(" not in done.out


def test_an_index_of_packed_sitemaps_is_followed(site: Site40) -> None:
    origin, half = site.portal.origin, len(site.items) // 2
    site.announce(sitemap([(f"{origin}/s{n}.xml.gz", "") for n in (1, 2)], "sitemap"))
    for number, part in ((1, site.items[:half]), (2, site.items[half:])):
        body = gzip.compress(site.sitemap(part))
        headers = {"Content-Type": "application/x-gzip"}
        site.portal.pages[f"/s{number}.xml.gz"] = Answer(body, headers=headers)
    site.crawl()

    assert site.articles == 40


def test_sitemaps_of_an_index_that_did_not_change_are_not_requested_again(site: Site40) -> None:
    origin, half = site.portal.origin, len(site.items) // 2
    index = [(f"{origin}/s1.xml", "2020-01-01"), (f"{origin}/s2.xml", "2021-02-03T04:05:06Z")]
    site.announce(sitemap(index, "sitemap"))
    site.portal.pages["/s1.xml"] = Answer(site.sitemap(site.items[:half]))
    site.portal.pages["/s2.xml"] = Answer(site.sitemap(site.items[half:]))
    site.crawl()
    assert site.articles == 40
    site.crawl()

    assert site.portal.asked == [ROBOTS, LIST, SITEMAP]


@pytest.mark.nightly
def test_a_sitemap_whose_articles_a_discarded_crawl_did_not_request_is_read_again(
    site: Site40,
) -> None:
    index = [(f"{site.portal.origin}/s1.xml", "2020-01-01")]
    site.announce(sitemap(index, "sitemap"))
    site.portal.pages["/s1.xml"] = Answer(site.sitemap(site.items))
    site.crawl("-s", "MAX_REQUESTS=20")
    assert "/s1.xml" in site.portal.asked
    site.crawl("-s", "RESUME=0")

    assert site.articles == 40


@pytest.mark.nightly
@pytest.mark.parametrize("fault", [Answer(b"", 500), Answer(b""), Answer(b"", 404)])
def test_a_sitemap_whose_samples_were_hidden_is_sampled_again(site: Site40, fault: Answer) -> None:
    index = [(f"{site.portal.origin}/s1.xml", "2020-01-01")]
    site.announce(sitemap(index, "sitemap"))
    paths = [f"/bai-cu/muc/{item.url.rpartition('/')[2]}/xem" for item in site.items[SHOWN:]]
    entries = [(site.portal.origin + path, "") for path in paths]
    site.portal.pages["/s1.xml"] = Answer(sitemap(entries))
    site.portal.pages |= dict.fromkeys(paths, fault)
    site.crawl()
    for path, item in zip(paths, site.items[SHOWN:], strict=True):
        site.portal.pages[path] = site.portal.pages[item.url]
    site.write("UPDATE page_visits SET next_visit_at = '2020-01-01T00:00:00+00:00'")
    site.crawl()

    assert site.articles == 40


def test_an_index_that_names_itself_ends(site: Site40) -> None:
    origin = site.portal.origin
    deeper = sitemap([(f"{origin}/s{n}.xml", "") for n in range(9)], "sitemap")
    site.announce(deeper)
    for number in range(9):
        site.portal.pages[f"/s{number}.xml"] = Answer(deeper)
    done = site.crawl()

    assert done.code == 0, done
    assert len([path for path in site.portal.asked if path.endswith(".xml")]) == 10


def test_an_edit_of_an_old_article_is_found_by_its_lastmod(site: Site40) -> None:
    site.announce(site.sitemap(site.items))
    site.crawl()
    site.write("UPDATE page_visits SET fetched_at = '2026-01-01T00:00:00+00:00'")
    edited, same = site.items[30], site.items[31]
    said = text_of(next(stories(1, 500)), "Tin tức")
    site.portal.pages[edited.url] = Answer(danaweb_1(said, FRAME))
    changes = {edited.url: "2026-02-01T08:00:00+07:00", same.url: "2025-12-31"}
    origin = site.portal.origin
    site.announce(sitemap([(origin + i.url, changes.get(i.url, "")) for i in site.items]))
    done = site.crawl()

    assert [path for path in site.portal.asked if path.endswith(".html")] == [edited.url]
    assert done.out.startswith("haiphong: ok, 0 new, 1 changed"), done
    site.crawl()
    assert site.portal.asked == [ROBOTS, LIST, SITEMAP]


@pytest.mark.parametrize(
    "changed", some(["2026-02-01T08:00:00+07:00", "2999-01-01"], ["2999-01-01"])
)
def test_a_lastmod_that_lies_costs_no_request(site: Site40, changed: str) -> None:
    site.announce(site.sitemap(site.items))
    site.crawl()
    site.write("UPDATE page_visits SET fetched_at = '2026-01-01T00:00:00+00:00'")
    few = site.items if changed < "2100" else site.items[:2]
    site.announce(site.sitemap(few, changed))
    site.crawl()

    assert site.portal.asked == [ROBOTS, LIST, SITEMAP]


def test_with_revisit_none_no_edit_is_looked_for(site: Site40) -> None:
    site.announce(site.sitemap(site.items))
    site.crawl()
    site.write("UPDATE page_visits SET fetched_at = '2026-01-01T00:00:00+00:00'")
    site.announce(site.sitemap(site.items[:1], "2026-02-01"))
    site.crawl("-a", "revisit=none")

    assert site.portal.asked == [ROBOTS, LIST, SITEMAP]


def test_a_crawl_of_a_period_takes_what_changed_in_it(site: Site40) -> None:
    origin = site.portal.origin
    index = [(f"{origin}/s-2015-01.xml", ""), (f"{origin}/s-2017.xml", "")]
    site.announce(sitemap(index, "sitemap"))
    entries = [
        (origin + item.url, f"20{17 if number % 2 else 15}-01-{1 + number % 28:02}")
        for number, item in enumerate(site.items)
    ]
    site.portal.pages["/s-2017.xml"] = Answer(sitemap(entries))
    site.portal.pages["/s-2015-01.xml"] = Answer(sitemap(entries))
    site.crawl("-a", "since=2016-06-01")

    asked = [path for path in site.portal.asked if path.endswith(".html")]
    assert "/s-2015-01.xml" not in site.portal.asked
    assert set(asked) == {
        item.url for number, item in enumerate(site.items) if number < SHOWN or number % 2
    }


def test_what_a_crawl_of_a_period_left_out_is_found_by_the_next_full_one(site: Site40) -> None:
    site.announce(site.sitemap(site.items, "2015-01-01"))
    site.crawl("-a", "since=2016-06-01")
    assert site.articles == SHOWN
    site.crawl()

    assert site.articles == 40


def test_a_limit_ends_the_crawl(site: Site40) -> None:
    site.announce(site.sitemap(site.items))
    done = site.crawl("-a", "limit=15")

    assert (done.code, site.articles) == (0, 15)


def test_with_a_section_nothing_is_announced(site: Site40) -> None:
    site.announce(site.sitemap(site.items))
    site.crawl("-a", "section=tin-tuc")

    assert SITEMAP not in site.portal.asked


def test_articles_of_a_sitemap_that_are_gone_are_rejects(site: Site40) -> None:
    site.announce(site.sitemap(site.items))
    gone = site.items[20].url
    del site.portal.pages[gone]
    site.crawl()

    assert site.articles == 39
    assert [row["url"] for row in site.rows("SELECT url FROM rejects")] == [
        site.portal.origin + gone
    ]


NO_USE = {
    "503": Answer(b"", 503),
    "404": Answer(b"", 404),
    "403": Answer(b"", 403),
    "empty": Answer(b""),
    "no gzip": Answer(b"\x1f\x8b\x08x"),
    "HTML": Answer(b"<!DOCTYPE html><html><p>Trang ch\xe1\xbb\xa7</p></html>"),
    "home": Answer(b"", 302, {"Location": "/"}),
    "foreign": Answer(b"", 302, {"Location": "http://127.0.0.2/x"}),
    "foreign articles": Answer(sitemap([("http://127.0.0.2/tin-tuc-su-kien/a-b-c-d-1.html", "")])),
    "foreign sitemaps": Answer(sitemap([("http://127.0.0.2/s.xml", "")], "sitemap")),
}


@pytest.mark.parametrize("answer", some(NO_USE, ["503", "HTML", "foreign articles"]))
def test_a_sitemap_of_no_use_changes_no_verdict(site: Site40, answer: str) -> None:
    site.announce(NO_USE[answer])
    done = site.crawl()

    assert done.out.startswith("haiphong: ok, 10 new, 0 changed, 0 known, 0 rejected"), done
    assert "(" not in done.out
    assert site.rows("SELECT * FROM rejects") == []


def test_a_sitemap_on_another_host_is_not_requested(site: Site40) -> None:
    with serving({SITEMAP: b"<urlset></urlset>"}) as other:
        line = f"User-agent: *\nDisallow:\nSitemap: {other.origin}{SITEMAP}\n"
        site.portal.pages[ROBOTS] = Answer(line.encode())
        done = site.crawl()

    assert (done.code, other.asked) == (0, [])


def test_a_sitemap_of_known_articles_does_not_hide_that_the_listing_broke(site: Site40) -> None:
    site.announce(site.sitemap(site.items))
    site.crawl()
    site.portal.pages[LIST] = Answer(b"<html><body><p>Tin</p></body></html>")
    done = site.crawl()

    assert done.code != 0, done


# --- killed --------------------------------------------------------------------------------------


KILLED_AT = [
    ("in the transaction", re.escape(SITEMAP), 1),
    ("before the commit", re.escape(SITEMAP), 1),
    ("after the commit", re.escape(SITEMAP), 1),
    ("after the commit", r"-\d+\.html", 25),
]


@pytest.mark.parametrize(("where", "what", "count"), some_rows(KILLED_AT, [0, 3]))
def test_a_crawl_killed_in_a_sitemap_goes_on_from_there(
    site: Site40, where: str, what: str, count: int
) -> None:
    site.announce(site.sitemap(site.items))
    arguments = command(site.spider, site.portal.origin, site.database)
    assert kill_at(arguments, where, what, count) == SIGKILLED
    done = scrapy(*arguments)

    assert done.code == 0, done
    assert site.articles == 40
    articles = [path for path in site.portal.asked if path.endswith(".html")]
    assert len(articles) <= 41
    assert site.rows("SELECT count(*) AS n FROM sightings") == [{"n": 40}]


def test_a_long_sitemap_is_read_in_parts(site: Site40) -> None:
    site.announce(site.sitemap(site.items))
    arguments = command(site.spider, site.portal.origin, site.database)
    parts = "import spiders.base.announced\nspiders.base.announced._MAX_LOOKED_AT = 11\n"
    scrapy_after(parts, *arguments)
    first = site.portal.asked.count(SITEMAP)
    site.portal.asked.clear()
    scrapy_after(parts, *arguments)

    assert site.articles == 40
    assert first == 4
    assert site.portal.asked == [ROBOTS, LIST, SITEMAP]


# --- archives ------------------------------------------------------------------------------------


def test_a_replay_of_the_archive_reads_the_sitemap_too(site: Site40, tmp_path: Path) -> None:
    site.announce(site.sitemap(site.items))
    scrapy(*live(site.spider, site.portal.origin, site.database))
    again = tmp_path / "again.db"
    site.portal.asked.clear()
    done = scrapy(
        "crawl", site.spider, "-a", f"origin={site.portal.origin}", "-s", f"DATABASE={again}",
        "-s", f"REPLAY={tmp_path / 'archive'}",
    )  # fmt: skip
    read = tmp_path / "read.db"
    extracted = scrapy(
        "reextract", "-s", f"DATABASE={read}", "-s", f"ARCHIVE_DIR={tmp_path / 'archive'}"
    )

    assert site.portal.asked == []
    assert (done.code, len(rows(again, "SELECT 1 FROM articles"))) == (0, 40), done
    assert len(rows(read, "SELECT 1 FROM articles")) == 40, extracted
    assert rows(read, "SELECT * FROM rejects") == []


def test_an_archive_without_the_sitemap_is_whole(site: Site40, tmp_path: Path) -> None:
    scrapy(*live(site.spider, site.portal.origin, site.database))
    archived = sorted((tmp_path / "archive").rglob("*.gz"))
    site.announce(site.sitemap(site.items))
    again = tmp_path / "again.db"
    done = scrapy(
        "crawl", site.spider, "-a", f"origin={site.portal.origin}", "-s", f"DATABASE={again}",
        "-s", f"REPLAY={archived[0].parent}",
    )  # fmt: skip

    assert done.out.startswith("haiphong: ok, 10 new, 0 changed, 0 known, 0 rejected"), done
    assert "not archived" not in done.out


# --- WordPress -----------------------------------------------------------------------------------

POSTS = "/wp-json/wp/v2/posts"


def wordpress(origin: str, count: int, shown: int) -> dict[str, bytes | Answer]:
    """A WordPress site whose home page shows its newest posts only."""
    told = list(stories(count))
    paths = {story.number: f"/{story.slug}/" for story in told}
    heads = "".join(
        f"<article><h2 class='entry-title'><a href='{paths[story.number]}'>{story.title}</a></h2>"
        "</article>"
        for story in told[:shown]
    )
    pages: dict[str, bytes | Answer] = {
        "/": f"<html><body><h1>Tin</h1>{heads}</body></html>".encode()
    }
    for story in told:
        text = "".join(f"<p>{paragraph}</p>" for paragraph in story.paragraphs)
        pages[paths[story.number]] = (
            f"<html><body><article><h1 class='entry-title'>{story.title}</h1>"
            f"<time class='entry-date published' datetime='{story.published.isoformat()}'>x</time>"
            f"<div class='entry-content'>{text}</div></article></body></html>"
        ).encode()
    headers = {"Content-Type": "application/json", "X-WP-Total": str(count)}
    pages[f"{POSTS}?per_page=1&_fields=link"] = Answer(b"[]", headers=headers)
    posts = [
        {"link": origin + paths[story.number], "title": {"rendered": story.title}} for story in told
    ]
    for number in range(-(-count // 100)):
        body = json.dumps(posts[100 * number : 100 * number + 100]).encode()
        path = f"{POSTS}?per_page=100&_fields=link,title,modified&page={number + 1}"
        pages[path] = Answer(body, headers=headers)
    return pages


@contextmanager
def blog(tmp_path: Path, count: int, shown: int) -> Iterator[Site40]:
    with serving({}) as portal:
        found = wordpress(portal.origin, count, shown)
        portal.pages = {p: Answer(b) if isinstance(b, bytes) else b for p, b in found.items()}
        yield Site40(portal, tmp_path / "a.db", [], "wordpress")


def test_the_list_of_posts_completes_a_site_that_counts_more(tmp_path: Path) -> None:
    with blog(tmp_path, 120, 100) as site:
        done = site.crawl("-a", "portal=blog")
        first = [path for path in site.portal.asked if POSTS in path]
        asked = len(site.portal.asked)
        site.crawl("-a", "portal=blog")

    assert done.out.startswith("blog: ok, 120 new"), done
    assert "(20 articles were known to the feeds and sitemaps only)" in done.out
    assert len(first) == 3
    assert asked <= 1.4 * 120
    assert site.portal.asked == [ROBOTS, "/", f"{POSTS}?per_page=1&_fields=link"]


def test_a_site_that_shows_all_its_posts_is_not_asked_for_their_list(tmp_path: Path) -> None:
    with blog(tmp_path, 8, 8) as site:
        site.crawl("-a", "portal=blog")

    assert [path for path in site.portal.asked if POSTS in path] == [
        f"{POSTS}?per_page=1&_fields=link"
    ]


def test_a_post_that_is_no_article_is_looked_for_once(tmp_path: Path) -> None:
    with blog(tmp_path, 8, 7) as site:
        (missing,) = [
            path for path in site.portal.pages if path.endswith("/") and path.count("/") == 2
        ][-1:]
        site.portal.pages[missing] = Answer(b"", 404)
        site.crawl("-a", "portal=blog")
        site.crawl("-a", "portal=blog")
        site.crawl("-a", "portal=blog")

    assert [path for path in site.portal.asked if POSTS in path] == [
        f"{POSTS}?per_page=1&_fields=link"
    ]


COUNTLESS = {
    "401": Answer(b"", 401),
    "404": Answer(b"", 404),
    "no posts": Answer(b"[]"),
    "HTML": Answer(b"<html>"),
    "no number": Answer(b"[]", headers={"X-WP-Total": "many"}),
}


@pytest.mark.parametrize("answer", some(COUNTLESS, ["401", "no number"]))
def test_a_site_that_does_not_count_its_posts_is_read_by_its_listings(
    tmp_path: Path, answer: str
) -> None:
    with blog(tmp_path, 8, 7) as site:
        site.portal.pages[f"{POSTS}?per_page=1&_fields=link"] = COUNTLESS[answer]
        done = site.crawl("-a", "portal=blog")

    assert done.out.startswith("blog: ok, 7 new, 0 changed, 0 known, 0 rejected"), done


# --- feeds ---------------------------------------------------------------------------------------


def test_a_feed_completes_a_listing(site: Site40) -> None:
    origin = site.portal.origin
    links(site.portal, LIST, "/rss/tin.rss", "/comments/feed/")
    named = [(origin + item.url, item.text.title) for item in site.items[5:20]]
    site.portal.pages["/rss/tin.rss"] = Answer(feed(named))
    done = site.crawl()

    assert "(10 articles were known to the feeds and sitemaps only)" in done.out
    assert site.articles == 20
    site.crawl()
    assert site.portal.asked == [ROBOTS, LIST, "/rss/tin.rss"]


def test_a_feed_that_lies_changes_nothing(site: Site40) -> None:
    origin = site.portal.origin
    links(site.portal, LIST, "/rss/tin.rss", "/rss/trang.rss", "http://127.0.0.2/rss")
    lies = ["/", LIST, "/rss/tin.rss", "/anh/1.jpg", "javascript:x()", "file:///etc/passwd",
            "http://127.0.0.2/tin/a-b-c-d-1.html"]  # fmt: skip
    site.portal.pages["/rss/tin.rss"] = Answer(feed([(lie, "Tin") for lie in lies]))
    site.portal.pages["/rss/trang.rss"] = Answer(b"file:///etc/passwd")
    done = site.crawl()

    assert done.out.startswith("haiphong: ok, 10 new, 0 changed, 0 known, 0 rejected"), done
    assert f"{origin}/" not in site.portal.asked


# --- portals that are explored -------------------------------------------------------------------


@contextmanager
def explored(tmp_path: Path) -> Iterator[tuple[Site40, Site]]:
    """A portal without a described listing, whose listings show their first page only."""
    whole = build(PLANS[6], 60)  # without related links
    pages: dict[str, bytes | Answer] = {
        path: re.sub(rb"<a[^>]*\?page=\d+[^>]*>", b"<a>", body)
        for path, body in whole.pages.items()
    }
    with serving(pages) as portal:
        yield Site40(portal, tmp_path / "a.db", [], "kiengiang"), whole


def test_a_sitemap_completes_the_exploration_of_a_portal(tmp_path: Path) -> None:
    with explored(tmp_path) as (site, whole):
        site.crawl()
        shown = site.articles
        assert 0 < shown < 60
        site.database.unlink()
        site.announce(sitemap([(site.portal.origin + path, "") for path in whole.articles]))
        done = site.crawl()
        first = list(site.portal.asked)
        site.crawl()

    assert site.articles == 60
    assert f"({60 - shown} articles were known to the feeds and sitemaps only)" in done.out
    assert len(first) <= 1.4 * 60
    assert not [path for path in site.portal.asked if path in whole.articles]


@pytest.mark.parametrize("count", some([1, 40], [40]))
def test_an_exploration_killed_after_its_sitemap_goes_on_from_there(
    tmp_path: Path, count: int
) -> None:
    with explored(tmp_path) as (site, whole):
        site.announce(sitemap([(site.portal.origin + path, "") for path in whole.articles]))
        arguments = command(site.spider, site.portal.origin, site.database)
        what = re.escape(SITEMAP) if count == 1 else r"/trang/tintuc/10\d/\d+/"
        assert kill_at(arguments, "after the commit", what, count) == SIGKILLED
        done = scrapy(*arguments)

    assert done.code == 0, done
    assert site.articles == 60
    asked = [path for path in site.portal.asked if path in whole.articles]
    assert len(asked) <= 61


def test_a_sitemap_of_unknown_patterns_is_sampled(tmp_path: Path) -> None:
    with explored(tmp_path) as (site, whole):
        texts = build(PLANS[6], 90)
        extra = [path for path in texts.articles if path not in whole.articles]
        named = []
        for number, path in enumerate(extra, 1):
            named.append(f"/luu-tru/nam-cu/{number}.html")
            site.portal.pages[named[-1]] = Answer(texts.pages[path])
        statics = [f"/thong-tin/muc/{n}.html" for n in range(30)]
        for path in statics:
            site.portal.pages[path] = Answer(b"<html><h1>x</h1><p>Trang</p></html>")
        site.announce(sitemap([(site.portal.origin + p, "") for p in (*named, *statics)]))
        site.crawl()

    assert set(named) <= set(site.portal.asked)
    assert len(set(statics) & set(site.portal.asked)) <= 6
