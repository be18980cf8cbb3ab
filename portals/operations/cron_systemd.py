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
    """Return two lines for a crontab: the crawl, and a check that prints only overdue portals."""
    enter = f"cd {shlex.quote(str(schedule.project))}"
    folder_flag = ["--data-dir", str(schedule.data_dir)] if schedule.data_dir else []
    program = shlex.join([str(schedule.interpreter), "-m", schedule.module, *folder_flag])
    log = shlex.quote(str((schedule.data_dir or Path("data")) / "crawl.log"))
    crawl = [enter, f"{program} crawlall >> {log} 2>&1"]
    if seconds := int(schedule.jitter.total_seconds()):
        # cron's /bin/sh has no $RANDOM, and awk seeded by the clock gives all machines one number.
        number = "$(od -An -N4 -tu4 /dev/urandom)"
        crawl.insert(1, f"sleep $(({number} % {seconds + 1}))")
    status = [enter, f"{program} status --max-age 2d > /dev/null"]
    at = schedule.at
    checked = at.replace(hour=(at.hour + _HOURS_TO_STATUS) % 24)
    return "\n".join([_cron_line(at, crawl), _cron_line(checked, status)]) + "\n"


def systemd_units(schedule: Schedule) -> str:
    """Return a service and its timer, each after a comment with its path. Raises ScheduleError."""
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
    lines = [
        f"# {folder}/{_UNIT}.service",
        "[Unit]",
        "Description=Crawl every portal of Tin Công Đoàn",
        *after,
        "",
        "[Service]",
        "Type=oneshot",
        *([] if own else [f"User={schedule.user}"]),
        f"WorkingDirectory={project}",
        f'ExecStart="{interpreter}" -m {schedule.module}{folder_flag} crawlall',
        "Nice=10",
        f"TimeoutStartSec={_seconds(_LONGEST_NIGHT)}",
        "KillSignal=SIGTERM",
        "TimeoutStopSec=120",
        "",
        f"# {folder}/{_UNIT}.timer",
        "[Unit]",
        "Description=Crawl every portal of Tin Công Đoàn each night",
        "",
        "[Timer]",
        f"OnCalendar=*-*-* {schedule.at:%H:%M:%S}",
        f"RandomizedDelaySec={_seconds(schedule.jitter)}",
        "Persistent=true",
        "",
        "[Install]",
        "WantedBy=timers.target",
    ]
    return "\n".join(lines) + "\n"


def _refuse_quotes(schedule: Schedule) -> None:
    """Raise ScheduleError where a path of the command line cannot be quoted in a unit."""
    for path in (schedule.interpreter, schedule.data_dir):
        if set("\"'\\") & set(str(path)):
            raise ScheduleError(
                f"systemd runs no program with quotes in its path, as in {path};"
                " move the environment, or use --cron"
            )


def _cron_line(at: time, steps: list[str]) -> str:
    command = " && ".join(steps).replace("%", r"\%")  # cron makes a bare one a line break
    return f"{at.minute} {at.hour} * * * {command}"


def _seconds(duration: timedelta) -> int:
    return int(duration.total_seconds())
