"""Schedules: what cron, the shell and systemd make of the lines."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from configparser import ConfigParser
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from portals.operations.cron_systemd import Schedule, cron_lines, parse_time_of_day, systemd_units
from portals.timestamps import ScheduleError, parse_duration

PLAIN = Schedule(
    Path("/srv/news"), Path("/srv/venv/bin/python"), time(2, 30), timedelta(minutes=30)
)
ODD_FOLDER = "tin công đoàn 100% 'cũ' \"x\""


def read_cron(line: str, days: str = "* * *") -> tuple[int, int, str]:
    """Return minute, hour and command of a crontab line, as cron reads it."""
    minute, hour, day, month, weekday, command = line.split(" ", 5)
    assert minute.isdecimal()
    assert hour.isdecimal()
    assert int(minute) < 60
    assert int(hour) < 24
    assert f"{day} {month} {weekday}" == days
    assert not re.search(r"(?<!\\)%", command), "cron ends the command at a bare percent sign"
    return int(minute), int(hour), command.replace(r"\%", "%")


def cron_of(schedule: Schedule) -> list[str]:
    """Return the lines of a crontab without its comments."""
    return [line for line in cron_lines(schedule).splitlines() if not line.startswith("#")]


def read_units(text: str) -> dict[str, str]:
    """Return the units by the names in the comments before them."""
    parts = re.split(r"^# (?:\S+/)?(\S+\.(?:service|timer))\n", text, flags=re.MULTILINE)
    assert all(line.startswith("#") for line in parts[0].splitlines())
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def parsed(unit: str) -> ConfigParser:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(unit)
    return parser


def stub(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
    return path


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("0m", timedelta()),
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("12h", timedelta(hours=12)),
        ("2d", timedelta(days=2)),
        (" 1w ", timedelta(weeks=1)),
    ],
)
def test_a_duration_is_a_number_with_its_unit(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text", ["", "2", "d", "-1d", "1.5h", "2 d", "1d12h", "2y", "٢d", "99999d"]
)
def test_what_is_no_duration_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ScheduleError, match="is no duration; give one such as") as caught:
        parse_duration(text)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "at"), [("02:30", time(2, 30)), ("2:05", time(2, 5)), ("23:59", time(23, 59))]
)
def test_a_time_of_day_is_hours_and_minutes(text: str, at: time) -> None:
    assert parse_time_of_day(text) == at


@pytest.mark.parametrize("text", ["", "24:00", "12:60", "2", "2:5", "02:30:00", "2am", "-1:00"])
def test_what_is_no_time_of_day_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ScheduleError, match="is not a time of day; expected one such as") as caught:
        parse_time_of_day(text)

    assert "\n" not in str(caught.value)


def test_a_jitter_leaves_the_night_its_time() -> None:
    assert replace(PLAIN, jitter=timedelta(hours=6))
    with pytest.raises(ScheduleError, match="longer than 6h; give a shorter one"):
        replace(PLAIN, jitter=timedelta(hours=6, seconds=1))


def test_a_line_break_in_a_path_is_refused() -> None:
    with pytest.raises(ScheduleError, match="move the project"):
        replace(PLAIN, project=Path("/srv/a\nb"))


# --- cron ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["/srv/news", f"/srv/{ODD_FOLDER}"])
@pytest.mark.parametrize("jitter", [timedelta(), timedelta(minutes=30)])
def test_cron_reads_four_lines_that_the_shell_understands(folder: str, jitter: timedelta) -> None:
    text = cron_of(replace(PLAIN, project=Path(folder), jitter=jitter))
    days = ("* * *", "* * *", "* * 0", "* * 0")
    lines = [read_cron(*pair) for pair in zip(text, days, strict=True)]

    times = [(hour, minute) for minute, hour, _ in lines]
    assert times == [(2, 30), (8, 30), (12, 30), (14, 30)]
    assert 'crawlall > data/crawl-"$(date +%u)".log 2>&1' in lines[0][2]
    assert lines[1][2].endswith(" -m scrapy status --max-age 2d > /dev/null")
    assert lines[2][2].endswith(" -m scrapy verify > /dev/null")
    assert lines[3][2].endswith(" snapshot --keep 4 data/snapshots/articles.db > /dev/null")
    for _, _, command in lines:
        done = subprocess.run(["sh", "-n", "-c", command], capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")


def test_the_check_follows_the_crawl_past_midnight() -> None:
    _, check, *_ = cron_of(replace(PLAIN, at=time(22, 10)))

    assert read_cron(check)[:2] == (10, 4)


def test_the_shell_waits_crawls_and_keeps_a_log_of_each_day_of_the_week(tmp_path: Path) -> None:
    project = tmp_path / ODD_FOLDER
    (project / "data").mkdir(parents=True)
    python = stub(tmp_path / "a b%" / "python", 'echo "$PWD: $*"; echo trouble >&2')
    stub(tmp_path / "bin" / "sleep", f"echo $1 >> {tmp_path}/slept")
    stub(tmp_path / "bin" / "date", f"read n < {tmp_path}/night; echo $((n % 7 + 1))")
    schedule = Schedule(project, python, time(2, 30), timedelta(seconds=9))
    crawl, check = (read_cron(line)[2] for line in cron_of(schedule)[:2])
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"

    for night in range(16):
        (tmp_path / "night").write_text(f"{night}\n", "utf-8")
        subprocess.run(["/bin/sh", "-c", crawl], env={"PATH": path}, check=True, cwd="/")
    line = f"{project}: -m scrapy crawlall\ntrouble\n"
    logs = {log.name: log.read_text("utf-8") for log in (project / "data").iterdir()}
    assert logs == {f"crawl-{day}.log": line for day in range(1, 8)}, "they do not grow"
    slept = {int(number) for number in (tmp_path / "slept").read_text().split()}
    assert slept <= set(range(10))
    assert len(slept) > 1

    told = subprocess.run(["/bin/sh", "-c", check], capture_output=True, text=True, check=True)
    assert (told.stdout, told.stderr) == ("", "trouble\n")


def test_the_crawl_reads_its_variables_from_a_file_that_only_its_owner_reads(
    tmp_path: Path,
) -> None:
    project = tmp_path / ODD_FOLDER
    (project / "data").mkdir(parents=True)
    python = stub(tmp_path / "python", 'echo "$ALERT_URLS"')
    schedule = Schedule(project, python, time(2, 30), timedelta())
    _, _, command = read_cron(cron_of(schedule)[0])
    (project / "data" / "environment").write_text("ALERT_URLS='json://a/$x json://b'\n", "utf-8")

    subprocess.run(["/bin/sh", "-c", command], check=True, cwd="/")
    (log,) = (project / "data").glob("crawl-*.log")
    assert log.read_text("utf-8") == "json://a/$x json://b\n"
    assert f"set them in {project / 'data' / 'environment'}" in cron_lines(schedule)


@pytest.mark.parametrize("mark", ["# Without the mark before it", "# Logs: "])
def test_what_deletes_is_a_comment_with_its_policy(mark: str) -> None:
    text = cron_lines(PLAIN)

    assert mark in text
    pruning = text.splitlines()[-1]
    assert pruning.startswith("# ")
    _, _, command = read_cron(pruning.removeprefix("# "), "1 * *")
    assert command.endswith(" archive prune --older 104w --keep-articles > /dev/null")


# --- systemd -------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", [None, "root"])
def test_the_units_say_what_is_run_and_when(user: str | None) -> None:
    text = systemd_units(replace(PLAIN, user=user))
    units = read_units(text)
    assert list(units) == [
        f"tin-cong-doan{name}"
        for name in (
            ".service", ".timer", "-verify.service", "-verify.timer",
            "-snapshot.service", "-snapshot.timer",
        )
    ]  # fmt: skip
    verify = dict(parsed(units["tin-cong-doan-verify.service"])["Service"])
    assert verify["ExecStart"] == '"/srv/venv/bin/python" -m scrapy verify'
    assert (
        parsed(units["tin-cong-doan-verify.timer"])["Timer"]["OnCalendar"] == "Sun *-*-* 12:30:00"
    )

    service = dict(parsed(units["tin-cong-doan.service"])["Service"])
    assert service["Type"] == "oneshot"
    assert service["WorkingDirectory"] == "/srv/news"
    assert service["ExecStart"] == '"/srv/venv/bin/python" -m scrapy crawlall'
    assert (service["Nice"], service["KillSignal"]) == ("10", "SIGTERM")
    assert int(service["TimeoutStartSec"]) + 6 * 3600 <= 24 * 3600
    assert service.get("User") == user
    assert not {"SuccessExitStatus", "Restart"} & set(service)

    timer = dict(parsed(units["tin-cong-doan.timer"])["Timer"])
    assert re.fullmatch(r"\*-\*-\* \d\d:\d\d:00", timer["OnCalendar"])
    assert timer == {
        "OnCalendar": "*-*-* 02:30:00",
        "RandomizedDelaySec": "1800",
        "Persistent": "true",
    }
    assert ("/etc/systemd/system/" in text) == (user is not None)
    assert ("~/.config/systemd/user/" in text) == (user is None)


@pytest.mark.parametrize("user", [None, "news"])
def test_a_cluster_has_services_that_run_until_they_are_stopped(user: str | None) -> None:
    units = read_units(systemd_units(replace(PLAIN, user=user, is_cluster=True)))

    for command in ("collect", "work"):
        unit = parsed(units[f"tin-cong-doan-{command}.service"])
        service = dict(unit["Service"])
        assert service["ExecStart"] == f'"/srv/venv/bin/python" -m scrapy {command}'
        assert (service["Type"], service["Restart"]) == ("exec", "always")
        assert service["OOMPolicy"] == "continue"
        assert service["RestartPreventExitStatus"] == "2"  # wrong arguments stay wrong
        assert "TimeoutStartSec" not in service
        assert "PrivateNetwork" not in service
        target = "multi-user.target" if user else "default.target"
        assert unit["Install"]["WantedBy"] == target
    assert "tin-cong-doan-collect.service" not in systemd_units(PLAIN)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("name", ["news", "tin công đoàn 100% $HOME"])
@pytest.mark.parametrize("user", [None, "root"])
def test_systemd_finds_no_fault_in_the_units(user: str | None, name: str, tmp_path: Path) -> None:
    project = tmp_path / name
    python = stub(project / "bin" / "python", "exit 0")
    schedule = replace(PLAIN, project=project, interpreter=python, user=user, is_cluster=True)
    text = systemd_units(schedule)
    files = [tmp_path / unit for unit in read_units(text)]
    for file, unit in zip(files, read_units(text).values(), strict=True):
        file.write_text(unit, "utf-8")

    mode = "--system" if user else "--user"
    done = subprocess.run(
        ["systemd-analyze", mode, "--man=no", "verify", *files],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [line for line in done.stderr.splitlines() if "tin-cong-doan" in line]
    assert done.returncode == 0, done.stderr
    assert complaints == []


@pytest.mark.parametrize("mark", list("\"'\\"))
def test_a_program_that_systemd_cannot_run_is_refused(mark: str) -> None:
    with pytest.raises(ScheduleError, match="or use --cron"):
        systemd_units(replace(PLAIN, interpreter=Path(f"/srv/{mark}x/python")))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_reads_the_time_of_day() -> None:
    timer = parsed(read_units(systemd_units(PLAIN))["tin-cong-doan.timer"])["Timer"]
    done = subprocess.run(
        ["systemd-analyze", "calendar", timer["OnCalendar"]],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0
    assert "Normalized form: *-*-* 02:30:00" in done.stdout


def test_an_installed_package_runs_with_its_data_folder() -> None:
    schedule = replace(PLAIN, module="portals", data_dir=Path("/srv/kho tin 100%"))
    service = parsed(read_units(systemd_units(schedule))["tin-cong-doan.service"])["Service"]
    _, _, command = read_cron(cron_of(schedule)[0])

    program = "-m portals --data-dir '/srv/kho tin 100%'"
    assert f"{program} crawlall > '/srv/kho tin 100%'/crawl-\"$(date +%u)\".log 2>&1" in command
    assert service["ExecStart"].endswith('-m portals --data-dir "/srv/kho tin 100%%" crawlall')


def test_a_service_may_write_to_the_places_of_the_data_only() -> None:
    schedule = replace(PLAIN, user="news", writable=(Path("/kho/lưu trữ"), Path("/srv/news/data")))
    units = read_units(systemd_units(schedule))

    assert len(units) == 6
    for name in ("tin-cong-doan.service", "tin-cong-doan-snapshot.service"):
        found = re.findall("^ReadWritePaths=(.*)$", units[name], flags=re.MULTILINE)
        assert found == ['"-/srv/news/data"', '"-/kho/lưu trữ"']
        assert "\nEnvironmentFile=-/srv/news/data/environment\n" in units[name]
    assert "PrivateNetwork=yes" not in units["tin-cong-doan.service"]
    assert "PrivateNetwork=yes" in units["tin-cong-doan-verify.service"]


def test_a_users_own_manager_is_asked_for_what_it_can_do() -> None:
    unit = read_units(systemd_units(PLAIN))["tin-cong-doan.service"]

    assert "NoNewPrivileges=yes" in unit
    assert not re.search("^(Protect|Private|ReadWrite|Capability)", unit, flags=re.MULTILINE)


def test_the_unit_that_deletes_is_a_comment() -> None:
    text = systemd_units(PLAIN)
    before, _, pruning = text.partition("# Without the marks before its lines, the next service ")

    assert "prune" not in before
    assert all(line.startswith("#") for line in pruning.splitlines()[1:])
    lines = [line.removeprefix("#").removeprefix(" ") for line in pruning.splitlines()[1:]]
    units = read_units("\n".join(lines))
    service = parsed(units["tin-cong-doan-prune.service"])["Service"]
    assert service["ExecStart"].endswith(" archive prune --older 104w --keep-articles")


def test_a_dollar_in_the_data_folder_is_no_variable() -> None:
    schedule = replace(PLAIN, module="portals", data_dir=Path("/srv/$HOME"))
    service = parsed(read_units(systemd_units(schedule))["tin-cong-doan.service"])["Service"]

    assert service["ExecStart"].endswith('-m portals --data-dir "/srv/$$HOME" crawlall')


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_finds_the_exposure_of_every_service_small(tmp_path: Path) -> None:
    units = read_units(systemd_units(replace(PLAIN, user="news", is_cluster=True)))
    for name, unit in units.items():
        (tmp_path / name).write_text(unit, "utf-8")
        if name.endswith(".timer"):
            continue
        done = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--threshold=30", tmp_path / name],
            env={**os.environ, "SYSTEMD_PAGER": "cat"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if "unrecognized option" in done.stderr or "Unknown" in done.stderr:
            pytest.skip("this systemd-analyze cannot look at files")
        assert done.returncode == 0, done.stdout
        assert "Overall exposure level" in done.stdout
