"""Spiders of MasterCMS; what is known of the system stands in ``portals/families/mastercms.py``."""

from portals.families import MASTERCMS
from spiders.listing import FamilySpider, ListingSpider


class MasterCmsSpider(ListingSpider):
    """A portal on MasterCMS. Set ``name`` and ``listings``."""

    family = MASTERCMS


class AnyMasterCmsSpider(FamilySpider):
    """Any site on MasterCMS: ``scrapy crawl mastercms -a origin=URL``."""

    name = "mastercms"
    family = MASTERCMS
