"""``scrapy schedule`` as an operator meets it."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from tests.support.commands import scrapy
from tests.support.project import PROJECT


def test_the_cron_lines_name_this_project_and_this_interpreter() -> None:
    done = scrapy("schedule", "--cron", "--at", "3:07", "--jitter", "0m")

    assert (done.code, done.err) == (0, "")
    enter = f"cd {shlex.quote(str(PROJECT))} &&"
    program = f"{shlex.quote(sys.executable)} -m scrapy"
    read = "set -a && { [ ! -f data/environment ] || . data/environment; } && set +a &&"
    *head, crawl, status, verify, copy, note, prune = done.out.splitlines()
    assert all(line.startswith("#") for line in (*head, note))
    assert [crawl, status, verify, copy, prune] == [
        f'7 3 * * * {enter} {read} {program} crawlall > data/crawl-"$(date +\\%u)".log 2>&1',
        f"7 9 * * * {enter} {program} status --max-age 2d > /dev/null",
        f"7 13 * * 0 {enter} {program} verify > /dev/null",
        f"7 15 * * 0 {enter} {program} snapshot --keep 4 data/snapshots/articles.db > /dev/null",
        f"# 7 17 1 * * {enter} {program} archive prune --older 104w --keep-articles > /dev/null",
    ]


def test_the_units_may_write_where_the_data_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIN_CONG_DOAN_DATABASE", str(tmp_path / "db" / "articles.db"))
    monkeypatch.setenv("TIN_CONG_DOAN_ARCHIVE_DIR", str(tmp_path / "kho"))
    done = scrapy(
        "schedule", "--systemd", "-s", f"METRICS_FILE={tmp_path / 'm' / 'a.prom'}",
        "-s", "HEARTBEAT_URL=https://beat.example/t0psecret",
    )  # fmt: skip

    assert (done.code, done.err) == (0, "")
    crawl = done.out.partition(".timer\n")[0]
    found = [line for line in crawl.splitlines() if line.startswith("ReadWritePaths=")]
    folders = (PROJECT / "data", tmp_path / "db", tmp_path / "kho", tmp_path / "m")
    assert found == [f'ReadWritePaths="-{folder}"' for folder in folders]
    assert "t0psecret" not in done.out


def test_the_units_name_this_project_and_this_interpreter() -> None:
    done = scrapy("schedule", "--systemd", "--user")

    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert f"WorkingDirectory={PROJECT}" in lines
    assert f'ExecStart="{sys.executable}" -m scrapy crawlall' in lines
    assert "OnCalendar=*-*-* 02:30:00" in lines
    assert "RandomizedDelaySec=1800" in lines
    assert not [line for line in lines if line.startswith("User=")]


def test_the_systems_units_do_not_run_as_somebody_else() -> None:
    done = scrapy("schedule", "--systemd")

    (user,) = {line for line in done.out.splitlines() if line.startswith("User=")}
    assert user != "User="


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "give one of --cron and --systemd"),
        (("--cron", "--systemd"), "give one of --cron and --systemd"),
        (("--cron", "--at", "25:00"), "'25:00' is not a time of day"),
        (("--systemd", "--jitter", "soon"), "'soon' is no duration"),
        (("--cron", "--jitter", "7h"), "longer than 6h"),
        (("--cron", "-s", "DATABASE=x.db"), "would not use DATABASE of this command line; set"),
    ],
)
def test_what_cannot_be_scheduled_is_refused_in_one_line(
    arguments: tuple[str, ...], words: str
) -> None:
    done = scrapy("schedule", *arguments)

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert words in done.err


def test_the_file_of_secrets_is_none_that_git_would_take() -> None:
    ignored = (PROJECT / ".gitignore").read_text("utf-8").splitlines()

    assert {"data/environment", "data/snapshots/", "data/crawl-*.log"} <= set(ignored)
