"""Spider arguments: read once, refused in one line."""

from __future__ import annotations

from datetime import datetime

import pytest

from portals.crawling.arguments import ArgumentError, CrawlArguments, check_section, period


def test_days_are_whole_and_both_included() -> None:
    arguments = CrawlArguments.parse({"since": "2024-01-31", "until": "02/02/2024"})

    assert arguments.since == datetime.fromisoformat("2024-01-31T00:00:00+07:00")
    assert arguments.covers("2024-01-31T00:00:00+07:00")
    assert arguments.covers("2024-02-02T23:59:00+07:00")
    assert not arguments.covers("2024-01-30T23:59:00+07:00")
    assert not arguments.covers("2024-02-03T00:00:00+07:00")


def test_an_article_without_a_date_is_always_wanted() -> None:
    assert CrawlArguments.parse({"since": "2024-01-31"}).covers(None)


def test_an_origin_is_scheme_and_host() -> None:
    assert (
        CrawlArguments.parse({"origin": "http://127.0.0.1:8931/x"}).origin
        == "http://127.0.0.1:8931"
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"limit": "0"}, "whole number from 1"),
        ({"limit": "many"}, "whole number from 1"),
        ({"since": "soon"}, "not a date"),
        ({"origin": "127.0.0.1:80"}, "not a URL"),
        ({"origin": "file:///etc"}, "not a URL"),
        ({"sinse": "2024-01-01"}, "unknown spider argument 'sinse'; did you mean since"),
        ({"since": "2024-05-01", "until": "2023-01-01"}, "until=2023-01-01 is before since=2024"),
        ({"since": "2024-05-02", "until": "01/05/2024"}, "until=01/05/2024 is before since=2024"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(given: dict[str, str], words: str) -> None:
    with pytest.raises(ArgumentError, match=words) as caught:
        CrawlArguments.parse(given)

    assert "\n" not in str(caught.value)


def test_a_period_may_be_one_day() -> None:
    since, until = period("2024-05-01", "2024-05-01")

    assert since
    assert until
    assert (until - since).days == 1


def test_a_section_that_no_known_listing_has_is_refused_with_those_there_are() -> None:
    listings = [f"/tin-{number}" for number in range(10)]
    with pytest.raises(ArgumentError, match=r"section='x': no listing .*/tin-0, .* and 2 more$"):
        check_section("x", listings)
    check_section("in-3", listings)
    check_section("x", [])  # a first crawl finds them
    check_section(None, listings)
