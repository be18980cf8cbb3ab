"""Any site on DANAWEB; the CMS is described in ``portals/families/danaweb.py``."""

from portals.families import DANAWEB
from spiders.base.listing import ListingSpider


class DanawebSpider(ListingSpider):
    """Reads any site on DANAWEB: ``scrapy crawl danaweb -a origin=URL``."""

    name = "danaweb"
    family = DANAWEB
    reads_any_site = True
