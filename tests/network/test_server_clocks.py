"""This machine's clock beside those of servers: two that agree outvote it, one never does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from scrapy.http import Headers, Response

from portals.network.server_clocks import clock_fault, difference, served_at, witness_of
from portals.store.database import Store
from portals.store.server_clocks import ServerClock, ServerClockRepository

NOW = datetime(2027, 3, 4, 19, 30, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("headers", "moment"),
    [
        ({"Date": "Thu, 04 Mar 2027 19:30:00 GMT"}, NOW),
        ({"Date": "Thu, 04 Mar 2027 19:30:00"}, NOW),
        ({"Date": "Fri, 05 Mar 2027 02:30:00 +0700"}, NOW),
        ({"Date": "Thu, 04 Mar 2027 18:30:00 GMT", "Age": "3600"}, NOW),
        ({"Date": "Mon, 01 Feb 2027 19:30:00 GMT", "Age": str(31 * 86400)}, NOW),
        ({"Date": "Thu, 04 Mar 2027 18:30:00 GMT", "Age": "an hour"}, None),
        ({"Date": "Thu, 04 Mar 2027 18:30:00 GMT", "Age": "-5"}, None),
        ({"Date": "Thu, 04 Mar 2027 18:30:00 GMT", "Age": "9" * 40}, None),
        ({"Date": "yesterday"}, None),
        ({"Date": "Thu, 04 Mar 99999 19:30:00 GMT"}, None),
        ({"Date": "Thu, 45 Mar 2027 99:30:00 GMT"}, None),
        ({"Date": ""}, None),
        ({}, None),
    ],
)
def test_the_time_at_a_server_is_its_date_and_the_age_of_a_copy(
    headers: dict[str, str], moment: datetime | None
) -> None:
    assert served_at(Headers(headers)) == moment


def test_an_answer_with_two_dates_has_none() -> None:
    headers = Headers({"Date": ["Thu, 04 Mar 2027 19:30:00 GMT", "Thu, 04 Mar 2010 19:30:00 GMT"]})

    assert served_at(headers) is None


def clock(
    server: str, ahead: timedelta, witness: str = "", age: timedelta = timedelta()
) -> ServerClock:
    return ServerClock(server, witness or server, ahead, NOW - age)


WRONG = {
    "two servers agree": [clock("a.vn", 9 * DAY), clock("b.vn", 9 * DAY + 2 * MINUTE)],
    "it is behind": [clock("a.vn", -9 * DAY), clock("b.vn", -9 * DAY)],
    "two agree, one says that it is right": [
        clock("a.vn", 9 * DAY), clock("b.vn", 9 * DAY), clock("c.vn", timedelta()),
    ],
    "the others are of the night before": [
        clock("a.vn", 9 * DAY), clock("b.vn", 9 * DAY, age=20 * timedelta(hours=1)),
        clock("c.vn", timedelta(), age=9 * DAY),
    ],
}  # fmt: skip

RIGHT = {
    "nothing is known": [],
    "one server's clock is wrong": [clock("a.vn", 9000 * DAY)],
    "one is wrong among others": [clock("a.vn", 9000 * DAY), clock("b.vn", timedelta())],
    "two are wrong by different times": [clock("a.vn", 9 * DAY), clock("b.vn", 8 * DAY)],
    "two are on one machine": [
        clock("a.vn", 9 * DAY, "192.0.2.1"), clock("b.vn", 9 * DAY, "192.0.2.1"),
    ],
    "two are behind one CDN": [
        clock("a.vn", 9 * DAY, "cloudflare"), clock("b.vn", 9 * DAY, "cloudflare"),
    ],
    "two take their local time for UTC": [
        clock("a.vn", -7 * timedelta(hours=1)), clock("b.vn", -7 * timedelta(hours=1)),
    ],
    "as many say that it is right": [
        clock("a.vn", 9 * DAY), clock("b.vn", 9 * DAY),
        clock("c.vn", timedelta()), clock("d.vn", MINUTE),
    ],
    "it was set since, forwards": [
        clock("a.vn", -9 * DAY, age=9 * DAY), clock("b.vn", -9 * DAY, age=9 * DAY),
    ],
    "it was set since, backwards": [
        clock("a.vn", 9 * DAY, age=-9 * DAY), clock("b.vn", 9 * DAY, age=-9 * DAY),
    ],
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_clock_is_wrong_where(case: str) -> None:
    fault = clock_fault(WRONG[case], NOW)

    assert fault is not None
    assert fault.servers == ("a.vn", "b.vn")
    assert "9 days" in str(fault)
    assert str(fault).endswith("set the clock and run again")


@pytest.mark.parametrize("case", RIGHT)
def test_a_clock_is_not_called_wrong_where(case: str) -> None:
    assert clock_fault(RIGHT[case], NOW) is None


@pytest.mark.parametrize(
    ("ahead", "words"),
    [(9 * DAY, "9 days ahead of"), (-30 * timedelta(hours=1), "30 hours behind")],
)
def test_a_difference_is_said_in_days_or_hours(ahead: timedelta, words: str) -> None:
    assert difference(ahead) == words


@pytest.mark.parametrize(
    ("headers", "witness"),
    [
        ({"Server": "nginx"}, "https://a.gov.vn"),
        ({"Server": "cloudflare", "CF-Ray": "8f"}, "cloudflare"),
        ({"Via": "1.1 varnish, 1.1 varnish"}, "varnish"),
        ({"X-Cache": "Hit from cloudfront"}, "cloudfront"),
    ],
)
def test_a_cdn_is_one_witness(headers: dict[str, str], witness: str) -> None:
    found = witness_of(Response("https://tin.a.gov.vn/", headers=headers))

    assert found == witness.removeprefix("https://")


def test_the_last_comparison_of_a_server_is_kept() -> None:
    clocks = ServerClockRepository(Store.open(":memory:"))
    for ahead in (3 * DAY, -2 * MINUTE):
        clocks.save(clock("a.vn", ahead))

    assert clocks.all() == [clock("a.vn", -2 * MINUTE)]
