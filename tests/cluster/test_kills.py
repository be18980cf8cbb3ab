"""A crawl and a collector are killed inside each step: nothing is lost, nothing stored twice."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from tests.support.clusters import archived, begin, stored
from tests.support.commands import live
from tests.support.database import rows
from tests.support.federation import federation, sample_items
from tests.support.http_server import serving
from tests.support.kills import SIGKILLED
from tests.support.processes import Done, run

pytestmark = pytest.mark.cluster

_CODE = """
import os, signal
from {module} import {holder}
real, calls = {holder}.{name}, 0
def killed(*arguments, **more):
    global calls
    calls += 1
    if calls == {count} and not {is_after}:
        os.kill(os.getpid(), signal.SIGKILL)
    found = real(*arguments, **more)
    if calls == {count}:
        os.kill(os.getpid(), signal.SIGKILL)
    return found
{holder}.{name} = killed
"""


class Point(NamedTuple):
    """Where a command is killed: at one of the calls of a function, at its begin or its end."""

    command: str
    module: str
    holder: str
    name: str
    calls: tuple[int, int]
    is_after: bool = True


POINTS = (
    # The page is done and not yet in the outbox; both, in an open transaction; committed.
    Point("crawl", "portals.cluster", "state", "save", (6, 9)),
    Point("crawl", "portals.cluster", "outbox", "insert", (6, 8)),
    Point("crawl", "portals.cluster.mirror", "Mirror", "_write", (10, 12)),
    # In the archive; in the database, not committed; synced; committed and still in the outbox.
    Point("collect", "portals.archive.writer", "RollingWriter", "append", (2, 6)),
    Point("collect", "portals.crawling.apply", "PageApplier", "store_content", (2, 6)),
    Point("collect", "portals.cluster.archives", "CollectedArchives", "sync", (1, 1)),
    Point("collect", "portals.cluster", "outbox", "delete", (1, 1), is_after=False),
)
CRAWLS = 3  # of the points


def killed_at(url: str, point: Point, random: Random, *arguments: str) -> Done:
    """Run a command that kills itself at a call of a function."""
    count = random.randint(*point.calls)
    code = _CODE.format(**point._asdict(), count=count)
    return run("tests.support.after", code, *arguments, environment={"CLUSTER_URL": url})


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(n, marks=pytest.mark.nightly) for n in range(2, 9))]
)
def test_nothing_is_lost_or_stored_twice_wherever_a_process_is_killed(
    url: str, seed: int, tmp_path: Path
) -> None:
    begin(url)
    random = Random(seed)
    alone, database = tmp_path / "alone" / "a.db", tmp_path / "cluster" / "a.db"
    collect = ("collect", "--once", "-s", f"DATABASE={database}")
    with serving(federation(sample_items(1, 10))) as portal:
        run("scrapy", *live("haiphong", portal.origin, alone))
        portal.asked.clear()
        crawl = live("haiphong", portal.origin, tmp_path / "nowhere.db")
        for number, point in enumerate(POINTS):
            if number == CRAWLS:
                done = run("scrapy", *crawl, environment={"CLUSTER_URL": url})
                assert done.code == 0, done.err
            done = killed_at(url, point, random, *(crawl if number < CRAWLS else collect))
            assert done.code == SIGKILLED, (point, done.err)
        done = run("scrapy", *collect, environment={"CLUSTER_URL": url})
        assert done.code == 0, done.err

    articles = [path for path in portal.asked if path.endswith(".html")]
    assert len(articles) - len(set(articles)) <= CRAWLS
    found, expected = stored(database), stored(alone)
    same = expected.keys() - {"runs", "pages", "robots", "similarity_queue"}
    assert {name: found[name] for name in same} == {name: expected[name] for name in same}
    assert found["similarity_queue"] == []  # the collector has compared the articles
    pages = "SELECT url FROM pages WHERE url LIKE '%.html'"
    assert sorted(map(str, rows(database, pages))) == sorted(map(str, rows(alone, pages)))
    kinds = [kind for kind, url, _ in archived(database.parent) if str(url).endswith(".html")]
    assert kinds.count("response") == 10
    verdicts = [row["verdict"] for row in rows(database, "SELECT verdict FROM runs ORDER BY id")]
    assert verdicts == ["crashed", "crashed", "crashed", "ok"]
