"""``crawlall`` at night: a digest, a sign of life, and children that stop when it is told to."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import live, scrapy, started
from tests.support.database import rows
from tests.support.http_server import Answer, serving
from tests.support.listener import listening
from tests.support.processes import until
from tests.support.project import PROJECT, SAMPLE


def test_a_night_that_went_well_leaves_a_sign_of_life_and_no_alert(tmp_path: Path) -> None:
    beat = tmp_path / "beat.json"
    with listening() as listener:
        done = scrapy(
            "crawlall", "-s", f"REPLAY={SAMPLE}", "-s", f"DATABASE={tmp_path / 'a.db'}",
            "-s", f"HEARTBEAT_URL={beat}", "-s", f"ALERT_URLS=json://127.0.0.1:{listener.port}/",
        )  # fmt: skip

    assert done.code == 0, done.err
    assert json.loads(beat.read_text("utf-8"))["worst"] == "ok"
    assert listener.asked == []


def test_portals_that_are_not_ok_are_told_in_one_digest(tmp_path: Path) -> None:
    with listening() as listener:
        done = scrapy(
            "crawlall", "--only", "brvt,ldtd,tienlang", "-s", f"REPLAY={SAMPLE}",
            "-s", f"DATABASE={tmp_path / 'a.db'}", "-a", "origin=http://laodongthudo.vn",
            "-s", f"ALERT_URLS=json://127.0.0.1:{listener.port}/",
        )  # fmt: skip

    assert done.code == 10
    ((_, _, posted),) = listener.asked
    message = json.loads(posted)["message"]
    assert ["brvt" in message, "tienlang" in message, "- ldtd" in message] == [True, True, False]


def test_told_to_stop_it_stops_its_children_and_they_are_resumed_later(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    told = threading.Event()
    with serving({"/robots.txt": Answer(b"", after=told)}) as portal:
        options = live("haiphong", portal.origin, database)[2:]
        command = [sys.executable, "-m", "scrapy", "crawlall", "--only", "haiphong", *options]
        with subprocess.Popen(
            command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as night:
            until(lambda: portal.asked or night.poll() is not None)
            night.send_signal(signal.SIGTERM)
            told.set()
            out, _ = night.communicate()

    assert night.returncode == 10
    assert "incomplete" in out
    (run,) = rows(database, "SELECT verdict, reason FROM runs")
    assert run["verdict"] == "incomplete"
    assert "signal" in run["reason"]


@pytest.fixture
def hangup_is_not_ignored() -> Iterator[None]:
    """Tests that run under ``nohup`` would start a command that ignores the signal."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("hangup_is_not_ignored")
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL])
def test_its_children_end_when_it_hangs_up_or_is_killed(
    tmp_path: Path, number: signal.Signals
) -> None:
    """The child's answer is held back until its parent is gone; then it must end by itself."""
    database, held = tmp_path / "a.db", threading.Event()
    with serving({"/robots.txt": Answer(b"", after=held)}) as portal:
        options = live("haiphong", portal.origin, database)[2:]
        options = (*options, "-s", "LOG_LEVEL=INFO")
        with started(tmp_path, "crawlall", "--only", "haiphong", *options) as night:
            until(lambda: portal.asked)
            night.signal(number)
            night.wait_for("Closing spider (shutdown)")  # says the child
            held.set()
            until(lambda: rows(database, "SELECT verdict FROM runs")[0]["verdict"])
            done = night.end()

    (run,) = rows(database, "SELECT verdict, reason_code FROM runs")
    assert (run["verdict"], run["reason_code"]) == ("incomplete", "stopped_by_signal")
    assert done.code == (10 if number is signal.SIGHUP else -signal.SIGKILL)


def test_a_hangup_that_is_ignored_stops_nothing(tmp_path: Path) -> None:
    """As ``nohup`` starts it."""
    held, pages = threading.Event(), {"/robots.txt": Answer(b"")}
    pages["/robots.txt"].after = held
    with serving(pages) as portal:
        options = live("haiphong", portal.origin, tmp_path / "a.db")[2:]
        arguments = ("-m", "scrapy", "crawlall", "--only", "haiphong", *options)
        with subprocess.Popen(
            ["nohup", sys.executable, *arguments],
            cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as night:  # fmt: skip
            until(lambda: portal.asked or night.poll() is not None)
            night.send_signal(signal.SIGHUP)
            held.set()
            night.communicate()

    (run,) = rows(tmp_path / "a.db", "SELECT reason_code FROM runs")
    assert run["reason_code"] != "stopped_by_signal"


def test_a_replay_crawls_the_chosen_portals_that_the_archive_holds(tmp_path: Path) -> None:
    done = scrapy(
        "crawlall", "--kind", "radio,party", "--state", "live", "--json",
        "-s", f"REPLAY={SAMPLE}", "-s", f"DATABASE={tmp_path / 'a.db'}",
    )  # fmt: skip

    assert done.code == 0, done.err
    assert [row["portal"] for row in json.loads(done.out)] == ["brvt", "tienlang"]
    assert "--state is left out" in done.err


def test_a_choice_without_a_portal_crawls_nothing_and_says_so(tmp_path: Path) -> None:
    done = scrapy(
        "crawlall", "--kind", "base", "--cms", "NukeViet", "-s", f"DATABASE={tmp_path / 'a.db'}"
    )

    assert (done.code, done.out) == (0, "")
    assert done.err == "no portal is chosen; 'scrapy portals' with the same options prints them\n"
    assert list(tmp_path.iterdir()) == []
