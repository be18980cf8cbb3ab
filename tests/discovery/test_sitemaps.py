"""Sitemaps as portals serve them: broken, mislabelled, hostile; and what is believed of them."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from portals.discovery.announced import (
    AnnouncedUrl,
    Believed,
    change_of,
    feed_links,
    lists_articles,
    period_of,
)
from portals.discovery.sitemaps import MAX_ENTRIES, read_sitemap
from portals.extraction.page import Page

pytestmark = pytest.mark.quick

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
FETCHED = datetime(2024, 6, 1, 12, tzinfo=UTC)


def urls(body: bytes) -> list[str]:
    return [entry.url for entry in read_sitemap(body).entries]


def urlset(*entries: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    return f'{head}<urlset xmlns="{NAMESPACE}">{"".join(entries)}</urlset>'.encode()


A, B = "https://c.vn/tin/a-1.html", "https://c.vn/tin/b-2.html"
TWO = f"<url><loc>{A}</loc></url><url><loc> {B}\n</loc></url>"


@pytest.mark.parametrize(
    "body",
    [
        urlset(TWO),
        urlset(TWO, head="\ufeff\n<?xml version='1.0' encoding='utf-16'?>"),
        urlset(TWO, head="").replace(f' xmlns="{NAMESPACE}"'.encode(), b""),
        urlset(TWO).replace(b"<url>", b"<sm:url>").replace(b"<loc>", b"<sm:loc>"),
        urlset(TWO).removesuffix(b"</url></urlset>"),
        urlset(TWO.replace("</url>", "")),
        urlset(f"<url><loc><![CDATA[{A}]]></loc></url><url><loc><![CDATA[ {B} ]]></loc></url>"),
        urlset(TWO.replace("<url>", "<url><note>&nbsp; a & b</note>")),
        urlset(f"<url><loc>{A}</loc><image:loc>https://c.vn/1.jpg</image:loc></url>"
               f"<url><image:image><image:loc>x</image:loc></image:image><loc>{B}</loc></url>"),
        urlset(TWO).decode().encode("utf-16"),
        urlset(TWO, head="").decode().encode("utf-16-le"),
        f"{A}\n{B}\nftp://c.vn/x\nwords\n".encode(),
        urlset(f"<loc>{A}</loc><loc>{B}</loc>"),
        urlset(TWO).replace(b"loc>", b"LOC>").replace(b"<url>", b'<URL a="1">'),
    ],
    ids=[
        "as the standard says", "BOM and a wrong encoding", "no namespace", "an undeclared prefix",
        "cut off", "urls not closed", "CDATA", "undeclared entities", "pictures", "utf-16",
        "utf-16 without BOM", "lines of text", "no url tags", "capitals",
    ],
)  # fmt: skip
def test_the_entries_are_read(body: bytes) -> None:
    assert urls(body) == [A, B]


def test_entities_in_urls_are_decoded_and_a_news_title_is_the_title() -> None:
    body = urlset(
        "<url><loc>https://c.vn/?a=1&amp;b=2</loc><lastmod>2024-05-30</lastmod>"
        "<news:news><news:title>Công đoàn &amp; công nhân</news:title>"
        "<news:publication_date>2024-05-29</news:publication_date></news:news></url>"
    )

    assert read_sitemap(body).entries == (
        AnnouncedUrl("https://c.vn/?a=1&b=2", "Công đoàn & công nhân", "2024-05-30"),
    )


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0"?><sitemapindex><sitemap><loc>https://c.vn/1</loc></sitemap>'
        b"<sitemap><loc>https://c.vn/2</loc></sitemap></sitemapindex>",
        urlset(
            "<url><loc>https://c.vn/1.xml</loc></url><url><loc>https://c.vn/2.xml.gz</loc></url>"
        ),
    ],
    ids=["an index", "a urlset of sitemaps"],
)
def test_an_index_is_told_from_a_sitemap(body: bytes) -> None:
    assert (read_sitemap(body).kind, len(read_sitemap(body).entries)) == ("index", 2)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<", b"not found",
        b"<!DOCTYPE html><html><a href='https://c.vn/a'>x</a><loc>https://c.vn/a</loc></html>",
        b"<!-- x -->\n<html><loc>https://c.vn/a</loc>", b"<urlset></urlset>",
        urlset("<url><loc>file:///etc/passwd</loc></url><url><loc>/relative</loc></url>"),
        b"\xff\xfe\x00", bytes(range(256)) * 50,
    ],
)  # fmt: skip
def test_what_is_no_sitemap_has_no_entries(body: bytes) -> None:
    assert read_sitemap(body).entries == ()
    assert read_sitemap(body).kind == "none"


def test_no_entity_is_resolved() -> None:
    body = (
        b'<?xml version="1.0"?><!DOCTYPE u [<!ENTITY a "ha"><!ENTITY b "&a;&a;">'
        b'<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        b"<urlset><url><loc>https://c.vn/&b;&x;</loc></url></urlset>"
    )

    assert urls(body) == ["https://c.vn/&b;&x;"]


@pytest.mark.parametrize(
    "piece", [b"<url>", b"<loc>", b"<url ", b"<loc><![CDATA[", b"<", b"<a:", b"<url><loc>x", b" "]
)
def test_a_hostile_file_costs_time_in_proportion_to_its_length(piece: bytes) -> None:
    def cost(size: int) -> float:
        body = b"<urlset>" + piece * (size // len(piece))
        before = time.process_time()
        read_sitemap(body)
        return time.process_time() - before

    small, large = min(cost(200_000) for _ in range(3)), cost(1_600_000)

    assert large < 40 * max(small, 0.005)  # a square would be 64 times as much


def test_no_more_entries_are_read_than_the_standard_allows() -> None:
    body = urlset(*(f"<url><loc>{A}?{n}</loc></url>" for n in range(MAX_ENTRIES + 10)))

    assert len(read_sitemap(body).entries) == MAX_ENTRIES


# --- what is believed ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "earliest", "hours"),
    [
        ("2024-05-30T08:00:00+07:00", "2024-05-30T08:00:00+07:00", 0),
        ("2024-05-30T01:00:00Z", "2024-05-30T01:00:00+00:00", 0),
        ("2024-05-30T08:00:00.123+0700", "2024-05-30T08:00:00.123000+07:00", 0),
        ("2024-05-30T08:00:00", "2024-05-30T08:00:00+07:00", 0),
        ("2024-05-30 08:00", "2024-05-30T08:00:00+07:00", 0),
        ("2024-05-30", "2024-05-30T00:00:00+07:00", 24),
        ("30/05/2024 08:00", "2024-05-30T08:00:00+07:00", 0),
        ("Thu, 30 May 2024 08:00:00 +0700", "2024-05-30T08:00:00+07:00", 0),
    ],
)
def test_changes_are_read_as_vietnamese_time(text: str, earliest: str, hours: int) -> None:
    change = change_of(text)

    assert change is not None
    assert change.earliest == datetime.fromisoformat(earliest)
    assert (change.latest - change.earliest).total_seconds() == 3600 * hours


@pytest.mark.parametrize(
    "text", ["", "now", "2024", "2024-13-45", "0000-00-00T00:00:00", "9" * 999]
)
def test_what_is_no_date_is_no_change(text: str) -> None:
    assert change_of(text) is None


def entries(*changed: str) -> list[AnnouncedUrl]:
    return [AnnouncedUrl(f"https://c.vn/{n}", "", text) for n, text in enumerate(changed)]


def believed(*changed: str) -> list[bool]:
    found = entries(*changed)
    judge = Believed(found, FETCHED)
    return [judge.change_of(entry) is not None for entry in found]


def test_a_time_that_most_entries_share_is_not_believed() -> None:
    now = [f"2024-06-01T11:59:{second}Z" for second in (10, 11, 12)]

    assert believed(*now, "2024-05-30", "2023-01-01") == [False, False, False, True, True]


def test_a_time_after_the_fetch_is_not_believed() -> None:
    assert believed("2024-06-01T12:30:00Z", "2024-06-02", "2024-06-01") == [False, False, True]


@pytest.mark.parametrize(
    "name",
    [
        "wp-sitemap-posts-post-1.xml", "post-sitemap2.xml", "sitemap-2.xml", "sitemap-vi.news.xml",
        "vintage.xml", "sitemap-page-2.xml",
    ],
)  # fmt: skip
def test_a_sitemap_may_list_articles(name: str) -> None:
    assert lists_articles(f"https://c.vn/{name}")


@pytest.mark.parametrize(
    "name",
    [
        "wp-sitemap-posts-page-1.xml", "page-sitemap.xml", "wp-sitemap-taxonomies-post_tag-1.xml",
        "category-sitemap.xml", "author-sitemap.xml", "wp-sitemap-users-1.xml",
        "image-sitemap.xml",
    ],
)  # fmt: skip
def test_sitemaps_of_sections_tags_and_pictures_are_known_by_their_names(name: str) -> None:
    assert not lists_articles(f"https://c.vn/{name}")


@pytest.mark.parametrize(
    ("name", "first", "after"),
    [
        ("sitemap-2019-05.xml", "2019-05-01", "2019-06-01"),
        ("sitemaps/2019/12.xml", "2019-12-01", "2020-01-01"),
        ("sitemap-2019.xml.gz", "2019-01-01", "2020-01-01"),
        ("sitemap.xml?yyyy=2019&mm=5", "2019-05-01", "2019-06-01"),
    ],
)
def test_the_period_of_a_sitemap_is_read_from_its_name(name: str, first: str, after: str) -> None:
    period = period_of(f"https://c.vn/{name}")

    assert period is not None
    assert (period.earliest.isoformat()[:10], period.latest.isoformat()[:10]) == (first, after)


@pytest.mark.parametrize(
    "name", ["sitemap.xml", "sitemap-3.xml", "sitemap-2019-99.xml", "tin-2019.html"]
)
def test_other_names_have_no_period(name: str) -> None:
    assert period_of(f"https://c.vn/{name}") is None


def test_the_feeds_of_a_page_are_those_of_its_articles() -> None:
    page = Page.from_bytes(
        "https://c.vn/tin/",
        b"<link rel='alternate' type='application/rss+xml' href='/rss.xml'>"
        b"<link rel='ALTERNATE' type='application/atom+xml; charset=utf-8' href='atom'>"
        b"<link rel='alternate' type='application/rss+xml' href='/comments/feed/'>"
        b"<link rel='alternate' hreflang='en' href='/en'><link rel='stylesheet' href='a.css'>"
        b"<link rel='alternate' type='application/rss+xml' href='javascript:x()'><p>Tin</p>",
    )

    assert feed_links(page) == ["https://c.vn/rss.xml", "https://c.vn/tin/atom"]


def test_feeds_that_no_head_names_are_those_that_links_are_called() -> None:
    page = Page.from_bytes(
        "https://c.vn/",
        "<a href='/kenh.html'>RSS</a><a href='/b'><img src='r.png' alt='Kênh RSS'></a>"
        "<a href='/rss/thoi-su.rss'>Thời sự</a><a href='/tin?format=feed'>Tin</a>"
        "<a href='/binh-luan/feed/'>Bình luận</a><a href='https://x.vn/rss'>RSS</a>"
        "<a href='/tin/rss-la-gi-12.html'>RSS là gì và dùng như thế nào</a>".encode(),
        "text/html; charset=utf-8",
    )
    paths = ["kenh.html", "b", "rss/thoi-su.rss", "tin?format=feed"]

    assert feed_links(page) == [f"https://c.vn/{path}" for path in paths]
