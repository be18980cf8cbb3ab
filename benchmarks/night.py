"""A night: hundreds of portals of the described systems in one ``scrapy crawlall``.

``python -m benchmarks.night [--portals N] [--articles N] [--jobs N] [--per-process K] [--kill N]``.
One process serves all portals, each on a port of its own; a catalogue names these portals alone. No
politeness delays. Printed are the seconds, the processor time, the greatest memory of all processes
of the crawl at one time (proportional set size, 5 times a second), the verdicts, and how many of
the articles are stored (portals on one system and template have the same stories, which are
copies). A second night follows, in which nothing is new. With ``--kill`` all processes of the first
night are killed when so many portals have ended, and another one resumes it.
"""

from __future__ import annotations

import argparse
import csv
import json
import multiprocessing
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from contextlib import ExitStack, suppress
from itertools import cycle, islice
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic
from typing import Any

from portals.catalogue import Portal
from portals.families import FAMILIES
from tests.support.faults import LOCAL
from tests.support.http_server import serving
from tests.support.pages.systems import plans, site_of

PROJECT = Path(__file__).resolve().parents[1]
_TITLES = {family.name: family.title for family in FAMILIES}
START = """
import os, pathlib
try:
    import portals.catalogue
    portals.catalogue.CATALOGUE = pathlib.Path({catalogue!r})
    exec({local!r})
except BaseException:
    os._exit(3)  # an error here is ignored otherwise, and the real portals would be crawled
"""
"""Runs in every process of the crawl: the catalogue, and leave to request ``localhost``."""


def serve(portals: int, articles: int, pipe: Connection) -> None:
    """Serve the portals until a message arrives; the pipe gets system, origin and articles."""
    sites = [(system.family, site_of(system, plan, articles)) for system, plan in plans().values()]
    with ExitStack() as stack:
        served = [
            (family, stack.enter_context(serving(site.pages)).origin, len(site.articles))
            for family, site in islice(cycle(sites), portals)
        ]
        pipe.send(served)
        pipe.recv()


def write_catalogue(path: Path, served: list[tuple[str, str, int]]) -> None:
    """Write a catalogue of the portals that are served."""
    rows = [_row(number, *portal) for number, portal in enumerate(served)]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


def _row(number: int, family: str, origin: str, _: int) -> dict[str, str]:
    row = dict.fromkeys(Portal.__dataclass_fields__, "")
    return row | {
        "name": f"night{number:03}",
        "title": f"{family} {number}",
        "kind": "press",
        "home_url": origin.replace("127.0.0.1", "localhost") + "/",
        "cms": _TITLES[family],
        "grade": "A",
        "state": "live",
        "evidence": "it is served here",
    }


def memory_of(root: int) -> int:
    """Return the proportional set size, in KB, of a process and of all below it."""
    total = 0
    for process in processes_of(root):
        with suppress(OSError, StopIteration):
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
            total += int(next(line for line in lines if line.startswith("Pss:")).split()[1])
    return total


def processes_of(root: int) -> list[int]:
    """Return a process and all below it."""
    found = [root]
    for process in found:
        with suppress(OSError):
            for task in Path(f"/proc/{process}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def crawl(
    folder: Path, options: list[str], kill_after: int = 0
) -> tuple[list[dict[str, Any]], float, int]:
    """Run one night; return its rows, its seconds, and the greatest memory in KB.

    ``kill_after``: kill all of it when so many portals have ended; then there are no rows.
    """
    command = [
        sys.executable, "-m", "scrapy", "crawlall", "--json", *options,
        "-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=0", "-s", "LOG_LEVEL=ERROR",
    ]  # fmt: skip
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(folder / "start"), str(PROJECT)]),
        "TIN_CONG_DOAN_DATA_DIR": str(folder / "data"),
    }
    began, greatest, notes = monotonic(), 0, folder / "notes"
    with notes.open("w") as said, subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=said, text=True,
    ) as night:  # fmt: skip
        texts: list[str] = []
        reader = threading.Thread(target=lambda: texts.append(night.communicate()[0]))
        reader.start()
        while reader.is_alive():
            greatest = max(greatest, memory_of(night.pid))
            if kill_after and _ended(notes) >= kill_after:
                for process in processes_of(night.pid):
                    with suppress(ProcessLookupError):
                        os.kill(process, signal.SIGKILL)
                kill_after = 0
            reader.join(0.2)
    return json.loads(texts[0] or "[]"), monotonic() - began, greatest


def _ended(notes: Path) -> int:
    """Return the number of portals whose end is noted."""
    return sum(line.startswith("night") for line in notes.read_text("utf-8").splitlines())


def processor_time() -> float:
    """Return the seconds of processor time of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print the figures of two nights, and of one that was killed before them."""
    parser = argparse.ArgumentParser()
    for name, default in (("portals", 360), ("articles", 20), ("kill", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--jobs")
    parser.add_argument("--per-process")
    given = parser.parse_args()
    options = ["--jobs", given.jobs] if given.jobs else []
    options += ["--per-process", given.per_process] if given.per_process else []
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(given.portals, given.articles, there))
    server.start()
    with tempfile.TemporaryDirectory() as name:
        _nights(Path(name), here.recv(), options, given.kill)
    here.send("end")
    server.join()


def _nights(
    folder: Path, served: list[tuple[str, str, int]], options: list[str], kill_after: int
) -> None:
    expected = sum(count for _, _, count in served)
    for part in ("start", "data"):
        (folder / part).mkdir()
    catalogue = folder / "portals.csv"
    write_catalogue(catalogue, served)
    start = START.format(catalogue=str(catalogue), local=LOCAL)
    (folder / "start" / "sitecustomize.py").write_text(start, "utf-8")
    for night in ("killed", "first", "second") if kill_after else ("first", "second"):
        used = processor_time()
        rows, seconds, memory = crawl(folder, options, kill_after if night == "killed" else 0)
        database = sqlite3.connect(folder / "data" / "articles.db")
        (stored,) = database.execute("SELECT count(*) FROM sightings").fetchone()
        database.close()
        print(
            f"{night} night\t{len(rows)} portals\t{seconds:.0f} s"
            f"\t{processor_time() - used:.0f} s of CPU\t{memory / 1024:.0f} MB"
            f"\t{stored} of {expected} articles",
            flush=True,
        )
        _print(rows)


def _print(rows: list[dict[str, Any]]) -> None:
    """Print the verdicts, and the reason of each that is not ``ok``."""
    requests = sum(row["requests"] or 0 for row in rows)
    print(f"\t{dict(Counter(row['verdict'] for row in rows))}\t{requests} requests")
    for row in rows:
        if row["verdict"] != "ok":
            print(f"{row['portal']}\t{row['verdict']}\t{row['reason']}")


if __name__ == "__main__":
    main()
