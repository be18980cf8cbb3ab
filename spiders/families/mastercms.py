"""Any site on MasterCMS; what is known of the system is in ``portals/families/mastercms.py``."""

from portals.families import MASTERCMS
from spiders.base.listing import ListingSpider


class MasterCmsSpider(ListingSpider):
    """Reads any site on MasterCMS: ``scrapy crawl mastercms -a origin=URL``."""

    name = "mastercms"
    family = MASTERCMS
    reads_any_site = True
