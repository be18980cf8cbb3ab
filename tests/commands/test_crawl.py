"""``scrapy crawl``: from archives and from a living server, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from portals.timestamps import utc
from tests.sample.__main__ import SAMPLE_LATER
from tests.sample.later import LATER
from tests.sample.site import CAPTURED
from tests.support.commands import live, scrapy
from tests.support.database import content, rows
from tests.support.http_server import Answer, serving
from tests.support.pages.prose import stories
from tests.support.pages.synthetic import PLANS, Plan, build, text_of
from tests.support.pages.themes import (
    Frame,
    Item,
    danaweb_1,
    danaweb_1_list,
)
from tests.support.paper import paper
from tests.support.project import SAMPLE, SHARED

CAPTURE = SHARED / "captures" / "danaweb1.warc.gz"
GOLD = SHARED / "captures" / "gold.jsonl"


@pytest.mark.parametrize(
    ("spider", "articles"),
    [("ldtd", 11), ("haiphong", 12), ("kiengiang", 8), ("brvt", 8), ("tienlang", 8)],
)
def test_the_sample_of_a_portal_is_read_whole(tmp_path: Path, spider: str, articles: int) -> None:
    database = tmp_path / "a.db"
    done = scrapy("crawl", spider, "-s", f"REPLAY={SAMPLE}", "-s", f"DATABASE={database}")

    assert done.code == 0, done.err
    assert done.out.startswith(f"{spider}: ok, {articles} new, 0 changed, 0 known")
    assert len(rows(database, "SELECT 1 FROM articles WHERE portal = ?", spider)) == articles


def test_a_second_run_adds_no_row(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    command = ("crawl", "kiengiang", "-s", f"REPLAY={SAMPLE}", "-s", f"DATABASE={database}")
    scrapy(*command)
    before = content(database)
    again = scrapy(*command)

    assert again.out.startswith("kiengiang: ok, 0 new, 0 changed, 8 known")
    assert content(database) == before


def test_a_text_shared_by_two_portals_is_one_article_with_two_sightings(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    for spider in ("ldtd", "haiphong"):
        scrapy("crawl", spider, "-s", f"REPLAY={SAMPLE}", "-s", f"DATABASE={database}")

    shared = rows(
        database,
        "SELECT count(*) AS n, group_concat(portal) AS portals FROM sightings"
        " GROUP BY article_id HAVING n > 1",
    )
    assert [(row["n"], sorted(row["portals"].split(","))) for row in shared] == [
        (2, ["haiphong", "ldtd"])
    ]


def test_the_soft_404_of_the_sample_is_a_reject(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    scrapy("crawl", "haiphong", "-s", f"REPLAY={SAMPLE}", "-s", f"DATABASE={database}")

    (reject,) = rows(database, "SELECT url, stage, reason FROM rejects")
    assert reject["url"].endswith("/bai-da-go-2999.html")
    assert (reject["stage"], reject["reason"]) == ("extract", "error page that answers 200")


def test_a_later_archive_in_which_an_article_is_gone_withdraws_it(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    for archive in (SAMPLE, SAMPLE_LATER, SAMPLE):
        scrapy(
            "crawl", "haiphong", "--revisit", "all", "--replay", archive, "--db", database
        )  # the first one again: what it says is older

    (one,) = rows(database, "SELECT url, gone_at, status FROM withdrawn")
    assert one["url"].endswith("-4861.html")
    assert (one["gone_at"], one["status"]) == (utc(LATER), 200)


def test_what_the_archive_does_not_hold_is_counted_and_no_error(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    done = scrapy(
        "crawl", "ldtd", "-a", "section=viec-lam", "--json", "-s", f"REPLAY={SAMPLE}",
        "-s", f"DATABASE={database}", "-a", "origin=http://laodongthudo.vn",
    )  # fmt: skip

    run = json.loads(done.out)
    assert (done.code, run["verdict"], run["new"]) == (0, "ok", 4)
    assert rows(database, "SELECT * FROM rejects") == []


@pytest.mark.skipif(not CAPTURE.exists(), reason="the captures are not beside the project")
def test_a_real_danaweb_site_gives_its_gold_rows(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    done = scrapy(
        "crawl", "haiphong", "-a", "origin=http://127.0.0.1:8931", "-s", f"REPLAY={CAPTURE}",
        "-s", f"DATABASE={database}",
    )  # fmt: skip
    assert done.code == 0, done.err
    gold = [
        row for row in map(json.loads, GOLD.read_text("utf-8").splitlines())
        if row["capture"] == CAPTURE.name
    ]  # fmt: skip

    for wanted in gold:
        (found,) = rows(
            database,
            "SELECT a.* FROM sightings s JOIN articles a ON a.id = s.article_id WHERE s.url = ?",
            wanted["url"],
        )
        captions = rows(
            database,
            "SELECT caption FROM images WHERE article_id = ? AND caption IS NOT NULL"
            " ORDER BY position",
            found["id"],
        )
        found["body"] = found["body"].split("\n\n")
        found["captions"] = [row["caption"] for row in captions]
        for name in (
            "title", "lead", "body", "captions", "author", "source", "section", "published_at",
            "published_precision",
        ):  # fmt: skip
            assert found[name] == wanted[name], (wanted["url"], name)
    assert len(rows(database, "SELECT 1 FROM articles")) == len(gold) == 30


@pytest.mark.parametrize("plan", [PLANS[0], PLANS[3], PLANS[7]], ids=lambda plan: plan.name)
def test_a_portal_nobody_described_is_found_whole_over_the_wire(tmp_path: Path, plan: Plan) -> None:
    site = build(plan, 40)
    database = tmp_path / "a.db"
    with serving(site.pages) as portal:
        done = scrapy(*live(plan.portal, portal.origin, database))

    assert done.code == 0, done.err
    assert len(rows(database, "SELECT 1 FROM articles")) == len(site.articles) == 40
    others = [path for path in portal.asked if path not in site.lists]
    assert len(others) <= 1.3 * len(site.articles), others
    assert rows(database, "SELECT sum(articles) AS n FROM url_patterns")[0]["n"] >= 40


def test_what_a_live_crawl_saw_can_be_replayed(tmp_path: Path) -> None:
    site = build(PLANS[2], 24)
    with serving(site.pages) as portal:
        scrapy(*live("tienlang", portal.origin, tmp_path / "live.db"))
    done = scrapy(
        "crawl", "tienlang", "-a", f"origin={portal.origin}",
        "-s", f"REPLAY={tmp_path / 'archive'}", "-s", f"DATABASE={tmp_path / 'again.db'}",
    )  # fmt: skip

    assert done.code == 0, done.err
    sql = (
        "SELECT s.url, s.content_hash, s.first_seen_at, a.lead, a.body, a.author"
        " FROM sightings s JOIN articles a ON a.id = s.article_id ORDER BY s.url"
    )
    assert rows(tmp_path / "again.db", sql) == rows(tmp_path / "live.db", sql)


def test_links_to_the_portals_own_host_are_followed_at_the_copy(tmp_path: Path) -> None:
    with serving(paper(5, "http://laodongthudo.vn")) as portal:
        done = scrapy(*live("ldtd", portal.origin, tmp_path / "a.db"))

    assert done.code == 0, done.err
    assert done.out.startswith("ldtd: ok, 5 new")


def test_bad_pages_are_rejects_and_the_crawl_goes_on(tmp_path: Path) -> None:
    pages = paper(6)
    paths = [path for path in pages if path.endswith(".html")]
    pages[paths[0]] = b""
    pages[paths[1]] = Answer(b"\x89PNG\r\n", headers={"Content-Type": "image/png"})
    pages[paths[2]] = Answer(bytes(range(128, 256)) * 40, headers={"Content-Type": "text/html"})
    pages[paths[3]] = b"<html><P>T\xc3\xb4i <TABLE><TR><TD>h\xe1\xbb\x8fng"
    del pages[paths[4]]
    database = tmp_path / "a.db"
    with serving(pages) as portal:
        scrapy(*live("ldtd", portal.origin, database))

    reasons = {
        row["url"].removeprefix(portal.origin): row["reason"]
        for row in rows(database, "SELECT url, reason FROM rejects")
    }
    assert reasons == {
        paths[0]: "the page shows nothing",
        paths[1]: "not a web page",
        paths[2]: "the text cannot be decoded",
        paths[3]: "no article on the page",
        paths[4]: "the portal answered 404",
    }
    assert len(rows(database, "SELECT 1 FROM articles")) == 1
    (run,) = rows(database, "SELECT verdict, reason_code, reason FROM runs")
    assert (run["verdict"], run["reason_code"]) == ("incomplete", "missing_articles")
    assert run["reason"].startswith("2 articles"), "the blank one, and the one in no encoding"


def test_limit_since_and_until_bound_what_is_stored(tmp_path: Path) -> None:
    with serving(paper(9)) as portal:
        few = scrapy(*live("ldtd", portal.origin, tmp_path / "few.db", "-a", "limit=3"))
        some = scrapy(
            *live("ldtd", portal.origin, tmp_path / "some.db"), "-a", "since=2017-01-03",
            "-a", "until=2017-01-03",
        )  # fmt: skip

    assert (few.code, len(rows(tmp_path / "few.db", "SELECT 1 FROM articles"))) == (0, 3)
    days = rows(
        tmp_path / "some.db", "SELECT DISTINCT substr(published_at, 1, 10) AS d FROM articles"
    )
    assert (some.code, [row["d"] for row in days]) == (0, ["2017-01-03"])


def test_robots_txt_is_obeyed(tmp_path: Path) -> None:
    pages = paper(4)
    forbidden = next(path for path in pages if path.endswith(".html"))
    robots = f"User-agent: *\nDisallow: {forbidden}\n".encode()
    pages["/robots.txt"] = Answer(robots, headers={"Content-Type": "text/plain"})
    database = tmp_path / "a.db"
    with serving(pages) as portal:
        scrapy(*live("ldtd", portal.origin, database))

    assert forbidden not in portal.asked
    (reject,) = rows(database, "SELECT reason FROM rejects")
    assert reject["reason"] == "forbidden by robots.txt"


@pytest.mark.parametrize(
    ("pages", "code", "verdict"),
    [
        ({}, 10, "incomplete"),
        ({"/cong-doan/hoat-dong": Answer(b"", 503)}, 10, "incomplete"),
        (
            dict.fromkeys(("/cong-doan/hoat-dong", "/lao-dong/viec-lam"), Answer(b"", 403)),
            12,
            "blocked",
        ),
    ],
    ids=["nothing there", "server error", "refused"],
)
def test_a_failing_portal_is_no_success(
    tmp_path: Path, pages: dict[str, Answer], code: int, verdict: str
) -> None:
    database = tmp_path / "a.db"
    with serving(pages) as portal:
        done = scrapy(*live("ldtd", portal.origin, database))

    assert done.code == code, done.out
    (run,) = rows(database, "SELECT verdict, reason, finished_at FROM runs")
    assert run["verdict"] == verdict
    assert run["reason"]


def test_a_dead_port_is_gone(tmp_path: Path) -> None:
    with serving({}) as portal:
        origin = portal.origin
    done = scrapy(*live("brvt", origin, tmp_path / "a.db"))

    assert done.code == 13, done.err
    assert "gone" in done.out


@pytest.mark.parametrize(
    ("name", "hint"), [("nowhere", ""), ("kienjiang", "did you mean kiengiang"), ("ltdt", "ldtd")]
)
def test_an_unknown_portal_is_one_line_with_the_one_that_may_be_meant(
    tmp_path: Path, name: str, hint: str
) -> None:
    done = scrapy("crawl", name, "-s", f"DATABASE={tmp_path / 'a.db'}")

    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.startswith(f"error: there is no portal '{name}'; ")
    assert hint in done.err
    assert done.err.endswith("'scrapy portals' prints them\n")


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (("-s", "REPLAY=missing.warc.gz"), 2, "there is no archive missing.warc.gz"),
        (("-s", "REPLAY=pyproject.toml"), 2, "no readable response in pyproject.toml"),
        (("-s", "DATABASE=/proc/none/a.db"), 15, "cannot use the database"),
        (("-s", "DATABASE=pyproject.toml"), 15, "cannot use the database"),
        (("-a", "since=yesterdayish"), 2, "not a date"),
        (("-a", "colour=red"), 2, "unknown spider argument"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_no_traceback(
    tmp_path: Path, more: tuple[str, ...], code: int, words: str
) -> None:
    database = f"DATABASE={tmp_path / 'a.db'}"
    done = scrapy("crawl", "ldtd", "-s", f"REPLAY={SAMPLE}", "-s", database, *more)

    assert done.code == code
    assert done.err.startswith("error: ")
    assert words in done.err
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.err + done.out


def test_a_menu_with_one_article_is_read_at_its_own_address(tmp_path: Path) -> None:
    (story,) = stories(1)
    item = Item("/tin-tuc-su-kien/thong-bao/tin-9.html", text_of(story, "Thông báo"))
    frame = Frame(CAPTURED, section_url="/tin-tuc-su-kien/thong-bao")
    pages = {
        "/tin-tuc-su-kien": danaweb_1_list([item], frame, []),
        "/tin-tuc-su-kien/thong-bao": danaweb_1(item.text, frame),
        item.url: danaweb_1(item.text, frame),
    }
    database = tmp_path / "a.db"
    with serving(pages) as portal:
        done = scrapy(*live("haiphong", portal.origin, database))

    assert done.code == 0, done.err
    (article,) = rows(database, "SELECT url, external_id FROM articles")
    assert article == {"url": portal.origin + item.url, "external_id": "9"}
    assert len(rows(database, "SELECT 1 FROM sightings")) == 2
