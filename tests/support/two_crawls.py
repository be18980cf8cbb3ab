"""Crawls of several portals in one process: ``python -m tests.support.two_crawls CODE DB NAME…``.

The code runs first. ``NAME=ORIGIN`` crawls a copy of a portal, as ``-a origin=`` does. Its name is
its user agent. Printed is the row of each run.
"""

from __future__ import annotations

import json
import sys

from scrapy.utils.project import get_project_settings

from portals.actions.process import crawler_process
from portals.crawling.recording import Recording

if __name__ == "__main__":
    exec(sys.argv[1], {"__name__": "__main__"})
    settings = get_project_settings()
    given = {
        "DATABASE": sys.argv[2], "ARCHIVE_DIR": "", "RECORD": True, "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": False, "RETRY_ENABLED": False, "PROGRESS": False,
    }  # fmt: skip
    for name, value in given.items():
        settings.set(name, value, priority="cmdline")
    process = crawler_process(settings)
    crawlers = []
    for word in sys.argv[3:]:
        name, _, origin = word.partition("=")
        crawlers.append(process.create_crawler(name))
        crawlers[-1].settings.set("USER_AGENT", name, priority="cmdline")
        process.crawl(crawlers[-1], **({"origin": origin} if origin else {}))
    process.start()
    for crawler in crawlers:
        recording = crawler.get_extension(Recording)
        assert recording is not None
        print(json.dumps(recording.run_log.as_row()))
