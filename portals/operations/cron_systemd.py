"""Nightly crawls as lines for cron and units for systemd."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path

from portals.timestamps import ScheduleError

LONGEST_JITTER = timedelta(hours=6)
_LONGEST_NIGHT = (
    timedelta(hours=24) - LONGEST_JITTER
)  # a nightly run that hangs ends before the next one
_HOURS_TO_STATUS = 6
_HOURS_TO_VERIFICATION = 10
_VERIFICATION_DAY = "0"  # Sunday, for cron
_UNIT = "tin-cong-doan"

_TIME_OF_DAY = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class Schedule:
    """When to crawl, and how; ``user`` runs the system unit, None: a unit of ``systemctl --user``.

    ``module``: the module to run, ``scrapy`` in a clone and ``portals`` elsewhere.
    ``data_dir``: passed to ``portals``; None: ``data`` in ``project``.
    """

    project: Path
    interpreter: Path
    at: time
    jitter: timedelta
    user: str | None = None
    module: str = "scrapy"
    data_dir: Path | None = None

    def __post_init__(self) -> None:
        """Check that cron and systemd can express the schedule. Raises ScheduleError."""
        if self.jitter > LONGEST_JITTER:
            raise ScheduleError("the jitter is longer than 6h; give a shorter one, such as 30m")
        for path in (self.project, self.interpreter, self.data_dir):
            if "\n" in str(path):
                raise ScheduleError(f"there is a line break in {str(path)!r}; move the project")


def parse_time_of_day(text: str) -> time:
    """Return the time of a text like ``02:30``. Raises ScheduleError."""
    found = _TIME_OF_DAY.fullmatch(text.strip())
    if found is None:
        raise ScheduleError(f"{text!r} is not a time of day; expected one such as 02:30")
    return time(int(found[1]), int(found[2]))


def cron_lines(schedule: Schedule) -> str:
    """Return the lines of a crontab: crawl, check for overdue portals, weekly verification.

    The checks print only what is wrong, which cron mails. The log of a crawl is named by the day of
    the week and replaced after a week, so that the logs do not grow without end.
    """
    enter = f"cd {shlex.quote(str(schedule.project))}"
    folder_flag = ["--data-dir", str(schedule.data_dir)] if schedule.data_dir else []
    program = shlex.join([str(schedule.interpreter), "-m", schedule.module, *folder_flag])
    folder = shlex.quote(str(schedule.data_dir or Path("data")))
    crawl = [enter, f'{program} crawlall > {folder}/crawl-"$(date +%u)".log 2>&1']
    if seconds := int(schedule.jitter.total_seconds()):
        # cron's /bin/sh has no $RANDOM, and awk seeded by the clock gives all machines one number.
        number = "$(od -An -N4 -tu4 /dev/urandom)"
        crawl.insert(1, f"sleep $(({number} % {seconds + 1}))")
    status = [enter, f"{program} status --max-age 2d > /dev/null"]
    at = schedule.at
    checked = at.replace(hour=(at.hour + _HOURS_TO_STATUS) % 24)
    verified = at.replace(hour=(at.hour + _HOURS_TO_VERIFICATION) % 24)
    verify = [enter, f"{program} verify > /dev/null"]
    lines = [_cron_line(at, crawl), _cron_line(checked, status)]
    return "\n".join([*lines, _cron_line(verified, verify, _VERIFICATION_DAY)]) + "\n"


def systemd_units(schedule: Schedule) -> str:
    """Return services and timers of crawl and verification, each after a comment with its path.

    Raises ScheduleError.
    """
    _refuse_quotes(schedule)
    own = schedule.user is None
    folder = "~/.config/systemd/user" if own else "/etc/systemd/system"
    project, interpreter, data_dir = (
        str(path).replace("%", "%%")
        for path in (schedule.project, schedule.interpreter, schedule.data_dir)
    )
    folder_flag = f' --data-dir "{data_dir}"' if schedule.data_dir else ""
    # A user's own manager knows no network-online.target, and runs everything as that user.
    after = [] if own else ["Wants=network-online.target", "After=network-online.target"]
    run = f'ExecStart="{interpreter}" -m {schedule.module}{folder_flag}'
    service = [
        *after,
        "",
        "[Service]",
        "Type=oneshot",
        *([] if own else [f"User={schedule.user}"]),
        f"WorkingDirectory={project}",
    ]
    limits = [
        "Nice=10",
        f"TimeoutStartSec={_seconds(_LONGEST_NIGHT)}",
        "KillSignal=SIGTERM",
        "TimeoutStopSec=120",
        "",
    ]
    verified = schedule.at.replace(hour=(schedule.at.hour + _HOURS_TO_VERIFICATION) % 24)
    lines = [
        f"# {folder}/{_UNIT}.service",
        "[Unit]",
        "Description=Crawl every portal of Tin Công Đoàn",
        *service,
        f"{run} crawlall",
        *limits,
        f"# {folder}/{_UNIT}.timer",
        *_timer("Crawl every portal of Tin Công Đoàn each night", "*-*-*", schedule.at, schedule),
        "",
        f"# {folder}/{_UNIT}-verify.service",
        "[Unit]",
        "Description=Check database and archives of Tin Công Đoàn",
        *service[len(after) :],
        f"{run} verify",
        *limits,
        f"# {folder}/{_UNIT}-verify.timer",
        *_timer("Check Tin Công Đoàn each week", "Sun *-*-*", verified, schedule),
    ]
    return "\n".join(lines) + "\n"


def _timer(description: str, days: str, at: time, schedule: Schedule) -> list[str]:
    return [
        "[Unit]",
        f"Description={description}",
        "",
        "[Timer]",
        f"OnCalendar={days} {at:%H:%M:%S}",
        f"RandomizedDelaySec={_seconds(schedule.jitter)}",
        "Persistent=true",
        "",
        "[Install]",
        "WantedBy=timers.target",
    ]


def _refuse_quotes(schedule: Schedule) -> None:
    """Raise ScheduleError where a path of the command line cannot be quoted in a unit."""
    for path in (schedule.interpreter, schedule.data_dir):
        if set("\"'\\") & set(str(path)):
            raise ScheduleError(
                f"systemd runs no program with quotes in its path, as in {path};"
                " move the environment, or use --cron"
            )


def _cron_line(at: time, steps: list[str], weekday: str = "*") -> str:
    command = " && ".join(steps).replace("%", r"\%")  # cron makes a bare one a line break
    return f"{at.minute} {at.hour} * * {weekday} {command}"


def _seconds(duration: timedelta) -> int:
    return int(duration.total_seconds())
