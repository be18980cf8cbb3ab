"""The cost of frontier and store: pages per second of a crawl against plain Scrapy, in one run.

``python -m benchmarks.crawl [ARTICLES] [ROUNDS]``. A portal with the project's sample stories is
served by a separate process. *bare* reads the same pages with the same reader under Scrapy's
in-memory scheduler, with Scrapy's defaults, without pipelines, extensions and database; *ours* is
``scrapy crawl``. The crawls run in separate processes, alternately; ratios are the
medians over the pairs. Processor time (user and system) says more than pages a second on a busy
machine. Two more kinds of run are shown beside them, once: *default* has one request open, and
*archived* writes the WARC archive too.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

from tests.support.http_server import serving
from tests.support.pages.prose import stories
from tests.support.pages.synthetic import TODAY, text_of
from tests.support.pages.themes import Frame, Item, danaweb_1, danaweb_1_list

PROJECT = Path(__file__).resolve().parents[1]
PER_PAGE = 20
CONCURRENT = 8

_COMMON: dict[str, object] = {
    "AUTOTHROTTLE_ENABLED": False,
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS": CONCURRENT,
    "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENT,
    "LOG_LEVEL": "WARNING",
    "ARCHIVE_DIR": "",
    "PROGRESS": False,
    "RECORD": True,
}
_BARE: dict[str, object] = {
    "RECORD": False,
    "SCHEDULER": "scrapy.core.scheduler.Scheduler",
    "ITEM_PIPELINES": {},
    "EXTENSIONS": {},
    "DOWNLOADER_MIDDLEWARES": {},
    "DOWNLOAD_HANDLERS": {},
    "TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingThreadedResolver",
    "CONCURRENT_ITEMS": 100,
}


_ONE_OPEN: dict[str, object] = {"CONCURRENT_REQUESTS": 1, "CONCURRENT_REQUESTS_PER_DOMAIN": 1}
_VARIANTS: dict[str, dict[str, object]] = {
    "bare": _BARE,
    "bare default": _BARE | _ONE_OPEN,
    "ours": {},
    "default": _ONE_OPEN,
    "archived": {"ARCHIVE_DIR": "archive"},  # beside the database
}


def portal(count: int) -> dict[str, bytes]:
    """Return the pages of a portal with ``count`` articles in one listing, by path."""
    frame = Frame(TODAY)
    items = [
        Item(f"/tin-tuc-su-kien/{story.slug}-{story.number}.html", text_of(story, "Tin"))
        for story in stories(count)
    ]
    pages = {item.url: danaweb_1(item.text, frame) for item in items}
    chunks = [items[i : i + PER_PAGE] for i in range(0, count, PER_PAGE)]
    urls = ["/tin-tuc-su-kien", *(f"/tin-tuc-su-kien?page={n + 2}" for n in range(len(chunks) - 1))]
    for n, (url, chunk) in enumerate(zip(urls, chunks, strict=True)):
        pager = [(urls[m], str(m + 1)) for m in range(max(0, n - 2), min(len(urls), n + 3))]
        pages[url] = danaweb_1_list(chunk, frame, pager)
    return pages


def serve(count: int, pipe: Connection) -> None:
    """Serve the portal until a message arrives on the pipe."""
    with serving(portal(count)) as site:
        pipe.send(site.origin)
        pipe.recv()


def crawl(role: str, origin: str, database: str) -> None:
    """Crawl once and print pages, seconds and the growth of memory as JSON. Runs in a child."""
    from time import monotonic  # noqa: PLC0415

    from scrapy.crawler import AsyncCrawlerProcess  # noqa: PLC0415
    from scrapy.utils.project import get_project_settings  # noqa: PLC0415

    from benchmarks.bare import BareSpider  # noqa: PLC0415
    from spiders.haiphong import HaiPhongSpider  # noqa: PLC0415

    settings = get_project_settings()
    settings.setdict({**_COMMON, "DATABASE": database}, priority="cmdline")
    settings.setdict(_VARIANTS[role], priority="cmdline")
    if archive := settings["ARCHIVE_DIR"]:
        settings.set("ARCHIVE_DIR", str(Path(database).with_name(archive)), priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(BareSpider if role.startswith("bare") else HaiPhongSpider)
    process.crawl(crawler, origin=origin)
    began = monotonic()
    process.start()
    took = monotonic() - began
    assert crawler.stats is not None
    pages = crawler.stats.get_value("response_received_count", 0)
    used = os.times()
    cpu = used.user + used.system  # start-up included, as every nightly run pays it
    print(json.dumps({"pages": pages, "seconds": took, "cpu": cpu}))


def _once(role: str, origin: str, folder: Path, number: int) -> tuple[float, float]:
    """Crawl once; return pages per second and milliseconds of processor time a page."""
    command = [
        sys.executable, "-m", "benchmarks.crawl", "--child", role, origin,
        str(folder / f"{number}.db"),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)  # noqa: S603
    result = json.loads(done.stdout.splitlines()[-1])
    pages = float(result["pages"])
    return pages / float(result["seconds"]), 1000 * float(result["cpu"]) / pages


def main(count: int = 1500, rounds: int = 7) -> None:
    """Print pages per second, processor time a page, and the ratios pair by pair."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(count, there))
    server.start()
    origin = here.recv()
    speeds: dict[str, list[tuple[float, float]]] = {"bare": [], "ours": []}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            for role, measured in speeds.items():
                measured.append(_once(role, origin, Path(folder), number))
        others = {
            role: [_once(role, origin, Path(folder), rounds + number)]
            for number, role in enumerate(("bare default", "default", "archived"))
        }
    here.send("end")
    server.join()
    for role, measured in (speeds | others).items():
        wall, cpu = [one[0] for one in measured], [one[1] for one in measured]
        print(
            f"{role}\t{median(wall):.0f} pages/s ({min(wall):.0f}-{max(wall):.0f})"
            f"\t{median(cpu):.2f} ms CPU a page ({min(cpu):.2f}-{max(cpu):.2f})"
        )
    pairs = list(zip(speeds["ours"], speeds["bare"], strict=True))
    print(f"ratio of pages/s\t{median(ours[0] / bare[0] for ours, bare in pairs):.3f}")
    print(f"ratio of CPU (bare/ours)\t{median(bare[1] / ours[1] for ours, bare in pairs):.3f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        crawl(*sys.argv[2:5])
    else:
        main(*(int(text) for text in sys.argv[1:3]))
