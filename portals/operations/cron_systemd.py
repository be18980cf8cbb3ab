"""All that a year of nightly crawls needs, as lines for cron and units for systemd."""

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
_HOURS_TO_SNAPSHOT = 12  # after the verification
_HOURS_TO_PRUNING = 14
_WEEKLY = "* * 0"  # Sunday, for cron
_MONTHLY = "1 * *"
_UNIT = "tin-cong-doan"
_SNAPSHOTS = 4  # a month of weekly copies
_PRUNING = "archive prune --older 104w --keep-articles"
_POLICY = "drops pages of two years ago and older; those of every text of an article stay"
_VARIABLES = "ALERT_URLS, HEARTBEAT_URL, METRICS_FILE"

_FILTERS = (
    "NoNewPrivileges=yes",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "LockPersonality=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged @resources",
    "SystemCallErrorNumber=EPERM",
)
"""What a user's own manager can restrict too.

Without MemoryDenyWriteExecute: the callbacks of OpenSSL's binding are writable and executable.
"""

_SANDBOX = (
    "ProtectSystem=strict",
    "ProtectHome=read-only",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "ProtectProc=invisible",
    "ProtectClock=yes",
    "ProtectHostname=yes",
    "ProtectControlGroups=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "CapabilityBoundingSet=",
    "AmbientCapabilities=",
    "RemoveIPC=yes",
    "KeyringMode=private",
    "UMask=0027",
)
_NETWORK = ("RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",)
_NO_NETWORK = ("RestrictAddressFamilies=AF_UNIX",)
_NO_NETWORK_OF_THE_SYSTEM = ("PrivateNetwork=yes", "IPAddressDeny=any")

_ROLES = (
    ("-collect", "the machine with the database and the archives",
     "Store what the nodes of Tin Công Đoàn crawl", "collect"),
    ("-work", "every node", "Crawl the portals in the queue of Tin Công Đoàn", "work"),
)  # fmt: skip
"""Services of a cluster: suffix, machine, description, command."""

_TIME_OF_DAY = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class Schedule:
    """When to crawl, and how; ``user`` runs the system unit, None: a unit of ``systemctl --user``.

    ``module``: the module to run, ``scrapy`` in a clone and ``portals`` elsewhere.
    ``data_dir``: passed to ``portals``; None: ``data`` in ``project``. ``writable``: folders
    besides it that commands write to, absolute. ``is_cluster``: with the services of a cluster.
    """

    project: Path
    interpreter: Path
    at: time
    jitter: timedelta
    user: str | None = None
    module: str = "scrapy"
    data_dir: Path | None = None
    writable: tuple[Path, ...] = ()
    is_cluster: bool = False

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.data_dir or self.project / "data"

    @property
    def environment(self) -> Path:
        """The file of environment variables, which holds the secrets."""
        return self.data / "environment"

    def __post_init__(self) -> None:
        """Check that cron and systemd can express the schedule. Raises ScheduleError."""
        if self.jitter > LONGEST_JITTER:
            raise ScheduleError("the jitter is longer than 6h; give a shorter one, such as 30m")
        for path in (self.project, self.interpreter, self.data_dir, *self.writable):
            if "\n" in str(path):
                raise ScheduleError(f"there is a line break in {str(path)!r}; move the project")


def parse_time_of_day(text: str) -> time:
    """Return the time of a text like ``02:30``. Raises ScheduleError."""
    found = _TIME_OF_DAY.fullmatch(text.strip())
    if found is None:
        raise ScheduleError(f"{text!r} is not a time of day; expected one such as 02:30")
    return time(int(found[1]), int(found[2]))


def cron_lines(schedule: Schedule) -> str:
    """Return the lines of a crontab: crawl, check for overdue portals, verification and copy.

    The checks print only what is wrong, which cron mails. The log of a crawl is named by the day of
    the week and replaced after a week, so that the logs do not grow without end. Pruning is there
    as a comment, since it deletes.
    """
    enter = f"cd {shlex.quote(str(schedule.project))}"
    folder_flag = ["--data-dir", str(schedule.data_dir)] if schedule.data_dir else []
    program = shlex.join([str(schedule.interpreter), "-m", schedule.module, *folder_flag])
    folder = shlex.quote(str(schedule.data_dir or Path("data")))
    variables = f"{folder}/environment"
    read = f"set -a && {{ [ ! -f {variables} ] || . {variables}; }} && set +a"
    crawl = [enter, read, f'{program} crawlall > {folder}/crawl-"$(date +%u)".log 2>&1']
    if seconds := int(schedule.jitter.total_seconds()):
        # cron's /bin/sh has no $RANDOM, and awk seeded by the clock gives all machines one number.
        number = "$(od -An -N4 -tu4 /dev/urandom)"
        crawl.insert(1, f"sleep $(({number} % {seconds + 1}))")
    copy = f"{program} snapshot --keep {_SNAPSHOTS} {folder}/snapshots/articles.db > /dev/null"
    lines = [
        *_comments(schedule, "crawl-N.log, replaced after a week"),
        _cron_line(schedule.at, crawl),
        _cron_line(
            _later(schedule, _HOURS_TO_STATUS),
            [enter, f"{program} status --max-age 2d > /dev/null"],
        ),
        _cron_line(
            _later(schedule, _HOURS_TO_VERIFICATION),
            [enter, f"{program} verify > /dev/null"],
            _WEEKLY,
        ),
        _cron_line(_later(schedule, _HOURS_TO_SNAPSHOT), [enter, copy], _WEEKLY),
        f"# Without the mark before it, the next line {_POLICY}.",
        "# "
        + _cron_line(
            _later(schedule, _HOURS_TO_PRUNING),
            [enter, f"{program} {_PRUNING} > /dev/null"],
            _MONTHLY,
        ),
    ]
    return "\n".join(lines) + "\n"


def _comments(schedule: Schedule, logs: str) -> list[str]:
    """Return comments that name the place of the secrets; they are never printed here."""
    return [
        f"# {_VARIABLES}: set them in {schedule.environment}, which only its owner may",
        "# read (chmod 600), one a line, as NAME='value'. 'alert --test' tries ALERT_URLS.",
        f"# Logs: {logs}.",
    ]


def _later(schedule: Schedule, hours: int) -> time:
    return schedule.at.replace(hour=(schedule.at.hour + hours) % 24)


def systemd_units(schedule: Schedule) -> str:
    """Return services and timers, each after a comment with its path: crawl, verification, copy.

    The services are restricted to what they need. Pruning is there as a comment, since it deletes.
    Raises ScheduleError.
    """
    _refuse_quotes(schedule)
    copy = (
        f'snapshot --keep {_SNAPSHOTS} "{_unit_path(schedule.data / "snapshots" / "articles.db")}"'
    )
    weekly, monthly = "Sun *-*-*", "*-*-01"
    verified, copied, pruned = (
        _later(schedule, hours)
        for hours in (_HOURS_TO_VERIFICATION, _HOURS_TO_SNAPSHOT, _HOURS_TO_PRUNING)
    )
    title = "Crawl every portal of Tin Công Đoàn"
    check, save = "Check database and archives of Tin Công Đoàn", "Copy Tin Công Đoàn's database"
    prune = "Prune the archives of Tin Công Đoàn"
    lines = [
        *_comments(
            schedule, "the journal, which rotates by itself (SystemMaxUse= in journald.conf)"
        ),
        *_service(schedule, "", title, "crawlall", needs_network=True),
        *_timer(schedule, "", f"{title} each night", f"*-*-* {schedule.at:%H:%M:%S}"),
        *_service(schedule, "-verify", check, "verify"),
        *_timer(schedule, "-verify", f"{check} each week", f"{weekly} {verified:%H:%M:%S}"),
        *_service(schedule, "-snapshot", save, copy),
        *_timer(schedule, "-snapshot", f"{save} each week", f"{weekly} {copied:%H:%M:%S}"),
    ]
    pruning = [
        *_service(schedule, "-prune", prune, _PRUNING),
        *_timer(schedule, "-prune", f"{prune} each month", f"{monthly} {pruned:%H:%M:%S}"),
    ]
    comments = [f"# {line}".rstrip() for line in pruning[:-1]]
    if schedule.is_cluster:
        lines += [line for role in _ROLES for line in _daemon(schedule, *role)]
    lines.append(f"# Without the marks before its lines, the next service {_POLICY}.")
    return "\n".join([*lines, *comments]) + "\n"


def _unit_path(path: Path) -> str:
    return str(path).replace("%", "%%")


def _argument(path: Path) -> str:
    return _unit_path(path).replace("$", "$$")


def _folder(schedule: Schedule) -> str:
    return "~/.config/systemd/user" if schedule.user is None else "/etc/systemd/system"


def _service(
    schedule: Schedule, suffix: str, description: str, command: str, *, needs_network: bool = False
) -> list[str]:
    """Return the lines of a service after a comment with its path, and an empty one."""
    kind = ["Type=oneshot", f"TimeoutStartSec={_seconds(_LONGEST_NIGHT)}"]
    return [
        *_unit(schedule, suffix, description, needs_network=needs_network),
        *_process(schedule, command, kind),
        *_restrictions(schedule, needs_network=needs_network),
        "",
    ]


def _daemon(
    schedule: Schedule, suffix: str, where: str, description: str, command: str
) -> list[str]:
    """Return the lines of a service that runs until it is stopped; ``where``: on which machine."""
    kind = ["Type=exec", "Restart=always", "RestartSec=10", "RestartPreventExitStatus=2"]
    kind.append(
        "OOMPolicy=continue"
    )  # a crawl that is too large dies alone, in sight of its worker
    begin = "default.target" if schedule.user is None else "multi-user.target"
    return [
        f"# The next service is for {where}.",
        *_unit(schedule, suffix, description, needs_network=True),
        *_process(schedule, command, kind),
        *_restrictions(schedule, needs_network=True),
        "",
        "[Install]",
        f"WantedBy={begin}",
        "",
    ]


def _unit(schedule: Schedule, suffix: str, description: str, *, needs_network: bool) -> list[str]:
    # A user's own manager knows no network-online.target.
    after = ["Wants=network-online.target", "After=network-online.target"]
    return [
        f"# {_folder(schedule)}/{_UNIT}{suffix}.service",
        "[Unit]",
        f"Description={description}",
        *(after if needs_network and schedule.user is not None else []),
        "",
    ]


def _process(schedule: Schedule, command: str, kind: list[str]) -> list[str]:
    # A user's own manager runs everything as that user.
    user = [] if schedule.user is None else [f"User={schedule.user}"]
    flag = f' --data-dir "{_argument(schedule.data)}"' if schedule.data_dir else ""
    return [
        "[Service]",
        *kind,
        *user,
        f"WorkingDirectory={_unit_path(schedule.project)}",
        f"EnvironmentFile=-{_unit_path(schedule.environment)}",
        f'ExecStart="{_unit_path(schedule.interpreter)}" -m {schedule.module}{flag} {command}',
        "Nice=10",
        "KillSignal=SIGTERM",
        "TimeoutStopSec=120",
    ]


def _restrictions(schedule: Schedule, *, needs_network: bool) -> list[str]:
    families = _NETWORK if needs_network else _NO_NETWORK
    if schedule.user is None:
        return [*_FILTERS, *families]
    offline = () if needs_network else _NO_NETWORK_OF_THE_SYSTEM
    folders = dict.fromkeys([schedule.data, *schedule.writable])
    writable = [f'ReadWritePaths="-{_unit_path(folder)}"' for folder in folders]
    return [*_FILTERS, *_SANDBOX, *families, *offline, *writable]


def _timer(schedule: Schedule, suffix: str, description: str, calendar: str) -> list[str]:
    return [
        f"# {_folder(schedule)}/{_UNIT}{suffix}.timer",
        "[Unit]",
        f"Description={description}",
        "",
        "[Timer]",
        f"OnCalendar={calendar}",
        f"RandomizedDelaySec={_seconds(schedule.jitter)}",
        "Persistent=true",
        "",
        "[Install]",
        "WantedBy=timers.target",
        "",
    ]


def _refuse_quotes(schedule: Schedule) -> None:
    """Raise ScheduleError where a path of the command line cannot be quoted in a unit."""
    for path in (schedule.interpreter, schedule.data, *schedule.writable):
        if set("\"'\\") & set(str(path)):
            raise ScheduleError(
                f"units of systemd have no way to write quotes in a path, as in {path};"
                " move the environment, or use --cron"
            )


def _cron_line(at: time, steps: list[str], days: str = "* * *") -> str:
    command = " && ".join(steps).replace("%", r"\%")  # cron makes a bare one a line break
    return f"{at.minute} {at.hour} {days} {command}"


def _seconds(duration: timedelta) -> int:
    return int(duration.total_seconds())
