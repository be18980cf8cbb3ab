"""``crawlall`` with several portals in a process: each has the verdict that it would have alone."""

from __future__ import annotations

import json
import signal
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from portals.store.portal_lock import PortalLock
from tests.support.database import rows
from tests.support.http_server import Answer, ServedRequest, http_server, serving
from tests.support.nights import Nights, closed_port
from tests.support.processes import start, until
from tests.support.project import SAMPLE
from tests.support.small_portal import small_portal

FAULTY = """
import os
from spiders.base.portal import PortalSpider
whole = PortalSpider.read_with_recipe
def part(own, page):
    if own.name == "bon":
        os.kill(os.getpid(), 9)
    if own.name == "nam":
        raise ZeroDivisionError("thử")
    return whole(own, page)
PortalSpider.read_with_recipe = part
"""
"""Reading a page of one portal kills the process, and that of another one raises."""


def test_each_portal_of_a_process_has_its_own_verdict(tmp_path: Path) -> None:
    """The first has an article in flight when the fourth kills their process."""
    pages, listing = small_portal()
    article = next(path for path in pages if path != listing)
    is_asked, never = threading.Event(), threading.Event()

    def first(request: ServedRequest) -> Answer:
        if request.path == article and not is_asked.is_set():
            is_asked.set()
            return Answer(after=never)
        return pages.get(request.path, Answer(b"not found", 404))

    with ExitStack() as up:

        def serve(served: dict[str, Answer]) -> str:
            return up.enter_context(serving(served)).origin

        homes = {
            "mot": up.enter_context(http_server(first)).origin,
            "hai": f"http://127.0.0.1:{up.enter_context(closed_port())}",
            "ba": serve({path: Answer(b"no", 403) for path in pages}),
            "bon": serve(pages | {"/robots.txt": Answer(b"", 404, after=is_asked)}),
            "nam": serve(pages),
            "sau": serve(pages),
        }
        nights = Nights(tmp_path, homes, code=FAULTY)
        up.enter_context(PortalLock(nights.database, "sau").hold())
        code, verdicts = nights.verdicts(0, "--jobs", "1")
        again, alone = nights.verdicts(1, "--jobs", "1", "--only", "mot,hai,bon")

    assert verdicts == {
        "mot": "ok", "hai": "gone", "ba": "blocked", "bon": "crashed", "nam": "crashed",
        "sau": "locked",
    }  # fmt: skip
    assert code == again == 17
    died, whole, later = rows(nights.database, "SELECT * FROM runs WHERE portal = 'mot'")
    assert (died["verdict"], died["reason_code"]) == ("incomplete", "died_together")
    assert (whole["verdict"], whole["resumes"]) == ("ok", died["id"])
    assert (later["verdict"], later["resumes"]) == ("ok", None)
    assert alone == {"mot": "ok", "hai": "gone", "bon": "crashed"}
    assert rows(nights.database, "SELECT count(*) AS n FROM sightings WHERE portal = 'mot'") == [
        {"n": 4}
    ]


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGKILL, marks=pytest.mark.nightly)]
)
def test_a_night_that_is_ended_ends_the_crawls_of_a_process(
    tmp_path: Path, number: signal.Signals
) -> None:
    """Two are open when it ends, one has not begun; the next night loses nothing."""
    pages, _ = small_portal()
    held = threading.Event()
    with ExitStack() as up:
        robots = {"/robots.txt": Answer(b"", 404, after=held)}
        sites = [up.enter_context(serving(pages | robots)) for _ in range(3)]
        names = ("ba", "hai", "mot")
        homes = dict(zip(names, (site.origin for site in sites), strict=True))
        nights = Nights(tmp_path, homes)
        together = ("--jobs", "1", "--per-process", "2")
        with nights.started(0, *together, "--json", "-s", "LOG_LEVEL=INFO") as night:
            until(lambda: sites[0].asked and sites[1].asked)
            night.signal(number)
            for name in names[:2]:
                night.wait_for(f"{name}: Closing spider (shutdown)")
            held.set()
            done = night.end()
            stored = "SELECT portal, reason_code FROM runs WHERE finished_at IS NOT NULL"
            until(lambda: len(rows(nights.database, stored)) == 2)
        ended = rows(nights.database, stored + " ORDER BY id")
        code, verdicts = nights.verdicts(1, *together)

    assert [row["reason_code"] for row in ended] == ["stopped_by_signal"] * 2
    assert {row["portal"] for row in ended} == {"ba", "hai"}
    if number is signal.SIGTERM:
        reasons = {row["portal"]: row["reason"] for row in json.loads(done.out)}
        assert (done.code, reasons["mot"]) == (10, "not started")
    assert (code, set(verdicts.values())) == (0, {"ok"})
    assert rows(nights.database, "SELECT count(*) AS n FROM sightings") == [{"n": 12}]


def test_runs_that_have_hardly_begun_are_ended_with_the_parent(tmp_path: Path) -> None:
    """The names are all that the process reads: then its parent seems to have died."""
    names = tmp_path / "names"
    names.write_text("ldtd\nkhong-co\nbrvt\n", "utf-8")
    words = (
        "crawl",
        "-",
        "--json",
        "-s",
        f"REPLAY={SAMPLE}",
        "-s",
        f"DATABASE={tmp_path / 'a.db'}",
    )
    out, err = tmp_path / "out", tmp_path / "err"
    with names.open("rb") as stdin, out.open("wb") as stdout, err.open("wb") as stderr:
        start("scrapy", words, stdin, stdout, stderr).wait()

    printed = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    told = {row["portal"]: (row["verdict"], row.get("reason_code")) for row in printed}
    stopped = ("incomplete", "stopped_by_signal")
    assert told == {"ldtd": stopped, "brvt": stopped, "khong-co": ("crashed", None)}
    assert "error: khong-co: there is no portal 'khong-co'" in err.read_text("utf-8")
    stored = rows(tmp_path / "a.db", "SELECT verdict, reason_code FROM runs")
    assert [tuple(row.values()) for row in stored] == [stopped] * 2
