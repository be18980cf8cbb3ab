"""A night: hundreds of portals of the described systems in one ``scrapy crawlall``.

``python -m benchmarks.night [PORTALS] [ARTICLES] [JOBS]``. One process serves all portals, each on
a port of its own; a catalogue names these portals alone. No politeness delays. Printed are the
seconds, the processor time, the greatest memory of all processes of the crawl at one time
(proportional set size, 5 times a second), the verdicts, and how many of the articles are stored
(portals on one system and template have the same stories, which are copies). A second night
follows, in which nothing is new.
"""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import resource
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
_START = """
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
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        folder = Path(f"/proc/{process}")
        with suppress(OSError, StopIteration):
            lines = (folder / "smaps_rollup").read_text().splitlines()
            total += int(next(line for line in lines if line.startswith("Pss:")).split()[1])
        with suppress(OSError):
            for task in (folder / "task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
    return total


def crawl(folder: Path, jobs: int) -> tuple[list[dict[str, Any]], float, int]:
    """Run one night; return its rows, its seconds, and the greatest memory in KB."""
    command = [
        sys.executable, "-m", "scrapy", "crawlall", "--json", "--jobs", str(jobs),
        "-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=0", "-s", "LOG_LEVEL=ERROR",
    ]  # fmt: skip
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(folder / "start"), str(PROJECT)]),
        "TIN_CONG_DOAN_DATA_DIR": str(folder / "data"),
    }
    began, greatest = monotonic(), 0
    with subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True,
    ) as night:  # fmt: skip
        texts: list[str] = []
        reader = threading.Thread(target=lambda: texts.append(night.communicate()[0]))
        reader.start()
        while reader.is_alive():
            greatest = max(greatest, memory_of(night.pid))
            reader.join(0.2)
    return json.loads(texts[0]), monotonic() - began, greatest


def processor_time() -> float:
    """Return the seconds of processor time of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(portals: int = 360, articles: int = 20, jobs: int = 2) -> None:
    """Print the figures of two nights."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(portals, articles, there))
    server.start()
    served = here.recv()
    expected = sum(count for _, _, count in served)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("start", "data"):
            (folder / part).mkdir()
        catalogue = folder / "portals.csv"
        write_catalogue(catalogue, served)
        start = _START.format(catalogue=str(catalogue), local=LOCAL)
        (folder / "start" / "sitecustomize.py").write_text(start, "utf-8")
        for night in ("first", "second"):
            used = processor_time()
            rows, seconds, memory = crawl(folder, jobs)
            database = sqlite3.connect(folder / "data" / "articles.db")
            (stored,) = database.execute("SELECT count(*) FROM sightings").fetchone()
            database.close()
            print(
                f"{night} night\t{len(rows)} portals\t{seconds:.0f} s"
                f"\t{processor_time() - used:.0f} s of CPU\t{memory / 1024:.0f} MB"
                f"\t{stored} of {expected} articles"
            )
            _print(rows)
    here.send("end")
    server.join()


def _print(rows: list[dict[str, Any]]) -> None:
    """Print the verdicts, and the reason of each that is not ``ok``."""
    requests = sum(row["requests"] or 0 for row in rows)
    print(f"\t{dict(Counter(row['verdict'] for row in rows))}\t{requests} requests")
    for row in rows:
        if row["verdict"] != "ok":
            print(f"{row['portal']}\t{row['verdict']}\t{row['reason']}")


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:4]))
