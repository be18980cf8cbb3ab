"""Any site on MasterCMS; the CMS is described in ``portals/families/mastercms.py``."""

from portals.families import MASTERCMS
from spiders.base.listing import ListingSpider


class MasterCmsSpider(ListingSpider):
    """Reads any site on MasterCMS: ``scrapy crawl mastercms -a origin=URL``."""

    name = "mastercms"
    family = MASTERCMS
    reads_any_site = True
