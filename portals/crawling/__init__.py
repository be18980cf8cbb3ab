"""Components that Scrapy runs in a crawl: scheduler, recording of pages and runs, verdicts."""
