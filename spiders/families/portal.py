"""Any site of any system: its listings and articles are found by exploration."""

from spiders.base.evidence import EvidenceSpider


class AnyPortalSpider(EvidenceSpider):
    """Reads any site: ``scrapy crawl portal -a origin=URL [-a portal=NAME]``.

    No system is assumed: pages are articles or listings by what they show.
    """

    name = "portal"
    reads_any_site = True
