"""What ``scrapy schedule`` does."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scrapy.exceptions import UsageError
from scrapy.settings import SETTINGS_PRIORITIES
from scrapy.utils.conf import closest_scrapy_cfg

from portals.commands.output import print_text
from portals.commands.schedule import Command
from portals.configuration import DATA_DIR
from portals.operations.cron_systemd import (
    Schedule,
    cron_lines,
    parse_time_of_day,
    systemd_units,
)
from portals.timestamps import ScheduleError, parse_duration


class Action(Command):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise UsageError("schedule takes options only, see 'scrapy schedule -h'")
        if opts.cron == opts.systemd:
            raise ScheduleError("give one of --cron and --systemd")
        self._refuse_places()
        schedule = Schedule(
            interpreter=Path(sys.executable),
            at=parse_time_of_day(opts.at),
            jitter=parse_duration(opts.jitter),
            user=None if opts.user or opts.cron else _user(),
            writable=tuple(self._written()),
            is_cluster=bool(self.config["CLUSTER_URL"]),
            **_installation(),
        )
        text = cron_lines(schedule) if opts.cron else systemd_units(schedule)
        print_text(text.rstrip("\n"))

    def _refuse_places(self) -> None:
        """Raise ScheduleError where this command line alone names a file that nights write."""
        for name, key in (("DATABASE", "database"), ("ARCHIVE_DIR", "archive_dir")):
            if self.config.getpriority(name) == SETTINGS_PRIORITIES["cmdline"]:
                raise ScheduleError(
                    f"the commands of a schedule would not use {name} of this command line;"
                    f" set {key!r} in local.toml, or give --data-dir to tin-cong-doan"
                )

    def _written(self) -> Iterator[Path]:
        """Yield the folders of database, archives, metrics and heartbeat, absolute."""
        yield Path(self.database).absolute().parent
        if self.archive_folder is not None:
            yield self.archive_folder.absolute()
        for name in ("METRICS_FILE", "HEARTBEAT_URL"):
            target = str(self.config[name] or "")
            if target and "://" not in target:
                yield Path(target).absolute().parent


def _installation() -> dict[str, Any]:
    """Return the working folder and the module to run: ``scrapy`` in a clone, else the package."""
    clone, named = _clone(), os.environ.get(DATA_DIR)
    if clone and not named:
        return {"project": clone}
    folder = Path(named).absolute() if named else None
    return {"project": clone or Path.cwd(), "module": "portals", "data_dir": folder}


def _clone() -> Path | None:
    """Return the folder of the clone that the commands run in; not that of another project."""
    found = closest_scrapy_cfg()
    folder = Path(found).parent.absolute() if found else None
    return folder if folder and (folder / "portals" / "settings.py").is_file() else None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without an account, as in some containers
        return str(os.getuid())
