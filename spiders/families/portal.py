"""Any site of any system: its listings and articles are found by exploration."""

from portals.extraction.reader import Recipe
from spiders.base.exploration import DiscoverySpider


class AnyPortalSpider(DiscoverySpider):
    """Reads any site: ``scrapy crawl portal -a origin=URL [-a portal=NAME]``.

    No system is assumed: pages are articles or listings by what they show.
    """

    name = "portal"
    reads_any_site = True

    @classmethod
    def recipe(cls) -> Recipe:
        """Return the recipe that reads every page by its evidence."""
        return Recipe(cls.name, general=True)
