"""Where the processor time of a page goes: by stage, for a crawl and for re-extraction.

``python -m benchmarks.profile [ARTICLES]``. Crawl and archive are those of ``benchmarks.crawl`` and
``benchmarks.reextract``; each is processed by one process of its own. A stage's time is its own,
without the stages that it calls. The time before the first page is ``start`` (imports and opening
the database), what belongs to no stage is ``rest``: in a crawl Scrapy, Twisted and the spider.
Milliseconds of user and system time a page, measured within the process.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from pathlib import Path
from time import process_time
from typing import Any

from benchmarks import crawl, reextract

PROJECT = Path(__file__).resolve().parents[1]

STAGES = {
    "records": ["portals.archive.reading:read_range"],
    "parse": ["portals.extraction.page:_parsed"],
    "blocks": ["portals.extraction.blocks:read_blocks"],
    "reading": ["portals.extraction.reader:read_article"],
    "hash": ["portals.contract:normalise"],
    "index": ["portals.store.search:index"],
    "write": [
        "portals.crawling.apply:PageApplier.apply",
        "portals.archive.reextraction:Reextraction.store_range",
    ],
}
"""The functions of each stage; ``hash`` also cleans the texts, ``write`` includes the commit."""

_OURS = ("portals", "pipelines", "spiders")


class Meter:
    """Charges processor time to the stage that is open, or to ``rest``."""

    def __init__(self, clock: Callable[[], float] = process_time) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)
        self._clock = clock
        self._open: list[str] = []
        self._since = 0.0  # of the process: its start

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``function`` with its time charged to ``stage``."""

        @wraps(function)
        def measured(*args: Any, **named: Any) -> Any:
            self._charge()
            self._open.append(stage)
            try:
                return function(*args, **named)
            finally:
                self._charge()
                self._open.pop()

        return measured

    def close(self) -> dict[str, float]:
        """Return the seconds of each stage up to now."""
        self._charge()
        return dict(self.spent)

    def _charge(self) -> None:
        now = self._clock()
        outside = "rest" if self.spent else "start"
        self.spent[self._open[-1] if self._open else outside] += now - self._since
        self._since = now


def install(meter: Meter) -> None:
    """Replace the functions of all stages, wherever a module of the project has imported them."""
    for stage, names in STAGES.items():
        for name in names:
            module_name, _, path = name.partition(":")
            holder: Any = import_module(module_name)
            *classes, attribute = path.split(".")
            for each in classes:
                holder = getattr(holder, each)
            function = getattr(holder, attribute)
            _replace(holder, attribute, function, meter.timed(stage, function))


def _replace(holder: object, name: str, old: object, new: object) -> None:
    setattr(holder, name, new)
    for module in [*sys.modules.values()]:
        if not module.__name__.startswith(_OURS):
            continue
        for key in [key for key, value in vars(module).items() if value is old]:
            setattr(module, key, new)


def child(task: str, source: str, database: str) -> None:
    """Crawl the portal at ``source``, or read the archive there; print a line of JSON."""
    import_module("spiders.haiphong")
    meter = Meter()
    install(meter)
    pages = 0
    if task == "crawl":
        crawl.crawl("ours", source, database)  # prints its number of pages
    else:
        pages = _read_archive(Path(source), database)
    print(json.dumps({"pages": pages, "stages": meter.close()}))


def _read_archive(path: Path, database: str) -> int:
    """Read an archive into a new database in this process; return the number of its pages."""
    from portals.archive.reading import Recipes, ranges_of  # noqa: PLC0415
    from portals.archive.reextraction import Reextraction, read_ranges  # noqa: PLC0415
    from portals.store.database import Store  # noqa: PLC0415
    from spiders.haiphong import HaiPhongSpider  # noqa: PLC0415

    host = reextract.HOME.partition("//")[2]
    recipes = Recipes({"haiphong": HaiPhongSpider.recipe()}, {host: "haiphong"})
    work, pages = Reextraction(Store.open(database), recipes), 0
    work.begin()
    for read in read_ranges(list(ranges_of(path)), recipes, jobs=1):
        pages += len(read.pages)
        work.store_range(read)
    work.finish()
    return pages


def _measured(task: str, source: str, database: Path) -> tuple[int, dict[str, float]]:
    """Run a child; return its pages, and seconds by stage."""
    words = [sys.executable, "-m", "benchmarks.profile", "--child", task, source, str(database)]
    environment = {**os.environ, "TIN_CONG_DOAN_MIN_FREE_DISK": "0"}
    done = subprocess.run(  # noqa: S603
        words, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    *before, last = [json.loads(line) for line in done.stdout.splitlines() if line[:1] == "{"]
    return before[0]["pages"] if before else last["pages"], last["stages"]


def table(name: str, pages: int, stages: dict[str, float]) -> list[str]:
    """Return the lines of the table: milliseconds a page, and the share without the start."""
    start = stages.get("start", 0.0)
    total = sum(stages.values()) - start
    found = [(stage, stages[stage]) for stage in (*STAGES, "rest") if stage in stages]
    return [
        f"{name}\t{pages} pages\tstart {start:.2f} s",
        *(f"{stage}\t{1000 * spent / pages:.2f} ms\t{spent / total:.0%}" for stage, spent in found),
        f"all\t{1000 * total / pages:.2f} ms",
    ]


def main(count: int = 1_000) -> None:
    """Print both tables."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=crawl.serve, args=(count, there))
    server.start()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pages, stages = _measured("crawl", here.recv(), folder / "crawl.db")
        here.send("end")
        server.join()
        print("\n".join(table("crawl", pages, stages)))
        archive = folder / "generated.warc.gz"
        reextract.write(archive, reextract.generated(count))
        pages, stages = _measured("reextract", str(archive), folder / "again.db")
        print("\n".join(table("re-extraction", pages, stages)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:5])
    else:
        main(*(int(text) for text in sys.argv[1:2]))
