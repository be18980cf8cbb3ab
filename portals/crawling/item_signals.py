"""A page result through Scrapy's item pipelines, with Scrapy's item signals for its articles.

The result is the one item of the pipelines. Feed exports, item counters and
``CLOSESPIDER_ITEMCOUNT`` listen to signals: they see the articles and rejects of a page once it
is stored.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.http import Response
from twisted.python.failure import Failure

from portals.article import Article, Reject
from portals.crawling.commit import PageCommitter
from portals.crawling.page_result import PageResult
from portals.outcomes import RejectCode

logger = logging.getLogger(__name__)


async def submit(
    crawler: Crawler, committer: PageCommitter, result: PageResult, response: Response | None
) -> None:
    """Send ``result`` through the pipelines, of which the last one commits it.

    If a pipeline drops the result or fails, it is committed as a reject: otherwise its lease would
    never end and the crawl would hang.
    """
    assert crawler.engine is not None
    articles = list(result.articles)
    scraped: Sequence[Article | Reject] = list(result.rejects)  # where a pipeline fails
    try:
        await crawler.engine.scraper.itemproc.process_item_async(result)
    except DropItem as error:
        if result.applied is None:  # else it is stored, and a later pipeline dropped it
            result.reject_articles(RejectCode.PIPELINE_DROPPED, str(error)[:500])
            await committer.commit(result)
        for article in articles:
            await _send(crawler, signals.item_dropped, article, response, exception=error)
    except Exception as error:
        logger.exception("a pipeline failed on %s", result.request.url)
        committer.run_log.on_spider_error()
        if result.applied is None:
            result.reject_articles(RejectCode.PIPELINE_FAILED, repr(error)[:500])
            await committer.commit(result)
        failure = Failure()  # type: ignore[no-untyped-call]
        for article in articles:
            await _send(crawler, signals.item_error, article, response, failure=failure)
    else:
        scraped = result.items
    if result.applied is not None:
        for item in scraped:
            await _send(crawler, signals.item_scraped, item, response)


async def _send(
    crawler: Crawler, signal: object, item: object, response: Response | None, **more: object
) -> None:
    await crawler.signals.send_catch_log_async(
        signal, item=item, response=response, spider=crawler.spider, **more
    )
