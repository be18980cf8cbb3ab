"""Progress of a crawl: a bar on a terminal, plain log lines in a pipe."""

from __future__ import annotations

import sys
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar
from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure


class Progress:
    """Extension that shows the number of pages read and pending in a progress bar."""

    def __init__(self, crawler: Crawler) -> None:
        self.stats = crawler.stats
        self.bar = ProgressBar(
            TextColumn("{task.description:<10}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("pages, {task.fields[articles]} articles"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self.task = self.bar.add_task("", articles=0, total=None)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Progress:
        """Raise NotConfigured if standard error is not a terminal."""
        if not sys.stderr.isatty() or not crawler.settings.getbool("PROGRESS", default=True):
            raise NotConfigured
        progress = cls(crawler)
        crawler.signals.connect(progress.spider_opened, signals.spider_opened)
        crawler.signals.connect(progress.moved, signals.response_received)
        crawler.signals.connect(progress.moved, signals.item_scraped)
        crawler.signals.connect(progress.spider_closed, signals.spider_closed)
        return progress

    def spider_opened(self, spider: Spider) -> None:
        """Show the bar."""
        self.bar.update(self.task, description=spider.name)
        self.bar.start()

    def moved(self) -> None:
        """Update the bar."""
        assert self.stats is not None
        self.bar.update(
            self.task,
            completed=self.stats.get_value("response_received_count", 0),
            total=self.stats.get_value("scheduler/enqueued", 0),
            articles=self.stats.get_value("portal/parsed", 0),
        )

    def spider_closed(self) -> None:
        """Remove the bar; the summary line follows."""
        self.bar.stop()


class QuietLogFormatter(LogFormatter):
    """One short line for a dropped item: the item itself can be a whole article."""

    def dropped(
        self,
        item: Any,  # noqa: ARG002 - Scrapy's signature
        exception: BaseException,
        response: Response | Failure | None,  # noqa: ARG002
        spider: Spider | None = None,  # noqa: ARG002
    ) -> LogFormatterResult:
        """Return the line."""
        return {"level": 10, "msg": "%(exception)s", "args": {"exception": exception}}
