"""The crawler process of ``crawl`` and ``doctor``, with a log that operators can read."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from portals.commands.output import strip_control_chars
from portals.network.scrapy_compat import log_handler
from portals.redaction import without_secrets

_QUIETED = {
    "scrapy.addons": logging.WARNING,  # lists of components
    "scrapy.crawler": logging.WARNING,
    "scrapy.middleware": logging.WARNING,
    "scrapy.utils.log": logging.WARNING,
    # A dead host would be a traceback of 80 lines here; the spider logs it in one.
}


log_portal: ContextVar[str] = ContextVar("log_portal", default="")
"""The portal whose crawl is at work, in a process that crawls several."""


_POLL_SECONDS = 0.01


class PlainFormatter(logging.Formatter):
    """Log lines without control characters and passwords; a message becomes one line.

    ``names_portals``: lines begin with the portal that they are about.
    """

    names_portals = False

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the lines of an exception under it."""
        plain = copy(record)
        message = " ".join(record.getMessage().splitlines())
        portal = self._portal_of(record) if self.names_portals else ""
        if portal and not message.startswith(f"{portal}: "):
            message = f"{portal}: {message}"
        plain.msg, plain.args = message, None
        lines = super().format(plain).split("\n")
        return "\n".join(without_secrets(strip_control_chars(line)) for line in lines)

    def _portal_of(self, record: logging.LogRecord) -> str:
        """Return the name of the spider that Scrapy adds, or that of the crawl at work."""
        return str(getattr(getattr(record, "spider", None), "name", "") or log_portal.get())


class CrawlProcess(AsyncCrawlerProcess):
    """Scrapy's process. ``is_stopping``: it ends; no further crawl is begun.

    ``was_interrupted``: a signal ended it while a crawl was at work.
    """

    is_stopping = False
    was_interrupted = False

    async def stop(self) -> None:
        """Stop all crawls, each with its own log lines. Scrapy calls it at every end."""
        self.is_stopping = True
        self.was_interrupted = self.was_interrupted or bool(self.crawlers)
        stopping = [_stop(crawler) for crawler in self.crawlers]
        await asyncio.gather(*stopping, return_exceptions=True)


async def _stop(crawler: Crawler) -> None:
    """Stop a crawl; one whose spider is being opened, when it has begun: before, Scrapy cannot."""
    log_portal.set(crawler.spidercls.name)
    while crawler.crawling and not _is_running(crawler):
        await asyncio.sleep(_POLL_SECONDS)
    await crawler.stop_async()


def _is_running(crawler: Crawler) -> bool:
    try:
        return bool(crawler.engine.running)
    except RuntimeError:  # there is none yet
        return False


def crawler_process(settings: Settings, *, names_portals: bool = False) -> CrawlProcess:
    """Return the process that crawls, its log without lists of versions and components.

    ``names_portals``: log lines begin with the portal.
    """
    # Scrapy would replace its own handler, and so our formatter, for every crawl that begins.
    settings.set("LOG_INSTALL_ROOT_HANDLER", value=False, priority="cmdline")
    process = CrawlProcess(settings)
    for name, level in _QUIETED.items():
        logging.getLogger(name).setLevel(level)
    handler = log_handler(settings)
    formatter = PlainFormatter(settings["LOG_FORMAT"], settings["LOG_DATEFORMAT"])
    formatter.names_portals = names_portals
    handler.setFormatter(formatter)
    logging.root.setLevel(logging.NOTSET)
    logging.root.addHandler(handler)
    return process


def run_whole(process: CrawlProcess) -> None:
    """Run crawls whose result is a judgement: a part of the pages would be a false one.

    Raises KeyboardInterrupt where a signal ended them.
    """
    process.start()
    if process.was_interrupted:
        raise KeyboardInterrupt


def treat_hangup_as_term() -> None:
    """Let SIGHUP end the process as SIGTERM does, unless it was started to ignore it (nohup)."""
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))


def end_with_parent() -> None:
    """Send this process SIGTERM when its parent has ended, however it ended.

    Standard input must be a pipe whose other end only the parent holds: the operating system closes
    it with the parent, also after SIGKILL. Unlike Linux's parent-death signal this works on every
    POSIX system, and does not depend on which thread of the parent started the child.
    """
    threading.Thread(target=_wait_for_end_of_input, daemon=True).start()


def _wait_for_end_of_input() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def parent_pipe() -> Iterator[tuple[int, int]]:
    """Give the standard input of a child that ends with its parent: a pipe held open.

    The first end is for the child, the other one for what it is to read.
    """
    read_end, write_end = os.pipe()  # neither is inherited by other children
    try:
        yield read_end, write_end
    finally:
        os.close(read_end)
        os.close(write_end)
