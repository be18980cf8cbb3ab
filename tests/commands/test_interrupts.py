"""Ctrl-C while a site is looked at: no judgement by a part of its pages."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from portals.actions.process import CrawlProcess, run_whole

pytestmark = pytest.mark.quick


class Crawling:
    """A crawl that ends when it is asked to."""

    crawling = False
    spidercls = SimpleNamespace(name="ldtd")

    async def stop_async(self) -> None:
        """End."""


class Process(CrawlProcess):
    """A process whose crawls are still at work, or not, when Scrapy stops it."""

    def __init__(self, *at_work: Crawling) -> None:
        self._crawlers = cast("Any", set(at_work))

    def start(self, *_: Any, **__: Any) -> None:
        """End at once."""
        asyncio.run(self.stop())


def test_a_look_that_was_interrupted_gives_no_judgement() -> None:
    with pytest.raises(KeyboardInterrupt):
        run_whole(Process(Crawling()))


def test_a_look_that_ended_by_itself_was_not_interrupted() -> None:
    process = Process()
    run_whole(process)

    assert (process.is_stopping, process.was_interrupted) == (True, False)
