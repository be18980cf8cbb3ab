"""Nights of ``crawlall`` over portals of a catalogue whose hosts are servers on loopback."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support import processes
from tests.support.commands import QUICK, Started
from tests.support.processes import Done, run, start

FIRST = datetime(2030, 1, 1, 19, 30, tzinfo=UTC)
PROVINCE = "Thử Nghiệm"
"""Province of the portals, so that a night is of these and no others."""

_HEAD = (
    "name,title,kind,province_then,province_now,home_url,cms,grade,state,since,successor,evidence,"
    "hosts,tls_exception,listings\n"
)

# Every module that has imported the class gets the other one.
_AT = """
import datetime, sys
class Frozen(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromisoformat({at!r}).astimezone(tz)
import portals.network.dns, portals.network.url_guard
portals.network.dns.is_public = portals.network.url_guard.is_public = lambda address: True
for name, module in list(sys.modules.items()):
    ours = name.split(".")[0] in ("portals", "spiders", "pipelines")
    if ours and getattr(module, "datetime", None) is datetime.datetime:
        module.datetime = Frozen
datetime.datetime = Frozen
sys.executable = {interpreter!r}
"""

# What crawlall takes for its interpreter: it lets the fork server start ``scrapy``.
_INTERPRETER = """\
#!{python} -IS
import json, os, socket, sys
words = ["tests.support.after", {code!r}, *sys.argv[3:]]
if not {server!r}:
    os.execv({python!r}, [{python!r}, "-m", *words])
connection = socket.socket(socket.AF_UNIX)
connection.connect({server!r})
socket.send_fds(connection, [json.dumps([words, dict(os.environ)]).encode() + b"\\n"], [0, 1, 2])
answers = connection.makefile("r")
answers.readline()
sys.exit(int(answers.readline()))
"""


@contextmanager
def closed_port() -> Iterator[int]:
    """Yield a port that is taken and on which nobody listens, unless the test serves there."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])


def at_day(day: int, interpreter: str = sys.executable) -> str:
    """Return the code after which it is so many days after the first."""
    at = (FIRST + timedelta(days=day)).isoformat()
    return _AT.format(at=at, interpreter=interpreter)


@dataclass(slots=True)
class Nights:
    """A data folder with a catalogue of its own, and the nights over it.

    ``homes``: URL of each portal; ``states``: state in the catalogue, ``unknown`` if not given.
    ``code``: runs first in every process.
    """

    folder: Path
    homes: Mapping[str, str]
    states: dict[str, str] = field(default_factory=dict)
    code: str = ""

    @property
    def database(self) -> Path:
        return self.folder / "articles.db"

    def run(self, day: int, *options: str) -> Done:
        """Run ``crawlall`` at the same time of day, ``day`` days after the first."""
        server = processes.fork_server() if processes.CAN_FORK else ""
        code = self._prepared(day, server)
        return run(
            "tests.support.after", *self._words(code, options),
            environment={"TIN_CONG_DOAN_DATA_DIR": str(self.folder)},
        )  # fmt: skip

    @contextmanager
    def started(self, day: int, *options: str) -> Iterator[Started]:
        """Start a night like ``run``, to be stopped; signals reach its processes."""
        words = self._words(self._prepared(day, ""), options)
        out, err = self.folder / "started.out", self.folder / "started.err"
        with out.open("wb") as stdout, err.open("wb") as stderr:
            environment = {"TIN_CONG_DOAN_DATA_DIR": str(self.folder)}
            night = start("tests.support.after", words, None, stdout, stderr, environment)
        try:
            yield Started(night, out, err)
        finally:
            night.kill()
            night.wait()

    def _prepared(self, day: int, server: str) -> str:
        """Write the catalogue and the interpreter; return the code that runs first."""
        rows = "".join(map(self._row, self.homes.items()))
        (self.folder / "portals.csv").write_text(_HEAD + rows, "utf-8")
        interpreter = self.folder / "python"
        code = at_day(day, str(interpreter)) + self.code
        script = _INTERPRETER.format(python=sys.executable, code=code, server=server)
        interpreter.write_text(script, "utf-8")
        interpreter.chmod(0o755)
        return code

    def _words(self, code: str, options: tuple[str, ...]) -> list[str]:
        choice = ["crawlall", "--province", PROVINCE, "--jobs", "4", "-s", "ARCHIVE_DIR="]
        return [code, *choice, *QUICK, *options]

    def verdicts(self, day: int, *options: str) -> tuple[int, dict[str, str]]:
        """Return the exit code of a night, and the verdict of each row that it prints."""
        done = self.run(day, "--json", *options)
        return done.code, {row["portal"]: row["verdict"] for row in json.loads(done.out)}

    def _row(self, portal: tuple[str, str]) -> str:
        name, home = portal
        state = self.states.get(name, "unknown")
        return (
            f"{name},{name},press,{PROVINCE},{PROVINCE},{home}/,DANAWEB,A,{state},,,,,,"
            f"{home}/tin-tuc-su-kien\n"
        )
