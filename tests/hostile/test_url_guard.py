"""Nothing leaves the fence: the interpreter tells of every connection, the system of every port."""

from __future__ import annotations

import os
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scrapy import Request

from portals.network.addresses import is_public
from portals.network.dns import CrawlNames
from portals.network.url_guard import UrlGuard
from tests.hostile.cases import OUTSIDE
from tests.hostile.watched import resolving, told, watching
from tests.support.commands import crawl_of, crawl_without_origin, scrapy, scrapy_after, started
from tests.support.database import rows
from tests.support.faults import catalogue
from tests.support.hostile_server import LIST, fault_path, good_path, hostile, http
from tests.support.http_server import Answer, serving
from tests.support.processes import until
from tests.support.small_portal import small_portal

HOME = "http://congdoan.example/"
FORBIDDEN = [
    "http://127.0.0.1:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:10.0.0.1]/",
    "http://intranet.example/",  # resolves to 10.0.0.1
    "file:///etc/passwd",
]


# --- the rule ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254",
        "172.16.0.1", "192.168.1.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:a00:1::",
        "fec0::1", "feff::1", "3fff::1", "64:ff9b:1::808:808", "2001:0:808:808::f5ff:fffe",
        "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1", "", "x", "1.2.3",
    ],
)  # fmt: skip
def test_addresses_that_are_not_of_the_public_net(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["113.160.0.1", "203.162.4.190", "2405:4800::1", "8.8.8.8"])
def test_addresses_of_the_public_net(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://congdoan.example/tin", "https://congdoan.example/tin", "HTTP://Congdoan.Example/",
        "http://www.congdoan.example/", "http://congdoan.example:80/", "https://congdoan.example.:443/",
    ],
)  # fmt: skip
def test_the_portal_under_its_names_is_inside(url: str) -> None:
    assert UrlGuard((HOME,)).refusal_of(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://congdoan.example:8080/", "http://congdoan.example.evil.example/",
        "http://evil.example/congdoan.example", "http://evil.example#congdoan.example",
        "http://congdoan.example@evil.example/", "http://congdoan.example:x@evil.example/",
        "http://u:p@congdoan.example/", "http://evil.example\\@congdoan.example/",
        "http://congdoan.example\\.evil.example/", "//congdoan.example/", "congdoan.example",
        "ftp://congdoan.example/", "file:///congdoan.example", "data:,x", "javascript:x", "",
        "http://", "http://[::1", "http://congdoan.example:99999/", "http:///congdoan.example/",
        "http://127.0.0.1/", "http://[::1]/", "http://2130706433/", "http://0x7f.1/",
    ],
)  # fmt: skip
def test_everything_else_is_outside(url: str) -> None:
    assert UrlGuard((HOME,)).refusal_of(url)


def test_a_vietnamese_name_is_the_same_as_it_is_asked_for() -> None:
    assert (
        UrlGuard(("http://côngđoàn.example/",)).refusal_of("http://xn--cngon-uqa0lsj.example/")
        is None
    )


def test_a_portal_whose_home_is_a_local_number_is_outside_its_own_fence() -> None:
    assert "not a public address" in str(
        UrlGuard(("http://10.1.2.3/",)).refusal_of("http://10.1.2.3/tin")
    )


def test_what_the_operator_names_may_be_local() -> None:
    named = "http://127.0.0.1:8000/"
    fence = UrlGuard((named,), operator_urls=(named,))

    assert fence.refusal_of("http://127.0.0.1:8000/tin") is None
    assert fence.refusal_of("http://127.0.0.1:8001/tin")


def host_that_is_asked(url: str) -> str:
    """Return the host that Scrapy sends a request for ``url`` to, without ``www.``."""
    host = urlsplit(Request(url).url).hostname or ""
    return host.rstrip(".").removeprefix("www.")


@given(st.text(max_size=60))
@example("\u00ad")  # a soft hyphen, which names of hosts do not keep
@example("\u3002")  # an ideographic full stop
@example("\u3002.")
@example("\u200b")
@example("\ufe0f/")
def test_any_text_is_outside_unless_its_host_is_the_portals(text: str) -> None:
    for url in (text, f"http://{text}", f"http://{text}/", f"http://congdoan.example{text}"):
        if UrlGuard((HOME,)).refusal_of(url) is None:
            assert host_that_is_asked(url) == "congdoan.example"


@pytest.mark.parametrize(
    "url",
    [
        "http://cong\u00addoan.example/", "http://congdoan.example\u00ad/",
        "http://congdoan\u3002example/", "http://congdoan.example\u3002/",
        "http://\uff37\uff37\uff37.congdoan.example/", "http://\uff43ongdoan.example/",
    ],
)  # fmt: skip
def test_a_name_that_is_asked_for_as_the_portals_is_the_portals(url: str) -> None:
    assert host_that_is_asked(url) == "congdoan.example"
    assert UrlGuard((HOME,)).refusal_of(url) is None


@pytest.mark.parametrize("host", ["１２７.０.０.１", "127。0。0。1", "１０.1.2.3"])
def test_a_local_number_in_other_digits_is_no_public_address(host: str) -> None:
    assert "not a public address" in str(
        UrlGuard((f"http://{host}/",)).refusal_of(f"http://{host}/")
    )


# --- the crawl -----------------------------------------------------------------------------------


def connections(folder: Path) -> set[str]:
    return set(told(folder / "told", "connect"))


def test_no_request_leaves_the_fence(tmp_path: Path) -> None:
    """Articles redirect there, the list links there, and so does robots.txt."""
    with socket.create_server(("127.0.0.1", 0)) as inside:
        port = inside.getsockname()[1]
        places = [place.format(port=port) for place in FORBIDDEN]
        paths = [f"{LIST}/dan-{n}.html" for n in range(100, 100 + len(places))]
        pages = {
            path: http(b"", "302 Found", Location=place)
            for path, place in zip(paths, places, strict=True)
        }
        pages["/robots.txt"] = http(b"", "302 Found", Location=places[0])
        with hostile([[good_path(1), *paths, *places]], {}, pages) as portal:
            code = watching(tmp_path / "told") + resolving({"intranet.example": "10.0.0.1"})
            done = scrapy_after(code, *crawl_of(portal.origin, tmp_path / "a.db"))
            origin = ("127.0.0.1", int(portal.origin.rsplit(":", 1)[1]))

    assert connections(tmp_path) == {str(origin)}, done.err
    assert told(tmp_path / "told", "open") == []
    rejects = {row["url"]: row for row in rows(tmp_path / "a.db", "SELECT * FROM rejects")}
    assert {url.removeprefix(portal.origin) for url in rejects} == set(paths)
    reasons = [rejects[portal.origin + path]["reason"] for path in paths]
    assert reasons == [OUTSIDE] * 4 + ["the portal answered 302"]
    assert rejects[portal.origin + paths[4]]["detail"] == "file:///etc/passwd"
    assert len(rows(tmp_path / "a.db", "SELECT * FROM articles")) == 1


def test_nor_does_one_that_an_earlier_run_left_in_the_queue(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with hostile([[good_path(1), good_path(2)]], {}) as portal:
        command = crawl_of(portal.origin, database)
        scrapy(*command, "-s", "MAX_REQUESTS=1")
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            sql = "UPDATE frontier SET url = 'http://169.254.169.254/' WHERE url LIKE '%bai-2%'"
            assert connection.execute(sql).rowcount == 1
        scrapy_after(watching(tmp_path / "told"), *command)
        origin = ("127.0.0.1", int(portal.origin.rsplit(":", 1)[1]))

    assert connections(tmp_path) == {str(origin)}
    rejects = rows(database, "SELECT url, reason FROM rejects")
    assert rejects == [{"url": "http://169.254.169.254/", "reason": OUTSIDE}]


@pytest.mark.parametrize(
    ("host", "address"), [("localhost", "127.0.0.1"), ("noi-bo.example", "10.0.0.1")]
)
def test_a_portal_whose_name_leads_into_the_local_network_is_gone(
    tmp_path: Path, host: str, address: str
) -> None:
    with serving({LIST: Answer(b"")}) as portal:
        port = portal.origin.rsplit(":", 1)[1]
        code = catalogue(tmp_path, f"http://{host}:{port}/") + watching(tmp_path / "told")
        code += resolving({"noi-bo.example": "10.0.0.1"})
        done = scrapy_after(code, *crawl_without_origin(tmp_path))

    assert portal.asked == []
    assert connections(tmp_path) == set()
    assert done.code == 13, done.err
    (reject,) = rows(tmp_path / "a.db", "SELECT * FROM rejects")
    assert reject["reason"] == OUTSIDE
    assert f"resolves to {address}, which is not a public address" in reject["detail"]


def test_a_portal_that_leads_to_another_host_is_gone_and_says_where(tmp_path: Path) -> None:
    away = http(b"", "301 Moved", Location="https://moi.congdoan.example/")
    with hostile([], {}, {LIST: away, "/": away}) as portal:
        done = scrapy_after("", *crawl_of(portal.origin, tmp_path / "a.db"))

    assert (done.code, "leads to another host" in done.out) == (13, True), done.out
    (reject,) = rows(tmp_path / "a.db", "SELECT * FROM rejects")
    assert "moi.congdoan.example" in reject["detail"]


def listening(pid: int) -> list[str]:
    """Return the open ports of a process (Linux): its sockets among those that listen."""
    folder = Path(f"/proc/{pid}/fd")
    links = (str(link.readlink()) for link in folder.iterdir() if link.is_symlink())
    own = {link.removeprefix("socket:[").rstrip("]") for link in links if "socket:" in link}
    found = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text("ascii").splitlines()[1:]:
            parts = line.split()
            if parts[9] in own and (parts[3] == "0A" or table.startswith("udp")):
                found.append(f"{table} {parts[1]}")
    return found


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="needs Linux")
def test_no_port_listens_during_a_crawl(tmp_path: Path) -> None:
    with hostile([[good_path(1)], [fault_path("silence", 2)]], {}) as portal:
        command = crawl_of(portal.origin, tmp_path / "a.db")
        with started(tmp_path, *command, "-s", "DOWNLOAD_DELAY=0.5") as run:
            until(lambda: len(portal.asked) >= 2)
            found = listening(run.process.pid)
            run.end()

    assert found == []


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="needs Linux")
def test_the_check_for_ports_sees_one() -> None:
    with socket.create_server(("127.0.0.1", 0)):
        assert len(listening(os.getpid())) == 1


def test_a_name_that_was_typed_for_a_tool_allows_no_other_name() -> None:
    names = CrawlNames(typed={("tin.vn", 80)})

    assert names.admits("tin.vn", "10.0.0.1")
    assert not names.admits("www.tin.vn", "10.0.0.1")


def test_a_name_that_was_public_once_may_not_be_local_later() -> None:
    names = CrawlNames(local={"tin.vn"})

    assert names.admits("tin.vn", "10.0.0.1")
    assert names.admits("tin.vn", "203.113.130.1")
    assert not names.admits("tin.vn", "10.0.0.1")


PUBLIC = "113.160.0.1"
AT_LOOPBACK = f"""
import socket
_connect = socket.socket.connect_ex
socket.socket.connect_ex = lambda own, to: _connect(
    own, ("127.0.0.1", to[1]) if to[0] == "{PUBLIC}" else to)
"""
"""After this code a public address is reached on this machine."""


def test_a_name_that_an_earlier_crawl_found_public_stays_public(tmp_path: Path) -> None:
    """Also one that the operator gave as ``-a origin``; one that was never public works."""
    pages, _ = small_portal()
    with serving(pages) as portal:
        origin = portal.origin.replace("127.0.0.1", "cong.example")
        local = resolving({"cong.example": "127.0.0.1", "www.cong.example": "127.0.0.1"})
        public = resolving({"cong.example": PUBLIC}) + AT_LOOPBACK
        before = scrapy_after(local, *crawl_of(origin, tmp_path / "a.db"))
        once = scrapy_after(public, *crawl_of(origin, tmp_path / "a.db"))
        asked = len(portal.asked)
        after = scrapy_after(local, *crawl_of(origin, tmp_path / "a.db"))
        with_www = origin.replace("cong", "www.cong")
        beside = scrapy_after(local, *crawl_of(with_www, tmp_path / "a.db"))

    assert (before.code, once.code) == (0, 0), before.err + once.err
    assert (after.code, beside.code) == (13, 13), after.err
    details = rows(tmp_path / "a.db", "SELECT detail FROM rejects WHERE code = 'offsite'")
    assert details
    assert all("127.0.0.1, which is not a public address" in row["detail"] for row in details)
    assert len(portal.asked) == asked
    names = rows(tmp_path / "a.db", "SELECT name FROM public_names")
    assert names == [{"name": "cong.example"}]


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_a_host_that_has_only_ipv6_is_read(tmp_path: Path) -> None:
    pages, _ = small_portal()
    with serving(pages, address="::1") as portal:
        origin = portal.origin.replace("[::1]", "chi-sau.example")
        code = resolving({"chi-sau.example": "::1"})
        done = scrapy_after(code, *crawl_of(origin, tmp_path / "a.db"))
        by_number = scrapy(*crawl_of(portal.origin, tmp_path / "b.db"))

    assert (done.code, by_number.code) == (0, 0), done.err + by_number.err
    assert len(rows(tmp_path / "a.db", "SELECT 1 FROM articles")) == 4
