"""Looking at a site: what its pages say, whatever fetched them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from portals.errors import ArchiveError
from portals.extraction.reader import Recipe
from portals.families import PUBARTICLES
from portals.operations.fixtures import fields_of, read_served
from portals.operations.site_fetch import MAX_ARCHIVED, archived_pages, start_urls
from portals.operations.site_probe import FetchedPage, article_urls, listing_urls, probe, read_pages
from tests.support.pages.synthetic import PLANS, Plan, build
from tests.support.project import SAMPLE

AT = datetime(2025, 6, 15, 2, 0, tzinfo=UTC)
HTML = "text/html; charset=utf-8"


def served(pages: dict[str, bytes], origin: str = "http://tin.vn") -> list[FetchedPage]:
    return [FetchedPage(f"{origin}{path}", body, HTML, AT) for path, body in pages.items()]


def page(body: str) -> FetchedPage:
    return FetchedPage("http://tin.vn/", body.encode(), HTML, AT)


@pytest.mark.parametrize("plan", PLANS[:6], ids=lambda plan: plan.name)
def test_a_layout_is_proposed_where_the_cms_is_unknown(plan: Plan) -> None:
    site = build(plan, 12)
    report = probe(served(site.pages), "tin")

    assert (report.family, report.layout is not None) == (None, True)
    told = {f"http://tin.vn{path}": story for path, story in site.articles.items()}
    read = {one.served.url: one.article for one in report.articles}
    assert len(read) * 2 >= len(told)
    assert read.keys() <= told.keys()
    for url, article in read.items():
        assert article.title == told[url].title
        assert article.published_at is not None
        assert article.published_at[:10] == told[url].published.date().isoformat()


@pytest.mark.parametrize("plan", PLANS[:6], ids=lambda plan: plan.name)
def test_a_row_is_enough_only_where_the_layout_changes_nothing(plan: Plan) -> None:
    report = probe(served(build(plan, 12).pages), "tin")
    pages = {one.served.url: one.served for one in report.articles}
    alone = [read_served(one, Recipe("tin", general=True)) for one in pages.values()]
    seen = [one.article for one in report.articles]

    assert report.needs_row_only is (
        [fields_of(one) for one in alone] == [fields_of(one) for one in seen]
    )


def test_a_page_that_a_script_builds_is_told_with_the_system_that_it_names() -> None:
    shell = "<title>Công an</title><div id='root'></div><script>%s</script>"
    unknown = probe([page(shell % "x()")], "tin")
    known = probe([page(shell % "fetch('/api/pub/articles?p=1')")], "tin")
    elsewhere = probe([page(shell % "f('https://api.vn/api/Public/PostsByCategory')")], "tin")

    assert (unknown.script_built, unknown.family) == ("an empty div#root, 1 scripts, 0 words", None)
    assert known.family is PUBARTICLES
    assert elsewhere.family is None


def test_the_listings_of_the_menu_are_found() -> None:
    site = build(PLANS[0], 40)
    home = read_pages(served({"/": site.pages["/"]}))[0][1]

    paths = {url.removeprefix("http://tin.vn") for url in listing_urls(home)}
    assert paths
    assert paths <= site.lists


def test_headlines_of_the_most_frequent_pattern_are_the_first_candidates() -> None:
    site = build(PLANS[0], 40)
    home = read_pages(served({"/": site.pages["/"]}))[0][1]

    paths = [url.removeprefix("http://tin.vn") for url in article_urls([home])]
    assert len(paths) > 3
    assert set(paths[:3]) <= site.articles.keys()


def test_feeds_are_those_that_the_head_names() -> None:
    report = probe(
        [
            page(
                '<head><link rel="alternate" type="application/rss+xml" title="Tin" href="/rss">'
                '<link rel="alternate" hreflang="en" href="/en/"></head><body>x</body>'
            )
        ],
        "tin",
    )

    assert [(feed.url, feed.title) for feed in report.feeds] == [("http://tin.vn/rss", "Tin")]


def test_forms_of_dates_are_counted_with_an_example() -> None:
    report = probe([page("<p>Ngày 01/02/2024<p>02/03/2024<p>09:30 03/02/2024")], "tin")

    assert [(date.form, date.example, date.lines) for date in report.dates] == [
        ("numeric, to the day", "Ngày 01/02/2024", 2),
        ("numeric, to the minute", "09:30 03/02/2024", 1),
    ]


def test_the_cms_is_the_one_that_most_pages_show() -> None:
    generator = '<meta name="generator" content="NukeViet v4.5"><p>{}'
    pages = [page(generator.format(text)) for text in ("một", "hai")]
    pages.append(page('<meta name="generator" content="WordPress 6"><p>ba'))

    report = probe(pages, "tin")
    assert report.family is not None
    assert report.family.name == "nukeviet"


def test_a_challenge_in_place_of_a_portal_is_noticed() -> None:
    report = probe([page("<p>Checking your browser before accessing tin.vn")], "tin")

    assert (report.articles, report.notice) == ([], "challenge")


def test_pages_that_cannot_be_read_are_an_error() -> None:
    with pytest.raises(ValueError, match="none of the pages can be read"):
        probe([page("<p>" * 60_000)], "tin")


def test_a_listing_of_dated_headlines_is_no_article() -> None:
    report = probe(archived_pages(SAMPLE, "http://congdoanhaiphong.vn/"), "tin")

    assert len(report.articles) == 12
    assert all(one.article.external_id for one in report.articles)


def test_an_archive_gives_the_pages_of_one_site_with_its_home_page_first() -> None:
    pages = archived_pages(SAMPLE, "http://daitienlang.vn/")

    assert pages[0].url == "http://daitienlang.vn/"
    assert {one.url.split("/")[2] for one in pages} == {"daitienlang.vn"}
    assert len(pages) <= MAX_ARCHIVED


def test_an_archive_without_the_site_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"holds no page of nowhere\.vn"):
        archived_pages(SAMPLE, "http://nowhere.vn/")
    with pytest.raises(ArchiveError, match="there is no archive"):
        archived_pages(tmp_path / "none.warc")


@pytest.mark.parametrize(
    ("given", "urls"),
    [
        ("tin.vn", ("https://tin.vn/", "http://tin.vn/")),
        ("http://tin.vn", ("http://tin.vn/",)),
        ("https://tin.vn/cong-doan", ("https://tin.vn/cong-doan",)),
    ],
)
def test_an_address_without_a_scheme_is_tried_under_both(given: str, urls: tuple[str, ...]) -> None:
    assert start_urls(given) == urls


@pytest.mark.parametrize("given", ["ftp://tin.vn/", "http://", "http://tin.vn:port/", "file:///x"])
def test_what_is_no_web_address_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        start_urls(given)
