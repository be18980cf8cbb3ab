"""Spiders of DANAWEB; what is known of the system stands in ``portals/families/danaweb.py``."""

from portals.families import DANAWEB
from spiders.listing import FamilySpider, ListingSpider


class DanawebSpider(ListingSpider):
    """A portal on DANAWEB. Set ``name`` and ``listings``."""

    family = DANAWEB


class AnyDanawebSpider(FamilySpider):
    """Any site on DANAWEB: ``scrapy crawl danaweb -a origin=URL``."""

    name = "danaweb"
    family = DANAWEB
