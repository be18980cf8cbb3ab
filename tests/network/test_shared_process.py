"""Several crawls in one process: what one of them may do is no leave for the others."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.database import rows
from tests.support.faults import catalogue
from tests.support.http_server import serving
from tests.support.processes import run
from tests.support.small_portal import small_portal


def test_leave_to_request_the_local_network_is_that_of_one_crawl(tmp_path: Path) -> None:
    """The operator of the first gave ``localhost``; the catalogue names it for the other."""
    pages, listing = small_portal()
    pages["/"] = pages[listing]
    database = tmp_path / "a.db"
    with serving(pages) as copy, serving(pages) as portal:
        origin, home = (one.origin.replace("127.0.0.1", "localhost") for one in (copy, portal))
        words = (catalogue(tmp_path, home), database, f"danaweb={origin}", "haiphong")
        done = run("tests.support.two_crawls", *map(str, words), fresh=True)

    given, other = map(json.loads, done.out.splitlines())
    assert (given["verdict"], given["new"]) == ("ok", 4), done.err
    assert (other["portal"], other["verdict"], portal.asked) == ("haiphong", "gone", [])
    details = rows(database, "SELECT detail FROM rejects WHERE code = 'offsite'")
    (refused,) = details
    assert refused["detail"].endswith("resolves to 127.0.0.1, which is not a public address")
